// The world of the brute-force model: a journal of one partition, a registry log, and two or three instances of the
// shipped strand, with everything that can go wrong between them. It makes a history; model_checker.h judges it.
#ifndef WHISTLE_TESTS_SIMULATION_MODEL_WORLD_H_
#define WHISTLE_TESTS_SIMULATION_MODEL_WORLD_H_

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "libs/engine/strand.h"
#include "libs/engine/testing/toy.h"
#include "libs/projection/memory_store.h"
#include "libs/testing/manual_clock.h"

namespace whistle::engine::model {

// What a client asked, and what it was told.
struct Told {
  std::string case_id;
  std::string request_id;
  bool on = false;
  int body = 0;
  // The organization that must be in the registry; empty for a command that needs none.
  std::string office;
  // Of the instance that took it, and of that instance's life since its last start.
  int instance = 0;
  int life = 0;
  absl::Time called_at;
  absl::Time deadline;
  int64_t end_at_call = 0;
  int64_t registry_end_at_call = 0;
  // Its instance ended before it was answered.
  bool broke = false;
  std::optional<Answer> answer;
  int answers = 0;
  absl::Time answered_at;
  int64_t end_at_answer = 0;
  int64_t registry_end_at_answer = 0;
};

// The registry after so many records of its log.
struct RegistryPoint {
  uint64_t version = 0;
  std::set<std::string> offices;
  std::shared_ptr<const registry::Registry> registry;
};

// True time, wrong by an offset: what an instance with a bad clock believes.
class OffsetClock final : public base::Clock {
 public:
  explicit OffsetClock(const base::Clock* truth) : truth_(*truth) {}
  absl::Time Now() const override { return truth_.Now() + offset; }
  // Within what acceptance forgives even if the append lands at once.
  bool plausible() const { return offset <= absl::Seconds(5) && offset > -absl::Seconds(10); }

  absl::Duration offset;

 private:
  const base::Clock& truth_;
};

// Runs what was posted in order, up to a bound: a strand that posts for ever is stuck.
class BoundedExecutor final : public Executor {
 public:
  void Post(absl::AnyInvocable<void() &&> task) override { tasks_.push_back(std::move(task)); }
  // False if it did not come to an end.
  bool RunAll() {
    for (int i = 0; i < 10000; ++i) {
      if (tasks_.empty()) return true;
      auto task = std::move(tasks_.front());
      tasks_.pop_front();
      std::move(task)();
    }
    return false;
  }

 private:
  std::deque<absl::AnyInvocable<void() &&>> tasks_;
};

// Who wrote a record: which life of an instance, and for which command.
struct Writer {
  int life = 0;
  size_t command = 0;
};

class World;

// One instance's view of the journal.
class Channel final : public journal::Journal {
 public:
  Channel(World* world, int instance) : world_(*world), instance_(instance) {}
  const journal::Identity& identity() const override;
  void Append(base::PartitionId, journal::Record record, AppendDone done) override;
  void End(base::PartitionId partition, EndDone done) override;
  absl::StatusOr<std::unique_ptr<journal::Reader>> OpenReader(base::PartitionId, base::Offset,
                                                              std::function<void()>) override {
    return absl::UnimplementedError("the model hands records over itself");
  }

 private:
  World& world_;
  const int instance_;
};

struct Pause {
  absl::Time from;
  absl::Time until;
};

struct Instance {
  std::unique_ptr<projection::MemoryStore> store;
  std::shared_ptr<BoundedExecutor> executor;
  std::unique_ptr<Channel> channel;
  std::unique_ptr<OffsetClock> clock;
  std::unique_ptr<Strand> strand;
  int life = 0;
  // How many records of the registry's log it has folded.
  int64_t registry_folded = 0;
  // In order, not overlapping; nothing runs on it in the last one until that is over, the world goes on.
  std::vector<Pause> pauses;
  // Its reader brings nothing until then, though it is awake.
  absl::Time reader_gone_until = absl::InfinitePast();
  // Acknowledged and not read: offset, and when the strand heard it. The first list: not heard yet.
  std::vector<int64_t> acknowledged;
  std::map<int64_t, absl::Time> unread;
};

class World {
 public:
  World(uint64_t seed, bool verbose);

  // Makes the history, up to the point where all is quiet again.
  void Run();

  // Empty, or the first promise that was seen broken.
  const std::string& fault() const { return fault_; }

  // What the checker looks at.
  const std::vector<journal::StoredRecord>& log() const { return log_; }
  // Who wrote the record at an offset.
  const Writer& writer(int64_t offset) const { return writers_[static_cast<size_t>(offset)]; }
  const std::vector<std::unique_ptr<Told>>& told() const { return told_; }
  const std::vector<RegistryPoint>& registry() const { return registry_; }
  const std::vector<Instance>& instances() const { return instances_; }

  // For the channels.
  const journal::Identity& identity() const { return identity_; }
  void Append(int instance, journal::Record record, journal::Journal::AppendDone done);
  void AskEnd(int instance, bool of_registry, journal::Journal::EndDone done);

 private:
  // A record on its way: it lands at the end of the log when its turn comes, perhaps after its sender was told that
  // nobody knows.
  struct Flying {
    int instance = 0;
    Writer writer;
    journal::Record record;
    journal::Journal::AppendDone done;
  };
  struct Ghost {
    Writer writer;
    journal::Record record;
  };
  struct EndAsked {
    int instance = 0;
    bool of_registry = false;
    int64_t end_at_call = 0;
    journal::Journal::EndDone done;
  };

  int64_t end() const { return static_cast<int64_t>(log_.size()); }
  int64_t registry_end() const { return static_cast<int64_t>(registry_.size()) - 1; }
  uint64_t Below(uint64_t n) { return random_() % n; }
  bool Chance(int percent) { return Below(100) < static_cast<uint64_t>(percent); }
  void Say(const std::string& what);
  void Fault(std::string what);
  bool Paused(const Instance& instance) const {
    return !instance.pauses.empty() && instance.pauses.back().until > clock_.Now();
  }

  void StartInstance(int i, bool keep_store);
  // What was posted to an instance, unless it is paused.
  void RunPosted(int i);
  void Step();

  void SubmitAny(int i);
  // A new command, or the same again as `before`.
  void Submit(int i, const Told* before = nullptr);
  void SubmitProbe(int i, const std::string& case_id);
  void Take(int i, std::unique_ptr<Told> told);

  void Land();
  void LandGhost();
  void LoseTrack();
  void Put(Writer writer, const journal::Record& record);
  void AnswerEnd();
  void Read(int i, int64_t most);
  void MoveRegistry();
  void FoldRegistry(int i, int64_t most);
  void SetClock(int i);
  void PauseInstance(int i);
  void PassTime(absl::Duration by);
  void CheckStalled(int i);
  void Crash(int i);
  void Halt(int i);

  void ComeToRest();
  // Nothing fails any more: goes on until everything is answered.
  void Settle();
  // New commands to the instances `from` to `to` (exclusive).
  void Probe(size_t from, size_t to, bool clocks_are_right);

  std::mt19937_64 random_;
  const bool verbose_;
  bool faults_ = true;
  whistle::testing::ManualClock clock_;
  domain::Model model_;
  Observer observer_;
  journal::Identity identity_;
  std::vector<RegistryPoint> registry_;
  std::vector<journal::StoredRecord> log_;
  std::vector<Writer> writers_;
  // The command that was decided last.
  size_t deciding_ = 0;
  std::deque<Flying> flying_;
  std::vector<Ghost> ghosts_;
  std::deque<EndAsked> ends_;
  std::vector<std::unique_ptr<Told>> told_;
  std::string fault_;
  int lives_ = 0;
  // Last: strands answer whom they still have when they go.
  std::vector<Instance> instances_;
};

}  // namespace whistle::engine::model

#endif  // WHISTLE_TESTS_SIMULATION_MODEL_WORLD_H_
