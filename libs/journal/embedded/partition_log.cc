#include "libs/journal/embedded/partition_log.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/check.h"
#include "libs/journal/embedded/record_format.h"

namespace whistle::journal {

base::Offset PartitionLog::end() const {
  absl::MutexLock lock(&mutex_);
  return end_;
}

void PartitionLog::Publish(std::vector<std::shared_ptr<const StoredRecord>> records) {
  absl::MutexLock lock(&mutex_);
  for (std::shared_ptr<const StoredRecord>& record : records) {
    WHISTLE_CHECK(record->offset == end_, absl::StrCat("offset ", record->offset.value, " after end ", end_.value));
    end_ = end_.Next();
    tail_bytes_ += RecordBytes(record->record);
    tail_.push_back(std::move(record));
  }
  while (tail_.size() > limits_.records_max || tail_bytes_ > limits_.bytes_max) {
    tail_bytes_ -= RecordBytes(tail_.front()->record);
    tail_.pop_front();
  }
}

void PartitionLog::NotifyListeners() {
  absl::MutexLock lock(&listeners_mutex_);
  for (const auto& [id, on_ready] : listeners_) on_ready();
}

PartitionLog::TailRead PartitionLog::Tail(base::Offset from, ReadLimits limits) const {
  absl::MutexLock lock(&mutex_);
  TailRead read{end_, {}};
  if (tail_.empty() || from < tail_.front()->offset) return read;
  size_t bytes = 0;
  for (size_t i = from.value - tail_.front()->offset.value; i < tail_.size(); ++i) {
    bytes += RecordBytes(tail_[i]->record);
    if (!read.records.empty() && (read.records.size() >= limits.records_max || bytes > limits.bytes_max)) break;
    read.records.push_back(tail_[i]);
  }
  return read;
}

int64_t PartitionLog::AddListener(std::function<void()> on_ready) {
  absl::MutexLock lock(&listeners_mutex_);
  const int64_t id = next_listener_++;
  listeners_.emplace(id, std::move(on_ready));
  return id;
}

void PartitionLog::RemoveListener(int64_t id) {
  absl::MutexLock lock(&listeners_mutex_);
  listeners_.erase(id);
}

}  // namespace whistle::journal
