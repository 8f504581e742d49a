// A closed loop: so many operations under way at any time, each followed by the next at once, for so long.
//
//   Figures figures = RunLoad({.in_flight = 64, .lasts = absl::Seconds(5)}, [&](int slot, Done done) { …; done(ok); });
#ifndef WHISTLE_TESTS_BENCH_LOAD_H_
#define WHISTLE_TESTS_BENCH_LOAD_H_

#include <cstdint>
#include <functional>

#include "absl/time/time.h"

namespace whistle::bench {

struct LoadOptions {
  int in_flight = 1;
  // Not counted: connections open, caches fill.
  absl::Duration warm_up = absl::Milliseconds(500);
  absl::Duration lasts = absl::Seconds(5);
};

struct Figures {
  double per_second = 0;
  absl::Duration p50;
  absl::Duration p99;
  int64_t completed = 0;
  int64_t failed = 0;
};

// Says that an operation is over, and whether it succeeded. From any thread, also before the operation returns.
using Done = std::function<void(bool ok)>;
// Begins one operation of a slot; a slot has one under way at a time.
using Issue = std::function<void(int slot, Done done)>;

// Returns when everything that was begun is over. A failed operation is counted apart and has no latency.
Figures RunLoad(const LoadOptions& options, const Issue& issue);

}  // namespace whistle::bench

#endif  // WHISTLE_TESTS_BENCH_LOAD_H_
