#include "services/escalation/observed.h"

#include <algorithm>
#include <utility>

#include "libs/base/time.h"
#include "libs/domain/correction.h"
#include "services/escalation/limits.h"
#include "services/escalation/observed_corrections.h"
#include "services/escalation/observed_lists.h"
#include "services/escalation/observed_marks.h"
#include "services/escalation/observed_owner.h"

namespace whistle::escalation {
namespace {

using domain::EventRef;
using google::protobuf::RepeatedPtrField;
using journal::v1::Event;
using v1::Observed;
using v1::Sighting;

Sighting Seen(const Event& event, const EventRef& ref) {
  Sighting seen;
  seen.set_event_id(ref.id);
  *seen.mutable_occurred_at() = event.occurred_at();
  *seen.mutable_entered_at() = ref.decision == nullptr ? event.occurred_at() : ref.decision->decided_at();
  return seen;
}

// Puts it on record that `by` changed what is said of something that was seen before.
void Touch(Sighting& sighting, const Event& event, const EventRef& by) {
  sighting.set_changed_by_event_id(by.id);
  *sighting.mutable_entered_at() = Seen(event, by).entered_at();
}

// What a finding about a claim rests on leaves the state: that it is not seen any more disproves nothing.
void Leave(Observed& observed, const Sighting& leaving) {
  for (const v1::Mark& mark : leaving.marks()) {
    if (mark.rule() != v1::FINDING_RULE_CLOSED_WITHOUT_RESULT) continue;
    for (v1::ObservedClaim& claim : *observed.mutable_claims()) {
      if (claim.seen().event_id() == mark.subject()) claim.set_stands(true);
    }
  }
}

// Keeps all that `is_open`, and of the others the last `max`.
template <typename T, typename Predicate>
void TrimSettled(Observed& observed, RepeatedPtrField<T>& list, int max, Predicate is_open) {
  int settled = static_cast<int>(std::count_if(list.begin(), list.end(), [&](const T& t) { return !is_open(t); }));
  while (settled > max) {
    const auto first = std::find_if(list.begin(), list.end(), [&](const T& t) { return !is_open(t); });
    Leave(observed, first->seen());
    list.erase(first);
    --settled;
  }
}

v1::ObservedStance StanceFrom(response::v1::Stance stance) {
  switch (stance) {
    case response::v1::STANCE_ACCEPTS:
      return v1::OBSERVED_STANCE_ACCEPTS;
    case response::v1::STANCE_REFUSES:
      return v1::OBSERVED_STANCE_REFUSES;
    case response::v1::STANCE_CONDITIONAL:
      return v1::OBSERVED_STANCE_CONDITIONAL;
    case response::v1::STANCE_DEFERS:
      return v1::OBSERVED_STANCE_DEFERS;
    case response::v1::STANCE_CLAIMS_RESOLVED:
      return v1::OBSERVED_STANCE_CLAIMS_RESOLVED;
    default:
      return v1::OBSERVED_STANCE_UNSPECIFIED;
  }
}

void AddNeed(Observed& observed, v1::NeedKind kind, const common::v1::OrganizationRef& organization,
             const Sighting& seen) {
  v1::Need& need = *observed.add_needs();
  need.set_kind(kind);
  *need.mutable_organization() = organization;
  *need.mutable_seen() = seen;
  // Open assignments, commitments and items have limits of their own; whistles that nobody answers go first.
  Trim(*observed.mutable_needs(), kNeedsKept, [](const v1::Need& n) { return n.kind() == v1::NEED_KIND_WHISTLE; });
}

template <typename Predicate>
void EndNeeds(Observed& observed, Predicate predicate) {
  auto& needs = *observed.mutable_needs();
  needs.erase(std::remove_if(needs.begin(), needs.end(), predicate), needs.end());
}

void EndNeed(Observed& observed, v1::NeedKind kind, const std::string& event_id) {
  EndNeeds(observed, [&](const v1::Need& need) { return need.kind() == kind && need.seen().event_id() == event_id; });
}

bool HappenedBy(const Sighting& seen, const google::protobuf::Timestamp& time) {
  return base::FromProto(seen.occurred_at()) <= base::FromProto(time);
}

void OnContact(Observed& observed, const Sighting& seen) {
  if (observed.has_answered_until() && HappenedBy(seen, observed.answered_until())) return;
  *observed.add_contacts()->mutable_seen() = seen;
  Trim(*observed.mutable_contacts(), kContactsKept);
}

// Where an organization stands is its last answer: that one goes last. With a substantive one go the contacts that it
// answered, so that those before and after it never look like one run.
void TrimResponses(Observed& observed) {
  auto& responses = *observed.mutable_responses();
  while (responses.size() > kResponsesKept) {
    auto first = std::find_if(responses.begin(), responses.end(), [&](const v1::ObservedResponse& r) {
      return StanceOf(observed, r.department_id()) != &r;
    });
    if (first == responses.end()) first = responses.begin();
    if (IsSubstantive(first->stance())) {
      const auto& until = first->seen().occurred_at();
      const bool later = !observed.has_answered_until() || !HappenedBy(first->seen(), observed.answered_until());
      if (later) *observed.mutable_answered_until() = until;
      auto& contacts = *observed.mutable_contacts();
      contacts.erase(std::remove_if(contacts.begin(), contacts.end(),
                                    [&](const v1::ObservedContact& c) { return HappenedBy(c.seen(), until); }),
                     contacts.end());
    }
    responses.erase(first);
  }
}

// Keeps the earlier of two progress reports.
void OnProgress(const Sighting& seen, Sighting* first) {
  if (first->event_id().empty() || Before(seen, *first)) *first = seen;
}

// A progress report on an assignment that is owed, or whose date has passed already.
void OnProgress(Observed& observed, const std::string& assignment_id, const Sighting& seen) {
  for (v1::Need& need : *observed.mutable_needs()) {
    const bool its = need.kind() == v1::NEED_KIND_ASSIGNMENT && need.seen().event_id() == assignment_id;
    if (its) OnProgress(seen, need.mutable_progress());
  }
  for (v1::ObservedOverdue& silence : *observed.mutable_silences()) {
    if (silence.subject_id() == assignment_id) OnProgress(seen, silence.mutable_progress());
  }
}

void OnStatements(Observed& observed, const response::v1::ResponseSubmitted& response, const Sighting& seen) {
  for (int i = 0; i < response.statements_size(); ++i) {
    const response::v1::Statement& said = response.statements(i);
    v1::ObservedStatement& statement = *observed.add_statements();
    *statement.mutable_seen() = seen;
    statement.set_department_id(response.department().organization_id());
    statement.set_topic(said.topic());
    statement.set_replaces_event_id(said.replaces_event_id());
    statement.set_condition_id(said.condition_id());
    statement.set_place(i);
    SetPosition(said, &statement);
  }
  Trim(*observed.mutable_statements(), kStatementsKept);
}

void OnResponse(Observed& observed, const response::v1::ResponseSubmitted& response, const Sighting& seen) {
  const v1::ObservedStance stance = StanceFrom(response.stance());
  OnStatements(observed, response, seen);
  if (response.stance() == response::v1::STANCE_REPORTS_PROGRESS && !response.assignment_id().empty()) {
    OnProgress(observed, response.assignment_id(), seen);
  }
  if (stance == v1::OBSERVED_STANCE_UNSPECIFIED && response.withdraws_event_id().empty()) return;

  v1::ObservedResponse& answer = *observed.add_responses();
  *answer.mutable_seen() = seen;
  answer.set_department_id(response.department().organization_id());
  answer.set_stance(stance);
  answer.set_grounded(!response.grounds().empty());
  answer.set_withdraws_event_id(response.withdraws_event_id());
  for (const auto& organization : response.defers_to()) answer.add_defers_to_ids(organization.organization_id());

  if (stance != v1::OBSERVED_STANCE_UNSPECIFIED && !response.assignment_id().empty()) {
    EndNeed(observed, v1::NEED_KIND_ASSIGNMENT, response.assignment_id());
  }
  if (!response.withdraws_event_id().empty()) {
    EndNeed(observed, v1::NEED_KIND_DEFERRAL, response.withdraws_event_id());
  }
  if (stance == v1::OBSERVED_STANCE_DEFERS) {
    const v1::Need* last =
        FindLast(*observed.mutable_needs(), [](const v1::Need& need) { return need.kind() == v1::NEED_KIND_DEFERRAL; });
    if (last == nullptr || Before(last->seen(), seen)) {
      EndNeeds(observed, [](const v1::Need& need) { return need.kind() == v1::NEED_KIND_DEFERRAL; });
      for (const auto& organization : response.defers_to()) {
        AddNeed(observed, v1::NEED_KIND_DEFERRAL, organization, seen);
      }
    }
  }
  TrimResponses(observed);
}

// An organization's last claim may still be disputed: that one goes last.
void TrimClaims(Observed& observed) {
  auto& claims = *observed.mutable_claims();
  while (claims.size() > kClaimsKept) {
    auto first = std::find_if(claims.begin(), claims.end(), [&](const v1::ObservedClaim& claim) {
      return std::any_of(claims.begin(), claims.end(), [&](const v1::ObservedClaim& other) {
        return other.organization_id() == claim.organization_id() && other.closes() == claim.closes() &&
               Before(claim.seen(), other.seen());
      });
    });
    if (first == claims.end()) first = claims.begin();
    const Sighting disputed = first->disputed();
    claims.erase(first);
    Leave(observed, disputed);
  }
}

void AddClaim(Observed& observed, const std::string& organization_id, bool closes, const Sighting& seen) {
  v1::ObservedClaim& claim = *observed.add_claims();
  claim.set_closes(closes);
  *claim.mutable_seen() = seen;
  claim.set_organization_id(organization_id);
  TrimClaims(observed);
}

void AddOverdue(RepeatedPtrField<v1::ObservedOverdue>& list, const std::string& subject_id,
                const std::string& organization_id, const Sighting& seen) {
  v1::ObservedOverdue& overdue = *list.Add();
  *overdue.mutable_seen() = seen;
  overdue.set_subject_id(subject_id);
  overdue.set_organization_id(organization_id);
  Trim(list, kOverduesKept);
}

void OnSilence(Observed& observed, const response::v1::ResponseOverdue& overdue, const Sighting& seen) {
  Sighting progress;
  if (!overdue.progress_event_id().empty()) {
    progress.set_event_id(overdue.progress_event_id());
    *progress.mutable_occurred_at() = overdue.progress_at();
    *progress.mutable_entered_at() = seen.entered_at();
  }
  for (const v1::Need& need : observed.needs()) {
    const bool its = need.kind() == v1::NEED_KIND_ASSIGNMENT && need.seen().event_id() == overdue.assignment_id();
    if (its && need.has_progress()) OnProgress(need.progress(), &progress);
  }
  auto& silences = *observed.mutable_silences();
  AddOverdue(silences, overdue.assignment_id(), overdue.department().organization_id(), seen);
  v1::ObservedOverdue& silence = *silences.rbegin();
  if (overdue.due().has_due_at()) *silence.mutable_due_at() = overdue.due().due_at();
  if (!progress.event_id().empty()) *silence.mutable_progress() = std::move(progress);
}

// Meetings that still count toward a finding, and the latest, go last.
void TrimMeetings(Observed& observed, int wanted) {
  auto& meetings = *observed.mutable_meetings();
  const auto counts = [](const v1::ObservedMeeting& meeting) {
    return meeting.deadlocked() &&
           std::none_of(meeting.seen().marks().begin(), meeting.seen().marks().end(),
                        [](const v1::Mark& mark) { return mark.rule() == v1::FINDING_RULE_HOLLOW_MEETINGS; });
  };
  // Where more than make a finding wait, nobody waits for them: the rule is off.
  const bool waiting = std::count_if(meetings.begin(), meetings.end(), counts) <= wanted;
  Trim(meetings, kMeetingsKept, [&](const v1::ObservedMeeting& meeting) {
    return !(waiting && counts(meeting)) && &meeting != &*meetings.rbegin();
  });
}

void LiftOverdue(RepeatedPtrField<v1::ObservedOverdue>& list, const std::string& event_id, const Event& event,
                 const EventRef& ref) {
  for (v1::ObservedOverdue& overdue : list) {
    if (overdue.seen().event_id() != event_id) continue;
    overdue.set_lifted(true);
    Touch(*overdue.mutable_seen(), event, ref);
  }
}

void AddTask(RepeatedPtrField<v1::ObservedTask>& list, const std::string& organization_id, const Sighting& seen) {
  v1::ObservedTask& task = *list.Add();
  *task.mutable_seen() = seen;
  task.set_organization_id(organization_id);
}

void SettleTask(Observed& observed, RepeatedPtrField<v1::ObservedTask>& list, const std::string& id,
                const Sighting& by) {
  v1::ObservedTask* task = FindLast(list, [&](const v1::ObservedTask& t) { return t.seen().event_id() == id; });
  if (task != nullptr) *task->mutable_settled() = by;
  TrimSettled(observed, list, kTasksSettledKept, [](const v1::ObservedTask& t) { return !t.has_settled(); });
}

v1::ObservedCondition* FindCondition(Observed& observed, const std::string& id) {
  return FindLast(*observed.mutable_conditions(),
                  [&](const v1::ObservedCondition& c) { return c.seen().event_id() == id; });
}

void TrimConditions(Observed& observed) {
  TrimSettled(observed, *observed.mutable_conditions(), kConditionsSettledKept,
              [](const v1::ObservedCondition& c) { return !c.has_met() && !c.has_waived(); });
}

void OnCorrected(v1::EscalationState& state, const common::v1::EntryCorrected& corrected, const Event& event,
                 const EventRef& ref) {
  Observed& observed = *state.mutable_observed();
  CorrectObserved(corrected, observed);
  VisitSightings(observed, [&](Sighting& sighting) {
    if (sighting.event_id() == corrected.event_id()) Touch(sighting, event, ref);
  });
  // Another handler from the start: whose action was needed across authority is another question.
  if (corrected.event_id() == state.header().handler_event_id()) {
    for (v1::Need& need : *observed.mutable_needs()) Touch(*need.mutable_seen(), event, ref);
  }
  OnSinceCorrected(observed, corrected.event_id());
}

// Another handler, another question of authority. One who had the case before an organization came to be needed, and
// was entered late, answers the question that was asked.
void OnHandler(Observed& observed, const Event& event, const EventRef& ref, const Sighting& seen) {
  std::vector<std::string> asked;
  for (v1::Need& need : *observed.mutable_needs()) {
    if (!Before(seen, need.seen())) continue;
    for (const v1::Mark& mark : need.seen().marks()) asked.push_back(mark.finding_id());
    Touch(*need.mutable_seen(), event, ref);
  }
  auto& gaps = *observed.mutable_gaps();
  gaps.erase(std::remove_if(gaps.begin(), gaps.end(),
                            [&](const v1::Mark& gap) {
                              return std::find(asked.begin(), asked.end(), gap.finding_id()) == asked.end();
                            }),
             gaps.end());
}

void Fold(v1::EscalationState& state, const Event& event, const EventRef& ref, const Sighting& seen) {
  Observed& observed = *state.mutable_observed();
  const registry::v1::Policy& policy = state.header().policy();
  switch (event.body_case()) {
    case Event::kContactRecorded:
      return OnContact(observed, seen);
    case Event::kHandlerAssigned:
      return OnHandler(observed, event, ref, seen);
    case Event::kHandlingOverdue:
      if (Escalates(policy.statutory_clock())) {
        AddReason(observed, v1::ESCALATION_TRIGGER_STATUTORY_CLOCK, v1::FINDING_RULE_UNSPECIFIED, seen);
      }
      return;
    case Event::kIntakeOverdueLifted:
      return DropReason(observed, event.intake_overdue_lifted().overdue_event_id());
    case Event::kCaseClosed:
      return AddClaim(observed, event.case_closed().closed_by().organization_id(), true, seen);
    case Event::kResolutionDisputed: {
      const std::string& id = event.resolution_disputed().claim_event_id();
      for (v1::ObservedClaim& claim : *observed.mutable_claims()) {
        if (claim.seen().event_id() == id) *claim.mutable_disputed() = seen;
      }
      return;
    }

    case Event::kResponseRequested:
      return AddNeed(observed, v1::NEED_KIND_ASSIGNMENT, event.response_requested().department(), seen);
    case Event::kAssignmentReturned:
      return EndNeed(observed, v1::NEED_KIND_ASSIGNMENT, event.assignment_returned().assignment_id());
    case Event::kResponseSubmitted:
      OnResponse(observed, event.response_submitted(), seen);
      if (event.response_submitted().stance() == response::v1::STANCE_CLAIMS_RESOLVED) {
        AddClaim(observed, event.response_submitted().department().organization_id(), false, seen);
      }
      return;
    case Event::kConditionImposed: {
      const auto& imposed = event.condition_imposed();
      v1::ObservedCondition& condition = *observed.add_conditions();
      *condition.mutable_seen() = seen;
      condition.set_department_id(imposed.department().organization_id());
      condition.set_topic(imposed.topic());
      condition.set_grounded(!imposed.grounds().empty());
      condition.set_response_event_id(imposed.response_event_id());
      return;
    }
    case Event::kConditionMet:
      if (auto* condition = FindCondition(observed, event.condition_met().condition_id())) {
        *condition->mutable_met() = seen;
      }
      return TrimConditions(observed);
    case Event::kConditionWaived:
      if (auto* condition = FindCondition(observed, event.condition_waived().condition_id())) {
        *condition->mutable_waived() = seen;
      }
      return TrimConditions(observed);
    case Event::kResponseOverdue:
      return OnSilence(observed, event.response_overdue(), seen);
    case Event::kResponseOverdueLifted:
      return LiftOverdue(*observed.mutable_silences(), event.response_overdue_lifted().overdue_event_id(), event, ref);

    case Event::kWhistleBlown:
      for (const auto& called : event.whistle_blown().called()) {
        AddNeed(observed, v1::NEED_KIND_WHISTLE, called.department(), seen);
      }
      return;
    case Event::kDepartmentReportedIn: {
      const auto& reported = event.department_reported_in();
      return EndNeeds(observed, [&](const v1::Need& need) {
        return need.kind() == v1::NEED_KIND_WHISTLE && need.seen().event_id() == reported.whistle_id() &&
               need.organization().organization_id() == reported.department().organization_id();
      });
    }
    case Event::kWhistleUnanswered: {
      const auto& unanswered = event.whistle_unanswered();
      return AddOverdue(*observed.mutable_no_shows(), unanswered.whistle_id(),
                        unanswered.department().organization_id(), seen);
    }
    case Event::kMeetingHeld: {
      v1::ObservedMeeting& meeting = *observed.add_meetings();
      *meeting.mutable_seen() = seen;
      meeting.set_deadlocked(event.meeting_held().outcome() == coordination::v1::MEETING_OUTCOME_DEADLOCKED);
      for (const auto& absent : event.meeting_held().absent()) meeting.add_absent_ids(absent.organization_id());
      return TrimMeetings(observed, policy.hollow_meetings());
    }
    case Event::kCommitmentMade: {
      const auto& organization = event.commitment_made().organization();
      AddTask(*observed.mutable_commitments(), organization.organization_id(), seen);
      return AddNeed(observed, v1::NEED_KIND_COMMITMENT, organization, seen);
    }
    case Event::kCommitmentKept:
      SettleTask(observed, *observed.mutable_commitments(), event.commitment_kept().commitment_id(), seen);
      return EndNeed(observed, v1::NEED_KIND_COMMITMENT, event.commitment_kept().commitment_id());
    case Event::kCommitmentBroken: {
      const auto& broken = event.commitment_broken();
      return AddOverdue(*observed.mutable_broken_commitments(), broken.commitment_id(),
                        broken.organization().organization_id(), seen);
    }
    case Event::kItemListed: {
      const auto& responsible = event.item_listed().responsible();
      AddTask(*observed.mutable_items(), responsible.organization_id(), seen);
      return AddNeed(observed, v1::NEED_KIND_ITEM, responsible, seen);
    }
    case Event::kItemCleared:
      SettleTask(observed, *observed.mutable_items(), event.item_cleared().item_id(), seen);
      return EndNeed(observed, v1::NEED_KIND_ITEM, event.item_cleared().item_id());
    case Event::kCoordinationOverdueLifted: {
      const std::string& id = event.coordination_overdue_lifted().overdue_event_id();
      LiftOverdue(*observed.mutable_no_shows(), id, event, ref);
      return LiftOverdue(*observed.mutable_broken_commitments(), id, event, ref);
    }

    case Event::kFindingRaised:
      return OnFindingRaised(state, event.finding_raised(), seen);
    case Event::kFindingLifted:
      return OnFindingLifted(observed, event.finding_lifted().finding_id());
    case Event::kEscalationRaised:
      return DropReasons(observed, event.escalation_raised());
    case Event::kEscalationEvidenceAdded:
      return DropReasons(observed, event.escalation_evidence_added());
    case Event::kUpgradedHandlingOverdue:
      return AddReason(observed, v1::ESCALATION_TRIGGER_UPGRADED_HANDLING_OVERDUE, v1::FINDING_RULE_UNSPECIFIED, seen);
    case Event::kEscalationOverdueLifted:
      return DropReason(observed, event.escalation_overdue_lifted().overdue_event_id());
    case Event::kHandlingCompleted:
      // It is a claim that the petitioner's side confirms or disputes.
      DropHandlingOverdue(observed);
      return AddClaim(observed, event.handling_completed().completed_by().organization_id(), false, seen);
    case Event::kHandlingUpgraded:
      return DropHandlingOverdue(observed);
    case Event::kHazardIdentified:
      if (Escalates(policy.open_hazard())) {
        AddReason(observed, v1::ESCALATION_TRIGGER_OPEN_HAZARD, v1::FINDING_RULE_UNSPECIFIED, seen);
      }
      return;
    case Event::kHazardCancelled:
      return DropReason(observed, event.hazard_cancelled().hazard_id());
    case Event::kOwnerAwaited:
      return OnAwaited(observed, event.owner_awaited(), seen);
    case Event::kEscalationDeadlineApproaching:
      return OnOwnerWarned(observed, event.escalation_deadline_approaching().subject(), ref.id);

    case Event::kIntakeEntryCorrected:
      return OnCorrected(state, event.intake_entry_corrected(), event, ref);
    case Event::kResponseEntryCorrected:
      return OnCorrected(state, event.response_entry_corrected(), event, ref);
    case Event::kCoordinationEntryCorrected:
      return OnCorrected(state, event.coordination_entry_corrected(), event, ref);
    case Event::kEscalationEntryCorrected:
      return OnCorrected(state, event.escalation_entry_corrected(), event, ref);

    // No rule asks for them; what they do to the header and to the service's own things was folded before.
    case Event::kCaseRegistered:
    case Event::kPolicyRebound:
    case Event::kPetitionerJoined:
    case Event::kEvidenceAttached:
    case Event::kCaseAccepted:
    case Event::kCaseDeclined:
    case Event::kCasesLinked:
    case Event::kMergeProposed:
    case Event::kMergeAccepted:
    case Event::kMergeRefused:
    case Event::kMergeCompleted:
    case Event::kMergeWithdrawn:
    case Event::kCaseUnmerged:
    case Event::kResolutionConfirmed:
    case Event::kReviewRequested:
    case Event::kReReviewRequested:
    case Event::kReviewDecided:
    case Event::kHandlingExtended:
    case Event::kAcceptanceOverdue:
    case Event::kCaseReopened:
    case Event::kReviewOverdue:
    case Event::kIntakeDeadlineApproaching:
    case Event::kExtensionGranted:
    case Event::kReturnTermPassed:
    case Event::kResponseDeadlineApproaching:
    case Event::kMeetingConvened:
    case Event::kCoordinationDeadlineApproaching:
    case Event::kFindingAnswered:
    case Event::kEscalationDeclined:
    case Event::kEscalationUnanswered:
    case Event::kSuggestionIssued:
    case Event::kRectificationReported:
    case Event::kRectificationAccepted:
    case Event::kRectificationRejected:
    case Event::kRectificationOverdue:
    case Event::kReferredForAccountability:
    case Event::kAccountabilityOpened:
    case Event::kAccountabilityFindingRecorded:
    case Event::kAccountabilityClosed:
    case Event::kHazardReported:
    case Event::kHazardAssessed:
    case Event::kHazardWarned:
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

}  // namespace

bool Before(const Sighting& a, const Sighting& b) {
  const auto& x = a.occurred_at();
  const auto& y = b.occurred_at();
  if (x.seconds() != y.seconds()) return x.seconds() < y.seconds();
  if (x.nanos() != y.nanos()) return x.nanos() < y.nanos();
  const auto p = domain::ParseEventId(a.event_id());
  const auto q = domain::ParseEventId(b.event_id());
  if (!p || !q) return a.event_id() < b.event_id();
  if (p->version != q->version) return p->version < q->version;
  return p->number < q->number;
}

bool IsSubstantive(v1::ObservedStance stance) {
  return stance == v1::OBSERVED_STANCE_ACCEPTS || stance == v1::OBSERVED_STANCE_REFUSES ||
         stance == v1::OBSERVED_STANCE_CONDITIONAL || stance == v1::OBSERVED_STANCE_CLAIMS_RESOLVED;
}

const v1::ObservedResponse* StanceOf(const Observed& observed, absl::string_view organization_id) {
  const v1::ObservedResponse* last = nullptr;
  for (const v1::ObservedResponse& response : observed.responses()) {
    if (response.department_id() != organization_id || response.stance() == v1::OBSERVED_STANCE_UNSPECIFIED) continue;
    if (last == nullptr || Before(last->seen(), response.seen())) last = &response;
  }
  return last;
}

void VisitSightings(Observed& observed, absl::FunctionRef<void(Sighting&)> visit) {
  const auto each = [&](auto& list) {
    for (auto& entry : list) visit(*entry.mutable_seen());
  };
  each(*observed.mutable_responses());
  each(*observed.mutable_statements());
  each(*observed.mutable_conditions());
  for (v1::ObservedCondition& condition : *observed.mutable_conditions()) {
    if (condition.has_met()) visit(*condition.mutable_met());
    if (condition.has_waived()) visit(*condition.mutable_waived());
  }
  each(*observed.mutable_silences());
  for (v1::ObservedOverdue& silence : *observed.mutable_silences()) {
    if (silence.has_progress()) visit(*silence.mutable_progress());
  }
  each(*observed.mutable_no_shows());
  each(*observed.mutable_broken_commitments());
  each(*observed.mutable_meetings());
  each(*observed.mutable_contacts());
  each(*observed.mutable_claims());
  for (v1::ObservedClaim& claim : *observed.mutable_claims()) {
    if (claim.has_disputed()) visit(*claim.mutable_disputed());
  }
  for (auto* tasks : {observed.mutable_commitments(), observed.mutable_items()}) {
    each(*tasks);
    for (v1::ObservedTask& task : *tasks) {
      if (task.has_settled()) visit(*task.mutable_settled());
    }
  }
  each(*observed.mutable_needs());
  for (v1::Need& need : *observed.mutable_needs()) {
    if (need.has_progress()) visit(*need.mutable_progress());
  }
  for (auto* spell : {observed.has_ownerless() ? observed.mutable_ownerless() : nullptr,
                      observed.has_last_ownerless() ? observed.mutable_last_ownerless() : nullptr}) {
    if (spell == nullptr) continue;
    visit(*spell->mutable_since());
    if (spell->has_ended()) visit(*spell->mutable_ended());
  }
}

void Observe(v1::EscalationState& state, const Event& event, const EventRef& ref) {
  const Sighting seen = Seen(event, ref);
  Fold(state, event, ref, seen);
  UpdateOwnerless(state, event, seen);
}

}  // namespace whistle::escalation
