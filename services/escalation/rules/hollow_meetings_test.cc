// HOLLOW_MEETINGS: the policy's number of joint meetings that ended deadlocked.
#include "services/escalation/rules/given_rule_testing.h"

namespace whistle::escalation {
namespace {

constexpr auto kRule = v1::FINDING_RULE_HOLLOW_MEETINGS;

constexpr const char* kDeadlocked = "meeting_held { meeting_id: '1.1' outcome: MEETING_OUTCOME_DEADLOCKED }";
constexpr const char* kPartly = "meeting_held { meeting_id: '1.1' outcome: MEETING_OUTCOME_PARTLY }";
constexpr const char* kAgreed = "meeting_held { meeting_id: '1.1' outcome: MEETING_OUTCOME_AGREED }";

TEST(HollowMeetingsRuleTest, FiresAtTheSecondMeetingThatEndsDeadlocked) {
  GivenRule(kRule)
      .At("2021-07-05")
      .Event(Organization("lanzhou"), kDeadlocked)
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded()
      .At("2021-08-05")
      .Event(Organization("lanzhou"), kDeadlocked)
      .WhenTheAgendaRuns()
      .ThenRecorded(
          "finding_raised { rule: FINDING_RULE_HOLLOW_MEETINGS evidence_event_ids: '4.1' evidence_event_ids: '5.1' "
          "count: 2 threshold: 2 text: '2 joint meetings ended deadlocked.' }")
      .ThenEvents([](const auto& events) { EXPECT_FALSE(events[0].finding_raised().has_organization()); })
      .At("2031-01-01")
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
}

TEST(HollowMeetingsRuleTest, NotWhereTheSecondAgreesOnSomething) {
  GivenRule(kRule)
      .Event(Organization("lanzhou"), kDeadlocked)
      .Event(Organization("lanzhou"), kPartly)
      .Event(Organization("lanzhou"), kAgreed)
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
}

TEST(HollowMeetingsRuleTest, OneThatAgreedInBetweenChangesNothing) {
  GivenRule(kRule)
      .Event(Organization("lanzhou"), kDeadlocked)
      .Event(Organization("lanzhou"), kAgreed)
      .Event(Organization("lanzhou"), kDeadlocked)
      .WhenTheAgendaRuns()
      .ThenRecorded("finding_raised { evidence_event_ids: '4.1' evidence_event_ids: '6.1' }");
}

TEST(HollowMeetingsRuleTest, HoweverManyAgreedInBetween) {
  auto scenario = GivenRule(kRule);
  scenario.Event(Organization("lanzhou"), kDeadlocked);
  for (int i = 0; i < 2 * kMeetingsKept; ++i) scenario.Event(Organization("lanzhou"), kAgreed);
  scenario.Event(Organization("lanzhou"), kDeadlocked)
      .WhenTheAgendaRuns()
      .ThenRecorded("finding_raised { evidence_event_ids: '4.1' evidence_event_ids: '133.1' }");
}

TEST(HollowMeetingsRuleTest, SixMeetingsAreThreeFindings) {
  auto scenario = GivenRule(kRule);
  for (int i = 0; i < 6; ++i) scenario.Event(Organization("lanzhou"), kDeadlocked);
  scenario.WhenTheAgendaRuns().ThenRecorded("finding_raised { evidence_event_ids: '4.1' evidence_event_ids: '5.1' }",
                                            "finding_raised { evidence_event_ids: '6.1' evidence_event_ids: '7.1' }",
                                            "finding_raised { evidence_event_ids: '8.1' evidence_event_ids: '9.1' }");
}

TEST(HollowMeetingsRuleTest, TheNumberIsThePolicys) {
  registry::v1::Policy policy = PolicyWith({kRule});
  policy.set_hollow_meetings(3);
  GivenInHandling("lanzhou-petition-office", policy)
      .Event(Organization("lanzhou"), kDeadlocked)
      .Event(Organization("lanzhou"), kDeadlocked)
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded()
      .Event(Organization("lanzhou"), kDeadlocked)
      .WhenTheAgendaRuns()
      .ThenRecorded("finding_raised { count: 3 threshold: 3 text: '3 joint meetings ended deadlocked.' }");
}

TEST(HollowMeetingsRuleTest, AMeetingEnteredLateCountsAndIsNamedWhereItHappened) {
  GivenRule(kRule)
      .At("2021-08-05")
      .Event(Organization("lanzhou"), kDeadlocked)
      .WhenTheAgendaRuns()
      .At("2021-08-06")
      .Occurred("2021-07-05")
      .Event(Organization("lanzhou"), kDeadlocked)
      .WhenTheAgendaRuns()
      .ThenRecorded("finding_raised { evidence_event_ids: '5.1' evidence_event_ids: '4.1' }");
}

TEST(HollowMeetingsRuleTest, AnotherHandlerChangesNothing) {
  GivenRule(kRule)
      .Event(Organization("lanzhou"), kDeadlocked)
      .Event(Organization("lanzhou"), "handler_assigned { handler { organization_id: 'lanzhou' } }")
      .Event(Organization("lanzhou"), kDeadlocked)
      .WhenTheAgendaRuns()
      .ThenRecorded("finding_raised { evidence_event_ids: '4.1' evidence_event_ids: '6.1' }");
}

TEST(HollowMeetingsRuleTest, RestsWhileTheCaseIsMerged) {
  GivenRule(kRule)
      .Event(Organization("lanzhou"), kDeadlocked)
      .Event(Organization("lanzhou"), kCaseMerged)
      .Event(Organization("lanzhou"), kDeadlocked)
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded()
      .Event(Organization("lanzhou"), "case_unmerged { side: MERGE_SIDE_SOURCE }")
      .WhenTheAgendaRuns()
      .ThenRecorded("finding_raised { rule: FINDING_RULE_HOLLOW_MEETINGS }");
}

TEST(HollowMeetingsRuleTest, SwitchedOffNothingIsRaised) {
  GivenInHandling()
      .Event(Organization("lanzhou"), kDeadlocked)
      .Event(Organization("lanzhou"), kDeadlocked)
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
}

}  // namespace
}  // namespace whistle::escalation
