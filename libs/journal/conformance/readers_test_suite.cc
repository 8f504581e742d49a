// Readers: where they start, what they are given at once, and how they are woken.
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "libs/journal/conformance/calls.h"
#include "libs/journal/conformance/conformance.h"

namespace whistle::journal {
namespace {

const base::PartitionId kPartition = base::PartitionId::Case(5);

void AppendNumbers(Journal& journal, base::PartitionId partition, int from, int to) {
  std::vector<std::future<absl::StatusOr<Appended>>> outcomes;
  for (int i = from; i < to; ++i) {
    outcomes.push_back(StartAppend(journal, partition, {"case", std::to_string(i), {}}));
  }
  for (auto& outcome : outcomes) ASSERT_TRUE(Await(std::move(outcome)).ok());
}

TEST_P(JournalConformance, AReaderMayStartAnywhereUpToTheEnd) {
  AppendNumbers(journal(), kPartition, 1, 50);
  for (int from : {0, 1, 2, 25, 49}) {
    const std::vector<StoredRecord> records = ReadAll(journal(), kPartition, from);
    ASSERT_EQ(records.size(), 50u - from);
    if (from > 0) {
      EXPECT_EQ(records[0].record.value, std::to_string(from));
    }
  }
  const auto at_end = journal().OpenReader(kPartition, base::Offset{50}, [] {});
  ASSERT_TRUE(at_end.ok()) << at_end.status();
  EXPECT_TRUE((*at_end)->Read({})->empty());
}

TEST_P(JournalConformance, AReaderBeyondTheEndIsOutOfRange) {
  AppendNumbers(journal(), kPartition, 1, 3);
  EXPECT_EQ(journal().OpenReader(kPartition, base::Offset{4}, [] {}).status().code(), absl::StatusCode::kOutOfRange);
  EXPECT_EQ(journal().OpenReader(kPartition, base::Offset{-1}, [] {}).status().code(), absl::StatusCode::kOutOfRange);
}

TEST_P(JournalConformance, AReaderIsGivenNoMoreThanItsLimitsAndAlwaysOneRecord) {
  AppendNumbers(journal(), kPartition, 1, 30);
  ASSERT_TRUE(AppendAndWait(journal(), kPartition, {"case", std::string(100'000, 'x'), {}}).ok());
  EXPECT_EQ(ReadAll(journal(), kPartition, 0, {.records_max = 7, .bytes_max = 1 << 20}).size(), 31u);
  EXPECT_EQ(ReadAll(journal(), kPartition, 0, {.records_max = 1000, .bytes_max = 1}).size(), 31u);
  const auto reader = journal().OpenReader(kPartition, base::Offset{0}, [] {});
  ASSERT_TRUE(reader.ok());
  EXPECT_LE((*reader)->Read({.records_max = 7, .bytes_max = 1 << 20})->size(), 7u);
}

TEST_P(JournalConformance, AReaderIsWokenByAnAppendAndThenFindsIt) {
  Bell bell;
  const auto reader = journal().OpenReader(kPartition, base::Offset{1}, bell.Ringer());
  ASSERT_TRUE(reader.ok()) << reader.status();
  for (int i = 0; i < 10; ++i) {
    ASSERT_TRUE((*reader)->Read({})->empty());
    ASSERT_TRUE(AppendAndWait(journal(), kPartition, {"case", std::to_string(i), {}}).ok());
    std::vector<StoredRecord> records = *(*reader)->Read({});
    while (records.empty() && bell.Wait()) records = *(*reader)->Read({});
    ASSERT_EQ(records.size(), 1u);
    EXPECT_EQ(records[0].record.value, std::to_string(i));
  }
  EXPECT_GE(bell.rings(), 1);
}

TEST_P(JournalConformance, ManyReadersAtTheTailSeeTheSameRecordsInTheSameOrder) {
  constexpr int kRecords = 400;
  constexpr int kReaders = 4;
  std::vector<std::vector<std::string>> seen(kReaders);
  std::vector<std::thread> threads;
  for (int r = 0; r < kReaders; ++r) {
    threads.emplace_back([this, &mine = seen[r]] {
      Bell bell;
      const auto reader = journal().OpenReader(kPartition, base::Offset{1}, bell.Ringer());
      ASSERT_TRUE(reader.ok()) << reader.status();
      while (mine.size() < kRecords) {
        const auto records = (*reader)->Read({.records_max = 50, .bytes_max = 1 << 20});
        ASSERT_TRUE(records.ok()) << records.status();
        for (const StoredRecord& record : *records) mine.push_back(record.record.value);
        if (records->empty()) {
          ASSERT_TRUE(bell.Wait());
        }
      }
    });
  }
  AppendNumbers(journal(), kPartition, 0, kRecords);
  for (std::thread& thread : threads) thread.join();
  for (int r = 0; r < kReaders; ++r) {
    for (int i = 0; i < kRecords; ++i) ASSERT_EQ(seen[r][i], std::to_string(i)) << "reader " << r;
  }
}

TEST_P(JournalConformance, AReaderThatIsGoneIsNotCalledAnyMore) {
  Bell gone;
  Bell there;
  auto reader = journal().OpenReader(kPartition, base::Offset{1}, gone.Ringer());
  const auto other = journal().OpenReader(kPartition, base::Offset{1}, there.Ringer());
  ASSERT_TRUE(reader.ok() && other.ok());
  reader->reset();
  const int rings = gone.rings();
  ASSERT_TRUE(AppendAndWait(journal(), kPartition, {"case", "value", {}}).ok());
  ASSERT_TRUE(there.Wait());
  EXPECT_EQ(gone.rings(), rings);
}

}  // namespace
}  // namespace whistle::journal
