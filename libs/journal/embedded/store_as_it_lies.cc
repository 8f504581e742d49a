#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "libs/journal/coding.h"
#include "libs/journal/embedded/record_format.h"
#include "libs/journal/embedded/store.h"
#include "rocksdb/db.h"

namespace whistle::journal {
namespace {

absl::string_view ToView(const rocksdb::Slice& s) { return {s.data(), s.size()}; }

// More than any journal has: what else lies in the store sorts after it.
constexpr uint32_t kPlacesEnd = 1 << 16;

}  // namespace

absl::StatusOr<std::vector<base::Offset>> Store::EndsByKey(int partition_count) const {
  std::vector<base::Offset> ends;
  const std::unique_ptr<rocksdb::Iterator> it(db_->NewIterator(rocksdb::ReadOptions()));
  for (const base::PartitionId partition : AllPartitions(partition_count)) {
    const std::string first = DbKey(partition, base::Offset{0});
    it->SeekForPrev(DbKey(partition, base::Offset{INT64_MAX}));
    WHISTLE_RETURN_IF_ERROR(
        Explain(it->status(), absl::StrCat("partition ", partition.ToString(), ": looking for the end in")));
    if (!it->Valid() || ToView(it->key()) < absl::string_view(first)) {
      ends.push_back(base::Offset{0});
      continue;
    }
    WHISTLE_ASSIGN_OR_RETURN(const base::Offset last, OffsetOfDbKey(ToView(it->key()), partition));
    ends.push_back(last.Next());
  }
  return ends;
}

absl::StatusOr<int> Store::PartitionCountByKey() const {
  std::string beyond;
  PutBigEndian(beyond, kPlacesEnd);
  const std::unique_ptr<rocksdb::Iterator> it(db_->NewIterator(rocksdb::ReadOptions()));
  it->SeekForPrev(beyond);
  WHISTLE_RETURN_IF_ERROR(Explain(it->status(), "looking for the last partition of"));
  if (!it->Valid()) return 0;
  return static_cast<int>(ByteReader(ToView(it->key())).BigEndian<uint32_t>());
}

absl::Status Store::ReadAsItLies(base::PartitionId partition, base::Offset from, base::Offset end,
                                 absl::FunctionRef<bool(base::Offset, absl::StatusOr<StoredRecord>)> visit) const {
  const std::string upper = DbKey(partition, end);
  const rocksdb::Slice upper_bound(upper);
  rocksdb::ReadOptions options;
  options.iterate_upper_bound = &upper_bound;
  // A whole partition is read once: it would only push out what others need.
  options.fill_cache = false;
  options.readahead_size = 1 << 20;
  const std::unique_ptr<rocksdb::Iterator> it(db_->NewIterator(options));
  base::Offset at = from;
  it->Seek(DbKey(partition, at));
  while (at < end) {
    if (!it->status().ok()) {
      const absl::Status why =
          Explain(it->status(), absl::StrCat("partition ", partition.ToString(), " offset ", at.value, ": reading"));
      if (!absl::IsDataLoss(why)) return why;
      if (!visit(at, why)) return absl::OkStatus();
      at = at.Next();
      it->Seek(DbKey(partition, at));
      continue;
    }
    if (!it->Valid()) return absl::OkStatus();
    WHISTLE_ASSIGN_OR_RETURN(const base::Offset found, OffsetOfDbKey(ToView(it->key()), partition));
    if (!visit(found, DecodeRecord(ToView(it->key()), found, ToView(it->value())))) return absl::OkStatus();
    at = found.Next();
    it->Next();
  }
  return absl::OkStatus();
}

}  // namespace whistle::journal
