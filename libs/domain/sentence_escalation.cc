#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "libs/domain/event_cases.h"
#include "libs/domain/sentence.h"
#include "libs/domain/sentence_words.h"

namespace whistle::domain {
namespace {

using journal::v1::Event;
namespace v1 = escalation::v1;

std::string RuleText(v1::FindingRule rule) {
  switch (rule) {
    case v1::FINDING_RULE_UNGROUNDED:
      return "an answer without grounds";
    case v1::FINDING_RULE_CONTRADICTION:
      return "a contradiction";
    case v1::FINDING_RULE_DISAVOWED_CONDITION:
      return "a disavowed condition";
    case v1::FINDING_RULE_GOALPOST_MOVED:
      return "moved goalposts";
    case v1::FINDING_RULE_BUCK_PASSING:
      return "buck-passing";
    case v1::FINDING_RULE_NO_OWNER:
      return "nobody accepts the case";
    case v1::FINDING_RULE_SILENCE:
      return "silence";
    case v1::FINDING_RULE_HOLLOW_MEETINGS:
      return "meetings without result";
    case v1::FINDING_RULE_ABSENT:
      return "nobody sent";
    case v1::FINDING_RULE_BROKEN_COMMITMENT:
      return "a broken commitment";
    case v1::FINDING_RULE_PERSISTENT_DEMAND:
      return "a demand that persists";
    case v1::FINDING_RULE_CLOSED_WITHOUT_RESULT:
      return "closed without result";
    case v1::FINDING_RULE_JURISDICTION_GAP:
      return "a gap of jurisdiction";
    default:
      return "something wrong";
  }
}

std::string KindText(v1::SuggestionKind kind) {
  switch (kind) {
    case v1::SUGGESTION_KIND_IMPROVE_WORK:
      return "a suggestion letter to improve work";
    case v1::SUGGESTION_KIND_REFINE_POLICY:
      return "a suggestion letter to refine policy";
    case v1::SUGGESTION_KIND_PURSUE_ACCOUNTABILITY:
      return "a suggestion letter to pursue accountability";
    case v1::SUGGESTION_KIND_PARTY_ORGANIZATION:
      return "a party organization's suggestion letter";
    default:
      return "a suggestion letter";
  }
}

std::string SeverityText(v1::HazardSeverity severity) {
  switch (severity) {
    case v1::HAZARD_SEVERITY_ORDINARY:
      return "an ordinary hazard";
    case v1::HAZARD_SEVERITY_SERIOUS:
      return "a serious hazard";
    case v1::HAZARD_SEVERITY_MAJOR:
      return "a major hazard";
    default:
      return "a hazard";
  }
}

// Who raised or added something; the petitioner's side and the service itself are not named as organizations.
std::string ByText(bool has_organization, const common::v1::OrganizationRef& organization,
                   v1::EscalationTrigger trigger) {
  if (has_organization) return Begin(NameOf(organization));
  return trigger == v1::ESCALATION_TRIGGER_PERSON ? "The petitioner's side" : "Whistle";
}

std::string ResponsibleText(bool known, const common::v1::OrganizationRef& responsible) {
  return known ? absl::StrCat(" (responsible: ", NameOf(responsible), ")") : " (nobody knows who is responsible)";
}

std::string Say(const v1::FindingRaised& e) {
  std::string text = absl::StrCat("Found: ", RuleText(e.rule()));
  if (e.has_organization()) absl::StrAppend(&text, ", by ", NameOf(e.organization()));
  if (!e.others().empty()) absl::StrAppend(&text, ", with ", NamesOf(e.others()));
  return absl::StrCat(text, Because(e.text()), ".");
}

std::string Say(const v1::EscalationRaised& e) {
  std::string text = absl::StrCat(ByText(e.has_raised_by(), e.raised_by(), e.trigger()), " puts the case before ",
                                  NameOf(e.to()), ", to answer", ByDate(e.due()));
  if (!e.needed().empty()) absl::StrAppend(&text, " (needed: ", NamesOf(e.needed()), ")");
  return absl::StrCat(text, Because(e.reason()), ".");
}

std::string Say(const v1::HandlingUpgraded& e) {
  std::string text = absl::StrCat(Begin(NameOf(e.lead())), " takes the case in upgraded handling, led by ",
                                  e.leader_office(), ",", ByDate(e.due()));
  if (!e.bound().empty()) absl::StrAppend(&text, ", binding ", NamesOf(e.bound()));
  return absl::StrCat(text, Because(e.instructions()), ".");
}

std::string Say(const v1::HandlingCompleted& e) {
  const auto measure = [](std::string* out, const v1::Measure& m) {
    absl::StrAppend(out, m.text(), m.has_organization() ? absl::StrCat(" (", NameOf(m.organization()), ")") : "");
  };
  return absl::StrCat(Begin(NameOf(e.completed_by())),
                      " completes the upgraded handling: ", absl::StrJoin(e.measures(), "; ", measure), ".");
}

std::string Say(const v1::AccountabilityFindingRecorded& e) {
  return absl::StrCat(Begin(NameOf(e.recorded_by())), " establishes in the accountability file",
                      e.responsible().empty() ? "" : absl::StrCat(" (responsible: ", NamesOf(e.responsible()), ")"),
                      Because(e.text()), ".");
}

std::string Say(const v1::HazardIdentified& e) {
  return absl::StrCat(Begin(NameOf(e.identified_by())), " identifies ", SeverityText(e.severity()), " at ",
                      e.site().name(), ResponsibleText(e.has_responsible(), e.responsible()), Because(e.source()), ".");
}

std::string Say(const v1::HazardAssessed& e) {
  return absl::StrCat(Begin(NameOf(e.assessed_by())), " assesses it as ", SeverityText(e.severity()),
                      e.has_responsible() ? ResponsibleText(true, e.responsible()) : "", Because(e.text()), ".");
}

std::string Say(const v1::HazardWarned& e) {
  return absl::StrCat(Begin(NameOf(e.warned_by())), " warns ", NamesOf(e.warned()), " of the hazard", Because(e.text()),
                      ".");
}

}  // namespace

std::string EscalationSentence(const Event& event) {
  switch (event.body_case()) {
    case Event::kFindingRaised:
      return Say(event.finding_raised());
    case Event::kFindingAnswered: {
      const auto& e = event.finding_answered();
      return absl::StrCat(Begin(NameOf(e.answered_by())), " answers finding ", e.finding_id(), Because(e.text()),
                          On(e.grounds()), ".");
    }
    case Event::kEscalationRaised:
      return Say(event.escalation_raised());
    case Event::kEscalationDeclined: {
      const auto& e = event.escalation_declined();
      return absl::StrCat(Begin(NameOf(e.declined_by())), " declines the escalation", Because(e.reason()),
                          On(e.grounds()), ".");
    }
    case Event::kEscalationUnanswered: {
      const auto& e = event.escalation_unanswered();
      return absl::StrCat(
          Begin(NameOf(e.to())), " did not answer the escalation", ByDate(e.due()),
          e.has_next() ? absl::StrCat("; it goes to ", NameOf(e.next())) : std::string("; nobody stands above it"),
          ".");
    }
    case Event::kOwnerAwaited: {
      const auto& e = event.owner_awaited();
      return absl::StrCat("Nobody accepts the case since event ", e.since_event_id(), "; somebody is to",
                          ByDate(e.due()), ".");
    }
    case Event::kHandlingUpgraded:
      return Say(event.handling_upgraded());
    case Event::kEscalationEvidenceAdded: {
      const auto& e = event.escalation_evidence_added();
      return absl::StrCat(ByText(e.has_added_by(), e.added_by(), e.trigger()), " adds a reason to the escalation",
                          Because(e.reason()), ".");
    }
    case Event::kFindingLifted: {
      const auto& e = event.finding_lifted();
      return absl::StrCat("Finding ", e.finding_id(), " is lifted, disproved by event ", e.proof_event_id(),
                          Because(e.why()), ".");
    }
    case Event::kUpgradedHandlingOverdue: {
      const auto& e = event.upgraded_handling_overdue();
      return absl::StrCat("The upgraded handling by ", NameOf(e.lead()), " was not completed by ", DateText(e.due_at()),
                          ".");
    }
    case Event::kHandlingCompleted:
      return Say(event.handling_completed());
    case Event::kSuggestionIssued: {
      const auto& e = event.suggestion_issued();
      return absl::StrCat(Begin(NameOf(e.issued_by())), " sends ", NameOf(e.addressee()), " ", KindText(e.kind()),
                          ", to be followed", ByDate(e.rectify_by()), Because(e.text()), ".");
    }
    case Event::kRectificationReported: {
      const auto& e = event.rectification_reported();
      return absl::StrCat(Begin(NameOf(e.reported_by())), " reports what it has put right", Because(e.text()), ".");
    }
    case Event::kRectificationAccepted: {
      const auto& e = event.rectification_accepted();
      return absl::StrCat(Begin(NameOf(e.accepted_by())), " accepts what was put right", Because(e.reason()), ".");
    }
    case Event::kRectificationRejected: {
      const auto& e = event.rectification_rejected();
      return absl::StrCat(Begin(NameOf(e.rejected_by())), " does not accept what was put right, and sets a new date",
                          ByDate(e.rectify_by()), Because(e.reason()), ".");
    }
    case Event::kRectificationOverdue: {
      const auto& e = event.rectification_overdue();
      return absl::StrCat(Begin(NameOf(e.addressee())), " reported nothing on the suggestion letter by ",
                          DateText(e.due_at()), ".");
    }
    case Event::kReferredForAccountability: {
      const auto& e = event.referred_for_accountability();
      return absl::StrCat(e.has_referred_by() ? Begin(NameOf(e.referred_by())) : "Whistle", " refers ",
                          NamesOf(e.organizations()), " to ", NameOf(e.to()), " for accountability",
                          Because(e.reason()), ".");
    }
    case Event::kAccountabilityOpened: {
      const auto& e = event.accountability_opened();
      return absl::StrCat(Begin(NameOf(e.opened_by())), " opens an accountability file on ", NamesOf(e.organizations()),
                          Because(e.question()), ".");
    }
    case Event::kAccountabilityFindingRecorded:
      return Say(event.accountability_finding_recorded());
    case Event::kAccountabilityClosed: {
      const auto& e = event.accountability_closed();
      return absl::StrCat(Begin(NameOf(e.closed_by())), " closes the accountability file", Because(e.conclusion()),
                          ".");
    }
    case Event::kHazardIdentified:
      return Say(event.hazard_identified());
    case Event::kHazardReported: {
      const auto& e = event.hazard_reported();
      return absl::StrCat(Begin(NameOf(e.reported_by())), " reports the hazard to ", NameOf(e.to()), Because(e.text()),
                          ".");
    }
    case Event::kHazardAssessed:
      return Say(event.hazard_assessed());
    case Event::kHazardWarned:
      return Say(event.hazard_warned());
    case Event::kHazardCancelled: {
      const auto& e = event.hazard_cancelled();
      return absl::StrCat(Begin(NameOf(e.cancelled_by())), " strikes the hazard off the list", Because(e.text()), ".");
    }
    case Event::kEscalationDeadlineApproaching:
      return domain::Say(event.escalation_deadline_approaching());
    case Event::kEscalationOverdueLifted:
      return domain::Say(event.escalation_overdue_lifted());
    case Event::kEscalationEntryCorrected:
      return domain::Say(event.escalation_entry_corrected());
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
