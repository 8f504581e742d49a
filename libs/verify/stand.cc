#include "libs/verify/stand.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"

namespace whistle::verify {

absl::StatusOr<Stand> LookAtStore(const std::string& data_dir, const std::string& service) {
  Stand stand{.service = service, .fold_fingerprint = "", .rows = {}, .view = nullptr};
  WHISTLE_ASSIGN_OR_RETURN(std::shared_ptr<const projection::RocksView> view,
                           projection::RocksView::Open(absl::StrCat(data_dir, "/", service)));
  WHISTLE_ASSIGN_OR_RETURN(const auto rows, view->ListPartitions());
  stand.rows.insert(rows.begin(), rows.end());
  stand.fold_fingerprint = view->fold_fingerprint();
  stand.view = std::move(view);
  return stand;
}

}  // namespace whistle::verify
