// Carries out what is due: reads the store's agenda, and turns each due item into the commands its model asks for.
//
// Nothing is scheduled and nothing is remembered: an item is there while the state says so. A crash loses nothing, a
// replay fires nothing, and two instances that fire the same item are settled by the parent rule and the item's request
// id. One thread at a time.
#ifndef WHISTLE_LIBS_ENGINE_AGENDA_H_
#define WHISTLE_LIBS_ENGINE_AGENDA_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "libs/base/clock.h"
#include "libs/domain/model.h"
#include "libs/engine/command.h"
#include "libs/engine/observer.h"
#include "libs/engine/strand.h"
#include "libs/projection/store.h"

namespace whistle::engine {

struct AgendaOptions {
  // On a real clock an item waits this long past its time, so that it does not fire early on the recorded clock: how
  // far ahead an instance's clock may be (kDecidedAfterStampMax).
  absl::Duration grace = kDecidedAfterStampMax;
  // And up to this much more, different for each item and instance, so that instances seldom clash.
  absl::Duration spread = absl::Seconds(2);
  // How many items are carried out at once.
  size_t in_flight_max = 64;
  // An item that was carried out and is still there, or was refused, is tried again after this, doubling up to the
  // longest.
  absl::Duration retry_first = absl::Seconds(1);
  absl::Duration retry_max = absl::Minutes(5);
  // How long one command of an item may take.
  absl::Duration command_timeout = absl::Seconds(30);
  // Different for each instance.
  uint64_t seed = 1;
};

class AgendaRunner {
 public:
  struct World {
    const domain::Model* model = nullptr;
    const projection::Store* store = nullptr;
    const base::Clock* clock = nullptr;
    const base::Clock* wall_clock = nullptr;
    // The runner's own thread.
    std::shared_ptr<Executor> executor;
    Observer* observer = nullptr;
    // Hands a command to the strand of its case.
    std::function<void(Command)> submit;
    // Whether the case's partition decides now: nothing fires while it catches up, is halted, or the instance stops.
    std::function<bool(const std::string& case_id)> can_fire = [](const std::string&) { return true; };
    // FireDue may have something to do.
    std::function<void()> nudge = [] {};
  };

  AgendaRunner(World world, AgendaOptions options);
  ~AgendaRunner();

  // Starts what is due now and not under way or backed off. Errors are the store's.
  absl::Status FireDue();
  // When FireDue may have something new to do, on the wall clock, as far as the store knows now.
  absl::StatusOr<absl::Time> NextWake() const;

  // Carries out one item, due or not. `done` says whether it is gone from the agenda; once, on the runner's thread.
  void Fire(const common::v1::AgendaItem& item, absl::AnyInvocable<void(absl::Status) &&> done);

  // The first items due by `until` whose request ids are not in `skip`, in order of due time, case id and item; at most
  // `limit`.
  absl::StatusOr<std::vector<common::v1::AgendaItem>> Due(absl::Time until,
                                                          const absl::flat_hash_set<std::string>& skip,
                                                          size_t limit) const;

  size_t in_flight() const { return in_flight_.size(); }
  // Items that were carried out or refused and are still there. Any thread.
  size_t stuck() const { return stuck_; }

 private:
  struct Run;
  struct Backoff {
    absl::Time until;
    absl::Duration wait;
    bool stuck = false;
  };

  absl::Time ReadyAt(const common::v1::AgendaItem& item) const;
  void Step(const std::shared_ptr<Run>& run);
  void OnAnswer(const std::shared_ptr<Run>& run, const std::string& case_id, Answer answer);
  void Finish(const std::shared_ptr<Run>& run, absl::Status result);
  // Backs the item off; `stuck` if it should have gone and has not.
  void BackOff(const Run& run, bool stuck, const absl::Status& why);
  void Forget(const std::string& id);
  absl::StatusOr<std::shared_ptr<const google::protobuf::Message>> LoadState(const std::string& case_id) const;
  absl::StatusOr<bool> IsStillDue(const common::v1::AgendaItem& item) const;

  World world_;
  AgendaOptions options_;
  std::shared_ptr<AgendaRunner*> alive_;
  absl::flat_hash_map<std::string, std::shared_ptr<Run>> in_flight_;
  absl::flat_hash_map<std::string, Backoff> backed_off_;
  std::atomic<size_t> stuck_{0};
};

}  // namespace whistle::engine

#endif  // WHISTLE_LIBS_ENGINE_AGENDA_H_
