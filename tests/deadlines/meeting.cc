#include "tests/deadlines/meeting.h"

#include <utility>

namespace whistle::deadlines {

class Meeting::OwnJournal final : public journal::Journal {
 public:
  OwnJournal(Meeting* meeting, size_t instance) : meeting_(*meeting), instance_(instance) {}

  const journal::Identity& identity() const override { return meeting_.journal_->identity(); }
  void Append(base::PartitionId partition, journal::Record record, AppendDone done) override {
    meeting_.Append(instance_, {partition, std::move(record), std::move(done)});
  }
  void End(base::PartitionId partition, EndDone done) override { meeting_.journal_->End(partition, std::move(done)); }
  absl::StatusOr<std::unique_ptr<journal::Reader>> OpenReader(base::PartitionId partition, base::Offset from,
                                                              std::function<void()> on_ready) override {
    return meeting_.journal_->OpenReader(partition, from, std::move(on_ready));
  }

 private:
  Meeting& meeting_;
  const size_t instance_;
};

Meeting::Meeting(journal::Journal* journal, size_t instances) : journal_(journal) {
  for (size_t i = 0; i < instances; ++i) own_.push_back(std::make_unique<OwnJournal>(this, i));
}

Meeting::~Meeting() = default;

journal::Journal* Meeting::journal(size_t instance) { return own_.at(instance).get(); }

void Meeting::Begin() {
  absl::MutexLock lock(&mutex_);
  over_ = false;
  met_.clear();
}

void Meeting::Append(size_t instance, Waiting append) {
  {
    absl::MutexLock lock(&mutex_);
    waiting_.push_back(std::move(append));
    if (!over_) met_.insert(instance);
    if (handing_on_ || (!over_ && met_.size() < own_.size())) return;
    over_ = handing_on_ = true;
  }
  // Without the lock: a callback may come before the journal's Append returns.
  while (std::optional<Waiting> next = Next()) {
    journal_->Append(next->partition, std::move(next->record), std::move(next->done));
  }
}

std::optional<Meeting::Waiting> Meeting::Next() {
  absl::MutexLock lock(&mutex_);
  if (waiting_.empty()) {
    handing_on_ = false;
    return std::nullopt;
  }
  Waiting next = std::move(waiting_.front());
  waiting_.pop_front();
  return next;
}

}  // namespace whistle::deadlines
