// What a question about the past costs: each service's view of one long case, as of random versions.
#ifndef WHISTLE_TESTS_BENCH_AS_OF_H_
#define WHISTLE_TESTS_BENCH_AS_OF_H_

#include <cstddef>
#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace whistle::bench {

struct PastFigures {
  std::string service;
  // Of a question as of a random version: the version found, the state folded, the service's own query answered.
  absl::Duration p50;
  absl::Duration p99;
  absl::Duration max;
  // The same query as of now, and RocksDB's own get of the case's stored state.
  absl::Duration now_p50;
  absl::Duration raw_get_p50;
  // Values as written, and what the tables take once compacted.
  size_t timeline_bytes = 0;
  size_t milestone_bytes = 0;
  size_t timeline_disk_bytes = 0;
  size_t milestone_disk_bytes = 0;
  int milestones = 0;
  // The state now.
  size_t state_bytes = 0;
};

// The busiest case of rules.h with so many decisions, folded by each service into a store of its own under `dir`;
// `tell` is called as soon as one is measured.
absl::Status MeasurePast(const std::string& dir, int decisions, const std::function<void(const PastFigures&)>& tell);

}  // namespace whistle::bench

#endif  // WHISTLE_TESTS_BENCH_AS_OF_H_
