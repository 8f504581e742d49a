#include "tools/scenarios/runner.h"

#include <sstream>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tools/scenarios/fake_services.h"

namespace whistle::scenarios {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr char kStory[] = R"(
scenario: story
title: A story
start: 2019-01-01
case: gas
steps:
  - {name: begin, at: 2019-07-01, as: petitioner, do: intake.RegisterCase}
  - {name: ask, at: 2019-07-02, as: city, do: response.AskForResponse, with: {department_id: gas-company}}
  - {name: too-soon, at: 2019-07-03, as: gas-company, do: response.WaiveCondition, expect: {refused: unknown_condition}}
  - {name: answer, at: 2019-07-04, as: gas-company, do: response.SubmitResponse, with: {assignment_id: "${ask.assignment}"}}
  - {name: rest, advance_to: 2019-12-31}
)";

absl::Status Refusal(const std::string& reason) {
  common::v1::RejectionDetail detail;
  detail.set_kind(common::v1::REJECTION_KIND_NOT_FOUND);
  detail.set_reason(reason);
  return rpc::Refused(detail, "there is no such condition");
}

class RunnerTest : public ::testing::Test {
 protected:
  RunnerTest() { services.refusals["WaiveCondition"] = Refusal("unknown_condition"); }

  absl::StatusOr<RunSummary> Run(const std::string& story = kStory) {
    const auto scenario = ParseScenario(story, "story.yaml");
    if (!scenario.ok()) return scenario.status();
    out.str("");
    return RunScenario(*scenario, services, {.out = &out, .pause = [this](absl::Duration) { ++pauses; }});
  }
  std::vector<std::string> Methods() const {
    std::vector<std::string> methods;
    for (const auto& sent : services.sent) methods.push_back(sent.method);
    return methods;
  }

  FakeServices services;
  std::ostringstream out;
  int pauses = 0;
};

TEST_F(RunnerTest, TellsTheStoryStepByStepEachOnItsDay) {
  const auto summary = Run();
  ASSERT_TRUE(summary.ok()) << summary.status();
  EXPECT_THAT(Methods(), ElementsAre("RegisterCase", "AskForResponse", "WaiveCondition", "SubmitResponse"));
  for (const auto& sent : services.sent) EXPECT_EQ(sent.now, base::FromProto(sent.context.occurred_at()));
  EXPECT_EQ(summary->recorded, 3);
  EXPECT_EQ(summary->replayed, 0);
  EXPECT_EQ(summary->refused_as_expected, 1);
  EXPECT_EQ(base::TimeText(summary->now), "2019-12-31T00:00:00Z");
  EXPECT_EQ(summary->cases.at("gas").case_id, "id-of-story:begin");
  EXPECT_THAT(services.sent[3].request, HasSubstr("assignment_id: \"2.1\""));
  EXPECT_EQ(services.sent[3].context.case_id(), "id-of-story:begin");
}

TEST_F(RunnerTest, ASecondRunAddsNothingAndDoesNotTryRefusalsAgain) {
  ASSERT_TRUE(Run().ok());
  services.sent.clear();
  // By now it would be accepted.
  services.refusals.clear();
  const auto summary = Run();
  ASSERT_TRUE(summary.ok()) << summary.status();
  EXPECT_EQ(summary->recorded, 0);
  EXPECT_EQ(summary->replayed, 3);
  EXPECT_EQ(summary->refusals_not_tried_again, 1);
  EXPECT_THAT(Methods(), ElementsAre("RegisterCase", "AskForResponse", "SubmitResponse"));
  EXPECT_EQ(services.version, 3u);
}

TEST_F(RunnerTest, AnInterruptedRunIsContinuedAndTheClockNeverGoesBack) {
  const auto scenario = ParseScenario(kStory, "story.yaml");
  ASSERT_TRUE(RunScenario(*scenario, services, {.until = *ParseTime("2019-07-02", absl::UTCTimeZone())}).ok());
  EXPECT_EQ(services.version, 2u);
  const absl::Time before = services.now;
  services.sent.clear();
  const auto summary = Run();
  ASSERT_TRUE(summary.ok()) << summary.status();
  EXPECT_EQ(summary->replayed, 2);
  EXPECT_EQ(summary->recorded, 1);
  for (const auto& sent : services.sent) EXPECT_GE(sent.now, before);
}

TEST_F(RunnerTest, ARestartingServiceIsAskedAgainWithTheSameRequestId) {
  services.unavailable_calls = 3;
  ASSERT_TRUE(Run().ok());
  EXPECT_EQ(pauses, 3);
  EXPECT_EQ(services.version, 3u);
}

TEST_F(RunnerTest, AServiceThatStaysAwayEndsTheRun) {
  services.unavailable_calls = 1000;
  const auto summary = Run();
  EXPECT_EQ(summary.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(services.calls, RunOptions().tries_max);
}

TEST_F(RunnerTest, ARefusalThatTheFileDoesNotExpectStopsTheStoryWithItsLine) {
  services.refusals["SubmitResponse"] = Refusal("case_closed");
  const auto summary = Run();
  EXPECT_THAT(std::string(summary.status().message()), HasSubstr("story.yaml:10: answer: NOT_FOUND"));
  EXPECT_THAT(std::string(summary.status().message()), HasSubstr("reason: case_closed"));
}

TEST_F(RunnerTest, AnExpectedRefusalMustComeAndForTheReasonGiven) {
  services.refusals["WaiveCondition"] = Refusal("case_closed");
  EXPECT_THAT(std::string(Run().status().message()), HasSubstr("refused, but not for \"unknown_condition\""));
  services.refusals.clear();
  services.receipts.clear();
  EXPECT_THAT(std::string(Run().status().message()), HasSubstr("was accepted, and the file expects a refusal"));
}

TEST_F(RunnerTest, OnARealClockThePastIsEnteredLateAndTheFutureRefused) {
  services.virtual_clock = false;
  services.now = *ParseTime("2026-01-01", absl::UTCTimeZone());
  ASSERT_TRUE(Run().ok());
  EXPECT_EQ(base::TimeText(base::FromProto(services.sent[0].context.occurred_at())), "2019-07-01T00:00:00Z");
  services.now = *ParseTime("2019-07-01", absl::UTCTimeZone());
  EXPECT_THAT(std::string(Run().status().message()),
              HasSubstr("is still to come, and the journal runs on the real clock"));
}

TEST_F(RunnerTest, TheCaseIdIsKnownBeforeAnythingIsSent) {
  const auto scenario = ParseScenario(kStory, "story.yaml");
  EXPECT_EQ(CaseIdOf(*scenario, "gas").size(), 24u);
  EXPECT_EQ(CaseIdOf(*scenario, "water"), "");
}

}  // namespace
}  // namespace whistle::scenarios
