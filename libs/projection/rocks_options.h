// How a projection's RocksDB is tuned: five or more of them live in one process on a small machine, so each is modest
// in memory, threads and open files. Private to this folder.
#ifndef WHISTLE_LIBS_PROJECTION_ROCKS_OPTIONS_H_
#define WHISTLE_LIBS_PROJECTION_ROCKS_OPTIONS_H_

#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "rocksdb/cache.h"
#include "rocksdb/db.h"
#include "rocksdb/options.h"

namespace whistle::projection {

// `env` null: the machine's own.
rocksdb::DBOptions TunedDatabaseOptions(rocksdb::Env* env);

// The default family (unused, but RocksDB has one) first, then ours in the order of Family.
std::vector<rocksdb::ColumnFamilyDescriptor> TunedColumnFamilies(const std::shared_ptr<rocksdb::Cache>& block_cache);

// OK for OK. `doing` says what failed ("reading").
absl::Status FromRocks(const rocksdb::Status& status, absl::string_view doing, absl::string_view dir);

}  // namespace whistle::projection

#endif  // WHISTLE_LIBS_PROJECTION_ROCKS_OPTIONS_H_
