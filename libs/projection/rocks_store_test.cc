// What a store on disk must do beyond store_test: outlive its process, refuse what is not its own, never be torn.
#include "libs/projection/rocks_store.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <functional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/projection/memory_store.h"
#include "libs/projection/rows.h"
#include "libs/projection/store_testing.h"
#include "rocksdb/db.h"
#include "rocksdb/env.h"
#include "rocksdb/file_system.h"

namespace whistle::projection {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;

absl::StatusOr<std::unique_ptr<RocksStore>> Open(const std::string& dir, const std::string& fingerprint = "test-1") {
  return RocksStore::Open({.dir = dir, .fold_fingerprint = fingerprint});
}

std::string Message(const absl::Status& status) { return std::string(status.message()); }

// By family name, in order.
std::vector<std::string> Digests(const Store& store) {
  std::vector<std::string> digests;
  for (const absl::string_view family : kFamilyNames) {
    digests.push_back(absl::StrCat(family, " ", Must(store.ColumnFamilyDigest(family))));
  }
  return digests;
}

void CommitNth(Store& store, uint64_t from, uint64_t to) {
  for (uint64_t n = from; n <= to; ++n) {
    const absl::Status status = store.Commit(NthCommit(n));
    ASSERT_TRUE(status.ok()) << status;
  }
}

void Write(const std::string& path, absl::string_view text) { std::ofstream(path, std::ios::binary) << text; }

std::string Read(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

std::vector<std::string> Files(const std::string& dir, absl::string_view with) {
  std::vector<std::string> out;
  for (const fs::directory_entry& entry : fs::directory_iterator(dir)) {
    const std::string name = entry.path().filename().string();
    if (absl::StrContains(name, with)) out.push_back(entry.path().string());
  }
  std::sort(out.begin(), out.end());
  return out;
}

// Another process at the store (store_child.cc). Killed at the end if it still runs.
class Child {
 public:
  Child(const std::string& mode, const std::string& dir) {
    int in[2], out[2];
    EXPECT_EQ(pipe2(in, O_CLOEXEC), 0);
    EXPECT_EQ(pipe2(out, O_CLOEXEC), 0);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, in[0], STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
    std::string program = PROJECTION_STORE_CHILD, arg1 = mode, arg2 = dir;
    char* argv[] = {program.data(), arg1.data(), arg2.data(), nullptr};
    EXPECT_EQ(posix_spawn(&pid_, program.c_str(), &actions, nullptr, argv, environ), 0);
    posix_spawn_file_actions_destroy(&actions);
    close(in[0]);
    close(out[1]);
    stdin_ = in[1];
    stdout_ = out[0];
  }

  ~Child() {
    if (pid_ > 0) Kill();
    if (stdin_ >= 0) close(stdin_);
    close(stdout_);
  }

  // Waits until the child has written `count` bytes.
  void AwaitBytes(size_t count) {
    char byte;
    for (size_t i = 0; i < count; ++i) ASSERT_EQ(read(stdout_, &byte, 1), 1) << "the child ended early";
  }

  std::string ReadAll() {
    std::string all;
    char byte;
    while (read(stdout_, &byte, 1) == 1) all.push_back(byte);
    return all;
  }

  void Kill() {
    kill(pid_, SIGKILL);
    Wait();
  }

  // Ends the child's stdin and waits for its end. Its exit status.
  int Finish() {
    close(stdin_);
    stdin_ = -1;
    return Wait();
  }

  pid_t pid() const { return pid_; }

 private:
  int Wait() {
    int status = 0;
    EXPECT_EQ(waitpid(pid_, &status, 0), pid_);
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

  pid_t pid_ = -1;
  int stdin_ = -1;
  int stdout_ = -1;
};

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

class RocksStoreTest : public testing::Test {
 protected:
  // Commits 1 to n, on a closed store.
  void Fill(uint64_t n) {
    const std::unique_ptr<RocksStore> store = Must(Open(dir_));
    CommitNth(*store, CommitsIn(*store) + 1, n);
  }

  static std::vector<std::string> DigestsInMemory(uint64_t n) {
    MemoryStore store;
    CommitNth(store, 1, n);
    return Digests(store);
  }

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

  TempFolder temp_;
  std::string dir_ = temp_.path() + "/a/store";
};

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

TEST_F(RocksStoreTest, OfAnotherFoldIsRebuiltFromNothingOnceAndSaysFromWhich) {
  Fill(20);
  {
    const std::unique_ptr<RocksStore> store = Must(Open(dir_, "test-2"));
    EXPECT_EQ(store->rebuilt_from(), "test-1");
    EXPECT_EQ(Digests(*store), Digests(MemoryStore()));
    EXPECT_EQ(Must(store->CountAgenda()), 0u);
    CommitNth(*store, 1, 5);
  }
  const std::unique_ptr<RocksStore> store = Must(Open(dir_, "test-2"));
  EXPECT_EQ(store->rebuilt_from(), std::nullopt);
  EXPECT_EQ(CommitsIn(*store), 5u);
}

TEST_F(RocksStoreTest, WhoseRebuildWasInterruptedStartsEmpty) {
  Fill(20);
  fs::rename(dir_ + "/db", dir_ + "/stale");
  const std::unique_ptr<RocksStore> store = Must(Open(dir_, "test-2"));
  EXPECT_EQ(CommitsIn(*store), 0u);
  EXPECT_FALSE(fs::exists(dir_ + "/stale"));
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

TEST_F(RocksStoreTest, OfAnotherFormatIsRefusedNamingBothAndLeftAsItIs) {
  Fill(5);
  const std::string format = Read(dir_ + "/FORMAT");
  EXPECT_EQ(format, "whistle-projection 1\n");
  Write(dir_ + "/FORMAT", "whistle-projection 2\n");
  const absl::Status status = Open(dir_, "test-2").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(Message(status), HasSubstr("format 2"));
  EXPECT_THAT(Message(status), HasSubstr("format 1"));
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

TEST_F(RocksStoreTest, GoesOnWithoutARestartOnceAFullDiskHasRoomAgain) {
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

TEST_F(RocksStoreTest, OnAFailingDiskSaysWhichFailureAndKeepsWhatItHad) {
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

TEST_F(RocksStoreTest, MadeOnAFullDiskIsRefusedAndMadeLater) {
  const auto disk = std::make_shared<FailingDisk>();
  const std::unique_ptr<rocksdb::Env> env = rocksdb::NewCompositeEnv(disk);
  disk->failure = FailingDisk::kFull;
  const RocksStoreOptions options{.dir = dir_, .fold_fingerprint = "test-1", .env = env.get()};
  EXPECT_EQ(RocksStore::Open(options).status().code(), absl::StatusCode::kResourceExhausted);
  disk->failure = FailingDisk::kNone;
  EXPECT_TRUE(RocksStore::Open(options).ok());
}

TEST_F(RocksStoreTest, IsNeverTornByKillAndLosesNoCommitThatReturned) {
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

TEST_F(RocksStoreTest, WithAByteFlippedInItsTablesServesTheTruthOrDataLoss) {
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

TEST_F(RocksStoreTest, WithAByteFlippedInItsLogFallsBackToAnEarlierCommitOrSaysDataLoss) {
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

TEST_F(RocksStoreTest, WithAFileMissingSaysDataLossAndWhatToDo) {
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

TEST_F(RocksStoreTest, WithARowThatIsNoMessageSaysDataLossNamingFamilyAndKey) {
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
