// Corrections of this service's own entries.
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "libs/base/time.h"
#include "libs/domain/case_header.h"
#include "libs/domain/correction.h"
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

absl::Time DueOf(const common::v1::DueDate& due) { return base::FromProto(due.due_at()); }

Event Lifted(const std::string& overdue_event_id, absl::string_view why, const Context& context) {
  Event event = context.NewEvent();
  auto& lifted = *event.mutable_response_overdue_lifted();
  lifted.set_overdue_event_id(overdue_event_id);
  lifted.set_proof_event_id(context.EventId(1));
  lifted.set_why(std::string(why));
  return event;
}

// The overdues that stand before the correction and are disproved by it.
void AddLifted(const State& state, const EntryCorrected& corrected, const Context& context, Events* events) {
  State after = state;
  const domain::EventRef ref{context.case_id, context.EventId(1), context.version, nullptr};
  Evolve(after, events->front(), ref);
  for (int i = 0; i < after.open_assignments_size(); ++i) {
    const v1::OpenAssignment& open = after.open_assignments(i);
    if (open.assignment_id() != corrected.event_id() || open.overdue_event_id().empty()) continue;
    if (DueOf(open.due()) > context.now) {
      events->push_back(Lifted(
          open.overdue_event_id(),
          absl::StrCat("The date was ", base::TimeText(DueOf(open.due())), " and had been entered wrongly."), context));
    }
  }
  for (const auto& settled : after.settled_assignments()) {
    if (settled.settled_event_id() != corrected.event_id() || settled.overdue_event_id().empty()) continue;
    const absl::Time settled_at = base::FromProto(settled.settled_at());
    if (settled_at < DueOf(settled.due())) {
      events->push_back(Lifted(settled.overdue_event_id(),
                               absl::StrCat("It was settled on ", base::TimeText(settled_at), ", before the date (",
                                            base::TimeText(DueOf(settled.due())),
                                            "); the time had been entered "
                                            "wrongly."),
                               context));
    }
  }
}

// A corrected due date must be one that could have been given.
std::optional<Rejection> CheckDue(const Event& entry, const EntryCorrected& corrected) {
  if (!entry.has_response_requested()) return std::nullopt;
  v1::OpenAssignment read;
  *read.mutable_occurred_at() = entry.occurred_at();
  *read.mutable_due() = entry.response_requested().due();
  if (!domain::ApplyCorrection(corrected, &read)) return std::nullopt;
  const absl::Time asked = base::FromProto(read.occurred_at());
  const absl::Time due = DueOf(read.due());
  if (due > asked && due <= asked + kGivenDateMax) return std::nullopt;
  return domain::Invalid("corrections",
                         absl::StrCat("a due date after ", base::TimeText(asked), " and not after ",
                                      base::TimeText(asked + kGivenDateMax)),
                         base::TimeText(due));
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
  const Event entry = *context.history->FindEvent(request.event_id());
  const EntryCorrected corrected = events.front().response_entry_corrected();
  if (auto no = CheckDue(entry, corrected)) return *std::move(no);
  if (auto no = RequireMayCorrect(state, entry, context)) return *std::move(no);
  AddLifted(state, corrected, context, &events);
  return outcome;
}

}  // namespace whistle::response
