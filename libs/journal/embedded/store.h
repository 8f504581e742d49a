// The RocksDB under the embedded journal: records by partition and offset, appended in synced batches, checked when
// read.
//
// Any thread may read; one thread at a time appends. Nothing here decides what was acknowledged: embedded_journal.h
// does.
#ifndef WHISTLE_LIBS_JOURNAL_EMBEDDED_STORE_H_
#define WHISTLE_LIBS_JOURNAL_EMBEDDED_STORE_H_

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "libs/base/ids.h"
#include "libs/journal/journal.h"

namespace rocksdb {
class DB;
class Env;
class Status;
}  // namespace rocksdb

namespace whistle::journal {

struct StoreOptions {
  // RocksDB's folder.
  std::string dir;
  // How much is kept in memory and in RocksDB's log before it becomes a table.
  size_t memtable_bytes = 64 * 1024 * 1024;
  // Null: the machine's files.
  rocksdb::Env* env = nullptr;
};

// One record on its way into the store.
struct PlacedRecord {
  base::PartitionId partition;
  // Shared with the readers that will be shown it.
  std::shared_ptr<const StoredRecord> stored;
};

// What a store holds, found by looking at the last record of each partition.
struct StoreContents {
  // One for each partition, in the order of AllPartitions.
  std::vector<base::Offset> ends;
  // The latest stamp of those last records.
  absl::Time last_stamp = absl::InfinitePast();
};

class Store {
 public:
  // Makes a store that holds `records`, synced, and closes it. `dir` must not exist.
  static absl::Status Create(const StoreOptions& options, absl::Span<const PlacedRecord> records);

  // Opens the store of a journal with `partition_count` case partitions. `read_only` changes no byte of it: what a
  // doubtful journal deserves, because opening it for writing throws away whatever RocksDB could not make sense of.
  // Errors: DATA_LOSS if it is damaged; FAILED_PRECONDITION if it is of another format version; others for what the
  // machine refuses.
  enum class Mode { kReadOnly, kReadWrite };
  static absl::StatusOr<std::unique_ptr<Store>> Open(const StoreOptions& options, Mode mode);

  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  // The record at `offset`; DATA_LOSS if it is missing or damaged.
  absl::StatusOr<StoredRecord> Get(base::PartitionId partition, base::Offset offset) const;

  // Where every partition ends. DATA_LOSS if a last record is damaged.
  absl::StatusOr<StoreContents> Contents(int partition_count) const;

  // DATA_LOSS if the store holds fewer records than partitions that end at `ends` must have: then one is missing in the
  // middle. Counts without reading the records. Exact only right after Open.
  absl::Status CheckCount(absl::Span<const base::Offset> ends) const;

  // All or none of `records`, synced when it returns OK. After an error the outcome is unknown and the store must not
  // be appended to again.
  absl::Status Append(absl::Span<const PlacedRecord> records);

  // What follows is for looking at a store that may be damaged: nothing is refused that can be named.

  // One for each partition: the offset after its last key, whatever is stored under it; 0 for none.
  absl::StatusOr<std::vector<base::Offset>> EndsByKey(int partition_count) const;
  // How many case partitions the keys are of.
  absl::StatusOr<int> PartitionCountByKey() const;
  // Every key of the partition from `from` on, in order, with its record, or DATA_LOSS where that cannot be read; until
  // `visit` returns false. Offsets may be missing.
  absl::Status ReadAsItLies(base::PartitionId partition, base::Offset from, base::Offset end,
                            absl::FunctionRef<bool(base::Offset, absl::StatusOr<StoredRecord>)> visit) const;

  // The records of [from, end) in order, as many as `limits` allow and at least one. DATA_LOSS if one is missing or
  // damaged.
  absl::StatusOr<std::vector<StoredRecord>> Read(base::PartitionId partition, base::Offset from, base::Offset end,
                                                 ReadLimits limits) const;

 private:
  Store(std::string dir, std::unique_ptr<rocksdb::DB> db);

  // DATA_LOSS that names the first record missing before `ends`.
  absl::Status FindGap(absl::Span<const base::Offset> ends) const;

  // As ours, with what we were doing.
  absl::Status Explain(const rocksdb::Status& status, absl::string_view doing) const;

  const std::string dir_;
  const std::unique_ptr<rocksdb::DB> db_;
};

}  // namespace whistle::journal

#endif  // WHISTLE_LIBS_JOURNAL_EMBEDDED_STORE_H_
