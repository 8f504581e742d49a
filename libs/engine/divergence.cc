#include "libs/engine/divergence.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "libs/base/hash.h"

namespace whistle::engine {
namespace {

constexpr absl::string_view kMark = "DIVERGED: ";
// Short enough that a message with two uuids and two hashes fits into a line of the log.
constexpr absl::string_view kChoices =
    "restore the journal, or give --journal the cluster that has it, or delete the projection folder to build a new "
    "one";
// A record that is there comes within milliseconds; a journal that does not answer must not hold up the start.
constexpr absl::Duration kLookMax = absl::Seconds(3);

absl::StatusOr<base::Digest> HashAt(journal::Journal& journal, base::PartitionId partition, base::Offset offset) {
  absl::Mutex mutex;
  bool ready = true;
  auto reader = journal.OpenReader(partition, offset, [&] {
    absl::MutexLock lock(&mutex);
    ready = true;
  });
  if (!reader.ok()) return reader.status();
  const absl::Time deadline = absl::Now() + kLookMax;
  absl::Status why = absl::UnavailableError("no answer");
  while (absl::Now() < deadline) {
    {
      absl::MutexLock lock(&mutex);
      if (!mutex.AwaitWithDeadline(absl::Condition(&ready), deadline)) break;
      ready = false;
    }
    const auto records = (*reader)->Read({.records_max = 1});
    if (records.ok() && !records->empty()) return base::Sha256(records->front().record.value);
    if (absl::IsDataLoss(records.status())) return records.status();
    if (!records.ok()) why = records.status();
  }
  return why;
}

std::string HashText(const absl::StatusOr<base::Digest>& hash) {
  if (hash.ok()) return absl::StrCat("hash ", hash->ToHex());
  return absl::StrCat("what could not be read (", hash.status().message(), ")");
}

}  // namespace

absl::Status Diverged(absl::string_view what) {
  if (absl::EndsWith(what, kChoices)) return absl::DataLossError(what);
  return absl::DataLossError(absl::StrCat(absl::StartsWith(what, kMark) ? "" : kMark, what, "; ", kChoices));
}

std::string FoldedText(const projection::v1::PartitionRow& row) {
  const auto hash = base::Digest::FromBytes(row.record_hash());
  return absl::StrCat("folded up to offset ", row.offset(), " with hash ", hash ? hash->ToHex() : "(none)");
}

std::string JournalText(journal::Journal& journal, base::PartitionId partition, const projection::v1::PartitionRow& row,
                        base::Offset end) {
  if (end.value > row.offset()) {
    return absl::StrCat("the journal holds ", HashText(HashAt(journal, partition, base::Offset{row.offset()})),
                        " there");
  }
  if (end.value == 0) return "the journal holds nothing";
  return absl::StrCat("the journal ends at offset ", end.value, ", its last record with ",
                      HashText(HashAt(journal, partition, base::Offset{end.value - 1})));
}

}  // namespace whistle::engine
