#include "libs/registry/authority.h"

#include <algorithm>
#include <vector>

namespace whistle::registry {
namespace {

using common::v1::OrganizationRef;

// The organization itself and its superiors, nearest first.
std::vector<std::string> Path(const OrganizationRef& organization) {
  std::vector<std::string> path = {organization.organization_id()};
  path.insert(path.end(), organization.superior_ids().begin(), organization.superior_ids().end());
  return path;
}

}  // namespace

bool HasAuthority(const OrganizationRef& over, const OrganizationRef& whom) {
  if (over.organization_id() == whom.organization_id()) return true;
  if (over.outside_tree() || whom.outside_tree()) return false;
  return std::find(whom.superior_ids().begin(), whom.superior_ids().end(), over.organization_id()) !=
         whom.superior_ids().end();
}

std::optional<std::string> LowestCommonSuperior(absl::Span<const OrganizationRef> organizations) {
  std::optional<std::vector<std::string>> common;
  for (const OrganizationRef& organization : organizations) {
    if (organization.outside_tree()) continue;
    const std::vector<std::string> path = Path(organization);
    if (!common) {
      common = path;
      continue;
    }
    // Two paths of one tree agree from their first common node up to the top, so keeping what the other path has keeps
    // the order.
    std::erase_if(*common,
                  [&](const std::string& id) { return std::find(path.begin(), path.end(), id) == path.end(); });
  }
  if (!common || common->empty()) return std::nullopt;
  return common->front();
}

}  // namespace whistle::registry
