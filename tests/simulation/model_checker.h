// Judges a finished history of the brute-force model. It shares no code with what it checks: it folds the log by its
// own few lines.
#ifndef WHISTLE_TESTS_SIMULATION_MODEL_CHECKER_H_
#define WHISTLE_TESTS_SIMULATION_MODEL_CHECKER_H_

#include <cstdint>
#include <string>

#include "tests/simulation/model_world.h"

namespace whistle::engine::model {

struct Figures {
  int64_t acknowledged = 0;
  int64_t refused = 0;
  int64_t refused_by_registry = 0;
  int64_t unavailable = 0;
  int64_t aborted = 0;
  int64_t wrong_time = 0;
};

// Empty, or the promise that was broken (DESIGN: What must always hold, 1 to 3, 5 and 6). Adds to `figures`.
std::string Check(const World& world, Figures& figures);

}  // namespace whistle::engine::model

#endif  // WHISTLE_TESTS_SIMULATION_MODEL_CHECKER_H_
