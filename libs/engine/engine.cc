#include "libs/engine/engine.h"

#include <algorithm>
#include <deque>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/check.h"
#include "libs/base/status_macros.h"
#include "libs/engine/divergence.h"
#include "whistle/registry/v1/state.pb.h"

namespace whistle::engine {
namespace {

// How long after a failed read the journal is asked again.
constexpr absl::Duration kReadRetry = absl::Milliseconds(200);
// How long after a store was full its records are folded again.
constexpr absl::Duration kFoldRetry = absl::Seconds(1);
// The agenda is looked at least this often: a wall clock can be set.
constexpr absl::Duration kAgendaLookMax = absl::Seconds(1);

}  // namespace

// A thread with a queue, and timed work for the strands that live on it.
class Engine::Worker final : public Executor {
 public:
  // `on_wake` runs on the thread whenever `next_wake` says so; both are called on it only.
  void Start(std::function<void()> on_wake, std::function<absl::Time()> next_wake) {
    on_wake_ = std::move(on_wake);
    next_wake_ = std::move(next_wake);
    started_ = true;
    thread_ = std::thread([this] { Run(); });
  }

  void Post(absl::AnyInvocable<void() &&> task) override {
    absl::MutexLock lock(&mutex_);
    if (stopped_) return;
    tasks_.push_back(std::move(task));
  }

  bool started() const { return started_; }

  // Runs what is queued, then ends the thread. What is posted later is dropped.
  void Stop() {
    {
      absl::MutexLock lock(&mutex_);
      stopped_ = true;
    }
    if (thread_.joinable()) thread_.join();
  }

 private:
  void Run() {
    while (true) {
      std::deque<absl::AnyInvocable<void() &&>> tasks;
      {
        const absl::Time wake = next_wake_();
        absl::MutexLock lock(&mutex_);
        const auto ready = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return stopped_ || !tasks_.empty(); };
        mutex_.AwaitWithDeadline(absl::Condition(&ready), wake);
        if (stopped_ && tasks_.empty()) return;
        tasks.swap(tasks_);
      }
      for (auto& task : tasks) std::move(task)();
      if (next_wake_() <= absl::Now()) on_wake_();
    }
  }

  absl::Mutex mutex_;
  std::deque<absl::AnyInvocable<void() &&>> tasks_ ABSL_GUARDED_BY(mutex_);
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  bool started_ = false;
  std::function<void()> on_wake_;
  std::function<absl::Time()> next_wake_;
  std::thread thread_;
};

struct Engine::Partition {
  base::PartitionId id = base::PartitionId::Case(0);
  Worker* worker = nullptr;
  std::unique_ptr<Strand> strand;
  std::unique_ptr<journal::Reader> reader;
  // A drain is queued.
  std::atomic<bool> ready{false};
  // On the worker's thread only.
  base::Offset catch_up_to;
  bool verify_first = false;
  // Read, and not folded because the store was full.
  std::vector<journal::StoredRecord> unfolded;
  absl::Time read_again_at = absl::InfiniteFuture();
  absl::Time unreachable_since = absl::InfiniteFuture();

  mutable absl::Mutex mutex;
  PartitionStatus status ABSL_GUARDED_BY(mutex);
};

Engine::Engine(EngineOptions options) : options_(std::move(options)), agenda_paused_(options_.agenda_paused) {}

Engine::~Engine() { Stop(); }

absl::StatusOr<std::unique_ptr<Engine>> Engine::Start(EngineOptions options) {
  WHISTLE_CHECK(options.model && options.registry_model && options.journal && options.store && options.clock &&
                    options.wall_clock && options.observer && options.threads >= 1,
                "an engine needs all its parts");
  std::unique_ptr<Engine> engine(new Engine(std::move(options)));
  for (int i = 0; i < engine->options_.threads; ++i) engine->workers_.push_back(std::make_shared<Worker>());
  {
    absl::MutexLock lock(&engine->registry_mutex_);
    engine->registry_ = std::make_shared<registry::Registry>(0, registry::v1::RegistryState());
  }
  for (const base::PartitionId id : journal::AllPartitions(engine->options_.journal->identity().partition_count)) {
    WHISTLE_RETURN_IF_ERROR(engine->OpenPartition(id));
  }
  AgendaRunner::World agenda_world{.model = engine->options_.model,
                                   .store = engine->options_.store,
                                   .clock = engine->options_.clock,
                                   .wall_clock = engine->options_.wall_clock,
                                   .executor = engine->workers_[0],
                                   .observer = engine->options_.observer,
                                   .submit = [raw = engine.get()](Command command) { raw->Submit(std::move(command)); },
                                   .can_fire =
                                       [raw = engine.get()](const std::string& case_id) {
                                         Partition& partition = raw->PartitionFor(case_id);
                                         absl::MutexLock lock(&partition.mutex);
                                         return partition.status.health == PartitionHealth::kLive;
                                       },
                                   .nudge = [raw = engine.get()] { raw->NudgeAgenda(); }};
  engine->agenda_ = std::make_unique<AgendaRunner>(std::move(agenda_world), engine->options_.agenda);
  engine->PublishRegistry(*engine->partitions_[0]);

  for (size_t i = 0; i < engine->workers_.size(); ++i) {
    Worker* worker = engine->workers_[i].get();
    std::vector<Partition*> mine;
    for (const auto& partition : engine->partitions_) {
      if (partition->worker == worker) mine.push_back(partition.get());
    }
    const bool runs_agenda = i == 0 && engine->options_.fire_agenda;
    // When the agenda is looked at next; on this worker's thread only.
    auto agenda_at = std::make_shared<absl::Time>(absl::InfinitePast());
    worker->Start(
        [raw = engine.get(), mine, runs_agenda, agenda_at] {
          const absl::Time now = absl::Now();
          for (Partition* partition : mine) {
            if (partition->strand->NextWake() <= now) partition->strand->OnWake();
            if (partition->read_again_at <= now) raw->Drain(*partition);
          }
          if (!runs_agenda || (*agenda_at > now && !raw->agenda_nudged_.exchange(false))) return;
          *agenda_at = now + kAgendaLookMax;
          if (raw->agenda_paused_) return;
          // A store that cannot be read halts its partitions by itself; the agenda simply looks again.
          if (const absl::Status fired = raw->agenda_->FireDue(); !fired.ok()) return;
          if (const auto next = raw->agenda_->NextWake(); next.ok()) *agenda_at = std::min(*agenda_at, *next);
        },
        [raw = engine.get(), mine, runs_agenda, agenda_at] {
          absl::Time next = absl::InfiniteFuture();
          for (Partition* partition : mine) {
            next = std::min({next, partition->strand->NextWake(), partition->read_again_at});
          }
          if (runs_agenda) next = raw->agenda_nudged_ ? absl::InfinitePast() : std::min(next, *agenda_at);
          return next;
        });
  }
  for (const auto& partition : engine->partitions_) {
    if (!partition->reader) continue;
    partition->ready = true;
    partition->worker->Post([raw = engine.get(), p = partition.get()] {
      p->ready = false;
      raw->Drain(*p);
    });
  }
  return engine;
}

absl::Status Engine::OpenPartition(base::PartitionId id) {
  const domain::Model* model = id.is_registry() ? options_.registry_model : options_.model;
  auto partition = std::make_unique<Partition>();
  Partition* raw = partition.get();
  raw->id = id;
  const std::shared_ptr<Worker>& worker = workers_[partitions_.size() % workers_.size()];
  raw->worker = worker.get();
  {
    absl::MutexLock lock(&raw->mutex);
    raw->status.partition = id;
  }
  PartitionFold::Options fold_options{
      .model = model, .store = options_.store, .partition = id, .identity = options_.journal->identity()};
  absl::Status ill;
  auto fold = PartitionFold::Open(fold_options);
  if (!fold.ok()) {
    if (!absl::IsDataLoss(fold.status())) return fold.status();
    ill = fold.status();
    // A strand of an empty fold stands in: it is halted at once, and answers.
    fold_options.identity.uuid = "";
    WHISTLE_ASSIGN_OR_RETURN(const auto row, options_.store->FindPartition(id));
    if (row) fold_options.identity.uuid = row->journal_uuid();
    WHISTLE_ASSIGN_OR_RETURN(fold, PartitionFold::Open(fold_options));
  }
  const base::Offset next = (*fold)->next_offset();
  StrandOptions strand_options = options_.strand;
  strand_options.seed += partitions_.size() * 7919;
  raw->strand = std::make_unique<Strand>(
      *std::move(fold),
      Strand::World{.journal = options_.journal,
                    .clock = options_.clock,
                    .wall_clock = options_.wall_clock,
                    .executor = worker,
                    .observer = options_.observer,
                    .registry = [this] { return registry(); },
                    .registry_next_offset = [this] { return base::Offset{registry_next_offset_.load()}; },
                    .registry_health = [this] { return RegistryHealth(); },
                    .on_halted = [this, raw](const absl::Status& why) { OnHalted(*raw, why); }},
      strand_options);
  if (ill.ok()) {
    // The last folded record is read again, and compared: a projection knows its journal.
    raw->verify_first = next.value > 0;
    const base::Offset from{raw->verify_first ? next.value - 1 : 0};
    auto reader = options_.journal->OpenReader(id, from, [this, raw] {
      if (raw->ready.exchange(true)) return;
      raw->worker->Post([this, raw] {
        raw->ready = false;
        Drain(*raw);
      });
    });
    if (reader.ok()) {
      raw->reader = *std::move(reader);
    } else if (absl::IsOutOfRange(reader.status())) {
      ill = absl::DataLossError(absl::StrCat("partition ", id.ToString()));
    } else {
      return reader.status();
    }
  }
  // How far there is to go until the projection may serve.
  absl::StatusOr<base::Offset> end = absl::UnavailableError("not asked");
  {
    absl::Mutex mutex;
    bool known = false;
    options_.journal->End(id, [&](absl::StatusOr<base::Offset> result) {
      absl::MutexLock lock(&mutex);
      end = std::move(result);
      known = true;
    });
    absl::MutexLock lock(&mutex);
    mutex.Await(absl::Condition(&known));
  }
  if (!end.ok()) return end.status();
  raw->catch_up_to = *end;
  if (ill.ok() && *end < next) ill = absl::DataLossError(absl::StrCat("partition ", id.ToString()));
  if (const auto& row = raw->strand->fold().row(); !ill.ok() && row) {
    ill = absl::DataLossError(
        absl::StrCat(ill.message(), ": ", FoldedText(*row), ", and ", JournalText(*options_.journal, id, *row, *end)));
  }
  partitions_.push_back(std::move(partition));
  if (!ill.ok()) Halt(*raw, PartitionHealth::kDiverged, ill);
  Publish(*raw);
  return absl::OkStatus();
}

void Engine::Drain(Partition& partition) {
  if (done_reading_ || !partition.reader || !partition.strand->health().ok()) return;
  partition.read_again_at = absl::InfiniteFuture();
  absl::StatusOr<std::vector<journal::StoredRecord>> records =
      partition.unfolded.empty() ? partition.reader->Read({}) : std::exchange(partition.unfolded, {});
  if (!records.ok()) {
    if (absl::IsDataLoss(records.status())) return Halt(partition, PartitionHealth::kDiverged, records.status());
    const absl::Time now = absl::Now();
    partition.unreachable_since = std::min(partition.unreachable_since, now);
    if (now - partition.unreachable_since >= options_.unreachable_after) {
      absl::MutexLock lock(&partition.mutex);
      partition.status.health = PartitionHealth::kUnreachable;
      partition.status.reason = std::string(records.status().message());
    }
    partition.read_again_at = now + kReadRetry;
    return;
  }
  partition.unreachable_since = absl::InfiniteFuture();
  absl::Span<const journal::StoredRecord> span(*records);
  if (partition.verify_first && !span.empty()) {
    partition.verify_first = false;
    const base::Digest found = base::Sha256(span.front().record.value);
    const std::string& expected = partition.strand->fold().row()->record_hash();
    if (found.bytes() != expected) {
      return Halt(partition, PartitionHealth::kDiverged,
                  absl::DataLossError(absl::StrCat("partition ", partition.id.ToString(), ": ",
                                                   FoldedText(*partition.strand->fold().row()),
                                                   ", and the journal holds hash ", found.ToHex(), " there")));
    }
    span.remove_prefix(1);
  }
  if (!span.empty()) {
    const absl::Status status = partition.strand->OnRecords(span);
    if (absl::IsResourceExhausted(status)) {
      partition.unfolded.assign(span.begin(), span.end());
      partition.read_again_at = absl::Now() + kFoldRetry;
      absl::MutexLock lock(&partition.mutex);
      partition.status.health = PartitionHealth::kUnreachable;
      partition.status.reason =
          absl::StrCat("the projection cannot be written: ", status.message(), "; make room and it goes on by itself");
      return;
    }
    if (!status.ok()) {
      Publish(partition);
      return Halt(partition, absl::IsDataLoss(status) ? PartitionHealth::kDiverged : PartitionHealth::kHalted, status);
    }
  }
  if (partition.id.is_registry() && !span.empty()) PublishRegistry(partition);
  Publish(partition);
  if (!span.empty()) NudgeAgenda();
  if (!records->empty() && !partition.ready.exchange(true)) {
    partition.worker->Post([this, &partition] {
      partition.ready = false;
      Drain(partition);
    });
  }
}

void Engine::Halt(Partition& partition, PartitionHealth health, const absl::Status& cause) {
  const absl::Status why = health == PartitionHealth::kDiverged ? Diverged(cause.message()) : cause;
  partition.strand->Halt(why);
  absl::MutexLock lock(&partition.mutex);
  partition.status.health = health;
  partition.status.reason = std::string(why.message());
}

void Engine::OnHalted(Partition& partition, const absl::Status& why) {
  if (absl::IsCancelled(why)) return;
  {
    absl::MutexLock lock(&partition.mutex);
    partition.status.health = absl::IsDataLoss(why) ? PartitionHealth::kDiverged : PartitionHealth::kHalted;
    partition.status.reason = std::string(why.message());
  }
  if (!partition.id.is_registry()) return;
  for (const auto& other : partitions_) {
    if (other->strand) other->worker->Post([strand = other->strand.get()] { strand->OnRegistry(); });
  }
}

absl::Status Engine::RegistryHealth() const {
  // The registry's own strand answers for itself, and is opened first.
  if (partitions_.empty()) return absl::OkStatus();
  const Partition& registry = *partitions_.front();
  absl::MutexLock lock(&registry.mutex);
  const PartitionHealth health = registry.status.health;
  if (health != PartitionHealth::kHalted && health != PartitionHealth::kDiverged) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat("the registry is not folded here any more: ", registry.status.reason));
}

void Engine::Publish(Partition& partition) {
  const bool caught_up = partition.strand->fold().next_offset() >= partition.catch_up_to && !partition.verify_first;
  absl::MutexLock lock(&partition.mutex);
  partition.status.row = partition.strand->fold().row();
  PartitionHealth& health = partition.status.health;
  if (health == PartitionHealth::kHalted || health == PartitionHealth::kDiverged) return;
  health = caught_up ? PartitionHealth::kLive : PartitionHealth::kCatchingUp;
  partition.status.reason.clear();
}

void Engine::PublishRegistry(Partition& registry_partition) {
  PartitionFold& fold = registry_partition.strand->fold();
  auto snapshot = fold.Load(std::string(journal::kRegistryCaseId));
  if (!snapshot.ok()) return Halt(registry_partition, PartitionHealth::kDiverged, snapshot.status());
  const auto& state = static_cast<const registry::v1::RegistryState&>(*(*snapshot)->state);
  {
    absl::MutexLock lock(&registry_mutex_);
    if (registry_->version() != (*snapshot)->version.value) {
      registry_ = std::make_shared<registry::Registry>((*snapshot)->version.value, state);
    }
  }
  registry_next_offset_ = fold.next_offset().value;
  for (const auto& partition : partitions_) {
    partition->worker->Post([strand = partition->strand.get()] { strand->OnRegistry(); });
  }
}

void Engine::NudgeAgenda() {
  if (!options_.fire_agenda || agenda_nudged_.exchange(true)) return;
  workers_[0]->Post([] {});
}

void Engine::ResumeAgenda() {
  agenda_paused_ = false;
  NudgeAgenda();
}

Engine::Partition& Engine::PartitionAt(base::PartitionId id) {
  return *partitions_[id.is_registry() ? 0 : static_cast<size_t>(id.index()) + 1];
}

Engine::Partition& Engine::PartitionFor(const std::string& case_id) {
  if (case_id == journal::kRegistryCaseId) return *partitions_[0];
  return PartitionAt(journal::PartitionForCase(case_id, options_.journal->identity().partition_count));
}

size_t Engine::unanswered() const {
  size_t count = 0;
  for (const auto& partition : partitions_) count += partition->strand->unanswered();
  return count;
}

void Engine::Submit(Command command) {
  absl::ReaderMutexLock stop_lock(&stop_mutex_);
  if (stopping_) {
    return std::move(command.done)(absl::UnavailableError("this instance is shutting down; retry"));
  }
  Partition& partition = PartitionFor(command.case_id);
  {
    absl::MutexLock lock(&partition.mutex);
    if (partition.status.health != PartitionHealth::kLive) {
      return std::move(command.done)(absl::UnavailableError(
          absl::StrCat("partition ", partition.id.ToString(), " is not ready to decide",
                       partition.status.reason.empty() ? ": it is catching up" : ": ", partition.status.reason)));
    }
  }
  partition.worker->Post([strand = partition.strand.get(), command = std::move(command)]() mutable {
    strand->Submit(std::move(command));
  });
}

void Engine::AwaitPosition(base::PartitionId id, base::Offset end, absl::Time deadline,
                           absl::AnyInvocable<void(absl::Status) &&> done) {
  absl::ReaderMutexLock stop_lock(&stop_mutex_);
  if (stopping_) return std::move(done)(absl::UnavailableError("this instance is shutting down"));
  const int count = options_.journal->identity().partition_count;
  if (!id.is_registry() && (id.index() < 0 || id.index() >= count)) {
    return std::move(done)(absl::InvalidArgumentError(
        absl::StrCat("min_position.partition: this journal has partitions 0 to ", count - 1, ", found ", id.index())));
  }
  Partition& partition = PartitionAt(id);
  partition.worker->Post([strand = partition.strand.get(), end, deadline, done = std::move(done)]() mutable {
    strand->AwaitPosition(end, deadline, std::move(done));
  });
}

void Engine::AwaitEnd(absl::Time deadline, absl::AnyInvocable<void(absl::Status) &&> done) {
  struct Gather {
    absl::Mutex mutex;
    size_t left ABSL_GUARDED_BY(mutex);
    absl::Status first_error ABSL_GUARDED_BY(mutex);
    absl::AnyInvocable<void(absl::Status) &&> done;

    void Arrive(const absl::Status& status) {
      absl::Status result;
      {
        absl::MutexLock lock(&mutex);
        first_error.Update(status);
        if (--left > 0) return;
        result = first_error;
      }
      std::move(done)(result);
    }
  };
  auto gather = std::make_shared<Gather>();
  {
    absl::MutexLock lock(&gather->mutex);
    gather->left = partitions_.size();
  }
  gather->done = std::move(done);
  for (const auto& partition : partitions_) {
    options_.journal->End(
        partition->id, [this, gather, id = partition->id, deadline](absl::StatusOr<base::Offset> end) {
          if (!end.ok()) return gather->Arrive(end.status());
          AwaitPosition(id, *end, deadline, [gather](absl::Status status) { gather->Arrive(status); });
        });
  }
}

std::shared_ptr<const registry::Registry> Engine::registry() const {
  absl::MutexLock lock(&registry_mutex_);
  return registry_;
}

std::vector<PartitionStatus> Engine::Status() const {
  std::vector<PartitionStatus> out;
  for (const auto& partition : partitions_) {
    absl::MutexLock lock(&partition->mutex);
    out.push_back(partition->status);
  }
  return out;
}

bool Engine::IsHealthy() const {
  return std::all_of(partitions_.begin(), partitions_.end(), [](const auto& partition) {
    absl::MutexLock lock(&partition->mutex);
    return partition->status.health == PartitionHealth::kLive;
  });
}

absl::StatusOr<std::vector<common::v1::AgendaItem>> Engine::Due(absl::Time until,
                                                                const absl::flat_hash_set<std::string>& skip,
                                                                size_t limit) {
  absl::Mutex mutex;
  bool known = false;
  absl::StatusOr<std::vector<common::v1::AgendaItem>> due = absl::UnknownError("not asked");
  {
    // Not held while waiting: the worker takes it too.
    absl::ReaderMutexLock stop_lock(&stop_mutex_);
    if (stopping_) return absl::UnavailableError("this instance is shutting down");
    workers_[0]->Post([&] {
      auto found = agenda_->Due(until, skip, limit);
      absl::MutexLock lock(&mutex);
      due = std::move(found);
      known = true;
    });
  }
  absl::MutexLock lock(&mutex);
  mutex.Await(absl::Condition(&known));
  return due;
}

void Engine::Fire(const common::v1::AgendaItem& item, absl::AnyInvocable<void(absl::Status) &&> done) {
  absl::ReaderMutexLock stop_lock(&stop_mutex_);
  if (stopping_) return std::move(done)(absl::UnavailableError("this instance is shutting down"));
  workers_[0]->Post([this, item, done = std::move(done)]() mutable { agenda_->Fire(item, std::move(done)); });
}

absl::Status Engine::WhileStill(absl::FunctionRef<absl::Status()> still, absl::Duration* paused) {
  absl::Mutex mutex;
  size_t standing = 0;
  size_t gone = 0;
  bool over = false;
  absl::Time since = absl::InfiniteFuture();
  {
    absl::ReaderMutexLock stop_lock(&stop_mutex_);
    if (stopping_) return absl::UnavailableError("this instance is shutting down");
    for (const auto& worker : workers_) {
      worker->Post([&] {
        absl::MutexLock lock(&mutex);
        ++standing;
        since = std::min(since, absl::Now());
        mutex.Await(absl::Condition(&over));
        ++gone;
      });
    }
  }
  const auto all = [this](const size_t& count) { return count == workers_.size(); };
  const auto all_stand = [&] { return all(standing); };
  const auto all_gone = [&] { return all(gone); };
  {
    absl::MutexLock lock(&mutex);
    mutex.Await(absl::Condition(&all_stand));
  }
  const absl::Status status = still();
  absl::MutexLock lock(&mutex);
  *paused = absl::Now() - since;
  over = true;
  // What they wait on is on this stack.
  mutex.Await(absl::Condition(&all_gone));
  return status;
}

absl::Status Engine::ReloadFromStore() {
  for (const auto& partition : partitions_) {
    WHISTLE_RETURN_IF_ERROR(partition->strand->fold().Reload());
    Publish(*partition);
  }
  {
    absl::MutexLock lock(&registry_mutex_);
    registry_ = std::make_shared<registry::Registry>(0, registry::v1::RegistryState());
  }
  PublishRegistry(*partitions_[0]);
  return absl::OkStatus();
}

void Engine::Stop() {
  done_reading_ = true;
  {
    absl::MutexLock lock(&stop_mutex_);
    if (std::exchange(stopping_, true)) return;
  }
  // No reader may call back any longer; then every strand answers whom it still has, on its own thread; then the
  // threads end.
  for (const auto& partition : partitions_) {
    const absl::Status why = absl::CancelledError("this instance is shutting down; retry with the same request id");
    if (!partition->worker->started()) {
      // The start failed half-way: nothing runs yet.
      partition->reader.reset();
      partition->strand->Halt(why);
      continue;
    }
    absl::Mutex mutex;
    bool halted = false;
    partition->worker->Post([&] {
      partition->reader.reset();
      partition->strand->Halt(why);
      absl::MutexLock lock(&mutex);
      halted = true;
    });
    absl::MutexLock lock(&mutex);
    mutex.Await(absl::Condition(&halted));
  }
  for (const auto& worker : workers_) worker->Stop();
}

}  // namespace whistle::engine
