#include "libs/journal/embedded/store.h"

#include <algorithm>
#include <cstdarg>
#include <cstdint>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/base/check.h"
#include "libs/base/status_macros.h"
#include "libs/journal/coding.h"
#include "libs/journal/embedded/record_format.h"
#include "rocksdb/cache.h"
#include "rocksdb/db.h"
#include "rocksdb/env.h"
#include "rocksdb/table.h"
#include "rocksdb/table_properties.h"
#include "rocksdb/write_batch.h"

namespace whistle::journal {
namespace {

// Beside the records there is one key, which says the format version. It sorts after every partition.
constexpr absl::string_view kFormatKey =
    "\xff\xff\xff\xff"
    "format";
constexpr int64_t kKeysBesideRecords = 1;

rocksdb::Slice ToSlice(absl::string_view s) { return {s.data(), s.size()}; }
absl::string_view ToView(const rocksdb::Slice& s) { return {s.data(), s.size()}; }

// Looking at a store must not even turn its log files over.
class SilentLogger final : public rocksdb::Logger {
 public:
  using Logger::Logv;
  void Logv(const char*, va_list) override {}
};

rocksdb::Options DbOptions(const StoreOptions& options) {
  rocksdb::Options db;
  if (options.env != nullptr) db.env = options.env;
  db.create_if_missing = false;
  db.write_buffer_size = options.memtable_bytes;
  db.max_background_jobs = 2;

  // Nothing that fails a check is ever served or compacted away.
  db.paranoid_checks = true;
  db.paranoid_file_checks = true;
  db.force_consistency_checks = true;
  rocksdb::BlockBasedTableOptions table;
  // Rebuilds read every block once; the tail is served from our own memory.
  table.block_cache = rocksdb::NewLRUCache(16 * 1024 * 1024);
  db.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));

  // Stop at the first record that cannot be read: after a power failure that is the unacknowledged tail. Whether it was
  // more than that, the mark says, before the store is opened for writing.
  db.wal_recovery_mode = rocksdb::WALRecoveryMode::kPointInTimeRecovery;
  // What recovery found is made durable before it is shown to anybody: a killed process may have left a tail that was
  // never synced.
  db.avoid_flush_during_recovery = false;
  // Everything is in the synced log already.
  db.avoid_flush_during_shutdown = true;
  // A failed sync is never retried: the kernel may have dropped the pages and reported it only once.
  db.max_bgerror_resume_count = 0;

  db.info_log_level = rocksdb::InfoLogLevel::WARN_LEVEL;
  db.keep_log_file_num = 5;
  return db;
}

// Errors of the machine that say nothing about what is stored; everything else, on a folder that is known to hold a
// journal, does.
absl::StatusCode CodeOf(const rocksdb::Status& status) {
  if (status.IsNoSpace()) return absl::StatusCode::kResourceExhausted;
  const std::string text = status.ToString();
  if (absl::StrContains(text, "Too many open files")) return absl::StatusCode::kResourceExhausted;
  if (absl::StrContains(text, "File too large")) return absl::StatusCode::kResourceExhausted;
  if (absl::StrContains(text, "Permission denied")) return absl::StatusCode::kPermissionDenied;
  if (absl::StrContains(text, "Read-only file system")) return absl::StatusCode::kPermissionDenied;
  return absl::StatusCode::kDataLoss;
}

void PutRecords(rocksdb::WriteBatch& batch, absl::Span<const PlacedRecord> records) {
  for (const PlacedRecord& placed : records) {
    const std::string key = DbKey(placed.partition, placed.stored->offset);
    batch.Put(key, EncodeRecord(key, placed.stored->stamp, placed.stored->record));
  }
}

rocksdb::WriteOptions Synced() {
  rocksdb::WriteOptions options;
  options.sync = true;
  return options;
}

}  // namespace

Store::Store(std::string dir, std::unique_ptr<rocksdb::DB> db) : dir_(std::move(dir)), db_(std::move(db)) {}

Store::~Store() = default;

absl::Status Store::Explain(const rocksdb::Status& status, absl::string_view doing) const {
  if (status.ok()) return absl::OkStatus();
  return absl::Status(CodeOf(status), absl::StrCat(doing, " ", dir_, ": ", status.ToString()));
}

absl::Status Store::Create(const StoreOptions& options, absl::Span<const PlacedRecord> records) {
  rocksdb::Options db_options = DbOptions(options);
  db_options.create_if_missing = true;
  db_options.error_if_exists = true;
  rocksdb::DB* raw = nullptr;
  const rocksdb::Status opened = rocksdb::DB::Open(db_options, options.dir, &raw);
  Store store(options.dir, std::unique_ptr<rocksdb::DB>(raw));
  WHISTLE_RETURN_IF_ERROR(store.Explain(opened, "making"));

  rocksdb::WriteBatch batch;
  std::string version;
  PutLittleEndian(version, kFormatVersion);
  batch.Put(ToSlice(kFormatKey), version);
  PutRecords(batch, records);
  WHISTLE_RETURN_IF_ERROR(store.Explain(store.db_->Write(Synced(), &batch), "writing the first records of"));
  return store.Explain(store.db_->Close(), "closing");
}

absl::StatusOr<std::unique_ptr<Store>> Store::Open(const StoreOptions& options, Mode mode) {
  rocksdb::Options db_options = DbOptions(options);
  rocksdb::DB* raw = nullptr;
  rocksdb::Status opened;
  if (mode == Mode::kReadOnly) {
    db_options.info_log = std::make_shared<SilentLogger>();
    opened = rocksdb::DB::OpenForReadOnly(db_options, options.dir, &raw);
  } else {
    opened = rocksdb::DB::Open(db_options, options.dir, &raw);
  }
  auto store = std::unique_ptr<Store>(new Store(options.dir, std::unique_ptr<rocksdb::DB>(raw)));
  WHISTLE_RETURN_IF_ERROR(store->Explain(opened, "opening"));

  std::string version;
  const rocksdb::Status found = store->db_->Get(rocksdb::ReadOptions(), ToSlice(kFormatKey), &version);
  // It was written with the first records: without it they are gone too, and whoever looks for them can say which.
  if (found.IsNotFound()) return store;
  WHISTLE_RETURN_IF_ERROR(store->Explain(found, "reading the format version of"));
  ByteReader in(version);
  if (const uint32_t number = in.LittleEndian<uint32_t>(); number != kFormatVersion) {
    return absl::FailedPreconditionError(absl::StrCat(options.dir, " is of format version ", number,
                                                      "; this program reads and writes version ", kFormatVersion));
  }
  return store;
}

absl::StatusOr<StoredRecord> Store::Get(base::PartitionId partition, base::Offset offset) const {
  const std::string key = DbKey(partition, offset);
  std::string value;
  const rocksdb::Status found = db_->Get(rocksdb::ReadOptions(), key, &value);
  if (!found.ok()) {
    return Explain(found, absl::StrCat("partition ", partition.ToString(), ", offset ", offset.value, ": reading"));
  }
  return DecodeRecord(key, offset, value);
}

absl::StatusOr<StoreContents> Store::Contents(int partition_count) const {
  StoreContents contents;
  const std::unique_ptr<rocksdb::Iterator> it(db_->NewIterator(rocksdb::ReadOptions()));
  for (base::PartitionId partition : AllPartitions(partition_count)) {
    const std::string first = DbKey(partition, base::Offset{0});
    it->SeekForPrev(DbKey(partition, base::Offset{INT64_MAX}));
    WHISTLE_RETURN_IF_ERROR(
        Explain(it->status(), absl::StrCat("partition ", partition.ToString(), ": looking for the end in")));
    if (!it->Valid() || ToView(it->key()) < absl::string_view(first)) {
      contents.ends.push_back(base::Offset{0});
      continue;
    }
    WHISTLE_ASSIGN_OR_RETURN(const base::Offset last, OffsetOfDbKey(ToView(it->key()), partition));
    const absl::StatusOr<StoredRecord> record = DecodeRecord(ToView(it->key()), last, ToView(it->value()));
    if (!record.ok()) {
      return absl::DataLossError(
          absl::StrCat("partition ", partition.ToString(), " of ", dir_, ": ", record.status().message()));
    }
    contents.ends.push_back(last.Next());
    contents.last_stamp = std::max(contents.last_stamp, record->stamp);
  }
  return contents;
}

absl::Status Store::CheckCount(absl::Span<const base::Offset> ends) const {
  int64_t expected = kKeysBesideRecords;
  for (base::Offset end : ends) expected += end.value;

  rocksdb::TablePropertiesCollection tables;
  WHISTLE_RETURN_IF_ERROR(Explain(db_->GetPropertiesOfAllTables(&tables), "counting the records of"));
  int64_t found = 0;
  for (const auto& [name, properties] : tables) found += static_cast<int64_t>(properties->num_entries);
  for (const std::string& property :
       {rocksdb::DB::Properties::kNumEntriesActiveMemTable, rocksdb::DB::Properties::kNumEntriesImmMemTables}) {
    uint64_t in_memory = 0;
    WHISTLE_CHECK(db_->GetIntProperty(property, &in_memory), property);
    found += static_cast<int64_t>(in_memory);
  }
  // More is harmless: a table and a log may both hold a record when the process died between writing the one and
  // dropping the other.
  if (found >= expected) return absl::OkStatus();
  return FindGap(ends);
}

absl::Status Store::FindGap(absl::Span<const base::Offset> ends) const {
  const std::unique_ptr<rocksdb::Iterator> it(db_->NewIterator(rocksdb::ReadOptions()));
  for (base::PartitionId partition : AllPartitions(static_cast<int>(ends.size()) - 1)) {
    it->Seek(DbKey(partition, base::Offset{0}));
    for (base::Offset expected; expected < ends[PlaceOf(partition)]; expected = expected.Next(), it->Next()) {
      WHISTLE_RETURN_IF_ERROR(Explain(it->status(), "looking for a missing record in"));
      if (it->Valid() && ToView(it->key()) == absl::string_view(DbKey(partition, expected))) continue;
      return absl::DataLossError(absl::StrCat(dir_, " has lost records before its ends: partition ",
                                              partition.ToString(), ", offset ", expected.value, " expected, found ",
                                              it->Valid() ? "another" : "nothing"));
    }
  }
  return absl::DataLossError(absl::StrCat(dir_, " holds fewer records than its tables' properties say"));
}

absl::Status Store::Append(absl::Span<const PlacedRecord> records) {
  rocksdb::WriteBatch batch;
  PutRecords(batch, records);
  return Explain(db_->Write(Synced(), &batch), "appending to");
}

absl::StatusOr<std::vector<StoredRecord>> Store::Read(base::PartitionId partition, base::Offset from, base::Offset end,
                                                      ReadLimits limits) const {
  const std::string upper = DbKey(partition, end);
  const rocksdb::Slice upper_bound(upper);
  rocksdb::ReadOptions options;
  options.iterate_upper_bound = &upper_bound;
  const std::unique_ptr<rocksdb::Iterator> it(db_->NewIterator(options));

  std::vector<StoredRecord> records;
  size_t bytes = 0;
  it->Seek(DbKey(partition, from));
  for (base::Offset expected = from; expected < end && records.size() < std::max<size_t>(limits.records_max, 1);
       expected = expected.Next(), it->Next()) {
    const auto damaged = [&](absl::string_view why) {
      return absl::DataLossError(absl::StrCat("partition ", partition.ToString(), " of ", dir_, ": offset ",
                                              expected.value, " expected, ", why));
    };
    if (!it->status().ok()) {
      if (CodeOf(it->status()) == absl::StatusCode::kDataLoss) return damaged(it->status().ToString());
      return absl::UnavailableError(absl::StrCat("reading ", dir_, ": ", it->status().ToString()));
    }
    if (!it->Valid()) return damaged("found nothing");
    const absl::StatusOr<base::Offset> found = OffsetOfDbKey(ToView(it->key()), partition);
    if (!found.ok()) return damaged(found.status().message());
    if (*found != expected) return damaged(absl::StrCat("found ", found->value));
    absl::StatusOr<StoredRecord> record = DecodeRecord(ToView(it->key()), expected, ToView(it->value()));
    if (!record.ok()) return damaged(record.status().message());
    bytes += RecordBytes(record->record);
    if (!records.empty() && bytes > limits.bytes_max) break;
    records.push_back(*std::move(record));
  }
  return records;
}

}  // namespace whistle::journal
