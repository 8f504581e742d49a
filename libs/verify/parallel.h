// So many threads for a list of tasks.
#ifndef WHISTLE_LIBS_VERIFY_PARALLEL_H_
#define WHISTLE_LIBS_VERIFY_PARALLEL_H_

#include <functional>
#include <vector>

#include "absl/status/status.h"

namespace whistle::verify {

// Runs them in order, `jobs` at a time. After the first error no further one is begun, and it is the answer.
absl::Status RunAll(std::vector<std::function<absl::Status()>> tasks, int jobs);

}  // namespace whistle::verify

#endif  // WHISTLE_LIBS_VERIFY_PARALLEL_H_
