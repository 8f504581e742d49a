#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/time.h"
#include "tools/whistlectl/commands_testing.h"
#include "whistle/escalation/v1/service.pb.h"
#include "whistle/timeline/v1/service.pb.h"

namespace whistle::whistlectl {
namespace {

using escalation::v1::Finding;
using escalation::v1::ListFindingsResponse;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

google::protobuf::Timestamp At(const char* text) { return base::ToProto(*base::TimeFromText(text)); }

class FindingCommandTest : public CommandsTest {
 protected:
  Finding& AnswerFinding() {
    Finding& finding = *Answer<ListFindingsResponse>("ListFindings").add_findings();
    finding.set_case_id("case-a");
    finding.set_finding_id("3.1");
    *finding.mutable_raised_at() = At("2021-07-15");
    auto& raised = *finding.mutable_raised();
    raised.set_rule(escalation::v1::FINDING_RULE_SILENCE);
    raised.mutable_organization()->set_organization_id("gas");
    raised.mutable_organization()->set_name("the gas company");
    raised.set_text("It said nothing.");
    raised.add_evidence_event_ids("2.1");
    return finding;
  }

  // Version 1 registers the case; version 2 asks the gas company.
  void AnswerTimeline() {
    auto& response = Answer<timeline::v1::GetTimelineResponse>("GetTimeline");
    auto& registered = *response.add_entries();
    registered.set_version(1);
    registered.mutable_decision()->add_events()->mutable_case_registered()->set_title("No gas");
    auto& asked = *response.add_entries();
    asked.set_version(2);
    auto& event = *asked.mutable_decision()->add_events();
    *event.mutable_occurred_at() = At("2021-07-05");
    event.mutable_response_requested()->mutable_department()->set_name("the gas company");
    event.mutable_response_requested()->set_question("Why is there no gas?");
  }
};

TEST_F(FindingCommandTest, ListsByCaseOrganizationRuleAndDate) {
  AnswerFinding();
  EXPECT_EQ(Run({"finding", "list", "--case=case-a", "--organization=gas", "--rule=SILENCE", "--from=2021-01-01",
                 "--until=2022-01-01", "--standing"}),
            0)
      << err.str();
  EXPECT_THAT(
      services.sent[0],
      HasSubstr("case_id: \"case-a\" organization_id: \"gas\" rule: FINDING_RULE_SILENCE raised_from { seconds: "
                "1609459200 } raised_until { seconds: 1640995200 } standing_only: true"));
  EXPECT_THAT(out.str(), ContainsRegex("2021-07-15 +silence +gas +case-a +3.1 +It said nothing. +2.1 +0"));
  EXPECT_EQ(Run({"finding", "list", "--rule=noise"}), 2);
  EXPECT_THAT(err.str(), HasSubstr("--rule is one of ungrounded, contradiction"));
}

TEST_F(FindingCommandTest, SaysThatThereAreMore) {
  auto& first = Answer<ListFindingsResponse>("ListFindings");
  first.add_findings()->set_finding_id("3.1");
  first.set_next_page_token("more");
  EXPECT_EQ(Run({"finding", "list", "--limit=1"}), 0) << err.str();
  EXPECT_THAT(services.sent[0], HasSubstr("page { size: 1 }"));
  EXPECT_THAT(err.str(), HasSubstr("there are more: --limit=10"));
}

TEST_F(FindingCommandTest, ShowsTheProofInSentencesAndTheAnswers) {
  Finding& finding = AnswerFinding();
  finding.mutable_raised()->set_count(2);
  finding.mutable_raised()->set_threshold(2);
  auto& answer = *finding.add_answers();
  answer.set_event_id("5.1");
  *answer.mutable_answered_at() = At("2021-07-20");
  answer.mutable_answered()->mutable_answered_by()->set_name("the gas company");
  answer.mutable_answered()->set_text("The letter was lost");
  answer.mutable_answered()->add_grounds()->set_document("Post log");
  AnswerTimeline();
  EXPECT_EQ(Run({"finding", "show", "case-a", "3.1"}), 0) << err.str();
  EXPECT_THAT(out.str(), HasSubstr("finding 3.1 of case case-a: silence, stands\n"
                                   "  raised 2021-07-15, about the gas company\n"
                                   "  It said nothing.\n"
                                   "  counted 2, the policy says 2\n"));
  EXPECT_THAT(out.str(), ContainsRegex("2.1  2021-07-05  .*the gas company.*Why is there no gas"));
  EXPECT_THAT(out.str(), HasSubstr("5.1  2021-07-20  The gas company: The letter was lost (on Post log"));
  EXPECT_THAT(out.str(), Not(HasSubstr("lifted")));
}

TEST_F(FindingCommandTest, ShowsWhatLiftedIt) {
  Finding& finding = AnswerFinding();
  finding.set_lifted_event_id("6.1");
  finding.mutable_lifted()->set_why("It had answered.");
  finding.mutable_lifted()->set_proof_event_id("9.1");
  AnswerTimeline();
  EXPECT_EQ(Run({"finding", "show", "case-a", "3.1"}), 0) << err.str();
  EXPECT_THAT(out.str(), HasSubstr("silence, lifted\n"));
  EXPECT_THAT(out.str(), HasSubstr("answers: none\n"));
  EXPECT_THAT(out.str(), HasSubstr("lifted by 6.1: It had answered.\n  9.1  (not in the timeline)\n"));
}

TEST_F(FindingCommandTest, SaysWhereToLookForAFindingThatIsNotThere) {
  AnswerFinding();
  EXPECT_EQ(Run({"finding", "show", "case-a", "4.1"}), 1);
  EXPECT_THAT(err.str(), HasSubstr("case case-a has no finding 4.1; whistlectl finding list --case=case-a"));
}

}  // namespace
}  // namespace whistle::whistlectl
