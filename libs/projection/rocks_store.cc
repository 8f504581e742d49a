#include "libs/projection/rocks_store.h"

#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "libs/projection/keys.h"
#include "libs/projection/rocks_options.h"
#include "libs/projection/store_folder.h"
#include "rocksdb/cache.h"
#include "rocksdb/db.h"
#include "rocksdb/iterator.h"
#include "rocksdb/write_batch.h"

namespace whistle::projection {
namespace {

rocksdb::Slice ToSlice(absl::string_view bytes) { return {bytes.data(), bytes.size()}; }
absl::string_view ToView(const rocksdb::Slice& slice) { return {slice.data(), slice.size()}; }

}  // namespace

class RocksStore::SnapshotReader final : public RowReader<Reader> {
 public:
  explicit SnapshotReader(const RocksStore& store) : store_(store), snapshot_(store.db_->GetSnapshot()) {}
  ~SnapshotReader() override { store_.db_->ReleaseSnapshot(snapshot_); }

 private:
  absl::Status Lookup(Family family, absl::string_view key,
                      absl::FunctionRef<absl::Status(absl::string_view value)> found) const override {
    return store_.LookupAt(snapshot_, family, key, found);
  }
  absl::Status LookupLast(
      Family family, absl::string_view from, absl::string_view end,
      absl::FunctionRef<absl::Status(absl::string_view key, absl::string_view value)> found) const override {
    return store_.LookupLastAt(snapshot_, family, from, end, found);
  }
  absl::Status Scan(Family family, absl::string_view from, absl::string_view end, Visitor visit) const override {
    return store_.ScanAt(snapshot_, family, from, end, visit);
  }

  const RocksStore& store_;
  const rocksdb::Snapshot* snapshot_;
};

std::shared_ptr<rocksdb::Cache> NewBlockCache(size_t bytes) {
  // Few shards: a small cache in many parts is full in one while the others are empty.
  return rocksdb::NewLRUCache(bytes, /*num_shard_bits=*/2);
}

RocksStore::RocksStore(const RocksStoreOptions& options) : options_(options) {
  if (options_.block_cache == nullptr) options_.block_cache = NewBlockCache();
}

RocksStore::~RocksStore() { CloseDatabase(); }

absl::StatusOr<std::unique_ptr<RocksStore>> RocksStore::Open(const RocksStoreOptions& options) {
  if (options.fold_fingerprint.empty()) return absl::InvalidArgumentError("projection: the fold fingerprint is empty");
  std::unique_ptr<RocksStore> store(new RocksStore(options));
  WHISTLE_ASSIGN_OR_RETURN(store->folder_, StoreFolder::Enter(options.dir));
  WHISTLE_RETURN_IF_ERROR(store->OpenDatabase());
  WHISTLE_ASSIGN_OR_RETURN(std::optional<std::string> fingerprint, store->ReadFingerprint());
  if (fingerprint.has_value() && *fingerprint != options.fold_fingerprint) {
    store->CloseDatabase();
    WHISTLE_RETURN_IF_ERROR(store->folder_->DiscardDatabase());
    WHISTLE_RETURN_IF_ERROR(store->OpenDatabase());
    store->rebuilt_from_ = std::exchange(fingerprint, std::nullopt);
  }
  if (const auto format = store->folder_->replaced_format()) {
    store->rebuilt_from_ = absl::StrCat("store format ", *format);
  }
  if (!fingerprint.has_value()) WHISTLE_RETURN_IF_ERROR(store->WriteFingerprint());
  WHISTLE_RETURN_IF_ERROR(store->CountAgendaRows());
  return store;
}

absl::Status RocksStore::OpenDatabase() {
  rocksdb::DB* db = nullptr;
  WHISTLE_RETURN_IF_ERROR(FromRocks(rocksdb::DB::Open(TunedDatabaseOptions(options_.env), folder_->database_dir(),
                                                      TunedColumnFamilies(options_.block_cache), &handles_, &db),
                                    "opening", options_.dir));
  db_.reset(db);
  return absl::OkStatus();
}

void RocksStore::CloseDatabase() {
  if (db_ == nullptr) return;
  for (rocksdb::ColumnFamilyHandle* handle : handles_) db_->DestroyColumnFamilyHandle(handle);
  handles_.clear();
  db_.reset();
}

absl::StatusOr<std::optional<std::string>> RocksStore::ReadFingerprint() const {
  std::optional<std::string> fingerprint;
  WHISTLE_RETURN_IF_ERROR(Lookup(Family::kMeta, kFoldFingerprintKey, [&](absl::string_view value) {
    fingerprint.emplace(value);
    return absl::OkStatus();
  }));
  if (fingerprint.has_value()) return fingerprint;
  // It is the first row ever written, so nothing else may be there without it.
  for (size_t i = 0; i < kFamilyNames.size(); ++i) {
    WHISTLE_RETURN_IF_ERROR(
        Scan(static_cast<Family>(i), "", "", [&](absl::string_view, absl::string_view) -> absl::StatusOr<bool> {
          return absl::DataLossError(
              absl::StrCat("projection: ", options_.dir, " holds rows in column family ", kFamilyNames[i],
                           " but no fold fingerprint. Delete the folder: the journal fills a new one."));
        }));
  }
  return fingerprint;
}

absl::Status RocksStore::WriteFingerprint() {
  return FromRocks(
      db_->Put(rocksdb::WriteOptions(), handle(Family::kMeta), ToSlice(kFoldFingerprintKey), options_.fold_fingerprint),
      "writing", options_.dir);
}

absl::Status RocksStore::CountAgendaRows() {
  int64_t rows = 0;
  WHISTLE_RETURN_IF_ERROR(
      Scan(Family::kAgenda, "", "", [&](absl::string_view, absl::string_view) -> absl::StatusOr<bool> {
        ++rows;
        return true;
      }));
  agenda_rows_ = rows;
  return absl::OkStatus();
}

absl::StatusOr<int64_t> RocksStore::AgendaGrowth(const std::vector<RowWrite>& writes) const {
  // By key, whether the item is there after the commit; the last write of a key decides.
  std::map<absl::string_view, bool> after;
  for (const RowWrite& write : writes) {
    if (write.family == Family::kAgenda) after[write.key] = write.value.has_value();
  }
  int64_t growth = 0;
  for (const auto& [key, is_there_after] : after) {
    bool was_there = false;
    WHISTLE_RETURN_IF_ERROR(Lookup(Family::kAgenda, key, [&](absl::string_view) {
      was_there = true;
      return absl::OkStatus();
    }));
    growth += static_cast<int64_t>(is_there_after) - static_cast<int64_t>(was_there);
  }
  return growth;
}

absl::Status RocksStore::Commit(const WriteSet& set) {
  WHISTLE_ASSIGN_OR_RETURN(const std::vector<RowWrite> writes, EncodeWrites(set));
  if (writes.empty()) return absl::OkStatus();
  // Nobody else changes these items meanwhile: an item belongs to its case, the case to its partition.
  WHISTLE_ASSIGN_OR_RETURN(const int64_t growth, AgendaGrowth(writes));
  rocksdb::WriteBatch batch;
  for (const RowWrite& write : writes) {
    WHISTLE_RETURN_IF_ERROR(FromRocks(write.value.has_value() ? batch.Put(handle(write.family), write.key, *write.value)
                                                              : batch.Delete(handle(write.family), write.key),
                                      "writing", options_.dir));
  }
  WHISTLE_RETURN_IF_ERROR(FromRocks(db_->Write(rocksdb::WriteOptions(), &batch), "writing", options_.dir));
  agenda_rows_ += growth;
  return absl::OkStatus();
}

std::unique_ptr<Reader> RocksStore::Snapshot() const { return std::make_unique<SnapshotReader>(*this); }

absl::StatusOr<uint64_t> RocksStore::CountAgenda() const { return static_cast<uint64_t>(agenda_rows_.load()); }

absl::StatusOr<std::string> RocksStore::ColumnFamilyDigest(absl::string_view column_family) const {
  return DigestOf(column_family);
}

absl::Status RocksStore::LookupAt(const rocksdb::Snapshot* snapshot, Family family, absl::string_view key,
                                  absl::FunctionRef<absl::Status(absl::string_view value)> found) const {
  rocksdb::ReadOptions read;
  read.snapshot = snapshot;
  rocksdb::PinnableSlice value;
  const rocksdb::Status got = db_->Get(read, handle(family), ToSlice(key), &value);
  // No such row. A missing file is another code: "path not found", an I/O error.
  if (got.IsNotFound()) return absl::OkStatus();
  WHISTLE_RETURN_IF_ERROR(FromRocks(got, "reading", options_.dir));
  return found(ToView(value));
}

absl::Status RocksStore::LookupLastAt(
    const rocksdb::Snapshot* snapshot, Family family, absl::string_view from, absl::string_view end,
    absl::FunctionRef<absl::Status(absl::string_view key, absl::string_view value)> found) const {
  rocksdb::ReadOptions read;
  read.snapshot = snapshot;
  const rocksdb::Slice lower = ToSlice(from);
  const rocksdb::Slice upper = ToSlice(end);
  read.iterate_lower_bound = &lower;
  read.iterate_upper_bound = &upper;
  const std::unique_ptr<rocksdb::Iterator> row(db_->NewIterator(read, handle(family)));
  row->SeekToLast();
  if (row->Valid()) return found(ToView(row->key()), ToView(row->value()));
  return FromRocks(row->status(), "reading", options_.dir);
}

absl::Status RocksStore::ScanAt(const rocksdb::Snapshot* snapshot, Family family, absl::string_view from,
                                absl::string_view end, Visitor visit) const {
  rocksdb::ReadOptions read;
  read.snapshot = snapshot;
  const rocksdb::Slice bound = ToSlice(end);
  if (!end.empty()) read.iterate_upper_bound = &bound;
  const std::unique_ptr<rocksdb::Iterator> row(db_->NewIterator(read, handle(family)));
  for (row->Seek(ToSlice(from)); row->Valid(); row->Next()) {
    WHISTLE_ASSIGN_OR_RETURN(const bool more, visit(ToView(row->key()), ToView(row->value())));
    if (!more) return absl::OkStatus();
  }
  return FromRocks(row->status(), "reading", options_.dir);
}

absl::Status RocksStore::Lookup(Family family, absl::string_view key,
                                absl::FunctionRef<absl::Status(absl::string_view value)> found) const {
  return LookupAt(nullptr, family, key, found);
}

absl::Status RocksStore::LookupLast(
    Family family, absl::string_view from, absl::string_view end,
    absl::FunctionRef<absl::Status(absl::string_view key, absl::string_view value)> found) const {
  return LookupLastAt(nullptr, family, from, end, found);
}

absl::Status RocksStore::Scan(Family family, absl::string_view from, absl::string_view end, Visitor visit) const {
  return ScanAt(nullptr, family, from, end, visit);
}

}  // namespace whistle::projection
