// Acceptance and handling: one suite for each row of the policy table.
#include "services/intake/deadlines_testing.h"

namespace whistle::intake {
namespace {

using common::v1::REJECTION_KIND_ILLEGAL;
using common::v1::REJECTION_KIND_INVALID;
using testing::DefaultPolicy;
using ::testing::HasSubstr;
using testing::Organization;
using testing::Petitioner;
using testing::RegistryBuilder;
using testing::Request;

v1::CloseCaseRequest Close() { return Request<v1::CloseCaseRequest>(R"(why: "Gas is lit.")"); }
v1::ReopenCaseRequest Reopen() { return Request<v1::ReopenCaseRequest>(R"(why: "It is off again.")"); }
v1::DeclineCaseRequest Decline() {
  return Request<v1::DeclineCaseRequest>(R"(why: "not ours" grounds { document: "Regulations" clause: "22" })");
}
v1::ProposeMergeRequest Merge() {
  return Request<v1::ProposeMergeRequest>(R"(target_case_id: "case-2" why: "the same building")");
}
v1::UnmergeCaseRequest Unmerge() { return Request<v1::UnmergeCaseRequest>(R"(why: "another building")"); }

// Registered on 2021-07-01 (1.1) by the petitioner's side, with a handler (2.1): to be decided on by the end of
// 2021-07-16. Warned at 70 % of the 16 days to that midnight.
auto GivenAssigned() {
  auto scenario = GivenRegistered();
  scenario.Command(Organization("lanzhou"), Assign("lanzhou-petition-office"));
  return scenario;
}
// The same when nobody decided: 3.1 says so, on 2021-07-17.
auto GivenAcceptanceOverdue() {
  auto scenario = GivenAssigned();
  scenario.At("2021-07-17").WhenTheAgendaRuns();
  return scenario;
}

TEST(AcceptanceDeadlineTest, FiresOnce) {
  GivenAssigned()
      .At("2021-07-17")
      .WhenTheAgendaRuns()
      .ThenRecorded(R"(occurred_at: @2021-07-17 acceptance_overdue {
          due { due_at: @2021-07-17 last_day: "2021-07-16" rule: "acceptance" days: 15 registry_version: 1 }
          organization { organization_id: "lanzhou-petition-office" superior_ids: "lanzhou" superior_ids: "gansu" } })")
      .ThenState(R"(acceptance_overdue_event_id: "3.1")")
      .ThenFoundUnder({"overdue", "acceptance", "lanzhou-petition-office", "case-1", "acceptance"})
      .ThenNothingIsDue()
      .At("2022-07-01")
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
}

TEST(AcceptanceDeadlineTest, NotASecondEarly) {
  GivenAssigned()
      .At("2021-07-15")
      .WhenTheAgendaRuns()
      .At("2021-07-16T23:59:59Z")
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded()
      .At("2021-07-17")
      .WhenTheAgendaRuns()
      .ThenRecorded("acceptance_overdue {}");
}

TEST(AcceptanceDeadlineTest, NotAfterItWasMet) {
  GivenAssigned()
      .At("2021-07-16T23:59:59Z")
      .Command(kOffice, v1::AcceptCaseRequest())
      .ThenDue("kind: AGENDA_KIND_DEADLINE_APPROACHING subject: 'handling'", "kind: AGENDA_KIND_HANDLING_OVERDUE")
      .At("2021-07-17")
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
  GivenDeclined().ThenNothingIsDue().At("2021-07-17").WhenTheAgendaRuns().ThenNothingWasRecorded();
}

TEST(AcceptanceDeadlineTest, WarnsOnceAtTheShare) {
  GivenAssigned()
      .At("2021-07-12T04:47:59Z")
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded()
      .At("2021-07-12T04:48:00Z")
      .WhenTheAgendaRuns()
      .ThenRecorded(R"(intake_deadline_approaching { subject: "acceptance" due_at: @2021-07-17 rule: "acceptance"
                                                     organization { organization_id: "lanzhou-petition-office" } })")
      .ThenState(R"(acceptance_warned_event_id: "3.1")")
      .ThenDue("kind: AGENDA_KIND_ACCEPTANCE_OVERDUE due_at: @2021-07-17")
      .At("2021-07-16")
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded()
      .At("2021-07-17")
      .WhenTheAgendaRuns()
      .ThenRecorded("acceptance_overdue {}");
}

TEST(AcceptanceDeadlineTest, AWarningAfterTheDateIsTheOverdue) {
  GivenAssigned()
      .At("2021-09-01")
      .WhenTheAgendaRuns()
      .ThenRecorded("occurred_at: @2021-09-01 acceptance_overdue { due { due_at: @2021-07-17 } }")
      .ThenNothingIsDue();
}

TEST(AcceptanceDeadlineTest, IsOwedByTheHandlerOrWhoTookItDownOrNobody) {
  GivenRegistered()
      .ThenState([](const State& state) { EXPECT_FALSE(Obligations(state, "case-1").at(0).has_organization()); })
      .At("2021-07-17")
      .WhenTheAgendaRuns()
      .ThenEvents([](const std::vector<journal::v1::Event>& events) {
        ASSERT_EQ(events.size(), 1u);
        EXPECT_FALSE(events[0].acceptance_overdue().has_organization());
      })
      .ThenFoundUnder({"overdue", "acceptance", "", "case-1", "acceptance"});
  GivenIntake()
      .Command(Organization("station-community"), Register())
      .ThenFoundUnder({"due_of", "station-community", DateKey("2021-07-17"), "case-1", "acceptance", "acceptance"})
      .Command(Organization("lanzhou"), Assign("lanzhou-petition-office"))
      .ThenFoundUnder(
          {"due_of", "lanzhou-petition-office", DateKey("2021-07-17"), "case-1", "acceptance", "acceptance"})
      .ThenNotFoundUnder({"due_of", "station-community", DateKey("2021-07-17"), "case-1", "acceptance", "acceptance"});
}

TEST(AcceptanceDeadlineTest, ALateEntryLiftsIt) {
  GivenAcceptanceOverdue()
      .At("2021-07-20")
      .Occurred("2021-07-16T23:59:59Z")
      .When(kOffice, v1::AcceptCaseRequest())
      .ThenRecorded(
          "occurred_at: @2021-07-16T23:59:59Z case_accepted {}",
          R"(occurred_at: @2021-07-16T23:59:59Z intake_overdue_lifted { overdue_event_id: "3.1" proof_event_id: "4.1"
                       why: "It was decided on 2021-07-16T23:59:59Z, before the end of 2021-07-16, and entered late." })")
      .ThenState([](const State& state) { EXPECT_EQ(state.acceptance_overdue_event_id(), ""); });
  GivenAcceptanceOverdue()
      .Occurred("2021-07-10")
      .When(kOffice, Decline())
      .ThenRecorded("case_declined {}", R"(intake_overdue_lifted { overdue_event_id: "3.1" proof_event_id: "4.1" })")
      .ThenNothingIsDue();
}

TEST(AcceptanceDeadlineTest, ALateDecisionDoesNotLiftIt) {
  GivenAcceptanceOverdue()
      .At("2021-07-20")
      .Occurred("2021-07-17")
      .When(kOffice, v1::AcceptCaseRequest())
      .ThenRecorded("case_accepted {}")
      .ThenState(R"(acceptance_overdue_event_id: "3.1")")
      .ThenNotFoundUnder({"overdue", "acceptance", "lanzhou-petition-office", "case-1", "acceptance"});
}

TEST(AcceptanceDeadlineTest, FollowsACorrection) {
  GivenAcceptanceOverdue()
      .At("2021-07-20")
      .Command(kOffice, Decline())
      .When(kOffice, Correct("4.1", "occurred_at", "2021-07-10"))
      .ThenRecorded(R"(intake_entry_corrected { event_id: "4.1" })",
                    R"(intake_overdue_lifted { overdue_event_id: "3.1" proof_event_id: "5.1"
                       why: "It was decided on 2021-07-10T00:00:00Z, before the end of 2021-07-16, which had been entered wrongly." })")
      .ThenState([](const State& state) { EXPECT_EQ(state.acceptance_overdue_event_id(), ""); });
  GivenAcceptanceOverdue()
      .At("2021-07-20")
      .Command(kOffice, Decline())
      .When(kOffice, Correct("4.1", "occurred_at", "2021-07-17"))
      .ThenRecorded("intake_entry_corrected {}")
      .When(kOffice, Correct("4.1", "occurred_at", "2021-06-30"))
      .ThenRejected(REJECTION_KIND_INVALID, "invalid_field")
      .ThenMessage(HasSubstr("not before what the act rests on"));
}

TEST(AcceptanceDeadlineTest, OfAnotherHandlerByACorrectionOrALateEntryItIsThatOnesOverdue) {
  GivenAcceptanceOverdue()
      .At("2021-07-20")
      .When(kOffice, Correct("2.1", "handler", "gansu-petition-office"))
      .ThenRecorded(
          "intake_entry_corrected {}",
          R"(intake_overdue_lifted { overdue_event_id: "3.1" proof_event_id: "4.1" why: "It was owed by gansu-petition-office, not by lanzhou-petition-office, which had been entered wrongly." })",
          R"(acceptance_overdue { organization { organization_id: "gansu-petition-office" } })")
      .ThenState(R"(acceptance_overdue_event_id: "4.3")")
      .ThenNothingIsDue();
  GivenAcceptanceOverdue()
      .At("2021-07-20")
      .Occurred("2021-07-16")
      .When(kOffice, Assign("gansu-petition-office"))
      .ThenRecorded("handler_assigned {}", R"(intake_overdue_lifted { overdue_event_id: "3.1" proof_event_id: "4.1" })",
                    R"(acceptance_overdue { organization { organization_id: "gansu-petition-office" } })");
  GivenAcceptanceOverdue()
      .At("2021-07-20")
      .When(kOffice, Assign("gansu-petition-office"))
      .ThenRecorded("handler_assigned {}")
      .ThenState(R"(acceptance_overdue_event_id: "3.1")");
}

TEST(AcceptanceDeadlineTest, SwitchedOffNothingFires) {
  registry::v1::Policy policy = DefaultPolicy();
  policy.mutable_acceptance()->set_off(true);
  GivenIntake()
      .With(RegistryBuilder().WithPolicy(policy))
      .When(Petitioner(), Register())
      .ThenEvents([](const std::vector<journal::v1::Event>& events) {
        EXPECT_FALSE(events.at(0).case_registered().acceptance_due().has_due_at());
      })
      .ThenNothingIsDue()
      .At("2031-07-01")
      .When(Organization("lanzhou"), v1::AcceptCaseRequest())
      .ThenRecorded("case_accepted {}");
}

TEST(AcceptanceDeadlineTest, RestsWhileMergedAndGoesOnByItsOldDate) {
  auto scenario = GivenMerged();
  scenario.ThenNothingIsDue()
      .ThenNotFoundUnder({"due", DateKey("2021-07-17"), "case-1", "acceptance", "acceptance"})
      .At("2021-08-01")
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded()
      .OnCase("case-2")
      .ThenRecorded("acceptance_overdue { due { due_at: @2021-07-17 } }")
      .OnCase("case-1")
      .Command(Organization("lanzhou"), Unmerge())
      .WhenTheAgendaRuns()
      .ThenRecorded("acceptance_overdue { due { due_at: @2021-07-17 } }", "case_unmerged { completed: true }")
      .ThenNothingIsDue();
}

TEST(AcceptanceDeadlineTest, AnotherPolicyMovesNoDateThatIsSet) {
  registry::v1::Policy shorter = DefaultPolicy();
  shorter.mutable_acceptance()->set_count(3);
  shorter.mutable_handling()->set_count(10);
  GivenAssigned()
      .With(RegistryBuilder().WithPolicy(shorter).Version(9))
      .Command(Organization("lanzhou"), Request<v1::RebindPolicyRequest>(R"(why: "shorter terms")"))
      .ThenDue("kind: AGENDA_KIND_DEADLINE_APPROACHING", "kind: AGENDA_KIND_ACCEPTANCE_OVERDUE due_at: @2021-07-17")
      .When(kOffice, v1::AcceptCaseRequest())
      .ThenRecorded("case_accepted { handling_due { due_at: @2021-07-12 registry_version: 9 } }");
}

TEST(HandlingDeadlineTest, FiresOnce) {
  GivenAccepted()
      .At("2021-08-31")
      .WhenTheAgendaRuns()
      .ThenRecorded(R"(handling_overdue { due { due_at: @2021-08-31 last_day: "2021-08-30" rule: "handling" days: 60 }
          organization { organization_id: "lanzhou-petition-office" superior_ids: "lanzhou" superior_ids: "gansu" } })")
      .ThenState(R"(handling_overdue_event_id: "4.1" handling_due_event_id: "3.1")")
      .ThenFoundUnder({"overdue", "handling", "lanzhou-petition-office", "case-1", "handling"})
      .ThenNothingIsDue()
      .At("2022-07-01")
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
}

TEST(HandlingDeadlineTest, NotASecondEarly) {
  GivenAccepted()
      .At("2021-08-30")
      .WhenTheAgendaRuns()
      .At("2021-08-30T23:59:59Z")
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded()
      .At("2021-08-31")
      .WhenTheAgendaRuns()
      .ThenRecorded("handling_overdue {}");
}

TEST(HandlingDeadlineTest, CountsWorkingDaysWhereThePolicySaysSo) {
  registry::v1::Policy policy = DefaultPolicy();
  policy.mutable_handling()->set_count(5);
  policy.mutable_handling()->set_unit(registry::v1::TERM_UNIT_WORKING_DAYS);
  auto scenario = GivenIntake();
  // 2021-07-01 was a Thursday.
  scenario.With(RegistryBuilder().WithPolicy(policy)).Command(Petitioner(), Register()).Do([](auto& s) { Accept(s); });
  scenario.ThenState(R"(handling_due { due_at: @2021-07-09 last_day: "2021-07-08" working_days: true })")
      .At("2021-07-09")
      .WhenTheAgendaRuns()
      .ThenRecorded("handling_overdue {}");
}

TEST(HandlingDeadlineTest, NotAfterItWasMet) {
  GivenAccepted()
      .At("2021-08-30T23:59:59Z")
      .Command(kOffice, Close())
      .ThenNothingIsDue()
      .ThenNotFoundUnder({"due", DateKey("2021-08-31"), "case-1", "handling", "handling"})
      .At("2021-09-10")
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
}

TEST(HandlingDeadlineTest, WarnsOnceAtTheShare) {
  GivenAccepted()
      .At("2021-08-12T16:47:59Z")
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded()
      .At("2021-08-12T16:48:00Z")
      .WhenTheAgendaRuns()
      .ThenRecorded(R"(intake_deadline_approaching { subject: "handling" due_at: @2021-08-31 rule: "handling"
                                                     organization { organization_id: "lanzhou-petition-office" } })")
      .ThenState(R"(handling_warned_event_id: "4.1")")
      .ThenDue("kind: AGENDA_KIND_HANDLING_OVERDUE subject: 'handling' created_by_event_id: '3.1'")
      .At("2021-08-30")
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
}

TEST(HandlingDeadlineTest, AWarningAfterTheDateIsTheOverdue) {
  GivenAccepted().At("2021-12-01").WhenTheAgendaRuns().ThenRecorded("handling_overdue {}").ThenNothingIsDue();
}

TEST(HandlingDeadlineTest, ALateEntryLiftsIt) {
  GivenHandlingOverdue()
      .At("2021-09-05")
      .Occurred("2021-08-30T23:59:59Z")
      .When(kOffice, Close())
      .ThenRecorded("case_closed {}", R"(intake_overdue_lifted { overdue_event_id: "4.1" proof_event_id: "5.1" })")
      .ThenState([](const State& state) { EXPECT_EQ(state.handling_overdue_event_id(), ""); })
      .ThenNothingIsDue();
  GivenHandlingOverdue()
      .At("2021-09-05")
      .Occurred("2021-08-31")
      .When(kOffice, Close())
      .ThenRecorded("case_closed {}")
      .ThenState(R"(handling_overdue_event_id: "4.1")");
}

TEST(HandlingDeadlineTest, FollowsACorrection) {
  GivenHandlingOverdue()
      .At("2021-09-05")
      .Command(kOffice, Close())
      .When(kOffice, Correct("5.1", "occurred_at", "2021-08-20"))
      .ThenRecorded("intake_entry_corrected {}",
                    R"(intake_overdue_lifted { overdue_event_id: "4.1" proof_event_id: "6.1" })")
      .ThenState([](const State& state) { EXPECT_EQ(state.handling_overdue_event_id(), ""); });
  GivenHandlingOverdue()
      .At("2021-09-05")
      .Command(kOffice, Close())
      .When(kOffice, Correct("5.1", "occurred_at", "2021-08-31"))
      .ThenRecorded("intake_entry_corrected {}")
      .When(kOffice, Correct("5.1", "occurred_at", "2021-06-30"))
      .ThenRejected(REJECTION_KIND_INVALID, "invalid_field");
}

TEST(HandlingDeadlineTest, ATransferMovesWhoOwesItAndNotTheDate) {
  GivenAccepted()
      .At("2021-08-01")
      .Command(kOffice, Assign("gansu-petition-office"))
      .ThenFoundUnder({"due_of", "gansu-petition-office", DateKey("2021-08-31"), "case-1", "handling", "handling"})
      .At("2021-08-31")
      .WhenTheAgendaRuns()
      .ThenRecorded(R"(handling_overdue { organization { organization_id: "gansu-petition-office" } })");
}

TEST(HandlingDeadlineTest, OfAnotherHandlerByACorrectionOrALateEntryItIsThatOnesOverdue) {
  GivenHandlingOverdue()
      .At("2021-09-05")
      .Command(kOffice, Close())
      .When(kOffice, Correct("2.1", "handler", "gansu-petition-office"))
      .ThenRecorded(
          "intake_entry_corrected {}", R"(intake_overdue_lifted { overdue_event_id: "4.1" proof_event_id: "6.1" })",
          R"(handling_overdue { due { due_at: @2021-08-31 } organization { organization_id: "gansu-petition-office" } })")
      .ThenState(R"(handling_overdue_event_id: "6.3")");
  GivenHandlingOverdue()
      .At("2021-09-05")
      .Occurred("2021-08-30")
      .When(kOffice, Assign("gansu-petition-office"))
      .ThenRecorded("handler_assigned {}", R"(intake_overdue_lifted { overdue_event_id: "4.1" })",
                    R"(handling_overdue { organization { organization_id: "gansu-petition-office" } })")
      .ThenNothingIsDue();
}

TEST(HandlingDeadlineTest, WhatTheAgendaConcludedIsNotCorrectedItself) {
  GivenHandlingOverdue()
      .When(kOffice, Correct("4.1", "organization", "gansu-petition-office"))
      .ThenRejected(REJECTION_KIND_ILLEGAL, "not_an_act")
      .When(kOffice, Correct("4.1", "occurred_at", "2021-08-01"))
      .ThenRejected(REJECTION_KIND_ILLEGAL, "not_an_act");
}

TEST(HandlingDeadlineTest, SwitchedOffNothingFires) {
  registry::v1::Policy policy = DefaultPolicy();
  policy.mutable_handling()->set_off(true);
  auto scenario = GivenIntake();
  scenario.With(RegistryBuilder().WithPolicy(policy)).Command(Petitioner(), Register()).Do([](auto& s) { Accept(s); });
  scenario.ThenNothingIsDue()
      .ThenState([](const State& state) { EXPECT_FALSE(state.handling_due().has_due_at()); })
      .At("2031-07-01")
      .When(kOffice, Extend(10))
      .ThenRejected(REJECTION_KIND_ILLEGAL, "no_handling_date")
      .When(kOffice, Close())
      .ThenRecorded("case_closed {}")
      .When(Petitioner(), Reopen())
      .ThenRecorded("case_reopened {}")
      .ThenNothingIsDue();
}

TEST(HandlingDeadlineTest, AReopenedCaseKeepsItsDateEvenIfThatHasPassed) {
  GivenClosed()
      .At("2021-12-01")
      .Command(Petitioner(), Reopen())
      .WhenTheAgendaRuns()
      .ThenRecorded("occurred_at: @2021-12-01 handling_overdue { due { due_at: @2021-08-31 } }")
      .ThenNothingIsDue();
  GivenClosed()
      .At("2021-07-20")
      .Command(Petitioner(), Reopen())
      .ThenDue("kind: AGENDA_KIND_DEADLINE_APPROACHING due_at: @2021-08-12T16:48:00Z",
               "kind: AGENDA_KIND_HANDLING_OVERDUE due_at: @2021-08-31");
}

TEST(HandlingDeadlineTest, WhatFiredDoesNotFireAgainWhenTheCaseIsReopened) {
  GivenHandlingOverdue()
      .Command(kOffice, Close())
      .At("2021-12-01")
      .Command(Petitioner(), Reopen())
      .ThenNothingIsDue()
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded()
      .ThenFoundUnder({"overdue", "handling", "lanzhou-petition-office", "case-1", "handling"});
  // Nor is anybody warned twice.
  GivenAccepted()
      .At("2021-08-13")
      .WhenTheAgendaRuns()
      .Command(kOffice, Close())
      .At("2021-08-14")
      .Command(Petitioner(), Reopen())
      .ThenDue("kind: AGENDA_KIND_HANDLING_OVERDUE");
}

TEST(HandlingDeadlineTest, WhatWasLiftedFiresAgainWhenTheCaseIsReopenedAfterItsDate) {
  GivenHandlingOverdue()
      .At("2021-09-05")
      .Occurred("2021-08-20")
      .Command(kOffice, Close())
      .At("2021-12-01")
      .Command(Petitioner(), Reopen())
      .WhenTheAgendaRuns()
      .ThenRecorded("handling_overdue { due { due_at: @2021-08-31 } }")
      .ThenNothingIsDue();
}

TEST(HandlingDeadlineTest, AReviewThatReopensTheCaseLiftsNothing) {
  GivenHandlingOverdue()
      .Command(kOffice, Close())
      .Command(Petitioner(), Request<v1::RequestReviewRequest>(R"(reviewer_id: "lanzhou" why: "Not lit.")"))
      .When(Organization("lanzhou"), Request<v1::DecideReviewRequest>(
                                         R"(review_event_id: "6.1" outcome: REVIEW_OUTCOME_RETURNED why: "Not lit.")"))
      .ThenRecorded("review_decided {}", "case_reopened { handling_due { due_at: @2021-08-31 } }")
      .ThenState(R"(handling_overdue_event_id: "4.1")");
}

TEST(HandlingDeadlineTest, ACaseThatWasNeverAcceptedIsToBeHandledFromItsReopeningOn) {
  GivenDeclined()
      .At("2021-07-06")
      .Command(Organization("chengguan"), Reopen())
      .ThenState(R"(handling_due_event_id: "3.1" handling_due { due_at: @2021-09-05 })")
      .When(Organization("chengguan"), Correct("3.1", "occurred_at", "2021-07-05"))
      .ThenRejected(REJECTION_KIND_ILLEGAL, "clock_not_reset")
      .At("2021-09-05")
      .WhenTheAgendaRuns()
      .ThenRecorded("handling_overdue {}");
}

TEST(HandlingDeadlineTest, RestsWhileMergedAndGoesOnByItsOldDate) {
  auto scenario = GivenAccepted();
  scenario.OnCase("case-2").Command(Petitioner(), Register()).Do([](auto& s) { Accept(s); });
  scenario.OnCase("case-1")
      .Command(kOffice, Merge())
      .WhenTheAgendaRuns()
      .ThenNothingIsDue()
      .OnCase("case-2")
      .ThenState("handling_due { due_at: @2021-08-31 }")
      .OnCase("case-1")
      .At("2021-08-20")
      .WhenTheAgendaRuns()
      .Command(Organization("lanzhou"), Unmerge())
      .WhenTheAgendaRuns()
      .ThenRecorded("intake_deadline_approaching { due_at: @2021-08-31 }", "case_unmerged { completed: true }")
      .ThenDue("kind: AGENDA_KIND_HANDLING_OVERDUE due_at: @2021-08-31")
      .OnCase("case-2")
      .ThenDue("kind: AGENDA_KIND_HANDLING_OVERDUE due_at: @2021-08-31");
}

}  // namespace
}  // namespace whistle::intake
