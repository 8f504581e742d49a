#include "absl/strings/str_cat.h"
#include "libs/domain/event_cases.h"
#include "libs/domain/sentence.h"
#include "libs/domain/sentence_words.h"

namespace whistle::domain {
namespace {

using journal::v1::Event;
namespace v1 = coordination::v1;

std::string UrgencyText(v1::Urgency urgency) {
  switch (urgency) {
    case v1::URGENCY_EMERGENCY:
      return "as an emergency";
    case v1::URGENCY_URGENT:
      return "urgently";
    default:
      return "in the ordinary way";
  }
}

std::string OutcomeText(v1::MeetingOutcome outcome) {
  switch (outcome) {
    case v1::MEETING_OUTCOME_AGREED:
      return "agreed";
    case v1::MEETING_OUTCOME_PARTLY:
      return "agreed in part";
    case v1::MEETING_OUTCOME_DEADLOCKED:
      return "ended without result";
    default:
      return "took place";
  }
}

std::string Say(const v1::WhistleBlown& e) {
  google::protobuf::RepeatedPtrField<common::v1::OrganizationRef> called;
  google::protobuf::RepeatedPtrField<common::v1::OrganizationRef> across;
  for (const auto& call : e.called()) {
    *called.Add() = call.department();
    if (call.across_authority()) *across.Add() = call.department();
  }
  return Stop(absl::StrCat(Begin(NameOf(e.blown_by())), " blows the whistle and calls ", NamesOf(called), " ",
                           UrgencyText(e.urgency()), e.called().empty() ? "" : ByDate(e.called(0).due()),
                           Because(e.reason()),
                           across.empty() ? "" : absl::StrCat(" (no authority over ", NamesOf(across), ")")));
}

std::string Say(const v1::MeetingConvened& e) {
  return Stop(absl::StrCat(Begin(NameOf(e.convened_by())), " convenes a joint meeting for ", DateText(e.meets_at()),
                           " with ", NamesOf(e.invited()), Because(e.topics().empty() ? "" : e.topics(0))));
}

std::string Say(const v1::MeetingHeld& e) {
  return Stop(absl::StrCat("A joint meeting held by ", NameOf(e.held_by()), " ", OutcomeText(e.outcome()),
                           e.attended().empty() ? "; nobody came" : absl::StrCat("; ", NamesOf(e.attended()), " came"),
                           e.absent().empty() ? "" : absl::StrCat(", ", NamesOf(e.absent()), " sent nobody"),
                           Because(e.minutes())));
}

std::string Say(const v1::CommitmentBroken& e) {
  return Stop(
      absl::StrCat(Begin(NameOf(e.organization())),
                   e.renounced() ? " says that it will not do what it promised" : " has not done what it promised",
                   ByDate(e.due()), Because(e.why())));
}

}  // namespace

std::string CoordinationSentence(const Event& event) {
  switch (event.body_case()) {
    case Event::kWhistleBlown:
      return Say(event.whistle_blown());
    case Event::kDepartmentReportedIn: {
      const auto& e = event.department_reported_in();
      return Stop(absl::StrCat(Begin(NameOf(e.department())), " reports in", Because(e.note())));
    }
    case Event::kWhistleUnanswered: {
      const auto& e = event.whistle_unanswered();
      return Stop(absl::StrCat(Begin(NameOf(e.department())), " has not come", ByDate(e.due())));
    }
    case Event::kMeetingConvened:
      return Say(event.meeting_convened());
    case Event::kMeetingHeld:
      return Say(event.meeting_held());
    case Event::kCommitmentMade: {
      const auto& e = event.commitment_made();
      return Stop(absl::StrCat(Begin(NameOf(e.organization())), " promises", ByDate(e.due()), Because(e.what())));
    }
    case Event::kCommitmentKept: {
      const auto& e = event.commitment_kept();
      return Stop(absl::StrCat(Begin(NameOf(e.organization())), " has done what it promised", Because(e.text())));
    }
    case Event::kCommitmentBroken:
      return Say(event.commitment_broken());
    case Event::kItemListed: {
      const auto& e = event.item_listed();
      return Stop(absl::StrCat(Begin(NameOf(e.listed_by())), " puts on its list, for ", NameOf(e.responsible()),
                               " to solve", ByDate(e.due()), Because(e.problem())));
    }
    case Event::kItemCleared: {
      const auto& e = event.item_cleared();
      return Stop(absl::StrCat(Begin(NameOf(e.listed_by())), " takes off its list what was for ",
                               NameOf(e.responsible()), " to solve", Because(e.how())));
    }
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
