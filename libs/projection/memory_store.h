// The projection store in memory: for tests, models and tools that need no disk. The same rows, bytes and digests as
// RocksStore.
//
//   MemoryStore store;
//   WHISTLE_RETURN_IF_ERROR(store.Commit(set));
//
// Cheap to make by the million. Threads: as store.h says; one mutex, held for one read or one commit. A snapshot shares
// the rows with the store until the next commit to a column family, which then copies that family: take snapshots where
// few are alive at once.
#ifndef WHISTLE_LIBS_PROJECTION_MEMORY_STORE_H_
#define WHISTLE_LIBS_PROJECTION_MEMORY_STORE_H_

#include <array>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "libs/projection/rows.h"
#include "libs/projection/store.h"

namespace whistle::projection {

class MemoryStore : public RowStore {
 public:
  MemoryStore();
  MemoryStore(const MemoryStore&) = delete;
  MemoryStore& operator=(const MemoryStore&) = delete;

  absl::Status Commit(const WriteSet& set) override;
  std::unique_ptr<RowReader<Reader>> SnapshotRows() const override;
  absl::StatusOr<uint64_t> CountAgenda() const override;

 private:
  class SnapshotReader;
  using Rows = std::map<std::string, std::string, std::less<>>;
  // By Family. Never null.
  using Families = std::array<std::shared_ptr<Rows>, kFamilyNames.size()>;

  static absl::Status LookupIn(const Rows& rows, absl::string_view key,
                               absl::FunctionRef<absl::Status(absl::string_view value)> found);
  static absl::Status LookupLastIn(
      const Rows& rows, absl::string_view from, absl::string_view end,
      absl::FunctionRef<absl::Status(absl::string_view key, absl::string_view value)> found);
  static absl::Status ScanIn(const Rows& rows, absl::string_view from, absl::string_view end, Visitor visit);

  absl::Status Lookup(Family family, absl::string_view key,
                      absl::FunctionRef<absl::Status(absl::string_view value)> found) const override;
  absl::Status LookupLast(
      Family family, absl::string_view from, absl::string_view end,
      absl::FunctionRef<absl::Status(absl::string_view key, absl::string_view value)> found) const override;
  absl::Status Scan(Family family, absl::string_view from, absl::string_view end, Visitor visit) const override;

  mutable absl::Mutex mutex_;
  Families families_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace whistle::projection

#endif  // WHISTLE_LIBS_PROJECTION_MEMORY_STORE_H_
