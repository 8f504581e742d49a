// Corrections of this service's own entries.
#include <optional>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "libs/base/time.h"
#include "libs/domain/case_header.h"
#include "libs/domain/correction.h"
#include "libs/domain/terms.h"
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

std::string DayOf(const common::v1::DueDate& due) { return base::TimeText(base::FromProto(due.due_at())); }

// The entry with one more correction.
Event With(const EntryCorrected& corrected, Event entry) {
  domain::ApplyCorrection(corrected, &entry);
  domain::ApplyCorrection(corrected, domain::MutableBodyOf(&entry));
  return entry;
}

// One of the case's entries as it reads now; nothing if there is none.
std::optional<Event> Read(const State& state, const std::string& event_id, const Context& context) {
  auto entry = context.history->FindEvent(event_id);
  if (!entry) return std::nullopt;
  return domain::AsCorrected(event_id, *std::move(entry), state.corrections(), context);
}

std::optional<Rejection> CheckDue(const common::v1::DueDate& due, absl::Time occurred_at) {
  if (!due.has_due_at()) return std::nullopt;
  const absl::Time due_at = base::FromProto(due.due_at());
  if (due_at > occurred_at && due_at <= occurred_at + kGivenDateMax) return std::nullopt;
  return domain::Invalid("corrections", absl::StrCat("a date after ", base::TimeText(occurred_at)),
                         base::TimeText(due_at));
}

// What follows something else, entered as `event_id`, happened not before it.
std::optional<Rejection> CheckAfter(const State& state, const std::string& event_id, const Event& is,
                                    const Context& context) {
  const auto before = Read(state, event_id, context);
  if (!before || base::FromProto(is.occurred_at()) >= base::FromProto(before->occurred_at())) return std::nullopt;
  return domain::Invalid("corrections",
                         absl::StrCat("a time not before ", base::TimeText(base::FromProto(before->occurred_at()))),
                         base::TimeText(base::FromProto(is.occurred_at())));
}

const v1::Whistle* KeptWhistle(const State& state, const std::string& whistle_id) {
  for (const auto* whistles : {&state.open_whistles(), &state.settled_whistles()}) {
    for (const auto& whistle : *whistles) {
      if (whistle.whistle_id() == whistle_id) return &whistle;
    }
  }
  return nullptr;
}

std::optional<Rejection> CheckCalled(const State& state, const std::string& whistle_id, const Event& was,
                                     const Event& is) {
  std::set<std::string> once;
  const v1::Whistle* kept = KeptWhistle(state, whistle_id);
  for (int i = 0; i < is.whistle_blown().called_size(); ++i) {
    const std::string& department_id = is.whistle_blown().called(i).department().organization_id();
    if (!once.insert(department_id).second) {
      return domain::Invalid("corrections", "each organization once", department_id);
    }
    const std::string& before_id = was.whistle_blown().called(i).department().organization_id();
    if (before_id == department_id || kept == nullptr || kept->called(i).reported_event_id().empty()) continue;
    // Who came was called.
    return domain::Already("reported_in", before_id, kept->called(i).reported_event_id());
  }
  return std::nullopt;
}

std::optional<Rejection> CheckReport(const State& state, const std::string& event_id, const Event& is,
                                     const Context& context) {
  const auto& reported = is.department_reported_in();
  if (auto no = CheckAfter(state, reported.whistle_id(), is, context)) return no;
  const auto whistle = Read(state, reported.whistle_id(), context);
  if (!whistle) return std::nullopt;
  const v1::Whistle* kept = KeptWhistle(state, reported.whistle_id());
  for (int i = 0; i < whistle->whistle_blown().called_size(); ++i) {
    const auto& department = whistle->whistle_blown().called(i).department();
    if (department.organization_id() != reported.department().organization_id()) continue;
    if (kept == nullptr) return std::nullopt;
    const std::string& other = kept->called(i).reported_event_id();
    if (other.empty() || other == event_id) return std::nullopt;
    return domain::Already("reported_in", department.organization_id(), other);
  }
  return domain::Invalid("corrections", "a department that the whistle called",
                         reported.department().organization_id());
}

std::optional<Rejection> CheckBreach(const State& state, const Event& was, const Event& is, const Context& context) {
  const auto& broken = is.commitment_broken();
  if (broken.organization().organization_id() != was.commitment_broken().organization().organization_id() ||
      DayOf(broken.due()) != DayOf(was.commitment_broken().due())) {
    return domain::Invalid("corrections",
                           absl::StrCat("a correction of the commitment itself, ", broken.commitment_id()),
                           "who broke it, or its date");
  }
  if (broken.renounced()) return CheckAfter(state, broken.commitment_id(), is, context);
  const absl::Time occurred_at = base::FromProto(is.occurred_at());
  if (domain::HasPassed(broken.due(), occurred_at)) return std::nullopt;
  return domain::Invalid("corrections", absl::StrCat("a time from ", DayOf(broken.due()), " on"),
                         base::TimeText(occurred_at));
}

// The entry with its correction must be one that could have been made.
std::optional<Rejection> CheckCorrected(const State& state, const std::string& event_id, const Event& was,
                                        const Event& is, const Context& context) {
  const absl::Time occurred_at = base::FromProto(is.occurred_at());
  if (is.has_commitment_made()) return CheckDue(is.commitment_made().due(), occurred_at);
  if (is.has_item_listed()) return CheckDue(is.item_listed().due(), occurred_at);
  if (is.has_whistle_blown()) return CheckCalled(state, event_id, was, is);
  if (is.has_department_reported_in()) return CheckReport(state, event_id, is, context);
  if (is.has_commitment_kept()) return CheckAfter(state, is.commitment_kept().commitment_id(), is, context);
  if (is.has_commitment_broken()) return CheckBreach(state, was, is, context);
  if (is.has_whistle_unanswered() || is.has_coordination_deadline_approaching() ||
      is.has_coordination_overdue_lifted()) {
    return domain::Illegal("not_an_act", event_id, "a correction of the entry that it follows from",
                           absl::StrCat("event ", event_id, " was concluded, not entered"));
  }
  return std::nullopt;
}

// A date counts from the act that set it: where that act's time or a given date was wrong, it is counted again.
void AddFollowingDates(const State& state, const Event& was, const Event& is, const Context& context,
                       EntryCorrected* corrected) {
  const absl::Time start = base::FromProto(is.occurred_at());
  const bool moved = start != base::FromProto(was.occurred_at());
  const auto follow = [&](const std::string& path, const common::v1::DueDate& due_was,
                          const common::v1::DueDate& due_is) {
    if (!due_is.has_due_at() || (!moved && DayOf(due_was) == DayOf(due_is))) return;
    domain::AddFollowingDate(path, due_was,
                             domain::CountedAgain(due_is, start, domain::BasisOf(state.header(), context)), corrected);
  };
  for (int i = 0; i < is.whistle_blown().called_size(); ++i) {
    follow(absl::StrCat("called[", i, "].due"), was.whistle_blown().called(i).due(),
           is.whistle_blown().called(i).due());
  }
  if (is.has_commitment_made()) follow("due", was.commitment_made().due(), is.commitment_made().due());
  if (is.has_item_listed()) follow("due", was.item_listed().due(), is.item_listed().due());
}

// Why the correction disproves what is overdue; nothing if it does not.
using Why = std::optional<std::string>;

Why InTime(absl::string_view what, const std::optional<Event>& act, const common::v1::DueDate& due) {
  if (!act || domain::HasPassed(due, base::FromProto(act->occurred_at()))) return std::nullopt;
  return absl::StrCat(what, " on ", base::TimeText(base::FromProto(act->occurred_at())), ", before the date (",
                      DayOf(due), "); it had been entered wrongly.");
}

Why NotTheOne(const OrganizationRef& was, const OrganizationRef& is) {
  if (was.organization_id() == is.organization_id()) return std::nullopt;
  return absl::StrCat("It was ", is.name(), ", not ", was.name(), "; it had been entered wrongly.");
}

Why NotYet(const common::v1::DueDate& due, const Context& context) {
  if (domain::HasPassed(due, context.now)) return std::nullopt;
  return absl::StrCat("The date is ", DayOf(due), "; it had been entered wrongly.");
}

Why Disproved(const State& before, const State& after, const v1::Whistle& whistle, int i, const Event& is,
              const std::string& event_id, const Context& context) {
  const v1::Call& call = whistle.called(i);
  if (call.reported_event_id() == event_id) return InTime("The department came", is, call.due());
  if (whistle.whistle_id() != event_id) return std::nullopt;
  if (!call.reported_event_id().empty()) {
    return InTime("The department came", Read(after, call.reported_event_id(), context), call.due());
  }
  const v1::Whistle* was = KeptWhistle(before, event_id);
  if (auto why = NotTheOne(was->called(i).department(), call.department())) return why;
  return NotYet(call.due(), context);
}

// The overdues that stand before the correction and are disproved by it.
void AddLifted(const State& state, const State& after, const Event& was, const Event& is, const std::string& event_id,
               const Context& context, Events* events) {
  const auto lift = [&](const std::string& overdue_event_id, const Why& why) {
    if (why) events->push_back(Lifted(overdue_event_id, context.EventId(1), *why, context));
  };
  for (const auto* whistles : {&after.open_whistles(), &after.settled_whistles()}) {
    for (const auto& whistle : *whistles) {
      for (int i = 0; i < whistle.called_size(); ++i) {
        if (whistle.called(i).unanswered_event_id().empty()) continue;
        lift(whistle.called(i).unanswered_event_id(), Disproved(state, after, whistle, i, is, event_id, context));
      }
    }
  }
  const OrganizationRef& promised_was = was.commitment_made().organization();
  const OrganizationRef& promised_is = is.commitment_made().organization();
  for (const auto& kept : after.kept_commitments()) {
    if (kept.broken_event_id().empty()) continue;
    if (kept.kept_event_id() == event_id) lift(kept.broken_event_id(), InTime("It was kept", is, kept.due()));
    if (kept.commitment_id() != event_id) continue;
    const Why other = NotTheOne(promised_was, promised_is);
    lift(kept.broken_event_id(),
         other ? other : InTime("It was kept", Read(after, kept.kept_event_id(), context), kept.due()));
  }
  for (const auto& open : after.open_commitments()) {
    if (open.commitment_id() != event_id || open.broken_event_id().empty()) continue;
    const Why other = NotTheOne(promised_was, promised_is);
    const auto broken = context.history->FindEvent(open.broken_event_id());
    // What its maker renounced is broken whatever the date.
    const bool renounced = broken && broken->commitment_broken().renounced();
    lift(open.broken_event_id(), other || renounced ? other : NotYet(open.due(), context));
  }
}

// A whistle that is owed again takes a place among the open ones.
std::optional<Rejection> RequireRoom(const State& before, const State& after) {
  for (const auto& whistle : before.open_whistles()) {
    if (KeptWhistle(after, whistle.whistle_id()) == nullptr)
      return domain::OverLimit("open_whistles", kOpenWhistlesMax);
  }
  return std::nullopt;
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
  EntryCorrected& corrected = *events.front().mutable_coordination_entry_corrected();
  const Event was = *Read(state, request.event_id(), context);
  const Event is = With(corrected, was);
  if (auto no = CheckCorrected(state, request.event_id(), was, is, context)) return *std::move(no);
  if (auto no = RequireMayCorrect(state, was, context)) return *std::move(no);
  AddFollowingDates(state, was, is, context, &corrected);

  State after = state;
  const auto fold = [&](size_t from) {
    for (size_t i = from; i < events.size(); ++i) {
      const int number = static_cast<int>(i) + 1;
      Evolve(after, events[i], {context.case_id, context.EventId(number), context.version, nullptr});
    }
  };
  fold(0);
  AddLifted(state, after, was, is, request.event_id(), context, &events);
  fold(1);
  if (auto no = RequireRoom(state, after)) return *std::move(no);
  return outcome;
}

}  // namespace whistle::coordination
