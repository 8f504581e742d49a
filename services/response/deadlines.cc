// What is owed by a date, and what the agenda does when a date is near or has passed: departments answer, and return in
// time what is not theirs.
#include "libs/domain/obligation.h"
#include "libs/domain/terms.h"
#include "services/response/find.h"
#include "services/response/model.h"

namespace whistle::response {

using common::v1::AgendaItem;
using common::v1::Obligation;
using domain::Context;
using domain::Events;
using domain::Outcome;
using journal::v1::Event;

namespace {

void SayOverdue(const v1::OpenAssignment& assignment, const Obligation& owed, const Context& context, Event* event) {
  auto& overdue = *event->mutable_response_overdue();
  overdue.set_assignment_id(assignment.assignment_id());
  *overdue.mutable_department() = CurrentRef(assignment.department(), context);
  *overdue.mutable_due() = owed.due();
  if (assignment.progress_event_id().empty()) return;
  overdue.set_progress_event_id(assignment.progress_event_id());
  *overdue.mutable_progress_at() = assignment.progress_at();
}

// What set the date of a return, or whose it is, last: the assignment or a correction of it.
std::string ReturnSetBy(const State& state, const std::string& assignment_id) {
  const auto& entries = state.corrections().entries();
  for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry) {
    if (entry->event_id() != assignment_id) continue;
    if (entry->path() == "return_by" || entry->path() == "department") return entry->by_event_id();
  }
  return assignment_id;
}

}  // namespace

std::vector<Obligation> Obligations(const State& state, const std::string& case_id) {
  std::vector<Obligation> obligations;
  const auto status = state.header().status();
  const bool resting = status != intake::v1::CASE_STATUS_REGISTERED && status != intake::v1::CASE_STATUS_ACCEPTED;
  for (const auto& open : state.open_assignments()) {
    Obligation& answer = obligations.emplace_back();
    answer.set_case_id(case_id);
    answer.set_rule("response");
    answer.set_subject(open.assignment_id());
    *answer.mutable_organization() = open.department();
    *answer.mutable_due() = open.due();
    answer.set_due_event_id(open.due_event_id());
    answer.set_warned_event_id(open.warned_event_id());
    answer.set_overdue_event_id(open.overdue_event_id());
    answer.set_overdue_kind(common::v1::AGENDA_KIND_RESPONSE_OVERDUE);
    answer.set_resting(resting);

    // A return is a choice, not a debt: once its time has passed there is nothing left of it to be done, and nobody is
    // warned of it, so that the warning of an assignment is always the answer's.
    if (!open.first_responsible_event_id().empty()) continue;
    Obligation& give_back = obligations.emplace_back(answer);
    give_back.set_rule("assignment_return");
    *give_back.mutable_due() = open.return_by();
    give_back.mutable_due()->clear_warn_at();
    give_back.set_due_event_id(ReturnSetBy(state, open.assignment_id()));
    give_back.clear_warned_event_id();
    give_back.clear_overdue_event_id();
    give_back.set_overdue_kind(common::v1::AGENDA_KIND_RETURN_TERM_PASSED);
  }
  return obligations;
}

Outcome DecideDate(const State& state, const AgendaItem& item, const Context& context) {
  const std::vector<Obligation> obligations = Obligations(state, context.case_id);
  const Obligation* owed = domain::FindObligation(obligations, item);
  if (auto no = domain::RequireDue(owed, item, context)) return *std::move(no);
  auto found = FindAssignment(state, owed->subject(), context);
  if (auto* no = std::get_if<domain::Rejection>(&found)) return std::move(*no);
  const v1::OpenAssignment& assignment = *std::get<const v1::OpenAssignment*>(found);
  Event event = context.NewEvent();
  if (!domain::HasPassed(owed->due(), context.now)) {
    auto& approaching = *event.mutable_response_deadline_approaching();
    approaching = domain::Approaching(*owed);
    *approaching.mutable_organization() = CurrentRef(owed->organization(), context);
  } else if (owed->overdue_kind() == common::v1::AGENDA_KIND_RETURN_TERM_PASSED) {
    auto& passed = *event.mutable_return_term_passed();
    passed.set_assignment_id(assignment.assignment_id());
    *passed.mutable_department() = CurrentRef(assignment.department(), context);
    *passed.mutable_return_by() = assignment.return_by();
  } else {
    SayOverdue(assignment, *owed, context, &event);
  }
  return Events{std::move(event)};
}

}  // namespace whistle::response
