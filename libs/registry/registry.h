// The registry as of one version: organizations and authority, the policy and the calendar in force, the active level.
//
// A Registry is immutable: share it between threads as std::shared_ptr<const Registry>. A new version is a new object.
#ifndef WHISTLE_LIBS_REGISTRY_REGISTRY_H_
#define WHISTLE_LIBS_REGISTRY_REGISTRY_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "libs/registry/calendar.h"
#include "whistle/common/v1/types.pb.h"
#include "whistle/registry/v1/state.pb.h"

namespace whistle::registry {

class Registry {
 public:
  // `version` is the number of the registry's decisions that `state` is the fold of.
  Registry(uint64_t version, v1::RegistryState state);
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;

  uint64_t version() const { return version_; }
  // The vocabulary that writers use.
  uint32_t level() const { return state_.level() == 0 ? 1 : state_.level(); }
  bool has_policy() const { return state_.has_policy(); }
  // The policy in force; default values before the first was adopted.
  const v1::Policy& policy() const { return state_.policy(); }
  // The version at which it was adopted.
  uint64_t policy_version() const { return state_.policy_version(); }

  bool has_calendar() const { return state_.has_calendar(); }
  // The calendar in force; weekends alone before the first was adopted.
  const Calendar& calendar() const { return calendar_; }

  // All organizations ever, by id.
  const v1::RegistryState& state() const { return state_; }

  // Null if there is none of that id. Lives as long as the registry.
  const v1::Organization* Find(absl::string_view organization_id) const;

  // The organization with its path of superiors as of this version. It must exist.
  common::v1::OrganizationRef Ref(const v1::Organization& organization) const;

 private:
  uint64_t version_;
  v1::RegistryState state_;
  Calendar calendar_;
  absl::flat_hash_map<std::string, int> index_by_id_;
};

}  // namespace whistle::registry

#endif  // WHISTLE_LIBS_REGISTRY_REGISTRY_H_
