#include "libs/domain/event_cases.h"
#include "libs/domain/sentence.h"
#include "libs/domain/sentence_words.h"

namespace whistle::domain {

using journal::v1::Event;

std::string ResponseSentence(const Event& event) {
  switch (event.body_case()) {
    case Event::kResponseRequested:
      return "A department is asked to answer.";
    case Event::kAssignmentReturned:
      return "A department returns its assignment.";
    case Event::kResponseSubmitted:
      return "A department answers.";
    case Event::kConditionImposed:
      return "A department imposes a condition.";
    case Event::kConditionMet:
      return "A condition is met.";
    case Event::kConditionWaived:
      return "A condition is waived.";
    case Event::kExtensionGranted:
      return "The time for an answer is extended.";
    case Event::kResponseOverdue:
      return "The time for an answer passed without one.";
    case Event::kResponseDeadlineApproaching:
      return Say(event.response_deadline_approaching());
    case Event::kResponseOverdueLifted:
      return Say(event.response_overdue_lifted());
    case Event::kResponseEntryCorrected:
      return Say(event.response_entry_corrected());
      WHISTLE_INTAKE_EVENT_CASES
      WHISTLE_COORDINATION_EVENT_CASES
      WHISTLE_ESCALATION_EVENT_CASES
      WHISTLE_REGISTRY_EVENT_CASES
    case Event::BODY_NOT_SET:
      break;
  }
  return "";
}

}  // namespace whistle::domain
