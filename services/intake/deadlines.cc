#include "services/intake/deadlines.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/time.h"
#include "libs/domain/obligation.h"
#include "libs/domain/terms.h"

namespace whistle::intake {
namespace {

using common::v1::AgendaItem;
using common::v1::DueDate;
using common::v1::Obligation;
using common::v1::OrganizationRef;
using domain::Context;
using domain::Events;
using domain::Outcome;
using journal::v1::Event;

// What a case has once needs no id: the subjects of the two.
constexpr char kAcceptance[] = "acceptance";
constexpr char kHandling[] = "handling";

// Nothing else is the first event of a case.
std::string RegisteredEventId() { return domain::MakeEventId(base::Version{1}, 1); }

Obligation Owed(const std::string& case_id, absl::string_view rule, const std::string& subject, const DueDate& due) {
  Obligation owed;
  owed.set_case_id(case_id);
  owed.set_rule(std::string(rule));
  owed.set_subject(subject);
  *owed.mutable_due() = due;
  return owed;
}

Obligation OwedAcceptance(const State& state, const std::string& case_id) {
  Obligation owed = Owed(case_id, kAcceptance, kAcceptance, state.acceptance_due());
  if (state.header().has_handler()) {
    *owed.mutable_organization() = state.header().handler();
  } else if (state.has_registered_by()) {
    *owed.mutable_organization() = state.registered_by();
  }
  owed.set_due_event_id(RegisteredEventId());
  owed.set_warned_event_id(state.acceptance_warned_event_id());
  owed.set_overdue_event_id(state.acceptance_overdue_event_id());
  owed.set_overdue_kind(common::v1::AGENDA_KIND_ACCEPTANCE_OVERDUE);
  owed.set_resting(state.header().status() != v1::CASE_STATUS_REGISTERED);
  return owed;
}

Obligation OwedHandling(const State& state, const std::string& case_id) {
  Obligation owed = Owed(case_id, kHandling, kHandling, state.handling_due());
  if (state.header().has_handler()) *owed.mutable_organization() = state.header().handler();
  owed.set_due_event_id(state.handling_due_event_id());
  owed.set_warned_event_id(state.handling_warned_event_id());
  owed.set_overdue_event_id(state.handling_overdue_event_id());
  owed.set_overdue_kind(common::v1::AGENDA_KIND_HANDLING_OVERDUE);
  owed.set_resting(state.header().status() != v1::CASE_STATUS_ACCEPTED);
  return owed;
}

Obligation OwedReview(const State& state, const v1::Review& review, const std::string& case_id) {
  Obligation owed = Owed(case_id, "review_decision", review.review_event_id(), review.due());
  *owed.mutable_organization() = review.reviewer();
  owed.set_due_event_id(review.due_event_id());
  owed.set_warned_event_id(review.warned_event_id());
  owed.set_overdue_event_id(review.overdue_event_id());
  owed.set_overdue_kind(common::v1::AGENDA_KIND_REVIEW_OVERDUE);
  // A review is of what was closed or declined: it rests only while another case goes on in this one's place.
  owed.set_resting(state.header().status() == v1::CASE_STATUS_MERGED);
  return owed;
}

// Who owes it, with the path of superiors as of now.
std::optional<OrganizationRef> Ower(const Obligation& owed, const Context& context) {
  if (!owed.has_organization()) return std::nullopt;
  const auto* found = context.registry->Find(owed.organization().organization_id());
  return found == nullptr ? owed.organization() : context.registry->Ref(*found);
}

Event Overdue(const Obligation& owed, const std::optional<OrganizationRef>& ower, const Context& context) {
  Event event = context.NewEvent();
  if (owed.overdue_kind() == common::v1::AGENDA_KIND_ACCEPTANCE_OVERDUE) {
    auto* overdue = event.mutable_acceptance_overdue();
    *overdue->mutable_due() = owed.due();
    if (ower) *overdue->mutable_organization() = *ower;
  } else if (owed.overdue_kind() == common::v1::AGENDA_KIND_HANDLING_OVERDUE) {
    auto* overdue = event.mutable_handling_overdue();
    *overdue->mutable_due() = owed.due();
    if (ower) *overdue->mutable_organization() = *ower;
  } else {
    auto* overdue = event.mutable_review_overdue();
    overdue->set_review_event_id(owed.subject());
    *overdue->mutable_due() = owed.due();
    if (ower) *overdue->mutable_reviewer() = *ower;
  }
  return event;
}

// A date as people know it: one that was counted in days by its last day, not by the midnight that ends it.
std::string DateText(const DueDate& due) {
  if (due.last_day().empty()) return base::TimeText(base::FromProto(due.due_at()));
  return absl::StrCat("the end of ", due.last_day());
}

// Adds what lifts an overdue to a decision. None of them for one that did not fire; each true if it was lifted.
class Lifting {
 public:
  Lifting(const Context& context, Events* events)
      : context_(context), corrected_(events->front().has_intake_entry_corrected()), events_(events) {}

  // `done` at `done_at`: what the date was set for.
  bool IfInTime(const std::string& overdue_event_id, const DueDate& due, absl::string_view done,
                const google::protobuf::Timestamp& done_at) {
    if (overdue_event_id.empty() || domain::HasPassed(due, base::FromProto(done_at))) return false;
    return Lift(overdue_event_id,
                absl::StrCat(done, " on ", base::TimeText(base::FromProto(done_at)), ", before ", DateText(due), ", ",
                             corrected_ ? "which had been entered wrongly." : "and entered late."));
  }
  // It is still owed, by a date that has not come.
  bool IfNotYet(const std::string& overdue_event_id, const DueDate& due) {
    if (overdue_event_id.empty() || domain::HasPassed(due, context_.now)) return false;
    return Lift(overdue_event_id,
                absl::StrCat("The date is ", DateText(due), "; what it counts from had been entered wrongly."));
  }
  // It was owed by another date when this one passed.
  bool IfPutOff(const std::string& overdue_event_id, const DueDate& due) {
    if (overdue_event_id.empty()) return false;
    return Lift(overdue_event_id,
                absl::StrCat("The date was put off to ", DateText(due), " on ", base::TimeText(context_.occurred_at),
                             ", before it passed, and that was entered late."));
  }
  // The date did pass, but was another's to keep: that stands in a second overdue. Only who owns the case now is known
  // for certain to have owned it at the date, if it has since before.
  bool IfAnothers(const Obligation& owed, const OrganizationRef& named, const v1::CaseHeader& header) {
    if (owed.overdue_event_id().empty()) return false;
    if (header.has_handler() && domain::HasPassed(owed.due(), base::FromProto(header.handler_since()))) return false;
    if (owed.organization().organization_id() == named.organization_id()) return false;
    Lift(owed.overdue_event_id(),
         absl::StrCat("It was owed by ", NameOf(owed.organization()), ", not by ", NameOf(named),
                      ", which had been entered ", corrected_ ? "wrongly." : "late."));
    events_->push_back(Overdue(owed, Ower(owed, context_), context_));
    return true;
  }

 private:
  static std::string NameOf(const OrganizationRef& organization) {
    return organization.organization_id().empty() ? "nobody" : organization.organization_id();
  }
  bool Lift(const std::string& overdue_event_id, std::string why) {
    Event event = context_.NewEvent();
    auto* lifted = event.mutable_intake_overdue_lifted();
    lifted->set_overdue_event_id(overdue_event_id);
    lifted->set_proof_event_id(context_.EventId(1));
    lifted->set_why(std::move(why));
    events_->push_back(std::move(event));
    return true;
  }

  const Context& context_;
  const bool corrected_;
  Events* events_;
};

// Whom the overdue names.
OrganizationRef NamedBy(const std::string& overdue_event_id, const Context& context) {
  const auto event = context.history->FindEvent(overdue_event_id);
  if (!event) return {};
  return event->has_acceptance_overdue() ? event->acceptance_overdue().organization()
                                         : event->handling_overdue().organization();
}

void LiftAcceptance(const State& after, const Context& context, Lifting& lifting) {
  const std::string& overdue = after.acceptance_overdue_event_id();
  if (!after.acceptance_decided_event_id().empty() &&
      lifting.IfInTime(overdue, after.acceptance_due(), "It was decided", after.acceptance_decided_at())) {
    return;
  }
  lifting.IfAnothers(OwedAcceptance(after, context.case_id), NamedBy(overdue, context), after.header());
}

void LiftHandling(const State& before, const State& after, const Context& context, Lifting& lifting) {
  const std::string& overdue = after.handling_overdue_event_id();
  if (after.handling_extended_event_id() != before.handling_extended_event_id()) {
    lifting.IfPutOff(overdue, after.handling_due());
    return;
  }
  if (after.header().status() == v1::CASE_STATUS_CLOSED &&
      lifting.IfInTime(overdue, after.handling_due(), "The case was closed", after.header().status_since())) {
    return;
  }
  lifting.IfAnothers(OwedHandling(after, context.case_id), NamedBy(overdue, context), after.header());
}

void LiftReview(const v1::Review& after, Lifting& lifting) {
  if (after.decided_event_id().empty()) {
    lifting.IfNotYet(after.overdue_event_id(), after.due());
  } else {
    lifting.IfInTime(after.overdue_event_id(), after.due(), "It was decided", after.decided_at());
  }
}

}  // namespace

std::vector<Obligation> Obligations(const State& state, const std::string& case_id) {
  std::vector<Obligation> obligations;
  if (!state.header().has_registered_at()) return obligations;
  if (state.has_acceptance_due() && state.acceptance_decided_event_id().empty()) {
    obligations.push_back(OwedAcceptance(state, case_id));
  }
  if (state.has_handling_due()) obligations.push_back(OwedHandling(state, case_id));
  for (const v1::Review* review : {&state.review(), &state.re_review()}) {
    if (review->review_event_id().empty() || !review->decided_event_id().empty()) continue;
    obligations.push_back(OwedReview(state, *review, case_id));
  }
  return obligations;
}

bool IsDate(const AgendaItem& item) {
  switch (item.kind()) {
    case common::v1::AGENDA_KIND_DEADLINE_APPROACHING:
    case common::v1::AGENDA_KIND_ACCEPTANCE_OVERDUE:
    case common::v1::AGENDA_KIND_HANDLING_OVERDUE:
    case common::v1::AGENDA_KIND_REVIEW_OVERDUE:
      return true;
    default:
      return false;
  }
}

Outcome DecideDate(const State& state, const AgendaItem& item, const Context& context) {
  const std::vector<Obligation> obligations = Obligations(state, context.case_id);
  const Obligation* owed = domain::FindObligation(obligations, item);
  if (auto no = domain::RequireDue(owed, item, context)) return *std::move(no);
  const std::optional<OrganizationRef> ower = Ower(*owed, context);
  // A warning that comes after the date is the overdue itself.
  if (domain::HasPassed(owed->due(), context.now)) return Events{Overdue(*owed, ower, context)};
  Event event = context.NewEvent();
  *event.mutable_intake_deadline_approaching() = domain::Approaching(*owed);
  if (ower) *event.mutable_intake_deadline_approaching()->mutable_organization() = *ower;
  return Events{std::move(event)};
}

void AddLifted(const State& state, const Context& context, Events* events) {
  if (state.acceptance_overdue_event_id().empty() && state.handling_overdue_event_id().empty() &&
      state.review().overdue_event_id().empty() && state.re_review().overdue_event_id().empty()) {
    return;
  }
  State after = state;
  for (size_t i = 0; i < events->size(); ++i) {
    Evolve(after, (*events)[i],
           {context.case_id, context.EventId(static_cast<int>(i) + 1), context.version, /*decision=*/nullptr});
  }
  Lifting lifting(context, events);
  LiftAcceptance(after, context, lifting);
  LiftHandling(state, after, context, lifting);
  LiftReview(after.review(), lifting);
  LiftReview(after.re_review(), lifting);
}

void SetHandlingDue(State& state, const DueDate& due, const domain::EventRef& ref) {
  *state.mutable_handling_due() = due;
  state.set_handling_due_event_id(ref.id);
  state.clear_handling_warned_event_id();
}

void EvolveReopened(State& state, const v1::CaseReopened& reopened, const domain::EventRef& ref) {
  *state.mutable_handling_due() = reopened.handling_due();
  // Makes another item of it for the agenda, which executes an item once.
  state.set_handling_due_event_id(ref.id);
}

v1::Review* FindReview(State& state, const std::string& review_event_id) {
  if (review_event_id.empty()) return nullptr;
  if (state.re_review().review_event_id() == review_event_id) return state.mutable_re_review();
  return state.review().review_event_id() == review_event_id ? state.mutable_review() : nullptr;
}

void EvolveApproaching(State& state, const common::v1::DeadlineApproaching& approaching, const domain::EventRef& ref) {
  if (approaching.subject() == kAcceptance) {
    state.set_acceptance_warned_event_id(ref.id);
  } else if (approaching.subject() == kHandling) {
    state.set_handling_warned_event_id(ref.id);
  } else if (v1::Review* review = FindReview(state, approaching.subject())) {
    review->set_warned_event_id(ref.id);
  }
}

void EvolveLifted(State& state, const common::v1::OverdueLifted& lifted) {
  const std::string& id = lifted.overdue_event_id();
  if (id.empty()) return;
  if (state.acceptance_overdue_event_id() == id) state.clear_acceptance_overdue_event_id();
  if (state.handling_overdue_event_id() == id) state.clear_handling_overdue_event_id();
  if (state.review().overdue_event_id() == id) state.mutable_review()->clear_overdue_event_id();
  if (state.re_review().overdue_event_id() == id) state.mutable_re_review()->clear_overdue_event_id();
}

}  // namespace whistle::intake
