// The store that serves, as something that can be exchanged while everybody reads it.
//
//   LiveStore live(store);
//   … live.FindCase(id) … live.Snapshot() …   // on whatever serves now; a snapshot stays with the store it was taken
//   of std::shared_ptr<RowStore> old = live.Exchange(rebuilt);
//
// Threads: as store.h says; Exchange from any thread. A read is of one store, the one that served when it began; so who
// must read several things of one moment takes a snapshot, as on any store. A store lives until the last snapshot of it
// is gone.
#ifndef WHISTLE_LIBS_PROJECTION_LIVE_STORE_H_
#define WHISTLE_LIBS_PROJECTION_LIVE_STORE_H_

#include <memory>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "libs/projection/rows.h"

namespace whistle::projection {

class LiveStore final : public RowStore {
 public:
  // `store` is not null.
  explicit LiveStore(std::shared_ptr<RowStore> store) : store_(std::move(store)) {}

  std::shared_ptr<RowStore> current() const {
    absl::ReaderMutexLock lock(&mutex_);
    return store_;
  }

  // Waits for commits under way; what is committed after goes to `next`, which must hold all that this one holds. What
  // served until now.
  std::shared_ptr<RowStore> Exchange(std::shared_ptr<RowStore> next);

  absl::Status Commit(const WriteSet& set) override;
  std::unique_ptr<RowReader<Reader>> SnapshotRows() const override;
  absl::StatusOr<uint64_t> CountAgenda() const override;
  absl::Status Lookup(Family family, absl::string_view key,
                      absl::FunctionRef<absl::Status(absl::string_view value)> found) const override;
  absl::Status LookupLast(
      Family family, absl::string_view from, absl::string_view end,
      absl::FunctionRef<absl::Status(absl::string_view key, absl::string_view value)> found) const override;
  absl::Status Scan(Family family, absl::string_view from, absl::string_view end, Visitor visit) const override;

 private:
  class HeldSnapshot;

  // Held shared for as long as a commit lasts.
  absl::Mutex commit_mutex_;
  mutable absl::Mutex mutex_;
  std::shared_ptr<RowStore> store_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace whistle::projection

#endif  // WHISTLE_LIBS_PROJECTION_LIVE_STORE_H_
