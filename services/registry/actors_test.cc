#include "services/registry/actors.h"

#include "libs/registry/authority.h"
#include "services/registry/scenario.h"

namespace whistle::registry_chain {
namespace {

using testing::RegistryBuilder;

TEST(ActorsTest, StandingOverIsWhatAuthorityFromPathsSays) {
  auto scenario = GivenRegistry();
  const State& state = scenario.state();
  const registry::Registry registry(12, state);
  for (const auto& over : state.organizations()) {
    for (const auto& whom : state.organizations()) {
      EXPECT_EQ(StandsOver(state, over, whom), registry::HasAuthority(registry.Ref(over), registry.Ref(whom)))
          << over.organization_id() << " over " << whom.organization_id();
    }
  }
}

TEST(ActorsTest, OnlyTheTopOfATreeIsTop) {
  auto scenario = GivenRegistry();
  EXPECT_TRUE(IsTop(*Find(scenario.state(), "gansu")));
  EXPECT_FALSE(IsTop(*Find(scenario.state(), "lanzhou")));
  EXPECT_FALSE(IsTop(*Find(scenario.state(), "developer")));
  EXPECT_EQ(Find(scenario.state(), "nobody"), nullptr);
  EXPECT_EQ(DepthOf(scenario.state(), *Find(scenario.state(), "station-community")), 4);
}

}  // namespace
}  // namespace whistle::registry_chain
