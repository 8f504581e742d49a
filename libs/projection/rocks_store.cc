#include "libs/projection/rocks_store.h"

#include <algorithm>
#include <cstdarg>
#include <filesystem>
#include <map>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "libs/projection/keys.h"
#include "libs/projection/rocks_options.h"
#include "libs/projection/store_folder.h"
#include "rocksdb/cache.h"
#include "rocksdb/db.h"
#include "rocksdb/env.h"
#include "rocksdb/iterator.h"
#include "rocksdb/utilities/checkpoint.h"
#include "rocksdb/write_batch.h"

namespace whistle::projection {
namespace {

rocksdb::Slice ToSlice(absl::string_view bytes) { return {bytes.data(), bytes.size()}; }
absl::string_view ToView(const rocksdb::Slice& slice) { return {slice.data(), slice.size()}; }

// The fold fingerprint of the database at `path`, without changing anything of it, its families least of all: a program
// that knows other ones may want it back. Nothing if it is not there, or has none yet.
absl::StatusOr<std::optional<std::string>> FingerprintAt(const std::string& path, rocksdb::Env* env) {
  std::error_code error;
  if (!std::filesystem::exists(path + "/CURRENT", error)) return std::optional<std::string>();
  rocksdb::DBOptions options = TunedDatabaseOptions(env);
  options.create_if_missing = false;
  options.create_missing_column_families = false;
  std::vector<std::string> names;
  WHISTLE_RETURN_IF_ERROR(FromRocks(rocksdb::DB::ListColumnFamilies(options, path, &names), "opening", path));
  const std::string meta(FamilyName(Family::kMeta));
  if (std::find(names.begin(), names.end(), meta) == names.end()) return std::optional<std::string>();
  rocksdb::DB* raw = nullptr;
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  WHISTLE_RETURN_IF_ERROR(FromRocks(
      rocksdb::DB::OpenForReadOnly(
          options, path,
          {{rocksdb::kDefaultColumnFamilyName, rocksdb::ColumnFamilyOptions()}, {meta, rocksdb::ColumnFamilyOptions()}},
          &handles, &raw),
      "opening", path));
  const std::unique_ptr<rocksdb::DB> db(raw);
  std::string value;
  const rocksdb::Status got = db->Get(rocksdb::ReadOptions(), handles[1], ToSlice(kFoldFingerprintKey), &value);
  for (rocksdb::ColumnFamilyHandle* handle : handles) db->DestroyColumnFamilyHandle(handle);
  if (got.IsNotFound()) return std::optional<std::string>();
  WHISTLE_RETURN_IF_ERROR(FromRocks(got, "reading", path));
  return std::optional<std::string>(std::move(value));
}

// RocksDB turns its log files over even where it only reads.
class NoLog final : public rocksdb::Logger {
 public:
  using Logger::Logv;
  void Logv(const char*, va_list) override {}
};

uint64_t BytesUnder(const std::string& path) {
  uint64_t bytes = 0;
  std::error_code error;
  for (std::filesystem::directory_iterator it(path, error), end; !error && it != end; it.increment(error)) {
    std::error_code gone;  // A compaction deletes files meanwhile.
    if (const uint64_t size = it->file_size(gone); !gone) bytes += size;
  }
  return bytes;
}

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
  WHISTLE_ASSIGN_OR_RETURN(store->folder_, StoreFolder::EnterOrReplaceOlder(options.dir));
  WHISTLE_RETURN_IF_ERROR(store->OpenServing());
  if (const auto format = store->folder_->replaced_format()) {
    store->rebuilt_from_ = absl::StrCat("store format ", *format);
  }
  WHISTLE_RETURN_IF_ERROR(store->Begin());
  return store;
}

absl::Status RocksStore::OpenServing() {
  const std::string serving = folder_->serving();
  WHISTLE_ASSIGN_OR_RETURN(std::optional<std::string> found, FingerprintAt(folder_->PathOf(serving), options_.env));
  WHISTLE_ASSIGN_OR_RETURN(std::vector<std::string> unfinished, folder_->Unfinished());
  if (!found.has_value() || *found == options_.fold_fingerprint) {
    WHISTLE_RETURN_IF_ERROR(OpenDatabase(serving));
  } else {
    // What serves is not touched until the new one is complete: an older program still finds its store.
    rebuilt_from_ = std::move(found);
    for (const std::string& name : unfinished) {
      const auto begun = FingerprintAt(folder_->PathOf(name), options_.env);
      if (!begun.ok() || *begun != options_.fold_fingerprint) continue;
      WHISTLE_RETURN_IF_ERROR(OpenDatabase(name));
      break;
    }
    if (db_ == nullptr) {
      WHISTLE_ASSIGN_OR_RETURN(const std::string name, folder_->NewName());
      WHISTLE_RETURN_IF_ERROR(OpenDatabase(name));
    }
  }
  for (std::string& name : unfinished) {
    if (name == name_) continue;
    WHISTLE_RETURN_IF_ERROR(folder_->Discard(name));
    leftovers_.push_back(std::move(name));
  }
  return absl::OkStatus();
}

absl::Status RocksStore::Begin() {
  WHISTLE_ASSIGN_OR_RETURN(const std::optional<std::string> fingerprint, ReadFingerprint());
  if (!fingerprint.has_value()) WHISTLE_RETURN_IF_ERROR(WriteFingerprint());
  return CountAgendaRows();
}

absl::StatusOr<std::unique_ptr<RocksStore>> RocksStore::OpenToRead(const std::string& dir) {
  std::error_code error;
  std::unique_ptr<RocksStore> store(new RocksStore({.dir = dir, .fold_fingerprint = ""}));
  std::string path = dir + "/db";
  if (std::filesystem::exists(dir + "/FORMAT", error)) {
    WHISTLE_ASSIGN_OR_RETURN(store->folder_, StoreFolder::Look(dir));
    store->name_ = store->folder_->serving();
    path = store->folder_->PathOf(store->name_);
  }
  if (!std::filesystem::exists(path + "/CURRENT", error)) {
    return absl::FailedPreconditionError(absl::StrCat(
        "projection: ", dir, " is neither a projection's folder nor a checkpoint: ", path,
        " holds no database. Name a folder that \"projection checkpoint\" made, or a service's in --data"));
  }
  WHISTLE_RETURN_IF_ERROR(store->OpenReadOnly(path));
  return store;
}

absl::StatusOr<std::unique_ptr<RocksStore>> RocksStore::OpenCopy(std::shared_ptr<StoreFolder> folder,
                                                                 const std::string& path) {
  std::unique_ptr<RocksStore> store(new RocksStore({.dir = folder->dir(), .fold_fingerprint = ""}));
  store->folder_ = std::move(folder);
  WHISTLE_RETURN_IF_ERROR(store->OpenReadOnly(path));
  return store;
}

absl::StatusOr<std::unique_ptr<RocksStore>> RocksStore::OpenBeside() const {
  std::unique_ptr<RocksStore> store(new RocksStore(options_));
  store->folder_ = folder_;
  WHISTLE_ASSIGN_OR_RETURN(const std::string name, folder_->NewName());
  absl::Status status = store->OpenDatabase(name);
  if (status.ok()) status = store->Begin();
  if (status.ok()) return store;
  // What a full disk left of it goes at once, not at the next start.
  store.reset();
  if (const absl::Status gone = folder_->Discard(name); !gone.ok()) {
    return absl::Status(status.code(), absl::StrCat(status.message(), "; and ", gone.message()));
  }
  return status;
}

absl::Status RocksStore::Serve() {
  // The journal would bring back what a power failure takes; but a store that is named must at least be there.
  WHISTLE_RETURN_IF_ERROR(FromRocks(db_->SyncWAL(), "syncing", path_));
  return folder_->Serve(name_);
}

bool RocksStore::serves() const { return folder_ != nullptr && folder_->serving() == name_; }

absl::Status RocksStore::Discard(std::shared_ptr<RocksStore> store) {
  if (store.use_count() > 1) return absl::UnavailableError(absl::StrCat(store->path_, " is still read; retry"));
  const std::shared_ptr<StoreFolder> folder = store->folder_;
  const std::string name = store->name_;
  store.reset();
  return folder->Discard(name);
}

std::vector<std::string> RocksStore::kept() const {
  std::vector<std::string> paths;
  for (const std::string& name : folder_->kept()) paths.push_back(folder_->PathOf(name));
  return paths;
}

absl::Status RocksStore::DiscardKept() {
  const std::vector<std::string> kept = folder_->kept();
  if (std::find(kept.begin(), kept.end(), name_) != kept.end()) {
    return absl::FailedPreconditionError(
        absl::StrCat("projection: ", path_, " is open, and named as replaced; nothing is deleted"));
  }
  for (const std::string& name : kept) WHISTLE_RETURN_IF_ERROR(folder_->Discard(name));
  return absl::OkStatus();
}

absl::Status RocksStore::CopyTo(const std::string& path) const {
  rocksdb::Checkpoint* made = nullptr;
  WHISTLE_RETURN_IF_ERROR(FromRocks(rocksdb::Checkpoint::Create(db_.get(), &made), "copying", path_));
  const std::unique_ptr<rocksdb::Checkpoint> checkpoint(made);
  return FromRocks(checkpoint->CreateCheckpoint(path), "copying to", path);
}

uint64_t RocksStore::DiskBytes() const { return BytesUnder(path_); }

absl::Status RocksStore::OpenDatabase(const std::string& name) {
  rocksdb::DB* db = nullptr;
  name_ = name;
  path_ = folder_->PathOf(name);
  WHISTLE_RETURN_IF_ERROR(FromRocks(rocksdb::DB::Open(TunedDatabaseOptions(options_.env), path_,
                                                      TunedColumnFamilies(options_.block_cache), &handles_, &db),
                                    "opening", path_));
  db_.reset(db);
  return absl::OkStatus();
}

absl::Status RocksStore::OpenReadOnly(const std::string& path) {
  rocksdb::DB* db = nullptr;
  path_ = path;
  rocksdb::DBOptions options = TunedDatabaseOptions(options_.env);
  options.create_if_missing = false;
  options.create_missing_column_families = false;
  options.info_log = std::make_shared<NoLog>();
  WHISTLE_RETURN_IF_ERROR(
      FromRocks(rocksdb::DB::OpenForReadOnly(options, path_, TunedColumnFamilies(options_.block_cache), &handles_, &db),
                "opening", path_));
  db_.reset(db);
  WHISTLE_ASSIGN_OR_RETURN(const std::optional<std::string> fingerprint, ReadFingerprint());
  options_.fold_fingerprint = fingerprint.value_or("");
  return CountAgendaRows();
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

std::unique_ptr<RowReader<Reader>> RocksStore::SnapshotRows() const { return std::make_unique<SnapshotReader>(*this); }

absl::StatusOr<uint64_t> RocksStore::CountAgenda() const { return static_cast<uint64_t>(agenda_rows_.load()); }

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
