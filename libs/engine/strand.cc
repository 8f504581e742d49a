#include "libs/engine/strand.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "libs/base/check.h"
#include "libs/base/proto.h"
#include "libs/base/time.h"
#include "libs/engine/records.h"
#include "libs/engine/strand_internal.h"

namespace whistle::engine {

using common::v1::Receipt;
using domain::Rejection;
using journal::v1::Decision;

struct Strand::PositionWaiter {
  absl::Time deadline;
  absl::AnyInvocable<void(absl::Status) &&> done;
};

// The case's past as a command sees it: what is stored, and the overlay.
class Strand::PendingHistory final : public domain::History {
 public:
  PendingHistory(const projection::Store& store, std::string case_id, const std::deque<AttemptPtr>& overlay)
      : store_(store), case_id_(std::move(case_id)), overlay_(overlay) {}

  std::optional<journal::v1::Event> FindEvent(absl::string_view event_id) const override {
    const auto parts = domain::ParseEventId(event_id);
    if (!parts) return std::nullopt;
    for (const AttemptPtr& attempt : overlay_) {
      if (attempt->after->version == parts->version) return EventAt(attempt->decision, parts->number);
    }
    const auto row = store_.FindTimeline(case_id_, parts->version);
    Decision decision;
    if (!row.ok() || !*row || !decision.ParseFromString((*row)->decision())) return std::nullopt;
    return EventAt(decision, parts->number);
  }

 private:
  static std::optional<journal::v1::Event> EventAt(const Decision& decision, int number) {
    if (number > decision.events_size()) return std::nullopt;
    return decision.events(number - 1);
  }

  const projection::Store& store_;
  std::string case_id_;
  const std::deque<AttemptPtr>& overlay_;
};

namespace {

constexpr size_t kAttemptIdBytes = 16;

// Rule 2: each attempt's verdict was read, and no other copy of it can count. Another call with the same request id may
// still succeed.
absl::Status Superseded() {
  return absl::AbortedError("the deadline passed while other decisions won; nothing of this call counts; retry");
}

absl::Status NoVerdict() {
  return absl::UnavailableError(
      "the deadline passed before the journal gave its verdict; retry with the same request id");
}

absl::string_view OutcomeWord(const Answer& answer) {
  if (const auto* receipt = std::get_if<Receipt>(&answer)) return receipt->replayed() ? "replayed" : "accepted";
  if (const auto* rejection = std::get_if<Rejection>(&answer)) {
    switch (rejection->detail.kind()) {
      case common::v1::REJECTION_KIND_INVALID:
        return "refused_invalid";
      case common::v1::REJECTION_KIND_NOT_FOUND:
        return "refused_not_found";
      case common::v1::REJECTION_KIND_ILLEGAL:
        return "refused_illegal";
      case common::v1::REJECTION_KIND_ALREADY:
        return "refused_already";
      case common::v1::REJECTION_KIND_NOT_AUTHORIZED:
        return "refused_not_authorized";
      case common::v1::REJECTION_KIND_LIMIT:
        return "refused_limit";
      case common::v1::REJECTION_KIND_REQUEST_ID_REUSED:
        return "refused_request_id_reused";
      default:
        return "refused";
    }
  }
  switch (std::get<absl::Status>(answer).code()) {
    case absl::StatusCode::kUnavailable:
      return "unavailable";
    case absl::StatusCode::kAborted:
      return "aborted";
    case absl::StatusCode::kDeadlineExceeded:
      return "deadline_exceeded";
    default:
      return "error";
  }
}

Rejection RequestIdReused(const Command& command) {
  Rejection rejection;
  rejection.detail.set_kind(common::v1::REJECTION_KIND_REQUEST_ID_REUSED);
  rejection.detail.set_reason("request_id_reused");
  rejection.detail.set_subject("context.request_id");
  rejection.detail.set_expected("the same method and the same request as the first time");
  rejection.detail.set_actual("another command");
  rejection.message =
      absl::StrCat("context.request_id: \"", command.request_id, "\" was used on case ", command.case_id,
                   " for another command; a retry must repeat the request as it was, a new command needs a new id");
  return rejection;
}

Rejection TooLarge(absl::string_view what, size_t found, size_t limit) {
  Rejection rejection;
  rejection.detail.set_kind(common::v1::REJECTION_KIND_LIMIT);
  rejection.detail.set_reason("decision_too_large");
  rejection.detail.set_subject(std::string(what));
  rejection.detail.set_expected(absl::StrCat("at most ", limit));
  rejection.detail.set_actual(absl::StrCat(found));
  rejection.message = absl::StrCat("the command makes ", found, " ", what, ", at most ", limit, "; split it");
  return rejection;
}

}  // namespace

Strand::Strand(std::unique_ptr<PartitionFold> fold, World world, StrandOptions options)
    : fold_(std::move(fold)),
      world_(std::move(world)),
      options_(options),
      random_(options.seed),
      alive_(std::make_shared<Strand*>(this)) {}

Strand::~Strand() { Halt(absl::CancelledError("this instance is shutting down; retry with the same request id")); }

void Strand::Submit(Command command) {
  auto pending = std::make_shared<Pending>();
  pending->number = ++last_number_;
  pending->command = std::move(command);
  pending->submitted_at = WallNow();
  pending_[pending->number] = pending;
  deadlines_.emplace(pending->command.deadline, pending->number);
  ++unanswered_;
  Start(pending);
}

void Strand::Start(const PendingPtr& pending) {
  if (pending->answered) return;
  const Command& command = pending->command;
  if (!health_.ok()) return Answer(pending, health_);
  if (WallNow() >= command.deadline) {
    if (pending->superseded == 0) {
      return Answer(pending, absl::DeadlineExceededError("the deadline passed before the command was decided"));
    }
    return Answer(pending, pending->KnownSuperseded() ? Superseded() : NoVerdict());
  }
  CaseWork& work = work_[command.case_id];
  if (StartFromRequestId(pending, work)) return SettleCase(command.case_id);
  if (work.gives_way && !work.overlay.empty()) return work.held.push_back(pending);
  if (work.quiet_until > WallNow()) {
    redo_at_.emplace(work.quiet_until, pending);
    return;
  }

  std::shared_ptr<const CaseSnapshot> before;
  if (!work.overlay.empty()) {
    before = work.overlay.back()->after;
  } else {
    auto loaded = fold_->Load(command.case_id);
    if (!loaded.ok()) return Halt(loaded.status());
    before = *std::move(loaded);
  }
  const std::shared_ptr<const registry::Registry> registry = world_.registry();
  if (const absl::Status registry_health = world_.registry_health(); !registry_health.ok()) {
    Answer(pending, absl::UnavailableError(registry_health.message()));
    return SettleCase(command.case_id);
  }
  if (registry->level() > fold_->options().level_known) {
    Answer(pending, absl::UnavailableError(absl::StrCat("decisions are written in level ", registry->level(),
                                                        " now and this build knows level ",
                                                        fold_->options().level_known, "; upgrade this service")));
    return SettleCase(command.case_id);
  }
  if (registry->version() < before->registry_version) {
    // The case was decided under a registry that this instance has not folded yet.
    awaiting_registry_.push_back(pending);
    return SettleCase(command.case_id);
  }
  const PendingHistory history(*fold_->options().store, command.case_id, work.overlay);
  domain::Context context;
  context.case_id = command.case_id;
  context.now = std::max(world_.clock->Now(), before->decided_at);
  context.occurred_at = context.now;
  context.version = before->version.Next();
  context.registry = registry.get();
  context.history = &history;
  context.entropy = Entropy();
  domain::Outcome outcome = command.decide(*before->state, context);
  if (auto* events = std::get_if<domain::Events>(&outcome)) {
    WHISTLE_CHECK(!events->empty(), "a command must record something or be refused");
    if (events->size() <= static_cast<size_t>(options_.events_max)) {
      return AppendDecision(pending, work, *before, std::move(context), std::move(*events));
    }
    outcome = TooLarge("events", events->size(), options_.events_max);
  }
  Park(pending, before->head, registry->version(), std::get<Rejection>(std::move(outcome)));
}

bool Strand::StartFromRequestId(const PendingPtr& pending, CaseWork& work) {
  const Command& command = pending->command;
  if (const auto it = work.by_request.find({command.client, command.request_id}); it != work.by_request.end()) {
    const AttemptPtr& attempt = it->second;
    if (attempt->decision.request().fingerprint() == command.fingerprint.bytes()) {
      pending->in_flight = true;
      attempt->waiters.push_back(pending);
    } else {
      Park(pending, work.overlay.back()->hash, world_.registry()->version(), RequestIdReused(command));
    }
    return true;
  }
  const auto row = fold_->options().store->FindRequest({command.case_id, command.client, command.request_id});
  if (!row.ok()) {
    Halt(row.status());
    return true;
  }
  if (!*row) return false;
  // What is stored was accepted, for ever: neither answer needs to wait.
  if ((*row)->fingerprint() != command.fingerprint.bytes()) {
    Answer(pending, RequestIdReused(command));
    return true;
  }
  auto receipt = StoredReceipt(command.case_id, base::Version{(*row)->version()});
  if (!receipt.ok()) {
    Halt(receipt.status());
    return true;
  }
  Answer(pending, *std::move(receipt));
  return true;
}

void Strand::AppendDecision(const PendingPtr& pending, CaseWork& work, const CaseSnapshot& before,
                            domain::Context context, domain::Events events) {
  const Command& command = pending->command;
  auto attempt = std::make_shared<Attempt>();
  Decision& decision = attempt->decision;
  decision.set_case_id(command.case_id);
  if (before.head) decision.set_parent(before.head->ToBytes());
  decision.mutable_request()->set_client(command.client);
  decision.mutable_request()->set_request_id(command.request_id);
  decision.mutable_request()->set_fingerprint(command.fingerprint.ToBytes());
  decision.mutable_request()->set_attempt(AttemptId());
  decision.set_service(fold_->options().model->service);
  *decision.mutable_decided_at() = base::ToProto(context.now);
  decision.set_level(context.registry->level());
  *decision.mutable_actor() = context.actor;
  decision.set_registry_version(context.registry->version());
  for (journal::v1::Event& event : events) *decision.add_events() = std::move(event);

  std::string bytes = base::SerializeDeterministically(decision);
  if (bytes.size() > options_.decision_bytes_max) {
    return Park(pending, before.head, context.registry->version(),
                TooLarge("bytes", bytes.size(), options_.decision_bytes_max));
  }
  attempt->hash = base::Sha256(bytes);
  attempt->parent = before.head;
  attempt->sent_at = WallNow();
  attempt->after = fold_->Evolve(before, decision, attempt->hash);
  attempt->waiters.push_back(pending);
  pending->in_flight = true;
  work.overlay.push_back(attempt);
  work.by_request[{command.client, command.request_id}] = attempt;
  attempts_[attempt->hash] = attempt;

  journal::Record record = MakeRecord(decision, attempt->hash, std::move(bytes));
  world_.journal->Append(partition(), std::move(record),
                         [weak = std::weak_ptr<Strand*>(alive_), executor = world_.executor,
                          hash = attempt->hash](absl::StatusOr<journal::Appended> result) mutable {
                           executor->Post([weak = std::move(weak), hash, result = std::move(result)]() mutable {
                             if (const auto strand = weak.lock()) (*strand)->OnAppended(hash, std::move(result));
                           });
                         });
}

void Strand::OnAppended(const base::Digest& hash, absl::StatusOr<journal::Appended> result) {
  if (result.ok()) {
    if (result->offset >= fold_->next_offset()) unread_[result->offset] = WallNow();
    return;
  }
  const auto it = attempts_.find(hash);
  if (it == attempts_.end()) return;  // Its verdict came first.
  const AttemptPtr failed = it->second;
  const bool never_appended = absl::IsResourceExhausted(result.status()) || absl::IsInvalidArgument(result.status());
  // Rule 3. A refused append never appears, an unknown one may; either way nothing may be built on it any longer.
  const absl::Status answer =
      never_appended
          ? result.status()
          : absl::UnavailableError(absl::StrCat("the outcome of the append is not known (", result.status().message(),
                                                "); retry with the same request id"));
  const std::string case_id = failed->decision.case_id();
  CaseWork& work = work_[case_id];
  const auto at = std::find(work.overlay.begin(), work.overlay.end(), failed);
  std::vector<AttemptPtr> lost;
  if (at != work.overlay.end()) lost = Doom(work, at - work.overlay.begin());
  // What was built on a refused append cannot count: its own verdict will say so, and it is decided again.
  if (never_appended || lost.empty()) lost = {failed};
  for (const AttemptPtr& attempt : lost) {
    attempts_.erase(attempt->hash);
    AnswerAll(*attempt, answer);
  }
  JudgeAllParked();
  SettleCase(case_id);
}

absl::Status Strand::OnRecords(absl::Span<const journal::StoredRecord> records) {
  if (!health_.ok()) return health_;
  absl::StatusOr<std::vector<Folded>> folded = fold_->Fold(records);
  const absl::Status status = folded.status();
  const std::vector<Folded> results = folded.ok() ? *std::move(folded) : fold_->TakeFolded();
  std::vector<PendingPtr> redo;
  std::vector<PendingPtr> again;
  for (const Folded& one : results) OnFolded(one, redo, again);
  unread_.erase(unread_.begin(), unread_.lower_bound(fold_->next_offset()));
  if (!results.empty()) world_.observer->OnFolded(partition(), *fold_->row());
  // A full disk: nothing was folded, and the same records can be folded once there is room.
  if (absl::IsResourceExhausted(status)) return status;
  if (!status.ok()) {
    Halt(status);
    return status;
  }
  const absl::Time now = WallNow();
  for (PendingPtr& pending : redo) redo_at_.emplace(now + RedoWait(), std::move(pending));
  for (const PendingPtr& pending : again) Start(pending);
  JudgeAllParked();
  WakePositionWaiters();
  for (const Folded& one : results) SettleCase(one.case_id);
  return absl::OkStatus();
}

void Strand::OnFolded(const Folded& folded, std::vector<PendingPtr>& redo, std::vector<PendingPtr>& again) {
  if (folded.kind == Folded::Kind::kMalformed) {
    world_.observer->OnQuarantined(partition(), folded.offset, folded.reason);
  }
  AttemptPtr attempt;
  if (const auto it = attempts_.find(folded.hash); it != attempts_.end()) {
    attempt = it->second;
    attempts_.erase(it);
  }
  // The attempt, where it did not count, and what was built on it.
  std::vector<AttemptPtr> doomed;
  const auto work = work_.find(attempt ? attempt->decision.case_id() : folded.case_id);
  if (work != work_.end()) {
    std::deque<AttemptPtr>& overlay = work->second.overlay;
    const bool lost = folded.kind == Folded::Kind::kSupersededByParent;
    if (attempt) {
      work->second.round_trip = WallNow() - attempt->sent_at;
      // Who lost need not give way.
      if (lost) work->second.gives_way = false;
    } else if (lost && !overlay.empty()) {
      work->second.gives_way = true;
    }
    const auto at = std::find(overlay.begin(), overlay.end(), attempt);
    if (folded.kind == Folded::Kind::kAccepted) {
      if (attempt && at == overlay.begin() && at != overlay.end()) {
        work->second.by_request.erase({attempt->decision.request().client(), attempt->decision.request().request_id()});
        attempt->in_overlay = false;
        overlay.pop_front();
      }
      // A foreign decision won: what is pending was built on a head that is no longer.
      if (!overlay.empty() && overlay.front()->parent != folded.hash) Doom(work->second, 0);
    } else if (attempt && at != overlay.end()) {
      doomed = Doom(work->second, at - overlay.begin());
    }
  }
  if (attempt) {
    switch (folded.kind) {
      case Folded::Kind::kAccepted:
        AnswerAll(*attempt, ReceiptFor(folded));
        break;
      case Folded::Kind::kSupersededByParent:
        // Rule 2: this is the attempt's own verdict; only now it is known not to have happened.
        world_.observer->OnSuperseded(std::any_of(attempt->waiters.begin(), attempt->waiters.end(),
                                                  [](const PendingPtr& pending) { return !pending->answered; }));
        for (PendingPtr& pending : attempt->waiters) {
          if (pending->answered) continue;
          pending->in_flight = false;
          ++pending->superseded;
          redo.push_back(std::move(pending));
        }
        break;
      case Folded::Kind::kSupersededByTime:
        world_.observer->OnSuperseded(false);
        AnswerAll(*attempt, absl::UnavailableError(absl::StrCat(
                                "the decision does not count: this instance's clock said ",
                                base::TimeText(folded.decided_at), " and the journal's ", base::TimeText(folded.stamp),
                                ", more than ", absl::FormatDuration(kDecidedBeforeStampMax), " late or ",
                                absl::FormatDuration(kDecidedAfterStampMax), " early; set the clock right and retry")));
        // If it was early, a second copy of it counts when its time has come, and then so may one of theirs.
        for (const AttemptPtr& built_on_it : doomed) {
          for (const PendingPtr& pending : built_on_it->waiters) pending->may_count_yet = true;
        }
        break;
      case Folded::Kind::kMalformed:
      case Folded::Kind::kGenesis:
        AnswerAll(*attempt, absl::InternalError(
                                absl::StrCat("this instance wrote a record that does not count: ", folded.reason)));
        break;
    }
  }
  if (folded.kind == Folded::Kind::kAccepted) {
    JudgeParked(folded.case_id, folded.hash, folded.offset.Next(), again);
  }
}

std::vector<Strand::AttemptPtr> Strand::Doom(CaseWork& work, std::ptrdiff_t from) {
  std::vector<AttemptPtr> doomed(work.overlay.begin() + from, work.overlay.end());
  work.overlay.erase(work.overlay.begin() + from, work.overlay.end());
  for (const AttemptPtr& attempt : doomed) {
    attempt->in_overlay = false;
    work.by_request.erase({attempt->decision.request().client(), attempt->decision.request().request_id()});
  }
  return doomed;
}

void Strand::SettleCase(const std::string& case_id) {
  const auto it = work_.find(case_id);
  if (it == work_.end() || !it->second.overlay.empty()) return;
  CaseWork& work = it->second;
  const absl::Time now = WallNow();
  if (std::exchange(work.gives_way, false)) {
    work.quiet_until = now + std::min(2 * work.round_trip + RedoWait(), options_.give_way_max);
    quiet_until_.emplace(work.quiet_until, case_id);
  }
  for (PendingPtr& pending : std::exchange(work.held, {})) {
    redo_at_.emplace(std::max(now, work.quiet_until), std::move(pending));
  }
  if (work.parked.empty() && work.quiet_until <= now) work_.erase(it);
}

// Different every time, so that instances that fight for a case take turns.
absl::Duration Strand::RedoWait() {
  return options_.redo_wait * (1.0 + static_cast<double>(random_() % 1000) / 1000.0);
}

void Strand::OnWake() {
  const absl::Time now = WallNow();
  if (!unread_.empty() && health_.ok() && now - unread_.begin()->second >= options_.stalled_after) {
    // Rule 5. What was acknowledged is in the journal, and this reader does not come to it.
    const absl::Status stalled = absl::UnavailableError(absl::StrCat(
        "partition ", partition().ToString(), " was not read for ", absl::FormatDuration(options_.stalled_after),
        " though records are there; retry with the same request id"));
    unread_.clear();
    work_.clear();
    attempts_.clear();
    redo_at_.clear();
    quiet_until_.clear();
    std::vector<PendingPtr> waiting;
    for (const auto& [number, pending] : pending_) waiting.push_back(pending);
    for (const PendingPtr& pending : waiting) Answer(pending, stalled);
    for (auto& [end, waiter] : std::exchange(position_waiters_, {})) std::move(waiter->done)(stalled);
  }
  while (!quiet_until_.empty() && quiet_until_.begin()->first <= now) {
    const std::string case_id = std::move(quiet_until_.begin()->second);
    quiet_until_.erase(quiet_until_.begin());
    SettleCase(case_id);
  }
  std::vector<PendingPtr> due;
  while (!redo_at_.empty() && redo_at_.begin()->first <= now) {
    due.push_back(std::move(redo_at_.begin()->second));
    redo_at_.erase(redo_at_.begin());
  }
  for (const PendingPtr& pending : due) Start(pending);
  while (!deadlines_.empty() && deadlines_.begin()->first <= now) {
    const PendingPtr pending = pending_.at(deadlines_.begin()->second);
    if (pending->KnownSuperseded() && !pending->in_flight && !pending->rejection) {
      Answer(pending, Superseded());
    } else {
      Answer(pending, NoVerdict());
    }
  }
  std::erase_if(awaiting_registry_, [](const PendingPtr& pending) { return pending->answered; });
  for (auto it = position_waiters_.begin(); it != position_waiters_.end();) {
    if (it->second->deadline > now) {
      ++it;
      continue;
    }
    const std::shared_ptr<PositionWaiter> waiter = it->second;
    const base::Offset end = it->first;
    it = position_waiters_.erase(it);
    std::move(waiter->done)(absl::UnavailableError(
        absl::StrCat("partition ", partition().ToString(), " is folded up to offset ", fold_->next_offset().value,
                     " and did not reach ", end.value, " before the deadline; retry")));
  }
}

absl::Time Strand::NextWake() const {
  absl::Time next = absl::InfiniteFuture();
  if (!deadlines_.empty()) next = std::min(next, deadlines_.begin()->first);
  if (!redo_at_.empty()) next = std::min(next, redo_at_.begin()->first);
  if (!quiet_until_.empty()) next = std::min(next, quiet_until_.begin()->first);
  if (!unread_.empty()) next = std::min(next, unread_.begin()->second + options_.stalled_after);
  for (const auto& [end, waiter] : position_waiters_) next = std::min(next, waiter->deadline);
  // The clock says whole milliseconds: woken within one, OnWake would find nothing due yet.
  if (next == absl::InfiniteFuture()) return next;
  const absl::Time whole = absl::FromUnixMillis(absl::ToUnixMillis(next));
  return whole < next ? whole + absl::Milliseconds(1) : whole;
}

void Strand::Halt(absl::Status why) {
  if (!health_.ok()) return;
  // Waiters must retry elsewhere or later, whatever stopped this partition.
  health_ = absl::UnavailableError(why.message());
  diverged_ = absl::IsDataLoss(why);
  world_.observer->OnHalted(partition(), why);
  world_.on_halted(why);
  std::vector<PendingPtr> waiting;
  for (const auto& [number, pending] : pending_) waiting.push_back(pending);
  for (const PendingPtr& pending : waiting) Answer(pending, health_);
  work_.clear();
  attempts_.clear();
  redo_at_.clear();
  quiet_until_.clear();
  awaiting_registry_.clear();
  unread_.clear();
  for (auto& [end, waiter] : std::exchange(position_waiters_, {})) std::move(waiter->done)(health_);
}

void Strand::AwaitPosition(base::Offset end, absl::Time deadline, absl::AnyInvocable<void(absl::Status) &&> done) {
  if (diverged_) return std::move(done)(absl::DataLossError(health_.message()));
  if (fold_->next_offset() >= end) return std::move(done)(absl::OkStatus());
  if (!health_.ok()) return std::move(done)(health_);
  if (WallNow() >= deadline) {
    return std::move(done)(absl::UnavailableError(
        absl::StrCat("partition ", partition().ToString(), " has not reached offset ", end.value, "; retry")));
  }
  position_waiters_.emplace(end, std::make_shared<PositionWaiter>(PositionWaiter{deadline, std::move(done)}));
}

void Strand::WakePositionWaiters() {
  while (!position_waiters_.empty() && position_waiters_.begin()->first <= fold_->next_offset()) {
    const std::shared_ptr<PositionWaiter> waiter = position_waiters_.begin()->second;
    position_waiters_.erase(position_waiters_.begin());
    std::move(waiter->done)(absl::OkStatus());
  }
}

void Strand::Answer(const PendingPtr& pending, engine::Answer answer) {
  if (pending->answered) return;
  // An instance that was held up finds the verdict when nobody waits for it any more; the retry gets it.
  if (WallNow() > pending->command.deadline && !std::holds_alternative<absl::Status>(answer)) {
    answer = absl::UnavailableError("the verdict came after the deadline; retry with the same request id");
  }
  pending->answered = true;
  deadlines_.erase({pending->command.deadline, pending->number});
  pending_.erase(pending->number);
  --unanswered_;
  world_.observer->OnCommand(pending->command.method, OutcomeWord(answer), WallNow() - pending->submitted_at,
                             pending->command.case_id, pending->command.request_id);
  std::move(pending->command.done)(std::move(answer));
}

void Strand::AnswerAll(const Attempt& attempt, const engine::Answer& answer) {
  bool first = true;
  for (const PendingPtr& pending : attempt.waiters) {
    engine::Answer mine = answer;
    // Whoever joined a pending attempt of the same request id gets the first one's receipt.
    if (auto* receipt = std::get_if<Receipt>(&mine)) receipt->set_replayed(!first);
    first = false;
    Answer(pending, std::move(mine));
  }
}

Receipt Strand::ReceiptFor(const Folded& folded) const {
  return MakeReceipt(folded.case_id, folded.version, folded.hash, partition(), folded.offset, folded.event_count,
                     folded.recorded_at);
}

absl::StatusOr<Receipt> Strand::StoredReceipt(const std::string& case_id, base::Version version) const {
  return ReadReceipt(*fold_->options().store, case_id, version);
}

std::string Strand::Entropy() { return absl::StrFormat("%016x%016x", random_(), random_()); }

std::string Strand::AttemptId() {
  std::string id(kAttemptIdBytes, '\0');
  for (char& byte : id) byte = static_cast<char>(random_());
  return id;
}

}  // namespace whistle::engine
