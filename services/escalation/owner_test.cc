// NO_OWNER: a case in handling that no organization accepts.
#include "services/escalation/given.h"

namespace whistle::escalation {
namespace {

constexpr const char* kAccepts =
    "response_submitted { department { organization_id: 'gas-company' } stance: STANCE_ACCEPTS text: 'we do it' }";
constexpr const char* kRefuses =
    "response_submitted { department { organization_id: 'gas-company' } stance: STANCE_REFUSES text: 'no' "
    "grounds { document: 'd' } }";

// Ten calendar days by the test policy, from the acceptance on 2021-07-01; the date is set at once, as event 4.1.
auto GivenAwaited() {
  auto scenario = GivenLookedAt();
  scenario.WhenTheAgendaRuns().ThenRecorded(
      "owner_awaited { since_event_id: '3.1' due { rule: 'no_owner' due_at @2021-07-12 days: 10 } "
      "holder { organization_id: 'lanzhou-petition-office' } }");
  return scenario;
}

TEST(NoOwnerTest, FiresOnceWithTheDaysCounted) {
  GivenAwaited()
      .At("2021-07-12")
      .WhenTheAgendaRuns()
      .ThenRecorded(
          "finding_raised { rule: FINDING_RULE_NO_OWNER evidence_event_ids: '3.1' evidence_event_ids: '4.1' subject: "
          "'3.1' count: 10 threshold: 10 counted_from @2021-07-01 text: 'Nobody has accepted the case for 10 calendar "
          "days.' }")
      .At("2031-01-01")
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
}

TEST(NoOwnerTest, NotASecondEarly) {
  GivenAwaited()
      .At("2021-07-08T16:47:59Z")
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded()
      .At("2021-07-11T23:59:59Z")
      .WhenTheAgendaRuns()
      .ThenRecorded("escalation_deadline_approaching { rule: 'no_owner' subject: '3.1' }");
}

TEST(NoOwnerTest, WarnsOnceAtTheShare) {
  GivenAwaited()
      .At("2021-07-08T16:48:00Z")
      .WhenTheAgendaRuns()
      .ThenRecorded(
          "escalation_deadline_approaching { rule: 'no_owner' subject: '3.1' due_at @2021-07-12 "
          "organization { organization_id: 'lanzhou-petition-office' } }")
      .At("2021-07-11")
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
}

TEST(NoOwnerTest, NotAfterSomebodyAccepted) {
  GivenAwaited()
      .At("2021-07-11")
      .Event(Organization("gas-company"), kAccepts)
      .ThenNothingIsDue()
      .At("2031-01-01")
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
}

TEST(NoOwnerTest, AnAcceptanceTakenBackBeginsItAnew) {
  GivenAwaited()
      .At("2021-07-05")
      .Event(Organization("gas-company"), kAccepts)
      .At("2021-07-20")
      .Event(Organization("gas-company"), kRefuses)
      .WhenTheAgendaRuns()
      .ThenRecorded("owner_awaited { since_event_id: '6.1' due { due_at @2021-07-31 } }");
}

TEST(NoOwnerTest, AnotherOnesRefusalDoesNotEndAnAcceptance) {
  GivenAwaited()
      .At("2021-07-05")
      .Event(Organization("gas-company"), kAccepts)
      .Event(Organization("broadcast-company"),
             "response_submitted { department { organization_id: 'broadcast-company' } stance: STANCE_REFUSES "
             "text: 'no' grounds { document: 'd' } }")
      .ThenNothingIsDue();
}

TEST(NoOwnerTest, UpgradedHandlingIsAnOwner) {
  GivenAwaited()
      .At("2021-07-05")
      .Command(Organization("gansu"), Request<v1::UpgradeHandlingRequest>("leader_office: 'the vice governor'"))
      .ThenState([](const State& state) { EXPECT_FALSE(state.observed().has_ownerless()); });
}

TEST(NoOwnerTest, WhatWasCompletedAndIsNotDisputedWantsNobody) {
  auto scenario = GivenAwaited();
  scenario.At("2021-07-05")
      .Command(Organization("gansu"), Request<v1::UpgradeHandlingRequest>("leader_office: 'the vice governor'"))
      .At("2021-07-06")
      .Command(Organization("gansu"),
               Request<v1::CompleteHandlingRequest>("handling_id: '5.1' measures { text: 'gas is lit' }"))
      .ThenNothingIsDue()
      .At("2021-07-07")
      .Event(Petitioner(), "resolution_disputed { claim_event_id: '6.1' why: 'it is not' }")
      .ThenState([](const State& state) { EXPECT_EQ(state.observed().ownerless().since().event_id(), "7.1"); });
}

TEST(NoOwnerTest, EndsWithTheCase) {
  GivenAwaited()
      .At("2021-07-05")
      .Event(Organization("lanzhou"), kCaseClosed)
      .At("2031-01-01")
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
}

TEST(NoOwnerTest, AnAcceptanceInTimeEnteredLateLiftsIt) {
  GivenAwaited()
      .At("2021-07-12")
      .WhenTheAgendaRuns()
      .At("2021-07-13")
      .Occurred("2021-07-10")
      .Event(Organization("gas-company"), kAccepts)
      .WhenTheAgendaRuns()
      .ThenRecorded("finding_lifted { finding_id: '5.1' proof_event_id: '6.1' }")
      .ThenNothingIsDue();
}

TEST(NoOwnerTest, AnAcceptanceAfterTheDateLeavesTheFinding) {
  GivenAwaited()
      .At("2021-07-12")
      .WhenTheAgendaRuns()
      .At("2021-07-13")
      .Event(Organization("gas-company"), kAccepts)
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
}

TEST(NoOwnerTest, FollowsACorrection) {
  GivenAwaited()
      .At("2021-07-03")
      .Event(Organization("lanzhou"),
             R"(intake_entry_corrected { event_id: '3.1' why: 'w' fields { path: 'occurred_at'
                was: '"2021-07-01T00:00:00Z"' is: '"2021-06-29T00:00:00Z"' } })")
      .WhenTheAgendaRuns()
      .ThenRecorded("owner_awaited { since_event_id: '3.1' due { due_at @2021-07-10 } }")
      .At("2021-07-10")
      .WhenTheAgendaRuns()
      .ThenRecorded("finding_raised { rule: FINDING_RULE_NO_OWNER counted_from @2021-06-29 }");
}

TEST(NoOwnerTest, SwitchedOffNoDateIsSet) {
  registry::v1::Policy policy = testing::DefaultPolicy();
  policy.mutable_no_owner()->set_off(true);
  GivenInHandling("lanzhou-petition-office", policy).ThenNothingIsDue();
}

TEST(NoOwnerTest, ACaseNotYetAcceptedHasNone) { GivenRegistered(testing::DefaultPolicy()).ThenNothingIsDue(); }

}  // namespace
}  // namespace whistle::escalation
