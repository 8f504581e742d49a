// One partition as the open journal shows it: its published end, its last records in memory, and who waits for more.
//
// Nearly every read is of a record just appended, by every service: those come from memory. What is older, the store
// has.
#ifndef WHISTLE_LIBS_JOURNAL_EMBEDDED_PARTITION_LOG_H_
#define WHISTLE_LIBS_JOURNAL_EMBEDDED_PARTITION_LOG_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/btree_map.h"
#include "absl/synchronization/mutex.h"
#include "libs/base/ids.h"
#include "libs/journal/journal.h"

namespace whistle::journal {

// Any thread may call.
class PartitionLog {
 public:
  struct Limits {
    size_t records_max;
    size_t bytes_max;
  };

  PartitionLog(base::Offset end, Limits limits) : limits_(limits), end_(end) {}

  // Records below it are acknowledged, or about to be, and may be shown.
  base::Offset end() const;

  // `records` continue at end(). Shows them.
  void Publish(std::vector<std::shared_ptr<const StoredRecord>> records);

  // Tells every listener that there is more. Not under the lock that Publish and Tail take, so a listener may read at
  // once.
  void NotifyListeners();

  // What of the records from `from` on is in memory: nothing at all if `from` is older, and then `end` says how far the
  // store may be read.
  struct TailRead {
    base::Offset end;
    std::vector<std::shared_ptr<const StoredRecord>> records;
  };
  TailRead Tail(base::Offset from, ReadLimits limits) const;

  // After RemoveListener has returned, the listener is not running and will not be called.
  int64_t AddListener(std::function<void()> on_ready);
  void RemoveListener(int64_t id);

 private:
  const Limits limits_;
  mutable absl::Mutex mutex_;
  base::Offset end_ ABSL_GUARDED_BY(mutex_);
  std::deque<std::shared_ptr<const StoredRecord>> tail_ ABSL_GUARDED_BY(mutex_);
  size_t tail_bytes_ ABSL_GUARDED_BY(mutex_) = 0;

  absl::Mutex listeners_mutex_;
  int64_t next_listener_ ABSL_GUARDED_BY(listeners_mutex_) = 0;
  absl::btree_map<int64_t, std::function<void()>> listeners_ ABSL_GUARDED_BY(listeners_mutex_);
};

}  // namespace whistle::journal

#endif  // WHISTLE_LIBS_JOURNAL_EMBEDDED_PARTITION_LOG_H_
