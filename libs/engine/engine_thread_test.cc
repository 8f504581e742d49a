// The engine with its threads, over a real journal: what a service sees of it.
#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/domain/validate.h"
#include "libs/engine/engine.h"
#include "libs/engine/refold.h"
#include "libs/engine/testing/toy.h"
#include "libs/journal/embedded/embedded_journal.h"
#include "libs/journal/embedded/test_folder.h"
#include "libs/projection/live_store.h"
#include "libs/projection/memory_store.h"
#include "libs/projection/rocks_store.h"
#include "libs/registry/fold.h"

namespace whistle::engine {
namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;

// Far beyond what anything here takes.
constexpr absl::Duration kLong = absl::Seconds(60);

domain::Model ToyRegistryModel() {
  domain::Model model = testing::ToyModel();
  model.service = common::v1::SERVICE_REGISTRY;
  model.name = "registry";
  model.new_state = [] { return std::make_unique<registry::v1::RegistryState>(); };
  model.evolve = [](google::protobuf::Message& state, const journal::v1::Event& event, const domain::EventRef& ref) {
    registry::Fold(static_cast<registry::v1::RegistryState&>(state), event, ref.version.value);
  };
  model.indexes = [](const google::protobuf::Message&, const std::string&) { return std::vector<std::string>(); };
  model.footprints = [](const google::protobuf::Message&, const journal::v1::Event&, const domain::EventRef&) {
    return std::vector<std::string>();
  };
  return model;
}

class EngineTest : public ::testing::Test {
 protected:
  std::unique_ptr<journal::EmbeddedJournal> OpenJournal(const std::string& dir) {
    auto journal = journal::EmbeddedJournal::Open({.dir = dir, .clock = &clock_, .partition_count = 4});
    EXPECT_TRUE(journal.ok()) << journal.status();
    return journal.ok() ? *std::move(journal) : nullptr;
  }
  EngineOptions OptionsFor(journal::Journal* journal, projection::Store* store) {
    EngineOptions options;
    options.model = &model_;
    options.registry_model = &registry_model_;
    options.journal = journal;
    options.store = store;
    options.clock = &clock_;
    options.wall_clock = &clock_;
    options.observer = &observer_;
    options.threads = 2;
    return options;
  }
  // Started and caught up, as far as nothing is ill.
  std::unique_ptr<Engine> Start(journal::Journal* journal, projection::Store* store) {
    auto engine = Engine::Start(OptionsFor(journal, store));
    EXPECT_TRUE(engine.ok()) << engine.status();
    return engine.ok() ? *std::move(engine) : nullptr;
  }
  // A partition is live a moment after it was folded to the end.
  static bool AwaitLive(const Engine& engine) {
    const absl::Time give_up_at = absl::Now() + kLong;
    while (!engine.IsHealthy() && absl::Now() < give_up_at) std::this_thread::yield();
    return engine.IsHealthy();
  }
  static absl::Status AwaitEnd(Engine& engine) {
    absl::Notification done;
    absl::Status result;
    engine.AwaitEnd(absl::Now() + kLong, [&](absl::Status status) {
      result = std::move(status);
      done.Notify();
    });
    done.WaitForNotification();
    return result;
  }

  using Decide = std::function<domain::Outcome(const google::protobuf::Message&, domain::Context&)>;
  Answer Call(Engine& engine, const std::string& case_id, const std::string& request_id,
              Decide decide = testing::AddUpTo(1'000'000)) {
    absl::Notification answered;
    Answer result;
    Command command;
    command.case_id = case_id;
    command.client = "hotline";
    command.request_id = request_id;
    command.method = "toy.Add";
    command.fingerprint = base::Sha256(request_id);
    command.deadline = clock_.Now() + kLong;
    command.decide = std::move(decide);
    command.done = [&](Answer answer) {
      result = std::move(answer);
      answered.Notify();
    };
    engine.Submit(std::move(command));
    answered.WaitForNotification();
    return result;
  }
  static uint64_t VersionOf(const Answer& answer) {
    const auto* receipt = std::get_if<common::v1::Receipt>(&answer);
    return receipt == nullptr ? 0 : receipt->version();
  }
  static absl::Status StatusOf(const Answer& answer) {
    const auto* status = std::get_if<absl::Status>(&answer);
    return status == nullptr ? absl::OkStatus() : *status;
  }
  static Decide AddOrganization(const std::string& id) {
    return [id](const google::protobuf::Message&, domain::Context& context) -> domain::Outcome {
      journal::v1::Event event = context.NewEvent();
      auto* organization = event.mutable_organization_upserted()->mutable_organization();
      organization->set_organization_id(id);
      organization->set_name(id);
      return domain::Events{event};
    };
  }
  static Decide AddFor(const std::string& organization_id) {
    return [organization_id](const google::protobuf::Message& state, domain::Context& context) -> domain::Outcome {
      auto found = domain::ResolveOrganization(organization_id, "organization_id", context);
      if (auto* no = std::get_if<domain::Rejection>(&found)) return std::move(*no);
      return testing::AddUpTo(1000)(state, context);
    };
  }
  static PartitionStatus StatusOf(const Engine& engine, base::PartitionId id) {
    for (const PartitionStatus& status : engine.Status()) {
      if (status.partition == id) return status;
    }
    return {};
  }

  journal::TestFolder folder_;
  base::RealClock clock_;
  Observer observer_;
  domain::Model model_ = testing::ToyModel();
  domain::Model registry_model_ = ToyRegistryModel();
};

TEST_F(EngineTest, CommandsFromSeveralThreadsGiveEveryCaseVersionsWithoutGaps) {
  const auto journal = OpenJournal(folder_.NewPath());
  projection::MemoryStore store;
  const auto engine = Start(journal.get(), &store);
  ASSERT_TRUE(AwaitLive(*engine));
  constexpr int kThreads = 4;
  constexpr int kCases = 5;
  constexpr int kRounds = 10;
  absl::Mutex mutex;
  std::map<int, std::set<uint64_t>> versions;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kRounds * kCases; ++i) {
        const Answer answer = Call(*engine, absl::StrCat("case-", i % kCases), absl::StrCat("r-", t, "-", i));
        absl::MutexLock lock(&mutex);
        versions[i % kCases].insert(VersionOf(answer));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const auto& [number, seen] : versions) {
    EXPECT_EQ(seen.size(), static_cast<size_t>(kThreads * kRounds)) << "every receipt named a version of its own";
    EXPECT_EQ(*seen.begin(), 1u);
    EXPECT_EQ(*seen.rbegin(), static_cast<uint64_t>(kThreads * kRounds));
  }
  EXPECT_EQ(engine->unanswered(), 0u);
  EXPECT_TRUE(engine->IsHealthy());
}

TEST_F(EngineTest, ARestartGoesOnWhereItWas) {
  const std::string journal_dir = folder_.NewPath();
  const std::string store_dir = folder_.NewPath();
  for (uint64_t round = 0; round < 3; ++round) {
    const auto journal = OpenJournal(journal_dir);
    auto store = projection::RocksStore::Open({.dir = store_dir, .fold_fingerprint = "toy"});
    ASSERT_TRUE(store.ok()) << store.status();
    const auto engine = Start(journal.get(), store->get());
    ASSERT_TRUE(AwaitLive(*engine));
    EXPECT_EQ(VersionOf(Call(*engine, "case-1", absl::StrCat("r-", round))), round + 1);
    const Answer again = Call(*engine, "case-1", "r-0");
    EXPECT_EQ(VersionOf(again), 1u) << "request ids are for ever";
    EXPECT_TRUE(std::get<common::v1::Receipt>(again).replayed());
    engine->Stop();
  }
}

TEST_F(EngineTest, ANewStoreIsFilledFromTheJournalToTheSameBytes) {
  const auto journal = OpenJournal(folder_.NewPath());
  projection::MemoryStore first;
  projection::MemoryStore second;
  {
    const auto engine = Start(journal.get(), &first);
    ASSERT_TRUE(AwaitLive(*engine));
    for (int i = 0; i < 20; ++i) Call(*engine, absl::StrCat("case-", i % 7), absl::StrCat("r-", i));
  }
  const auto engine = Start(journal.get(), &second);
  ASSERT_TRUE(AwaitLive(*engine));
  for (const char* family : {"state", "timeline", "milestone", "index", "agenda", "request", "meta"}) {
    EXPECT_EQ(*first.ColumnFamilyDigest(family), *second.ColumnFamilyDigest(family)) << family;
  }
}

// What a rebuild does, again and again, under commands from two threads.
TEST_F(EngineTest, ARefoldedStoreTakesOverInAPauseAndNoCommandIsRefused) {
  const auto journal = OpenJournal(folder_.path());
  projection::LiveStore live(std::make_shared<projection::MemoryStore>());
  const auto engine = Start(journal.get(), &live);
  ASSERT_TRUE(AwaitLive(*engine));
  std::atomic<bool> over{false};
  std::vector<uint64_t> versions(2);
  std::vector<std::thread> clients;
  for (size_t i = 0; i < versions.size(); ++i) {
    clients.emplace_back([&, i] {
      while (!over) {
        const Answer answer = Call(*engine, absl::StrCat("case-", i), absl::StrCat("r-", versions[i]));
        ASSERT_EQ(VersionOf(answer), versions[i] + 1) << StatusOf(answer);
        ++versions[i];
      }
    });
  }
  const auto never = [](size_t) { return absl::OkStatus(); };
  for (int i = 0; i < 5; ++i) {
    const auto next = std::make_shared<projection::MemoryStore>();
    Refold refold(
        {.model = &model_, .registry_model = &registry_model_, .journal = journal.get(), .store = next.get()});
    ASSERT_EQ(refold.FoldUpTo(EndsOf(*live.ListPartitions()), absl::InfiniteFuture(), never), absl::OkStatus());
    absl::Duration paused;
    const absl::Status swapped = engine->WhileStill(
        [&]() -> absl::Status {
          const auto rows = live.ListPartitions();
          const absl::Status folded = refold.FoldUpTo(EndsOf(*rows), absl::Now() + kLong, never);
          if (!folded.ok()) return folded;
          for (const absl::string_view family : projection::kFamilyNames) {
            EXPECT_EQ(*next->ColumnFamilyDigest(family), *live.ColumnFamilyDigest(family)) << family;
          }
          live.Exchange(next);
          return absl::OkStatus();
        },
        &paused);
    ASSERT_EQ(swapped, absl::OkStatus());
    EXPECT_GT(paused, absl::ZeroDuration());
  }
  over = true;
  for (std::thread& client : clients) client.join();
  engine->Stop();
  EXPECT_TRUE(absl::IsUnavailable(engine->WhileStill([] { return absl::OkStatus(); }, nullptr)));
  projection::MemoryStore fresh;
  const auto again = Start(journal.get(), &fresh);
  ASSERT_TRUE(AwaitLive(*again));
  again->Stop();
  for (const absl::string_view family : projection::kFamilyNames) {
    EXPECT_EQ(*live.ColumnFamilyDigest(family), *fresh.ColumnFamilyDigest(family)) << family;
  }
}

TEST_F(EngineTest, ARefoldGoesOnlyAsFarAsItIsToldAndEndsAtTheDeadline) {
  const auto journal = OpenJournal(folder_.path());
  projection::MemoryStore store;
  const auto engine = Start(journal.get(), &store);
  ASSERT_TRUE(AwaitLive(*engine));
  for (int i = 0; i < 10; ++i) ASSERT_EQ(VersionOf(Call(*engine, "case", absl::StrCat("r-", i))), i + 1u);
  const base::PartitionId partition = journal::PartitionForCase("case", 4);
  projection::MemoryStore next;
  Refold refold({.model = &model_,
                 .registry_model = &registry_model_,
                 .journal = journal.get(),
                 .store = &next,
                 .batch_records_max = 2});
  size_t records = 0;
  const auto count = [&](size_t folded) {
    records += folded;
    return absl::OkStatus();
  };
  ASSERT_EQ(refold.FoldUpTo({{partition, base::Offset{4}}}, absl::InfiniteFuture(), count), absl::OkStatus());
  EXPECT_EQ(records, 4u);
  EXPECT_EQ((*next.FindPartition(partition))->offset(), 3);
  EXPECT_EQ(*refold.Missing({{partition, base::Offset{11}}}), 7);
  EXPECT_THAT(refold.TakeTouched(), ::testing::ElementsAre("case"));
  EXPECT_THAT(refold.TakeTouched(), ::testing::IsEmpty());
  EXPECT_TRUE(absl::IsCancelled(refold.FoldUpTo({{partition, base::Offset{11}}}, absl::InfiniteFuture(),
                                                [](size_t) { return absl::CancelledError("enough"); })));
  EXPECT_EQ((*next.FindPartition(partition))->offset(), 5);
  EXPECT_TRUE(absl::IsDeadlineExceeded(refold.FoldUpTo({{partition, base::Offset{12}}}, absl::Now(), count)));
}

TEST_F(EngineTest, WhatIsKeptInMemoryOfAStoreThatWasExchangedIsForgotten) {
  const auto journal = OpenJournal(folder_.path());
  projection::LiveStore live(std::make_shared<projection::MemoryStore>());
  const auto engine = Start(journal.get(), &live);
  ASSERT_TRUE(AwaitLive(*engine));
  ASSERT_EQ(VersionOf(Call(*engine, "case", "r-1")), 1u);
  // The same positions, and another state.
  const auto other = std::make_shared<projection::MemoryStore>();
  Refold refold({.model = &model_, .registry_model = &registry_model_, .journal = journal.get(), .store = other.get()});
  ASSERT_EQ(
      refold.FoldUpTo(EndsOf(*live.ListPartitions()), absl::InfiniteFuture(), [](size_t) { return absl::OkStatus(); }),
      absl::OkStatus());
  google::protobuf::Int64Value seven;
  seven.set_value(7);
  projection::WriteSet set;
  set.cases.emplace_back("case", **other->FindCase("case"));
  set.cases.back().second.set_state(seven.SerializeAsString());
  ASSERT_EQ(other->Commit(set), absl::OkStatus());
  absl::Duration paused;
  ASSERT_EQ(engine->WhileStill(
                [&] {
                  live.Exchange(other);
                  return engine->ReloadFromStore();
                },
                &paused),
            absl::OkStatus());
  std::atomic<int64_t> decided_on{0};
  const Answer answer =
      Call(*engine, "case", "r-2", [&](const google::protobuf::Message& state, domain::Context& context) {
        decided_on = static_cast<const google::protobuf::Int64Value&>(state).value();
        return testing::AddUpTo(1000)(state, context);
      });
  EXPECT_EQ(VersionOf(answer), 2u) << StatusOf(answer);
  EXPECT_EQ(decided_on, 7);
}

TEST_F(EngineTest, AProjectionOfAnotherJournalIsDivergedAndNamesBoth) {
  projection::MemoryStore store;
  std::string first_uuid;
  {
    const auto journal = OpenJournal(folder_.NewPath());
    first_uuid = journal->identity().uuid;
    const auto engine = Start(journal.get(), &store);
    ASSERT_TRUE(AwaitLive(*engine));
  }
  const auto other = OpenJournal(folder_.NewPath());
  const auto engine = Start(other.get(), &store);
  for (const PartitionStatus& status : engine->Status()) {
    EXPECT_EQ(status.health, PartitionHealth::kDiverged);
    EXPECT_THAT(status.reason, AllOf(HasSubstr("DIVERGED"), HasSubstr(first_uuid), HasSubstr(other->identity().uuid)));
    // What was folded and what is there, and each of the choices.
    EXPECT_THAT(status.reason, ContainsRegex("folded up to offset 0 with hash [0-9a-f]{64}, and the journal holds hash "
                                             "[0-9a-f]{64} there"));
    EXPECT_THAT(status.reason, AllOf(HasSubstr("restore the journal"), HasSubstr("give --journal the cluster"),
                                     HasSubstr("delete the projection folder")));
  }
  EXPECT_FALSE(engine->IsHealthy());
  const absl::Status answer = StatusOf(Call(*engine, "case-1", "r-1"));
  EXPECT_TRUE(absl::IsUnavailable(answer)) << answer;
  EXPECT_THAT(std::string(answer.message()), HasSubstr("DIVERGED"));
}

// Makes the store say something about a partition that the journal does not bear out.
class EngineWithAForgedStoreTest : public EngineTest {
 protected:
  void SetUp() override {
    journal_ = OpenJournal(folder_.NewPath());
    const auto engine = Start(journal_.get(), &store_);
    ASSERT_TRUE(AwaitLive(*engine));
    ASSERT_EQ(VersionOf(Call(*engine, "case-1", "r-1")), 1u);
    partition_ = journal::PartitionForCase("case-1", 4);
  }
  void Forge(const std::function<void(projection::v1::PartitionRow&)>& change) {
    auto row = store_.FindPartition(partition_);
    ASSERT_TRUE(row.ok() && *row);
    change(**row);
    projection::WriteSet set;
    set.partitions.emplace_back(partition_, **row);
    ASSERT_TRUE(store_.Commit(set).ok());
  }
  // Of a case in another partition.
  std::string Elsewhere() const {
    std::string id;
    for (int i = 0; id.empty() || journal::PartitionForCase(id, 4) == partition_; ++i) id = absl::StrCat("other-", i);
    return id;
  }

  std::unique_ptr<journal::EmbeddedJournal> journal_;
  projection::MemoryStore store_;
  base::PartitionId partition_ = base::PartitionId::Case(0);
};

TEST_F(EngineWithAForgedStoreTest, AJournalThatEndsBeforeTheProjectionIsDiverged) {
  for (const int64_t offset : {int64_t{2}, int64_t{100}}) {
    Forge([&](projection::v1::PartitionRow& row) { row.set_offset(offset); });
    const auto engine = Start(journal_.get(), &store_);
    const PartitionStatus status = StatusOf(*engine, partition_);
    EXPECT_EQ(status.health, PartitionHealth::kDiverged) << offset;
    EXPECT_THAT(status.reason, ContainsRegex(absl::StrCat("^DIVERGED: .*folded up to offset ", offset,
                                                          " with hash [0-9a-f]{64}, and the journal ends at offset 2, "
                                                          "its last record with hash [0-9a-f]{64}; restore")));
    EXPECT_TRUE(absl::IsUnavailable(StatusOf(Call(*engine, "case-1", "r-2"))));
  }
}

TEST_F(EngineWithAForgedStoreTest, AnotherRecordAtTheLastPlaceIsDivergedAndTheOtherPartitionsServe) {
  const base::Digest forged = base::Sha256("another record");
  std::string true_hash;
  Forge([&](projection::v1::PartitionRow& row) {
    true_hash = base::Digest::FromBytes(row.record_hash())->ToHex();
    row.set_record_hash(forged.ToBytes());
  });
  const auto engine = Start(journal_.get(), &store_);
  const absl::Time ill_by = absl::Now() + kLong;
  while (StatusOf(*engine, partition_).health != PartitionHealth::kDiverged && absl::Now() < ill_by) {
    std::this_thread::yield();
  }
  const PartitionStatus status = StatusOf(*engine, partition_);
  EXPECT_EQ(status.health, PartitionHealth::kDiverged);
  EXPECT_THAT(status.reason, AllOf(HasSubstr("DIVERGED"), HasSubstr(forged.ToHex()), HasSubstr(true_hash)));
  EXPECT_TRUE(absl::IsUnavailable(StatusOf(Call(*engine, "case-1", "r-2"))));
  const std::string elsewhere = Elsewhere();
  const base::PartitionId other = journal::PartitionForCase(elsewhere, 4);
  const absl::Time give_up_at = absl::Now() + kLong;
  while (StatusOf(*engine, other).health != PartitionHealth::kLive && absl::Now() < give_up_at) {
    std::this_thread::yield();
  }
  EXPECT_EQ(VersionOf(Call(*engine, elsewhere, "r-1")), 1u);
}

TEST_F(EngineTest, StopAnswersEverybodyAndMayBeCalledAgain) {
  const auto journal = OpenJournal(folder_.NewPath());
  projection::MemoryStore store;
  const auto engine = Start(journal.get(), &store);
  ASSERT_TRUE(AwaitLive(*engine));
  constexpr int kCommands = 200;
  std::atomic<int> answered{0};
  std::atomic<int> otherwise{0};
  for (int i = 0; i < kCommands; ++i) {
    Command command;
    command.case_id = absl::StrCat("case-", i % 3);
    command.client = "hotline";
    command.request_id = absl::StrCat("r-", i);
    command.method = "toy.Add";
    command.fingerprint = base::Sha256(command.request_id);
    command.deadline = clock_.Now() + kLong;
    command.decide = testing::AddUpTo(1000);
    command.done = [&](Answer answer) {
      ++answered;
      const absl::Status status = StatusOf(answer);
      if (!status.ok() && !absl::IsUnavailable(status)) ++otherwise;
    };
    engine->Submit(std::move(command));
  }
  std::atomic<int> waiters{0};
  engine->AwaitPosition(base::PartitionId::Case(0), base::Offset{1'000'000}, absl::Now() + kLong,
                        [&](absl::Status status) { waiters += absl::IsUnavailable(status) ? 1 : 100; });
  engine->Stop();
  EXPECT_EQ(answered, kCommands);
  EXPECT_EQ(otherwise, 0) << "a receipt, or UNAVAILABLE";
  EXPECT_EQ(waiters, 1);
  engine->Stop();
  EXPECT_TRUE(absl::IsUnavailable(StatusOf(Call(*engine, "case-1", "late"))));
  EXPECT_TRUE(absl::IsUnavailable(engine->Due(absl::InfiniteFuture(), {}, 1).status()));
  EXPECT_TRUE(absl::IsUnavailable(AwaitEnd(*engine)));
}

// A store whose commits wait at a gate, and are counted.
class GatedStore final : public projection::MemoryStore {
 public:
  absl::Status Commit(const projection::WriteSet& set) override {
    ++commits;
    gate.WaitForNotification();
    return MemoryStore::Commit(set);
  }
  std::atomic<int> commits{0};
  absl::Notification gate;
};

TEST_F(EngineTest, StopWhileCatchingUpWaitsForOneReadAndNotForTheWholeJournal) {
  const auto journal = OpenJournal(folder_.NewPath());
  {
    projection::MemoryStore store;
    const auto engine = Start(journal.get(), &store);
    ASSERT_TRUE(AwaitLive(*engine));
    for (int i = 0; i < 40; ++i) ASSERT_EQ(VersionOf(Call(*engine, absl::StrCat("case-", i), "r")), 1u);
  }
  GatedStore behind;
  EngineOptions options = OptionsFor(journal.get(), &behind);
  options.threads = 1;
  auto engine = Engine::Start(options);
  ASSERT_TRUE(engine.ok()) << engine.status();
  const absl::Time give_up_at = absl::Now() + kLong;
  while (behind.commits == 0 && absl::Now() < give_up_at) std::this_thread::yield();
  ASSERT_EQ(behind.commits, 1) << "it folds, and stands at the gate";
  std::thread stopping([&] { (*engine)->Stop(); });
  // Whoever calls now is refused at once: so it is stopping. Before that, a call waits behind the gate.
  std::atomic<bool> refused{false};
  while (!refused && absl::Now() < give_up_at) {
    (*engine)->AwaitPosition(base::PartitionId::Case(0), base::Offset{1'000'000}, absl::Now() + kLong,
                             [&](const absl::Status&) { refused = true; });
    std::this_thread::yield();
  }
  EXPECT_TRUE(refused);
  behind.gate.Notify();
  stopping.join();
  EXPECT_EQ(behind.commits, 1) << "the other partitions' records are read at the next start";
}

// A journal whose readers cannot be opened from the third on.
class HalfOpenJournal final : public journal::Journal {
 public:
  explicit HalfOpenJournal(journal::Journal* inner) : inner_(inner) {}
  const journal::Identity& identity() const override { return inner_->identity(); }
  void Append(base::PartitionId partition, journal::Record record, AppendDone done) override {
    inner_->Append(partition, std::move(record), std::move(done));
  }
  void End(base::PartitionId partition, EndDone done) override { inner_->End(partition, std::move(done)); }
  absl::StatusOr<std::unique_ptr<journal::Reader>> OpenReader(base::PartitionId partition, base::Offset from,
                                                              std::function<void()> on_ready) override {
    if (++opened_ > 2) return absl::UnavailableError("no more readers");
    return inner_->OpenReader(partition, from, std::move(on_ready));
  }

 private:
  journal::Journal* inner_;
  int opened_ = 0;
};

TEST_F(EngineTest, AStartThatFailsHalfWayReturnsTheReason) {
  const auto journal = OpenJournal(folder_.NewPath());
  HalfOpenJournal half_open(journal.get());
  projection::MemoryStore store;
  const auto engine = Engine::Start(OptionsFor(&half_open, &store));
  EXPECT_TRUE(absl::IsUnavailable(engine.status()));
  EXPECT_THAT(std::string(engine.status().message()), HasSubstr("no more readers"));
}

TEST_F(EngineTest, APositionIsWaitedForUntilItIsFoldedOrTheDeadline) {
  const auto journal = OpenJournal(folder_.NewPath());
  projection::MemoryStore store;
  const auto engine = Start(journal.get(), &store);
  ASSERT_TRUE(AwaitLive(*engine));
  const base::PartitionId partition = journal::PartitionForCase("case-1", 4);
  absl::Notification reached;
  absl::Status result = absl::UnknownError("not called");
  engine->AwaitPosition(partition, base::Offset{2}, absl::Now() + kLong, [&](absl::Status status) {
    result = std::move(status);
    reached.Notify();
  });
  EXPECT_FALSE(reached.HasBeenNotified());
  EXPECT_EQ(VersionOf(Call(*engine, "case-1", "r-1")), 1u);
  reached.WaitForNotification();
  EXPECT_TRUE(result.ok()) << result;

  absl::Notification too_late;
  engine->AwaitPosition(partition, base::Offset{3}, absl::Now(), [&](absl::Status status) {
    result = std::move(status);
    too_late.Notify();
  });
  too_late.WaitForNotification();
  EXPECT_FALSE(result.ok());

  absl::Notification no_such;
  engine->AwaitPosition(base::PartitionId::Case(4), base::Offset{1}, absl::Now() + kLong, [&](absl::Status status) {
    result = std::move(status);
    no_such.Notify();
  });
  no_such.WaitForNotification();
  EXPECT_TRUE(absl::IsInvalidArgument(result)) << result;
}

TEST_F(EngineTest, ARegistryDecisionIsSeenByEveryCaseDecidedAfterIt) {
  const auto journal = OpenJournal(folder_.NewPath());
  projection::MemoryStore store;
  const auto engine = Start(journal.get(), &store);
  ASSERT_TRUE(AwaitLive(*engine));
  EXPECT_EQ(engine->registry()->version(), 0u);
  const Answer refused = Call(*engine, "case-1", "r-1", AddFor("street"));
  ASSERT_TRUE(std::holds_alternative<domain::Rejection>(refused));
  EXPECT_EQ(std::get<domain::Rejection>(refused).detail.reason(), "unknown_organization");

  const std::string registry(journal::kRegistryCaseId);
  EXPECT_EQ(VersionOf(Call(*engine, registry, "add-street", AddOrganization("street"))), 1u);
  EXPECT_EQ(VersionOf(Call(*engine, "case-1", "r-1", AddFor("street"))), 1u) << "a refused request id is not used up";
  EXPECT_EQ(engine->registry()->version(), 1u);
}

// A second instance may not have folded what the first one's registry already says; its refusals must not rest on that.
TEST_F(EngineTest, ARefusalIsTrueAtTheRegistrysEndWhoeverDecidedThere) {
  const auto journal = OpenJournal(folder_.NewPath());
  projection::MemoryStore store_a;
  projection::MemoryStore store_b;
  const auto a = Start(journal.get(), &store_a);
  const auto b = Start(journal.get(), &store_b);
  ASSERT_TRUE(AwaitLive(*a));
  ASSERT_TRUE(AwaitLive(*b));
  const std::string registry(journal::kRegistryCaseId);
  for (int i = 0; i < 20; ++i) {
    const std::string id = absl::StrCat("street-", i);
    ASSERT_EQ(VersionOf(Call(*a, registry, id, AddOrganization(id))), static_cast<uint64_t>(i + 1));
    EXPECT_EQ(VersionOf(Call(*b, absl::StrCat("case-", i), "r-1", AddFor(id))), 1u);
  }
}

}  // namespace
}  // namespace whistle::engine
