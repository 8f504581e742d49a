#include "services/response/response_testing.h"

namespace whistle::response {
namespace {

using common::v1::REJECTION_KIND_ALREADY;
using common::v1::REJECTION_KIND_ILLEGAL;
using common::v1::REJECTION_KIND_INVALID;
using common::v1::REJECTION_KIND_NOT_AUTHORIZED;
using common::v1::REJECTION_KIND_NOT_FOUND;
using testing::Organization;
using testing::Petitioner;
using testing::Request;

auto Correct(const std::string& event_id, const std::string& path, const std::string& value) {
  return Request<v1::CorrectEntryRequest>(absl::StrCat("event_id: '", event_id, "' why: 'Entered wrongly' ",
                                                       "corrections { path: '", path, "' value_json: '\"", value,
                                                       "\"' }"));
}

TEST(CorrectEntryTest, DoneRightPutsTheDepartmentRight) {
  GivenAssignment()
      .When(Handler(), Correct("4.1", "department", "broadcast-company"))
      .ThenRecorded("response_entry_corrected { event_id: '4.1' why: 'Entered wrongly' }")
      .ThenState("open_assignments { assignment_id: '4.1' department { organization_id: 'broadcast-company' } }")
      .ThenFoundUnder({"open_assignment", "broadcast-company", "case-1", "000000000004.0001"})
      .ThenNotFoundUnder({"open_assignment", "gas-company", "case-1", "000000000004.0001"})
      .ThenFoundUnder({"assignment_of", "broadcast-company", "case-1", "000000000004.0001"})
      .ThenFoundUnder({"beside", "case-1", "000000000004.0001", "000000000005.0001"})
      .When(Organization("broadcast-company"), Answer("assignment_id: '4.1' stance: STANCE_ACCEPTS text: 'Ours'"))
      .ThenRecorded("response_submitted { department { organization_id: 'broadcast-company' } }");
}

TEST(CorrectEntryTest, DoneRightMovesAGivenDateAndItsAgendaItem) {
  auto ask = Ask("gas-company");
  *ask.mutable_due_at() = base::ToProto(absl::FromUnixSeconds(1627084800));  // 2021-07-24
  GivenCase()
      .Command(Handler(), ask)
      .When(Handler(), Correct("4.1", "due.due_at", "2021-07-14"))
      .ThenDue("kind: AGENDA_KIND_RETURN_TERM_PASSED",
               "kind: AGENDA_KIND_DEADLINE_APPROACHING created_by_event_id: '5.1'",
               "subject: '4.1' created_by_event_id: '5.1' due_at @2021-07-14")
      .When(Handler(), Correct("4.1", "due.due_at", "2021-06-30"))
      .ThenRejected(REJECTION_KIND_INVALID, "invalid_field");
}

TEST(CorrectEntryTest, ADateThatWasEnteredTooEarlyLiftsTheOverdue) {
  auto ask = Ask("gas-company");
  *ask.mutable_due_at() = base::ToProto(absl::FromUnixSeconds(1625270400));  // 2021-07-03
  GivenCase()
      .Command(Handler(), ask)
      .At("2021-07-04")
      .WhenTheAgendaRuns()
      .ThenRecorded("response_overdue {}", "return_term_passed {}")
      .When(Handler(), Correct("4.1", "due.due_at", "2021-07-13"))
      .ThenRecorded("response_entry_corrected {}",
                    "response_overdue_lifted { overdue_event_id: '5.1' proof_event_id: '7.1' }")
      .ThenState("overdue_count: 0")
      .ThenDue("kind: AGENDA_KIND_DEADLINE_APPROACHING", "subject: '4.1' due_at @2021-07-13");
}

TEST(CorrectEntryTest, AnAnswerThatWasDatedTooLateLiftsTheOverdue) {
  GivenAssignment()
      .At("2021-07-08")
      .WhenTheAgendaRuns()
      .Command(GasCompany(), Answer("assignment_id: '4.1' stance: STANCE_ACCEPTS text: 'Ours'"))
      .When(GasCompany(), Correct("7.1", "occurred_at", "2021-07-05"))
      .ThenRecorded("response_entry_corrected {}",
                    "response_overdue_lifted { overdue_event_id: '6.1' proof_event_id: '8.1' }")
      .ThenState("overdue_count: 0 settled_assignments { settled_at @2021-07-05 }");
}

TEST(CorrectEntryTest, AnAnswersDepartmentMovesItsStandingAndStatements) {
  GivenCase()
      .Command(GasCompany(), Answer("stance: STANCE_ACCEPTS text: 't' statements { topic: 'x' text: 's' holds: true }"))
      .When(Handler(), Correct("4.1", "department", "broadcast-company"))
      .ThenState(
          "standings { department { organization_id: 'broadcast-company' } event_id: '4.1' } "
          "last_statements { department_id: 'broadcast-company' topic: 'x' }");
}

TEST(CorrectEntryTest, DoneTwiceIsRefusedNamingTheFirst) {
  GivenAssignment()
      .Command(Handler(), Correct("4.1", "question", "When will there be gas?"))
      .When(Handler(), Correct("4.1", "question", "When will there be gas?"))
      .ThenRejected(REJECTION_KIND_ALREADY, "entry_says_so");
}

TEST(CorrectEntryTest, DoneTooLateOnAClosedCaseStillPutsItRight) {
  GivenAssignment()
      .Event(Handler(), "case_closed {}")
      .When(Handler(), Correct("4.1", "question", "When will there be gas?"))
      .ThenRecorded("response_entry_corrected { event_id: '4.1' }");
}

TEST(CorrectEntryTest, DoneByTheWrongOneIsRefused) {
  for (const auto& actor : {Petitioner(), GasCompany(), Organization("broadcast-company")}) {
    GivenAssignment()
        .When(actor, Correct("4.1", "question", "Is it warm?"))
        .ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "not_the_one");
  }
}

TEST(CorrectEntryTest, WhatMayNotBeCorrectedIsNamed) {
  GivenAssignment()
      .When(Handler(), Correct("4.1", "due.due_at", "2021-07-30"))
      .ThenRejected(REJECTION_KIND_INVALID, "invalid_field");
  GivenAssignment()
      .When(Handler(), Correct("1.1", "title", "Gas"))
      .ThenRejected(REJECTION_KIND_ILLEGAL, "not_own_event");
  GivenAssignment()
      .When(Handler(), Correct("8.1", "text", "Gas"))
      .ThenRejected(REJECTION_KIND_NOT_FOUND, "unknown_event");
  GivenCase()
      .Command(GasCompany(), Answer("stance: STANCE_ACCEPTS text: 't' statements { topic: 'x' text: 's' holds: true }"))
      .When(GasCompany(), Correct("4.1", "statements[0].topic", "y"))
      .ThenRejected(REJECTION_KIND_INVALID, "invalid_field")
      .ThenSubject("corrections[0].path");
}

}  // namespace
}  // namespace whistle::response
