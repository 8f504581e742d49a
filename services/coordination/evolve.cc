// Folds one event into the state. Total: an event about what is not there changes nothing else.
#include <algorithm>
#include <functional>

#include "libs/base/hash.h"
#include "libs/base/time.h"
#include "libs/domain/case_header.h"
#include "libs/domain/correction.h"
#include "services/coordination/limits.h"
#include "services/coordination/model.h"

namespace whistle::coordination {
namespace {

using common::v1::EntryCorrected;
using domain::EventRef;
using google::protobuf::RepeatedPtrField;
using journal::v1::Event;

// Takes the one that `is` finds out of the list, keeping the order of the rest.
template <typename T, typename Is>
std::optional<T> TakeOut(RepeatedPtrField<T>* list, Is is) {
  const auto it = std::find_if(list->begin(), list->end(), is);
  if (it == list->end()) return std::nullopt;
  T taken = std::move(*it);
  list->erase(it);
  return taken;
}

// Adds to a list that keeps the latest `kept` alone. Decide keeps the limits of what is open; Evolve holds to them
// whatever comes.
template <typename T>
T& Add(RepeatedPtrField<T>* list, int kept) {
  if (list->size() >= kept) list->DeleteSubrange(0, list->size() - kept + 1);
  return *list->Add();
}

template <typename Change>
void ChangeWhistles(State& state, Change change) {
  for (auto& whistle : *state.mutable_open_whistles()) change(whistle);
  for (auto& whistle : *state.mutable_settled_whistles()) change(whistle);
}

template <typename Change>
void ChangeCall(State& state, const std::string& whistle_id, const std::string& department_id, Change change) {
  ChangeWhistles(state, [&](v1::Whistle& whistle) {
    if (whistle.whistle_id() != whistle_id) return;
    for (auto& call : *whistle.mutable_called()) {
      if (call.department().organization_id() == department_id) change(call);
    }
  });
}

// A whistle is open while somebody may still answer it in time: it has a date, nobody has come, and the date has not
// fired.
void SettleWhistles(State& state) {
  const auto settled = [](const v1::Whistle& whistle) {
    return std::all_of(whistle.called().begin(), whistle.called().end(), [](const v1::Call& call) {
      return !call.reported_event_id().empty() || !call.unanswered_event_id().empty() || !call.due().has_due_at();
    });
  };
  while (auto taken = TakeOut(state.mutable_open_whistles(), settled)) {
    Add(state.mutable_settled_whistles(), kSettledWhistlesKept) = *std::move(taken);
  }
  // A correction may make one owed again.
  while (auto taken = TakeOut(state.mutable_settled_whistles(), std::not_fn(settled))) {
    Add(state.mutable_open_whistles(), kOpenWhistlesMax) = *std::move(taken);
  }
}

void On(State& state, const v1::WhistleBlown& e, const Event& event, const EventRef& ref) {
  state.set_whistle_count(state.whistle_count() + 1);
  v1::Whistle& whistle = Add(state.mutable_open_whistles(), kOpenWhistlesMax);
  whistle.set_whistle_id(ref.id);
  *whistle.mutable_blown_by() = e.blown_by();
  *whistle.mutable_occurred_at() = event.occurred_at();
  whistle.set_urgency(e.urgency());
  for (const auto& called : e.called()) {
    v1::Call& call = *whistle.add_called();
    *call.mutable_department() = called.department();
    *call.mutable_due() = called.due();
    call.set_due_event_id(ref.id);
  }
  SettleWhistles(state);
}

void On(State& state, const v1::DepartmentReportedIn& e, const EventRef& ref) {
  ChangeCall(state, e.whistle_id(), e.department().organization_id(),
             [&](v1::Call& call) { call.set_reported_event_id(ref.id); });
  SettleWhistles(state);
}

void On(State& state, const v1::WhistleUnanswered& e, const EventRef& ref) {
  ChangeCall(state, e.whistle_id(), e.department().organization_id(),
             [&](v1::Call& call) { call.set_unanswered_event_id(ref.id); });
  SettleWhistles(state);
}

void On(State& state, const v1::MeetingConvened& e, const Event& event, const EventRef& ref) {
  v1::OpenMeeting& meeting = Add(state.mutable_open_meetings(), kOpenMeetingsMax);
  meeting.set_meeting_id(ref.id);
  *meeting.mutable_convened_by() = e.convened_by();
  *meeting.mutable_occurred_at() = event.occurred_at();
  *meeting.mutable_invited() = e.invited();
  *meeting.mutable_meets_at() = e.meets_at();
}

void On(State& state, const v1::MeetingHeld& e, const Event& event, const EventRef& ref) {
  state.set_meeting_count(state.meeting_count() + 1);
  if (e.outcome() == v1::MEETING_OUTCOME_DEADLOCKED) state.set_deadlocked_count(state.deadlocked_count() + 1);
  TakeOut(state.mutable_open_meetings(), [&](const v1::OpenMeeting& m) { return m.meeting_id() == e.meeting_id(); });
  v1::PastMeeting& past = Add(state.mutable_past_meetings(), kSettledKept);
  past.set_meeting_id(e.meeting_id().empty() ? ref.id : e.meeting_id());
  past.set_held_event_id(ref.id);
  *past.mutable_occurred_at() = event.occurred_at();
  past.set_outcome(e.outcome());
}

void On(State& state, const v1::CommitmentMade& e, const Event& event, const EventRef& ref) {
  state.set_commitment_count(state.commitment_count() + 1);
  v1::OpenCommitment& open = Add(state.mutable_open_commitments(), kOpenCommitmentsMax);
  open.set_commitment_id(ref.id);
  *open.mutable_organization() = e.organization();
  *open.mutable_occurred_at() = event.occurred_at();
  *open.mutable_due() = e.due();
  open.set_due_event_id(ref.id);
  *open.mutable_recorded_by() = e.recorded_by();
}

void On(State& state, const v1::CommitmentKept& e, const EventRef& ref) {
  const auto taken = TakeOut(state.mutable_open_commitments(),
                             [&](const v1::OpenCommitment& open) { return open.commitment_id() == e.commitment_id(); });
  if (!taken) return;
  v1::KeptCommitment& kept = Add(state.mutable_kept_commitments(), kSettledKept);
  kept.set_commitment_id(e.commitment_id());
  kept.set_kept_event_id(ref.id);
  *kept.mutable_due() = taken->due();
  kept.set_broken_event_id(taken->broken_event_id());
}

void On(State& state, const v1::CommitmentBroken& e, const EventRef& ref) {
  for (auto& open : *state.mutable_open_commitments()) {
    if (open.commitment_id() == e.commitment_id()) open.set_broken_event_id(ref.id);
  }
}

void On(State& state, const v1::ItemListed& e, const Event& event, const EventRef& ref) {
  state.set_item_count(state.item_count() + 1);
  v1::OpenItem& open = Add(state.mutable_open_items(), kOpenItemsMax);
  open.set_item_id(ref.id);
  *open.mutable_listed_by() = e.listed_by();
  *open.mutable_responsible() = e.responsible();
  *open.mutable_occurred_at() = event.occurred_at();
  if (e.has_due()) *open.mutable_due() = e.due();
  open.set_problem_sha256(base::Sha256(e.problem()).ToBytes());
}

void On(State& state, const v1::ItemCleared& e, const EventRef& ref) {
  const auto taken =
      TakeOut(state.mutable_open_items(), [&](const v1::OpenItem& open) { return open.item_id() == e.item_id(); });
  if (!taken) return;
  v1::ClearedItem& cleared = Add(state.mutable_cleared_items(), kSettledKept);
  cleared.set_item_id(e.item_id());
  cleared.set_cleared_event_id(ref.id);
}

void On(State& state, const common::v1::DeadlineApproaching& e, const EventRef& ref) {
  if (e.rule() == "whistle") {
    const CallId id = ParseCallSubject(e.subject());
    ChangeCall(state, id.whistle_id, id.department_id, [&](v1::Call& call) { call.set_warned_event_id(ref.id); });
    return;
  }
  for (auto& open : *state.mutable_open_commitments()) {
    if (open.commitment_id() == e.subject()) open.set_warned_event_id(ref.id);
  }
}

void On(State& state, const common::v1::OverdueLifted& e) {
  ChangeWhistles(state, [&](v1::Whistle& whistle) {
    for (auto& call : *whistle.mutable_called()) {
      if (call.unanswered_event_id() == e.overdue_event_id()) call.clear_unanswered_event_id();
    }
  });
  SettleWhistles(state);
  for (auto& open : *state.mutable_open_commitments()) {
    if (open.broken_event_id() == e.overdue_event_id()) open.clear_broken_event_id();
  }
  for (auto& kept : *state.mutable_kept_commitments()) {
    if (kept.broken_event_id() == e.overdue_event_id()) kept.clear_broken_event_id();
  }
}

// A report that was entered for the wrong department is the right one's. The wrong one is owed again, by this event: an
// item of the agenda that has been run before must not come back as the same item.
void MoveReport(State& state, const EntryCorrected& e, const EventRef& ref) {
  v1::Call read;
  if (!domain::ApplyCorrection(e, &read) || !read.has_department()) return;
  ChangeWhistles(state, [&](v1::Whistle& whistle) {
    for (auto& call : *whistle.mutable_called()) {
      if (call.reported_event_id() != e.event_id()) continue;
      call.clear_reported_event_id();
      call.set_due_event_id(ref.id);
      for (auto& right : *whistle.mutable_called()) {
        if (right.department().organization_id() != read.department().organization_id()) continue;
        right.set_reported_event_id(e.event_id());
      }
      return;
    }
  });
}

// What is owed (a call, a commitment) was corrected: another date, or another one who owes it, is another obligation,
// of which nobody was warned.
template <typename Owed>
void Renew(const Owed& was, const std::string& was_owed_by, const std::string& owed_by, const EventRef& ref,
           Owed& owed) {
  const bool same_date = base::FromProto(was.due().due_at()) == base::FromProto(owed.due().due_at());
  if (same_date && was_owed_by == owed_by) return;
  owed.set_due_event_id(ref.id);
  owed.clear_warned_event_id();
}

void Correct(v1::Whistle& whistle, const EntryCorrected& e, const EventRef& ref) {
  const v1::Whistle was = whistle;
  domain::ApplyCorrection(e, &whistle);
  for (int i = 0; i < whistle.called_size(); ++i) {
    Renew(was.called(i), was.called(i).department().organization_id(), whistle.called(i).department().organization_id(),
          ref, *whistle.mutable_called(i));
  }
}

void Correct(v1::OpenCommitment& open, const EntryCorrected& e, const EventRef& ref) {
  const v1::OpenCommitment was = open;
  domain::ApplyCorrection(e, &open);
  Renew(was, was.organization().organization_id(), open.organization().organization_id(), ref, open);
}

void On(State& state, const EntryCorrected& e, const EventRef& ref) {
  domain::EvolveCorrections(e, ref, *state.mutable_corrections());
  MoveReport(state, e, ref);
  ChangeWhistles(state, [&](v1::Whistle& whistle) {
    if (whistle.whistle_id() == e.event_id()) Correct(whistle, e, ref);
  });
  SettleWhistles(state);
  for (auto& meeting : *state.mutable_open_meetings()) {
    if (meeting.meeting_id() == e.event_id()) domain::ApplyCorrection(e, &meeting);
  }
  for (auto& past : *state.mutable_past_meetings()) {
    if (past.held_event_id() == e.event_id()) domain::ApplyCorrection(e, &past);
  }
  for (auto& open : *state.mutable_open_commitments()) {
    if (open.commitment_id() == e.event_id()) Correct(open, e, ref);
  }
  for (auto& kept : *state.mutable_kept_commitments()) {
    if (kept.commitment_id() == e.event_id()) domain::ApplyCorrection(e, &kept);
  }
  for (auto& open : *state.mutable_open_items()) {
    if (open.item_id() != e.event_id()) continue;
    domain::ApplyCorrection(e, &open);
    for (const auto& field : e.fields()) {
      if (field.path() == "problem") open.clear_problem_sha256();
    }
  }
}

}  // namespace

void Evolve(State& state, const Event& event, const EventRef& ref) {
  domain::EvolveHeader(*state.mutable_header(), event, ref);
  switch (event.body_case()) {
    case Event::kWhistleBlown:
      return On(state, event.whistle_blown(), event, ref);
    case Event::kDepartmentReportedIn:
      return On(state, event.department_reported_in(), ref);
    case Event::kWhistleUnanswered:
      return On(state, event.whistle_unanswered(), ref);
    case Event::kMeetingConvened:
      return On(state, event.meeting_convened(), event, ref);
    case Event::kMeetingHeld:
      return On(state, event.meeting_held(), event, ref);
    case Event::kCommitmentMade:
      return On(state, event.commitment_made(), event, ref);
    case Event::kCommitmentKept:
      return On(state, event.commitment_kept(), ref);
    case Event::kCommitmentBroken:
      return On(state, event.commitment_broken(), ref);
    case Event::kItemListed:
      return On(state, event.item_listed(), event, ref);
    case Event::kItemCleared:
      return On(state, event.item_cleared(), ref);
    case Event::kCoordinationOverdueLifted:
      return On(state, event.coordination_overdue_lifted());
    case Event::kCoordinationEntryCorrected:
      return On(state, event.coordination_entry_corrected(), ref);
    case Event::kCoordinationDeadlineApproaching:
      return On(state, event.coordination_deadline_approaching(), ref);
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
    case Event::kResponseRequested:
    case Event::kAssignmentReturned:
    case Event::kResponseSubmitted:
    case Event::kConditionImposed:
    case Event::kConditionMet:
    case Event::kConditionWaived:
    case Event::kExtensionGranted:
    case Event::kResponseOverdue:
    case Event::kReturnTermPassed:
    case Event::kResponseDeadlineApproaching:
    case Event::kResponseOverdueLifted:
    case Event::kResponseEntryCorrected:
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

}  // namespace whistle::coordination
