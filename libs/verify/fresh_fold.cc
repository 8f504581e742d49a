#include "libs/verify/fresh_fold.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "libs/engine/fold.h"

namespace whistle::verify {
namespace {

// One commit: as much as a service folds at once while it catches up.
constexpr size_t kRecordsAtOnce = 1000;
constexpr size_t kBytesAtOnce = 4 * 1024 * 1024;

}  // namespace

absl::Status FoldPartition(const Source& source, const domain::Model& model, const journal::Identity& identity,
                           base::PartitionId partition, base::Offset last, projection::Store& store,
                           const std::function<void(size_t)>& folded) {
  WHISTLE_ASSIGN_OR_RETURN(
      const auto fold,
      engine::PartitionFold::Open({.model = &model, .store = &store, .partition = partition, .identity = identity}));
  const base::Offset from = fold->next_offset();
  if (from > last) return absl::OkStatus();
  folded(static_cast<size_t>(from.value));
  std::vector<journal::StoredRecord> batch;
  size_t bytes = 0;
  absl::Status status;
  const auto commit = [&] {
    if (!batch.empty()) status = fold->Fold(batch).status();
    if (status.ok()) folded(batch.size());
    batch.clear();
    bytes = 0;
    return status.ok();
  };
  WHISTLE_RETURN_IF_ERROR(
      source.Read(partition, from, [&](base::Offset offset, absl::StatusOr<journal::StoredRecord> record) {
        if (offset > last) return false;
        if (!record.ok()) {
          status = record.status();
          return false;
        }
        bytes += record->record.value.size();
        batch.push_back(*std::move(record));
        return (batch.size() < kRecordsAtOnce && bytes < kBytesAtOnce) || commit();
      }));
  WHISTLE_RETURN_IF_ERROR(status);
  commit();
  return status;
}

}  // namespace whistle::verify
