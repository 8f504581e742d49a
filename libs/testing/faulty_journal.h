// A journal in which everything that can go wrong with an append does, when a test says so.
//
//   FaultyJournal journal(&clock);
//   strand.Submit(…);          // its append waits
//   journal.Land();            // it is at the end of the log, and acknowledged
//   journal.FailUnknown();     // or nobody knows
//
// One thread. It has one case partition, and a registry partition without records.
#ifndef WHISTLE_LIBS_TESTING_FAULTY_JOURNAL_H_
#define WHISTLE_LIBS_TESTING_FAULTY_JOURNAL_H_

#include <deque>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libs/base/clock.h"
#include "libs/base/ids.h"
#include "libs/journal/genesis.h"
#include "libs/journal/journal.h"

namespace whistle::testing {

class FaultyJournal final : public journal::Journal {
 public:
  struct Waiting {
    journal::Record record;
    AppendDone done;
  };

  explicit FaultyJournal(const base::Clock* clock) : clock_(clock) {
    identity_.uuid = "toy-journal";
    identity_.partition_count = 1;
    identity_.created_at = clock->Now();
    log_.push_back({base::Offset{0}, clock->Now(), journal::GenesisRecord(identity_, base::PartitionId::Case(0))});
  }

  const journal::Identity& identity() const override { return identity_; }
  void Append(base::PartitionId, journal::Record record, AppendDone done) override {
    waiting.push_back({std::move(record), std::move(done)});
  }
  void End(base::PartitionId partition, EndDone done) override {
    std::move(done)(partition.is_registry() ? base::Offset{0} : end());
  }
  absl::StatusOr<std::unique_ptr<journal::Reader>> OpenReader(base::PartitionId, base::Offset,
                                                              std::function<void()>) override {
    return absl::UnimplementedError("tests hand records to the strand themselves");
  }

  base::Offset end() const { return base::Offset{static_cast<int64_t>(log_.size())}; }
  const std::vector<journal::StoredRecord>& log() const { return log_; }

  // Puts a record at the end, whoever wrote it.
  void Put(journal::Record record) { log_.push_back({end(), clock_->Now(), std::move(record)}); }
  // The oldest waiting append lands, and is acknowledged.
  void Land() {
    Waiting next = Take();
    Put(std::move(next.record));
    std::move(next.done)(journal::Appended{log_.back().offset, log_.back().stamp});
  }
  // The oldest waiting append fails without anybody knowing whether it will land; the record is given to the test.
  journal::Record FailUnknown() {
    Waiting next = Take();
    std::move(next.done)(absl::DeadlineExceededError("the broker did not answer"));
    return std::move(next.record);
  }
  // The oldest waiting append is refused, and will never land.
  void Refuse() { std::move(Take().done)(absl::ResourceExhaustedError("too much waits")); }

  std::deque<Waiting> waiting;

 private:
  Waiting Take() {
    Waiting next = std::move(waiting.front());
    waiting.pop_front();
    return next;
  }

  const base::Clock* clock_;
  journal::Identity identity_;
  std::vector<journal::StoredRecord> log_;
};

}  // namespace whistle::testing

#endif  // WHISTLE_LIBS_TESTING_FAULTY_JOURNAL_H_
