// Corrections of this service's own entries.
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/base/time.h"
#include "libs/domain/case_header.h"
#include "libs/domain/correction.h"
#include "libs/domain/validate.h"
#include "services/coordination/find.h"
#include "services/coordination/limits.h"
#include "services/coordination/model.h"

namespace whistle::coordination {
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
  if (entry.has_whistle_blown()) return &entry.whistle_blown().blown_by();
  if (entry.has_department_reported_in()) return &entry.department_reported_in().department();
  if (entry.has_meeting_convened()) return &entry.meeting_convened().convened_by();
  if (entry.has_meeting_held()) return &entry.meeting_held().held_by();
  if (entry.has_commitment_made()) return &entry.commitment_made().recorded_by();
  if (entry.has_commitment_kept()) return &entry.commitment_kept().organization();
  if (entry.has_commitment_broken()) return &entry.commitment_broken().organization();
  if (entry.has_item_listed()) return &entry.item_listed().listed_by();
  if (entry.has_item_cleared()) return &entry.item_cleared().listed_by();
  return nullptr;
}

std::optional<Rejection> RequireMayCorrect(const State& state, const Event& entry, const Context& context) {
  const OrganizationRef* actor = ActorOf(entry);
  if (actor != nullptr ? ActsForAny(state, {actor}, context) : ActsForAny(state, {}, context)) return std::nullopt;
  const std::string whose = actor == nullptr ? "" : absl::StrCat(actor->organization_id(), " (whose act it was), ");
  return domain::NotAuthorized("not_the_one", "context.actor",
                               absl::StrCat(whose, "the handler or a superior of either"), DescribeActor(context));
}

absl::Time DueOf(const common::v1::DueDate& due) { return base::FromProto(due.due_at()); }

// The entry with its correction: dates and organizations must be ones that could have been given.
std::optional<Rejection> CheckCorrected(const Event& entry, const EntryCorrected& corrected, const Context& context) {
  Event after = entry;
  const absl::Time occurred_at = [&] {
    v1::OpenItem read;
    *read.mutable_occurred_at() = entry.occurred_at();
    domain::ApplyCorrection(corrected, &read);
    return base::FromProto(read.occurred_at());
  }();
  const auto check_due = [&](const common::v1::DueDate& due) -> std::optional<Rejection> {
    if (!due.has_due_at() || (DueOf(due) > occurred_at && DueOf(due) <= occurred_at + kGivenDateMax)) {
      return std::nullopt;
    }
    return domain::Invalid("corrections", absl::StrCat("a date after ", base::TimeText(occurred_at)),
                           base::TimeText(DueOf(due)));
  };
  if (after.has_commitment_made()) {
    domain::ApplyCorrection(corrected, after.mutable_commitment_made());
    return check_due(after.commitment_made().due());
  }
  if (after.has_item_listed()) {
    domain::ApplyCorrection(corrected, after.mutable_item_listed());
    return check_due(after.item_listed().due());
  }
  std::set<std::string> once;
  const auto check_once = [&](const OrganizationRef& organization) -> std::optional<Rejection> {
    if (once.insert(organization.organization_id()).second) return std::nullopt;
    return domain::Invalid("corrections", "each organization once", organization.organization_id());
  };
  if (after.has_whistle_blown()) {
    domain::ApplyCorrection(corrected, after.mutable_whistle_blown());
    for (const auto& called : after.whistle_blown().called()) {
      if (auto no = check_once(called.department())) return no;
    }
  }
  if (after.has_department_reported_in()) {
    domain::ApplyCorrection(corrected, after.mutable_department_reported_in());
    const auto& reported = after.department_reported_in();
    const auto whistle = context.history->FindEvent(reported.whistle_id());
    if (!whistle) return std::nullopt;
    for (const auto& called : whistle->whistle_blown().called()) {
      if (called.department().organization_id() == reported.department().organization_id()) return std::nullopt;
    }
    return domain::Invalid("corrections", "a department that the whistle called",
                           reported.department().organization_id());
  }
  return std::nullopt;
}

// The overdues that stand before the correction and are disproved by it.
void AddLifted(const State& state, const EntryCorrected& corrected, const Context& context, Events* events) {
  State after = state;
  Evolve(after, events->front(), {context.case_id, context.EventId(1), context.version, nullptr});
  v1::OpenItem read;
  const bool dated = domain::ApplyCorrection(corrected, &read) && read.has_occurred_at();
  const absl::Time occurred_at = dated ? base::FromProto(read.occurred_at()) : absl::InfiniteFuture();
  const std::string was_wrong = "the time had been entered wrongly.";
  for (const auto* whistles : {&after.open_whistles(), &after.settled_whistles()}) {
    for (const auto& whistle : *whistles) {
      for (const auto& call : whistle.called()) {
        if (call.reported_event_id() != corrected.event_id() || call.unanswered_event_id().empty()) continue;
        if (occurred_at >= DueOf(call.due())) continue;
        events->push_back(Lifted(
            call.unanswered_event_id(), context.EventId(1),
            absl::StrCat("The department came on ", base::TimeText(occurred_at), ", before the date; ", was_wrong),
            context));
      }
    }
  }
  for (const auto& kept : after.kept_commitments()) {
    if (kept.kept_event_id() != corrected.event_id() || kept.broken_event_id().empty()) continue;
    if (occurred_at >= DueOf(kept.due())) continue;
    events->push_back(Lifted(
        kept.broken_event_id(), context.EventId(1),
        absl::StrCat("It was kept on ", base::TimeText(occurred_at), ", before the date; ", was_wrong), context));
  }
  for (const auto& open : after.open_commitments()) {
    if (open.commitment_id() != corrected.event_id() || open.broken_event_id().empty()) continue;
    const auto broken = context.history->FindEvent(open.broken_event_id());
    // What its maker renounced is broken whatever the date.
    if ((broken && broken->commitment_broken().renounced()) || DueOf(open.due()) <= context.now) continue;
    events->push_back(Lifted(
        open.broken_event_id(), context.EventId(1),
        absl::StrCat("The date is ", base::TimeText(DueOf(open.due())), "; it had been entered wrongly."), context));
  }
}

}  // namespace

Outcome Decide(const State& state, const v1::CorrectEntryRequest& request, const Context& context) {
  if (auto no = domain::RequireCase(state.header(), context)) return *std::move(no);
  static const domain::CorrectionLimits kLimits = {{"minutes", kMinutesBytesMax}, {"topics", kTopicBytesMax},
                                                   {"place", kPlaceBytesMax},     {"evidence.title", 500},
                                                   {"evidence.media_type", 100},  {"evidence.location", 1000}};
  Outcome outcome =
      domain::DecideCorrection(common::v1::SERVICE_COORDINATION, request.event_id(), request.corrections(),
                               request.why(), state.corrections(), kLimits, context);
  if (std::holds_alternative<Rejection>(outcome)) return outcome;
  Events& events = std::get<Events>(outcome);
  const Event entry = *context.history->FindEvent(request.event_id());
  const EntryCorrected corrected = events.front().coordination_entry_corrected();
  if (auto no = CheckCorrected(entry, corrected, context)) return *std::move(no);
  if (auto no = RequireMayCorrect(state, entry, context)) return *std::move(no);
  AddLifted(state, corrected, context, &events);
  return outcome;
}

}  // namespace whistle::coordination
