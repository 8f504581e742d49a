#include "libs/verify/parallel.h"

#include <algorithm>
#include <cstddef>
#include <thread>

#include "absl/synchronization/mutex.h"

namespace whistle::verify {

absl::Status RunAll(std::vector<std::function<absl::Status()>> tasks, int jobs) {
  absl::Mutex mutex;
  size_t next = 0;
  absl::Status first_error;
  const auto work = [&] {
    while (true) {
      const std::function<absl::Status()>* task = nullptr;
      {
        absl::MutexLock lock(&mutex);
        if (next >= tasks.size() || !first_error.ok()) return;
        task = &tasks[next++];
      }
      absl::Status status = (*task)();
      absl::MutexLock lock(&mutex);
      first_error.Update(std::move(status));
    }
  };
  std::vector<std::thread> threads;
  const size_t others = std::min(tasks.size(), static_cast<size_t>(std::max(jobs, 1))) - (tasks.empty() ? 0 : 1);
  for (size_t i = 0; i < others; ++i) threads.emplace_back(work);
  work();
  for (std::thread& thread : threads) thread.join();
  return first_error;
}

}  // namespace whistle::verify
