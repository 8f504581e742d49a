// The projection store of a running service: one RocksDB in a folder of its own.
//
//   WHISTLE_ASSIGN_OR_RETURN(auto store, RocksStore::Open({.dir = "var/intake", .fold_fingerprint =
//   model.fold_fingerprint})); if (store->rebuilt_from().has_value()) log("rebuilding…");  // the store is empty: fold
//   from offset 0
//
// Owns the folder: a second store on it, in this or another process, is refused. Commits go through RocksDB's log,
// which is not synced: a killed process loses nothing, a machine that loses power may lose the last commits, whole ones
// and from the end only; the journal has them. Threads: as store.h says. README.md describes the rows and the tuning.
#ifndef WHISTLE_LIBS_PROJECTION_ROCKS_STORE_H_
#define WHISTLE_LIBS_PROJECTION_ROCKS_STORE_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "libs/projection/rows.h"
#include "libs/projection/store.h"

namespace rocksdb {
class Cache;
class ColumnFamilyHandle;
class DB;
class Env;
class Snapshot;
}  // namespace rocksdb

namespace whistle::projection {

class StoreFolder;

// What stores of one process read into memory; share one among them.
inline constexpr size_t kBlockCacheBytes = size_t{16} << 20;
std::shared_ptr<rocksdb::Cache> NewBlockCache(size_t bytes = kBlockCacheBytes);

struct RocksStoreOptions {
  // Made if it is not there; its parents too.
  std::string dir;
  // The model's (domain::Model). Never empty.
  std::string fold_fingerprint;
  // Null: one of its own, of kBlockCacheBytes.
  std::shared_ptr<rocksdb::Cache> block_cache = nullptr;
  // The seam to the disk, for tests that break it. Null: the machine's. Must outlive the store.
  rocksdb::Env* env = nullptr;
};

class RocksStore final : public RowReader<Store> {
 public:
  // A store with another fold fingerprint or an older format is deleted and starts empty: see rebuilt_from. Errors
  // leave everything as it is: FAILED_PRECONDITION (something else's folder, a newer format, in use, not writable)
  // names what was found; DATA_LOSS: the store is damaged; RESOURCE_EXHAUSTED: the disk is full; INVALID_ARGUMENT: an
  // option is empty.
  static absl::StatusOr<std::unique_ptr<RocksStore>> Open(const RocksStoreOptions& options);

  ~RocksStore() override;

  // The fold fingerprint of the store that Open deleted, or "store format 1" if it was that; nothing if it did not.
  const std::optional<std::string>& rebuilt_from() const { return rebuilt_from_; }

  // RESOURCE_EXHAUSTED while the disk is full; commits work again once it has room. UNAVAILABLE after any other failure
  // of the disk, and then for every commit until the store is opened anew: what a failed write left on the disk is not
  // known.
  absl::Status Commit(const WriteSet& set) override;
  std::unique_ptr<Reader> Snapshot() const override;
  absl::StatusOr<uint64_t> CountAgenda() const override;
  absl::StatusOr<std::string> ColumnFamilyDigest(absl::string_view column_family) const override;

 private:
  class SnapshotReader;

  explicit RocksStore(const RocksStoreOptions& options);

  absl::Status OpenDatabase();
  void CloseDatabase();
  // The fingerprint in `meta`; nothing in a store that was just made.
  absl::StatusOr<std::optional<std::string>> ReadFingerprint() const;
  absl::Status WriteFingerprint();
  absl::Status CountAgendaRows();
  // By how much the writes change the number of agenda rows.
  absl::StatusOr<int64_t> AgendaGrowth(const std::vector<RowWrite>& writes) const;

  absl::Status LookupAt(const rocksdb::Snapshot* snapshot, Family family, absl::string_view key,
                        absl::FunctionRef<absl::Status(absl::string_view value)> found) const;
  absl::Status LookupLastAt(
      const rocksdb::Snapshot* snapshot, Family family, absl::string_view from, absl::string_view end,
      absl::FunctionRef<absl::Status(absl::string_view key, absl::string_view value)> found) const;
  absl::Status ScanAt(const rocksdb::Snapshot* snapshot, Family family, absl::string_view from, absl::string_view end,
                      Visitor visit) const;
  absl::Status Lookup(Family family, absl::string_view key,
                      absl::FunctionRef<absl::Status(absl::string_view value)> found) const override;
  absl::Status LookupLast(
      Family family, absl::string_view from, absl::string_view end,
      absl::FunctionRef<absl::Status(absl::string_view key, absl::string_view value)> found) const override;
  absl::Status Scan(Family family, absl::string_view from, absl::string_view end, Visitor visit) const override;

  rocksdb::ColumnFamilyHandle* handle(Family family) const { return handles_[static_cast<size_t>(family) + 1]; }

  RocksStoreOptions options_;
  std::unique_ptr<StoreFolder> folder_;
  std::unique_ptr<rocksdb::DB> db_;
  // The default family's first, then by Family. Owned by db_.
  std::vector<rocksdb::ColumnFamilyHandle*> handles_;
  std::optional<std::string> rebuilt_from_;
  std::atomic<int64_t> agenda_rows_{0};
};

}  // namespace whistle::projection

#endif  // WHISTLE_LIBS_PROJECTION_ROCKS_STORE_H_
