// NO_OWNER beyond its date (services/escalation/owner_test.cc): what late entries, corrections and policies make of it.
#include "services/escalation/rules/given_rule_testing.h"

namespace whistle::escalation {
namespace {

constexpr auto kRule = v1::FINDING_RULE_NO_OWNER;

std::string Accepts() { return Answer("gas-company", "stance: STANCE_ACCEPTS"); }

// In handling since 2021-07-01 (event 3.1); the time in which somebody is to accept ends on 2021-07-12 (event 4.1).
auto GivenAwaited() {
  auto scenario = GivenRule(kRule);
  scenario.WhenTheAgendaRuns().ThenRecorded("owner_awaited { since_event_id: '3.1' due { due_at @2021-07-12 } }");
  return scenario;
}

TEST(NoOwnerRuleTest, ToDeferRefuseOrReportProgressIsToAcceptNothing) {
  for (const char* stance :
       {"REFUSES", "CONDITIONAL", "REPORTS_PROGRESS", "DEFERS defers_to { organization_id: 'broadcast-company' }"}) {
    GivenAwaited()
        .At("2021-07-05")
        .Event(Organization("gas-company"), Answer("gas-company", absl::StrCat("stance: STANCE_", stance)))
        .At("2021-07-12")
        .WhenTheAgendaRuns()
        .ThenRecorded("finding_raised { rule: FINDING_RULE_NO_OWNER subject: '3.1' counted_from @2021-07-01 }");
  }
}

TEST(NoOwnerRuleTest, AnAcceptanceASecondBeforeTheDateIsInTimeThoughNobodyLooked) {
  GivenAwaited()
      .At("2021-07-11T23:59:59Z")
      .Event(Organization("gas-company"), Accepts())
      .At("2021-08-01")
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
}

TEST(NoOwnerRuleTest, FiresAfterwardsWhereNobodyLookedOnTheDate) {
  GivenAwaited()
      .At("2021-07-12")
      .Event(Organization("gas-company"), Accepts())
      .At("2021-08-01")
      .WhenTheAgendaRuns()
      .ThenRecorded(
          "finding_raised { rule: FINDING_RULE_NO_OWNER evidence_event_ids: '3.1' evidence_event_ids: '4.1' subject: "
          "'3.1' count: 10 threshold: 10 counted_from @2021-07-01 text: 'Nobody has accepted the case for 10 calendar "
          "days.' }")
      .At("2031-01-01")
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
}

TEST(NoOwnerRuleTest, FollowsACorrectionOfWhenSomebodyAccepted) {
  GivenAwaited()
      .At("2021-07-05")
      .Event(Organization("gas-company"), Accepts())
      .At("2021-07-20")
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded()
      .Event(Organization("gas-company"), PutRightTime("response", "5.1", "2021-07-15"))
      .WhenTheAgendaRuns()
      .ThenRecorded("finding_raised { rule: FINDING_RULE_NO_OWNER subject: '3.1' }")
      .Event(Organization("gas-company"), PutRightTime("response", "5.1", "2021-07-06"))
      .WhenTheAgendaRuns()
      .ThenRecorded("finding_lifted { finding_id: '7.1' proof_event_id: '8.1' }")
      .Event(Organization("gas-company"), PutRightTime("response", "5.1", "2021-07-16"))
      .WhenTheAgendaRuns()
      .ThenRecorded("finding_raised { rule: FINDING_RULE_NO_OWNER subject: '3.1' }");
}

TEST(NoOwnerRuleTest, ALaterBeginningLiftsItAndItsOwnDateFires) {
  GivenAwaited()
      .At("2021-07-12")
      .WhenTheAgendaRuns()
      .ThenRecorded("finding_raised { rule: FINDING_RULE_NO_OWNER }")
      .At("2021-07-13")
      .Event(Organization("lanzhou"), PutRightTime("intake", "3.1", "2021-07-08"))
      .WhenTheAgendaRuns()
      .ThenRecorded("owner_awaited { since_event_id: '3.1' due { due_at @2021-07-19 } }",
                    "finding_lifted { finding_id: '5.1' proof_event_id: '6.1' }")
      .At("2021-07-19")
      .WhenTheAgendaRuns()
      .ThenRecorded("finding_raised { rule: FINDING_RULE_NO_OWNER counted_from @2021-07-08 }");
}

TEST(NoOwnerRuleTest, AnAcceptanceInTimeEnteredAfterItWasTakenBackBeginsItAnew) {
  GivenAwaited()
      .At("2021-07-12")
      .WhenTheAgendaRuns()
      .ThenRecorded("finding_raised { rule: FINDING_RULE_NO_OWNER }")
      .At("2021-07-13")
      .Occurred("2021-07-08")
      .Event(Organization("gas-company"), Answer("gas-company", "stance: STANCE_REFUSES"))
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded()
      .Occurred("2021-07-05")
      .Event(Organization("gas-company"), Accepts())
      .WhenTheAgendaRuns()
      .ThenRecorded("finding_lifted { finding_id: '5.1' proof_event_id: '7.1' }",
                    "owner_awaited { since_event_id: '6.1' due { due_at @2021-07-19 } }")
      .At("2021-07-19")
      .WhenTheAgendaRuns()
      .ThenRecorded("finding_raised { rule: FINDING_RULE_NO_OWNER subject: '6.1' counted_from @2021-07-08 }");
}

TEST(NoOwnerRuleTest, AnotherHandlerBeginsNoNewTime) {
  GivenAwaited()
      .At("2021-07-08")
      .Event(Organization("lanzhou"), "handler_assigned { handler { organization_id: 'lanzhou' } }")
      .At("2021-07-12")
      .WhenTheAgendaRuns()
      .ThenRecorded("finding_raised { rule: FINDING_RULE_NO_OWNER counted_from @2021-07-01 }");
}

TEST(NoOwnerRuleTest, RestsWhileTheCaseIsMerged) {
  GivenAwaited()
      .At("2021-07-08")
      .Event(Organization("lanzhou"), kCaseMerged)
      .At("2021-07-12")
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
}

TEST(NoOwnerRuleTest, BoundToAPolicyWithoutItNothingIsRaised) {
  GivenAwaited()
      .At("2021-07-02")
      .Event(Organization("lanzhou"),
             absl::StrCat("policy_rebound { policy_version: 2 policy {", QuietPolicy().ShortDebugString(), "} }"))
      .At("2031-01-01")
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
}

}  // namespace
}  // namespace whistle::escalation
