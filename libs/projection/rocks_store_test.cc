// What a store on disk must do beyond store_test: outlive its process, and refuse what is not its own.
#include "libs/projection/rocks_store.h"

#include <unistd.h>

#include <filesystem>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/projection/memory_store.h"
#include "libs/projection/rocks_store_testing.h"
#include "libs/projection/store_testing.h"

namespace whistle::projection {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

TEST_F(RocksStoreTest, HoldsAfterReopeningWhatItHeldBefore) {
  std::vector<std::string> before;
  {
    const std::unique_ptr<RocksStore> store = Must(Open(dir_));
    EXPECT_EQ(store->rebuilt_from(), std::nullopt);
    CommitNth(*store, 1, 50);
    before = Digests(*store);
    EXPECT_EQ(Must(store->CountAgenda()), 7u);
  }
  for (int i = 0; i < 2; ++i) {
    const std::unique_ptr<RocksStore> store = Must(Open(dir_));
    EXPECT_EQ(store->rebuilt_from(), std::nullopt);
    EXPECT_EQ(Digests(*store), before);
    EXPECT_EQ(Must(store->CountAgenda()), 7u);
  }
}

TEST_F(RocksStoreTest, HoldsTheSameBytesAsTheStoreInMemoryAfterTheSameRandomWrites) {
  std::mt19937 random(20210714);
  const auto below = [&random](uint32_t n) { return static_cast<uint32_t>(random() % n); };
  const auto text = [&] { return std::string(below(3), static_cast<char>("\0\x01\xff"[below(3)])); };
  MemoryStore memory;
  std::unique_ptr<RocksStore> rocks = Must(Open(dir_));
  for (int round = 0; round < 300; ++round) {
    WriteSet set;
    for (uint32_t i = below(4); i > 0; --i) set.cases.emplace_back(text(), CaseAt(below(9), text()));
    for (uint32_t i = below(4); i > 0; --i) set.timeline.push_back({text(), base::Version{below(9)}, DecisionAt(1)});
    for (uint32_t i = below(4); i > 0; --i) {
      set.requests.emplace_back(RequestKey{text(), text(), text()}, RequestAt(below(9)));
    }
    for (uint32_t i = below(4); i > 0; --i) set.index_puts.push_back({text(), text()});
    for (uint32_t i = below(4); i > 0; --i) set.index_deletes.push_back({text(), text()});
    // A message's text is UTF-8.
    const auto item = [&] {
      return DueAt(absl::FromUnixSeconds(below(5)) - absl::Seconds(2), std::string(below(3), "\0\x01"[below(2)]), "s");
    };
    for (uint32_t i = below(4); i > 0; --i) set.agenda_puts.push_back(item());
    for (uint32_t i = below(4); i > 0; --i) set.agenda_deletes.push_back(item());
    if (below(5) == 0) set.quarantine.push_back(Malformed(common::v1::TOPIC_CASES, 1, below(9)));
    set.partitions.emplace_back(base::PartitionId::Case(static_cast<int32_t>(below(3))), FoldedTo(round));
    ASSERT_TRUE(memory.Commit(set).ok());
    ASSERT_TRUE(rocks->Commit(set).ok());
    ASSERT_EQ(Must(rocks->CountAgenda()), Must(memory.CountAgenda())) << "round " << round;
    if (round % 50 == 0) {
      ASSERT_EQ(Digests(*rocks), Digests(memory)) << "round " << round;
    }
  }
  EXPECT_EQ(Digests(*rocks), Digests(memory));
  rocks.reset();
  rocks = Must(Open(dir_));
  EXPECT_EQ(Digests(*rocks), Digests(memory));
  EXPECT_EQ(Must(rocks->CountAgenda()), Must(memory.CountAgenda()));
}

TEST_F(RocksStoreTest, OfAnotherFoldStaysUntilTheNewOneBesideItServes) {
  Fill(20);
  {
    const std::unique_ptr<RocksStore> store = Must(Open(dir_, "test-2"));
    EXPECT_EQ(store->rebuilt_from(), "test-1");
    EXPECT_EQ(Digests(*store), Digests(MemoryStore()));
    EXPECT_EQ(Must(store->CountAgenda()), 0u);
    EXPECT_FALSE(store->serves());
    CommitNth(*store, 1, 5);
  }
  // Going back to the older program before it was complete: its store is there, and what was begun is not.
  EXPECT_EQ(CommitsIn(*Must(Open(dir_, "test-1"))), 20u);
  EXPECT_EQ(CommitsIn(*Must(Open(dir_, "test-2"))), 0u);
}

TEST_F(RocksStoreTest, OfAnotherFoldGoesOnWithWhatAnEarlierStartBegan) {
  Fill(20);
  CommitNth(*Must(Open(dir_, "test-2")), 1, 5);
  {
    const std::unique_ptr<RocksStore> store = Must(Open(dir_, "test-2"));
    EXPECT_EQ(store->rebuilt_from(), "test-1");
    EXPECT_EQ(CommitsIn(*store), 5u);
    CommitNth(*store, 6, 20);
    ASSERT_TRUE(store->Serve().ok());
    EXPECT_TRUE(store->serves());
    EXPECT_THAT(store->kept(), testing::ElementsAre(dir_ + "/db"));
  }
  {
    const std::unique_ptr<RocksStore> store = Must(Open(dir_, "test-2"));
    EXPECT_EQ(store->rebuilt_from(), std::nullopt);
    EXPECT_EQ(Digests(*store), DigestsInMemory(20));
    ASSERT_TRUE(store->DiscardKept().ok());
    EXPECT_THAT(store->kept(), testing::IsEmpty());
    EXPECT_FALSE(fs::exists(dir_ + "/db"));
  }
  EXPECT_EQ(CommitsIn(*Must(Open(dir_, "test-2"))), 20u);
}

TEST_F(RocksStoreTest, ThatIsBuiltBesideAnotherServesOnlyWhenToldTo) {
  Fill(20);
  const std::shared_ptr<RocksStore> store = Must(Open(dir_));
  std::shared_ptr<RocksStore> next = Must(store->OpenBeside());
  CommitNth(*next, 1, 3);
  EXPECT_FALSE(next->serves());
  EXPECT_EQ(CommitsIn(*store), 20u);
  EXPECT_THAT(Message(RocksStore::Discard(next)), HasSubstr("still read"));
  const std::string path = next->path();
  ASSERT_TRUE(RocksStore::Discard(std::move(next)).ok());
  EXPECT_FALSE(fs::exists(path));

  next = Must(store->OpenBeside());
  CommitNth(*next, 1, 4);
  ASSERT_TRUE(next->Serve().ok());
  EXPECT_FALSE(store->serves());
  // And back: what was named for a moment is gone with Discard.
  ASSERT_TRUE(store->Serve().ok());
  ASSERT_TRUE(RocksStore::Discard(std::move(next)).ok());
  EXPECT_THAT(store->kept(), testing::IsEmpty());
  EXPECT_EQ(CommitsIn(*store), 20u);
}

TEST_F(RocksStoreTest, ThatIsOpenIsNotDeletedWithWhatWasReplaced) {
  Fill(20);
  const std::shared_ptr<RocksStore> store = Must(Open(dir_));
  const std::shared_ptr<RocksStore> next = Must(store->OpenBeside());
  ASSERT_TRUE(next->Serve().ok());
  EXPECT_THAT(Message(store->DiscardKept()), HasSubstr("is open"));
  EXPECT_TRUE(fs::exists(store->path()));
}

TEST_F(RocksStoreTest, WhoseRebuildWasInterruptedServesAndTellsWhatWasLeft) {
  Fill(20);
  { CommitNth(*Must(Must(Open(dir_))->OpenBeside()), 1, 3); }
  const std::unique_ptr<RocksStore> store = Must(Open(dir_));
  EXPECT_THAT(store->leftovers(), testing::ElementsAre("db-2"));
  EXPECT_FALSE(fs::exists(dir_ + "/db-2"));
  EXPECT_EQ(CommitsIn(*store), 20u);
}

// The steps of a rebuild: made beside, filled, named, the old one deleted; three rounds of them, killed after each step
// and a random moment more.
TEST_F(RocksStoreTest, WhoseProcessIsKilledDuringExchangesHoldsEverything) {
  Fill(20);
  const std::vector<std::string> digests = DigestsInMemory(20);
  std::mt19937 random(20210714);
  for (size_t step = 0; step <= 12; ++step) {
    Child child("exchange", dir_);
    child.AwaitBytes(step);
    const absl::Time until = absl::Now() + absl::Microseconds(random() % 5000);
    while (absl::Now() < until) std::this_thread::yield();
    child.Kill();
    const std::unique_ptr<RocksStore> store = Must(Open(dir_));
    EXPECT_EQ(Digests(*store), digests) << "after step " << step;
    EXPECT_EQ(Files(dir_, "db").size(), 1 + store->kept().size()) << "after step " << step;
    EXPECT_THAT(Files(dir_, "stale"), testing::IsEmpty());
  }
}

TEST_F(RocksStoreTest, WhoseDeletionOfADatabaseWasInterruptedDeletesTheRest) {
  Fill(20);
  fs::create_directories(dir_ + "/stale");
  Write(dir_ + "/stale/000012.sst", "half of it");
  EXPECT_EQ(CommitsIn(*Must(Open(dir_))), 20u);
  EXPECT_FALSE(fs::exists(dir_ + "/stale"));
}

TEST_F(RocksStoreTest, WhoseServingFileSaysSomethingElseIsRefused) {
  Fill(1);
  for (const char* text : {"", "serving\n", "serving ../db\n", "serving db\nkept stale\n", "kept db\n", "serving db"}) {
    Write(dir_ + "/SERVING", text);
    EXPECT_THAT(Message(Open(dir_).status()), HasSubstr("SERVING")) << text;
  }
  Write(dir_ + "/SERVING", "serving db\n");
  EXPECT_EQ(CommitsIn(*Must(Open(dir_))), 1u);
}

TEST_F(RocksStoreTest, WhoseServingFileCannotBeReadIsNotOpenedOnAnotherDatabase) {
  Fill(3);
  // The next one serves, and the first is kept.
  {
    const std::shared_ptr<RocksStore> store = Must(Open(dir_));
    const std::shared_ptr<RocksStore> next = Must(store->OpenBeside());
    CommitNth(*next, 1, 5);
    ASSERT_TRUE(next->Serve().ok());
  }
  fs::rename(dir_ + "/SERVING", dir_ + "/aside");
  fs::create_symlink("SERVING", dir_ + "/SERVING");
  EXPECT_THAT(Message(Open(dir_).status()), HasSubstr("opening " + dir_ + "/SERVING"));
  fs::rename(dir_ + "/aside", dir_ + "/SERVING");
  EXPECT_EQ(CommitsIn(*Must(Open(dir_))), 5u);
}

TEST_F(RocksStoreTest, WhoseCreationWasInterruptedIsCreated) {
  fs::create_directories(dir_);
  Write(dir_ + "/LOCK", "");
  Write(dir_ + "/FORMAT.new", "whis");
  ASSERT_TRUE(Open(dir_).ok());
  // Next time after FORMAT, before there was anything in the database.
  fs::remove_all(dir_ + "/db");
  fs::create_directories(dir_ + "/db");
  Write(dir_ + "/db/LOG", "");
  EXPECT_EQ(CommitsIn(*Must(Open(dir_))), 0u);
}

TEST_F(RocksStoreTest, WithoutAFoldFingerprintOrAFolderIsRefused) {
  EXPECT_EQ(Open(dir_, "").status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_FALSE(fs::exists(dir_));
  EXPECT_EQ(Open("").status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(RocksStoreTest, OfAnOlderFormatIsRebuiltFromNothingOnceAndSaysFromWhich) {
  Fill(20);
  Write(dir_ + "/FORMAT", "whistle-projection 1\n");
  {
    const std::unique_ptr<RocksStore> store = Must(Open(dir_));
    EXPECT_EQ(store->rebuilt_from(), "store format 1");
    EXPECT_EQ(Digests(*store), Digests(MemoryStore()));
    EXPECT_EQ(Read(dir_ + "/FORMAT"), "whistle-projection 2\n");
    CommitNth(*store, 1, 5);
  }
  const std::unique_ptr<RocksStore> store = Must(Open(dir_));
  EXPECT_EQ(store->rebuilt_from(), std::nullopt);
  EXPECT_EQ(CommitsIn(*store), 5u);
}

TEST_F(RocksStoreTest, OfAnOlderFormatWhoseRebuildWasInterruptedIsRebuiltAllTheSame) {
  Fill(20);
  // Taken away, and not yet named anew; and, of another time, half deleted.
  fs::rename(dir_ + "/db", dir_ + "/stale");
  Write(dir_ + "/FORMAT", "whistle-projection 1\n");
  EXPECT_EQ(CommitsIn(*Must(Open(dir_))), 0u);
  Fill(20);
  fs::create_directories(dir_ + "/stale");
  Write(dir_ + "/stale/000007.sst", "");
  Write(dir_ + "/FORMAT", "whistle-projection 1\n");
  EXPECT_EQ(CommitsIn(*Must(Open(dir_))), 0u);
  EXPECT_FALSE(fs::exists(dir_ + "/stale"));
}

TEST_F(RocksStoreTest, OfANewerFormatIsRefusedNamingBothAndLeftAsItIs) {
  Fill(5);
  const std::string format = Read(dir_ + "/FORMAT");
  EXPECT_EQ(format, "whistle-projection 2\n");
  Write(dir_ + "/FORMAT", "whistle-projection 3\n");
  const absl::Status status = Open(dir_, "test-2").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(Message(status), HasSubstr("format 3"));
  EXPECT_THAT(Message(status), HasSubstr("program's 2"));
  Write(dir_ + "/FORMAT", format);
  EXPECT_EQ(CommitsIn(*Must(Open(dir_))), 5u);
}

TEST_F(RocksStoreTest, InAFolderOfSomethingElseIsRefusedNamingWhatIsThereAndLeavesNothingBehind) {
  fs::create_directories(dir_);
  Write(dir_ + "/thesis.txt", "");
  const absl::Status status = Open(dir_).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(Message(status), HasSubstr("thesis.txt"));
  EXPECT_EQ(Files(dir_, "").size(), 1u);
}

TEST_F(RocksStoreTest, InAFolderWhoseFormatIsAnotherProgramsIsRefusedQuotingIt) {
  fs::create_directories(dir_);
  for (const char* text : {"whistle-journal 1\n", "", "whistle-projection one\n", "\x01\xff"}) {
    Write(dir_ + "/FORMAT", text);
    const absl::Status status = Open(dir_).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << status;
    EXPECT_THAT(Message(status), HasSubstr("FORMAT"));
  }
  Write(dir_ + "/FORMAT", "whistle-journal 1\n");
  EXPECT_THAT(Message(Open(dir_).status()), HasSubstr("whistle-journal 1"));
}

TEST_F(RocksStoreTest, BelowAFileIsRefused) {
  Write(temp_.path() + "/file", "");
  EXPECT_EQ(Open(temp_.path() + "/file").status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(Open(temp_.path() + "/file/store").status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(RocksStoreTest, IsRefusedASecondTimeInTheSameProcessAndFreeAgainAfterwards) {
  {
    const std::unique_ptr<RocksStore> first = Must(Open(dir_));
    const absl::Status second = Open(dir_).status();
    EXPECT_EQ(second.code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_THAT(Message(second), HasSubstr(absl::StrCat("process ", getpid())));
    EXPECT_TRUE(first->Commit(NthCommit(1)).ok());
  }
  EXPECT_EQ(CommitsIn(*Must(Open(dir_))), 1u);
}

TEST_F(RocksStoreTest, IsRefusedWhileAnotherProcessHasItNamingThatProcess) {
  Child other("hold", dir_);
  other.AwaitBytes(1);
  // Another fingerprint is no reason to delete what somebody is using.
  for (const char* fingerprint : {"test-1", "test-2"}) {
    const absl::Status status = Open(dir_, fingerprint).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_THAT(Message(status), HasSubstr(absl::StrCat("process ", other.pid())));
  }
  EXPECT_EQ(other.Finish(), 0);
  EXPECT_EQ(Must(Open(dir_))->rebuilt_from(), std::nullopt);
}

TEST_F(RocksStoreTest, ThatMayNotBeWrittenIsRefusedNamingTheFolder) {
  fs::permissions(temp_.path(), fs::perms(0755));
  const std::string below = temp_.path() + "/closed";
  fs::create_directories(below);
  fs::permissions(below, fs::perms(0555));
  Fill(1);
  fs::permissions(dir_ + "/LOCK", fs::perms(0444));
  for (const std::string& dir : {below + "/store", below, dir_}) {
    Child nobody("open-unprivileged", dir);
    const std::string status = nobody.ReadAll();
    EXPECT_THAT(status, HasSubstr("FAILED_PRECONDITION"));
    EXPECT_THAT(status, HasSubstr(dir));
    EXPECT_THAT(status, HasSubstr("Permission denied"));
    EXPECT_EQ(nobody.Finish(), 0);
  }
  fs::permissions(below, fs::perms(0755));
}

TEST_F(RocksStoreTest, FiveInOneProcessShareOneBlockCache) {
  const std::shared_ptr<rocksdb::Cache> cache = NewBlockCache();
  std::vector<std::unique_ptr<RocksStore>> stores;
  for (int i = 0; i < 5; ++i) {
    stores.push_back(
        Must(RocksStore::Open({.dir = absl::StrCat(dir_, i), .fold_fingerprint = "test-1", .block_cache = cache})));
    CommitNth(*stores.back(), 1, 10);
  }
  for (const std::unique_ptr<RocksStore>& store : stores) EXPECT_EQ(Digests(*store), DigestsInMemory(10));
}

}  // namespace
}  // namespace whistle::projection
