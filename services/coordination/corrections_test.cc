#include "services/coordination/coordination_testing.h"
#include "services/coordination/limits.h"

namespace whistle::coordination {
namespace {

using common::v1::REJECTION_KIND_ALREADY;
using common::v1::REJECTION_KIND_ILLEGAL;
using common::v1::REJECTION_KIND_INVALID;
using common::v1::REJECTION_KIND_NOT_AUTHORIZED;
using common::v1::REJECTION_KIND_NOT_FOUND;
using testing::Organization;
using testing::Petitioner;
using testing::Request;

// Event 4.1: both companies are called within a day.
auto GivenWhistle() {
  auto scenario = GivenCase();
  scenario.Command(Community(),
                   Request<v1::BlowWhistleRequest>("urgency: URGENCY_URGENT reason: 'A cable' "
                                                   "department_ids: ['gas-company', 'broadcast-company']"));
  return scenario;
}
auto GivenCommitment() {
  auto scenario = GivenCase();
  scenario.Command(Broadcast(), Request<v1::MakeCommitmentRequest>("what: 'Move the cable' due_at @2021-07-05"));
  return scenario;
}

TEST(CorrectEntryTest, DoneRightPutsTheCalledDepartmentRight) {
  GivenWhistle()
      .When(Community(), Correct("4.1", "called[0].department", "broadcast-company-lanzhou"))
      .ThenRecorded("coordination_entry_corrected { event_id: '4.1' why: 'Entered wrongly' }")
      .ThenDue("kind: AGENDA_KIND_DEADLINE_APPROACHING subject: '4.1/broadcast-company'",
               "kind: AGENDA_KIND_DEADLINE_APPROACHING subject: '4.1/broadcast-company-lanzhou'",
               "kind: AGENDA_KIND_WHISTLE_UNANSWERED subject: '4.1/broadcast-company'",
               "kind: AGENDA_KIND_WHISTLE_UNANSWERED subject: '4.1/broadcast-company-lanzhou'")
      .ThenFoundUnder({"whistle_of", "broadcast-company-lanzhou", "case-1", "000000000004.0001"})
      .ThenFoundUnder({"beside", "case-1", "000000000004.0001", "000000000005.0001"})
      .When(Community(), Correct("4.1", "called[0].department", "broadcast-company"))
      .ThenRejected(REJECTION_KIND_INVALID, "invalid_field");
}

TEST(CorrectEntryTest, DoneRightMovesAReportToTheDepartmentThatCame) {
  GivenWhistle()
      .Command(GasCompany(), Request<v1::ReportInRequest>("whistle_id: '4.1'"))
      .When(Handler(), Correct("5.1", "department", "developer"))
      .ThenRejected(REJECTION_KIND_INVALID, "invalid_field")
      .When(Handler(), Correct("5.1", "department", "broadcast-company"))
      .ThenRecorded("coordination_entry_corrected {}")
      .ThenDue("kind: AGENDA_KIND_DEADLINE_APPROACHING subject: '4.1/gas-company'",
               "kind: AGENDA_KIND_WHISTLE_UNANSWERED subject: '4.1/gas-company' created_by_event_id: '6.1'");
}

TEST(CorrectEntryTest, AnEntryIsReadWithItsEarlierCorrections) {
  // Two calls of one whistle change places one after the other, and never come to call one department twice.
  GivenWhistle()
      .Command(Community(), Correct("4.1", "called[0].department", "developer"))
      .When(Community(), Correct("4.1", "called[1].department", "developer"))
      .ThenRejected(REJECTION_KIND_INVALID, "invalid_field")
      .When(Community(), Correct("4.1", "called[1].department", "gas-company"))
      .ThenRecorded("coordination_entry_corrected {}")
      .Command(GasCompany(), Request<v1::ReportInRequest>("whistle_id: '4.1'"))
      // Of a report, too, the call is the one that stands now.
      .When(GasCompany(), Correct("7.1", "department", "broadcast-company"))
      .ThenRejected(REJECTION_KIND_INVALID, "invalid_field")
      .When(GasCompany(), Correct("7.1", "department", "developer"))
      .ThenRecorded("coordination_entry_corrected {}");
}

TEST(CorrectEntryTest, AReportIsNotMovedOntoAnother) {
  GivenWhistle()
      .Command(GasCompany(), Request<v1::ReportInRequest>("whistle_id: '4.1'"))
      .Command(Broadcast(), Request<v1::ReportInRequest>("whistle_id: '4.1'"))
      .When(GasCompany(), Correct("5.1", "department", "broadcast-company"))
      .ThenRejected(REJECTION_KIND_ALREADY, "reported_in");
}

TEST(CorrectEntryTest, AWhistleThatIsOwedAgainTakesAPlaceAmongTheOpenOnes) {
  auto scenario = GivenWhistle();
  scenario.At("2021-07-03").WhenTheAgendaRuns();
  for (int i = 0; i < kOpenWhistlesMax; ++i) {
    scenario.Command(Community(), Request<v1::BlowWhistleRequest>("urgency: URGENCY_URGENT reason: 'Another' "
                                                                  "department_ids: 'gas-company'"));
  }
  scenario.When(Community(), Correct("4.1", "called[0].department", "developer"))
      .ThenRejected(common::v1::REJECTION_KIND_LIMIT, "limit_reached")
      .Command(GasCompany(), Request<v1::ReportInRequest>("whistle_id: '7.1'"))
      .When(Community(), Correct("4.1", "called[0].department", "developer"))
      .ThenRecorded("coordination_entry_corrected {}", "coordination_overdue_lifted {}");
}

TEST(CorrectEntryTest, AReportThatWasDatedTooLateLiftsTheUnanswered) {
  GivenWhistle()
      .At("2021-07-03")
      .WhenTheAgendaRuns()
      .Command(GasCompany(), Request<v1::ReportInRequest>("whistle_id: '4.1'"))
      .When(GasCompany(), Correct("7.1", "occurred_at", "2021-07-01T12:00:00Z"))
      .ThenEvents([](const domain::Events& events) {
        ASSERT_EQ(events.size(), 2u);
        EXPECT_EQ(events[1].coordination_overdue_lifted().proof_event_id(), "8.1");
      })
      .ThenNothingIsDue();
}

TEST(CorrectEntryTest, ADateThatWasEnteredTooEarlyLiftsTheBreach) {
  GivenCommitment()
      .At("2021-07-06")
      .Command(Handler(), Request<v1::BreakCommitmentRequest>("commitment_id: '4.1' why: 'w'"))
      .When(Broadcast(), Correct("4.1", "due.due_at", "2021-07-15"))
      .ThenRecorded("coordination_entry_corrected {}",
                    "coordination_overdue_lifted { overdue_event_id: '5.1' proof_event_id: '6.1' }")
      .ThenState("open_commitments { due { due_at @2021-07-15 } due_event_id: '6.1' broken_event_id: '' }")
      .When(Broadcast(), Correct("4.1", "due.due_at", "2021-06-15"))
      .ThenRejected(REJECTION_KIND_INVALID, "invalid_field");
}

TEST(CorrectEntryTest, AKeepingThatWasDatedTooLateLiftsTheBreach) {
  GivenCommitment()
      .At("2021-07-06")
      .Command(Handler(), Request<v1::BreakCommitmentRequest>("commitment_id: '4.1' why: 'w'"))
      .Command(Handler(), Request<v1::KeepCommitmentRequest>("commitment_id: '4.1' text: 'gone'"))
      .When(Handler(), Correct("6.1", "occurred_at", "2021-07-04"))
      .ThenRecorded("coordination_entry_corrected {}",
                    "coordination_overdue_lifted { overdue_event_id: '5.1' proof_event_id: '7.1' }");
}

TEST(CorrectEntryTest, DoneTwiceIsRefusedNamingTheFirst) {
  GivenWhistle()
      .Command(Community(), Correct("4.1", "reason", "Another cable"))
      .When(Community(), Correct("4.1", "reason", "Another cable"))
      .ThenRejected(REJECTION_KIND_ALREADY, "entry_says_so");
}

TEST(CorrectEntryTest, DoneTooLateOnAClosedCaseStillPutsItRight) {
  GivenWhistle()
      .Event(Handler(), "case_closed {}")
      .When(Community(), Correct("4.1", "reason", "Another cable"))
      .ThenRecorded("coordination_entry_corrected {}");
}

TEST(CorrectEntryTest, DoneByTheWrongOneIsRefused) {
  for (const auto& actor : {Petitioner(), GasCompany()}) {
    GivenWhistle()
        .When(actor, Correct("4.1", "reason", "Nothing"))
        .ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "not_the_one");
  }
}

TEST(CorrectEntryTest, WhatMayNotBeCorrectedIsNamed) {
  GivenWhistle()
      .When(Community(), Correct("4.1", "called[0].due.due_at", "2021-07-30"))
      .ThenRejected(REJECTION_KIND_INVALID, "invalid_field");
  GivenWhistle().When(Handler(), Correct("1.1", "title", "x")).ThenRejected(REJECTION_KIND_ILLEGAL, "not_own_event");
  GivenWhistle().When(Handler(), Correct("9.1", "reason", "x")).ThenRejected(REJECTION_KIND_NOT_FOUND, "unknown_event");
}

}  // namespace
}  // namespace whistle::coordination
