#include "libs/journal/archive/import.h"

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "libs/base/status_macros.h"
#include "libs/base/time.h"
#include "libs/journal/carried.h"

namespace whistle::journal {
namespace {

// A record that is there comes within milliseconds, a slow broker's within seconds.
constexpr absl::Duration kReadMax = absl::Seconds(30);
constexpr absl::Duration kSettleLook = absl::Milliseconds(200);

std::string PlaceText(base::PartitionId partition, base::Offset offset) {
  return absl::StrCat("partition ", partition.ToString(), " offset ", offset.value);
}

absl::StatusOr<base::Offset> AwaitEnd(Journal& journal, base::PartitionId partition) {
  absl::StatusOr<base::Offset> end;
  absl::Notification told;
  journal.End(partition, [&](absl::StatusOr<base::Offset> answer) {
    end = std::move(answer);
    told.Notify();
  });
  told.WaitForNotification();
  return end;
}

absl::StatusOr<std::vector<base::Offset>> AwaitEnds(Journal& journal) {
  std::vector<base::Offset> ends;
  for (const base::PartitionId partition : AllPartitions(journal.identity().partition_count)) {
    WHISTLE_ASSIGN_OR_RETURN(const base::Offset end, AwaitEnd(journal, partition));
    ends.push_back(end);
  }
  return ends;
}

// The ends, once they stand still; at once where nothing was written after the genesis records.
absl::StatusOr<std::vector<base::Offset>> SettledEnds(Journal& journal, absl::Duration settle) {
  WHISTLE_ASSIGN_OR_RETURN(std::vector<base::Offset> ends, AwaitEnds(journal));
  if (ends == std::vector<base::Offset>(ends.size(), base::Offset{1})) return ends;
  absl::Time since = absl::Now();
  while (absl::Now() - since < settle) {
    absl::SleepFor(kSettleLook);
    WHISTLE_ASSIGN_OR_RETURN(std::vector<base::Offset> now, AwaitEnds(journal));
    if (now == ends) continue;
    ends = std::move(now);
    since = absl::Now();
  }
  return ends;
}

// The records of one partition that the journal holds already, one after another.
class Present {
 public:
  static absl::StatusOr<std::unique_ptr<Present>> Open(Journal& journal, base::PartitionId partition) {
    std::unique_ptr<Present> present(new Present(partition));
    WHISTLE_ASSIGN_OR_RETURN(present->reader_, journal.OpenReader(partition, base::Offset{1}, [raw = present.get()] {
      absl::MutexLock lock(&raw->mutex_);
      raw->ready_ = true;
    }));
    return present;
  }
  ~Present() { reader_.reset(); }

  absl::StatusOr<StoredRecord> Next() {
    const absl::Time deadline = absl::Now() + kReadMax;
    while (at_ == records_.size()) {
      {
        absl::MutexLock lock(&mutex_);
        if (!mutex_.AwaitWithDeadline(absl::Condition(&ready_), deadline)) {
          return absl::UnavailableError(absl::StrCat("partition ", partition_.ToString(), " gave no record for ",
                                                     absl::FormatDuration(kReadMax)));
        }
        ready_ = false;
      }
      at_ = 0;
      WHISTLE_ASSIGN_OR_RETURN(records_, reader_->Read({}));
      if (records_.empty()) continue;
      // There may be more, of which nobody says a word again.
      absl::MutexLock lock(&mutex_);
      ready_ = true;
    }
    return std::move(records_[at_++]);
  }

 private:
  explicit Present(base::PartitionId partition) : partition_(partition) {}

  const base::PartitionId partition_;
  absl::Mutex mutex_;
  bool ready_ ABSL_GUARDED_BY(mutex_) = true;
  std::vector<StoredRecord> records_;
  size_t at_ = 0;
  std::unique_ptr<Reader> reader_;
};

// Appends with many under way, each of which must come to lie where it is expected.
class Appends {
 public:
  Appends(Journal& journal, const ImportOptions& options) : journal_(journal), options_(options) {}
  ~Appends() { AwaitAll().IgnoreError(); }

  // OK once there is room for it and nothing has failed before.
  absl::Status Add(base::PartitionId partition, base::Offset offset, Record record) {
    size_t bytes = record.key.size() + record.value.size();
    for (const auto& [name, value] : record.headers) bytes += name.size() + value.size();
    {
      absl::MutexLock lock(&mutex_);
      const auto room = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
        return !failed_.ok() || records_ == 0 ||
               (records_ < options_.under_way_records_max && bytes_ < options_.under_way_bytes_max);
      };
      AwaitPatiently(absl::Condition(&room));
      if (!failed_.ok()) return failed_;
      ++records_;
      bytes_ += bytes;
    }
    journal_.Append(partition, std::move(record), [this, partition, offset, bytes](absl::StatusOr<Appended> appended) {
      absl::Status status = appended.status();
      if (status.ok() && appended->offset != offset) status = Misplaced(partition, offset, appended->offset);
      absl::MutexLock lock(&mutex_);
      --records_;
      bytes_ -= bytes;
      // What lies wrong for good outweighs what may be tried again.
      if (failed_.ok() || absl::IsDataLoss(status)) failed_ = status;
    });
    return absl::OkStatus();
  }

  absl::Status AwaitAll() {
    absl::MutexLock lock(&mutex_);
    const auto none = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return records_ == 0; };
    AwaitPatiently(absl::Condition(&none));
    return failed_;
  }

 private:
  void AwaitPatiently(const absl::Condition& condition) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    while (!mutex_.AwaitWithTimeout(condition, ImportOptions::kStallTold)) {
      if (options_.on_stall) options_.on_stall(records_);
    }
  }

  static absl::Status Misplaced(base::PartitionId partition, base::Offset wanted, base::Offset got) {
    return absl::DataLossError(absl::StrCat("the record of ", PlaceText(partition, wanted), " came to lie at offset ",
                                            got.value,
                                            ": something else was appended meanwhile. Make the journal anew (delete "
                                            "its topics or folder) and import again"));
  }

  Journal& journal_;
  const ImportOptions& options_;
  absl::Mutex mutex_;
  size_t records_ ABSL_GUARDED_BY(mutex_) = 0;
  size_t bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  absl::Status failed_ ABSL_GUARDED_BY(mutex_);
};

// What of a record is not as the archive has it; empty if nothing.
std::string Difference(const Record& there, const Record& expected) {
  if (there.key != expected.key) return "another key";
  if (there.value != expected.value) return "another value";
  if (there.headers != expected.headers) return "other headers";
  return "";
}

absl::Status CheckTarget(const CheckedArchive& archive, const Identity& target) {
  const ImportedFrom origin = OriginOf(archive);
  if (target.imported_from && target.imported_from->journal_uuid == origin.journal_uuid &&
      target.imported_from->through == origin.through &&
      target.partition_count == archive.header.identity.partition_count) {
    return absl::OkStatus();
  }
  return absl::FailedPreconditionError(absl::StrCat(
      "journal ", target.uuid, " is there and is not the beginning of this import: it ",
      target.imported_from
          ? absl::StrCat("was imported from another archive, of journal ", target.imported_from->journal_uuid)
          : "was not imported",
      ". Import into a journal that is not there yet"));
}

// One import under way.
class Run {
 public:
  Run(const std::string& path, const CheckedArchive& archive, Journal& journal, const ImportOptions& options)
      : path_(path), archive_(archive), journal_(journal), options_(options), appends_(journal, options) {}

  absl::StatusOr<Imported> Carry() {
    WHISTLE_RETURN_IF_ERROR(CheckTarget(archive_, journal_.identity()));
    WHISTLE_ASSIGN_OR_RETURN(ends_, SettledEnds(journal_, options_.settle));
    WHISTLE_ASSIGN_OR_RETURN(const std::unique_ptr<ArchiveReader> reader, ArchiveReader::Open(path_));
    while (true) {
      WHISTLE_ASSIGN_OR_RETURN(std::optional<ArchiveBlock> block, reader->Next());
      if (!block) break;
      for (StoredRecord& record : block->records)
        WHISTLE_RETURN_IF_ERROR(CarryOne(block->partition, std::move(record)));
      if (options_.on_progress) options_.on_progress(reader->tally().records(), reader->tally().bytes());
    }
    present_.reset();
    WHISTLE_RETURN_IF_ERROR(appends_.AwaitAll());
    if (reader->footer().whole != archive_.footer.whole) {
      return absl::DataLossError(absl::StrCat(path_, " became another archive while it was imported"));
    }
    return imported_;
  }

 private:
  absl::Status CarryOne(base::PartitionId partition, StoredRecord stored) {
    if (stored.offset.value == 0) {
      // The new journal's own genesis stands there.
      present_.reset();
      return absl::OkStatus();
    }
    Record record = journal::Carry(std::move(stored.record), stored.stamp);
    if (stored.offset >= ends_[PlaceOf(partition)]) {
      ++imported_.written;
      return appends_.Add(partition, stored.offset, std::move(record));
    }
    if (!present_) {
      WHISTLE_ASSIGN_OR_RETURN(present_, Present::Open(journal_, partition));
    }
    WHISTLE_ASSIGN_OR_RETURN(const StoredRecord there, present_->Next());
    const std::string difference = Difference(there.record, record);
    if (!difference.empty() || there.offset != stored.offset) {
      return absl::FailedPreconditionError(
          absl::StrCat("journal ", journal_.identity().uuid, " is not the beginning of this import: ",
                       PlaceText(partition, stored.offset), " has ", difference.empty() ? "another offset" : difference,
                       " than the archive. Import into a journal that is not there yet"));
    }
    ++imported_.found;
    return absl::OkStatus();
  }

  const std::string& path_;
  const CheckedArchive& archive_;
  Journal& journal_;
  const ImportOptions& options_;
  std::vector<base::Offset> ends_;
  std::unique_ptr<Present> present_;
  Imported imported_;
  // Goes first: it waits for what it has under way.
  Appends appends_;
};

}  // namespace

ImportedFrom OriginOf(const CheckedArchive& archive) {
  ImportedFrom origin{.journal_uuid = archive.header.identity.uuid, .through = {}};
  for (const base::PartitionId partition : AllPartitions(archive.header.identity.partition_count)) {
    origin.through[partition] = archive.header.ends[PlaceOf(partition)];
  }
  return origin;
}

absl::Status CheckNotAfter(const CheckedArchive& archive, absl::Time now) {
  if (archive.footer.last_stamp <= now) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("the archive's last record is of ", base::TimeText(archive.footer.last_stamp), ", and it is ",
                   base::TimeText(now), " now: a journal on a real clock cannot go on from there. ",
                   archive.header.identity.clock_kind == ClockKind::kVirtual
                       ? "Import it into an embedded journal, which keeps its virtual clock"
                       : "Set this machine's clock right, or wait"));
}

absl::StatusOr<Imported> ImportArchive(const std::string& path, const CheckedArchive& archive, Journal& journal,
                                       const ImportOptions& options) {
  return Run(path, archive, journal, options).Carry();
}

}  // namespace whistle::journal
