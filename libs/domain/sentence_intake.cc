#include "absl/strings/str_cat.h"
#include "libs/domain/event_cases.h"
#include "libs/domain/sentence.h"
#include "libs/domain/sentence_words.h"

namespace whistle::domain {
namespace {

using journal::v1::Event;
namespace v1 = intake::v1;

// " (taken down by the community)", or nothing where the petitioner's side wrote it itself.
std::string TakenDown(bool has_organization, const common::v1::OrganizationRef& organization) {
  return has_organization ? absl::StrCat(" (entered by ", NameOf(organization), ")") : "";
}

std::string Say(const v1::ContactRecorded& e) {
  std::string did;
  switch (e.channel()) {
    case v1::CONTACT_CHANNEL_VISIT:
      did = "go to ";
      break;
    case v1::CONTACT_CHANNEL_CALL:
      did = "call ";
      break;
    case v1::CONTACT_CHANNEL_LETTER:
      did = "write to ";
      break;
    case v1::CONTACT_CHANNEL_MESSAGE:
      did = "send a message to ";
      break;
    default:
      did = "turn to ";
      break;
  }
  return absl::StrCat("Petitioners ", did, NameOf(e.contacted()), Because(e.note()),
                      TakenDown(e.has_recorded_by(), e.recorded_by()), ".");
}

std::string RefusalText(v1::MergeRefusal refusal) {
  switch (refusal) {
    case v1::MERGE_REFUSAL_UNKNOWN_CASE:
      return "there is no such case";
    case v1::MERGE_REFUSAL_DECLINED:
      return "it was declined";
    case v1::MERGE_REFUSAL_CLOSED:
      return "it is closed";
    case v1::MERGE_REFUSAL_MERGED:
      return "it was merged into another case itself";
    case v1::MERGE_REFUSAL_OPEN_PROPOSAL:
      return "it is about to be merged into another case itself";
    case v1::MERGE_REFUSAL_FULL:
      return "it has taken in as many cases as one case may";
    default:
      return "it gave no answer";
  }
}

std::string Say(const v1::CaseUnmerged& e) {
  if (e.side() == v1::MERGE_SIDE_TARGET) {
    return absl::StrCat("Case ", e.other_case_id(), " goes on by itself again", Because(e.why()), ".");
  }
  if (e.completed()) return absl::StrCat("Case ", e.other_case_id(), " has recorded that the merge is undone.");
  return absl::StrCat("The merge into case ", e.other_case_id(), " is undone", Because(e.why()), ".");
}

std::string SatisfactionText(v1::Satisfaction satisfaction) {
  switch (satisfaction) {
    case v1::SATISFACTION_SATISFIED:
      return "satisfied";
    case v1::SATISFACTION_PARTLY_SATISFIED:
      return "partly satisfied";
    case v1::SATISFACTION_DISSATISFIED:
      return "dissatisfied with the way";
    default:
      return "without saying how satisfied they are";
  }
}

std::string OutcomeText(v1::ReviewOutcome outcome) {
  switch (outcome) {
    case v1::REVIEW_OUTCOME_UPHELD:
      return "what was decided stands";
    case v1::REVIEW_OUTCOME_CHANGED:
      return "what was decided is changed";
    case v1::REVIEW_OUTCOME_RETURNED:
      return "it goes back to be handled again";
    default:
      return "no outcome";
  }
}

std::string Say(const v1::HandlerAssigned& e) {
  const std::string assigned =
      e.assigned_by().organization_id() == e.handler().organization_id()
          ? absl::StrCat(Begin(NameOf(e.handler())), " takes the case")
          : absl::StrCat(Begin(NameOf(e.assigned_by())), " gives the case to ", NameOf(e.handler()));
  return absl::StrCat(assigned, e.has_from() ? absl::StrCat(", until now with ", NameOf(e.from())) : "",
                      Because(e.why()), ".");
}

}  // namespace

std::string IntakeSentence(const Event& event) {
  switch (event.body_case()) {
    case Event::kCaseRegistered: {
      const auto& e = event.case_registered();
      return absl::StrCat("A case begins: ", e.title(), ", ", e.site().name(), Because(e.demand()),
                          TakenDown(e.has_registered_by(), e.registered_by()), ".");
    }
    case Event::kPolicyRebound: {
      const auto& e = event.policy_rebound();
      return absl::StrCat(e.has_bound_by() ? Begin(NameOf(e.bound_by())) : "Somebody",
                          " binds the case to the policy \"", e.policy().title(), "\" of registry version ",
                          e.policy_version(), ", until now that of ", e.from_policy_version(),
                          "; dates that are set stay", Because(e.why()), ".");
    }
    case Event::kContactRecorded:
      return Say(event.contact_recorded());
    case Event::kPetitionerJoined:
      return absl::StrCat(
          "One more petitioner joins",
          TakenDown(event.petitioner_joined().has_recorded_by(), event.petitioner_joined().recorded_by()), ".");
    case Event::kEvidenceAttached: {
      const auto& e = event.evidence_attached();
      return absl::StrCat(e.has_attached_by() ? Begin(NameOf(e.attached_by())) : "The petitioner's side",
                          " attaches evidence: ", e.evidence().title(), ".");
    }
    case Event::kCaseAccepted:
      return absl::StrCat(Begin(NameOf(event.case_accepted().accepted_by())), " accepts the case, to be handled",
                          ByDate(event.case_accepted().handling_due()), Because(event.case_accepted().note()), ".");
    case Event::kCaseDeclined: {
      const auto& e = event.case_declined();
      return absl::StrCat(Begin(NameOf(e.declined_by())), " does not accept the case", Because(e.why()),
                          On(e.grounds()), ".");
    }
    case Event::kHandlerAssigned:
      return Say(event.handler_assigned());
    case Event::kCasesLinked: {
      const auto& e = event.cases_linked();
      return absl::StrCat("The case is linked to case ", e.other_case_id(), Because(e.why()),
                          TakenDown(e.has_linked_by(), e.linked_by()), ".");
    }
    case Event::kMergeProposed: {
      const auto& e = event.merge_proposed();
      return absl::StrCat(Begin(NameOf(e.proposed_by())), " proposes that this case go on in case ", e.target_case_id(),
                          Because(e.why()), ".");
    }
    case Event::kMergeAccepted:
      return absl::StrCat("This case takes case ", event.merge_accepted().source_case_id(), " in.");
    case Event::kMergeRefused:
      return absl::StrCat("This case does not take case ", event.merge_refused().source_case_id(),
                          " in: ", RefusalText(event.merge_refused().refusal()), ".");
    case Event::kMergeCompleted: {
      const auto& e = event.merge_completed();
      return absl::StrCat("This case goes on in case ", e.target_case_id(), ", with its ", e.contact_count(),
                          e.contact_count() == 1 ? " contact and " : " contacts and ", e.petitioner_count(),
                          e.petitioner_count() == 1 ? " petitioner." : " petitioners.");
    }
    case Event::kMergeWithdrawn:
      return absl::StrCat("This case goes on by itself; case ", event.merge_withdrawn().target_case_id(),
                          " did not take it in: ", RefusalText(event.merge_withdrawn().refusal()), ".");
    case Event::kCaseUnmerged:
      return Say(event.case_unmerged());
    case Event::kResolutionConfirmed: {
      const auto& e = event.resolution_confirmed();
      return absl::StrCat("The petitioner's side confirms what ", NameOf(e.claimed_by()),
                          " had claimed: it is resolved. They are ", SatisfactionText(e.satisfaction()),
                          Because(e.note()), ".");
    }
    case Event::kResolutionDisputed:
      return absl::StrCat("The petitioner's side disputes what ", NameOf(event.resolution_disputed().claimed_by()),
                          " had claimed", Because(event.resolution_disputed().why()), ".");
    case Event::kReviewRequested: {
      const auto& e = event.review_requested();
      return absl::StrCat("The petitioner's side asks ", NameOf(e.reviewer()), " for a review", ByDate(e.due()),
                          Because(e.why()), ".");
    }
    case Event::kReReviewRequested: {
      const auto& e = event.re_review_requested();
      return absl::StrCat("The petitioner's side asks ", NameOf(e.reviewer()), " for a re-review", ByDate(e.due()),
                          Because(e.why()), ".");
    }
    case Event::kReviewDecided: {
      const auto& e = event.review_decided();
      return absl::StrCat(Begin(NameOf(e.decided_by())), " decides the review: ", OutcomeText(e.outcome()),
                          Because(e.why()), On(e.grounds()), ".");
    }
    case Event::kHandlingExtended: {
      const auto& e = event.handling_extended();
      return absl::StrCat(Begin(NameOf(e.approved_by())), " puts the date for handling off to ",
                          e.due().last_day().empty() ? DateText(e.due().due_at()) : e.due().last_day(),
                          Because(e.reason_told()), ".");
    }
    case Event::kAcceptanceOverdue:
      return absl::StrCat("Nobody decided on acceptance", ByDate(event.acceptance_overdue().due()), ".");
    case Event::kHandlingOverdue:
      return absl::StrCat("The matter was not handled", ByDate(event.handling_overdue().due()), ".");
    case Event::kReviewOverdue:
      return absl::StrCat(Begin(NameOf(event.review_overdue().reviewer())), " did not decide the review",
                          ByDate(event.review_overdue().due()), ".");
    case Event::kCaseClosed:
      return absl::StrCat(Begin(NameOf(event.case_closed().closed_by())), " closes the case",
                          Because(event.case_closed().why()), ".");
    case Event::kCaseReopened: {
      const auto& e = event.case_reopened();
      return absl::StrCat(e.has_reopened_by() ? Begin(NameOf(e.reopened_by())) : "The petitioner's side",
                          " reopens the case", Because(e.why()), ".");
    }
    case Event::kIntakeDeadlineApproaching:
      return Say(event.intake_deadline_approaching());
    case Event::kIntakeOverdueLifted:
      return Say(event.intake_overdue_lifted());
    case Event::kIntakeEntryCorrected:
      return Say(event.intake_entry_corrected());
      WHISTLE_RESPONSE_EVENT_CASES
      WHISTLE_COORDINATION_EVENT_CASES
      WHISTLE_ESCALATION_EVENT_CASES
      WHISTLE_REGISTRY_EVENT_CASES
    case Event::BODY_NOT_SET:
      break;
  }
  return "";
}

}  // namespace whistle::domain
