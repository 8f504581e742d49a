// The clock seam: a real one, and a virtual one that moves only when told.
#ifndef WHISTLE_LIBS_BASE_CLOCK_H_
#define WHISTLE_LIBS_BASE_CLOCK_H_

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace whistle::base {

// Any thread may call. Times are whole milliseconds: what the journal's stamps can carry.
class Clock {
 public:
  virtual ~Clock() = default;

  virtual absl::Time Now() const = 0;
};

// The machine's wall clock, truncated to milliseconds.
class RealClock final : public Clock {
 public:
  absl::Time Now() const override { return absl::FromUnixMillis(absl::ToUnixMillis(absl::Now())); }
};

// Stands still until advanced; never goes back.
class VirtualClock final : public Clock {
 public:
  explicit VirtualClock(absl::Time start) : now_(absl::FromUnixMillis(absl::ToUnixMillis(start))) {}

  absl::Time Now() const override {
    absl::MutexLock lock(&mutex_);
    return now_;
  }

  // No effect if `to` is not after Now().
  void AdvanceTo(absl::Time to) {
    absl::MutexLock lock(&mutex_);
    const absl::Time target = absl::FromUnixMillis(absl::ToUnixMillis(to));
    if (target > now_) now_ = target;
  }

 private:
  mutable absl::Mutex mutex_;
  absl::Time now_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace whistle::base

#endif  // WHISTLE_LIBS_BASE_CLOCK_H_
