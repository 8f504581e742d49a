// The case labels of one service's events, for a switch over Event::body_case() that has nothing to say about them.
//
//   switch (event.body_case()) {
//     case Event::kResponseRequested: …
//     WHISTLE_INTAKE_EVENT_CASES
//     WHISTLE_COORDINATION_EVENT_CASES
//     …
//     case Event::BODY_NOT_SET:
//       return "";
//   }
//
// A switch without default stays exhaustive so: an event added to journal.proto stops the build here. An Evolve spells
// its labels out instead: for each event, whether it folds it is a decision of its own.
#ifndef WHISTLE_LIBS_DOMAIN_EVENT_CASES_H_
#define WHISTLE_LIBS_DOMAIN_EVENT_CASES_H_

#include "whistle/journal/v1/journal.pb.h"

#define WHISTLE_INTAKE_EVENT_CASES                                \
  case ::whistle::journal::v1::Event::kCaseRegistered:            \
  case ::whistle::journal::v1::Event::kPolicyRebound:             \
  case ::whistle::journal::v1::Event::kContactRecorded:           \
  case ::whistle::journal::v1::Event::kPetitionerJoined:          \
  case ::whistle::journal::v1::Event::kEvidenceAttached:          \
  case ::whistle::journal::v1::Event::kCaseAccepted:              \
  case ::whistle::journal::v1::Event::kCaseDeclined:              \
  case ::whistle::journal::v1::Event::kHandlerAssigned:           \
  case ::whistle::journal::v1::Event::kCasesLinked:               \
  case ::whistle::journal::v1::Event::kMergeProposed:             \
  case ::whistle::journal::v1::Event::kMergeAccepted:             \
  case ::whistle::journal::v1::Event::kMergeRefused:              \
  case ::whistle::journal::v1::Event::kMergeCompleted:            \
  case ::whistle::journal::v1::Event::kMergeWithdrawn:            \
  case ::whistle::journal::v1::Event::kCaseUnmerged:              \
  case ::whistle::journal::v1::Event::kResolutionConfirmed:       \
  case ::whistle::journal::v1::Event::kResolutionDisputed:        \
  case ::whistle::journal::v1::Event::kReviewRequested:           \
  case ::whistle::journal::v1::Event::kReReviewRequested:         \
  case ::whistle::journal::v1::Event::kReviewDecided:             \
  case ::whistle::journal::v1::Event::kHandlingExtended:          \
  case ::whistle::journal::v1::Event::kAcceptanceOverdue:         \
  case ::whistle::journal::v1::Event::kHandlingOverdue:           \
  case ::whistle::journal::v1::Event::kCaseClosed:                \
  case ::whistle::journal::v1::Event::kCaseReopened:              \
  case ::whistle::journal::v1::Event::kReviewOverdue:             \
  case ::whistle::journal::v1::Event::kIntakeDeadlineApproaching: \
  case ::whistle::journal::v1::Event::kIntakeOverdueLifted:       \
  case ::whistle::journal::v1::Event::kIntakeEntryCorrected:

#define WHISTLE_RESPONSE_EVENT_CASES                                \
  case ::whistle::journal::v1::Event::kResponseRequested:           \
  case ::whistle::journal::v1::Event::kAssignmentReturned:          \
  case ::whistle::journal::v1::Event::kResponseSubmitted:           \
  case ::whistle::journal::v1::Event::kConditionImposed:            \
  case ::whistle::journal::v1::Event::kConditionMet:                \
  case ::whistle::journal::v1::Event::kConditionWaived:             \
  case ::whistle::journal::v1::Event::kExtensionGranted:            \
  case ::whistle::journal::v1::Event::kResponseOverdue:             \
  case ::whistle::journal::v1::Event::kReturnTermPassed:            \
  case ::whistle::journal::v1::Event::kResponseDeadlineApproaching: \
  case ::whistle::journal::v1::Event::kResponseOverdueLifted:       \
  case ::whistle::journal::v1::Event::kResponseEntryCorrected:

#define WHISTLE_COORDINATION_EVENT_CASES                                \
  case ::whistle::journal::v1::Event::kWhistleBlown:                    \
  case ::whistle::journal::v1::Event::kDepartmentReportedIn:            \
  case ::whistle::journal::v1::Event::kWhistleUnanswered:               \
  case ::whistle::journal::v1::Event::kMeetingConvened:                 \
  case ::whistle::journal::v1::Event::kMeetingHeld:                     \
  case ::whistle::journal::v1::Event::kCommitmentMade:                  \
  case ::whistle::journal::v1::Event::kCommitmentKept:                  \
  case ::whistle::journal::v1::Event::kCommitmentBroken:                \
  case ::whistle::journal::v1::Event::kItemListed:                      \
  case ::whistle::journal::v1::Event::kItemCleared:                     \
  case ::whistle::journal::v1::Event::kCoordinationDeadlineApproaching: \
  case ::whistle::journal::v1::Event::kCoordinationOverdueLifted:       \
  case ::whistle::journal::v1::Event::kCoordinationEntryCorrected:

#define WHISTLE_ESCALATION_EVENT_CASES                                \
  case ::whistle::journal::v1::Event::kFindingRaised:                 \
  case ::whistle::journal::v1::Event::kFindingAnswered:               \
  case ::whistle::journal::v1::Event::kEscalationRaised:              \
  case ::whistle::journal::v1::Event::kEscalationDeclined:            \
  case ::whistle::journal::v1::Event::kHandlingUpgraded:              \
  case ::whistle::journal::v1::Event::kEscalationEvidenceAdded:       \
  case ::whistle::journal::v1::Event::kFindingLifted:                 \
  case ::whistle::journal::v1::Event::kUpgradedHandlingOverdue:       \
  case ::whistle::journal::v1::Event::kHandlingCompleted:             \
  case ::whistle::journal::v1::Event::kSuggestionIssued:              \
  case ::whistle::journal::v1::Event::kRectificationReported:         \
  case ::whistle::journal::v1::Event::kRectificationAccepted:         \
  case ::whistle::journal::v1::Event::kRectificationRejected:         \
  case ::whistle::journal::v1::Event::kRectificationOverdue:          \
  case ::whistle::journal::v1::Event::kReferredForAccountability:     \
  case ::whistle::journal::v1::Event::kAccountabilityOpened:          \
  case ::whistle::journal::v1::Event::kAccountabilityFindingRecorded: \
  case ::whistle::journal::v1::Event::kAccountabilityClosed:          \
  case ::whistle::journal::v1::Event::kHazardIdentified:              \
  case ::whistle::journal::v1::Event::kHazardReported:                \
  case ::whistle::journal::v1::Event::kHazardAssessed:                \
  case ::whistle::journal::v1::Event::kHazardWarned:                  \
  case ::whistle::journal::v1::Event::kHazardCancelled:               \
  case ::whistle::journal::v1::Event::kEscalationUnanswered:          \
  case ::whistle::journal::v1::Event::kOwnerAwaited:                  \
  case ::whistle::journal::v1::Event::kEscalationDeadlineApproaching: \
  case ::whistle::journal::v1::Event::kEscalationOverdueLifted:       \
  case ::whistle::journal::v1::Event::kEscalationEntryCorrected:

#define WHISTLE_REGISTRY_EVENT_CASES                         \
  case ::whistle::journal::v1::Event::kOrganizationUpserted: \
  case ::whistle::journal::v1::Event::kOrganizationMoved:    \
  case ::whistle::journal::v1::Event::kOrganizationRetired:  \
  case ::whistle::journal::v1::Event::kPolicyAdopted:        \
  case ::whistle::journal::v1::Event::kLevelRaised:          \
  case ::whistle::journal::v1::Event::kCalendarAdopted:

#endif  // WHISTLE_LIBS_DOMAIN_EVENT_CASES_H_
