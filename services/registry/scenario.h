// What the registry's tests share: a scenario on the registry's own chain.
#ifndef WHISTLE_SERVICES_REGISTRY_SCENARIO_H_
#define WHISTLE_SERVICES_REGISTRY_SCENARIO_H_

#include "libs/testing/scenario.h"
#include "services/registry/model.h"

namespace whistle::registry_chain {

// Nothing was ever decided.
inline auto GivenEmptyRegistry() {
  auto scenario = testing::Given<State>(MakeModel(), [](const auto&... a) { return Decide(a...); });
  scenario.OnCase("registry");
  return scenario;
}

// The organizations of RegistryBuilder, one decision each in the order of its picture: gansu is version 1.
inline auto GivenRegistry() {
  auto scenario = GivenEmptyRegistry();
  const testing::RegistryBuilder builder;
  for (const v1::Organization& organization : builder.state().organizations()) {
    v1::UpsertOrganizationRequest request;
    *request.mutable_organization() = organization;
    scenario.Command(scenario.state().organizations().empty() ? testing::Petitioner() : testing::Organization("gansu"),
                     request);
  }
  return scenario;
}

}  // namespace whistle::registry_chain

#endif  // WHISTLE_SERVICES_REGISTRY_SCENARIO_H_
