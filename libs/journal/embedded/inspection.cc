#include "libs/journal/embedded/inspection.h"

#include <algorithm>

#include "libs/base/status_macros.h"
#include "libs/journal/embedded/record_format.h"

namespace whistle::journal {

absl::StatusOr<std::unique_ptr<EmbeddedInspection>> EmbeddedInspection::Open(const std::string& dir) {
  WHISTLE_ASSIGN_OR_RETURN(std::unique_ptr<Folder> folder, Folder::Look(dir));
  std::unique_ptr<EmbeddedInspection> looked(new EmbeddedInspection(std::move(folder)));
  const std::string store_dir = looked->folder_->StoreDir();
  WHISTLE_ASSIGN_OR_RETURN(looked->store_, Store::Open({.dir = DbPath(store_dir)}, Store::Mode::kReadOnly));
  looked->mark_ = ReadMark(MarkPath(store_dir));
  WHISTLE_ASSIGN_OR_RETURN(const int by_key, looked->store_->PartitionCountByKey());
  looked->partition_count_ = by_key;
  if (looked->mark_.ok()) looked->partition_count_ = std::max(by_key, static_cast<int>(looked->mark_->ends.size()) - 1);
  WHISTLE_ASSIGN_OR_RETURN(looked->ends_, looked->store_->EndsByKey(looked->partition_count_));
  return looked;
}

absl::Status EmbeddedInspection::Read(base::PartitionId partition, base::Offset from,
                                      absl::FunctionRef<bool(base::Offset, absl::StatusOr<StoredRecord>)> visit) const {
  return store_->ReadAsItLies(partition, from, ends_[PlaceOf(partition)], visit);
}

}  // namespace whistle::journal
