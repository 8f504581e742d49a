#include "libs/registry/fold.h"

#include <algorithm>

namespace whistle::registry {
namespace {

using v1::Organization;
using v1::RegistryState;

// The place of the first organization whose id is not below `organization_id`.
int LowerBound(const RegistryState& state, absl::string_view organization_id) {
  const auto& all = state.organizations();
  const auto it = std::lower_bound(all.begin(), all.end(), organization_id,
                                   [](const Organization& organization, absl::string_view id) {
                                     return absl::string_view(organization.organization_id()) < id;
                                   });
  return static_cast<int>(it - all.begin());
}

void Upsert(RegistryState& state, const Organization& organization, uint64_t version) {
  int place = PlaceOf(state, organization.organization_id());
  if (place >= 0) {
    *state.mutable_organizations(place) = organization;
    state.set_organization_versions(place, version);
    return;
  }
  place = LowerBound(state, organization.organization_id());
  *state.add_organizations() = organization;
  state.add_organization_versions(version);
  auto* all = state.mutable_organizations();
  for (int i = all->size() - 1; i > place; --i) {
    all->SwapElements(i, i - 1);
    state.mutable_organization_versions()->SwapElements(i, i - 1);
  }
}

}  // namespace

int PlaceOf(const RegistryState& state, absl::string_view organization_id) {
  const int place = LowerBound(state, organization_id);
  if (place == state.organizations_size()) return -1;
  return state.organizations(place).organization_id() == organization_id ? place : -1;
}

void Fold(RegistryState& state, const journal::v1::Event& event, uint64_t version) {
  if (event.has_organization_upserted()) {
    Upsert(state, event.organization_upserted().organization(), version);
  } else if (event.has_organization_moved()) {
    const auto& moved = event.organization_moved();
    const int place = PlaceOf(state, moved.organization_id());
    if (place < 0) return;
    state.mutable_organizations(place)->set_superior_id(moved.to_superior_id());
    state.set_organization_versions(place, version);
  } else if (event.has_organization_retired()) {
    const int place = PlaceOf(state, event.organization_retired().organization_id());
    if (place < 0) return;
    state.mutable_organizations(place)->set_retired(true);
    state.set_organization_versions(place, version);
  } else if (event.has_policy_adopted()) {
    *state.mutable_policy() = event.policy_adopted().policy();
    state.set_policy_version(version);
  } else if (event.has_level_raised()) {
    state.set_level(event.level_raised().to_level());
    state.set_level_version(version);
  } else if (event.has_calendar_adopted()) {
    *state.mutable_calendar() = event.calendar_adopted().calendar();
    state.set_calendar_version(version);
  }
}

}  // namespace whistle::registry
