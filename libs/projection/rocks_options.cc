#include "libs/projection/rocks_options.h"

#include <algorithm>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/projection/rows.h"
#include "rocksdb/convenience.h"
#include "rocksdb/env.h"
#include "rocksdb/filter_policy.h"
#include "rocksdb/table.h"

namespace whistle::projection {
namespace {

constexpr size_t kKiB = size_t{1} << 10;
constexpr size_t kMiB = size_t{1} << 20;

// All memtables of one store together: some thousand decisions between two flushes, and five stores stay below 50 MiB.
constexpr size_t kWriteBuffersBytes = 8 * kMiB;
// A memtable's smallest allocation. RocksDB would take 1 MiB for each of six families, written or not.
constexpr size_t kArenaBlockBytes = 64 * kKiB;
// One table file; 128 open ones (below) are a store of 1 GiB before files are closed and opened again.
constexpr uint64_t kTableBytes = 8 * kMiB;
// Five stores, a journal and the connections stay below the usual limit of 1024 files.
constexpr int kOpenFilesMax = 128;
// A write-ahead log that outgrows this is flushed away: it is what a restart must read.
constexpr uint64_t kLogBytesMax = 32 * kMiB;
// About 1 % of lookups of what is not there read a table in vain.
constexpr double kBloomBitsPerKey = 10;

// The first that this build of RocksDB knows.
rocksdb::CompressionType FirstSupported(std::initializer_list<rocksdb::CompressionType> wanted) {
  const std::vector<rocksdb::CompressionType> supported = rocksdb::GetSupportedCompressions();
  for (const rocksdb::CompressionType type : wanted) {
    if (std::find(supported.begin(), supported.end(), type) != supported.end()) return type;
  }
  return rocksdb::kNoCompression;
}

}  // namespace

rocksdb::DBOptions TunedDatabaseOptions(rocksdb::Env* env) {
  rocksdb::DBOptions options;
  if (env != nullptr) options.env = env;
  options.create_if_missing = true;
  options.create_missing_column_families = true;
  options.paranoid_checks = true;
  // All families reach their tables in one step, so that not even a log that lost its end can leave one family ahead.
  options.atomic_flush = true;
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kPointInTimeRecovery;
  options.db_write_buffer_size = kWriteBuffersBytes;
  options.max_total_wal_size = kLogBytesMax;
  options.max_open_files = kOpenFilesMax;
  options.max_file_opening_threads = 1;
  // One flush and one compaction at a time; the threads are the process's, shared by all its stores.
  options.max_background_jobs = 2;
  options.max_subcompactions = 1;
  options.bytes_per_sync = kMiB;
  // Otherwise each log and manifest takes megabytes of disk before anything is in it.
  options.allow_fallocate = false;
  options.info_log_level = rocksdb::InfoLogLevel::WARN_LEVEL;
  options.max_log_file_size = kMiB;
  options.keep_log_file_num = 2;
  options.stats_dump_period_sec = 0;
  options.stats_persist_period_sec = 0;
  return options;
}

std::vector<rocksdb::ColumnFamilyDescriptor> TunedColumnFamilies(const std::shared_ptr<rocksdb::Cache>& block_cache) {
  const auto tuned = [&](bool looked_up_by_key) {
    rocksdb::BlockBasedTableOptions table;
    table.block_cache = block_cache;
    // So that the block cache bounds these too.
    table.cache_index_and_filter_blocks = true;
    table.pin_l0_filter_and_index_blocks_in_cache = true;
    table.format_version = 5;
    if (looked_up_by_key) table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(kBloomBitsPerKey));
    rocksdb::ColumnFamilyOptions options;
    options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
    options.write_buffer_size = kWriteBuffersBytes;
    options.max_write_buffer_number = 2;
    options.arena_block_size = kArenaBlockBytes;
    options.target_file_size_base = kTableBytes;
    options.max_bytes_for_level_base = 4 * kTableBytes;
    options.compression = FirstSupported({rocksdb::kLZ4Compression, rocksdb::kSnappyCompression});
    options.bottommost_compression = FirstSupported({rocksdb::kZSTD, rocksdb::kLZ4Compression});
    return options;
  };
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  families.emplace_back(rocksdb::kDefaultColumnFamilyName, tuned(false));
  for (size_t i = 0; i < kFamilyNames.size(); ++i) {
    const Family family = static_cast<Family>(i);
    // Each command looks up a request id that is usually new, each commit whether an agenda item is there already.
    const bool looked_up_by_key = family == Family::kState || family == Family::kRequest || family == Family::kAgenda;
    families.emplace_back(std::string(FamilyName(family)), tuned(looked_up_by_key));
  }
  return families;
}

absl::Status FromRocks(const rocksdb::Status& status, absl::string_view doing, absl::string_view dir) {
  if (status.ok()) return absl::OkStatus();
  const std::string text = status.ToString();
  const std::string message = absl::StrCat("projection: ", doing, " ", dir, ": ", text);
  if (status.IsCorruption() || status.IsPathNotFound()) {
    return absl::DataLossError(absl::StrCat(message, ". Delete the folder: the journal fills a new one."));
  }
  if (status.IsNoSpace() || status.subcode() == rocksdb::Status::kSpaceLimit || status.IsMemoryLimit()) {
    return absl::ResourceExhaustedError(message);
  }
  // Ours is held by then: someone opened the database past it.
  if (status.IsIOError() && absl::StrContains(text, "LOCK")) return absl::FailedPreconditionError(message);
  if (status.IsIOError() || status.IsBusy() || status.IsTryAgain() || status.IsTimedOut() ||
      status.IsShutdownInProgress() || status.IsAborted() || status.IsIncomplete()) {
    return absl::UnavailableError(message);
  }
  if (status.IsInvalidArgument() || status.IsNotSupported()) return absl::FailedPreconditionError(message);
  return absl::InternalError(message);
}

}  // namespace whistle::projection
