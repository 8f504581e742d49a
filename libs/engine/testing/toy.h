// A model small enough to hold in the head, and a journal that does what a test says: for tests of the engine.
//
// The toy's state counts ContactRecorded events (Int64Value). Its command adds one, and is refused at a limit.
#ifndef WHISTLE_LIBS_ENGINE_TESTING_TOY_H_
#define WHISTLE_LIBS_ENGINE_TESTING_TOY_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "google/protobuf/wrappers.pb.h"
#include "libs/base/clock.h"
#include "libs/base/hash.h"
#include "libs/domain/model.h"
#include "libs/engine/command.h"
#include "libs/engine/strand.h"
#include "libs/journal/genesis.h"
#include "libs/journal/journal.h"

namespace whistle::engine::testing {

using ToyState = google::protobuf::Int64Value;

inline domain::Model ToyModel() {
  domain::Model model;
  model.service = common::v1::SERVICE_INTAKE;
  model.name = "toy";
  model.fold_fingerprint = "toy-1";
  model.new_state = [] { return std::make_unique<ToyState>(); };
  model.evolve = [](google::protobuf::Message& state, const journal::v1::Event& event, const domain::EventRef&) {
    auto& toy = static_cast<ToyState&>(state);
    if (event.has_contact_recorded()) toy.set_value(toy.value() + 1);
  };
  model.indexes = [](const google::protobuf::Message& state, const std::string&) {
    return std::vector<std::string>{
        domain::IndexKey({"count", std::to_string(static_cast<const ToyState&>(state).value())})};
  };
  model.footprints = [](const google::protobuf::Message&, const journal::v1::Event&, const domain::EventRef& ref) {
    return std::vector<std::string>{domain::IndexKey({"event", ref.id})};
  };
  model.agenda = [](const google::protobuf::Message&, const std::string&) {
    return std::vector<common::v1::AgendaItem>();
  };
  model.next_step = [](const common::v1::AgendaItem&, int, const google::protobuf::Message*) {
    return std::optional<domain::AgendaStep>();
  };
  return model;
}

// Adds one while there are fewer than `limit`.
inline std::function<domain::Outcome(const google::protobuf::Message&, domain::Context&)> AddUpTo(int64_t limit) {
  return [limit](const google::protobuf::Message& state, domain::Context& context) -> domain::Outcome {
    const int64_t count = static_cast<const ToyState&>(state).value();
    if (count >= limit) return domain::OverLimit("count", static_cast<int>(count));
    journal::v1::Event event = context.NewEvent();
    event.mutable_contact_recorded();
    return domain::Events{event};
  };
}

// Tasks run when the test says so, in order.
class ManualExecutor final : public Executor {
 public:
  void Post(absl::AnyInvocable<void() &&> task) override { tasks_.push_back(std::move(task)); }
  void RunAll() {
    while (!tasks_.empty()) {
      auto task = std::move(tasks_.front());
      tasks_.pop_front();
      std::move(task)();
    }
  }

 private:
  std::deque<absl::AnyInvocable<void() &&>> tasks_;
};

// A wall or journal clock that a test sets.
class ManualClock final : public base::Clock {
 public:
  explicit ManualClock(absl::Time now) : now_(now) {}
  absl::Time Now() const override { return now_; }
  void Set(absl::Time now) { now_ = now; }
  void Add(absl::Duration by) { now_ += by; }

 private:
  absl::Time now_;
};

// A journal of one case partition whose appends wait until the test lands, loses or fails them.
class ScriptedJournal final : public journal::Journal {
 public:
  struct Waiting {
    journal::Record record;
    AppendDone done;
  };

  explicit ScriptedJournal(const base::Clock* clock) : clock_(clock) {
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

}  // namespace whistle::engine::testing

#endif  // WHISTLE_LIBS_ENGINE_TESTING_TOY_H_
