#include "services/escalation/target.h"

#include <algorithm>

#include "libs/registry/authority.h"
#include "services/escalation/checks.h"

namespace whistle::escalation {
namespace {

// The superior next above, by the path that one of `known` has; empty at the top.
std::string RungAbove(const std::string& id, absl::Span<const OrganizationRef> known) {
  for (const OrganizationRef& organization : known) {
    const auto& superiors = organization.superior_ids();
    if (organization.organization_id() == id) return superiors.empty() ? "" : superiors[0];
    const auto at = std::find(superiors.begin(), superiors.end(), id);
    if (at != superiors.end()) return at + 1 == superiors.end() ? "" : *(at + 1);
  }
  return "";
}

// Whether `id` is `organization` or stands below it, by the path that one of `known` has.
bool IsAtOrBelow(const std::string& id, const std::string& organization_id, absl::Span<const OrganizationRef> known) {
  for (std::string at = id; !at.empty(); at = RungAbove(at, known)) {
    if (at == organization_id) return true;
  }
  return false;
}

}  // namespace

std::vector<OrganizationRef> NeededOf(const v1::EscalationState& state) {
  std::vector<OrganizationRef> needed;
  for (const v1::Need& need : state.observed().needs()) {
    const std::string& id = need.organization().organization_id();
    const bool known = std::any_of(needed.begin(), needed.end(),
                                   [&](const OrganizationRef& other) { return other.organization_id() == id; });
    if (!known) needed.push_back(need.organization());
  }
  return needed;
}

Target TargetOf(const v1::EscalationState& state, absl::Span<const OrganizationRef> needed) {
  std::vector<OrganizationRef> all(needed.begin(), needed.end());
  const OrganizationRef* holder = Holder(state);
  if (state.header().has_handler()) all.push_back(state.header().handler());
  if (holder != nullptr) all.push_back(*holder);
  std::erase_if(all, [](const OrganizationRef& organization) { return organization.outside_tree(); });
  if (all.empty()) return {"", NoTarget::kNobodyToStartFrom};
  const std::optional<std::string> lowest = registry::LowestCommonSuperior(all);
  if (!lowest) return {"", NoTarget::kNoCommonSuperior};
  Target target{*lowest, NoTarget::kTopOfTree};
  if (holder != nullptr && holder->organization_id() == *lowest) target.organization_id = RungAbove(*lowest, all);
  const v1::Escalation& last = state.last_escalation();
  if (last.status() != v1::ESCALATION_STATUS_DECLINED || target.organization_id.empty()) return target;
  all.push_back(last.raised().to());
  const std::string& declined_by = last.raised().to().organization_id();
  if (!IsAtOrBelow(target.organization_id, declined_by, all)) return target;
  // At the top of the tree it is put before the top again.
  const std::string above = RungAbove(declined_by, all);
  target.organization_id = above.empty() ? declined_by : above;
  return target;
}

}  // namespace whistle::escalation
