// Corrections of this service's own entries.
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "libs/base/time.h"
#include "libs/domain/case_header.h"
#include "libs/domain/correction.h"
#include "libs/domain/terms.h"
#include "libs/domain/validate.h"
#include "services/response/find.h"
#include "services/response/limits.h"
#include "services/response/model.h"

namespace whistle::response {
namespace {

using common::v1::EntryCorrected;
using common::v1::OrganizationRef;
using domain::Context;
using domain::Events;
using domain::Outcome;
using domain::Rejection;
using journal::v1::Event;

// Whose act an entry was; null for what the agenda entered.
const OrganizationRef* ActorOf(const Event& entry) {
  if (entry.has_response_requested()) return &entry.response_requested().asked_by();
  if (entry.has_assignment_returned()) return &entry.assignment_returned().department();
  if (entry.has_response_submitted()) return &entry.response_submitted().department();
  if (entry.has_condition_imposed()) return &entry.condition_imposed().department();
  if (entry.has_condition_met()) return &entry.condition_met().department();
  if (entry.has_condition_waived()) return &entry.condition_waived().waived_by();
  return nullptr;
}

std::optional<Rejection> RequireMayCorrect(const State& state, const Event& entry, const Context& context) {
  std::string expected;
  std::optional<Rejection> no;
  if (const OrganizationRef* actor = ActorOf(entry)) {
    no = domain::RequireActingFor(CurrentRef(*actor, context), "", context);
    if (!no) return std::nullopt;
    expected = absl::StrCat(actor->organization_id(), " (whose act it was), ");
  }
  if (state.header().has_handler()) {
    no = domain::RequireActingFor(CurrentRef(state.header().handler(), context), "", context);
    if (!no) return std::nullopt;
  }
  return domain::NotAuthorized("not_the_one", "context.actor",
                               absl::StrCat(expected, "the handler or a superior of either"),
                               no ? no->detail.actual() : "anybody while the case has no handler");
}

// Topics, numbers and units compare statements: they are not texts, and a wrong one is replaced by a new statement.
std::optional<Rejection> CheckPaths(const v1::CorrectEntryRequest& request) {
  for (int i = 0; i < request.corrections_size(); ++i) {
    const std::string& path = request.corrections(i).path();
    if (path != "topic" && !absl::EndsWith(path, ".topic") && !absl::EndsWith(path, ".number") &&
        !absl::EndsWith(path, ".unit")) {
      continue;
    }
    return domain::Invalid(absl::StrCat("corrections[", i, "].path"),
                           "an organization, a date or a text; a topic or number is replaced by a new statement", path);
  }
  return std::nullopt;
}

std::string DateOf(const common::v1::DueDate& due) { return base::TimeText(base::FromProto(due.due_at())); }

// The entry with what this correction puts right in it.
Event WithCorrection(Event entry, const EntryCorrected& corrected) {
  domain::ApplyCorrection(corrected, &entry);
  domain::ApplyCorrection(corrected, domain::MutableBodyOf(&entry));
  return entry;
}

// Why another did not owe it; empty if it is the same.
std::string NotTheOne(const OrganizationRef& was, const OrganizationRef& is) {
  if (was.organization_id() == is.organization_id()) return "";
  return absl::StrCat("It was owed by ", is.name(), ", not by ", was.name(), ", which had been entered wrongly.");
}

// The overdues that stand before the correction and are disproved by it.
void AddLifted(const State& state, const EntryCorrected& corrected, const Event& was, const Event& is,
               const Context& context, Events* events) {
  State after = state;
  const domain::EventRef ref{context.case_id, context.EventId(1), context.version, nullptr};
  Evolve(after, events->front(), ref);
  const auto lift = [&](const std::string& overdue_event_id, std::string why) {
    events->push_back(Lifted(overdue_event_id, context.EventId(1), std::move(why), context));
  };
  const std::string other = was.has_response_requested()
                                ? NotTheOne(was.response_requested().department(), is.response_requested().department())
                                : "";
  for (const auto& open : after.open_assignments()) {
    if (open.assignment_id() != corrected.event_id()) continue;
    if (!open.first_responsible_event_id().empty()) {
      if (!other.empty()) {
        lift(open.first_responsible_event_id(), other);
      } else if (!domain::HasPassed(open.return_by(), context.now)) {
        lift(open.first_responsible_event_id(), absl::StrCat("The time for a return ends on ", DateOf(open.return_by()),
                                                             " and had been entered wrongly."));
      }
    }
    if (!open.overdue_event_id().empty()) {
      if (!other.empty()) {
        lift(open.overdue_event_id(), other);
      } else if (!domain::HasPassed(open.due(), context.now)) {
        lift(open.overdue_event_id(),
             absl::StrCat("The date was ", DateOf(open.due()), " and had been entered wrongly."));
      }
    }
  }
  for (const auto& settled : after.settled_assignments()) {
    if (settled.overdue_event_id().empty()) continue;
    const bool own = settled.assignment_id() == corrected.event_id();
    if (!own && settled.settled_event_id() != corrected.event_id()) continue;
    const absl::Time settled_at = base::FromProto(settled.settled_at());
    if (own && !other.empty()) {
      lift(settled.overdue_event_id(), other);
    } else if (!domain::HasPassed(settled.due(), settled_at)) {
      lift(settled.overdue_event_id(),
           absl::StrCat("It was settled on ", base::TimeText(settled_at), ", before the date (", DateOf(settled.due()),
                        "); one of the two had been entered wrongly."));
    }
  }
}

// The entry with its correction must be one that could have been made.
std::optional<Rejection> CheckCorrected(const State& state, const Event& is, const Context& context) {
  const absl::Time occurred_at = base::FromProto(is.occurred_at());
  if (is.has_response_requested()) {
    const auto& due = is.response_requested().due();
    if (due.rule() != "given") return std::nullopt;
    const absl::Time due_at = base::FromProto(due.due_at());
    if (due_at > occurred_at && due_at <= occurred_at + kGivenDateMax) return std::nullopt;
    return domain::Invalid("corrections",
                           absl::StrCat("a due date after ", base::TimeText(occurred_at), " and not after ",
                                        base::TimeText(occurred_at + kGivenDateMax)),
                           base::TimeText(due_at));
  }
  if (is.has_assignment_returned()) {
    const std::string& id = is.assignment_returned().assignment_id();
    const auto asked = context.history->FindEvent(id);
    if (!asked) return std::nullopt;
    const auto& return_by =
        domain::AsCorrected(id, *asked, state.corrections(), context).response_requested().return_by();
    if (!domain::HasPassed(return_by, occurred_at)) return std::nullopt;
    return domain::Invalid("corrections", absl::StrCat("a return before ", DateOf(return_by)),
                           base::TimeText(occurred_at));
  }
  if (is.has_return_term_passed() || is.has_response_overdue() || is.has_response_deadline_approaching() ||
      is.has_response_overdue_lifted()) {
    return domain::Illegal("not_an_act", context.case_id, "a correction of the entry that it follows from",
                           "what the agenda concluded was not entered by anybody");
  }
  return std::nullopt;
}

// A date counts from the act that set it: where that act's time or a given date was wrong, it is counted again.
void AddFollowingDates(const State& state, const Event& was, const Event& is, const Context& context,
                       EntryCorrected* corrected) {
  if (!is.has_response_requested()) return;
  const absl::Time start = base::FromProto(is.occurred_at());
  const bool moved = start != base::FromProto(was.occurred_at());
  const auto follow = [&](const char* path, const common::v1::DueDate& due_was, const common::v1::DueDate& due_is) {
    if (!due_is.has_due_at() || (!moved && DateOf(due_was) == DateOf(due_is))) return;
    domain::AddFollowingDate(path, due_was,
                             domain::CountedAgain(due_is, start, domain::BasisOf(state.header(), context)), corrected);
  };
  follow("due", was.response_requested().due(), is.response_requested().due());
  follow("return_by", was.response_requested().return_by(), is.response_requested().return_by());
}

}  // namespace

Outcome Decide(const State& state, const v1::CorrectEntryRequest& request, const Context& context) {
  if (auto no = domain::RequireCase(state.header(), context)) return *std::move(no);
  if (auto no = CheckPaths(request)) return *std::move(no);
  static const domain::CorrectionLimits kLimits = {{"text", kResponseTextBytesMax}, {"grounds.document", 500},
                                                   {"grounds.clause", 200},         {"evidence.title", 500},
                                                   {"evidence.media_type", 100},    {"evidence.location", 1000}};
  Outcome outcome = domain::DecideCorrection(common::v1::SERVICE_RESPONSE, request.event_id(), request.corrections(),
                                             request.why(), state.corrections(), kLimits, context);
  if (std::holds_alternative<Rejection>(outcome)) return outcome;
  Events& events = std::get<Events>(outcome);
  EntryCorrected& corrected = *events.front().mutable_response_entry_corrected();
  const Event was = domain::AsCorrected(request.event_id(), *context.history->FindEvent(request.event_id()),
                                        state.corrections(), context);
  const Event is = WithCorrection(was, corrected);
  if (auto no = CheckCorrected(state, is, context)) return *std::move(no);
  if (auto no = RequireMayCorrect(state, was, context)) return *std::move(no);
  AddFollowingDates(state, was, is, context, &corrected);
  // A copy: what is lifted joins the same events.
  AddLifted(state, EntryCorrected(corrected), was, is, context, &events);
  return outcome;
}

}  // namespace whistle::response
