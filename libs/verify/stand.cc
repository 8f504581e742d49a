#include "libs/verify/stand.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"

namespace whistle::verify {

absl::StatusOr<Stand> LookAtStore(const std::string& data_dir, const std::string& service) {
  Stand stand{.service = service, .fold_fingerprint = "", .rows = {}, .store = nullptr, .digests = {}};
  WHISTLE_ASSIGN_OR_RETURN(std::shared_ptr<const projection::RocksStore> store,
                           projection::RocksStore::OpenToRead(absl::StrCat(data_dir, "/", service)));
  WHISTLE_ASSIGN_OR_RETURN(const auto rows, store->ListPartitions());
  stand.rows.insert(rows.begin(), rows.end());
  stand.fold_fingerprint = store->fold_fingerprint();
  stand.store = std::move(store);
  return stand;
}

}  // namespace whistle::verify
