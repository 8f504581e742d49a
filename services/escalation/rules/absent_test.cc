// ABSENT: a called department that sent nobody, to a meeting or on a whistle.
#include "services/escalation/rules/given_rule_testing.h"

namespace whistle::escalation {
namespace {

constexpr auto kRule = v1::FINDING_RULE_ABSENT;

constexpr const char* kMeeting =
    "meeting_held { meeting_id: '1.1' outcome: MEETING_OUTCOME_AGREED attended { organization_id: 'lanzhou' } "
    "absent { organization_id: 'gas-company' } }";
constexpr const char* kWhistle =
    "whistle_blown { called { department { organization_id: 'gas-company' } due { due_at @2021-07-08 } } "
    "called { department { organization_id: 'broadcast-company' } due { due_at @2021-07-08 } } }";

std::string Unanswered(const std::string& department) {
  return absl::StrCat("whistle_unanswered { whistle_id: '4.1' department { organization_id: '", department, "' } }");
}
std::string Came(const std::string& department) {
  return absl::StrCat("department_reported_in { whistle_id: '4.1' department { organization_id: '", department,
                      "' } }");
}

TEST(AbsentRuleTest, FiresOnceForWhoIsMissingAtAMeeting) {
  GivenRule(kRule)
      .At("2021-07-05")
      .Event(Organization("lanzhou"), kMeeting)
      .WhenTheAgendaRuns()
      .ThenRecorded(
          "finding_raised { rule: FINDING_RULE_ABSENT organization { organization_id: 'gas-company' } "
          "evidence_event_ids: '4.1' subject: '4.1' "
          "text: 'the gas company was called to a joint meeting and sent nobody.' }")
      .At("2031-01-01")
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
}

TEST(AbsentRuleTest, NotWhereEverybodyCame) {
  GivenRule(kRule)
      .Event(Organization("lanzhou"),
             "meeting_held { meeting_id: '1.1' outcome: MEETING_OUTCOME_DEADLOCKED attended { organization_id: "
             "'lanzhou' } attended { organization_id: 'gas-company' } }")
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
}

TEST(AbsentRuleTest, EachOfSeveralMissingIsAFindingOfItsOwn) {
  GivenRule(kRule)
      .Event(Organization("lanzhou"),
             "meeting_held { meeting_id: '1.1' absent { organization_id: 'gas-company' } absent { organization_id: "
             "'broadcast-company' } }")
      .WhenTheAgendaRuns()
      .ThenRecorded(
          "finding_raised { organization { organization_id: 'gas-company' } evidence_event_ids: '4.1' }",
          "finding_raised { organization { organization_id: 'broadcast-company' } evidence_event_ids: '4.1' }");
}

TEST(AbsentRuleTest, EachMeetingIsAFindingOfItsOwn) {
  GivenRule(kRule)
      .Event(Organization("lanzhou"), kMeeting)
      .Event(Organization("lanzhou"), kMeeting)
      .WhenTheAgendaRuns()
      .ThenRecorded("finding_raised { subject: '4.1' evidence_event_ids: '4.1' }",
                    "finding_raised { subject: '5.1' evidence_event_ids: '5.1' }");
}

TEST(AbsentRuleTest, FiresOnceForWhoDidNotAnswerAWhistle) {
  GivenRule(kRule)
      .At("2021-07-05")
      .Event(Organization("lanzhou"), kWhistle)
      .At("2021-07-08")
      .Event(testing::Agenda(), Unanswered("gas-company"))
      .WhenTheAgendaRuns()
      .ThenRecorded(
          "finding_raised { rule: FINDING_RULE_ABSENT organization { organization_id: 'gas-company' } subject: '4.1' "
          "evidence_event_ids: '5.1' text: 'the gas company was called by whistle 4.1 and sent nobody by its date.' }")
      .At("2031-01-01")
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
}

TEST(AbsentRuleTest, NotWhoReportedIn) {
  GivenRule(kRule)
      .At("2021-07-05")
      .Event(Organization("lanzhou"), kWhistle)
      .At("2021-07-07")
      .Event(Organization("gas-company"), Came("gas-company"))
      .Event(Organization("broadcast-company"), Came("broadcast-company"))
      .At("2031-01-01")
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
}

TEST(AbsentRuleTest, OfTwoCalledOnlyWhoDidNotCome) {
  GivenRule(kRule)
      .At("2021-07-05")
      .Event(Organization("lanzhou"), kWhistle)
      .Event(Organization("gas-company"), Came("gas-company"))
      .At("2021-07-08")
      .Event(testing::Agenda(), Unanswered("broadcast-company"))
      .WhenTheAgendaRuns()
      .ThenRecorded("finding_raised { organization { organization_id: 'broadcast-company' } subject: '4.1' }");
}

TEST(AbsentRuleTest, WhoCameInTimeAndWasEnteredLateIsLifted) {
  GivenRule(kRule)
      .At("2021-07-05")
      .Event(Organization("lanzhou"), kWhistle)
      .At("2021-07-08")
      .Event(testing::Agenda(), Unanswered("gas-company"))
      .Event(testing::Agenda(), Unanswered("broadcast-company"))
      .WhenTheAgendaRuns()
      .At("2021-07-09")
      .Occurred("2021-07-07")
      .Events(Organization("gas-company"),
              {Came("gas-company"), "coordination_overdue_lifted { overdue_event_id: '5.1' proof_event_id: '9.1' }"})
      .WhenTheAgendaRuns()
      .ThenRecorded("finding_lifted { finding_id: '7.1' proof_event_id: '9.2' why: 'It came in time.' }");
}

TEST(AbsentRuleTest, WhoCameLateIsNot) {
  GivenRule(kRule)
      .At("2021-07-05")
      .Event(Organization("lanzhou"), kWhistle)
      .At("2021-07-08")
      .Event(testing::Agenda(), Unanswered("gas-company"))
      .WhenTheAgendaRuns()
      .At("2021-07-09")
      .Event(Organization("gas-company"), Came("gas-company"))
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
}

TEST(AbsentRuleTest, ALiftedOverdueThatNobodyLookedAtIsNone) {
  GivenRule(kRule)
      .Event(Organization("lanzhou"), kWhistle)
      .At("2021-07-08")
      .Event(testing::Agenda(), Unanswered("gas-company"))
      .Event(Organization("gas-company"),
             "coordination_overdue_lifted { overdue_event_id: '5.1' proof_event_id: '1.1' }")
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
}

TEST(AbsentRuleTest, FollowsACorrectionOfWhoWasMissing) {
  GivenRule(kRule)
      .At("2021-07-05")
      .Event(Organization("lanzhou"), kMeeting)
      .WhenTheAgendaRuns()
      .At("2021-07-06")
      .Event(Organization("lanzhou"), PutRightOrganization("coordination", "4.1", "absent[0]", "broadcast-company"))
      .WhenTheAgendaRuns()
      .ThenRecorded(
          "finding_raised { organization { organization_id: 'broadcast-company' } evidence_event_ids: '4.1' }",
          "finding_lifted { finding_id: '5.1' proof_event_id: '6.1' "
          "why: 'It was another organization that sent nobody.' }")
      .Event(Organization("lanzhou"), PutRightOrganization("coordination", "4.1", "absent[0]", "gas-company"))
      .WhenTheAgendaRuns()
      .ThenRecorded("finding_raised { organization { organization_id: 'gas-company' } evidence_event_ids: '4.1' }",
                    "finding_lifted { finding_id: '7.1' proof_event_id: '9.1' }");
}

TEST(AbsentRuleTest, ACorrectionOfTheMinutesLeavesIt) {
  GivenRule(kRule)
      .Event(Organization("lanzhou"), kMeeting)
      .WhenTheAgendaRuns()
      .Event(Organization("lanzhou"),
             R"(coordination_entry_corrected { event_id: '4.1' why: 'w' fields { path: 'minutes' is: '"m"' } })")
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
}

TEST(AbsentRuleTest, RestsWhileTheCaseIsMerged) {
  GivenRule(kRule)
      .Event(Organization("lanzhou"), kCaseMerged)
      .Event(Organization("lanzhou"), kMeeting)
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded()
      .Event(Organization("lanzhou"), "case_unmerged { side: MERGE_SIDE_SOURCE }")
      .WhenTheAgendaRuns()
      .ThenRecorded("finding_raised { rule: FINDING_RULE_ABSENT subject: '5.1' }");
}

TEST(AbsentRuleTest, SwitchedOffNothingIsRaised) {
  GivenInHandling().Event(Organization("lanzhou"), kMeeting).WhenTheAgendaRuns().ThenNothingWasRecorded();
}

}  // namespace
}  // namespace whistle::escalation
