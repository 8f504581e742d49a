// A brute-force model around the shipped engine: random histories of several instances on one journal, with lag,
// pauses, crashes, and appends that are late, doubled, lost or of unknown outcome. Only journal, store and clock are
// replaced.
//
//   engine_model --histories=1000000 --seed=1
//   engine_model --seed=1 --only=4711 --verbose        one history again, step by step
//
// The checker shares no code with what it checks: it folds the log by its own few lines. It ends with one line, and
// with status 1 and the command that repeats the history if a promise was broken (DESIGN: What must always hold, 1 to 3
// and 5).
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "libs/base/time.h"
#include "libs/engine/strand.h"
#include "libs/engine/testing/toy.h"
#include "libs/journal/genesis.h"
#include "libs/projection/memory_store.h"

ABSL_FLAG(uint64_t, histories, 100000, "how many random histories");
ABSL_FLAG(uint64_t, seed, 1, "the seed of the whole run");
ABSL_FLAG(int64_t, only, -1, "run this history alone");
ABSL_FLAG(bool, verbose, false, "print every step");
ABSL_FLAG(bool, expect_violation, false,
          "succeed if and only if a promise is broken: for an engine with a rule taken out");

namespace whistle::engine {
namespace {

using google::protobuf::Int64Value;

// The model's model: a switch. On refuses when it is on, Off when it is off, so that a refusal that was true a moment
// ago is false now.
domain::Model SwitchModel() {
  domain::Model model = testing::ToyModel();
  model.evolve = [](google::protobuf::Message& state, const journal::v1::Event& event, const domain::EventRef&) {
    static_cast<Int64Value&>(state).set_value(event.has_contact_recorded() ? 1 : 0);
  };
  return model;
}

std::function<domain::Outcome(const google::protobuf::Message&, domain::Context&)> Turn(bool on) {
  return [on](const google::protobuf::Message& state, domain::Context& context) -> domain::Outcome {
    if ((static_cast<const Int64Value&>(state).value() != 0) == on) {
      return domain::Already(on ? "on" : "off", "switch", "");
    }
    journal::v1::Event event = context.NewEvent();
    if (on) {
      event.mutable_contact_recorded();
    } else {
      event.mutable_petitioner_joined();
    }
    return domain::Events{event};
  };
}

// What a client was told of one command.
struct Told {
  std::string case_id;
  std::string request_id;
  bool on = false;
  int body = 0;
  int instance = 0;
  absl::Time called_at;
  absl::Time deadline;
  int64_t end_at_call = 0;
  std::optional<Answer> answer;
  int answers = 0;
  absl::Time answered_at;
  int64_t end_at_answer = 0;
};

// A record on its way: it lands at the end of the log when its turn comes, perhaps after its sender was told that
// nobody knows.
struct Flying {
  int instance = 0;
  journal::Record record;
  journal::Journal::AppendDone done;
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

struct Instance {
  std::unique_ptr<projection::MemoryStore> store;
  std::shared_ptr<testing::ManualExecutor> executor;
  std::unique_ptr<Channel> channel;
  std::unique_ptr<Strand> strand;
  // Nothing runs on it until then; the world goes on.
  absl::Time paused_until = absl::InfinitePast();
};

class World {
 public:
  World(uint64_t seed, bool verbose)
      : random_(seed), verbose_(verbose), clock_(absl::FromUnixSeconds(1'600'000'000)), model_(SwitchModel()) {
    identity_.uuid = "model";
    identity_.partition_count = 1;
    identity_.created_at = clock_.Now();
    log_.push_back({base::Offset{0}, clock_.Now(), journal::GenesisRecord(identity_, base::PartitionId::Case(0))});
    instances_.resize(2 + Below(2));
    for (size_t i = 0; i < instances_.size(); ++i) StartInstance(static_cast<int>(i), /*keep_store=*/false);
  }

  // Empty, or the promise that was broken.
  std::string Run() {
    const int steps = 30 + static_cast<int>(Below(50));
    for (int i = 0; i < steps && fault_.empty(); ++i) Step();
    if (fault_.empty()) ComeToRest();
    if (fault_.empty()) Check();
    return fault_;
  }

  int64_t acknowledged() const { return acknowledged_; }
  int64_t refused() const { return refused_; }

  const journal::Identity& identity() const { return identity_; }
  std::deque<Flying>& flying() { return flying_; }
  int64_t end() const { return static_cast<int64_t>(log_.size()); }

 private:
  uint64_t Below(uint64_t n) { return random_() % n; }
  bool Chance(int percent) { return Below(100) < static_cast<uint64_t>(percent); }
  void Say(const std::string& what) {
    if (verbose_) std::printf("%s  end %ld  %s\n", base::TimeText(clock_.Now()).c_str(), end(), what.c_str());
  }
  void Fault(std::string what) {
    if (fault_.empty()) fault_ = std::move(what);
  }

  void StartInstance(int i, bool keep_store) {
    Instance& instance = instances_[i];
    if (!keep_store || !instance.store) instance.store = std::make_unique<projection::MemoryStore>();
    instance.executor = std::make_shared<testing::ManualExecutor>();
    instance.channel = std::make_unique<Channel>(this, i);
    auto fold = PartitionFold::Open({.model = &model_,
                                     .store = instance.store.get(),
                                     .partition = base::PartitionId::Case(0),
                                     .identity = identity_,
                                     .cases_cached_max = 1 + Below(4)});
    instance.strand = std::make_unique<Strand>(*std::move(fold),
                                               Strand::World{.journal = instance.channel.get(),
                                                             .clock = &clock_,
                                                             .wall_clock = &clock_,
                                                             .executor = instance.executor,
                                                             .observer = &observer_,
                                                             .registry = [this] { return registry_; },
                                                             .registry_next_offset = [] { return base::Offset{0}; }},
                                               StrandOptions{.seed = random_()});
  }

  bool Paused(const Instance& instance) const { return instance.paused_until > clock_.Now(); }

  void Step() {
    const int i = static_cast<int>(Below(instances_.size()));
    const uint64_t kind = Below(100);
    if (kind < 22) {
      Submit(i);
    } else if (kind < 48) {
      Land();
    } else if (kind < 78) {
      if (!Paused(instances_[i])) Read(i, 1 + static_cast<int64_t>(Below(4)));
    } else if (kind < 88) {
      PassTime(absl::Milliseconds(1 + Below(12)));
    } else if (kind < 91) {
      PassTime(absl::Milliseconds(Below(20000)));
    } else if (kind < 95) {
      LoseTrack();
    } else if (kind < 96) {
      Halt(i);
    } else if (kind < 98) {
      instances_[i].paused_until = clock_.Now() + absl::Milliseconds(Below(30000));
      Say(absl::StrCat("instance ", i, " is paused"));
    } else {
      Crash(i);
    }
  }

  // A command of the model's choice; on `probe`, a new one on that case with a comfortable deadline.
  void Submit(int i, std::optional<std::string> probe = std::nullopt) {
    Instance& instance = instances_[i];
    if (Paused(instance)) return;
    const size_t number = told_.size();
    auto told = std::make_unique<Told>();
    if (!probe && !told_.empty() && Chance(35)) {
      // A retry of an earlier command, through any instance, perhaps before the first was answered.
      const Told& before = *told_[Below(told_.size())];
      told->case_id = before.case_id;
      told->request_id = before.request_id;
      told->on = before.on;
      told->body = Chance(95) ? before.body : before.body + 1;
    } else {
      told->case_id = probe ? *probe : Chance(80) ? "hot" : "cold";
      told->request_id = absl::StrCat("r", number);
      told->on = Chance(50);
    }
    told->instance = i;
    told->called_at = clock_.Now();
    told->deadline = clock_.Now() + absl::Milliseconds(probe || Chance(80) ? 5000 : 1 + Below(60));
    told->end_at_call = end();
    Say(absl::StrCat("instance ", i, " takes ", number, ": ", told->request_id, told->on ? " on " : " off ",
                     told->case_id, " body ", told->body));
    Command command;
    command.case_id = told->case_id;
    command.client = "client";
    command.request_id = told->request_id;
    command.method = "Turn";
    command.fingerprint = base::Sha256(absl::StrCat(told->on, told->body));
    command.deadline = told->deadline;
    command.decide = Turn(told->on);
    command.done = [this, number](Answer answer) {
      Told& told = *told_[number];
      ++told.answers;
      told.answered_at = clock_.Now();
      told.end_at_answer = end();
      Say(absl::StrCat("  answer to ", number, ": ",
                       std::holds_alternative<common::v1::Receipt>(answer) ? "receipt"
                       : std::holds_alternative<domain::Rejection>(answer)
                           ? std::get<domain::Rejection>(answer).message
                           : std::get<absl::Status>(answer).ToString()));
      told.answer = std::move(answer);
    };
    told_.push_back(std::move(told));
    instance.strand->Submit(std::move(command));
    instance.executor->RunAll();
  }

  // The oldest append of some instance lands; the journal keeps the order of one sender.
  void Land() {
    if (flying_.empty()) return LandGhost();
    if (!ghosts_.empty() && Chance(25)) return LandGhost();
    const int i = flying_[Below(flying_.size())].instance;
    const auto it = std::find_if(flying_.begin(), flying_.end(), [&](const Flying& f) { return f.instance == i; });
    Flying flying = std::move(*it);
    flying_.erase(it);
    Put(flying.record);
    if (Chance(8)) ghosts_.push_back(flying.record);  // It will land a second time.
    if (Chance(6)) {
      Say(absl::StrCat("  of instance ", i, ", and it is not told"));
      std::move(flying.done)(absl::DeadlineExceededError("no answer"));
    } else {
      std::move(flying.done)(journal::Appended{log_.back().offset, log_.back().stamp});
    }
    if (!Paused(instances_[i])) instances_[i].executor->RunAll();
  }

  void LandGhost() {
    if (ghosts_.empty()) return;
    const size_t which = Below(ghosts_.size());
    Put(ghosts_[which]);
    ghosts_.erase(ghosts_.begin() + static_cast<std::ptrdiff_t>(which));
  }

  // A sender hears that the outcome is unknown; the record lands later, or never.
  void LoseTrack() {
    if (flying_.empty()) return;
    const size_t which = Below(flying_.size());
    Flying flying = std::move(flying_[which]);
    flying_.erase(flying_.begin() + static_cast<std::ptrdiff_t>(which));
    Say(absl::StrCat("instance ", flying.instance, " loses track of an append"));
    if (Chance(60)) ghosts_.push_back(flying.record);
    std::move(flying.done)(absl::DeadlineExceededError("no answer"));
    if (!Paused(instances_[flying.instance])) instances_[flying.instance].executor->RunAll();
  }

  void Put(const journal::Record& record) {
    Say(absl::StrCat("lands at ", end()));
    log_.push_back({base::Offset{end()}, clock_.Now(), record});
  }

  void Read(int i, int64_t most) {
    Instance& instance = instances_[i];
    const int64_t from = instance.strand->fold().next_offset().value;
    const int64_t count = std::min(most, end() - from);
    if (count > 0) {
      Say(absl::StrCat("instance ", i, " reads ", from, " to ", from + count - 1));
      const absl::Status status = instance.strand->OnRecords(
          absl::MakeSpan(log_).subspan(static_cast<size_t>(from), static_cast<size_t>(count)));
      if (!status.ok()) Fault(absl::StrCat("an instance stopped: ", status.ToString()));
    }
    instance.executor->RunAll();
  }

  // Time passes, and every instance that is awake is woken when it asked to be.
  void PassTime(absl::Duration by) {
    const absl::Time until = clock_.Now() + by;
    while (true) {
      absl::Time next = until;
      for (const Instance& instance : instances_) {
        const absl::Time wake = std::max(instance.strand->NextWake(), instance.paused_until);
        next = std::min(next, std::max(wake, clock_.Now()));
      }
      clock_.Set(next);
      bool woke = false;
      for (Instance& instance : instances_) {
        if (Paused(instance) || instance.strand->NextWake() > clock_.Now()) continue;
        instance.strand->OnWake();
        instance.executor->RunAll();
        woke = true;
      }
      if (next >= until && !woke) return;
    }
  }

  void Crash(int i) {
    Say(absl::StrCat("instance ", i, " crashes"));
    // What it had sent may land or not; nobody is told. Its clients hear nothing: their calls break.
    for (auto it = flying_.begin(); it != flying_.end();) {
      if (it->instance != i) {
        ++it;
        continue;
      }
      if (Chance(50)) ghosts_.push_back(it->record);
      it = flying_.erase(it);
    }
    for (const auto& told : told_) {
      if (told->instance == i && !told->answer) told->answers = -1000;
    }
    instances_[i].strand.reset();
    for (const auto& told : told_) {
      if (told->answers < 0) {
        told->answers = 1;
        told->answer = absl::UnavailableError("crashed");
        told->answered_at = clock_.Now();
      }
    }
    instances_[i].paused_until = absl::InfinitePast();
    StartInstance(i, Chance(70));
  }

  // The partition's reader is dead: whoever waits must be told at once, and may retry elsewhere.
  void Halt(int i) {
    if (Paused(instances_[i])) return;
    Say(absl::StrCat("instance ", i, " halts"));
    instances_[i].strand->Halt(absl::DataLossError("the reader is dead"));
    if (instances_[i].strand->unanswered() != 0)
      return Fault(absl::StrCat("instance ", i, " halted and lets callers wait"));
    Crash(i);
  }

  // The faults stop; everything must converge, and a new command must get a verdict from every instance.
  void ComeToRest() {
    Say("the faults stop");
    for (Instance& instance : instances_) instance.paused_until = absl::InfinitePast();
    for (Instance& instance : instances_) instance.executor->RunAll();
    const size_t first_probe = told_.size();
    for (size_t i = 0; i < instances_.size(); ++i) {
      for (const char* case_id : {"hot", "cold"}) Submit(static_cast<int>(i), case_id);
    }
    for (int round = 0; round < 10000; ++round) {
      while (!flying_.empty()) {
        Flying flying = std::move(flying_.front());
        flying_.pop_front();
        Put(flying.record);
        std::move(flying.done)(journal::Appended{log_.back().offset, log_.back().stamp});
      }
      for (size_t i = 0; i < instances_.size(); ++i) Read(static_cast<int>(i), end());
      const bool busy =
          !flying_.empty() || std::any_of(told_.begin(), told_.end(), [](const auto& t) { return !t->answer; });
      if (!busy) break;
      PassTime(absl::Milliseconds(5));
    }
    for (size_t number = first_probe; number < told_.size(); ++number) {
      const Told& told = *told_[number];
      if (!told.answer || std::holds_alternative<absl::Status>(*told.answer)) {
        Fault(absl::StrCat("stuck: command ", number, " got no verdict though nothing fails any more"));
      }
    }
    while (!ghosts_.empty()) LandGhost();
    for (size_t i = 0; i < instances_.size(); ++i) Read(static_cast<int>(i), end());
  }

  // The checker's own fold: nothing of the engine's.
  struct Truth {
    struct Entry {
      int64_t offset;
      std::string hash;
      std::string request_id;
      bool on;
    };
    std::map<std::string, std::vector<Entry>> accepted;
    // Of case and offset: whether the switch is on after the records below that offset.
    bool OnBefore(const std::string& case_id, int64_t offset) const {
      const auto found = accepted.find(case_id);
      bool on = false;
      if (found == accepted.end()) return on;
      for (const Entry& entry : found->second) {
        if (entry.offset < offset) on = entry.on;
      }
      return on;
    }
  };

  Truth FoldByHand() const {
    Truth truth;
    std::map<std::string, std::string> heads;
    for (const journal::StoredRecord& record : log_) {
      if (record.offset.value == 0) continue;
      journal::v1::Decision decision;
      if (!decision.ParseFromString(record.record.value)) continue;
      std::string& head = heads[decision.case_id()];
      const int64_t decided_ms = decision.decided_at().seconds() * 1000 + decision.decided_at().nanos() / 1'000'000;
      const int64_t stamp_ms = absl::ToUnixMillis(record.stamp);
      if (decision.parent() != head || decided_ms < stamp_ms - 15'000 || decided_ms > stamp_ms + 5'000) continue;
      head = base::Sha256(record.record.value).ToBytes();
      truth.accepted[decision.case_id()].push_back(
          {record.offset.value, head, decision.request().request_id(), decision.events(0).has_contact_recorded()});
    }
    return truth;
  }

  void Check() {
    const Truth truth = FoldByHand();
    std::map<std::pair<std::string, std::string>, int> times;
    for (const auto& [case_id, entries] : truth.accepted) {
      bool on = false;
      for (const Truth::Entry& entry : entries) {
        if (++times[{case_id, entry.request_id}] > 1)
          Fault(absl::StrCat("doubled: ", entry.request_id, " counts twice"));
        if (entry.on == on) Fault(absl::StrCat("illegal history at offset ", entry.offset));
        on = entry.on;
      }
    }
    for (size_t number = 0; number < told_.size(); ++number) CheckTold(truth, number);
    for (size_t i = 0; i < instances_.size(); ++i) CheckProjection(truth, i);
  }

  void CheckTold(const Truth& truth, size_t number) {
    const Told& told = *told_[number];
    if (told.answers != 1) return Fault(absl::StrCat("command ", number, " was answered ", told.answers, " times"));
    const auto found = truth.accepted.find(told.case_id);
    const Truth::Entry* entry = nullptr;
    size_t version = 0;
    if (found != truth.accepted.end()) {
      for (size_t v = 0; v < found->second.size(); ++v) {
        if (found->second[v].request_id != told.request_id) continue;
        entry = &found->second[v];
        version = v + 1;
      }
    }
    const bool verdict = !std::holds_alternative<absl::Status>(*told.answer);
    if (verdict && told.answered_at > told.deadline) {
      return Fault(absl::StrCat("command ", number, " got its verdict after the deadline"));
    }
    if (const auto* receipt = std::get_if<common::v1::Receipt>(&*told.answer)) {
      ++acknowledged_;
      if (entry == nullptr)
        return Fault(absl::StrCat("lost: command ", number, " was acknowledged and does not count"));
      if (receipt->version() != version || receipt->position().offset() != entry->offset ||
          receipt->head() != entry->hash) {
        return Fault(absl::StrCat("command ", number, " got a receipt of another decision"));
      }
      if (entry->on != told.on) return Fault(absl::StrCat("command ", number, " got the receipt of another command"));
      if (entry->offset >= told.end_at_answer) return Fault("a receipt for what was not yet there");
      return;
    }
    if (const auto* status = std::get_if<absl::Status>(&*told.answer)) {
      if (!absl::IsAborted(*status)) return;
      if (told.answered_at < told.deadline) {
        return Fault(absl::StrCat("command ", number, " was aborted before its deadline"));
      }
      const bool tried_otherwise = std::any_of(told_.begin(), told_.end(), [&](const auto& other) {
        return other.get() != &told && other->request_id == told.request_id;
      });
      if (entry != nullptr && !tried_otherwise) {
        return Fault(absl::StrCat("command ", number, " was aborted, as not having happened, and counts"));
      }
      return;
    }
    ++refused_;
    const auto& rejection = std::get<domain::Rejection>(*told.answer);
    if (rejection.detail.kind() == common::v1::REJECTION_KIND_REQUEST_ID_REUSED) {
      if (entry == nullptr || entry->offset >= told.end_at_answer) {
        Fault(absl::StrCat("false refusal: command ", number, " reused a request id that nothing counts under"));
      }
      return;
    }
    bool was_true = false;
    for (int64_t offset = told.end_at_call; offset <= told.end_at_answer; ++offset) {
      was_true = was_true || truth.OnBefore(told.case_id, offset) == told.on;
    }
    if (!was_true) {
      return Fault(absl::StrCat("false refusal: command ", number, " was refused as already ", told.on ? "on" : "off",
                                ", untrue at every position from ", told.end_at_call, " to ", told.end_at_answer));
    }
    // Refused stays refused, unless an earlier attempt under the same id was still on its way; after the window it is
    // not.
    if (entry != nullptr && entry->offset >= told.end_at_answer) {
      const absl::Time landed_at = log_[static_cast<size_t>(entry->offset)].stamp;
      journal::v1::Decision decision;
      decision.ParseFromString(log_[static_cast<size_t>(entry->offset)].record.value);
      const bool attempted_before = base::FromProto(decision.decided_at()) <= told.answered_at;
      const bool tried_again_later = std::any_of(told_.begin(), told_.end(), [&](const auto& other) {
        return other.get() != &told && other->request_id == told.request_id && other->answered_at >= told.answered_at;
      });
      if (!attempted_before && !tried_again_later) {
        Fault(absl::StrCat("command ", number, " was refused and happened later"));
      }
      if (attempted_before && landed_at - base::FromProto(decision.decided_at()) > absl::Seconds(15)) {
        Fault(absl::StrCat("command ", number, " was refused and a ghost counted after the window"));
      }
    }
  }

  void CheckProjection(const Truth& truth, size_t i) {
    for (const auto& [case_id, entries] : truth.accepted) {
      const auto row = instances_[i].store->FindCase(case_id);
      if (!row.ok() || !*row || (*row)->head() != entries.back().hash || (*row)->version() != entries.size()) {
        Fault(absl::StrCat("head differs: instance ", i, " case ", case_id));
      }
    }
    const auto digest = instances_[i].store->ColumnFamilyDigest("meta");
    const auto first = instances_[0].store->ColumnFamilyDigest("meta");
    if (!digest.ok() || !first.ok() || *digest != *first) Fault(absl::StrCat("digest differs: instance ", i));
    if (instances_[i].strand->unanswered() != 0) Fault(absl::StrCat("instance ", i, " still owes answers"));
  }

  std::mt19937_64 random_;
  const bool verbose_;
  testing::ManualClock clock_;
  domain::Model model_;
  Observer observer_;
  journal::Identity identity_;
  std::shared_ptr<const registry::Registry> registry_ =
      std::make_shared<registry::Registry>(0, registry::v1::RegistryState());
  std::vector<journal::StoredRecord> log_;
  std::deque<Flying> flying_;
  std::vector<journal::Record> ghosts_;
  std::vector<std::unique_ptr<Told>> told_;
  std::string fault_;
  int64_t acknowledged_ = 0;
  int64_t refused_ = 0;
  // Last: strands answer whom they still have when they go.
  std::vector<Instance> instances_;
};

const journal::Identity& Channel::identity() const { return world_.identity(); }

void Channel::Append(base::PartitionId, journal::Record record, AppendDone done) {
  world_.flying().push_back({instance_, std::move(record), std::move(done)});
}

void Channel::End(base::PartitionId partition, EndDone done) {
  std::move(done)(base::Offset{partition.is_registry() ? 0 : world_.end()});
}

int Main() {
  const uint64_t histories = absl::GetFlag(FLAGS_histories);
  const uint64_t seed = absl::GetFlag(FLAGS_seed);
  const int64_t only = absl::GetFlag(FLAGS_only);
  int64_t acknowledged = 0;
  int64_t refused = 0;
  for (uint64_t n = only >= 0 ? static_cast<uint64_t>(only) : 0; n < histories || only >= 0; ++n) {
    World world(seed * 1'000'003 + n, absl::GetFlag(FLAGS_verbose));
    const std::string fault = world.Run();
    acknowledged += world.acknowledged();
    refused += world.refused();
    if (!fault.empty()) {
      std::printf("history %lu of seed %lu: %s\nagain: engine_model --seed=%lu --only=%lu --verbose\n", n, seed,
                  fault.c_str(), seed, n);
      return absl::GetFlag(FLAGS_expect_violation) ? 0 : 1;
    }
    if (only >= 0) break;
    if (n % 100000 == 99999) std::fprintf(stderr, "%lu histories\n", n + 1);
  }
  std::printf("histories %lu acknowledged %ld refused %ld lost 0 doubled 0 false-refusals 0 late 0 heads-differ 0\n",
              only >= 0 ? 1 : histories, acknowledged, refused);
  return absl::GetFlag(FLAGS_expect_violation) ? 1 : 0;
}

}  // namespace
}  // namespace whistle::engine

int main(int argc, char** argv) {
  absl::ParseCommandLine(argc, argv);
  return whistle::engine::Main();
}
