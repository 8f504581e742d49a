#include "tests/bench/load.h"

#include <algorithm>
#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "absl/synchronization/blocking_counter.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"

namespace whistle::bench {
namespace {

struct Slot {
  std::vector<absl::Duration> took;
  int64_t failed = 0;
};

class Loop {
 public:
  Loop(const LoadOptions& options, const Issue& issue)
      : issue_(issue),
        counts_from_(absl::Now() + options.warm_up),
        ends_(counts_from_ + options.lasts),
        slots_(options.in_flight),
        running_(options.in_flight) {}

  Figures Run(absl::Duration lasts) {
    for (size_t i = 0; i < slots_.size(); ++i) Begin(static_cast<int>(i));
    running_.Wait();
    std::vector<absl::Duration> took;
    Figures figures;
    for (const Slot& slot : slots_) {
      took.insert(took.end(), slot.took.begin(), slot.took.end());
      figures.failed += slot.failed;
    }
    figures.completed = static_cast<int64_t>(took.size());
    if (took.empty()) return figures;
    std::sort(took.begin(), took.end());
    figures.per_second = static_cast<double>(took.size()) / absl::ToDoubleSeconds(lasts);
    figures.p50 = took[took.size() / 2];
    figures.p99 = took[took.size() * 99 / 100];
    return figures;
  }

 private:
  // An operation that is done before it returns must not begin the next one below itself: the stack would grow with
  // the load. So whoever comes second of "returned" and "done" begins it.
  void Begin(int slot) {
    while (true) {
      if (absl::Now() >= ends_) {
        running_.DecrementCount();
        return;
      }
      auto first = std::make_shared<std::atomic<bool>>(true);
      const absl::Time began = absl::Now();
      issue_(slot, [this, slot, began, first](bool ok) {
        const absl::Time now = absl::Now();
        Slot& mine = slots_[slot];
        if (!ok) {
          ++mine.failed;
        } else if (now >= counts_from_ && now < ends_) {
          mine.took.push_back(now - began);
        }
        if (!first->exchange(false)) Begin(slot);
      });
      if (first->exchange(false)) return;
    }
  }

  const Issue& issue_;
  const absl::Time counts_from_;
  const absl::Time ends_;
  std::vector<Slot> slots_;
  absl::BlockingCounter running_;
};

}  // namespace

Figures RunLoad(const LoadOptions& options, const Issue& issue) { return Loop(options, issue).Run(options.lasts); }

}  // namespace whistle::bench
