#include "libs/journal/carried.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "libs/base/time.h"
#include "whistle/journal/v1/journal.pb.h"

namespace whistle::journal {
namespace {

// The last of that name: whatever a record bore before it was carried over stands before it.
std::optional<size_t> CarriedHeader(const Record& record) {
  for (size_t i = record.headers.size(); i-- > 0;) {
    if (record.headers[i].first == kCarriedStampHeader) return i;
  }
  return std::nullopt;
}

absl::StatusOr<Stamp> ReadCarried(const StoredRecord& stored) {
  const auto damaged = [&](absl::string_view why) {
    return absl::DataLossError(
        absl::StrCat("offset ", stored.offset.value, " was carried over and ", why, ": ", kCarriedStampHeader,
                     " with the milliseconds since 1970 is expected. It was not imported, or was "
                     "changed; import the archive again, into an empty journal"));
  };
  const std::optional<size_t> at = CarriedHeader(stored.record);
  if (!at) return damaged("does not say when it was recorded");
  const std::string& text = stored.record.headers[*at].second;
  int64_t milliseconds = 0;
  const bool parsed = absl::SimpleAtoi(text, &milliseconds);
  const absl::Time time = absl::FromUnixMillis(milliseconds);
  // One way of writing it: another would be the same time under another digest.
  if (!parsed || text != CarriedStampText(time) || time < base::EarliestTime() || time > base::LatestTime()) {
    return damaged("does not say readably when it was recorded");
  }
  return Stamp{.time = time, .carried = text};
}

}  // namespace

std::string CarriedStampText(absl::Time stamp) { return absl::StrCat(absl::ToUnixMillis(stamp)); }

base::Offset CarriedThrough(const Identity& identity, base::PartitionId partition) {
  if (!identity.imported_from) return base::Offset{0};
  const auto through = identity.imported_from->through.find(partition);
  return through == identity.imported_from->through.end() ? base::Offset{0} : through->second;
}

absl::StatusOr<base::Offset> CarriedThrough(const Record& genesis) {
  v1::Genesis proto;
  if (genesis.key != kGenesisKey || !proto.ParseFromString(genesis.value)) {
    return absl::DataLossError("offset 0 does not hold a genesis record");
  }
  return base::Offset{proto.imported_from().through_offset()};
}

absl::StatusOr<Stamp> CountingStamp(const StoredRecord& stored, base::Offset through) {
  if (stored.offset.value == 0 || stored.offset >= through) return Stamp{.time = stored.stamp};
  return ReadCarried(stored);
}

Record Carry(Record record, absl::Time stamp) {
  record.headers.emplace_back(kCarriedStampHeader, CarriedStampText(stamp));
  return record;
}

absl::StatusOr<StoredRecord> AsCarriedFrom(StoredRecord stored, base::Offset through) {
  WHISTLE_ASSIGN_OR_RETURN(const Stamp stamp, CountingStamp(stored, through));
  if (stamp.carried.empty()) return stored;
  stored.stamp = stamp.time;
  stored.record.headers.erase(stored.record.headers.begin() +
                              static_cast<std::ptrdiff_t>(*CarriedHeader(stored.record)));
  return stored;
}

absl::Status CheckCarriedThrough(const Identity& identity, base::PartitionId partition, base::Offset end,
                                 absl::string_view where) {
  const base::Offset through = CarriedThrough(identity, partition);
  if (end >= through) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("the import of journal ", identity.imported_from->journal_uuid, " is unfinished: partition ",
                   partition.ToString(), " ends at offset ", end.value, ", and was to be carried over up to ",
                   through.value, ". Run `whistlectl journal import FILE --journal=", where,
                   "` with the same archive; it goes on where it stopped"));
}

base::Digest NextPartitionDigest(const base::Digest& before, const base::Digest& value_hash,
                                 absl::string_view carried_stamp) {
  return base::Sha256({before.bytes(), value_hash.bytes(), carried_stamp});
}

}  // namespace whistle::journal
