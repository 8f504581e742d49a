// SILENCE: an assignment's date that passed with no response.
#include "services/escalation/rules/given_rule_testing.h"

namespace whistle::escalation {
namespace {

constexpr auto kRule = v1::FINDING_RULE_SILENCE;

constexpr const char* kAsked =
    "response_requested { department { organization_id: 'gas-company' } due { due_at @2021-07-10 } }";

std::string Overdue(const std::string& assignment_id, const std::string& rest = "due { due_at @2021-07-10 }") {
  return absl::StrCat("response_overdue { assignment_id: '", assignment_id,
                      "' department { organization_id: 'gas-company' } ", rest, " }");
}
std::string Progress(const std::string& assignment_id) {
  return Answer("gas-company", absl::StrCat("stance: STANCE_REPORTS_PROGRESS assignment_id: '", assignment_id, "'"));
}

// The gas company is asked on 2021-07-05, as event 4.1, to answer before 2021-07-10.
auto GivenAsked(const registry::v1::Policy& policy = PolicyWith({kRule})) {
  auto scenario = GivenInHandling("lanzhou-petition-office", policy);
  scenario.At("2021-07-05").Event(Organization("lanzhou-petition-office"), kAsked);
  return scenario;
}

TEST(SilenceRuleTest, FiresOnceWhenTheDateOfAnAssignmentPassed) {
  GivenAsked()
      .At("2021-07-10")
      .Event(testing::Agenda(), Overdue("4.1"))
      .WhenTheAgendaRuns()
      .ThenRecorded(
          "finding_raised { rule: FINDING_RULE_SILENCE organization { organization_id: 'gas-company' } subject: '4.1' "
          "evidence_event_ids: '4.1' evidence_event_ids: '5.1' policy_version: 1 "
          "text: 'the gas company let the date of assignment 4.1 pass without a response.' }")
      .At("2031-01-01")
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
}

TEST(SilenceRuleTest, NotBeforeTheDateAndNotAfterAnAnswer) {
  GivenAsked()
      .At("2021-07-09T23:59:59Z")
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded()
      .Event(Organization("gas-company"), Answer("gas-company", "stance: STANCE_REFUSES assignment_id: '4.1'"))
      .At("2031-01-01")
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
}

TEST(SilenceRuleTest, NotWhereProgressWasReportedBeforeTheDate) {
  GivenAsked()
      .At("2021-07-09")
      .Event(Organization("gas-company"), Progress("4.1"))
      .At("2021-07-10")
      .Event(testing::Agenda(),
             Overdue("4.1", "due { due_at @2021-07-10 } progress_event_id: '5.1' progress_at @2021-07-09"))
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
}

TEST(SilenceRuleTest, ProgressReportedOnTheDateIsTooLate) {
  // The overdue was recorded after an outage, and progress was reported between the date and then.
  GivenAsked()
      .At("2021-07-10")
      .Event(Organization("gas-company"), Progress("4.1"))
      .At("2021-07-12")
      .Event(testing::Agenda(),
             Overdue("4.1", "due { due_at @2021-07-10 } progress_event_id: '5.1' progress_at @2021-07-10"))
      .WhenTheAgendaRuns()
      .ThenRecorded("finding_raised { rule: FINDING_RULE_SILENCE subject: '4.1' }");
}

TEST(SilenceRuleTest, TheFirstOfSeveralProgressReportsCounts) {
  GivenAsked()
      .At("2021-07-08")
      .Event(Organization("gas-company"), Progress("4.1"))
      .At("2021-07-11")
      .Event(Organization("gas-company"), Progress("4.1"))
      .At("2021-07-12")
      .Event(testing::Agenda(),
             Overdue("4.1", "due { due_at @2021-07-10 } progress_event_id: '6.1' progress_at @2021-07-11"))
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
}

TEST(SilenceRuleTest, ProgressOfAnotherAssignmentIsNone) {
  GivenAsked()
      .Event(Organization("lanzhou-petition-office"), kAsked)
      .At("2021-07-09")
      .Event(Organization("gas-company"), Progress("5.1"))
      .At("2021-07-10")
      .Event(testing::Agenda(), Overdue("4.1"))
      .WhenTheAgendaRuns()
      .ThenRecorded("finding_raised { rule: FINDING_RULE_SILENCE subject: '4.1' }");
}

TEST(SilenceRuleTest, EachAssignmentIsAFindingOfItsOwn) {
  GivenAsked()
      .Event(Organization("lanzhou-petition-office"), kAsked)
      .At("2021-07-10")
      .Event(testing::Agenda(), Overdue("4.1"))
      .Event(testing::Agenda(), Overdue("5.1"))
      .WhenTheAgendaRuns()
      .ThenRecorded("finding_raised { subject: '4.1' evidence_event_ids: '4.1' evidence_event_ids: '6.1' }",
                    "finding_raised { subject: '5.1' evidence_event_ids: '5.1' evidence_event_ids: '7.1' }");
}

TEST(SilenceRuleTest, ASecondDateOfOneAssignmentDoesNotCountTheAskingAgain) {
  GivenAsked()
      .At("2021-07-10")
      .Event(testing::Agenda(), Overdue("4.1"))
      .WhenTheAgendaRuns()
      .At("2021-07-13")
      .Event(testing::Agenda(), Overdue("4.1", "due { due_at @2021-07-13 }"))
      .WhenTheAgendaRuns()
      .ThenRecorded("finding_raised { subject: '4.1' evidence_event_ids: '7.1' }");
}

TEST(SilenceRuleTest, AnAnswerInTimeEnteredLateLiftsItAndFreesTheAsking) {
  GivenAsked()
      .At("2021-07-10")
      .Event(testing::Agenda(), Overdue("4.1"))
      .WhenTheAgendaRuns()
      .At("2021-07-11")
      .Event(Organization("lanzhou"), "response_overdue_lifted { overdue_event_id: '5.1' proof_event_id: '1.1' }")
      .WhenTheAgendaRuns()
      .ThenRecorded("finding_lifted { finding_id: '6.1' proof_event_id: '7.1' why: 'The answer was not overdue.' }")
      .At("2021-07-13")
      .Event(testing::Agenda(), Overdue("4.1", "due { due_at @2021-07-13 }"))
      .WhenTheAgendaRuns()
      .ThenRecorded("finding_raised { evidence_event_ids: '4.1' evidence_event_ids: '9.1' }");
}

TEST(SilenceRuleTest, AnOverdueLiftedBeforeAnybodyLookedIsNone) {
  GivenAsked()
      .At("2021-07-10")
      .Event(testing::Agenda(), Overdue("4.1"))
      .Event(Organization("lanzhou"), "response_overdue_lifted { overdue_event_id: '5.1' proof_event_id: '1.1' }")
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
}

TEST(SilenceRuleTest, ProgressBeforeTheDateEnteredLateLiftsIt) {
  GivenAsked()
      .At("2021-07-10")
      .Event(testing::Agenda(), Overdue("4.1"))
      .WhenTheAgendaRuns()
      .At("2021-07-12")
      .Occurred("2021-07-09")
      .Event(Organization("gas-company"), Progress("4.1"))
      .WhenTheAgendaRuns()
      .ThenRecorded(
          "finding_lifted { finding_id: '6.1' proof_event_id: '7.1' why: 'Progress had been reported before the date.' "
          "}")
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
}

TEST(SilenceRuleTest, ProgressAfterTheDateLeavesIt) {
  GivenAsked()
      .At("2021-07-10")
      .Event(testing::Agenda(), Overdue("4.1"))
      .WhenTheAgendaRuns()
      .At("2021-07-12")
      .Occurred("2021-07-10")
      .Event(Organization("gas-company"), Progress("4.1"))
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
}

TEST(SilenceRuleTest, FollowsACorrectionOfWhenProgressWasReported) {
  GivenAsked()
      .At("2021-07-09")
      .Event(Organization("gas-company"), Progress("4.1"))
      .At("2021-07-10")
      .Event(testing::Agenda(),
             Overdue("4.1", "due { due_at @2021-07-10 } progress_event_id: '5.1' progress_at @2021-07-09"))
      .At("2021-07-20")
      .Event(Organization("gas-company"), PutRightTime("response", "5.1", "2021-07-11"))
      .WhenTheAgendaRuns()
      .ThenRecorded("finding_raised { rule: FINDING_RULE_SILENCE subject: '4.1' }")
      .Event(Organization("gas-company"), PutRightTime("response", "5.1", "2021-07-08"))
      .WhenTheAgendaRuns()
      .ThenRecorded("finding_lifted { finding_id: '8.1' proof_event_id: '9.1' }")
      .Event(Organization("gas-company"), PutRightTime("response", "5.1", "2021-07-11"))
      .WhenTheAgendaRuns()
      .ThenRecorded("finding_raised { rule: FINDING_RULE_SILENCE subject: '4.1' }");
}

TEST(SilenceRuleTest, AnotherHandlerChangesNothing) {
  GivenAsked()
      .At("2021-07-10")
      .Event(testing::Agenda(), Overdue("4.1"))
      .WhenTheAgendaRuns()
      .Event(Organization("lanzhou"), "handler_assigned { handler { organization_id: 'gansu' } }")
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
}

TEST(SilenceRuleTest, RestsWhileTheCaseIsMerged) {
  GivenAsked()
      .Event(Organization("lanzhou"), kCaseMerged)
      .At("2021-07-10")
      .Event(testing::Agenda(), Overdue("4.1"))
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded()
      .Event(Organization("lanzhou"), "case_unmerged { side: MERGE_SIDE_SOURCE }")
      .WhenTheAgendaRuns()
      .ThenRecorded("finding_raised { rule: FINDING_RULE_SILENCE subject: '4.1' }");
}

TEST(SilenceRuleTest, SwitchedOffNothingIsRaised) {
  GivenAsked(QuietPolicy())
      .At("2021-07-10")
      .Event(testing::Agenda(), Overdue("4.1"))
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
}

}  // namespace
}  // namespace whistle::escalation
