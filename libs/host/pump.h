// Carries records from a partition of the journal to something that takes them one by one and may have no room.
//
// Used by the server streams. All work is done on one Pumps thread, so that neither gRPC's threads nor the journal's
// ever read or wait.
#ifndef WHISTLE_LIBS_HOST_PUMP_H_
#define WHISTLE_LIBS_HOST_PUMP_H_

#include <deque>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/synchronization/mutex.h"
#include "libs/journal/journal.h"

namespace whistle::host {

// One thread that runs tasks in order. Any thread may post; what is posted after Stop is dropped.
class Pumps {
 public:
  Pumps();
  ~Pumps();

  void Post(absl::AnyInvocable<void() &&> task);
  // Runs what is queued, then ends the thread. Idempotent.
  void Stop();

 private:
  void Run();

  absl::Mutex mutex_;
  std::deque<absl::AnyInvocable<void() &&>> tasks_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

// One partition, read in order. Made and used on the Pumps thread.
class Pump : public std::enable_shared_from_this<Pump> {
 public:
  enum class Taken { kYes, kNoRoom, kEnough };

  struct Sink {
    // Takes one record. kNoRoom: the same record is offered again after Wake. kEnough: the pump stops.
    std::function<Taken(const journal::StoredRecord&)> take;
    // How far records may be taken now (exclusive); asked before each batch.
    std::function<base::Offset()> limit;
    // Called when everything below `until` was taken, once, or with the journal's error.
    std::function<void(absl::Status)> done;
  };

  // From `from`, up to `until` (exclusive; the largest offset for ever). OUT_OF_RANGE beyond the journal's end.
  static absl::StatusOr<std::shared_ptr<Pump>> Start(Pumps* pumps, journal::Journal* journal,
                                                     base::PartitionId partition, base::Offset from, base::Offset until,
                                                     Sink sink);

  // There may be something new, or room again. Any thread.
  void Wake();
  // Lets go of the journal. On the Pumps thread.
  void Stop();

 private:
  Pump(Pumps* pumps, base::Offset next, base::Offset until, Sink sink)
      : pumps_(pumps), next_(next), until_(until), sink_(std::move(sink)) {}

  void Run();

  Pumps* const pumps_;
  base::Offset next_;
  const base::Offset until_;
  Sink sink_;
  std::unique_ptr<journal::Reader> reader_;
  std::deque<journal::StoredRecord> read_;
  bool stopped_ = false;
};

}  // namespace whistle::host

#endif  // WHISTLE_LIBS_HOST_PUMP_H_
