// The one rule that is written down twice: a scenario must know its case ids without asking.
#include "gtest/gtest.h"
#include "libs/host/desk.h"
#include "tools/scenarios/runner.h"
#include "tools/scenarios/scenario.h"

namespace whistle::scenarios {
namespace {

TEST(CaseIdTest, AScenarioKnowsTheIdThatTheServiceWillGive) {
  const auto scenario = ParseScenario(
      "{scenario: story, title: t, client: teller, case: gas, steps: [{name: begin, at: 2019-07-01, as: petitioner, "
      "do: "
      "intake.RegisterCase}]}",
      "story.yaml");
  ASSERT_TRUE(scenario.ok()) << scenario.status();
  EXPECT_EQ(CaseIdOf(*scenario, "gas"), host::CaseIdFor("teller", "story:begin"));
}

}  // namespace
}  // namespace whistle::scenarios
