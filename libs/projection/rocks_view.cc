#include "libs/projection/rocks_view.h"

#include <cstdarg>
#include <utility>

#include "libs/base/status_macros.h"
#include "libs/projection/keys.h"
#include "libs/projection/rocks_options.h"
#include "libs/projection/rocks_store.h"
#include "libs/projection/store_folder.h"
#include "rocksdb/db.h"
#include "rocksdb/env.h"
#include "rocksdb/iterator.h"

namespace whistle::projection {
namespace {

rocksdb::Slice ToSlice(absl::string_view bytes) { return {bytes.data(), bytes.size()}; }
absl::string_view ToView(const rocksdb::Slice& slice) { return {slice.data(), slice.size()}; }

// RocksDB turns its log files over even where it only reads.
class NoLog final : public rocksdb::Logger {
 public:
  using Logger::Logv;
  void Logv(const char*, va_list) override {}
};

}  // namespace

RocksView::RocksView(std::string dir, std::unique_ptr<StoreFolder> folder)
    : dir_(std::move(dir)), folder_(std::move(folder)) {}

RocksView::~RocksView() {
  if (db_ == nullptr) return;
  for (rocksdb::ColumnFamilyHandle* handle : handles_) db_->DestroyColumnFamilyHandle(handle);
}

absl::StatusOr<std::unique_ptr<RocksView>> RocksView::Open(const std::string& dir,
                                                           std::shared_ptr<rocksdb::Cache> block_cache) {
  WHISTLE_ASSIGN_OR_RETURN(std::unique_ptr<StoreFolder> folder, StoreFolder::Look(dir));
  std::unique_ptr<RocksView> view(new RocksView(dir, std::move(folder)));
  rocksdb::DBOptions options = TunedDatabaseOptions(nullptr);
  options.info_log = std::make_shared<NoLog>();
  rocksdb::DB* db = nullptr;
  WHISTLE_RETURN_IF_ERROR(
      FromRocks(rocksdb::DB::OpenForReadOnly(options, view->folder_->PathOf(view->folder_->serving()),
                                             TunedColumnFamilies(block_cache ? block_cache : NewBlockCache()),
                                             &view->handles_, &db),
                "opening", dir));
  view->db_.reset(db);
  WHISTLE_RETURN_IF_ERROR(view->Lookup(Family::kMeta, kFoldFingerprintKey, [&](absl::string_view value) {
    view->fold_fingerprint_ = std::string(value);
    return absl::OkStatus();
  }));
  return view;
}

absl::Status RocksView::Lookup(Family family, absl::string_view key,
                               absl::FunctionRef<absl::Status(absl::string_view value)> found) const {
  rocksdb::PinnableSlice value;
  const rocksdb::Status got = db_->Get(rocksdb::ReadOptions(), handle(family), ToSlice(key), &value);
  if (got.IsNotFound()) return absl::OkStatus();
  WHISTLE_RETURN_IF_ERROR(FromRocks(got, "reading", dir_));
  return found(ToView(value));
}

absl::Status RocksView::LookupLast(
    Family family, absl::string_view from, absl::string_view end,
    absl::FunctionRef<absl::Status(absl::string_view key, absl::string_view value)> found) const {
  rocksdb::ReadOptions read;
  const rocksdb::Slice lower = ToSlice(from);
  const rocksdb::Slice upper = ToSlice(end);
  read.iterate_lower_bound = &lower;
  read.iterate_upper_bound = &upper;
  const std::unique_ptr<rocksdb::Iterator> row(db_->NewIterator(read, handle(family)));
  row->SeekToLast();
  if (row->Valid()) return found(ToView(row->key()), ToView(row->value()));
  return FromRocks(row->status(), "reading", dir_);
}

absl::Status RocksView::Scan(Family family, absl::string_view from, absl::string_view end, Visitor visit) const {
  rocksdb::ReadOptions read;
  const rocksdb::Slice bound = ToSlice(end);
  if (!end.empty()) read.iterate_upper_bound = &bound;
  read.readahead_size = 1 << 20;
  const std::unique_ptr<rocksdb::Iterator> row(db_->NewIterator(read, handle(family)));
  for (row->Seek(ToSlice(from)); row->Valid(); row->Next()) {
    WHISTLE_ASSIGN_OR_RETURN(const bool more, visit(ToView(row->key()), ToView(row->value())));
    if (!more) return absl::OkStatus();
  }
  return FromRocks(row->status(), "reading", dir_);
}

}  // namespace whistle::projection
