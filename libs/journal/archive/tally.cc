#include "libs/journal/archive/tally.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "libs/base/time.h"
#include "libs/journal/carried.h"
#include "libs/journal/genesis.h"

namespace whistle::journal {
namespace {

std::string PlaceText(base::PartitionId partition, base::Offset offset) {
  return absl::StrCat("partition ", partition.ToString(), " offset ", offset.value);
}

}  // namespace

ArchiveTally::ArchiveTally(const ArchiveHeader& header)
    : identity_(header.identity),
      ends_(header.ends),
      partitions_(AllPartitions(header.identity.partition_count)),
      totals_(partitions_.size()) {
  for (const base::Offset end : ends_) records_expected_ += static_cast<uint64_t>(end.value);
}

std::optional<std::pair<base::PartitionId, base::Offset>> ArchiveTally::next() const {
  if (at_ == partitions_.size()) return std::nullopt;
  return std::make_pair(partitions_[at_], totals_[at_].end);
}

absl::Status ArchiveTally::Add(base::PartitionId partition, const StoredRecord& stored) {
  const auto expected = next();
  if (!expected) {
    return absl::DataLossError(absl::StrCat(PlaceText(partition, stored.offset), " comes after the last record"));
  }
  if (partition != expected->first || stored.offset != expected->second) {
    return absl::DataLossError(absl::StrCat(PlaceText(partition, stored.offset), " comes where ",
                                            PlaceText(expected->first, expected->second), " is expected"));
  }
  if (stored.stamp < base::EarliestTime() || stored.stamp > base::LatestTime()) {
    return absl::DataLossError(absl::StrCat(PlaceText(partition, stored.offset), " has a stamp that cannot be"));
  }
  if (stored.offset.value == 0) WHISTLE_RETURN_IF_ERROR(AddGenesis(partition, stored));
  // The archive has the stamp itself; the journal had it in a header, which its digest covers.
  const bool carried = stored.offset.value > 0 && stored.offset < carried_through_;
  PartitionTotal& total = totals_[at_];
  total.digest = NextPartitionDigest(total.digest, base::Sha256(stored.record.value),
                                     carried ? CarriedStampText(stored.stamp) : std::string());
  total.end = total.end.Next();
  last_stamp_ = std::max(last_stamp_, stored.stamp);
  ++records_;
  bytes_ += ArchivedBytes(stored.record);
  if (total.end == ends_[at_]) ++at_;
  return absl::OkStatus();
}

absl::Status ArchiveTally::AddGenesis(base::PartitionId partition, const StoredRecord& stored) {
  const absl::StatusOr<Genesis> genesis = ParseGenesis(stored.record);
  if (!genesis.ok()) {
    return absl::DataLossError(absl::StrCat(PlaceText(partition, stored.offset), ": ", genesis.status().message()));
  }
  if (genesis->partition != partition || genesis->identity.uuid != identity_.uuid ||
      genesis->identity.partition_count != identity_.partition_count) {
    return absl::DataLossError(absl::StrCat(PlaceText(partition, stored.offset), " is the genesis record of partition ",
                                            genesis->partition.ToString(), " of journal ", genesis->identity.uuid,
                                            "; the header names journal ", identity_.uuid, " with ",
                                            identity_.partition_count, " partitions"));
  }
  carried_through_ = CarriedThrough(genesis->identity, partition);
  return absl::OkStatus();
}

absl::Status ArchiveTally::CheckComplete() const {
  const auto missing = next();
  if (!missing) return absl::OkStatus();
  return absl::DataLossError(
      absl::StrCat(PlaceText(missing->first, missing->second), " and what follows it are missing"));
}

}  // namespace whistle::journal
