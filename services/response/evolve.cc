// Folds one event into the state. Total: an event about what is not there changes nothing else.
#include <algorithm>

#include "absl/strings/match.h"
#include "libs/base/hash.h"
#include "libs/domain/case_header.h"
#include "libs/domain/correction.h"
#include "services/response/find.h"
#include "services/response/limits.h"
#include "services/response/model.h"

namespace whistle::response {
namespace {

using common::v1::EntryCorrected;
using common::v1::OrganizationRef;
using domain::EventRef;
using google::protobuf::RepeatedPtrField;
using google::protobuf::Timestamp;
using journal::v1::Event;

v1::OpenAssignment* OpenAssignmentOf(State& state, const std::string& assignment_id) {
  for (auto& assignment : *state.mutable_open_assignments()) {
    if (assignment.assignment_id() == assignment_id) return &assignment;
  }
  return nullptr;
}

// Takes the one that `is` finds out of the list, keeping the order of the rest.
template <typename T, typename Is>
std::optional<T> TakeOut(RepeatedPtrField<T>* list, Is is) {
  const auto it = std::find_if(list->begin(), list->end(), is);
  if (it == list->end()) return std::nullopt;
  T taken = std::move(*it);
  list->erase(it);
  return taken;
}

// Adds to a list that keeps the latest alone.
template <typename T>
void Keep(RepeatedPtrField<T>* list, T added) {
  if (list->size() >= kSettledKept) list->DeleteSubrange(0, list->size() - kSettledKept + 1);
  *list->Add() = std::move(added);
}

void SettleAssignment(State& state, const std::string& assignment_id, bool returned, const Event& event,
                      const EventRef& ref) {
  auto taken = TakeOut(state.mutable_open_assignments(),
                       [&](const v1::OpenAssignment& open) { return open.assignment_id() == assignment_id; });
  if (!taken) return;
  v1::SettledAssignment settled;
  settled.set_assignment_id(assignment_id);
  *settled.mutable_department() = taken->department();
  *settled.mutable_due() = taken->due();
  settled.set_settled_event_id(ref.id);
  *settled.mutable_settled_at() = event.occurred_at();
  settled.set_returned(returned);
  settled.set_overdue_event_id(taken->overdue_event_id());
  Keep(state.mutable_settled_assignments(), std::move(settled));
}

void SettleCondition(State& state, const std::string& condition_id, bool waived, const EventRef& ref) {
  auto taken = TakeOut(state.mutable_open_conditions(),
                       [&](const v1::OpenCondition& open) { return open.condition_id() == condition_id; });
  if (!taken) return;
  v1::SettledCondition settled;
  settled.set_condition_id(condition_id);
  settled.set_settled_event_id(ref.id);
  settled.set_waived(waived);
  Keep(state.mutable_settled_conditions(), std::move(settled));
}

v1::Standing& StandingOf(State& state, const OrganizationRef& department) {
  for (auto& standing : *state.mutable_standings()) {
    if (standing.department().organization_id() == department.organization_id()) return standing;
  }
  // Decide keeps the limit; Evolve holds to it whatever comes.
  if (state.standings_size() >= kStandingsMax) state.mutable_standings()->DeleteSubrange(0, 1);
  return *state.add_standings();
}

void RememberStatement(State& state, const std::string& department_id, const std::string& topic,
                       const std::string& event_id) {
  for (auto& last : *state.mutable_last_statements()) {
    if (last.department_id() != department_id || last.topic() != topic) continue;
    last.set_event_id(event_id);
    return;
  }
  if (state.last_statements_size() >= kLastStatementsMax) state.mutable_last_statements()->DeleteSubrange(0, 1);
  auto& last = *state.add_last_statements();
  last.set_department_id(department_id);
  last.set_topic(topic);
  last.set_event_id(event_id);
}

void On(State& state, const v1::ResponseRequested& e, const Event& event, const EventRef& ref) {
  state.set_assignment_count(state.assignment_count() + 1);
  if (state.open_assignments_size() >= kOpenAssignmentsMax) state.mutable_open_assignments()->DeleteSubrange(0, 1);
  auto& open = *state.add_open_assignments();
  open.set_assignment_id(ref.id);
  *open.mutable_department() = e.department();
  *open.mutable_occurred_at() = event.occurred_at();
  *open.mutable_due() = e.due();
  open.set_due_set_by_event_id(ref.id);
  open.set_due_event_id(ref.id);
  *open.mutable_return_by() = e.return_by();
  open.set_question_sha256(base::Sha256(e.question()).ToBytes());
}

void On(State& state, const v1::ResponseSubmitted& e, const Event& event, const EventRef& ref) {
  state.set_response_count(state.response_count() + 1);
  v1::Standing& standing = StandingOf(state, e.department());
  *standing.mutable_department() = e.department();
  standing.set_event_id(ref.id);
  standing.set_stance(e.stance());
  *standing.mutable_occurred_at() = event.occurred_at();
  // Who accepts no longer points at others.
  if (!e.withdraws_event_id().empty() || e.stance() == v1::STANCE_ACCEPTS) standing.clear_deferral_event_id();
  if (e.stance() == v1::STANCE_DEFERS) standing.set_deferral_event_id(ref.id);
  for (const auto& statement : e.statements()) {
    RememberStatement(state, e.department().organization_id(), statement.topic(), ref.id);
  }
  if (e.assignment_id().empty()) return;
  if (e.stance() != v1::STANCE_REPORTS_PROGRESS) {
    SettleAssignment(state, e.assignment_id(), false, event, ref);
  } else if (auto* open = OpenAssignmentOf(state, e.assignment_id())) {
    open->set_progress_event_id(ref.id);
    *open->mutable_progress_at() = event.occurred_at();
  }
}

void On(State& state, const v1::ConditionImposed& e, const Event& event, const EventRef& ref) {
  state.set_condition_count(state.condition_count() + 1);
  if (state.open_conditions_size() >= kOpenConditionsMax) state.mutable_open_conditions()->DeleteSubrange(0, 1);
  auto& open = *state.add_open_conditions();
  open.set_condition_id(ref.id);
  *open.mutable_department() = e.department();
  open.set_topic(e.topic());
  *open.mutable_occurred_at() = event.occurred_at();
}

void On(State& state, const v1::ExtensionGranted& e, const EventRef& ref) {
  auto* open = OpenAssignmentOf(state, e.assignment_id());
  if (open == nullptr) return;
  *open->mutable_due() = e.new_due();
  open->set_due_set_by_event_id(ref.id);
  open->set_due_event_id(ref.id);
  open->clear_warned_event_id();
  open->set_extensions(open->extensions() + 1);
}

void On(State& state, const v1::ResponseOverdue& e, const EventRef& ref) {
  state.set_overdue_count(state.overdue_count() + 1);
  if (auto* open = OpenAssignmentOf(state, e.assignment_id())) open->set_overdue_event_id(ref.id);
}

void On(State& state, const common::v1::OverdueLifted& e) {
  bool lifted = false;
  for (auto& open : *state.mutable_open_assignments()) {
    if (open.first_responsible_event_id() == e.overdue_event_id()) open.clear_first_responsible_event_id();
    if (open.overdue_event_id() != e.overdue_event_id()) continue;
    open.clear_overdue_event_id();
    lifted = true;
  }
  for (auto& settled : *state.mutable_settled_assignments()) {
    if (settled.overdue_event_id() != e.overdue_event_id()) continue;
    settled.clear_overdue_event_id();
    lifted = true;
  }
  // Not where the time for a return was lifted: that is no overdue.
  if (lifted && state.overdue_count() > 0) state.set_overdue_count(state.overdue_count() - 1);
}

void On(State& state, const common::v1::DeadlineApproaching& e, const EventRef& ref) {
  if (auto* open = OpenAssignmentOf(state, e.subject())) open->set_warned_event_id(ref.id);
}

// The corrected department or date of the event itself, if the correction names it.
struct CorrectedHead {
  std::optional<OrganizationRef> department;
  std::optional<Timestamp> occurred_at;
};

CorrectedHead HeadOf(const EntryCorrected& e) {
  // Any message with these two fields reads them.
  v1::Standing read;
  CorrectedHead head;
  if (!domain::ApplyCorrection(e, &read)) return head;
  if (read.has_department()) head.department = read.department();
  if (read.has_occurred_at()) head.occurred_at = read.occurred_at();
  return head;
}

void CorrectAssignment(const EntryCorrected& e, const EventRef& ref, v1::OpenAssignment& open) {
  const common::v1::DueDate due = open.due();
  const std::string department_id = open.department().organization_id();
  domain::ApplyCorrection(e, &open);
  // Once an extension set the date, the request's own date is history.
  if (open.due_set_by_event_id() != e.event_id()) *open.mutable_due() = due;
  // Another date, or another who owes it: of that nobody was warned, and to the agenda it is another item.
  if (open.due().SerializeAsString() != due.SerializeAsString() ||
      open.department().organization_id() != department_id) {
    open.set_due_event_id(ref.id);
    open.clear_warned_event_id();
  }
  for (const auto& field : e.fields()) {
    if (field.path() == "question") open.clear_question_sha256();
  }
}

void CorrectSettled(const EntryCorrected& e, v1::SettledAssignment& settled) {
  const common::v1::DueDate due = settled.due();
  domain::ApplyCorrection(e, &settled);
  // As above.
  if (due.rule() == "response_extension") *settled.mutable_due() = due;
}

void CorrectStanding(State& state, const std::string& event_id, const CorrectedHead& head) {
  auto taken = TakeOut(state.mutable_standings(), [&](const v1::Standing& s) { return s.event_id() == event_id; });
  if (!taken) return;
  if (head.department) *taken->mutable_department() = *head.department;
  if (head.occurred_at) *taken->mutable_occurred_at() = *head.occurred_at;
  StandingOf(state, taken->department()) = *taken;
}

void On(State& state, const EntryCorrected& e, const EventRef& ref) {
  domain::EvolveCorrections(e, ref, *state.mutable_corrections());
  for (auto& open : *state.mutable_open_assignments()) {
    if (open.assignment_id() == e.event_id()) CorrectAssignment(e, ref, open);
  }
  for (auto& open : *state.mutable_open_conditions()) {
    if (open.condition_id() == e.event_id()) domain::ApplyCorrection(e, &open);
  }
  const CorrectedHead head = HeadOf(e);
  for (auto& settled : *state.mutable_settled_assignments()) {
    if (settled.assignment_id() == e.event_id()) CorrectSettled(e, settled);
    if (settled.settled_event_id() == e.event_id() && head.occurred_at) {
      *settled.mutable_settled_at() = *head.occurred_at;
    }
  }
  CorrectStanding(state, e.event_id(), head);
  if (!head.department) return;
  for (auto& last : *state.mutable_last_statements()) {
    if (last.event_id() == e.event_id()) last.set_department_id(head.department->organization_id());
  }
}

}  // namespace

void Evolve(State& state, const Event& event, const EventRef& ref) {
  domain::EvolveHeader(*state.mutable_header(), event, ref);
  switch (event.body_case()) {
    case Event::kResponseRequested:
      return On(state, event.response_requested(), event, ref);
    case Event::kAssignmentReturned:
      return SettleAssignment(state, event.assignment_returned().assignment_id(), true, event, ref);
    case Event::kResponseSubmitted:
      return On(state, event.response_submitted(), event, ref);
    case Event::kConditionImposed:
      return On(state, event.condition_imposed(), event, ref);
    case Event::kConditionMet:
      return SettleCondition(state, event.condition_met().condition_id(), false, ref);
    case Event::kConditionWaived:
      return SettleCondition(state, event.condition_waived().condition_id(), true, ref);
    case Event::kExtensionGranted:
      return On(state, event.extension_granted(), ref);
    case Event::kResponseOverdue:
      return On(state, event.response_overdue(), ref);
    case Event::kResponseOverdueLifted:
      return On(state, event.response_overdue_lifted());
    case Event::kResponseEntryCorrected:
      return On(state, event.response_entry_corrected(), ref);
    case Event::kReturnTermPassed:
      if (auto* open = OpenAssignmentOf(state, event.return_term_passed().assignment_id())) {
        open->set_first_responsible_event_id(ref.id);
      }
      return;
    case Event::kResponseDeadlineApproaching:
      return On(state, event.response_deadline_approaching(), ref);
    // The citizen's side: the header is all that matters here.
    case Event::kCaseRegistered:
    case Event::kPolicyRebound:
    case Event::kContactRecorded:
    case Event::kPetitionerJoined:
    case Event::kEvidenceAttached:
    case Event::kCaseAccepted:
    case Event::kCaseDeclined:
    case Event::kHandlerAssigned:
    case Event::kCasesLinked:
    case Event::kMergeProposed:
    case Event::kMergeAccepted:
    case Event::kMergeRefused:
    case Event::kMergeCompleted:
    case Event::kMergeWithdrawn:
    case Event::kCaseUnmerged:
    case Event::kResolutionConfirmed:
    case Event::kResolutionDisputed:
    case Event::kReviewRequested:
    case Event::kReReviewRequested:
    case Event::kReviewDecided:
    case Event::kHandlingExtended:
    case Event::kAcceptanceOverdue:
    case Event::kHandlingOverdue:
    case Event::kCaseClosed:
    case Event::kCaseReopened:
    case Event::kReviewOverdue:
    case Event::kIntakeDeadlineApproaching:
    case Event::kIntakeOverdueLifted:
    case Event::kIntakeEntryCorrected:
    // What others do about the case.
    case Event::kWhistleBlown:
    case Event::kDepartmentReportedIn:
    case Event::kWhistleUnanswered:
    case Event::kMeetingConvened:
    case Event::kMeetingHeld:
    case Event::kCommitmentMade:
    case Event::kCommitmentKept:
    case Event::kCommitmentBroken:
    case Event::kItemListed:
    case Event::kItemCleared:
    case Event::kCoordinationDeadlineApproaching:
    case Event::kCoordinationOverdueLifted:
    case Event::kCoordinationEntryCorrected:
    case Event::kFindingRaised:
    case Event::kFindingAnswered:
    case Event::kEscalationRaised:
    case Event::kEscalationDeclined:
    case Event::kHandlingUpgraded:
    case Event::kEscalationEvidenceAdded:
    case Event::kFindingLifted:
    case Event::kUpgradedHandlingOverdue:
    case Event::kHandlingCompleted:
    case Event::kSuggestionIssued:
    case Event::kRectificationReported:
    case Event::kRectificationAccepted:
    case Event::kRectificationRejected:
    case Event::kRectificationOverdue:
    case Event::kReferredForAccountability:
    case Event::kAccountabilityOpened:
    case Event::kAccountabilityFindingRecorded:
    case Event::kAccountabilityClosed:
    case Event::kHazardIdentified:
    case Event::kHazardReported:
    case Event::kHazardAssessed:
    case Event::kHazardWarned:
    case Event::kHazardCancelled:
    case Event::kEscalationUnanswered:
    case Event::kOwnerAwaited:
    case Event::kEscalationDeadlineApproaching:
    case Event::kEscalationOverdueLifted:
    case Event::kEscalationEntryCorrected:
    // In the registry's own topic.
    case Event::kOrganizationUpserted:
    case Event::kOrganizationMoved:
    case Event::kOrganizationRetired:
    case Event::kPolicyAdopted:
    case Event::kLevelRaised:
    case Event::kCalendarAdopted:
    case Event::BODY_NOT_SET:
      return;
  }
}

}  // namespace whistle::response
