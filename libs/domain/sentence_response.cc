#include "absl/strings/str_cat.h"
#include "libs/domain/event_cases.h"
#include "libs/domain/sentence.h"
#include "libs/domain/sentence_words.h"

namespace whistle::domain {
namespace {

using journal::v1::Event;
namespace v1 = response::v1;

std::string Across(bool across_authority, absl::string_view who) {
  return across_authority ? absl::StrCat(", over which ", who, " has no authority") : "";
}

std::string StanceText(const v1::ResponseSubmitted& e) {
  switch (e.stance()) {
    case v1::STANCE_ACCEPTS:
      return "it accepts";
    case v1::STANCE_REFUSES:
      return "it refuses";
    case v1::STANCE_CONDITIONAL:
      return "on conditions";
    case v1::STANCE_DEFERS:
      return absl::StrCat("it points to ", NamesOf(e.defers_to()));
    case v1::STANCE_REPORTS_PROGRESS:
      return "it reports";
    case v1::STANCE_CLAIMS_RESOLVED:
      return "it claims that the matter is resolved";
    default:
      return "it says";
  }
}

std::string PositionText(const v1::Statement& statement) {
  switch (statement.position_case()) {
    case v1::Statement::kHolds:
      return statement.holds() ? "that it is so" : "that it is not so";
    case v1::Statement::kValue:
      return absl::StrCat(statement.value().number(), " ", statement.value().unit());
    case v1::Statement::kResponsible:
      return absl::StrCat("that ", NamesOf(statement.responsible().organizations()),
                          statement.responsible().organizations_size() == 1 ? " is" : " are", " responsible");
    case v1::Statement::kUnknown:
      return "that it does not know";
    case v1::Statement::POSITION_NOT_SET:
      break;
  }
  return "nothing";
}

std::string Say(const v1::ResponseSubmitted& e) {
  std::string text = absl::StrCat(Begin(NameOf(e.department())),
                                  e.assignment_id().empty() ? " says unasked: " : " answers: ", StanceText(e),
                                  Because(e.text()), On(e.grounds()));
  if (e.grounds().empty() && e.stance() == v1::STANCE_REFUSES) absl::StrAppend(&text, " (citing nothing)");
  for (const auto& statement : e.statements()) {
    absl::StrAppend(&text, "; on ", statement.topic(), " it says ", PositionText(statement), Because(statement.text()));
    if (!statement.replaces_event_id().empty()) {
      absl::StrAppend(&text, " (in place of ", statement.replaces_event_id(), Because(statement.replaces_why()), ")");
    }
  }
  if (!e.withdraws_event_id().empty()) {
    absl::StrAppend(&text, "; it takes back that others are to act (", e.withdraws_event_id(), ")");
  }
  return Stop(std::move(text));
}

std::string Say(const v1::ResponseRequested& e) {
  return Stop(absl::StrCat(Begin(NameOf(e.asked_by())), " asks ", NameOf(e.department()),
                           Across(e.across_authority(), NameOf(e.handler())), ", to answer", ByDate(e.due()),
                           Because(e.question())));
}

std::string Say(const v1::ResponseOverdue& e) {
  return absl::StrCat(
      Begin(NameOf(e.department())), " has not answered", ByDate(e.due()),
      e.progress_event_id().empty() ? "." : absl::StrCat("; it last reported on ", DateText(e.progress_at()), "."));
}

}  // namespace

std::string ResponseSentence(const Event& event) {
  switch (event.body_case()) {
    case Event::kResponseRequested:
      return Say(event.response_requested());
    case Event::kAssignmentReturned: {
      const auto& e = event.assignment_returned();
      return Stop(absl::StrCat(Begin(NameOf(e.department())), " returns the assignment and names ",
                               NameOf(e.proposed_owner()), Because(e.why()), On(e.grounds())));
    }
    case Event::kResponseSubmitted:
      return Say(event.response_submitted());
    case Event::kConditionImposed: {
      const auto& e = event.condition_imposed();
      return Stop(absl::StrCat(Begin(NameOf(e.department())), " demands before it acts", Because(e.text()),
                               e.grounds().empty() ? " (citing nothing)" : On(e.grounds())));
    }
    case Event::kConditionMet: {
      const auto& e = event.condition_met();
      return Stop(absl::StrCat("What ", NameOf(e.department()), " had demanded is there", Because(e.text())));
    }
    case Event::kConditionWaived: {
      const auto& e = event.condition_waived();
      const bool own = e.waived_by().organization_id() == e.department().organization_id();
      return Stop(absl::StrCat(Begin(NameOf(e.waived_by())), " drops what ", own ? "it" : NameOf(e.department()),
                               " had demanded", Because(e.why())));
    }
    case Event::kExtensionGranted: {
      const auto& e = event.extension_granted();
      return Stop(absl::StrCat(Begin(NameOf(e.department())), " is given more time, from ",
                               DateText(e.old_due().due_at()), " to ", DateText(e.new_due().due_at()), " (extension ",
                               e.number(), " of at most ", e.number_max(), ")", Because(e.why())));
    }
    case Event::kResponseOverdue:
      return Say(event.response_overdue());
    case Event::kReturnTermPassed:
      return absl::StrCat(Begin(NameOf(event.return_term_passed().department())), " did not return the assignment",
                          ByDate(event.return_term_passed().return_by()),
                          ", and is the first handler responsible (首办责任).");
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
