#include <algorithm>

#include "libs/domain/case_header.h"
#include "services/intake/corrected.h"
#include "services/intake/deadlines.h"
#include "services/intake/limits.h"
#include "services/intake/model.h"
#include "services/intake/owned.h"
#include "whistle/response/v1/events.pb.h"

namespace whistle::intake {
namespace {

using common::v1::OrganizationRef;
using domain::EventRef;
using journal::v1::Event;

// Drops from the front what a list has above its limit.
template <typename List>
void KeepLast(List& list, int max) {
  if (list.size() > max) list.DeleteSubrange(0, list.size() - max);
}

void EvolveContact(State& state, const Event& event, const EventRef& ref) {
  const v1::ContactRecorded& contact = event.contact_recorded();
  state.set_contact_count(state.contact_count() + 1);
  switch (contact.channel()) {
    case v1::CONTACT_CHANNEL_VISIT:
      state.set_visit_count(state.visit_count() + 1);
      break;
    case v1::CONTACT_CHANNEL_CALL:
      state.set_call_count(state.call_count() + 1);
      break;
    case v1::CONTACT_CHANNEL_LETTER:
      state.set_letter_count(state.letter_count() + 1);
      break;
    case v1::CONTACT_CHANNEL_MESSAGE:
      state.set_message_count(state.message_count() + 1);
      break;
    default:
      break;
  }
  Tally(state, contact.contacted().organization_id(), 1);
  *state.mutable_last_contact_at() = event.occurred_at();
  state.set_last_contact_event_id(ref.id);
}

void EvolveEvidence(State& state, const v1::EvidenceAttached& attached, const EventRef& ref) {
  state.set_evidence_count(state.evidence_count() + 1);
  v1::RecentEvidence* recent = state.add_recent_evidence();
  recent->set_sha256(attached.evidence().sha256());
  recent->set_event_id(ref.id);
  KeepLast(*state.mutable_recent_evidence(), kRecentEvidenceMax);
}

void EvolveLink(State& state, const v1::CasesLinked& linked, const EventRef& ref) {
  state.add_linked_case_ids(linked.other_case_id());
  state.add_linked_event_ids(ref.id);
  KeepLast(*state.mutable_linked_case_ids(), kLinksMax);
  KeepLast(*state.mutable_linked_event_ids(), kLinksMax);
}

void EvolveProposal(State& state, const Event& event, const EventRef& ref) {
  v1::OpenProposal* open = state.mutable_open_proposal();
  open->set_proposal_event_id(ref.id);
  open->set_target_case_id(event.merge_proposed().target_case_id());
  *open->mutable_proposed_at() = event.occurred_at();
}

void Release(State& state, const std::string& source_case_id) {
  auto* sources = state.mutable_merged_sources();
  sources->erase(
      std::remove_if(sources->begin(), sources->end(),
                     [&](const v1::MergedSource& source) { return source.source_case_id() == source_case_id; }),
      sources->end());
}

void EvolveTakenIn(State& state, const v1::MergeAccepted& accepted, const EventRef& ref) {
  Release(state, accepted.source_case_id());
  v1::MergedSource* source = state.add_merged_sources();
  source->set_source_case_id(accepted.source_case_id());
  source->set_proposal_event_id(accepted.proposal_event_id());
  source->set_accepted_event_id(ref.id);
  KeepLast(*state.mutable_merged_sources(), kMergedSourcesMax);
}

void EvolveRefused(State& state, const v1::MergeRefused& refused, const EventRef& ref) {
  v1::RefusedSource* source = state.add_refused_sources();
  source->set_source_case_id(refused.source_case_id());
  source->set_proposal_event_id(refused.proposal_event_id());
  source->set_refused_event_id(ref.id);
  source->set_refusal(refused.refusal());
  KeepLast(*state.mutable_refused_sources(), kRefusedSourcesMax);
}

void EvolveUnmerged(State& state, const Event& event, const EventRef& ref) {
  const v1::CaseUnmerged& unmerged = event.case_unmerged();
  if (unmerged.side() == v1::MERGE_SIDE_TARGET) {
    Release(state, unmerged.other_case_id());
  } else if (unmerged.completed()) {
    state.clear_open_unmerge();
  } else {
    v1::OpenUnmerge* open = state.mutable_open_unmerge();
    open->set_unmerged_event_id(ref.id);
    open->set_target_case_id(unmerged.other_case_id());
    *open->mutable_unmerged_at() = event.occurred_at();
    state.set_unmerged_event_id(ref.id);
  }
}

void SetReviewable(State& state, const OrganizationRef& decided_by, const Event& event, const EventRef& ref) {
  v1::Reviewable* reviewable = state.mutable_reviewable();
  reviewable->set_event_id(ref.id);
  *reviewable->mutable_decided_by() = decided_by;
  *reviewable->mutable_decided_at() = event.occurred_at();
}

// An organization's newer claim takes the place of its older one.
void EvolveClaim(State& state, const OrganizationRef& claimed_by, const Event& event, const EventRef& ref) {
  auto* claims = state.mutable_open_claims();
  claims->erase(std::remove_if(claims->begin(), claims->end(),
                               [&](const v1::Claim& claim) {
                                 return claim.claimed_by().organization_id() == claimed_by.organization_id();
                               }),
                claims->end());
  v1::Claim* claim = claims->Add();
  claim->set_event_id(ref.id);
  *claim->mutable_claimed_by() = claimed_by;
  *claim->mutable_claimed_at() = event.occurred_at();
  KeepLast(*claims, kClaimsMax);
  SetReviewable(state, claimed_by, event, ref);
}

void EvolveClaimAnswered(State& state, const std::string& claim_event_id, bool confirmed, const EventRef& ref) {
  auto* claims = state.mutable_open_claims();
  claims->erase(std::remove_if(claims->begin(), claims->end(),
                               [&](const v1::Claim& claim) { return claim.event_id() == claim_event_id; }),
                claims->end());
  v1::AnsweredClaim* answered = state.add_answered_claims();
  answered->set_claim_event_id(claim_event_id);
  answered->set_answer_event_id(ref.id);
  answered->set_confirmed(confirmed);
  KeepLast(*state.mutable_answered_claims(), kClaimsMax);
}

template <typename Requested>
void SetReview(v1::Review& review, const Requested& requested, bool re_review, const Event& event,
               const EventRef& ref) {
  review.Clear();
  review.set_review_event_id(ref.id);
  review.set_due_event_id(ref.id);
  review.set_re_review(re_review);
  review.set_about_event_id(requested.about_event_id());
  *review.mutable_reviewer() = requested.reviewer();
  *review.mutable_due() = requested.due();
  *review.mutable_requested_at() = event.occurred_at();
}

void EvolveReviewDecided(State& state, const Event& event, const EventRef& ref) {
  const v1::ReviewDecided& decided = event.review_decided();
  v1::Review* review = FindReview(state, decided.review_event_id());
  if (review == nullptr) return;
  review->set_decided_event_id(ref.id);
  review->set_outcome(decided.outcome());
  *review->mutable_decided_at() = event.occurred_at();
}

void SetAcceptanceDecided(State& state, const Event& event, const EventRef& ref) {
  *state.mutable_acceptance_decided_at() = event.occurred_at();
  state.set_acceptance_decided_event_id(ref.id);
}

}  // namespace

void Evolve(State& state, const Event& event, const EventRef& ref) {
  domain::EvolveHeader(*state.mutable_header(), event, ref);
  EvolveOwned(state, event, ref);
  switch (event.body_case()) {
    case Event::kCaseRegistered:
      state.set_policy_event_id(ref.id);
      state.set_petitioner_count(1);
      *state.mutable_acceptance_due() = event.case_registered().acceptance_due();
      if (event.case_registered().has_registered_by()) {
        *state.mutable_registered_by() = event.case_registered().registered_by();
      }
      break;
    case Event::kPolicyRebound:
      state.set_policy_event_id(ref.id);
      break;
    case Event::kContactRecorded:
      EvolveContact(state, event, ref);
      break;
    case Event::kPetitionerJoined:
      state.set_petitioner_count(state.petitioner_count() + 1);
      break;
    case Event::kEvidenceAttached:
      EvolveEvidence(state, event.evidence_attached(), ref);
      break;
    case Event::kCaseAccepted:
      SetHandlingDue(state, event.case_accepted().handling_due(), ref);
      SetAcceptanceDecided(state, event, ref);
      break;
    case Event::kCaseDeclined:
      SetAcceptanceDecided(state, event, ref);
      SetReviewable(state, event.case_declined().declined_by(), event, ref);
      break;
    case Event::kCasesLinked:
      EvolveLink(state, event.cases_linked(), ref);
      break;
    case Event::kMergeProposed:
      EvolveProposal(state, event, ref);
      break;
    case Event::kMergeAccepted:
      EvolveTakenIn(state, event.merge_accepted(), ref);
      break;
    case Event::kMergeRefused:
      EvolveRefused(state, event.merge_refused(), ref);
      break;
    case Event::kMergeCompleted:
    case Event::kMergeWithdrawn:
      state.clear_open_proposal();
      state.set_proposal_answered_event_id(ref.id);
      break;
    case Event::kCaseUnmerged:
      EvolveUnmerged(state, event, ref);
      break;
    case Event::kResolutionConfirmed:
      EvolveClaimAnswered(state, event.resolution_confirmed().claim_event_id(), true, ref);
      break;
    case Event::kResolutionDisputed:
      EvolveClaimAnswered(state, event.resolution_disputed().claim_event_id(), false, ref);
      break;
    case Event::kReviewRequested:
      // A new review leaves the re-review of an older one behind.
      state.clear_re_review();
      SetReview(*state.mutable_review(), event.review_requested(), false, event, ref);
      break;
    case Event::kReReviewRequested:
      SetReview(*state.mutable_re_review(), event.re_review_requested(), true, event, ref);
      break;
    case Event::kReviewDecided:
      EvolveReviewDecided(state, event, ref);
      break;
    case Event::kHandlingExtended:
      SetHandlingDue(state, event.handling_extended().due(), ref);
      state.set_handling_extensions(state.handling_extensions() + 1);
      state.set_handling_extended_event_id(ref.id);
      break;
    case Event::kCaseClosed:
      SetReviewable(state, event.case_closed().closed_by(), event, ref);
      break;
    case Event::kCaseReopened:
      EvolveReopened(state, event.case_reopened(), ref);
      break;
    case Event::kIntakeEntryCorrected:
      EvolveCorrection(state, event.intake_entry_corrected(), ref);
      break;
    case Event::kResponseSubmitted:
      if (event.response_submitted().stance() == response::v1::STANCE_CLAIMS_RESOLVED) {
        EvolveClaim(state, event.response_submitted().department(), event, ref);
      }
      break;
    case Event::kHandlingCompleted:
      EvolveClaim(state, event.handling_completed().completed_by(), event, ref);
      break;
    case Event::kResponseEntryCorrected:
      EvolveClaimCorrection(state, event.response_entry_corrected());
      break;
    case Event::kEscalationEntryCorrected:
      EvolveClaimCorrection(state, event.escalation_entry_corrected());
      break;
    case Event::kAcceptanceOverdue:
      state.set_acceptance_overdue_event_id(ref.id);
      break;
    case Event::kHandlingOverdue:
      state.set_handling_overdue_event_id(ref.id);
      break;
    case Event::kReviewOverdue:
      if (v1::Review* review = FindReview(state, event.review_overdue().review_event_id())) {
        review->set_overdue_event_id(ref.id);
      }
      break;
    case Event::kIntakeDeadlineApproaching:
      EvolveApproaching(state, event.intake_deadline_approaching(), ref);
      break;
    case Event::kIntakeOverdueLifted:
      EvolveLifted(state, event.intake_overdue_lifted());
      break;
    // Folded by the header alone, or nothing that intake keeps.
    case Event::kHandlerAssigned:
    case Event::kResponseRequested:
    case Event::kAssignmentReturned:
    case Event::kConditionImposed:
    case Event::kConditionMet:
    case Event::kConditionWaived:
    case Event::kExtensionGranted:
    case Event::kResponseOverdue:
    case Event::kReturnTermPassed:
    case Event::kResponseDeadlineApproaching:
    case Event::kResponseOverdueLifted:
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
    case Event::kOrganizationUpserted:
    case Event::kOrganizationMoved:
    case Event::kOrganizationRetired:
    case Event::kPolicyAdopted:
    case Event::kLevelRaised:
    case Event::kCalendarAdopted:
    case Event::BODY_NOT_SET:
      break;
  }
}

}  // namespace whistle::intake
