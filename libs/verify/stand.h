// What one service's projection says of itself, and where a check can look further.
#ifndef WHISTLE_LIBS_VERIFY_STAND_H_
#define WHISTLE_LIBS_VERIFY_STAND_H_

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/base/ids.h"
#include "libs/projection/rocks_store.h"
#include "whistle/projection/v1/checkpoint.pb.h"
#include "whistle/projection/v1/rows.pb.h"

namespace whistle::verify {

struct Stand {
  // "intake".
  std::string service;
  std::string fold_fingerprint;
  // How far it is, of each partition that it has begun.
  std::map<base::PartitionId, projection::v1::PartitionRow> rows;
  // Its store; null where a service has it open.
  std::shared_ptr<const projection::RocksStore> store;
  // By column family, what everything it holds comes to at `rows`, as the service told it. Empty if it was not asked,
  // or the store is there.
  std::map<std::string, projection::v1::ColumnFamilyDigest> digests;
};

// The store in `data_dir`/`service`, opened for reading alone. Errors as RocksStore::OpenToRead.
absl::StatusOr<Stand> LookAtStore(const std::string& data_dir, const std::string& service);

}  // namespace whistle::verify

#endif  // WHISTLE_LIBS_VERIFY_STAND_H_
