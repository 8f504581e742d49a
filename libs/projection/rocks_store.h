// The projection store of a running service: one RocksDB in a folder of its own.
//
//   WHISTLE_ASSIGN_OR_RETURN(auto store, RocksStore::Open({.dir = "var/intake", .fold_fingerprint =
//   model.fold_fingerprint})); if (store->rebuilt_from().has_value()) …  // it began empty: fold from offset 0, then
//   Serve
//
// Owns the folder, which may hold several databases (store_folder.h), of which one serves: a second store on it, in
// this or another process, is refused. Commits go through RocksDB's log, which is not synced: a killed process loses
// nothing, a machine that loses power may lose the last commits, whole ones and from the end only; the journal has
// them. Threads: as store.h says. README.md describes the rows and the tuning.
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

class RocksStore final : public RowStore {
 public:
  // Where the database that serves has another fold fingerprint, it stays as it is, and what is opened is a new one
  // beside it (or the one that an earlier Open began): see rebuilt_from. What nothing goes on with is deleted: see
  // leftovers. Databases of an older store format are deleted first. Errors leave everything as it is:
  // FAILED_PRECONDITION (something else's folder, a newer format, in use, not writable) names what was found;
  // DATA_LOSS: the store is damaged; RESOURCE_EXHAUSTED: the disk is full; INVALID_ARGUMENT: an option is empty.
  static absl::StatusOr<std::unique_ptr<RocksStore>> Open(const RocksStoreOptions& options);

  ~RocksStore() override;

  // The store of a checkpoint, or of a folder that no service has open, to be looked at: it can be read and not
  // committed to, and stays as it is, byte for byte. Several may look at once; no service can open it meanwhile.
  // FAILED_PRECONDITION if `dir` is neither, or in use. Fingerprint and service are the caller's to check.
  static absl::StatusOr<std::unique_ptr<RocksStore>> OpenToRead(const std::string& dir);

  // The same of a database at `path` in a folder that is entered already: a checkpoint that is being copied in.
  static absl::StatusOr<std::unique_ptr<RocksStore>> OpenCopy(std::shared_ptr<StoreFolder> folder,
                                                              const std::string& path);

  // A new, empty store beside this one, in the same folder; this one goes on serving. It is deleted by the next Open of
  // the folder unless Serve was called on it.
  absl::StatusOr<std::unique_ptr<RocksStore>> OpenBeside() const;

  // Syncs, and names this store as the one that serves from the next Open on; the one that did is kept. Nothing to do
  // where it serves already.
  absl::Status Serve();
  bool serves() const;
  // Closes a store that does not serve and deletes it. UNAVAILABLE while somebody else holds it.
  static absl::Status Discard(std::shared_ptr<RocksStore> store);

  // Where databases lie that were replaced and not discarded, and deleting them all; those must be closed.
  // FAILED_PRECONDITION, and nothing deleted, if this one is named among them.
  std::vector<std::string> kept() const;
  absl::Status DiscardKept();

  // A copy of this store as of some moment during the call, as a database at `path`, which must not be there; its
  // parent must. Files are shared with this store where both lie on one file system.
  absl::Status CopyTo(const std::string& path) const;
  // On disk now, in bytes, without what is kept.
  uint64_t DiskBytes() const;

  // The fold fingerprint of the store that serves in the place of this one until Serve is called, if Open found
  // another; or "store format 1", if Open deleted what was of that format.
  const std::optional<std::string>& rebuilt_from() const { return rebuilt_from_; }
  // Names of the databases that Open deleted: rebuilds that were interrupted.
  const std::vector<std::string>& leftovers() const { return leftovers_; }
  // Empty in a store that was just made.
  const std::string& fold_fingerprint() const { return options_.fold_fingerprint; }
  // Where its database lies.
  std::string path() const { return path_; }

  // RESOURCE_EXHAUSTED while the disk is full; commits work again once it has room. UNAVAILABLE after any other failure
  // of the disk, and then for every commit until the store is opened anew: what a failed write left on the disk is not
  // known.
  absl::Status Commit(const WriteSet& set) override;
  std::unique_ptr<RowReader<Reader>> SnapshotRows() const override;
  absl::StatusOr<uint64_t> CountAgenda() const override;

 private:
  class SnapshotReader;

  explicit RocksStore(const RocksStoreOptions& options);

  // Opens what serves, or what stands in for it until it is complete.
  absl::Status OpenServing();
  // Opens the named database of the folder, made if it is not there.
  absl::Status OpenDatabase(const std::string& name);
  absl::Status OpenReadOnly(const std::string& path);
  void CloseDatabase();
  // Writes the fingerprint if there is none, and counts.
  absl::Status Begin();
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
  // Null for a checkpoint.
  std::shared_ptr<StoreFolder> folder_;
  // The database's name in the folder, and where it lies.
  std::string name_;
  std::string path_;
  std::unique_ptr<rocksdb::DB> db_;
  // The default family's first, then by Family. Owned by db_.
  std::vector<rocksdb::ColumnFamilyHandle*> handles_;
  std::optional<std::string> rebuilt_from_;
  std::vector<std::string> leftovers_;
  std::atomic<int64_t> agenda_rows_{0};
};

}  // namespace whistle::projection

#endif  // WHISTLE_LIBS_PROJECTION_ROCKS_STORE_H_
