#include "libs/journal/conformance/calls.h"

#include <chrono>
#include <utility>

#include "absl/time/time.h"
#include "gtest/gtest.h"

namespace whistle::journal {
namespace {

// Long enough for a loaded machine, short enough for a test that hangs.
constexpr std::chrono::seconds kPatience(30);

template <typename T>
absl::StatusOr<T> AwaitFor(std::future<absl::StatusOr<T>> outcome) {
  if (outcome.wait_for(kPatience) != std::future_status::ready) {
    return absl::DeadlineExceededError("the journal did not call back");
  }
  return outcome.get();
}

}  // namespace

std::future<absl::StatusOr<Appended>> StartAppend(Journal& journal, base::PartitionId partition, Record record) {
  auto promise = std::make_shared<std::promise<absl::StatusOr<Appended>>>();
  auto outcome = promise->get_future();
  journal.Append(partition, std::move(record),
                 [promise](absl::StatusOr<Appended> appended) { promise->set_value(std::move(appended)); });
  return outcome;
}

absl::StatusOr<Appended> Await(std::future<absl::StatusOr<Appended>> outcome) { return AwaitFor(std::move(outcome)); }

absl::StatusOr<Appended> AppendAndWait(Journal& journal, base::PartitionId partition, Record record) {
  return Await(StartAppend(journal, partition, std::move(record)));
}

int64_t EndOf(Journal& journal, base::PartitionId partition) {
  const auto give_up_at = std::chrono::steady_clock::now() + kPatience;
  absl::StatusOr<base::Offset> end;
  do {
    auto promise = std::make_shared<std::promise<absl::StatusOr<base::Offset>>>();
    auto outcome = promise->get_future();
    journal.End(partition, [promise](absl::StatusOr<base::Offset> known) { promise->set_value(known); });
    end = AwaitFor(std::move(outcome));
  } while (absl::IsUnavailable(end.status()) && std::chrono::steady_clock::now() < give_up_at);
  EXPECT_TRUE(end.ok()) << end.status();
  return end.ok() ? end->value : -1;
}

std::vector<StoredRecord> ReadAll(Journal& journal, base::PartitionId partition, int64_t from, ReadLimits limits) {
  std::vector<StoredRecord> all;
  const int64_t end = EndOf(journal, partition);
  Bell bell;
  absl::StatusOr<std::unique_ptr<Reader>> reader = journal.OpenReader(partition, base::Offset{from}, bell.Ringer());
  EXPECT_TRUE(reader.ok()) << reader.status();
  if (!reader.ok()) return all;
  while (from + static_cast<int64_t>(all.size()) < end) {
    absl::StatusOr<std::vector<StoredRecord>> batch = (*reader)->Read(limits);
    EXPECT_TRUE(batch.ok()) << batch.status();
    if (!batch.ok()) return all;
    if (batch->empty() && !bell.Wait()) {
      ADD_FAILURE() << "partition " << partition << " ends at " << end << "; read " << all.size() << " from " << from;
      return all;
    }
    for (StoredRecord& record : *batch) {
      EXPECT_EQ(record.offset.value, from + static_cast<int64_t>(all.size())) << "in partition " << partition;
      all.push_back(std::move(record));
    }
  }
  return all;
}

std::function<void()> Bell::Ringer() {
  return [this] {
    absl::MutexLock lock(&mutex_);
    ++rings_;
  };
}

bool Bell::Wait() {
  absl::MutexLock lock(&mutex_);
  const auto rung = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return rings_ > heard_; };
  const bool heard = mutex_.AwaitWithTimeout(absl::Condition(&rung), absl::FromChrono(kPatience));
  heard_ = rings_;
  return heard;
}

int Bell::rings() const {
  absl::MutexLock lock(&mutex_);
  return rings_;
}

}  // namespace whistle::journal
