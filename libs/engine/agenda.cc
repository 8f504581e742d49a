#include "libs/engine/agenda.h"

#include <algorithm>
#include <utility>

#include "absl/hash/hash.h"
#include "absl/strings/str_cat.h"
#include "libs/base/hash.h"
#include "libs/base/proto.h"
#include "libs/base/status_macros.h"
#include "libs/base/time.h"

namespace whistle::engine {

using common::v1::AgendaItem;

namespace {

constexpr absl::string_view kMethod = "agenda";
constexpr size_t kScanRows = 256;
// However much is ready, the agenda is not looked at more often than this without being nudged.
constexpr absl::Duration kLookAgain = absl::Milliseconds(20);

}  // namespace

// One item being carried out.
struct AgendaRunner::Run {
  AgendaItem item;
  std::string id;
  int step = 0;
  // The state of the case that the last step decided on.
  std::shared_ptr<const google::protobuf::Message> answered;
  absl::Status last_refusal;
  absl::AnyInvocable<void(absl::Status) &&> done;
};

AgendaRunner::AgendaRunner(World world, AgendaOptions options)
    : world_(std::move(world)), options_(options), alive_(std::make_shared<AgendaRunner*>(this)) {}

AgendaRunner::~AgendaRunner() = default;

absl::Time AgendaRunner::ReadyAt(const AgendaItem& item) const {
  const uint64_t spread_ms = std::max<int64_t>(1, absl::ToInt64Milliseconds(options_.spread));
  const uint64_t share = absl::HashOf(options_.seed, item.case_id(), item.subject()) % spread_ms;
  return base::FromProto(item.due_at()) + options_.grace +
         absl::Milliseconds(options_.spread > absl::ZeroDuration() ? share : 0);
}

absl::Status AgendaRunner::FireDue() {
  const absl::Time now = world_.clock->Now();
  const absl::Time wall_now = world_.wall_clock->Now();
  absl::flat_hash_set<std::string> seen;
  std::string after;
  while (in_flight_.size() < options_.in_flight_max) {
    WHISTLE_ASSIGN_OR_RETURN(const auto rows, world_.store->ScanAgenda(now - options_.grace, after, kScanRows));
    for (const auto& row : rows) {
      if (in_flight_.size() >= options_.in_flight_max) return absl::OkStatus();
      const std::string id = projection::AgendaRequestId(row.item);
      seen.insert(id);
      const auto backoff = backed_off_.find(id);
      if (in_flight_.contains(id) || (backoff != backed_off_.end() && backoff->second.until > wall_now)) continue;
      if (ReadyAt(row.item) > now || !world_.can_fire(row.item.case_id())) continue;
      Fire(row.item, [](absl::Status) {});
    }
    if (rows.size() == kScanRows) {
      after = rows.back().cursor;
      continue;
    }
    // All that is due was seen: what is backed off and was not has gone by other means.
    std::vector<std::string> gone;
    for (const auto& [id, backoff] : backed_off_) {
      if (!seen.contains(id) && !in_flight_.contains(id)) gone.push_back(id);
    }
    for (const std::string& id : gone) Forget(id);
    return absl::OkStatus();
  }
  return absl::OkStatus();
}

absl::StatusOr<absl::Time> AgendaRunner::NextWake() const {
  // Whoever finishes nudges.
  if (in_flight_.size() >= options_.in_flight_max) return absl::InfiniteFuture();
  const absl::Time now = world_.clock->Now();
  const absl::Time wall_now = world_.wall_clock->Now();
  absl::Time next = absl::InfiniteFuture();
  for (const auto& [id, backoff] : backed_off_) {
    if (!in_flight_.contains(id)) next = std::min(next, backoff.until);
  }
  // One row more than those that are passed over is enough.
  const size_t rows_max = in_flight_.size() + backed_off_.size() + 1;
  WHISTLE_ASSIGN_OR_RETURN(const auto rows, world_.store->ScanAgenda(absl::InfiniteFuture(), "", rows_max));
  for (const auto& row : rows) {
    const std::string id = projection::AgendaRequestId(row.item);
    if (in_flight_.contains(id) || backed_off_.contains(id)) continue;
    next = std::min(next, wall_now + std::max(absl::ZeroDuration(), ReadyAt(row.item) - now));
    break;
  }
  // What is ready and cannot fire now (its partition is catching up) is looked at again, but not at once.
  return std::max(next, wall_now + kLookAgain);
}

absl::StatusOr<std::vector<AgendaItem>> AgendaRunner::Due(absl::Time until,
                                                          const absl::flat_hash_set<std::string>& skip,
                                                          size_t limit) const {
  WHISTLE_ASSIGN_OR_RETURN(auto rows, world_.store->ScanAgenda(until, "", skip.size() + limit));
  std::vector<AgendaItem> items;
  for (auto& row : rows) {
    if (items.size() == limit) break;
    if (skip.empty() || !skip.contains(projection::AgendaRequestId(row.item))) items.push_back(std::move(row.item));
  }
  return items;
}

void AgendaRunner::Fire(const AgendaItem& item, absl::AnyInvocable<void(absl::Status) &&> done) {
  auto run = std::make_shared<Run>();
  run->item = item;
  run->id = projection::AgendaRequestId(item);
  run->done = std::move(done);
  in_flight_[run->id] = run;
  world_.observer->OnAgendaFired(item, world_.clock->Now() - base::FromProto(item.due_at()));
  Step(run);
}

void AgendaRunner::Step(const std::shared_ptr<Run>& run) {
  const std::optional<domain::AgendaStep> step = world_.model->next_step(run->item, run->step, run->answered.get());
  if (!step) {
    const absl::StatusOr<bool> still_due = IsStillDue(run->item);
    if (!still_due.ok()) return Finish(run, still_due.status());
    if (!*still_due) return Finish(run, absl::OkStatus());
    return Finish(run, !run->last_refusal.ok() ? run->last_refusal
                                               : absl::InternalError("it was carried out and is still on the agenda"));
  }
  Command command;
  command.case_id = step->case_id;
  command.request_id = run->id;
  command.method = std::string(kMethod);
  command.fingerprint =
      base::Sha256({kMethod, absl::string_view("\0", 1), base::SerializeDeterministically(run->item)});
  command.deadline = world_.wall_clock->Now() + options_.command_timeout;
  command.decide = [decide = step->decide](const google::protobuf::Message& state, domain::Context& context) {
    context.actor.Clear();
    context.actor.set_kind(common::v1::ACTOR_KIND_AGENDA);
    return decide(state, context);
  };
  command.done = [weak = std::weak_ptr<AgendaRunner*>(alive_), executor = world_.executor, run,
                  case_id = step->case_id](Answer answer) mutable {
    executor->Post([weak = std::move(weak), run = std::move(run), case_id = std::move(case_id),
                    answer = std::move(answer)]() mutable {
      if (const auto runner = weak.lock()) (*runner)->OnAnswer(run, case_id, std::move(answer));
    });
  };
  world_.submit(std::move(command));
}

void AgendaRunner::OnAnswer(const std::shared_ptr<Run>& run, const std::string& case_id, Answer answer) {
  if (const auto* status = std::get_if<absl::Status>(&answer)) return Finish(run, *status);
  if (const auto* rejection = std::get_if<domain::Rejection>(&answer)) {
    run->last_refusal = absl::FailedPreconditionError(rejection->message);
  } else {
    run->last_refusal = absl::OkStatus();
  }
  auto state = LoadState(case_id);
  if (!state.ok()) return Finish(run, state.status());
  run->answered = *std::move(state);
  ++run->step;
  Step(run);
}

void AgendaRunner::Finish(const std::shared_ptr<Run>& run, absl::Status result) {
  in_flight_.erase(run->id);
  if (result.ok()) {
    Forget(run->id);
  } else {
    // The outside world's no is tried again quietly; ours is an alarm.
    const bool stuck = absl::IsFailedPrecondition(result) || absl::IsInternal(result) || absl::IsDataLoss(result);
    BackOff(*run, stuck, result);
  }
  std::move(run->done)(std::move(result));
  world_.nudge();
}

void AgendaRunner::BackOff(const Run& run, bool stuck, const absl::Status& why) {
  const auto [it, first] = backed_off_.try_emplace(run.id, Backoff{absl::InfinitePast(), options_.retry_first, false});
  Backoff& backoff = it->second;
  if (!first) backoff.wait = std::min(backoff.wait * 2, options_.retry_max);
  backoff.until = world_.wall_clock->Now() + backoff.wait;
  if (!stuck) return;
  if (!std::exchange(backoff.stuck, true)) ++stuck_;
  world_.observer->OnAgendaStuck(run.item, why.message(), backoff.wait);
}

void AgendaRunner::Forget(const std::string& id) {
  const auto it = backed_off_.find(id);
  if (it == backed_off_.end()) return;
  if (it->second.stuck) --stuck_;
  backed_off_.erase(it);
}

absl::StatusOr<std::shared_ptr<const google::protobuf::Message>> AgendaRunner::LoadState(
    const std::string& case_id) const {
  WHISTLE_ASSIGN_OR_RETURN(const auto row, world_.store->FindCase(case_id));
  std::shared_ptr<google::protobuf::Message> state = world_.model->new_state();
  if (row && !state->ParseFromString(row->state())) {
    return absl::DataLossError(absl::StrCat("the stored state of case ", case_id, " cannot be read"));
  }
  return state;
}

absl::StatusOr<bool> AgendaRunner::IsStillDue(const AgendaItem& item) const {
  WHISTLE_ASSIGN_OR_RETURN(const auto state, LoadState(item.case_id()));
  const std::string id = projection::AgendaRequestId(item);
  const std::vector<AgendaItem> items = world_.model->agenda(*state, item.case_id());
  return std::any_of(items.begin(), items.end(),
                     [&](const AgendaItem& other) { return projection::AgendaRequestId(other) == id; });
}

}  // namespace whistle::engine
