#include <algorithm>
#include <utility>

#include "libs/domain/case_header.h"
#include "libs/domain/correction.h"
#include "services/escalation/limits.h"
#include "services/escalation/model.h"
#include "services/escalation/observed.h"
#include "services/escalation/records.h"

namespace whistle::escalation {
namespace {

using domain::EventRef;
using journal::v1::Event;

const std::string& IdOf(const v1::SuggestionLetter& letter) { return letter.letter_id(); }
const std::string& IdOf(const v1::Referral& referral) { return referral.referral_id(); }
const std::string& IdOf(const v1::AccountabilityFile& file) { return file.file_id(); }
const std::string& IdOf(const v1::Hazard& hazard) { return hazard.hazard_id(); }

bool IsSettled(const v1::SuggestionLetter& letter) { return letter.status() == v1::LETTER_STATUS_ACCEPTED; }
bool IsSettled(const v1::Referral& referral) { return !referral.file_id().empty(); }
bool IsSettled(const v1::AccountabilityFile& file) { return file.status() == v1::ACCOUNTABILITY_STATUS_CLOSED; }
bool IsSettled(const v1::Hazard& hazard) { return hazard.state() == v1::HAZARD_STATE_CANCELLED; }

template <typename Thing>
void Begin(google::protobuf::RepeatedPtrField<Thing>& open, const Event& event, const EventRef& ref) {
  Thing& thing = *open.Add();
  Fold(thing, event, ref);
  Strip(thing);
}

void RememberSettled(State& state, const std::string& id, const EventRef& ref) {
  v1::Settled& settled = *state.add_settled();
  settled.set_id(id);
  settled.set_by_event_id(ref.id);
  const int surplus = state.settled_size() - kSettledKept;
  if (surplus > 0) state.mutable_settled()->DeleteSubrange(0, surplus);
}

// Folds an event into the open thing of that id, if there is one; a thing that it settles leaves the open ones.
template <typename Thing>
void Continue(State& state, google::protobuf::RepeatedPtrField<Thing>& open, const std::string& id, const Event& event,
              const EventRef& ref) {
  const auto thing = std::find_if(open.begin(), open.end(), [&](const Thing& t) { return IdOf(t) == id; });
  if (thing == open.end()) return;
  Fold(*thing, event, ref);
  Strip(*thing);
  if (!IsSettled(*thing)) return;
  RememberSettled(state, id, ref);
  open.erase(thing);
}

void CountFinding(State& state, v1::FindingRule rule, const std::string& finding_id) {
  auto& counts = *state.mutable_finding_counts();
  auto at = std::find_if(counts.begin(), counts.end(), [&](const auto& count) { return count.rule() >= rule; });
  if (at == counts.end() || at->rule() != rule) {
    const int place = static_cast<int>(at - counts.begin());
    counts.Add()->set_rule(rule);
    std::rotate(counts.pointer_begin() + place, counts.pointer_end() - 1, counts.pointer_end());
    at = counts.begin() + place;
  }
  at->set_raised(at->raised() + 1);
  at->set_last_finding_id(finding_id);
}

// The open escalation, if it is the one of that id; or the rung before it, of which something is heard late.
void ContinueEscalation(State& state, const std::string& id, const Event& event, const EventRef& ref) {
  if (!id.empty() && state.last_escalation().escalation_id() == id &&
      state.last_escalation().status() == v1::ESCALATION_STATUS_REPLACED) {
    Fold(*state.mutable_last_escalation(), event, ref);
    Strip(*state.mutable_last_escalation());
    return;
  }
  if (!state.has_escalation() || state.escalation().escalation_id() != id) return;
  Fold(*state.mutable_escalation(), event, ref);
  Strip(*state.mutable_escalation());
  if (state.escalation().status() == v1::ESCALATION_STATUS_OPEN) return;
  *state.mutable_last_escalation() = std::move(*state.mutable_escalation());
  state.clear_escalation();
}

void ContinueHandling(State& state, const std::string& id, const Event& event, const EventRef& ref) {
  if (!state.has_handling() || state.handling().handling_id() != id) return;
  Fold(*state.mutable_handling(), event, ref);
  Strip(*state.mutable_handling());
  if (state.handling().status() == v1::UPGRADED_HANDLING_STATUS_ACTIVE) return;
  *state.mutable_last_handling() = std::move(*state.mutable_handling());
  state.clear_handling();
}

// Whatever it is about. Each part knows whether it is its own.
template <typename Visit>
void VisitDated(State& state, Visit visit) {
  if (state.has_escalation()) visit(*state.mutable_escalation());
  if (state.has_last_escalation()) visit(*state.mutable_last_escalation());
  if (state.has_handling()) visit(*state.mutable_handling());
  if (state.has_last_handling()) visit(*state.mutable_last_handling());
  for (v1::SuggestionLetter& letter : *state.mutable_letters()) visit(letter);
}

void OnLifted(State& state, const Event& event, const EventRef& ref) {
  VisitDated(state, [&](auto& part) {
    Fold(part, event, ref);
    Strip(part);
  });
}

void OnApproaching(State& state, const Event& event, const EventRef& ref) {
  const std::string& subject = event.escalation_deadline_approaching().subject();
  if (state.escalation().escalation_id() == subject) return ContinueEscalation(state, subject, event, ref);
  if (state.handling().handling_id() == subject) return ContinueHandling(state, subject, event, ref);
  Continue(state, *state.mutable_letters(), subject, event, ref);
}

void BeginEscalation(State& state, const Event& event, const EventRef& ref) {
  // The next rung takes the place of the one that is open.
  if (state.has_escalation()) ContinueEscalation(state, state.escalation().escalation_id(), event, ref);
  Fold(*state.mutable_escalation(), event, ref);
  Strip(*state.mutable_escalation());
  state.set_escalations_raised(state.escalations_raised() + 1);
}

void BeginHandling(State& state, const Event& event, const EventRef& ref) {
  ContinueEscalation(state, event.handling_upgraded().escalation_id(), event, ref);
  if (state.has_handling()) ContinueHandling(state, state.handling().handling_id(), event, ref);
  Fold(*state.mutable_handling(), event, ref);
  Strip(*state.mutable_handling());
  state.set_handlings_upgraded(state.handlings_upgraded() + 1);
}

void ApplyCorrections(State& state, const common::v1::EntryCorrected& corrected, const EventRef& ref) {
  domain::EvolveCorrections(corrected, ref, *state.mutable_corrections());
  if (state.has_escalation()) Correct(*state.mutable_escalation(), corrected, ref);
  if (state.has_last_escalation()) Correct(*state.mutable_last_escalation(), corrected, ref);
  if (state.has_handling()) Correct(*state.mutable_handling(), corrected, ref);
  if (state.has_last_handling()) Correct(*state.mutable_last_handling(), corrected, ref);
  for (v1::SuggestionLetter& letter : *state.mutable_letters()) Correct(letter, corrected, ref);
  for (v1::Referral& referral : *state.mutable_referrals()) Correct(referral, corrected);
  for (v1::AccountabilityFile& file : *state.mutable_files()) Correct(file, corrected);
  for (v1::Hazard& hazard : *state.mutable_hazards()) Correct(hazard, corrected);
}

void EvolveOwn(State& state, const Event& event, const EventRef& ref) {
  auto& letters = *state.mutable_letters();
  auto& referrals = *state.mutable_referrals();
  auto& files = *state.mutable_files();
  auto& hazards = *state.mutable_hazards();
  switch (event.body_case()) {
    case Event::kFindingRaised:
      return CountFinding(state, event.finding_raised().rule(), ref.id);
    case Event::kFindingLifted:
      return state.set_findings_lifted(state.findings_lifted() + 1);
    case Event::kFindingAnswered:
      // Read from the timeline: a finding and its answers stay for ever and settle nothing.
      return;

    case Event::kEscalationRaised:
      return BeginEscalation(state, event, ref);
    case Event::kEscalationDeclined:
      return ContinueEscalation(state, event.escalation_declined().escalation_id(), event, ref);
    case Event::kEscalationEvidenceAdded:
      return ContinueEscalation(state, event.escalation_evidence_added().escalation_id(), event, ref);

    case Event::kHandlingUpgraded:
      return BeginHandling(state, event, ref);
    case Event::kUpgradedHandlingOverdue:
      return ContinueHandling(state, event.upgraded_handling_overdue().handling_id(), event, ref);
    case Event::kHandlingCompleted:
      return ContinueHandling(state, event.handling_completed().handling_id(), event, ref);

    case Event::kSuggestionIssued:
      state.set_letters_issued(state.letters_issued() + 1);
      return Begin(letters, event, ref);
    case Event::kRectificationReported:
      return Continue(state, letters, event.rectification_reported().letter_id(), event, ref);
    case Event::kRectificationAccepted:
      return Continue(state, letters, event.rectification_accepted().letter_id(), event, ref);
    case Event::kRectificationRejected:
      return Continue(state, letters, event.rectification_rejected().letter_id(), event, ref);
    case Event::kRectificationOverdue:
      return Continue(state, letters, event.rectification_overdue().letter_id(), event, ref);

    case Event::kReferredForAccountability:
      Continue(state, letters, event.referred_for_accountability().letter_id(), event, ref);
      return Begin(referrals, event, ref);
    case Event::kAccountabilityOpened:
      Continue(state, referrals, event.accountability_opened().referral_id(), event, ref);
      state.set_files_opened(state.files_opened() + 1);
      return Begin(files, event, ref);
    case Event::kAccountabilityFindingRecorded:
      return Continue(state, files, event.accountability_finding_recorded().file_id(), event, ref);
    case Event::kAccountabilityClosed:
      return Continue(state, files, event.accountability_closed().file_id(), event, ref);

    case Event::kHazardIdentified:
      state.set_hazards_identified(state.hazards_identified() + 1);
      return Begin(hazards, event, ref);
    case Event::kHazardReported:
      return Continue(state, hazards, event.hazard_reported().hazard_id(), event, ref);
    case Event::kHazardAssessed:
      return Continue(state, hazards, event.hazard_assessed().hazard_id(), event, ref);
    case Event::kHazardWarned:
      return Continue(state, hazards, event.hazard_warned().hazard_id(), event, ref);
    case Event::kHazardCancelled:
      return Continue(state, hazards, event.hazard_cancelled().hazard_id(), event, ref);

    case Event::kEscalationEntryCorrected:
      return ApplyCorrections(state, event.escalation_entry_corrected(), ref);
    case Event::kEscalationUnanswered:
      return ContinueEscalation(state, event.escalation_unanswered().escalation_id(), event, ref);
    case Event::kEscalationDeadlineApproaching:
      return OnApproaching(state, event, ref);
    case Event::kEscalationOverdueLifted:
      return OnLifted(state, event, ref);

    // What is needed of them is in the header and among what is observed.
    case Event::kOwnerAwaited:
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

void Evolve(State& state, const Event& event, const EventRef& ref) {
  domain::EvolveHeader(*state.mutable_header(), event, ref);
  EvolveOwn(state, event, ref);
  Observe(state, event, ref);
}

}  // namespace whistle::escalation
