// Lets many lives run side by side on one clock of its own, until so many decisions are written.
#ifndef WHISTLE_TESTS_LARGE_JOURNAL_MAKING_H_
#define WHISTLE_TESTS_LARGE_JOURNAL_MAKING_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "tests/large_journal/recorder.h"

namespace whistle::large_journal {

struct MakingPlan {
  uint64_t decisions = 1'000'000;
  uint64_t cases = 50'000;
  uint64_t seed = 1;
  absl::Time start{};
  int years = 4;
  // Of the journal, beside the decisions: records that count for nobody.
  uint64_t superseded = 500;
  uint64_t malformed = 100;
};

// How many decisions each case has: at least one, in sum `plan.decisions`, with a long tail. The first case has the
// most: a hundredth of all, at the most 10,000.
std::vector<uint64_t> LengthsOf(const MakingPlan& plan);

// The organizations, the policy and the calendar, as decisions of the registry. `files`: what LoadRegistryFiles takes.
absl::Status MakeRegistry(Recorder& recorder, const std::vector<std::string>& files, absl::Time now);

// Writes all decisions. `progress` is told the time that the lives have reached, and how many cases have begun, now and
// then. INTERNAL if the lives came to a stop before that: a service refuses all that they try.
absl::Status MakeCases(Recorder& recorder, const MakingPlan& plan,
                       const std::function<void(absl::Time, uint64_t cases)>& progress);

}  // namespace whistle::large_journal

#endif  // WHISTLE_TESTS_LARGE_JOURNAL_MAKING_H_
