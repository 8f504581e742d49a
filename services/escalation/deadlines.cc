// What is owed by a date, and what the agenda does when a date is near or has passed: escalations are answered or
// climb, upgraded handling is completed, letters are followed.
#include "services/escalation/deadlines.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/time.h"
#include "libs/domain/obligation.h"
#include "libs/domain/terms.h"
#include "services/escalation/checks.h"
#include "services/escalation/limits.h"
#include "services/escalation/looking.h"

namespace whistle::escalation {

using common::v1::AgendaItem;
using common::v1::DueDate;
using common::v1::Obligation;
using domain::Events;
using domain::Outcome;
using journal::v1::Event;

namespace {

bool AddresseeIsToReport(const v1::SuggestionLetter& letter) {
  return letter.status() == v1::LETTER_STATUS_ISSUED || letter.status() == v1::LETTER_STATUS_REJECTED;
}

OrganizationRef CurrentRef(const OrganizationRef& organization, const Context& context) {
  const auto* found = context.registry->Find(organization.organization_id());
  return found == nullptr ? organization : context.registry->Ref(*found);
}

// The next rung counts from now, not from the date that passed: after an outage nothing climbs more than one rung.
Event RaiseNextRung(const State& state, const OrganizationRef& next, const Context& context) {
  const v1::Escalation& open = state.escalation();
  Event event = context.NewEvent();
  v1::EscalationRaised& raised = *event.mutable_escalation_raised();
  // The state holds it without its long parts.
  if (const auto first = context.history->FindEvent(open.escalation_id())) raised = first->escalation_raised();
  raised.set_trigger(v1::ESCALATION_TRIGGER_RUNG_UNANSWERED);
  raised.set_reason(absl::StrCat(NameOf(open.raised().to()), " did not answer escalation ", open.escalation_id(), "."));
  raised.clear_evidence_event_ids();
  raised.add_evidence_event_ids(context.EventId(1));
  for (const std::string& id : open.evidence_event_ids()) {
    if (raised.evidence_event_ids_size() < kEvidenceEventsMax) raised.add_evidence_event_ids(id);
  }
  raised.clear_from();
  if (const OrganizationRef* holder = Holder(state)) *raised.mutable_from() = *holder;
  *raised.mutable_to() = next;
  raised.set_computed(true);
  raised.clear_raised_by();
  *raised.mutable_due() =
      Due(nullptr, state.header().policy().escalation_rung(), "escalation_rung", state.header(), context);
  raised.set_previous_escalation_id(open.escalation_id());
  return event;
}

Events Unanswered(const State& state, const Obligation& owed, const Context& context) {
  const OrganizationRef to = CurrentRef(owed.organization(), context);
  const std::optional<OrganizationRef> next = NextRung(to, context);
  Events events;
  v1::EscalationUnanswered& unanswered = *events.emplace_back(context.NewEvent()).mutable_escalation_unanswered();
  unanswered.set_escalation_id(owed.subject());
  *unanswered.mutable_to() = to;
  *unanswered.mutable_due() = owed.due();
  if (!next) return events;
  *unanswered.mutable_next() = *next;
  events.push_back(RaiseNextRung(state, *next, context));
  return events;
}

// What is not put right in time goes to the next superior of who issued the letter, for accountability; at the top of
// the tree to the issuer itself. Once for each letter. (DOMAIN: Policy, "then referral for accountability".)
Events WithReferral(const State& state, Event overdue, const OrganizationRef& addressee, const Context& context) {
  const std::string letter_id = overdue.rectification_overdue().letter_id();
  Events events{std::move(overdue)};
  const auto& letters = state.letters();
  const auto letter = std::find_if(letters.begin(), letters.end(),
                                   [&](const v1::SuggestionLetter& l) { return l.letter_id() == letter_id; });
  if (letter == letters.end() || !letter->referral_id().empty()) return events;
  const OrganizationRef issuer = CurrentRef(letter->issued().issued_by(), context);
  v1::ReferredForAccountability& referred =
      *events.emplace_back(context.NewEvent()).mutable_referred_for_accountability();
  referred.set_letter_id(letter_id);
  *referred.mutable_to() = NextRung(issuer, context).value_or(issuer);
  *referred.add_organizations() = addressee;
  referred.set_reason(absl::StrCat("What letter ", letter_id, " names was not put right by its date."));
  referred.add_evidence_event_ids(letter_id);
  referred.add_evidence_event_ids(context.EventId(1));
  return events;
}

// An overdue on record, by which date, and when what was owed was done; nothing while it is not.
struct Overdue {
  std::string event_id;
  DueDate due;
  std::optional<google::protobuf::Timestamp> done_at;
};

std::vector<Overdue> OverduesOf(const State& state) {
  std::vector<Overdue> overdues;
  for (const v1::Escalation* one : {&state.escalation(), &state.last_escalation()}) {
    if (one->unanswered_event_id().empty()) continue;
    // One that a further rung took the place of was not answered.
    const bool answered =
        one->status() == v1::ESCALATION_STATUS_DECLINED || one->status() == v1::ESCALATION_STATUS_UPGRADED;
    overdues.push_back({one->unanswered_event_id(), one->raised().due(),
                        answered ? std::make_optional(one->settled_at()) : std::nullopt});
  }
  for (const v1::UpgradedHandling* one : {&state.handling(), &state.last_handling()}) {
    if (one->overdue_event_id().empty()) continue;
    const bool completed = one->status() == v1::UPGRADED_HANDLING_STATUS_COMPLETED;
    overdues.push_back({one->overdue_event_id(), one->upgraded().due(),
                        completed ? std::make_optional(one->settled_at()) : std::nullopt});
  }
  for (const v1::SuggestionLetter& letter : state.letters()) {
    if (letter.overdue_event_id().empty()) continue;
    const bool reported = letter.status() == v1::LETTER_STATUS_REPORTED;
    overdues.push_back({letter.overdue_event_id(), letter.rectify_by(),
                        reported ? std::make_optional(letter.rounds().rbegin()->reported_at()) : std::nullopt});
  }
  return overdues;
}

}  // namespace

std::vector<Obligation> Obligations(const State& state, const std::string& case_id) {
  std::vector<Obligation> obligations;
  const auto status = state.header().status();
  const bool open = status == intake::v1::CASE_STATUS_REGISTERED || status == intake::v1::CASE_STATUS_ACCEPTED;
  const auto add = [&](const char* rule, const std::string& subject, const OrganizationRef& organization,
                       const DueDate& due, const auto& thing, const std::string& overdue_event_id,
                       common::v1::AgendaKind kind) -> Obligation& {
    Obligation& owed = obligations.emplace_back();
    owed.set_case_id(case_id);
    owed.set_rule(rule);
    owed.set_subject(subject);
    *owed.mutable_organization() = organization;
    *owed.mutable_due() = due;
    owed.set_due_event_id(thing.due_event_id());
    owed.set_warned_event_id(thing.warned_event_id());
    owed.set_overdue_event_id(overdue_event_id);
    owed.set_overdue_kind(kind);
    owed.set_resting(!open);
    return owed;
  };
  if (state.has_escalation()) {
    const v1::Escalation& one = state.escalation();
    add("escalation_rung", one.escalation_id(), one.raised().to(), one.raised().due(), one, one.unanswered_event_id(),
        common::v1::AGENDA_KIND_ESCALATION_UNANSWERED);
  }
  if (state.has_handling()) {
    const v1::UpgradedHandling& one = state.handling();
    add("upgraded_handling", one.handling_id(), one.upgraded().lead(), one.upgraded().due(), one,
        one.overdue_event_id(), common::v1::AGENDA_KIND_UPGRADED_HANDLING_OVERDUE);
  }
  for (const v1::SuggestionLetter& letter : state.letters()) {
    if (!AddresseeIsToReport(letter)) continue;
    Obligation& owed = add("rectification", letter.letter_id(), letter.issued().addressee(), letter.rectify_by(),
                           letter, letter.overdue_event_id(), common::v1::AGENDA_KIND_RECTIFICATION_OVERDUE);
    // A letter is to be followed whatever becomes of the case.
    owed.set_resting(false);
  }
  AddOwnerObligation(state, case_id, &obligations);
  return obligations;
}

Outcome DecideDate(const State& state, const AgendaItem& item, const Context& context) {
  const std::vector<Obligation> obligations = Obligations(state, context.case_id);
  const Obligation* owed = domain::FindObligation(obligations, item);
  if (auto no = domain::RequireDue(owed, item, context)) return *std::move(no);
  const OrganizationRef organization = CurrentRef(owed->organization(), context);
  Event event = context.NewEvent();
  if (!domain::HasPassed(owed->due(), context.now)) {
    auto& approaching = *event.mutable_escalation_deadline_approaching();
    approaching = domain::Approaching(*owed);
    if (owed->has_organization()) *approaching.mutable_organization() = organization;
  } else if (owed->overdue_kind() == common::v1::AGENDA_KIND_ESCALATION_UNANSWERED) {
    return Unanswered(state, *owed, context);
  } else if (owed->overdue_kind() == common::v1::AGENDA_KIND_UPGRADED_HANDLING_OVERDUE) {
    auto& overdue = *event.mutable_upgraded_handling_overdue();
    overdue.set_handling_id(owed->subject());
    *overdue.mutable_lead() = organization;
    *overdue.mutable_due_at() = owed->due().due_at();
  } else if (owed->overdue_kind() == common::v1::AGENDA_KIND_NO_OWNER) {
    event = NoOwnerFound(state, context);
  } else {
    auto& overdue = *event.mutable_rectification_overdue();
    overdue.set_letter_id(owed->subject());
    *overdue.mutable_addressee() = organization;
    *overdue.mutable_due_at() = owed->due().due_at();
    return WithReferral(state, std::move(event), organization, context);
  }
  return Events{std::move(event)};
}

void AddLifted(const State& state, const Context& context, Events* events) {
  State after = state;
  for (size_t i = 0; i < events->size(); ++i) {
    const domain::EventRef ref{context.case_id, context.EventId(static_cast<int>(i) + 1), context.version, nullptr};
    Evolve(after, (*events)[i], ref);
  }
  for (const Overdue& overdue : OverduesOf(after)) {
    const absl::Time measured = overdue.done_at ? base::FromProto(*overdue.done_at) : context.now;
    if (domain::HasPassed(overdue.due, measured)) continue;
    const std::string date = base::TimeText(base::FromProto(overdue.due.due_at()));
    Event event = context.NewEvent();
    auto& lifted = *event.mutable_escalation_overdue_lifted();
    lifted.set_overdue_event_id(overdue.event_id);
    lifted.set_proof_event_id(context.EventId(1));
    lifted.set_why(overdue.done_at ? absl::StrCat("It was done on ", base::TimeText(measured), ", before the date (",
                                                  date, "), and that was entered late or wrongly.")
                                   : absl::StrCat("The date is ", date, " and had been entered wrongly."));
    events->push_back(std::move(event));
  }
}

}  // namespace whistle::escalation
