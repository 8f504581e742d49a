#include "libs/domain/event_cases.h"
#include "libs/domain/sentence.h"
#include "libs/domain/sentence_words.h"

namespace whistle::domain {

using journal::v1::Event;

std::string CoordinationSentence(const Event& event) {
  switch (event.body_case()) {
    case Event::kWhistleBlown:
      return "A grassroots organization calls departments to come.";
    case Event::kDepartmentReportedIn:
      return "A called department reports in.";
    case Event::kWhistleUnanswered:
      return "A called department did not report in in time.";
    case Event::kMeetingConvened:
      return "A joint meeting is convened.";
    case Event::kMeetingHeld:
      return "A joint meeting was held.";
    case Event::kCommitmentMade:
      return "A commitment is made.";
    case Event::kCommitmentKept:
      return "A commitment is kept.";
    case Event::kCommitmentBroken:
      return "A commitment is broken.";
    case Event::kItemListed:
      return "A problem is put on the list.";
    case Event::kItemCleared:
      return "A problem is cleared from the list.";
    case Event::kCoordinationDeadlineApproaching:
      return Say(event.coordination_deadline_approaching());
    case Event::kCoordinationOverdueLifted:
      return Say(event.coordination_overdue_lifted());
    case Event::kCoordinationEntryCorrected:
      return Say(event.coordination_entry_corrected());
      WHISTLE_INTAKE_EVENT_CASES
      WHISTLE_RESPONSE_EVENT_CASES
      WHISTLE_ESCALATION_EVENT_CASES
      WHISTLE_REGISTRY_EVENT_CASES
    case Event::BODY_NOT_SET:
      break;
  }
  return "";
}

}  // namespace whistle::domain
