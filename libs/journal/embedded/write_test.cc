// Group commit, the queue's bounds, and a disk that fails.
#include <future>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/synchronization/notification.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/clock.h"
#include "libs/journal/conformance/calls.h"
#include "libs/journal/embedded/child_process.h"
#include "libs/journal/embedded/child_records.h"
#include "libs/journal/embedded/embedded_journal.h"
#include "libs/journal/embedded/faulty_disk.h"
#include "libs/journal/embedded/test_folder.h"

namespace whistle::journal {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

const base::PartitionId kPartition = base::PartitionId::Case(2);

// A journal on a disk that a test controls.
class WriteTest : public testing::Test {
 protected:
  std::unique_ptr<EmbeddedJournal> Open(EmbeddedOptions options = {}) {
    options.dir = folder_.path() + "/journal";
    options.clock = &clock_;
    options.rocksdb_env = env_.get();
    auto journal = EmbeddedJournal::Open(std::move(options));
    EXPECT_TRUE(journal.ok()) << journal.status();
    return journal.ok() ? *std::move(journal) : nullptr;
  }

  TestFolder folder_;
  base::RealClock clock_;
  SyncControl disk_;
  const std::unique_ptr<rocksdb::Env> env_ = MakeFaultyEnv(disk_);
};

TEST_F(WriteTest, AllThatWaitIsWrittenWithOneSync) {
  const auto journal = Open();
  disk_.Hold();
  std::vector<std::future<absl::StatusOr<Appended>>> outcomes;
  outcomes.push_back(StartAppend(*journal, kPartition, {"case", "alone", {}}));
  disk_.AwaitHeld();
  const int before = disk_.synced();
  for (int i = 0; i < 100; ++i) outcomes.push_back(StartAppend(*journal, kPartition, {"case", "together", {}}));
  disk_.Release();
  for (auto& outcome : outcomes) ASSERT_TRUE(Await(std::move(outcome)).ok());
  EXPECT_EQ(disk_.synced() - before, 2) << "the one under way, and one for the hundred";
}

TEST_F(WriteTest, NothingIsAcknowledgedOrShownBeforeItIsSynced) {
  const auto journal = Open();
  const auto reader = journal->OpenReader(kPartition, base::Offset{1}, [] {});
  ASSERT_TRUE(reader.ok());
  disk_.Hold();
  auto outcome = StartAppend(*journal, kPartition, {"case", "value", {}});
  disk_.AwaitHeld();
  EXPECT_EQ(outcome.wait_for(std::chrono::seconds(0)), std::future_status::timeout);
  EXPECT_TRUE((*reader)->Read({})->empty());
  EXPECT_EQ(EndOf(*journal, kPartition), 1);
  disk_.Release();
  ASSERT_TRUE(Await(std::move(outcome)).ok());
  EXPECT_EQ((*reader)->Read({})->size(), 1u);
  EXPECT_EQ(EndOf(*journal, kPartition), 2);
}

TEST_F(WriteTest, TheQueueHolds16384RecordsAndRefusesOneMore) {
  const auto journal = Open();
  disk_.Hold();
  std::vector<std::future<absl::StatusOr<Appended>>> outcomes;
  outcomes.push_back(StartAppend(*journal, kPartition, {"case", "being written", {}}));
  disk_.AwaitHeld();
  for (int i = 0; i < 16 * 1024; ++i) outcomes.push_back(StartAppend(*journal, kPartition, {"case", "queued", {}}));
  const absl::Status refused = AppendAndWait(*journal, kPartition, {"case", "one too many", {}}).status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(std::string(refused.message()), HasSubstr("16384"));
  disk_.Release();
  for (auto& outcome : outcomes) ASSERT_TRUE(Await(std::move(outcome)).ok());
  EXPECT_EQ(EndOf(*journal, kPartition), 1 + 1 + 16 * 1024) << "the refused one never appears";
  EXPECT_TRUE(AppendAndWait(*journal, kPartition, {"case", "there is room again", {}}).ok());
}

TEST_F(WriteTest, TheQueueHolds64MiBAndRefusesWhatWouldNotFit) {
  const auto journal = Open();
  disk_.Hold();
  std::vector<std::future<absl::StatusOr<Appended>>> outcomes;
  outcomes.push_back(StartAppend(*journal, kPartition, {"", "being written", {}}));
  disk_.AwaitHeld();
  for (int i = 0; i < 256; ++i) {
    outcomes.push_back(StartAppend(*journal, kPartition, {"", std::string(kRecordValueBytesMax, 'x'), {}}));
  }
  EXPECT_EQ(AppendAndWait(*journal, kPartition, {"k", "", {}}).status().code(), absl::StatusCode::kResourceExhausted);
  disk_.Release();
  for (auto& outcome : outcomes) ASSERT_TRUE(Await(std::move(outcome)).ok());
}

TEST_F(WriteTest, ClosingFinishesWhatWasQueued) {
  auto journal = Open();
  disk_.Hold();
  std::vector<std::future<absl::StatusOr<Appended>>> outcomes;
  for (int i = 0; i < 50; ++i) outcomes.push_back(StartAppend(*journal, kPartition, {"case", "value", {}}));
  disk_.AwaitHeld();
  disk_.Release();
  journal.reset();
  for (auto& outcome : outcomes) EXPECT_TRUE(Await(std::move(outcome)).ok());
  EXPECT_EQ(EndOf(*Open(), kPartition), 51);
}

TEST_F(WriteTest, AfterAFailedSyncNothingIsAcknowledgedForEverThoughTheDiskRecovers) {
  absl::Notification told;
  absl::Status fatal;
  auto journal = Open({.on_fatal = [&](const absl::Status& status) {
    fatal = status;
    told.Notify();
  }});
  ASSERT_TRUE(AppendAndWait(*journal, kPartition, {"case", "before", {}}).ok());
  disk_.Hold();
  auto failing = StartAppend(*journal, kPartition, {"case", "failing", {}});
  disk_.AwaitHeld();
  auto queued = StartAppend(*journal, kPartition, {"case", "queued", {}});
  disk_.FailNext(1);
  disk_.Release();
  EXPECT_EQ(Await(std::move(failing)).status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(Await(std::move(queued)).status().code(), absl::StatusCode::kUnavailable);
  told.WaitForNotification();
  EXPECT_THAT(std::string(fatal.message()), HasSubstr("failed to sync"));

  const int synced = disk_.synced();
  EXPECT_EQ(AppendAndWait(*journal, kPartition, {"case", "after", {}}).status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(disk_.synced(), synced) << "the disk is not asked again";
  absl::Status end;
  journal->End(kPartition, [&end](absl::StatusOr<base::Offset> outcome) { end = outcome.status(); });
  EXPECT_EQ(end.code(), absl::StatusCode::kUnavailable);
  {
    const auto reader = journal->OpenReader(kPartition, base::Offset{0}, [] {});
    ASSERT_TRUE(reader.ok());
    EXPECT_EQ((*reader)->Read({})->size(), 2u) << "what was never acknowledged is not shown";
  }

  journal.reset();
  journal = Open();
  const std::vector<StoredRecord> records = ReadAll(*journal, kPartition, 1);
  ASSERT_GE(records.size(), 1u);
  EXPECT_EQ(records[0].record.value, "before");
  for (const StoredRecord& record : records) EXPECT_NE(record.record.value, "after");
  EXPECT_TRUE(AppendAndWait(*journal, kPartition, {"case", "a new life", {}}).ok());
}

TEST_F(WriteTest, KeyAndHeadersOf16KiBAreKeptAndOneByteMoreIsRefused) {
  const auto journal = Open();
  Record record = {"key", "value", {{"name", std::string(kKeyAndHeadersBytesMax - 7, 'h')}}};
  EXPECT_TRUE(AppendAndWait(*journal, kPartition, record).ok());
  record.key += "x";
  const absl::Status status = AppendAndWait(*journal, kPartition, record).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), AllOf(HasSubstr("16384"), HasSubstr("16385")));
}

TEST(FullDiskTest, StopsAcknowledgingSaysSoAndKeepsWhatItAcknowledged) {
  TestFolder folder;
  const std::string dir = folder.NewPath();
  ChildProcess child({"fill", dir, "full", "40000"});
  const std::vector<std::string> lines = child.ReadAllLines();
  size_t acknowledged = 0;
  std::string fatal, after, end;
  for (const std::string& line : lines) {
    if (absl::StartsWith(line, "ack ")) ++acknowledged;
    if (absl::StartsWith(line, "fatal ")) fatal = line;
    if (absl::StartsWith(line, "after ")) after = line;
    if (absl::StartsWith(line, "end ")) end = line;
  }
  EXPECT_GT(acknowledged, 0u);
  EXPECT_THAT(fatal, AllOf(HasSubstr("UNAVAILABLE"), HasSubstr(dir), HasSubstr("File too large")));
  EXPECT_THAT(after, HasSubstr("UNAVAILABLE"));
  EXPECT_THAT(end, HasSubstr("UNAVAILABLE"));

  const base::RealClock clock;
  const auto journal = EmbeddedJournal::Open({.dir = dir, .clock = &clock});
  ASSERT_TRUE(journal.ok()) << journal.status();
  size_t found = 0;
  for (base::PartitionId partition : AllPartitions(16)) {
    for (const StoredRecord& stored : ReadAll(**journal, partition, 1)) {
      EXPECT_EQ(stored.record.value, ChildRecord(stored.record.key).value);
      ++found;
    }
  }
  EXPECT_GE(found, acknowledged);
}

TEST(FullDiskTest, AJournalThatCannotBeMadeForWantOfSpaceSaysSoAndIsMadeLater) {
  TestFolder folder;
  const std::string dir = folder.NewPath();
  ChildProcess child({"fill", dir, "full", "1000"});
  const std::vector<std::string> lines = child.ReadAllLines();
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_THAT(lines[0], AllOf(HasSubstr("RESOURCE_EXHAUSTED"), HasSubstr(dir)));
  const base::RealClock clock;
  const auto journal = EmbeddedJournal::Open({.dir = dir, .clock = &clock});
  ASSERT_TRUE(journal.ok()) << journal.status();
  EXPECT_EQ(EndOf(**journal, kPartition), 1);
}

}  // namespace
}  // namespace whistle::journal
