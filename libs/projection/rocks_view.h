// A store on disk, read and never changed: for whoever holds it against something else.
//
//   auto view = RocksView::Open("var/data/intake");
//   (*view)->fold_fingerprint(); (*view)->Rows("state", "", visit);
//
// A store of whatever fold fingerprint is shown as it is; nothing is made, deleted or compacted. Several may look at
// once; no service can open it meanwhile. Threads: any may read.
#ifndef WHISTLE_LIBS_PROJECTION_ROCKS_VIEW_H_
#define WHISTLE_LIBS_PROJECTION_ROCKS_VIEW_H_

#include <memory>
#include <string>
#include <vector>

#include "libs/projection/rows.h"
#include "libs/projection/store.h"

namespace rocksdb {
class Cache;
class ColumnFamilyHandle;
class DB;
}  // namespace rocksdb

namespace whistle::projection {

class StoreFolder;

class RocksView final : public RowReader<Reader> {
 public:
  // FAILED_PRECONDITION: no store, another store format, in use; DATA_LOSS: damaged. `block_cache` null: one of its
  // own.
  static absl::StatusOr<std::unique_ptr<RocksView>> Open(const std::string& dir,
                                                         std::shared_ptr<rocksdb::Cache> block_cache = nullptr);
  ~RocksView() override;

  // Of the fold that filled it; empty if it was never filled.
  const std::string& fold_fingerprint() const { return fold_fingerprint_; }

  absl::StatusOr<std::string> ColumnFamilyDigest(absl::string_view column_family) const {
    return DigestOf(column_family);
  }

 private:
  RocksView(std::string dir, std::unique_ptr<StoreFolder> folder);

  absl::Status Lookup(Family family, absl::string_view key,
                      absl::FunctionRef<absl::Status(absl::string_view value)> found) const override;
  absl::Status LookupLast(
      Family family, absl::string_view from, absl::string_view end,
      absl::FunctionRef<absl::Status(absl::string_view key, absl::string_view value)> found) const override;
  absl::Status Scan(Family family, absl::string_view from, absl::string_view end, Visitor visit) const override;

  rocksdb::ColumnFamilyHandle* handle(Family family) const { return handles_[static_cast<size_t>(family) + 1]; }

  const std::string dir_;
  std::unique_ptr<StoreFolder> folder_;
  std::unique_ptr<rocksdb::DB> db_;
  // The default family's first, then by Family. Owned by db_.
  std::vector<rocksdb::ColumnFamilyHandle*> handles_;
  std::string fold_fingerprint_;
};

}  // namespace whistle::projection

#endif  // WHISTLE_LIBS_PROJECTION_ROCKS_VIEW_H_
