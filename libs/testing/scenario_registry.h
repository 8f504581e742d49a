// A registry for tests: the organizations of the chronicle and a policy, to be extended at will.
//
//   RegistryBuilder registry;                                   // the organizations below, version 1
//   registry.Add("water-company", "The water company", "lanzhou").Version(7);
//
//   gansu ─┬─ gansu-petition-office
//          ├─ gas-company
//          ├─ broadcast-company ── broadcast-company-lanzhou
//          └─ lanzhou ─┬─ lanzhou-petition-office
//                      └─ chengguan ─┬─ chengguan-housing-bureau
//                                    └─ railway-station-street ── station-community
//   developer (outside the tree)
//
// A plain value for one test; not for use by several threads.
#ifndef WHISTLE_LIBS_TESTING_SCENARIO_REGISTRY_H_
#define WHISTLE_LIBS_TESTING_SCENARIO_REGISTRY_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "libs/registry/registry.h"
#include "whistle/registry/v1/organization.pb.h"
#include "whistle/registry/v1/policy.pb.h"
#include "whistle/registry/v1/state.pb.h"

namespace whistle::testing {

// A policy with every number, finding rule and escalation of DOMAIN's table; days are calendar days, so that a test's
// dates can be counted on the fingers.
registry::v1::Policy DefaultPolicy();

class RegistryBuilder {
 public:
  // The organizations above and DefaultPolicy().
  RegistryBuilder();

  // A registry in which nothing was ever decided.
  static RegistryBuilder Empty();

  // A department one level below its superior, which must be there; without one it stands outside the tree.
  RegistryBuilder& Add(absl::string_view organization_id, absl::string_view name, absl::string_view superior_id);
  RegistryBuilder& Add(registry::v1::Organization organization);
  RegistryBuilder& Move(absl::string_view organization_id, absl::string_view superior_id);
  RegistryBuilder& Retire(absl::string_view organization_id);
  RegistryBuilder& WithPolicy(registry::v1::Policy policy);
  RegistryBuilder& WithoutPolicy();
  RegistryBuilder& Version(uint64_t version);

  const registry::v1::RegistryState& state() const { return state_; }
  std::shared_ptr<const registry::Registry> Build() const;

 private:
  struct Nothing {};
  explicit RegistryBuilder(Nothing) : version_(0) {}

  registry::v1::Organization& Get(absl::string_view organization_id);

  uint64_t version_ = 1;
  registry::v1::RegistryState state_;
};

}  // namespace whistle::testing

#endif  // WHISTLE_LIBS_TESTING_SCENARIO_REGISTRY_H_
