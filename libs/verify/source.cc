#include "libs/verify/source.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "absl/time/time.h"
#include "libs/base/status_macros.h"

namespace whistle::verify {
namespace {

// A record that is there comes within milliseconds; a cluster that has lost a broker takes some seconds.
constexpr absl::Duration kSilenceMax = absl::Seconds(60);

// The registry's first, as AllPartitions has it.
size_t PlaceOf(base::PartitionId partition) {
  return partition.is_registry() ? 0 : 1 + static_cast<size_t>(partition.index());
}

}  // namespace

absl::StatusOr<std::unique_ptr<ReadingSource>> ReadingSource::Open(journal::Journal* journal) {
  std::unique_ptr<ReadingSource> source(new ReadingSource(journal));
  for (const base::PartitionId partition : journal::AllPartitions(source->partition_count())) {
    // Shared: an answer may come after this has given up.
    struct Asked {
      absl::Notification answered;
      absl::StatusOr<base::Offset> end;
    };
    const auto asked = std::make_shared<Asked>();
    journal->End(partition, [asked](absl::StatusOr<base::Offset> end) {
      asked->end = std::move(end);
      asked->answered.Notify();
    });
    if (!asked->answered.WaitForNotificationWithTimeout(kSilenceMax)) {
      return absl::UnavailableError(
          absl::StrCat("the journal does not say where partition ", partition.ToString(), " ends"));
    }
    WHISTLE_RETURN_IF_ERROR(asked->end.status());
    source->ends_.push_back(*asked->end);
  }
  return source;
}

base::Offset ReadingSource::End(base::PartitionId partition) const { return ends_[PlaceOf(partition)]; }

absl::Status ReadingSource::Read(base::PartitionId partition, base::Offset from, Visit visit) const {
  absl::Mutex mutex;
  bool ready = true;
  WHISTLE_ASSIGN_OR_RETURN(const auto reader, journal_->OpenReader(partition, from, [&] {
    absl::MutexLock lock(&mutex);
    ready = true;
  }));
  for (base::Offset at = from; at < End(partition);) {
    {
      absl::MutexLock lock(&mutex);
      if (!mutex.AwaitWithTimeout(absl::Condition(&ready), kSilenceMax)) {
        return absl::UnavailableError(
            absl::StrCat("partition ", partition.ToString(), " gives nothing from offset ", at.value, " on"));
      }
      ready = false;
    }
    while (at < End(partition)) {
      WHISTLE_ASSIGN_OR_RETURN(std::vector<journal::StoredRecord> records, reader->Read({}));
      if (records.empty()) break;
      for (journal::StoredRecord& record : records) {
        at = record.offset.Next();
        if (at > End(partition)) return absl::OkStatus();
        const base::Offset offset = record.offset;
        if (!visit(offset, std::move(record))) return absl::OkStatus();
      }
    }
  }
  return absl::OkStatus();
}

}  // namespace whistle::verify
