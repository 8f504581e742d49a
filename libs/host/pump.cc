#include "libs/host/pump.h"

#include <utility>

#include "libs/base/status_macros.h"

namespace whistle::host {
namespace {

// What one stream may have read ahead of its consumer: small, as its queue holds the rest.
constexpr journal::ReadLimits kReadAhead{.records_max = 128, .bytes_max = 1024 * 1024};

}  // namespace

Pumps::Pumps() : thread_([this] { Run(); }) {}

Pumps::~Pumps() { Stop(); }

void Pumps::Post(absl::AnyInvocable<void() &&> task) {
  absl::MutexLock lock(&mutex_);
  if (!stopping_) tasks_.push_back(std::move(task));
}

void Pumps::Stop() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  if (thread_.joinable()) thread_.join();
}

void Pumps::Run() {
  while (true) {
    std::deque<absl::AnyInvocable<void() &&>> tasks;
    {
      absl::MutexLock lock(&mutex_);
      const auto awake = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return stopping_ || !tasks_.empty(); };
      mutex_.Await(absl::Condition(&awake));
      if (tasks_.empty()) return;
      tasks.swap(tasks_);
    }
    for (auto& task : tasks) std::move(task)();
  }
}

absl::StatusOr<std::shared_ptr<Pump>> Pump::Start(Pumps* pumps, journal::Journal* journal, base::PartitionId partition,
                                                  base::Offset from, base::Offset until, Sink sink) {
  std::shared_ptr<Pump> pump(new Pump(pumps, from, until, std::move(sink)));
  WHISTLE_ASSIGN_OR_RETURN(pump->reader_, journal->OpenReader(partition, from, [weak = pump->weak_from_this()] {
    if (const auto alive = weak.lock()) alive->Wake();
  }));
  pump->Wake();
  return pump;
}

void Pump::Wake() {
  pumps_->Post([weak = weak_from_this()] {
    if (const auto pump = weak.lock()) pump->Run();
  });
}

void Pump::Stop() {
  stopped_ = true;
  reader_.reset();
  read_.clear();
}

void Pump::Run() {
  if (stopped_) return;
  const base::Offset limit = std::min(until_, sink_.limit());
  bool had_turn = false;
  while (next_ < limit) {
    if (read_.empty()) {
      absl::StatusOr<std::vector<journal::StoredRecord>> records = reader_->Read(kReadAhead);
      if (!records.ok()) {
        const auto done = sink_.done;
        Stop();
        return done(records.status());
      }
      if (records->empty()) return;
      for (journal::StoredRecord& record : *records) read_.push_back(std::move(record));
      // Batch by batch, so that the streams take turns.
      if (std::exchange(had_turn, true)) return Wake();
    }
    switch (sink_.take(read_.front())) {
      case Taken::kYes:
        next_ = read_.front().offset.Next();
        read_.pop_front();
        break;
      case Taken::kNoRoom:
        return;
      case Taken::kEnough:
        return Stop();
    }
  }
  if (next_ >= until_) {
    const auto done = sink_.done;
    Stop();
    done(absl::OkStatus());
  }
}

}  // namespace whistle::host
