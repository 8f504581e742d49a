// BROKEN_COMMITMENT: a commitment whose date passed, not kept, or that its organization said it will not keep.
#include "services/escalation/rules/given_rule_testing.h"

namespace whistle::escalation {
namespace {

constexpr auto kRule = v1::FINDING_RULE_BROKEN_COMMITMENT;

constexpr const char* kMade =
    "commitment_made { organization { organization_id: 'gas-company' } what: 'w' due { due_at @2021-07-20 } }";
constexpr const char* kKept =
    "commitment_kept { commitment_id: '4.1' organization { organization_id: 'gas-company' } }";
constexpr const char* kRenounced =
    "commitment_broken { commitment_id: '4.1' organization { organization_id: 'gas-company' } renounced: true }";

std::string Broken(const std::string& commitment_id) {
  return absl::StrCat("commitment_broken { commitment_id: '", commitment_id,
                      "' organization { organization_id: 'gas-company' } due { due_at @2021-07-20 } }");
}

// Made on 2021-07-05, as event 4.1, to be kept before 2021-07-20.
auto GivenMade(const registry::v1::Policy& policy = PolicyWith({kRule})) {
  auto scenario = GivenInHandling("lanzhou-petition-office", policy);
  scenario.At("2021-07-05").Event(Organization("lanzhou"), kMade);
  return scenario;
}

TEST(BrokenCommitmentRuleTest, FiresOnceWhenTheDatePassed) {
  GivenMade()
      .At("2021-07-20")
      .Event(testing::Agenda(), Broken("4.1"))
      .WhenTheAgendaRuns()
      .ThenRecorded(
          "finding_raised { rule: FINDING_RULE_BROKEN_COMMITMENT organization { organization_id: 'gas-company' } "
          "subject: '4.1' evidence_event_ids: '4.1' evidence_event_ids: '5.1' "
          "text: 'the gas company did not keep its commitment 4.1.' }")
      .At("2031-01-01")
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
}

TEST(BrokenCommitmentRuleTest, NotWhereItWasKeptOnItsLastDay) {
  GivenMade()
      .At("2021-07-19T23:59:59Z")
      .Event(Organization("lanzhou"), kKept)
      .At("2031-01-01")
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
}

TEST(BrokenCommitmentRuleTest, FiresBeforeTheDateWhenItIsRenounced) {
  GivenMade()
      .At("2021-07-06")
      .Event(Organization("gas-company"), kRenounced)
      .WhenTheAgendaRuns()
      .ThenRecorded("finding_raised { rule: FINDING_RULE_BROKEN_COMMITMENT subject: '4.1' }");
}

TEST(BrokenCommitmentRuleTest, EachCommitmentIsAFindingOfItsOwn) {
  GivenMade()
      .Event(Organization("lanzhou"), kMade)
      .At("2021-07-20")
      .Event(testing::Agenda(), Broken("4.1"))
      .Event(testing::Agenda(), Broken("5.1"))
      .WhenTheAgendaRuns()
      .ThenRecorded("finding_raised { subject: '4.1' evidence_event_ids: '4.1' evidence_event_ids: '6.1' }",
                    "finding_raised { subject: '5.1' evidence_event_ids: '5.1' evidence_event_ids: '7.1' }");
}

TEST(BrokenCommitmentRuleTest, KeptInTimeAndEnteredLateLiftsIt) {
  GivenMade()
      .At("2021-07-20")
      .Event(testing::Agenda(), Broken("4.1"))
      .WhenTheAgendaRuns()
      .At("2021-07-22")
      .Occurred("2021-07-19")
      .Events(Organization("lanzhou"),
              {kKept, "coordination_overdue_lifted { overdue_event_id: '5.1' proof_event_id: '7.1' }"})
      .WhenTheAgendaRuns()
      .ThenRecorded("finding_lifted { finding_id: '6.1' proof_event_id: '7.2' why: 'The commitment was not broken.' }")
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
}

TEST(BrokenCommitmentRuleTest, KeptAfterTheDateLeavesIt) {
  GivenMade()
      .At("2021-07-20")
      .Event(testing::Agenda(), Broken("4.1"))
      .WhenTheAgendaRuns()
      .At("2021-07-21")
      .Event(Organization("lanzhou"), kKept)
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
}

TEST(BrokenCommitmentRuleTest, LiftedBeforeAnybodyLookedItIsNone) {
  GivenMade()
      .At("2021-07-20")
      .Event(testing::Agenda(), Broken("4.1"))
      .Event(Organization("lanzhou"), "coordination_overdue_lifted { overdue_event_id: '5.1' proof_event_id: '1.1' }")
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
}

TEST(BrokenCommitmentRuleTest, BrokenAgainByTheRightDateTheMakingCountsAgain) {
  GivenMade()
      .At("2021-07-20")
      .Event(testing::Agenda(), Broken("4.1"))
      .WhenTheAgendaRuns()
      .Event(Organization("lanzhou"), "coordination_overdue_lifted { overdue_event_id: '5.1' proof_event_id: '1.1' }")
      .WhenTheAgendaRuns()
      .ThenRecorded("finding_lifted { finding_id: '6.1' }")
      .At("2021-08-20")
      .Event(testing::Agenda(), Broken("4.1"))
      .WhenTheAgendaRuns()
      .ThenRecorded("finding_raised { evidence_event_ids: '4.1' evidence_event_ids: '9.1' }");
}

TEST(BrokenCommitmentRuleTest, AnotherHandlerChangesNothing) {
  GivenMade()
      .At("2021-07-20")
      .Event(testing::Agenda(), Broken("4.1"))
      .WhenTheAgendaRuns()
      .Event(Organization("lanzhou"), "handler_assigned { handler { organization_id: 'gansu' } }")
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
}

TEST(BrokenCommitmentRuleTest, RestsWhileTheCaseIsMerged) {
  GivenMade()
      .Event(Organization("lanzhou"), kCaseMerged)
      .At("2021-07-20")
      .Event(testing::Agenda(), Broken("4.1"))
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded()
      .Event(Organization("lanzhou"), "case_unmerged { side: MERGE_SIDE_SOURCE }")
      .WhenTheAgendaRuns()
      .ThenRecorded("finding_raised { rule: FINDING_RULE_BROKEN_COMMITMENT subject: '4.1' }");
}

TEST(BrokenCommitmentRuleTest, SwitchedOffNothingIsRaised) {
  GivenMade(QuietPolicy())
      .At("2021-07-20")
      .Event(testing::Agenda(), Broken("4.1"))
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
}

}  // namespace
}  // namespace whistle::escalation
