// Moves a virtual clock over all services of a process: from one due item to the next, letting everything come to rest
// in between.
//
// Items fire in order of due time, case id, service, item, each at its own time. Those of different cases that are due
// at one moment are carried out together, for no case sees another: of each case the first, and the next one when
// everything is at rest. What concerns two cases (a merge to be answered, say) goes alone. What is due at the present
// moment fires without anybody moving the clock. One thread of its own does all of it; any thread may call.
#ifndef WHISTLE_LIBS_HOST_VIRTUAL_TIME_H_
#define WHISTLE_LIBS_HOST_VIRTUAL_TIME_H_

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_set.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "libs/base/clock.h"
#include "libs/host/hosted_service.h"
#include "whistle/operations/v1/service.pb.h"

namespace whistle::host {

class VirtualTime {
 public:
  // `services` are all of the process; they and the clock outlive this.
  VirtualTime(base::VirtualClock* clock, std::vector<HostedService*> services);
  ~VirtualTime();

  // Ends the thread, after the items that are being carried out. Later calls do nothing, or answer UNAVAILABLE.
  // Idempotent. To be called while the services still run.
  void Stop();

  struct Advance {
    // The target; with `by`, that much after the moment when its turn comes.
    absl::Time to;
    std::optional<absl::Duration> by;
    // Pass the time as an outage would: what is due fires at the end.
    bool without_firing = false;
  };
  using Done = absl::AnyInvocable<void(absl::StatusOr<operations::v1::AdvanceClockResponse>) &&>;

  // Calls `done`, on the own thread, when the clock is there and everything is at rest. FAILED_PRECONDITION for a time
  // before now.
  void AdvanceTo(Advance advance, Done done);

  // Something may be due now.
  void Nudge();

 private:
  struct Task {
    Advance advance;
    Done done;
  };
  struct Next {
    HostedService* service = nullptr;
    common::v1::AgendaItem item;
  };

  void Run();
  bool stopping();
  absl::Status Rest();
  // What is carried out together next, in order, of what is due by `until` over all services whose agenda is not
  // paused. Empty if nothing is.
  absl::StatusOr<std::vector<Next>> NextDue(absl::Time until, const absl::flat_hash_set<std::string>& skip);
  // What became of each.
  static std::vector<absl::Status> Fire(const std::vector<Next>& items);
  absl::Status FireUpTo(absl::Time until, operations::v1::AdvanceClockResponse& response);
  absl::StatusOr<operations::v1::AdvanceClockResponse> Carry(const Advance& advance);

  base::VirtualClock* const clock_;
  const std::vector<HostedService*> services_;
  // What fired since it was told last. The own thread's alone.
  operations::v1::AdvanceClockResponse fired_since_;
  absl::Mutex mutex_;
  std::deque<Task> tasks_ ABSL_GUARDED_BY(mutex_);
  bool nudged_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace whistle::host

#endif  // WHISTLE_LIBS_HOST_VIRTUAL_TIME_H_
