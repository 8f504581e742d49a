// One service's engine: a strand for every partition, the readers that feed them, the agenda, and the threads they run
// on.
//
//   auto engine = Engine::Start(options);
//   (*engine)->Submit(command);          // answered through command.done
//   (*engine)->Stop();
//
// Any thread may call any method. The journal, the store, the models and the clocks outlive the engine.
#ifndef WHISTLE_LIBS_ENGINE_ENGINE_H_
#define WHISTLE_LIBS_ENGINE_ENGINE_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_set.h"
#include "absl/functional/any_invocable.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "libs/base/clock.h"
#include "libs/domain/model.h"
#include "libs/engine/agenda.h"
#include "libs/engine/command.h"
#include "libs/engine/observer.h"
#include "libs/engine/strand.h"
#include "libs/journal/journal.h"
#include "libs/projection/store.h"

namespace whistle::engine {

struct EngineOptions {
  // The service's own model, and the registry's: every service folds the registry, and commands on it are decided here
  // too.
  const domain::Model* model = nullptr;
  const domain::Model* registry_model = nullptr;
  journal::Journal* journal = nullptr;
  projection::Store* store = nullptr;
  // The journal's kind of clock.
  const base::Clock* clock = nullptr;
  const base::Clock* wall_clock = nullptr;
  Observer* observer = nullptr;
  // Partitions are spread over this many threads.
  int threads = 1;
  // Whether due items fire by themselves. False on a virtual clock, where AdvanceClock fires them.
  bool fire_agenda = true;
  bool agenda_paused = false;
  // How long a journal may be out of reach before commands fail fast.
  absl::Duration unreachable_after = absl::Seconds(5);
  StrandOptions strand;
  AgendaOptions agenda;
};

enum class PartitionHealth { kCatchingUp, kLive, kHalted, kDiverged, kUnreachable };

struct PartitionStatus {
  base::PartitionId partition = base::PartitionId::Case(0);
  PartitionHealth health = PartitionHealth::kCatchingUp;
  std::string reason;
  std::optional<projection::v1::PartitionRow> row;
};

class Engine {
 public:
  // Opens every partition where the store left it, after checking that the journal still holds what was folded. A
  // partition that diverged does not fail the start: it is reported by Status, and its commands get UNAVAILABLE.
  // Errors: the store's or the journal's own.
  static absl::StatusOr<std::unique_ptr<Engine>> Start(EngineOptions options);
  ~Engine();

  // Everybody waiting is answered UNAVAILABLE; nothing is called back after it returned. Idempotent. Waits for what
  // each thread is folding at that moment (journal::ReadLimits, one read), never for the rest of a journal.
  void Stop();

  void Submit(Command command);

  // Calls `done`, on an engine thread, once the partition is folded up to `end` (exclusive); an error at the deadline
  // or on a halt.
  void AwaitPosition(base::PartitionId partition, base::Offset end, absl::Time deadline,
                     absl::AnyInvocable<void(absl::Status) &&> done);

  // Calls `done` once every partition is folded up to the end that the journal had at some moment after the call.
  void AwaitEnd(absl::Time deadline, absl::AnyInvocable<void(absl::Status) &&> done);

  std::shared_ptr<const registry::Registry> registry() const;
  std::vector<PartitionStatus> Status() const;
  // True once every partition has reached the end that the journal had at start, and none is ill.
  bool IsHealthy() const;

  void PauseAgenda() { agenda_paused_ = true; }
  void ResumeAgenda();
  bool agenda_paused() const { return agenda_paused_; }

  // For a virtual clock: the first items due by `until`, in order, at most `limit`; and carrying one out. `done` is
  // called on an engine thread. `skip` holds request ids (projection::AgendaRequestId) of items that are passed over.
  absl::StatusOr<std::vector<common::v1::AgendaItem>> Due(absl::Time until,
                                                          const absl::flat_hash_set<std::string>& skip, size_t limit);
  void Fire(const common::v1::AgendaItem& item, absl::AnyInvocable<void(absl::Status) &&> done);

  // Runs `still` on the calling thread while no record is folded, no command decided and nothing due fired here;
  // whoever asks meanwhile waits, and nobody is refused. For moments, not for work; not from an engine thread. The
  // length of the pause goes to `paused`. UNAVAILABLE when the engine is stopping; else what `still` answers.
  absl::Status WhileStill(absl::FunctionRef<absl::Status()> still, absl::Duration* paused);

  // Within WhileStill: the store was exchanged for one that holds something else at the same positions. What is kept in
  // memory of the old one is forgotten.
  absl::Status ReloadFromStore();

  // Commands that have not been answered, and agenda items that should have gone and have not.
  size_t unanswered() const;
  size_t stuck_items() const { return agenda_->stuck(); }

  const EngineOptions& options() const { return options_; }

 private:
  class Worker;
  struct Partition;

  explicit Engine(EngineOptions options);

  absl::Status OpenPartition(base::PartitionId id);
  void Drain(Partition& partition);
  void Halt(Partition& partition, PartitionHealth health, const absl::Status& cause);
  // The strand halted, by itself or told to.
  void OnHalted(Partition& partition, const absl::Status& why);
  absl::Status RegistryHealth() const;
  void Publish(Partition& partition);
  void PublishRegistry(Partition& registry_partition);
  void NudgeAgenda();
  Partition& PartitionFor(const std::string& case_id);
  Partition& PartitionAt(base::PartitionId id);
  const Partition& PartitionAt(base::PartitionId id) const;

  EngineOptions options_;
  std::atomic<bool> agenda_paused_;
  // Held shared while a caller's task is posted, so that none is posted to a worker that has ended.
  mutable absl::Mutex stop_mutex_;
  bool stopping_ ABSL_GUARDED_BY(stop_mutex_) = false;
  // Stop was called: nothing more is read, however much there is to catch up with.
  std::atomic<bool> done_reading_{false};
  std::atomic<bool> agenda_nudged_{false};

  mutable absl::Mutex registry_mutex_;
  std::shared_ptr<const registry::Registry> registry_ ABSL_GUARDED_BY(registry_mutex_);
  std::atomic<int64_t> registry_next_offset_{0};

  std::vector<std::shared_ptr<Worker>> workers_;
  // Index 0 is the registry's, then the cases'.
  std::vector<std::unique_ptr<Partition>> partitions_;
  std::unique_ptr<AgendaRunner> agenda_;
};

}  // namespace whistle::engine

#endif  // WHISTLE_LIBS_ENGINE_ENGINE_H_
