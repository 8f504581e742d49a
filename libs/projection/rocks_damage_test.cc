// What a store on disk holds after a kill, on a full or failing disk, and with damaged files: what so many commits
// wrote, or DATA_LOSS.
#include <atomic>
#include <filesystem>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/projection/memory_store.h"
#include "libs/projection/rocks_store.h"
#include "libs/projection/rocks_store_testing.h"
#include "libs/projection/rows.h"
#include "libs/projection/store_testing.h"
#include "rocksdb/db.h"
#include "rocksdb/env.h"
#include "rocksdb/file_system.h"

namespace whistle::projection {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

// A disk that fails every write while `failure` is set.
class FailingDisk final : public rocksdb::FileSystemWrapper {
 public:
  FailingDisk() : FileSystemWrapper(rocksdb::FileSystem::Default()) {}

  const char* Name() const override { return "FailingDisk"; }

  rocksdb::IOStatus NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* file,
                                    rocksdb::IODebugContext* debug) override {
    std::unique_ptr<rocksdb::FSWritableFile> real;
    const rocksdb::IOStatus status = target()->NewWritableFile(name, options, &real, debug);
    if (status.ok()) file->reset(new File(std::move(real), *this));
    return status;
  }

  enum Failure { kNone, kFull, kBroken };
  std::atomic<Failure> failure = kNone;

 private:
  class File final : public rocksdb::FSWritableFileOwnerWrapper {
   public:
    File(std::unique_ptr<rocksdb::FSWritableFile> real, const FailingDisk& disk)
        : FSWritableFileOwnerWrapper(std::move(real)), disk_(disk) {}

    using FSWritableFileOwnerWrapper::Append;
    rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                             rocksdb::IODebugContext* debug) override {
      if (disk_.failure == kFull) return rocksdb::IOStatus::NoSpace("No space left on device");
      if (disk_.failure == kBroken) return rocksdb::IOStatus::IOError("Input/output error");
      return FSWritableFileOwnerWrapper::Append(data, options, debug);
    }

   private:
    const FailingDisk& disk_;
  };
};

class RocksDamageTest : public RocksStoreTest {
 protected:
  // A store of n commits, everything of it in table files.
  void FillTables(uint64_t n) {
    Fill(n);
    // Recovery writes what it read from the log into tables.
    ASSERT_TRUE(Open(dir_).ok());
    ASSERT_FALSE(Files(dir_ + "/db", ".sst").empty());
  }

  // Opens a damaged copy and reads all of it. OK only if it holds just what the first commits, as many as it says,
  // wrote.
  absl::Status OpenAndReadAll(const std::string& dir) {
    const absl::StatusOr<std::unique_ptr<RocksStore>> store = Open(dir);
    if (!store.ok()) return store.status();
    std::vector<std::string> digests;
    for (const absl::string_view family : kFamilyNames) {
      const absl::StatusOr<std::string> digest = (*store)->ColumnFamilyDigest(family);
      if (!digest.ok()) return digest.status();
      digests.push_back(absl::StrCat(family, " ", *digest));
    }
    EXPECT_EQ(digests, DigestsInMemory(CommitsIn(**store)));
    return absl::OkStatus();
  }
};

TEST_F(RocksDamageTest, GoesOnWithoutARestartOnceAFullDiskHasRoomAgain) {
  const auto disk = std::make_shared<FailingDisk>();
  const std::unique_ptr<rocksdb::Env> env = rocksdb::NewCompositeEnv(disk);
  {
    const std::unique_ptr<RocksStore> store =
        Must(RocksStore::Open({.dir = dir_, .fold_fingerprint = "test-1", .env = env.get()}));
    CommitNth(*store, 1, 20);
    disk->failure = FailingDisk::kFull;
    for (int i = 0; i < 3; ++i) {
      EXPECT_EQ(store->Commit(NthCommit(21)).code(), absl::StatusCode::kResourceExhausted);
    }
    disk->failure = FailingDisk::kNone;
    // RocksDB finds out by itself, in the background.
    const absl::Time patience = absl::Now() + absl::Seconds(60);
    while (!store->Commit(NthCommit(21)).ok() && absl::Now() < patience) std::this_thread::yield();
    CommitNth(*store, 22, 30);
    EXPECT_EQ(Digests(*store), DigestsInMemory(30));
    EXPECT_EQ(Must(store->CountAgenda()), 7u);
  }
  EXPECT_EQ(Digests(*Must(Open(dir_))), DigestsInMemory(30));
}

TEST_F(RocksDamageTest, OnAFailingDiskSaysWhichFailureAndKeepsWhatItHad) {
  const std::vector<std::pair<FailingDisk::Failure, absl::StatusCode>> cases = {
      {FailingDisk::kFull, absl::StatusCode::kResourceExhausted},
      {FailingDisk::kBroken, absl::StatusCode::kUnavailable}};
  for (const auto& [failure, code] : cases) {
    const std::string dir = absl::StrCat(dir_, static_cast<int>(failure));
    const auto disk = std::make_shared<FailingDisk>();
    const std::unique_ptr<rocksdb::Env> env = rocksdb::NewCompositeEnv(disk);
    {
      const std::unique_ptr<RocksStore> store =
          Must(RocksStore::Open({.dir = dir, .fold_fingerprint = "test-1", .env = env.get()}));
      CommitNth(*store, 1, 20);
      disk->failure = failure;
      const absl::Status status = store->Commit(NthCommit(21));
      EXPECT_EQ(status.code(), code) << status;
      EXPECT_THAT(Message(status), HasSubstr(dir));
      EXPECT_EQ(Digests(*store), DigestsInMemory(20));
      EXPECT_EQ(Must(store->CountAgenda()), 7u);
      disk->failure = FailingDisk::kNone;
    }
    const std::unique_ptr<RocksStore> store = Must(Open(dir));
    EXPECT_EQ(Digests(*store), DigestsInMemory(20));
    CommitNth(*store, 21, 22);
  }
}

TEST_F(RocksDamageTest, MadeOnAFullDiskIsRefusedAndMadeLater) {
  const auto disk = std::make_shared<FailingDisk>();
  const std::unique_ptr<rocksdb::Env> env = rocksdb::NewCompositeEnv(disk);
  disk->failure = FailingDisk::kFull;
  const RocksStoreOptions options{.dir = dir_, .fold_fingerprint = "test-1", .env = env.get()};
  EXPECT_EQ(RocksStore::Open(options).status().code(), absl::StatusCode::kResourceExhausted);
  disk->failure = FailingDisk::kNone;
  EXPECT_TRUE(RocksStore::Open(options).ok());
}

TEST_F(RocksDamageTest, ThatCannotBeMadeBesideAnotherLeavesNothing) {
  const auto disk = std::make_shared<FailingDisk>();
  const std::unique_ptr<rocksdb::Env> env = rocksdb::NewCompositeEnv(disk);
  const std::unique_ptr<RocksStore> store =
      Must(RocksStore::Open({.dir = dir_, .fold_fingerprint = "test-1", .env = env.get()}));
  disk->failure = FailingDisk::kFull;
  EXPECT_EQ(store->OpenBeside().status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(Files(dir_, "db-"), testing::IsEmpty());
  disk->failure = FailingDisk::kNone;
  EXPECT_TRUE(store->OpenBeside().ok());
}

TEST_F(RocksDamageTest, IsNeverTornByKillAndLosesNoCommitThatReturned) {
  std::mt19937 random(19);
  MemoryStore expected;
  uint64_t commits = 0;
  for (int round = 0; round < 8; ++round) {
    const size_t returned = 1 + random() % 700;
    {
      Child writer("write", dir_);
      writer.AwaitBytes(returned);
      writer.Kill();
    }
    const std::unique_ptr<RocksStore> store = Must(Open(dir_));
    const uint64_t now = CommitsIn(*store);
    ASSERT_GE(now, commits + returned);
    CommitNth(expected, commits + 1, now);
    commits = now;
    ASSERT_EQ(Digests(*store), Digests(expected)) << "round " << round << ", " << commits << " commits";
    ASSERT_EQ(Must(store->CountAgenda()), Must(expected.CountAgenda()));
  }
}

TEST_F(RocksDamageTest, WithAByteFlippedInItsTablesServesTheTruthOrDataLoss) {
  FillTables(30);
  int lost = 0;
  for (const std::string& table : Files(dir_ + "/db", ".sst")) {
    const std::string good = Read(table);
    for (const size_t at : {size_t{20}, good.size() / 2, good.size() - 20}) {
      std::string bad = good;
      bad[at] = static_cast<char>(bad[at] ^ 0x10);
      Write(table, bad);
      // On a copy, since opening may move things.
      const std::string copy = temp_.path() + "/copy";
      fs::copy(dir_, copy, fs::copy_options::recursive);
      const absl::Status status = OpenAndReadAll(copy);
      fs::remove_all(copy);
      if (!status.ok()) {
        EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << table << " at " << at << ": " << status;
        ++lost;
      }
    }
    Write(table, good);
  }
  EXPECT_GT(lost, 6);
}

TEST_F(RocksDamageTest, WithAByteFlippedInItsLogFallsBackToAnEarlierCommitOrSaysDataLoss) {
  // A log of 30 commits, not yet in tables.
  Fill(30);
  const std::vector<std::string> logs = Files(dir_ + "/db", ".log");
  ASSERT_EQ(logs.size(), 1u);
  const std::string good = Read(logs[0]);
  std::mt19937 random(7);
  for (int i = 0; i < 12; ++i) {
    std::string bad = good;
    const size_t at = random() % bad.size();
    bad[at] = static_cast<char>(bad[at] ^ (1 << (random() % 8)));
    Write(logs[0], bad);
    const std::string copy = temp_.path() + "/copy";
    fs::copy(dir_, copy, fs::copy_options::recursive);
    const absl::Status status = OpenAndReadAll(copy);
    fs::remove_all(copy);
    EXPECT_TRUE(status.ok() || status.code() == absl::StatusCode::kDataLoss) << "at " << at << ": " << status;
  }
}

TEST_F(RocksDamageTest, WithAFileMissingSaysDataLossAndWhatToDo) {
  FillTables(30);
  for (const char* kind : {".sst", "MANIFEST", "CURRENT"}) {
    const std::string copy = temp_.path() + "/copy";
    fs::copy(dir_, copy, fs::copy_options::recursive);
    fs::remove(Files(copy + "/db", kind).at(0));
    const absl::Status status = OpenAndReadAll(copy);
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << kind << ": " << status;
    EXPECT_THAT(Message(status), HasSubstr("the journal fills a new one"));
    EXPECT_THAT(Message(status), HasSubstr(copy));
    fs::remove_all(copy);
  }
}

TEST_F(RocksDamageTest, WithARowThatIsNoMessageSaysDataLossNamingFamilyAndKey) {
  Fill(7);
  {
    std::vector<std::string> names;
    ASSERT_TRUE(rocksdb::DB::ListColumnFamilies(rocksdb::Options(), dir_ + "/db", &names).ok());
    std::vector<rocksdb::ColumnFamilyDescriptor> families;
    for (const std::string& name : names) families.emplace_back(name, rocksdb::ColumnFamilyOptions());
    std::vector<rocksdb::ColumnFamilyHandle*> handles;
    rocksdb::DB* db = nullptr;
    ASSERT_TRUE(rocksdb::DB::Open(rocksdb::Options(), dir_ + "/db", families, &handles, &db).ok());
    for (size_t i = 0; i < names.size(); ++i) {
      if (names[i] == "state") {
        ASSERT_TRUE(db->Put({}, handles[i], "case-0", "\xff\xff").ok());
      }
      db->DestroyColumnFamilyHandle(handles[i]);
    }
    delete db;
  }
  const std::unique_ptr<RocksStore> store = Must(Open(dir_));
  const absl::Status status = store->FindCase("case-0").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(Message(status), HasSubstr("state"));
  EXPECT_THAT(Message(status), HasSubstr("636173652d30"));
  EXPECT_TRUE(store->FindCase("case-1").ok());
}

}  // namespace
}  // namespace whistle::projection
