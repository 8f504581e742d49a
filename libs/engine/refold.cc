#include "libs/engine/refold.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "libs/base/status_macros.h"

namespace whistle::engine {
namespace {

// A reader that could not reach its journal is asked again.
constexpr absl::Duration kReadRetry = absl::Milliseconds(100);

}  // namespace

Ends EndsOf(const std::vector<std::pair<base::PartitionId, projection::v1::PartitionRow>>& rows) {
  Ends ends;
  for (const auto& [partition, row] : rows) ends[partition] = base::Offset{row.offset() + 1};
  return ends;
}

absl::StatusOr<Refold::Partition*> Refold::Open(base::PartitionId id) {
  if (const auto it = partitions_.find(id); it != partitions_.end()) return &it->second;
  Partition partition;
  WHISTLE_ASSIGN_OR_RETURN(partition.fold,
                           PartitionFold::Open({.model = id.is_registry() ? options_.registry_model : options_.model,
                                                .store = options_.store,
                                                .partition = id,
                                                .identity = options_.journal->identity()}));
  partition.wakeup = std::make_shared<Partition::Wakeup>();
  WHISTLE_ASSIGN_OR_RETURN(partition.reader,
                           options_.journal->OpenReader(id, partition.fold->next_offset(), [wakeup = partition.wakeup] {
                             absl::MutexLock lock(&wakeup->mutex);
                             wakeup->ready = true;
                           }));
  return &partitions_.emplace(id, std::move(partition)).first->second;
}

absl::StatusOr<int64_t> Refold::Missing(const Ends& ends) {
  int64_t missing = 0;
  for (const auto& [id, end] : ends) {
    WHISTLE_ASSIGN_OR_RETURN(const Partition* partition, Open(id));
    missing += end.value - partition->fold->next_offset().value;
  }
  return missing;
}

absl::StatusOr<std::vector<journal::StoredRecord>> Refold::ReadBelow(Partition& partition, base::Offset end,
                                                                     absl::Time deadline) {
  const base::Offset next = partition.fold->next_offset();
  // A record beyond the end would have to be kept until it is wanted.
  const journal::ReadLimits limits{
      .records_max = std::min(options_.batch_records_max, static_cast<size_t>(end.value - next.value)),
      .bytes_max = options_.batch_bytes_max};
  const absl::Time give_up = std::min(deadline, absl::Now() + options_.read_wait_max);
  absl::Status why = absl::UnavailableError("nothing came");
  while (true) {
    {
      absl::MutexLock lock(&partition.wakeup->mutex);
      partition.wakeup->ready = false;
    }
    auto records = partition.reader->Read(limits);
    if (absl::IsDataLoss(records.status())) return records.status();
    if (records.ok() && !records->empty()) return records;
    if (!records.ok()) why = records.status();
    const absl::Time now = absl::Now();
    if (now >= deadline) return absl::DeadlineExceededError("the journal's records did not come in time");
    if (now >= give_up) {
      return absl::UnavailableError(absl::StrCat("partition ", partition.fold->options().partition.ToString(),
                                                 " of the journal could not be read at offset ", next.value, " for ",
                                                 absl::FormatDuration(options_.read_wait_max), ": ", why.message()));
    }
    absl::MutexLock lock(&partition.wakeup->mutex);
    partition.wakeup->mutex.AwaitWithDeadline(absl::Condition(&partition.wakeup->ready),
                                              std::min(give_up, now + kReadRetry));
  }
}

absl::Status Refold::FoldUpTo(const Ends& ends, absl::Time deadline,
                              absl::FunctionRef<absl::Status(size_t records)> after_batch) {
  for (const auto& [id, end] : ends) {
    WHISTLE_ASSIGN_OR_RETURN(Partition* const partition, Open(id));
    while (partition->fold->next_offset() < end) {
      WHISTLE_ASSIGN_OR_RETURN(const auto records, ReadBelow(*partition, end, deadline));
      WHISTLE_ASSIGN_OR_RETURN(const std::vector<Folded> folded, partition->fold->Fold(records));
      for (const Folded& one : folded) {
        if (one.kind == Folded::Kind::kAccepted) touched_.insert(one.case_id);
      }
      WHISTLE_RETURN_IF_ERROR(after_batch(records.size()));
    }
  }
  return absl::OkStatus();
}

}  // namespace whistle::engine
