#include "libs/backtest/fired.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "whistle/escalation/v1/events.pb.h"

namespace whistle::backtest {
namespace {

using common::v1::OrganizationRef;
using journal::v1::Event;

std::string RuleName(escalation::v1::FindingRule rule) {
  absl::string_view name = escalation::v1::FindingRule_Name(rule);
  absl::ConsumePrefix(&name, "FINDING_RULE_");
  return absl::AsciiStrToLower(name);
}

// A finding's rule says more than that it was a finding.
std::string ReasonName(escalation::v1::EscalationTrigger trigger, escalation::v1::FindingRule rule) {
  if (trigger == escalation::v1::ESCALATION_TRIGGER_FINDING) return RuleName(rule);
  absl::string_view name = escalation::v1::EscalationTrigger_Name(trigger);
  absl::ConsumePrefix(&name, "ESCALATION_TRIGGER_");
  return absl::AsciiStrToLower(name);
}

Fired Make(FiredKind kind, std::string rule, std::string subject, const OrganizationRef& organization) {
  return {kind, std::move(rule), std::move(subject), organization, absl::InfinitePast()};
}

Fired Overdue(std::string rule, std::string subject, const OrganizationRef& organization) {
  return Make(FiredKind::kOverdue, std::move(rule), std::move(subject), organization);
}

Fired Warning(const common::v1::DeadlineApproaching& near) {
  return Make(FiredKind::kWarning, near.rule(), near.subject(), near.organization());
}

Fired Lifted(const common::v1::OverdueLifted& lifted) {
  return Make(FiredKind::kLifted, "overdue", lifted.overdue_event_id(), {});
}

}  // namespace

std::string NameOf(FiredKind kind) {
  switch (kind) {
    case FiredKind::kOverdue:
      return "overdue";
    case FiredKind::kFinding:
      return "finding";
    case FiredKind::kLifted:
      return "lifted";
    case FiredKind::kEscalation:
      return "escalation";
    case FiredKind::kReason:
      return "reason";
    case FiredKind::kReferral:
      return "referral";
    case FiredKind::kWarning:
      return "warning";
  }
  return "";
}

std::optional<Fired> FiredBy(const Event& event) {
  switch (event.body_case()) {
    case Event::kAcceptanceOverdue:
      return Overdue("acceptance", "", event.acceptance_overdue().organization());
    case Event::kHandlingOverdue:
      return Overdue("handling", "", event.handling_overdue().organization());
    case Event::kReviewOverdue:
      return Overdue("review_decision", event.review_overdue().review_event_id(), event.review_overdue().reviewer());
    case Event::kResponseOverdue:
      return Overdue("response", event.response_overdue().assignment_id(), event.response_overdue().department());
    case Event::kReturnTermPassed:
      return Overdue("assignment_return", event.return_term_passed().assignment_id(),
                     event.return_term_passed().department());
    case Event::kWhistleUnanswered:
      return Overdue("whistle", event.whistle_unanswered().whistle_id(), event.whistle_unanswered().department());
    case Event::kCommitmentBroken:
      return Overdue("commitment", event.commitment_broken().commitment_id(), event.commitment_broken().organization());
    case Event::kEscalationUnanswered:
      return Overdue("escalation_rung", "", event.escalation_unanswered().to());
    case Event::kUpgradedHandlingOverdue:
      return Overdue("upgraded_handling", event.upgraded_handling_overdue().handling_id(),
                     event.upgraded_handling_overdue().lead());
    case Event::kRectificationOverdue:
      return Overdue("rectification", event.rectification_overdue().letter_id(),
                     event.rectification_overdue().addressee());
    case Event::kFindingRaised:
      return Make(FiredKind::kFinding, RuleName(event.finding_raised().rule()), event.finding_raised().subject(),
                  event.finding_raised().organization());
    case Event::kFindingLifted:
      return Make(FiredKind::kLifted, "finding", event.finding_lifted().finding_id(), {});
    case Event::kEscalationRaised:
      return Make(FiredKind::kEscalation,
                  ReasonName(event.escalation_raised().trigger(), event.escalation_raised().rule()), "",
                  event.escalation_raised().to());
    case Event::kEscalationEvidenceAdded:
      return Make(FiredKind::kReason,
                  ReasonName(event.escalation_evidence_added().trigger(), event.escalation_evidence_added().rule()), "",
                  {});
    case Event::kReferredForAccountability:
      return Make(FiredKind::kReferral, "rectification", event.referred_for_accountability().letter_id(),
                  event.referred_for_accountability().to());
    case Event::kIntakeDeadlineApproaching:
      return Warning(event.intake_deadline_approaching());
    case Event::kResponseDeadlineApproaching:
      return Warning(event.response_deadline_approaching());
    case Event::kCoordinationDeadlineApproaching:
      return Warning(event.coordination_deadline_approaching());
    case Event::kEscalationDeadlineApproaching:
      return Warning(event.escalation_deadline_approaching());
    case Event::kIntakeOverdueLifted:
      return Lifted(event.intake_overdue_lifted());
    case Event::kResponseOverdueLifted:
      return Lifted(event.response_overdue_lifted());
    case Event::kCoordinationOverdueLifted:
      return Lifted(event.coordination_overdue_lifted());
    case Event::kEscalationOverdueLifted:
      return Lifted(event.escalation_overdue_lifted());
    // What persons do, what a merge says, and that an owner is awaited.
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
    case Event::kCaseClosed:
    case Event::kCaseReopened:
    case Event::kIntakeEntryCorrected:
    case Event::kResponseRequested:
    case Event::kAssignmentReturned:
    case Event::kResponseSubmitted:
    case Event::kConditionImposed:
    case Event::kConditionMet:
    case Event::kConditionWaived:
    case Event::kExtensionGranted:
    case Event::kResponseEntryCorrected:
    case Event::kWhistleBlown:
    case Event::kDepartmentReportedIn:
    case Event::kMeetingConvened:
    case Event::kMeetingHeld:
    case Event::kCommitmentMade:
    case Event::kCommitmentKept:
    case Event::kItemListed:
    case Event::kItemCleared:
    case Event::kCoordinationEntryCorrected:
    case Event::kFindingAnswered:
    case Event::kEscalationDeclined:
    case Event::kHandlingUpgraded:
    case Event::kHandlingCompleted:
    case Event::kSuggestionIssued:
    case Event::kRectificationReported:
    case Event::kRectificationAccepted:
    case Event::kRectificationRejected:
    case Event::kAccountabilityOpened:
    case Event::kAccountabilityFindingRecorded:
    case Event::kAccountabilityClosed:
    case Event::kHazardIdentified:
    case Event::kHazardReported:
    case Event::kHazardAssessed:
    case Event::kHazardWarned:
    case Event::kHazardCancelled:
    case Event::kOwnerAwaited:
    case Event::kEscalationEntryCorrected:
    case Event::kOrganizationUpserted:
    case Event::kOrganizationMoved:
    case Event::kOrganizationRetired:
    case Event::kPolicyAdopted:
    case Event::kLevelRaised:
    case Event::kCalendarAdopted:
    case Event::BODY_NOT_SET:
      return std::nullopt;
  }
  return std::nullopt;
}

std::string WideKeyOf(const Fired& fired) {
  const std::string rule = fired.kind == FiredKind::kEscalation ? std::string() : fired.rule;
  return absl::StrCat(NameOf(fired.kind), "|", rule, "|", fired.organization.organization_id());
}

std::string KeyOf(const Fired& fired) { return absl::StrCat(WideKeyOf(fired), "|", fired.subject); }

}  // namespace whistle::backtest
