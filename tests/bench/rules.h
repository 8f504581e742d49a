// What the rules that look cost: the fold of one busy case with all of them on and off, and how large its state is.
#ifndef WHISTLE_TESTS_BENCH_RULES_H_
#define WHISTLE_TESTS_BENCH_RULES_H_

#include <cstddef>
#include <vector>

#include "absl/time/time.h"
#include "whistle/journal/v1/journal.pb.h"

namespace whistle::bench {

// A case on which everything happened that rules look at, up to what the state keeps; then contacts alone.
struct BusyCase {
  // The escalation service's state, serialized, before the contacts and after them.
  size_t bytes_before = 0;
  size_t bytes_after = 0;
  // Findings that the contacts raised.
  int findings = 0;
  // What one decision of the busy case takes: folded, and what it makes of indexes and agenda.
  absl::Duration fold;
};

BusyCase FoldBusyCase(bool rules_on, int contacts);

// The decisions of such a case with all rules on, one event each: so many, the last of them contacts and what they
// bring about. Without what a journal adds (case, parent, request).
std::vector<journal::v1::Decision> BusyDecisions(size_t count);

}  // namespace whistle::bench

#endif  // WHISTLE_TESTS_BENCH_RULES_H_
