// A clock, the wall's or a journal's, that shows what a test sets.
#ifndef WHISTLE_LIBS_TESTING_MANUAL_CLOCK_H_
#define WHISTLE_LIBS_TESTING_MANUAL_CLOCK_H_

#include "absl/time/time.h"
#include "libs/base/clock.h"

namespace whistle::testing {

// One thread.
class ManualClock final : public base::Clock {
 public:
  explicit ManualClock(absl::Time now) : now_(now) {}
  absl::Time Now() const override { return now_; }
  void Set(absl::Time now) { now_ = now; }
  void Add(absl::Duration by) { now_ += by; }

 private:
  absl::Time now_;
};

}  // namespace whistle::testing

#endif  // WHISTLE_LIBS_TESTING_MANUAL_CLOCK_H_
