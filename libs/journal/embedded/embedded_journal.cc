#include "libs/journal/embedded/embedded_journal.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/check.h"
#include "libs/base/status_macros.h"
#include "libs/journal/embedded/record_format.h"
#include "libs/journal/genesis.h"

namespace whistle::journal {
namespace {

absl::Status UnknownPartition(base::PartitionId partition, const Identity& identity) {
  return absl::InvalidArgumentError(absl::StrCat("there is no partition ", partition.ToString(), ": the journal has ",
                                                 identity.partition_count, " case partitions and the registry's"));
}

}  // namespace

class EmbeddedJournal::EmbeddedReader final : public Reader {
 public:
  EmbeddedReader(const Store& store, PartitionLog& log, base::PartitionId partition, base::Offset next,
                 std::function<void()> on_ready)
      : store_(store), log_(log), partition_(partition), next_(next), listener_(log.AddListener(std::move(on_ready))) {}

  ~EmbeddedReader() override { log_.RemoveListener(listener_); }

  absl::StatusOr<std::vector<StoredRecord>> Read(ReadLimits limits) override {
    if (!dead_.ok()) return dead_;
    const PartitionLog::TailRead tail = log_.Tail(next_, limits);
    std::vector<StoredRecord> records;
    if (!tail.records.empty()) {
      records.reserve(tail.records.size());
      for (const auto& record : tail.records) records.push_back(*record);
    } else if (next_ < tail.end) {
      absl::StatusOr<std::vector<StoredRecord>> stored = store_.Read(partition_, next_, tail.end, limits);
      if (absl::IsDataLoss(stored.status())) dead_ = stored.status();
      if (!stored.ok()) return stored;
      records = *std::move(stored);
    }
    if (!records.empty()) next_ = records.back().offset.Next();
    return records;
  }

 private:
  const Store& store_;
  PartitionLog& log_;
  const base::PartitionId partition_;
  base::Offset next_;
  const int64_t listener_;
  absl::Status dead_;
};

absl::StatusOr<std::unique_ptr<EmbeddedJournal>> EmbeddedJournal::Open(EmbeddedOptions options) {
  WHISTLE_ASSIGN_OR_RETURN(OpenedFolder opened, OpenFolder(options));
  return std::unique_ptr<EmbeddedJournal>(new EmbeddedJournal(std::move(options), std::move(opened)));
}

EmbeddedJournal::EmbeddedJournal(EmbeddedOptions options, OpenedFolder opened)
    : options_(std::move(options)),
      folder_(std::move(opened.folder)),
      mark_(std::move(opened.mark)),
      store_(std::move(opened.store)),
      identity_(std::move(opened.identity)),
      last_stamp_(mark_->mark().last_stamp) {
  for (base::Offset end : mark_->mark().ends) {
    partitions_.push_back(
        std::make_unique<PartitionLog>(end, PartitionLog::Limits{options_.tail_records_max, options_.tail_bytes_max}));
  }
  writer_ = std::thread([this] { Run(); });
}

EmbeddedJournal::~EmbeddedJournal() {
  {
    absl::MutexLock lock(&mutex_);
    closing_ = true;
  }
  writer_.join();
}

void EmbeddedJournal::Append(base::PartitionId partition, Record record, AppendDone done) {
  absl::Status refusal = CheckRecord(partition, record);
  if (refusal.ok()) {
    absl::MutexLock lock(&mutex_);
    const size_t bytes = RecordBytes(record);
    if (!failed_.ok()) {
      refusal = failed_;
    } else if (queue_.size() >= options_.queue_records_max || queue_bytes_ + bytes > options_.queue_bytes_max) {
      refusal = absl::ResourceExhaustedError(absl::StrCat("the journal's queue is full: ", queue_.size(), " records, ",
                                                          queue_bytes_, " bytes; at most ", options_.queue_records_max,
                                                          " and ", options_.queue_bytes_max));
    } else {
      queue_bytes_ += bytes;
      queue_.push_back({partition, std::move(record), std::move(done)});
      return;
    }
  }
  std::move(done)(std::move(refusal));
}

void EmbeddedJournal::End(base::PartitionId partition, EndDone done) {
  if (!HasPartition(partition)) return std::move(done)(UnknownPartition(partition, identity_));
  absl::Status failed;
  {
    absl::MutexLock lock(&mutex_);
    failed = failed_;
  }
  if (!failed.ok()) return std::move(done)(std::move(failed));
  std::move(done)(partitions_[PlaceOf(partition)]->end());
}

absl::StatusOr<std::unique_ptr<Reader>> EmbeddedJournal::OpenReader(base::PartitionId partition, base::Offset from,
                                                                    std::function<void()> on_ready) {
  if (!HasPartition(partition)) return UnknownPartition(partition, identity_);
  PartitionLog& log = *partitions_[PlaceOf(partition)];
  if (const base::Offset end = log.end(); from.value < 0 || from > end) {
    return absl::OutOfRangeError(absl::StrCat("partition ", partition.ToString(), " of journal ", identity_.uuid,
                                              " ends at offset ", end.value, "; cannot read from ", from.value));
  }
  return std::make_unique<EmbeddedReader>(*store_, log, partition, from, std::move(on_ready));
}

absl::Time EmbeddedJournal::LastStamp() const {
  absl::MutexLock lock(&mutex_);
  return last_stamp_;
}

bool EmbeddedJournal::HasPartition(base::PartitionId partition) const {
  if (partition.is_registry()) return partition.index() == 0;
  return partition.index() >= 0 && partition.index() < identity_.partition_count;
}

absl::Status EmbeddedJournal::CheckRecord(base::PartitionId partition, const Record& record) const {
  if (!HasPartition(partition)) return UnknownPartition(partition, identity_);
  if (options_.importing) return absl::OkStatus();
  if (record.value.size() > kRecordValueBytesMax) {
    return absl::InvalidArgumentError(
        absl::StrCat("a record's value has at most ", kRecordValueBytesMax, " bytes; found ", record.value.size()));
  }
  if (const size_t rest = RecordBytes(record) - record.value.size(); rest > kKeyAndHeadersBytesMax) {
    return absl::InvalidArgumentError(
        absl::StrCat("a record's key and headers have at most ", kKeyAndHeadersBytesMax, " bytes; found ", rest));
  }
  return absl::OkStatus();
}

void EmbeddedJournal::Run() {
  for (Batch batch = TakeBatch(); !batch.appends.empty(); batch = TakeBatch()) Commit(std::move(batch));
  // An older mark would do; a journal that is closed in peace leaves the newest. There is nobody left to tell of an
  // error, and nothing acknowledged depends on it.
  mark_->Sync().IgnoreError();
}

EmbeddedJournal::Batch EmbeddedJournal::TakeBatch() {
  absl::MutexLock lock(&mutex_);
  const auto ready = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return closing_ || !queue_.empty(); };
  mutex_.Await(absl::Condition(&ready));
  Batch batch;
  size_t bytes = 0;
  while (!queue_.empty() && batch.appends.size() < options_.batch_records_max && bytes < options_.batch_bytes_max) {
    bytes += RecordBytes(queue_.front().record);
    batch.appends.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  queue_bytes_ -= bytes;
  // Under the lock that orders appends: an append that follows an acknowledged one never gets an earlier reading of the
  // clock.
  batch.stamp = absl::FromUnixMillis(absl::ToUnixMillis(options_.clock->Now()));
  return batch;
}

void EmbeddedJournal::Commit(Batch batch) {
  std::vector<base::Offset> ends;
  for (const auto& partition : partitions_) ends.push_back(partition->end());
  std::vector<std::vector<std::shared_ptr<const StoredRecord>>> shown(partitions_.size());
  std::vector<PlacedRecord> records;
  records.reserve(batch.appends.size());
  for (Queued& append : batch.appends) {
    const size_t place = PlaceOf(append.partition);
    records.push_back({append.partition, std::make_shared<const StoredRecord>(
                                             StoredRecord{ends[place], batch.stamp, std::move(append.record)})});
    shown[place].push_back(records.back().stored);
    ends[place] = ends[place].Next();
  }
  const absl::Time last_stamp = std::max(LastStamp(), batch.stamp);

  if (absl::Status status = Write(records, std::move(ends), last_stamp); !status.ok()) {
    return Fail(std::move(status), std::move(batch));
  }

  // Shown before it is acknowledged: whoever was told of a record finds it below the end.
  for (size_t i = 0; i < shown.size(); ++i) {
    if (!shown[i].empty()) partitions_[i]->Publish(shown[i]);
  }
  {
    absl::MutexLock lock(&mutex_);
    last_stamp_ = last_stamp;
  }
  for (size_t i = 0; i < batch.appends.size(); ++i) {
    std::move(batch.appends[i].done)(Appended{records[i].stored->offset, batch.stamp});
  }
  for (size_t i = 0; i < shown.size(); ++i) {
    if (!shown[i].empty()) partitions_[i]->NotifyListeners();
  }
}

absl::Status EmbeddedJournal::Write(const std::vector<PlacedRecord>& records, std::vector<base::Offset> ends,
                                    absl::Time last_stamp) {
  WHISTLE_RETURN_IF_ERROR(store_->Append(records));
  return mark_->Write({identity_.uuid, std::move(ends), last_stamp});
}

void EmbeddedJournal::Fail(absl::Status why, Batch batch) {
  // UNAVAILABLE, whatever the disk said: what was being written may be there after a restart.
  const absl::Status answer = absl::UnavailableError(
      absl::StrCat("the journal in ", options_.dir,
                   " failed to write and acknowledges nothing until it is restarted: ", why.message()));
  std::deque<Queued> waiting;
  {
    absl::MutexLock lock(&mutex_);
    failed_ = answer;
    waiting.swap(queue_);
    queue_bytes_ = 0;
  }
  for (Queued& append : batch.appends) std::move(append.done)(answer);
  for (Queued& append : waiting) std::move(append.done)(answer);
  if (options_.on_fatal) options_.on_fatal(answer);
}

}  // namespace whistle::journal
