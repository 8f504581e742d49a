// The dates of commitments: their own.
#include "libs/domain/obligation.h"
#include "services/coordination/coordination_testing.h"

namespace whistle::coordination {
namespace {

using common::v1::REJECTION_KIND_ALREADY;
using common::v1::REJECTION_KIND_ILLEGAL;
using ::testing::HasSubstr;
using testing::Petitioner;
using testing::Request;

auto Commit(const std::string& due = "2021-07-10T12:00:00Z") {
  return Request<v1::MakeCommitmentRequest>(absl::StrCat("what: 'Move the cable' due_at @", due));
}
auto Keep() {
  return Request<v1::KeepCommitmentRequest>(absl::StrCat("commitment_id: '4.1' text: 'gone' ", Evidence()));
}
auto Break() { return Request<v1::BreakCommitmentRequest>("commitment_id: '4.1' why: 'It is still there'"); }
// Event 4.1, made on 2021-07-01 by the broadcast company: by 2021-07-10T12:00:00Z. 70 % are over on the 7th at 15:36.
auto GivenCommitment() {
  auto scenario = GivenCase();
  scenario.Command(Broadcast(), Commit());
  return scenario;
}
constexpr const char* kWarn = "2021-07-07T15:36:00Z";
constexpr const char* kDue = "2021-07-10T12:00:00Z";

TEST(CommitmentDeadlineTest, FiresOnce) {
  GivenCommitment()
      .At(kWarn)
      .WhenTheAgendaRuns()
      .At(kDue)
      .WhenTheAgendaRuns()
      .ThenRecorded(
          "commitment_broken { commitment_id: '4.1' organization { organization_id: 'broadcast-company' "
          "superior_ids: 'gansu' name: 'the broadcast network company' } due { due_at @2021-07-10T12:00:00Z "
          "rule: 'given' } why: '' renounced: false }")
      .ThenNothingIsDue()
      .At("2022-07-01")
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
}

TEST(CommitmentDeadlineTest, NotASecondEarly) {
  GivenCommitment()
      .At(kWarn)
      .WhenTheAgendaRuns()
      .At("2021-07-10T11:59:59Z")
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
}

TEST(CommitmentDeadlineTest, NotAfterItWasMet) {
  GivenCommitment()
      .Command(Broadcast(), Keep())
      .ThenNothingIsDue()
      .At("2022-07-01")
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
}

TEST(CommitmentDeadlineTest, NotAfterItWasRenounced) {
  GivenCommitment()
      .Command(Broadcast(), Break())
      .ThenNothingIsDue()
      .At("2022-07-01")
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
}

TEST(CommitmentDeadlineTest, NotAfterAPersonRecordedTheBreach) {
  GivenCommitment()
      .At(kDue)
      .Command(Handler(), Break())
      .ThenNothingIsDue()
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
}

TEST(CommitmentDeadlineTest, WarnsOnceAtTheShare) {
  GivenCommitment()
      .At("2021-07-07T15:35:59Z")
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded()
      .At(kWarn)
      .WhenTheAgendaRuns()
      .ThenRecorded(
          "coordination_deadline_approaching { subject: '4.1' rule: 'commitment' due_at @2021-07-10T12:00:00Z "
          "organization { organization_id: 'broadcast-company' } }")
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded()
      .ThenDue("kind: AGENDA_KIND_COMMITMENT_BROKEN subject: '4.1'");
}

TEST(CommitmentDeadlineTest, AWarningAfterTheDateIsTheOverdue) {
  GivenCommitment().At("2021-08-01").WhenTheAgendaRuns().ThenRecorded("commitment_broken {}").ThenNothingIsDue();
}

TEST(CommitmentDeadlineTest, OneMadeInAMeetingHasItsDateToo) {
  GivenCase()
      .Command(Community(),
               Request<v1::HoldMeetingRequest>(
                   "outcome: MEETING_OUTCOME_AGREED attended_ids: 'broadcast-company' topics: 't' minutes: 'm' "
                   "commitments { organization_id: 'broadcast-company' what: 'Move the cable' due_at @2021-07-10 }"))
      .At("2021-07-10")
      .WhenTheAgendaRuns()
      .ThenRecorded("commitment_broken { commitment_id: '4.2' }");
}

TEST(CommitmentDeadlineTest, ItIsStillOwedAndMayBeKeptLate) {
  GivenCommitment()
      .At(kDue)
      .WhenTheAgendaRuns()
      .ThenFoundUnder({"overdue", "commitment", "broadcast-company", "case-1", "4.1"})
      .ThenFoundUnder({"open_commitment", "broadcast-company", "case-1", "000000000004.0001"})
      .At("2021-07-20")
      .When(Broadcast(), Keep())
      .ThenRecorded("commitment_kept {}")
      .ThenNotFoundUnder({"overdue", "commitment", "broadcast-company", "case-1", "4.1"})
      .ThenState("kept_commitments { commitment_id: '4.1' broken_event_id: '5.1' }");
}

TEST(CommitmentDeadlineTest, AfterItFiredNobodyBreaksItAgain) {
  GivenCommitment()
      .At(kDue)
      .WhenTheAgendaRuns()
      .When(Broadcast(), Break())
      .ThenRejected(REJECTION_KIND_ALREADY, "commitment_broken");
}

TEST(CommitmentDeadlineTest, FollowsACorrection) {
  GivenCommitment()
      .At(kWarn)
      .WhenTheAgendaRuns()
      .When(Broadcast(), Correct("4.1", "due.due_at", "2021-07-21"))
      .ThenEvents([](const domain::Events& events) {
        ASSERT_EQ(events.size(), 1u);
        const auto& corrected = events[0].coordination_entry_corrected();
        ASSERT_EQ(corrected.fields_size(), 2);
        EXPECT_EQ(corrected.fields(0).was(), "\"2021-07-10T12:00:00Z\"");
        // When it is near follows.
        EXPECT_EQ(corrected.fields(1).path(), "due");
        EXPECT_THAT(corrected.fields(1).is(), HasSubstr("2021-07-15T00:00:00Z"));
      })
      .ThenDue("kind: AGENDA_KIND_DEADLINE_APPROACHING due_at @2021-07-15 created_by_event_id: '6.1'",
               "kind: AGENDA_KIND_COMMITMENT_BROKEN due_at @2021-07-21 created_by_event_id: '6.1'")
      .At("2021-07-21")
      .WhenTheAgendaRuns()
      .ThenRecorded("commitment_broken { due { due_at @2021-07-21 } }");
}

TEST(CommitmentDeadlineTest, FollowsACorrectionThatLiftsTheBreach) {
  GivenCommitment()
      .At(kDue)
      .WhenTheAgendaRuns()
      .When(Broadcast(), Correct("4.1", "due.due_at", "2021-07-21"))
      .ThenRecorded("coordination_entry_corrected {}",
                    "coordination_overdue_lifted { overdue_event_id: '5.1' proof_event_id: '6.1' }")
      .At("2021-07-21")
      .WhenTheAgendaRuns()
      .ThenRecorded("commitment_broken { due { due_at @2021-07-21 } }");
}

TEST(CommitmentDeadlineTest, ACorrectionToAnEarlierDateFiresAtOnceIfThatHasPassed) {
  GivenCommitment()
      .At("2021-07-06")
      .Command(Broadcast(), Correct("4.1", "due.due_at", "2021-07-05"))
      .WhenTheAgendaRuns()
      .ThenRecorded("commitment_broken { due { due_at @2021-07-05 } }")
      .ThenNothingIsDue();
}

TEST(CommitmentDeadlineTest, ACorrectedDateDoesNotLiftWhatWasRenounced) {
  GivenCommitment()
      .Command(Broadcast(), Break())
      .When(Broadcast(), Correct("4.1", "due.due_at", "2021-07-21"))
      .ThenRecorded("coordination_entry_corrected {}")
      .ThenNothingIsDue();
}

TEST(CommitmentDeadlineTest, ACorrectedDateLiftsTheBreachOfWhatWasKeptByIt) {
  GivenCommitment()
      .At(kDue)
      .WhenTheAgendaRuns()
      .At("2021-07-20")
      .Command(Broadcast(), Keep())
      .When(Broadcast(), Correct("4.1", "due.due_at", "2021-07-21"))
      .ThenRecorded("coordination_entry_corrected {}",
                    "coordination_overdue_lifted { overdue_event_id: '5.1' proof_event_id: '7.1' }")
      .ThenState([](const State& state) { EXPECT_EQ(state.kept_commitments(0).broken_event_id(), ""); });
}

TEST(CommitmentDeadlineTest, FollowsACorrectionOfWhoPromised) {
  GivenCommitment()
      .At(kDue)
      .WhenTheAgendaRuns()
      .When(Broadcast(), Correct("4.1", "organization", "gas-company"))
      .ThenRecorded("coordination_entry_corrected {}", "coordination_overdue_lifted { overdue_event_id: '5.1' }")
      .WhenTheAgendaRuns()
      .ThenRecorded("commitment_broken { organization { organization_id: 'gas-company' } }")
      .ThenNothingIsDue();
}

TEST(CommitmentDeadlineTest, ABreachHasNoDateOfItsOwnToCorrect) {
  auto scenario = GivenCommitment();
  scenario.At(kDue).WhenTheAgendaRuns();
  scenario.When(Handler(), Correct("5.1", "due.due_at", "2021-07-21"))
      .ThenRejected(common::v1::REJECTION_KIND_INVALID, "invalid_field")
      .When(Handler(), Correct("5.1", "occurred_at", "2021-07-09"))
      .ThenRejected(common::v1::REJECTION_KIND_INVALID, "invalid_field")
      .When(Handler(), Correct("5.1", "why", "The money is missing"))
      .ThenRecorded("coordination_entry_corrected {}");
}

TEST(CommitmentDeadlineTest, WhatWasConcludedIsNotCorrected) {
  auto scenario = GivenCommitment();
  scenario.At(kWarn).WhenTheAgendaRuns();
  scenario.When(Handler(), Correct("5.1", "due_at", "2021-07-21")).ThenRejected(REJECTION_KIND_ILLEGAL, "not_an_act");
}

TEST(CommitmentDeadlineTest, ALateEntryLiftsIt) {
  GivenCommitment()
      .At(kDue)
      .WhenTheAgendaRuns()
      .Occurred("2021-07-10T11:59:59Z")
      .When(Broadcast(), Keep())
      .ThenRecorded("commitment_kept {}",
                    "coordination_overdue_lifted { overdue_event_id: '5.1' proof_event_id: '6.1' }")
      .ThenState([](const State& state) { EXPECT_EQ(state.kept_commitments(0).broken_event_id(), ""); });
}

TEST(CommitmentDeadlineTest, ANewPolicyMovesNoDateThatIsSet) {
  GivenCommitment()
      .Event(Handler(), "policy_rebound { policy_version: 9 policy { warn_percent: 10 } }")
      .ThenDue("kind: AGENDA_KIND_DEADLINE_APPROACHING due_at @2021-07-07T15:36:00Z",
               "kind: AGENDA_KIND_COMMITMENT_BROKEN due_at @2021-07-10T12:00:00Z");
}

TEST(CommitmentDeadlineTest, WithoutAShareNobodyIsWarned) {
  auto policy = testing::DefaultPolicy();
  policy.set_warn_percent(0);
  auto scenario = GivenCaseUnder(policy);
  scenario.Command(Broadcast(), Commit()).ThenDue("kind: AGENDA_KIND_COMMITMENT_BROKEN");
}

TEST(CommitmentDeadlineTest, RestsWithTheCaseAndTheOldDateHolds) {
  GivenCommitment()
      .Event(Handler(), "case_closed {}")
      .ThenNothingIsDue()
      .ThenNotFoundUnder({"due", domain::SortableTime(*base::TimeFromText(kDue)), "case-1", "commitment", "4.1"})
      .At("2021-08-01")
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded()
      .Event(Petitioner(), "case_reopened {}")
      .WhenTheAgendaRuns()
      .ThenRecorded("commitment_broken { due { due_at @2021-07-10T12:00:00Z } }");
}

// An item of a one list has a date to look at; nothing follows when it passes.
TEST(ItemDateTest, NothingFires) {
  GivenCase()
      .Command(Community(),
               Request<v1::ListItemRequest>("responsible_id: 'gas-company' problem: 'p' due_at @2021-07-10"))
      .ThenNothingIsDue()
      .At("2022-07-01")
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
}

}  // namespace
}  // namespace whistle::coordination
