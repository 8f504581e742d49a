#include "libs/registry/registry.h"

#include <utility>

#include "libs/base/check.h"

namespace whistle::registry {

Registry::Registry(uint64_t version, v1::RegistryState state) : version_(version), state_(std::move(state)) {
  if (state_.has_calendar()) calendar_ = Calendar(state_.calendar(), state_.calendar_version());
  index_by_id_.reserve(state_.organizations_size());
  for (int i = 0; i < state_.organizations_size(); ++i) {
    index_by_id_.emplace(state_.organizations(i).organization_id(), i);
  }
}

const v1::Organization* Registry::Find(absl::string_view organization_id) const {
  const auto it = index_by_id_.find(organization_id);
  return it == index_by_id_.end() ? nullptr : &state_.organizations(it->second);
}

common::v1::OrganizationRef Registry::Ref(const v1::Organization& organization) const {
  common::v1::OrganizationRef ref;
  ref.set_organization_id(organization.organization_id());
  ref.set_name(organization.name());
  ref.set_outside_tree(organization.outside_tree());
  const v1::Organization* at = &organization;
  while (!at->superior_id().empty()) {
    // The tree stays a tree by the registry's own commands, so a path longer than the number of organizations is our
    // own bug.
    WHISTLE_CHECK(ref.superior_ids_size() < state_.organizations_size(), "the authority tree has a loop");
    ref.add_superior_ids(at->superior_id());
    at = Find(at->superior_id());
    WHISTLE_CHECK(at != nullptr, "an organization names a superior that the registry does not know");
  }
  return ref;
}

}  // namespace whistle::registry
