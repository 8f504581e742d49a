#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/time.h"
#include "tools/whistlectl/commands_testing.h"
#include "whistle/escalation/v1/service.pb.h"

namespace whistle::whistlectl {
namespace {

using escalation::v1::GetScoresResponse;
using escalation::v1::ListScoreCasesResponse;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;

google::protobuf::Timestamp At(const char* text) { return base::ToProto(*base::TimeFromText(text)); }

class ScoreCommandTest : public CommandsTest {
 protected:
  void AnswerScores() {
    auto& scores = *Answer<GetScoresResponse>("GetScores").mutable_scores();
    scores.set_organization_id("gas");
    *scores.mutable_from() = At("2019-01-01");
    *scores.mutable_until() = At("2022-01-01");
    auto& late = *scores.add_counts();
    late.set_measure(escalation::v1::SCORE_MEASURE_ANSWERED_LATE);
    late.set_count(7);
    auto& response = *scores.add_rates();
    response.set_kind(escalation::v1::SCORE_RATE_KIND_RESPONSE);
    response.set_part(2);
    response.set_whole(3);
    scores.add_rates()->set_kind(escalation::v1::SCORE_RATE_KIND_SATISFACTION);
    scores.mutable_answer_time()->set_count(3);
    scores.mutable_answer_time()->mutable_median()->set_seconds(36 * 60 * 60);
    auto& silence = *scores.add_findings();
    silence.set_rule(escalation::v1::FINDING_RULE_SILENCE);
    silence.set_standing(4);
    silence.set_lifted(1);
  }
};

TEST_F(ScoreCommandTest, ShowsNumbersRatesDaysAndFindings) {
  AnswerScores();
  EXPECT_EQ(Run({"score", "show", "gas", "--from=2019-01-01", "--until=2022-01-01"}), 0) << err.str();
  EXPECT_THAT(services.sent[0], HasSubstr("organization_id: \"gas\" from { seconds: 1546300800 }"));
  EXPECT_THAT(out.str(), HasSubstr("gas: what began from 2019-01-01 to before 2022-01-01"));
  EXPECT_THAT(out.str(), ContainsRegex("answered late +7"));
  EXPECT_THAT(out.str(), ContainsRegex("response +66.7 +2 +3"));
  // Of nothing there is no rate.
  EXPECT_THAT(out.str(), ContainsRegex("satisfaction +- +0 +0"));
  EXPECT_THAT(out.str(), ContainsRegex("from asked to answered +3 +1.5"));
  EXPECT_THAT(out.str(), ContainsRegex("silence +4 +1"));
}

TEST_F(ScoreCommandTest, TellsProgramsTheSameAsJson) {
  AnswerScores();
  EXPECT_EQ(Run({"score", "show", "gas", "--from=2019-01-01", "--until=2022-01-01", "--output=json"}), 0) << err.str();
  EXPECT_THAT(out.str(), HasSubstr("\"measure\": \"SCORE_MEASURE_ANSWERED_LATE\""));
}

TEST_F(ScoreCommandTest, NamesWhatANumberCountedPageAfterPage) {
  auto& first = Answer<ListScoreCasesResponse>("ListScoreCases");
  first.add_cases()->set_case_id("case-a");
  first.set_next_page_token("more");
  auto& second = *Answer<ListScoreCasesResponse>("ListScoreCases").add_cases();
  second.set_case_id("case-b");
  second.set_event_id("4.1");
  second.set_outcome_event_id("7.1");
  *second.mutable_outcome_at() = At("2021-02-12");
  EXPECT_EQ(Run({"score", "show", "gas", "--from=2019-01-01", "--until=2022-01-01", "--cases=answered-late"}), 0)
      << err.str();
  ASSERT_EQ(services.sent.size(), 2u);
  EXPECT_THAT(services.sent[1], HasSubstr("token: \"more\""));
  EXPECT_THAT(services.sent[1], HasSubstr("measure: SCORE_MEASURE_ANSWERED_LATE"));
  EXPECT_THAT(out.str(), HasSubstr("\ncase-a "));
  EXPECT_THAT(out.str(), ContainsRegex("case-b +4.1 .*7.1 +2021-02-12"));
}

TEST_F(ScoreCommandTest, AWrongPeriodOrMeasureIsRefusedBeforeAnybodyIsAsked) {
  EXPECT_EQ(Run({"score", "show", "gas", "--from=2019-01-01"}), 2);
  EXPECT_THAT(err.str(), HasSubstr("--until is missing"));
  EXPECT_EQ(Run({"score", "show", "gas", "--from=yesterday", "--until=2022-01-01"}), 2);
  EXPECT_THAT(err.str(), HasSubstr("--from: "));
  EXPECT_EQ(Run({"score", "show", "gas", "--from=2019-01-01", "--until=2022-01-01", "--cases=late"}), 2);
  EXPECT_THAT(err.str(), HasSubstr("answered-in-time, answered-late"));
  EXPECT_EQ(Run({"score", "show", "gas", "--from=2019-01-01", "--until=2022-01-01", "--rule=silence"}), 2);
  EXPECT_TRUE(services.sent.empty());
}

}  // namespace
}  // namespace whistle::whistlectl
