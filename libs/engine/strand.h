// One partition's commands: decided on the newest state, appended, and answered by what the journal made of them.
//
// The strand is a state machine without threads, sleeps or clocks of its own: everything comes in through its methods,
// all of them on one thread at a time (`Executor::Post` gets it back there), and `NextWake` says when it wants to be
// woken. So the very code that serves is the code that is attacked by the brute-force model
// (tests/simulation/engine_model).
//
// The five rules (DESIGN: How a command flows), each where the model showed it to be needed:
//   1 overlay: a command decides on the state with all pending decisions of its case applied, request ids included;
//   2 redo: only after the attempt's own verdict was read, matched by its hash, and the request id was looked up again;
//     who sees another instance's decision lose to its own gives way on that case;
//   3 unknown outcome: the attempt and everything built on it is answered UNAVAILABLE and leaves the overlay;
//   4 a refusal waits until what it rests on is the accepted truth at a position not before the journal's end as of the
//   call; 5 nobody waits on a dead reader.
#ifndef WHISTLE_LIBS_ENGINE_STRAND_H_
#define WHISTLE_LIBS_ENGINE_STRAND_H_

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/types/span.h"
#include "libs/base/clock.h"
#include "libs/engine/command.h"
#include "libs/engine/fold.h"
#include "libs/engine/observer.h"
#include "libs/journal/journal.h"
#include "libs/registry/registry.h"

namespace whistle::engine {

// Runs tasks one after another on the strand's thread. Post may be called from any thread, never runs the task before
// it returns, and drops it once the thread has ended.
class Executor {
 public:
  virtual ~Executor() = default;
  virtual void Post(absl::AnyInvocable<void() &&> task) = 0;
};

struct StrandOptions {
  // After seeing a foreign decision win, a command waits this long, plus as much again at random, before it is decided
  // again: instances that fight for a case take turns.
  absl::Duration redo_wait = absl::Milliseconds(3);
  // After seeing a foreign decision lose to its own, an instance sends nothing on that case for two of its round trips
  // and a little more, at most this long: the other one reads its verdict and sends again, and finds the head at rest.
  // Without it, whoever pipelines its commands wins hundreds of times in a row.
  absl::Duration give_way_max = absl::Milliseconds(200);
  // When an append was acknowledged and its record has not been read for this long, the reader is as good as dead.
  absl::Duration stalled_after = absl::Seconds(10);
  // The largest decision that is appended; the journal's own limit.
  size_t decision_bytes_max = journal::kRecordValueBytesMax;
  // How many events one decision may hold.
  int events_max = 64;
  // Seed of the strand's own randomness (waits, entropy).
  uint64_t seed = 1;
};

class Strand {
 public:
  // What the strand lives in. Everything outlives it.
  struct World {
    journal::Journal* journal = nullptr;
    // Says decided_at: the journal's kind of clock.
    const base::Clock* clock = nullptr;
    // Says deadlines and waits: always the wall clock.
    const base::Clock* wall_clock = nullptr;
    // Shared: a journal's callback may come when the strand is gone.
    std::shared_ptr<Executor> executor;
    Observer* observer = nullptr;
    // The newest folded registry, never null.
    std::function<std::shared_ptr<const registry::Registry>()> registry;
    // How far the registry's own partition is folded: the offset that is folded next.
    std::function<base::Offset()> registry_next_offset;
    // OK, or why the registry is folded no further: nobody waits for it then.
    std::function<absl::Status()> registry_health = [] { return absl::OkStatus(); };
    // Called once when the strand halts, with the reason as it came; CANCELLED for an orderly stop.
    std::function<void(const absl::Status& why)> on_halted = [](const absl::Status&) {};
  };

  Strand(std::unique_ptr<PartitionFold> fold, World world, StrandOptions options);
  ~Strand();
  Strand(const Strand&) = delete;
  Strand& operator=(const Strand&) = delete;

  // Takes a command; its `done` is called later, or before this returns.
  void Submit(Command command);

  // The next records of the partition. RESOURCE_EXHAUSTED: the store is full and nothing was folded; the same records
  // may be given again. Any other error halts the strand for good: everybody waiting gets UNAVAILABLE.
  absl::Status OnRecords(absl::Span<const journal::StoredRecord> records);

  // The registry was folded further, or will not be.
  void OnRegistry();

  // Deadlines and waits up to now.
  void OnWake();
  // When OnWake has something to do next; InfiniteFuture for never.
  absl::Time NextWake() const;

  // From now on, and for everybody waiting: UNAVAILABLE with this reason. `why` is not OK.
  void Halt(absl::Status why);
  // OK while the strand works.
  const absl::Status& health() const { return health_; }

  // Calls `done` once the partition is folded up to `end` (exclusive), or with an error at the deadline or when the
  // strand halts.
  void AwaitPosition(base::Offset end, absl::Time deadline, absl::AnyInvocable<void(absl::Status) &&> done);

  PartitionFold& fold() { return *fold_; }
  // Commands that have not been answered. Any thread.
  size_t unanswered() const { return unanswered_; }

 private:
  struct Pending;
  struct Attempt;
  struct CaseWork;
  struct PositionWaiter;
  class PendingHistory;
  using PendingPtr = std::shared_ptr<Pending>;
  using AttemptPtr = std::shared_ptr<Attempt>;

  absl::Time WallNow() const { return world_.wall_clock->Now(); }
  base::PartitionId partition() const { return fold_->options().partition; }

  // Decides a command on the newest state; appends, parks or answers it.
  void Start(const PendingPtr& pending);
  // True if the request id is known already and the command was dealt with.
  bool StartFromRequestId(const PendingPtr& pending, CaseWork& work);
  void AppendDecision(const PendingPtr& pending, CaseWork& work, const CaseSnapshot& before, domain::Context context,
                      domain::Events events);
  void OnAppended(const base::Digest& hash, absl::StatusOr<journal::Appended> result);

  void Park(const PendingPtr& pending, const std::optional<base::Digest>& rests_on, uint64_t registry_version,
            domain::Rejection rejection);
  void RequestFences(const PendingPtr& pending);
  // Answers the refusals of a case that are true at `position`, where `head` is the case's head; collects those to
  // decide again.
  void JudgeParked(const std::string& case_id, const std::optional<base::Digest>& head, base::Offset position,
                   std::vector<PendingPtr>& again);
  // JudgeParked for one case, at the position reached.
  void JudgeCase(const std::string& case_id);
  // The same for every case that has any.
  void JudgeAllParked();

  void OnFolded(const Folded& folded, std::vector<PendingPtr>& redo, std::vector<PendingPtr>& again);
  // Takes the attempt and everything after it out of the overlay, and gives them back; their own verdicts are still
  // awaited.
  std::vector<AttemptPtr> Doom(CaseWork& work, std::ptrdiff_t from);
  // Lets the others have their turn, if it is time to and nothing is pending; forgets the case if nothing is under way.
  void SettleCase(const std::string& case_id);

  void Answer(const PendingPtr& pending, engine::Answer answer);
  void AnswerAll(const Attempt& attempt, const engine::Answer& answer);
  common::v1::Receipt ReceiptFor(const Folded& folded) const;
  absl::StatusOr<common::v1::Receipt> StoredReceipt(const std::string& case_id, base::Version version) const;
  void WakePositionWaiters();
  absl::Duration RedoWait();
  std::string Entropy();
  std::string AttemptId();

  std::unique_ptr<PartitionFold> fold_;
  World world_;
  StrandOptions options_;
  absl::Status health_;
  // What is folded belongs to another history than the journal's: no position of it answers anybody.
  bool diverged_ = false;
  std::atomic<size_t> unanswered_{0};
  std::mt19937_64 random_;
  uint64_t last_number_ = 0;
  // Tasks posted by callbacks hold a weak pointer to it, and do nothing once the strand is gone.
  std::shared_ptr<Strand*> alive_;

  absl::flat_hash_map<std::string, CaseWork> work_;
  // Every attempt whose verdict is awaited, in an overlay or doomed.
  absl::flat_hash_map<base::Digest, AttemptPtr> attempts_;
  // Unanswered commands by deadline.
  std::set<std::pair<absl::Time, uint64_t>> deadlines_;
  absl::flat_hash_map<uint64_t, PendingPtr> pending_;
  // Commands waiting to be decided, or decided again, by time.
  std::multimap<absl::Time, PendingPtr> redo_at_;
  // Cases on which others have their turn, by when it is over.
  std::multimap<absl::Time, std::string> quiet_until_;
  // Commands that wait for a newer registry than is folded here.
  std::vector<PendingPtr> awaiting_registry_;
  std::multimap<base::Offset, std::shared_ptr<PositionWaiter>> position_waiters_;
  // Acknowledged appends that were not read yet: offset, and when they were acknowledged.
  std::map<base::Offset, absl::Time> unread_;
};

}  // namespace whistle::engine

#endif  // WHISTLE_LIBS_ENGINE_STRAND_H_
