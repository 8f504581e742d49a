#include "libs/domain/event_cases.h"
#include "libs/domain/sentence.h"
#include "libs/domain/sentence_words.h"

namespace whistle::domain {

using journal::v1::Event;

std::string EscalationSentence(const Event& event) {
  switch (event.body_case()) {
    case Event::kFindingRaised:
      return "Something wrong was found.";
    case Event::kFindingAnswered:
      return "An organization answers a finding.";
    case Event::kEscalationRaised:
      return "The case is put before a higher organization.";
    case Event::kEscalationDeclined:
      return "A higher organization declines the escalation.";
    case Event::kHandlingUpgraded:
      return "A higher organization takes the case.";
    case Event::kEscalationEvidenceAdded:
      return "Evidence is added to an escalation.";
    case Event::kFindingLifted:
      return "A finding is lifted.";
    case Event::kUpgradedHandlingOverdue:
      return "The time for the upgraded handling passed.";
    case Event::kHandlingCompleted:
      return "The upgraded handling is completed.";
    case Event::kSuggestionIssued:
      return "A suggestion letter is issued.";
    case Event::kRectificationReported:
      return "A rectification is reported.";
    case Event::kRectificationAccepted:
      return "A rectification is accepted.";
    case Event::kRectificationRejected:
      return "A rectification is rejected.";
    case Event::kRectificationOverdue:
      return "The time to rectify passed.";
    case Event::kReferredForAccountability:
      return "The matter is referred for accountability.";
    case Event::kAccountabilityOpened:
      return "An accountability file is opened.";
    case Event::kAccountabilityFindingRecorded:
      return "A finding is recorded in an accountability file.";
    case Event::kAccountabilityClosed:
      return "An accountability file is closed.";
    case Event::kHazardIdentified:
      return "A hazard is identified.";
    case Event::kHazardReported:
      return "A hazard is reported.";
    case Event::kHazardAssessed:
      return "A hazard is assessed.";
    case Event::kHazardWarned:
      return "A warning of a hazard is given.";
    case Event::kHazardCancelled:
      return "A hazard is cancelled.";
    case Event::kEscalationDeadlineApproaching:
      return Say(event.escalation_deadline_approaching());
    case Event::kEscalationOverdueLifted:
      return Say(event.escalation_overdue_lifted());
    case Event::kEscalationEntryCorrected:
      return Say(event.escalation_entry_corrected());
      WHISTLE_INTAKE_EVENT_CASES
      WHISTLE_RESPONSE_EVENT_CASES
      WHISTLE_COORDINATION_EVENT_CASES
      WHISTLE_REGISTRY_EVENT_CASES
    case Event::BODY_NOT_SET:
      break;
  }
  return "";
}

}  // namespace whistle::domain
