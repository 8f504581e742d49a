#include "tools/scenarios/scenario.h"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/time.h"
#include "whistle/response/v1/service.pb.h"

namespace whistle::scenarios {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Nine lines; steps begin at line 10.
constexpr char kHead[] =
    "scenario: story\n"
    "title: A story\n"
    "time_zone: \"+08:00\"\n"
    "start: 2019-01-01\n"
    "organizations:\n"
    "  - {organization_id: city, name: City, level: city, kind: government}\n"
    "  - {organization_id: gas-company, name: Gas, level: city, kind: enterprise, superior_id: city}\n"
    "case: gas\n"
    "steps:\n";

constexpr char kRegister[] =
    "  - {name: begin, at: 2019-07-01 09:30, as: petitioner, do: intake.RegisterCase, with: {title: Gas}}\n";

absl::StatusOr<Scenario> Parse(const std::string& steps) { return ParseScenario(kHead + steps, "story.yaml"); }

std::string ErrorOf(const std::string& text) {
  const auto scenario = ParseScenario(text, "story.yaml");
  return scenario.ok() ? "no error" : std::string(scenario.status().message());
}

std::string StepError(const std::string& steps) { return ErrorOf(kHead + steps); }

TEST(ScenarioTest, AStepBecomesTheRequestThatTheContractsWant) {
  const auto scenario = Parse(std::string(kRegister) +
                              "  - name: answer\n"
                              "    at: 2019-07-02\n"
                              "    as: {organization: gas-company, office: customer service}\n"
                              "    do: response.SubmitResponse\n"
                              "    with:\n"
                              "      stance: claims resolved\n"
                              "      text: \"Lit on ${date}.${approximate}\"\n"
                              "      statements:\n"
                              "        - {topic: gas, holds: true, text: There is gas.}\n"
                              "        - {topic: price, value: {number: 940, unit: yuan}, text: Paid.}\n"
                              "      defersToIds: [city]\n");
  ASSERT_TRUE(scenario.ok()) << scenario.status();
  Memory memory;
  memory.case_ids["gas"] = "0123";
  const auto request = BuildRequest(*scenario, scenario->steps[1], memory);
  ASSERT_TRUE(request.ok()) << request.status();
  const auto& answer = dynamic_cast<const response::v1::SubmitResponseRequest&>(**request);
  EXPECT_EQ(answer.context().case_id(), "0123");
  EXPECT_EQ(answer.context().request_id(), "story:answer");
  EXPECT_EQ(answer.context().actor().organization_id(), "gas-company");
  EXPECT_EQ(answer.context().actor().office(), "customer service");
  EXPECT_EQ(base::TimeText(base::FromProto(answer.context().occurred_at())), "2019-07-01T16:00:00Z");
  EXPECT_EQ(answer.stance(), response::v1::STANCE_CLAIMS_RESOLVED);
  EXPECT_EQ(answer.text(), "Lit on 2019-07-02.");
  ASSERT_EQ(answer.statements_size(), 2);
  EXPECT_TRUE(answer.statements(0).holds());
  EXPECT_EQ(answer.statements(1).value().number(), "940");
  EXPECT_THAT(answer.defers_to_ids(), ElementsAre("city"));
}

TEST(ScenarioTest, ReferencesNameEventsAndCasesOfStepsBefore) {
  const auto scenario = Parse(
      std::string(kRegister) +
      "  - {name: ask, at: 2019-07-02, as: city, do: response.AskForResponse, with: {department_id: gas-company}}\n"
      "  - name: met\n"
      "    at: 2019-07-03\n"
      "    as: gas-company\n"
      "    do: response.MarkConditionMet\n"
      "    with: {condition_id: \"${ask.condition.2}\", text: \"of ${case.gas}, ${ask.assignment}\"}\n");
  ASSERT_TRUE(scenario.ok()) << scenario.status();
  Memory memory;
  memory.case_ids["gas"] = "0123";
  memory.event_ids["ask"] = {"2.1", "2.2"};
  const auto request = BuildRequest(*scenario, scenario->steps[2], memory);
  ASSERT_TRUE(request.ok()) << request.status();
  const auto& met = dynamic_cast<const response::v1::MarkConditionMetRequest&>(**request);
  EXPECT_EQ(met.condition_id(), "2.2");
  EXPECT_EQ(met.text(), "of 0123, 2.1");
}

TEST(ScenarioTest, ARepeatedStepIsSpreadOverItsDaysAndEachTimeHasItsOwnRequestId) {
  const auto scenario = Parse(std::string(kRegister) +
                              "  - name: visits\n"
                              "    repeat: {count: 5, from: 2019-08-01 09:00, to: 2019-08-10 09:00}\n"
                              "    as: petitioner\n"
                              "    do: intake.RecordContact\n"
                              "    with: {note: \"${n} of ${count}\"}\n");
  ASSERT_TRUE(scenario.ok()) << scenario.status();
  std::vector<std::string> days;
  std::vector<std::string> names;
  for (size_t i = 1; i < scenario->steps.size(); ++i) {
    days.push_back(absl::FormatTime("%m-%d %H:%M", scenario->steps[i].at, scenario->zone));
    names.push_back(scenario->steps[i].name);
  }
  EXPECT_THAT(days, ElementsAre("08-01 09:00", "08-03 09:00", "08-05 09:00", "08-07 09:00", "08-10 09:00"));
  EXPECT_THAT(names, ElementsAre("visits:1", "visits:2", "visits:3", "visits:4", "visits:5"));
}

TEST(ScenarioTest, StepsAreCarriedOutInOrderOfTimeAndRepeatedOnesComeBetween) {
  const auto scenario =
      Parse(std::string(kRegister) +
            "  - {name: visits, repeat: {count: 3, from: 2019-08-01, to: 2019-08-31}, as: petitioner, do: "
            "intake.RecordContact}\n"
            "  - {name: told-late, at: 2019-07-02, entered: 2019-08-20, as: petitioner, do: intake.RecordContact}\n"
            "  - {name: between, at: 2019-08-05, as: city, do: response.AskForResponse}\n"
            "  - {name: rest, advance_to: 2019-12-31}\n");
  ASSERT_TRUE(scenario.ok()) << scenario.status();
  std::vector<std::string> names;
  for (const Step& step : scenario->steps) names.push_back(step.name);
  EXPECT_THAT(names, ElementsAre("begin", "visits:1", "between", "visits:2", "told-late", "visits:3", "rest"));
}

struct WrongFile {
  const char* what;
  const char* step;
  const char* error;
};

class WrongFileTest : public ::testing::TestWithParam<WrongFile> {};

TEST_P(WrongFileTest, IsToldWithItsLineAndField) {
  EXPECT_THAT(StepError(std::string(kRegister) + GetParam().step), HasSubstr(GetParam().error));
}

INSTANTIATE_TEST_SUITE_P(
    Steps, WrongFileTest,
    ::testing::Values(
        WrongFile{
            "UnknownField",
            "  - name: x\n    at: 2019-08-01\n    as: city\n    do: response.AskForResponse\n    with:\n      qestion: "
            "why\n",
            "story.yaml:16: with.qestion: whistle.response.v1.AskForResponseRequest has no such field; did you mean "
            "question?"},
        WrongFile{
            "UnknownMethod", "  - {at: 2019-08-01, as: city, do: response.AskForRespons}\n",
            "story.yaml:11: steps[1].do: whistle.response.v1.ResponseService has no method \"AskForRespons\"; did "
            "you mean AskForResponse?"},
        WrongFile{
            "UnknownActor", "  - {at: 2019-08-01, as: gas-compny, do: response.AskForResponse}\n",
            "story.yaml:11: steps[1].as: \"gas-compny\" is neither petitioner, nor an actor or organization of this "
            "file; did you mean gas-company?"},
        WrongFile{"UnknownKey", "  - {at: 2019-08-01, as: city, do: response.AskForResponse, wiht: {}}\n",
                  "story.yaml:11: steps[1].wiht: unknown; did you mean with?"},
        WrongFile{"UnknownEnum",
                  "  - {at: 2019-08-01, as: city, do: response.SubmitResponse, with: {stance: perhaps}}\n",
                  "story.yaml:11: with.stance: \"perhaps\" is none of: accepts, refuses, conditional"},
        WrongFile{"NotANumber", "  - {at: 2019-08-01, as: city, do: response.GrantExtension, with: {count: some}}\n",
                  "story.yaml:11: with.count: expected a whole number, found \"some\""},
        WrongFile{"NotADate", "  - {at: 2019-13-01, as: city, do: response.AskForResponse}\n",
                  "story.yaml:11: steps[1].at: \"2019-13-01\" is not a time: expected 2019-07-03"},
        WrongFile{"NotADateInARequest",
                  "  - {at: 2019-08-01, as: city, do: response.AskForResponse, with: {due_at: soon}}\n",
                  "story.yaml:11: with.due_at: \"soon\" is not a time"},
        WrongFile{"YearTenThousand", "  - {at: \"10000-01-01T00:00:00Z\", as: city, do: response.AskForResponse}\n",
                  "story.yaml:11: steps[1].at: "},
        WrongFile{"NotAList",
                  "  - {at: 2019-08-01, as: city, do: coordination.BlowWhistle, with: {department_ids: gas-company}}\n",
                  "story.yaml:11: with.department_ids: expected a list"},
        WrongFile{
            "TwoOfOneof",
            "  - {at: 2019-08-01, as: city, do: response.SubmitResponse, with: {statements: [{holds: true, unknown: "
            "true}]}}\n",
            "story.yaml:11: with.statements[0].unknown: only one of holds and unknown can be given"},
        WrongFile{"FieldTwice",
                  "  - {at: 2019-08-01, as: city, do: response.SubmitResponse, with: {text: a, text: b}}\n",
                  "story.yaml:11: with.text: given twice"},
        WrongFile{
            "ReferenceToNobody",
            "  - {at: 2019-08-01, as: city, do: response.WaiveCondition, with: {condition_id: "
            "\"${begn.condition}\"}}\n",
            "story.yaml:11: with.condition_id: ${begn.condition}: no step before this one is named \"begn\"; did you "
            "mean begin?"},
        WrongFile{"ReferenceToALaterStep",
                  "  - {name: a, at: 2019-08-01, as: city, do: response.WaiveCondition, with: {condition_id: "
                  "\"${b.condition}\"}}\n  - {name: b, at: 2019-08-02, as: city, do: response.AskForResponse}\n",
                  "story.yaml:11: with.condition_id: ${b.condition}: no step before this one is named \"b\""},
        WrongFile{"ReferenceWithAnUnknownWord",
                  "  - {at: 2019-08-01, as: city, do: response.WaiveCondition, with: {condition_id: "
                  "\"${begin.condtion}\"}}\n",
                  "\"condtion\" is none of: event, assignment"},
        WrongFile{"UnknownCase", "  - {at: 2019-08-01, case: water, as: city, do: response.AskForResponse}\n",
                  "story.yaml:11: no step before this one registers the case \"water\""},
        WrongFile{"BeforeTheCaseBegins", "  - {at: 2019-06-01, as: city, do: response.AskForResponse}\n",
                  "story.yaml:11: no step before this one registers the case \"gas\""},
        WrongFile{"RegisteredTwice", "  - {at: 2019-08-01, as: petitioner, do: intake.RegisterCase}\n",
                  "story.yaml:11: the case \"gas\" is registered twice"},
        WrongFile{"NameTwice", "  - {name: begin, advance_to: 2020-01-01}\n",
                  "story.yaml:11: steps[1].name: \"begin\" is taken"},
        WrongFile{"NoTime", "  - {as: city, do: response.AskForResponse}\n", "story.yaml:11: steps[1].at: is missing"},
        WrongFile{"NoActor", "  - {at: 2019-08-01, do: response.AskForResponse}\n",
                  "story.yaml:11: steps[1].as: is missing"},
        WrongFile{"OwnContext", "  - {at: 2019-08-01, as: city, do: response.AskForResponse, with: {context: {}}}\n",
                  "steps[1].with.context: is made from as, at, name and case"},
        WrongFile{"EnteredBeforeItHappened",
                  "  - {at: 2019-08-01, entered: 2019-07-31, as: city, do: response.AskForResponse}\n",
                  "steps[1].entered: is before it happened"},
        WrongFile{"RepeatBackwards",
                  "  - {repeat: {count: 2, from: 2019-08-02, to: 2019-08-01}, as: city, do: response.AskForResponse}\n",
                  "steps[1].repeat.to: is before from"},
        WrongFile{
            "RepeatTooOften",
            "  - {repeat: {count: 10001, from: 2019-08-01, to: 2019-08-02}, as: city, do: response.AskForResponse}\n",
            "steps[1].repeat.count: expected a number from 1 to 10000"},
        WrongFile{"NumberOutsideARepeat",
                  "  - {at: 2019-08-01, as: city, do: response.AskForResponse, with: {question: \"${n}\"}}\n",
                  "with.question: ${n} needs repeat"},
        WrongFile{"Approximately", "  - {at: 2019-08-01, approximate: true, as: city, do: response.AskForResponse}\n",
                  "steps[1].approximate: say what is known instead"},
        WrongFile{"AStream", "  - {at: 2019-08-01, do: timeline.WatchTimeline}\n",
                  "steps[1].do: a step cannot call a streaming method"}),
    [](const auto& test) { return std::string(test.param.what); });

TEST(ScenarioTest, AFileThatIsNoYamlNamesTheLine) {
  EXPECT_THAT(ErrorOf("scenario: a\ntitle: [\n"), HasSubstr("story.yaml:3: "));
  EXPECT_THAT(ErrorOf("just words"), HasSubstr("story.yaml:1: expected a mapping"));
  EXPECT_THAT(ErrorOf("scenario: a\ntitle: b\n"), HasSubstr("story.yaml:1: steps: is missing"));
  EXPECT_THAT(ErrorOf("scenario: a b\ntitle: b\nsteps: []\n"), HasSubstr("story.yaml:1: scenario: expected 1 to 48"));
  EXPECT_THAT(ErrorOf("scenario: a\ntitle: b\nsteps: []\n"), HasSubstr("story.yaml:3: steps: expected a list"));
  EXPECT_THAT(std::string(LoadScenario("/nowhere/story.yaml").status().message()), HasSubstr("cannot be read"));
}

// The README's example is the format's worked example: it must stay one.
TEST(ScenarioTest, TheExampleOfTheReadmeIsAScenario) {
  std::ifstream readme(std::string(SCENARIOS_DIR) + "/README.md");
  std::ostringstream text;
  text << readme.rdbuf();
  const size_t begin = text.str().find("```yaml\n") + 8;
  const auto scenario = ParseScenario(text.str().substr(begin, text.str().find("```", begin) - begin), "README.md");
  ASSERT_TRUE(scenario.ok()) << scenario.status();
  EXPECT_EQ(scenario->steps.size(), 8u);
}

TEST(ScenarioTest, TheChronicleIsAsTheContractsWantIt) {
  const auto scenario = LoadScenario(std::string(SCENARIOS_DIR) + "/lanzhou-building-19.yaml");
  ASSERT_TRUE(scenario.ok()) << scenario.status();
  const auto times = [&](absl::string_view name) {
    return std::count_if(scenario->steps.begin(), scenario->steps.end(),
                         [&](const Step& step) { return absl::StartsWith(step.name, name); });
  };
  EXPECT_EQ(times("visits:"), 60);
  EXPECT_EQ(times("meetings:"), 6);
  EXPECT_EQ(scenario->registry.organizations.size(), 12u);
}

TEST(ScenarioTest, TheHonestStoryIsAsLongAsTheChronicleAndHasTheSameOrganizations) {
  const auto honest = LoadScenario(std::string(SCENARIOS_DIR) + "/honest-building.yaml");
  ASSERT_TRUE(honest.ok()) << honest.status();
  const auto chronicle = LoadScenario(std::string(SCENARIOS_DIR) + "/lanzhou-building-19.yaml");
  ASSERT_TRUE(chronicle.ok()) << chronicle.status();
  EXPECT_GE(honest->steps.size(), chronicle->steps.size());
  EXPECT_EQ(honest->start, chronicle->start);
  ASSERT_EQ(honest->registry.organizations.size(), chronicle->registry.organizations.size());
  for (size_t i = 0; i < honest->registry.organizations.size(); ++i) {
    EXPECT_EQ(honest->registry.organizations[i].SerializeAsString(),
              chronicle->registry.organizations[i].SerializeAsString());
  }
}

TEST(ScenarioTest, AnOrganizationGivenTwiceNamesItsLine) {
  EXPECT_THAT(
      ErrorOf("scenario: a\ntitle: b\norganizations:\n  - {organization_id: x}\n  - {organization_id: x}\nsteps: "
              "[{advance_to: 2019-01-01}]\n"),
      HasSubstr("story.yaml:5: organizations[1].organization_id: x is given twice"));
}

}  // namespace
}  // namespace whistle::scenarios
