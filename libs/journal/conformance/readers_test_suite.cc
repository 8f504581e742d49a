// Readers: where they start, what they are given at once, and how they are woken.
#include <algorithm>
#include <iterator>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "libs/journal/conformance/appends.h"
#include "libs/journal/conformance/calls.h"
#include "libs/journal/conformance/conformance.h"

namespace whistle::journal {
namespace {

const base::PartitionId kPartition = base::PartitionId::Case(5);

TEST_P(JournalConformance, AReaderMayStartAnywhereUpToTheEnd) {
  Appends appends(harness());
  const absl::Status status = appends.All(kPartition, Numbers(1, 50));
  ASSERT_TRUE(status.ok()) << status;
  ExpectKept(harness(), kPartition, {&appends});
  const std::vector<StoredRecord> all = ReadAll(journal(), kPartition);
  for (int from : {0, 1, 2, 25, 49}) {
    const std::vector<StoredRecord> records = ReadAll(journal(), kPartition, from);
    ASSERT_THAT(std::ssize(records), appends.Exactly(50 - from));
    EXPECT_EQ(records[0].offset.value, from);
    EXPECT_EQ(records[0].record.value, all[from].record.value);
  }
  const auto at_end = journal().OpenReader(kPartition, base::Offset{EndOf(journal(), kPartition)}, [] {});
  ASSERT_TRUE(at_end.ok()) << at_end.status();
  EXPECT_THAT(std::ssize(*(*at_end)->Read({})), appends.Exactly(0));
}

TEST_P(JournalConformance, AReaderBeyondTheEndIsOutOfRange) {
  Appends appends(harness());
  const absl::Status status = appends.All(kPartition, Numbers(1, 3));
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_THAT(EndOf(journal(), kPartition), appends.Exactly(3));
  // What is of unknown outcome may still arrive; not beyond this.
  const base::Offset beyond{EndOf(journal(), kPartition) + 1 + appends.unknown()};
  EXPECT_EQ(journal().OpenReader(kPartition, beyond, [] {}).status().code(), absl::StatusCode::kOutOfRange);
  EXPECT_EQ(journal().OpenReader(kPartition, base::Offset{-1}, [] {}).status().code(), absl::StatusCode::kOutOfRange);
}

TEST_P(JournalConformance, AReaderIsGivenNoMoreThanItsLimitsAndAlwaysOneRecord) {
  Appends appends(harness());
  const absl::Status status = appends.All(kPartition, Numbers(1, 30));
  ASSERT_TRUE(status.ok()) << status;
  ASSERT_TRUE(appends.One(kPartition, {"case", std::string(100'000, 'x'), {}}).ok());
  EXPECT_THAT(std::ssize(ReadAll(journal(), kPartition, 0, {.records_max = 7, .bytes_max = 1 << 20})),
              appends.Exactly(31));
  EXPECT_THAT(std::ssize(ReadAll(journal(), kPartition, 0, {.records_max = 1000, .bytes_max = 1})),
              appends.Exactly(31));
  const auto reader = journal().OpenReader(kPartition, base::Offset{0}, [] {});
  ASSERT_TRUE(reader.ok());
  EXPECT_LE((*reader)->Read({.records_max = 7, .bytes_max = 1 << 20})->size(), 7u);
}

TEST_P(JournalConformance, AReaderIsWokenByAnAppendAndThenFindsIt) {
  Bell bell;
  const auto reader = journal().OpenReader(kPartition, base::Offset{1}, bell.Ringer());
  ASSERT_TRUE(reader.ok()) << reader.status();
  Appends appends(harness());
  for (int i = 0; i < 10; ++i) {
    const auto before = (*reader)->Read({});
    ASSERT_TRUE(before.ok()) << before.status();
    ASSERT_THAT(std::ssize(*before), appends.Exactly(0));
    const absl::StatusOr<Appended> appended = appends.One(kPartition, {"case", std::to_string(i), {}});
    ASSERT_TRUE(appended.ok()) << appended.status();
    // Up to it; what is of unknown outcome may lie before it.
    std::vector<StoredRecord> found;
    while (found.empty() || found.back().offset < appended->offset) {
      const auto records = (*reader)->Read({});
      ASSERT_TRUE(records.ok()) << records.status();
      found.insert(found.end(), records->begin(), records->end());
      ASSERT_TRUE(!records->empty() || bell.Wait()) << "not woken for the record at " << appended->offset.value;
    }
    ASSERT_THAT(std::ssize(found), appends.Exactly(1));
    EXPECT_TRUE(std::any_of(found.begin(), found.end(), [&](const StoredRecord& record) {
      return record.offset == appended->offset && record.record.value == std::to_string(i);
    }));
  }
  EXPECT_GE(bell.rings(), 1);
}

TEST_P(JournalConformance, ManyReadersAtTheTailSeeTheSameRecordsInTheSameOrder) {
  constexpr int kRecords = 400;
  constexpr int kReaders = 4;
  const std::string kLast = "last";
  std::vector<std::vector<std::string>> seen(kReaders);
  std::vector<std::thread> threads;
  for (int r = 0; r < kReaders; ++r) {
    threads.emplace_back([this, &kLast, &mine = seen[r]] {
      Bell bell;
      const auto reader = journal().OpenReader(kPartition, base::Offset{1}, bell.Ringer());
      ASSERT_TRUE(reader.ok()) << reader.status();
      while (mine.empty() || mine.back() != kLast) {
        const auto records = (*reader)->Read({.records_max = 50, .bytes_max = 1 << 20});
        ASSERT_TRUE(records.ok()) << records.status();
        for (const StoredRecord& record : *records) {
          // It may be there again if it is of unknown outcome.
          if (mine.empty() || mine.back() != kLast) mine.push_back(record.record.value);
        }
        if (records->empty()) {
          ASSERT_TRUE(bell.Wait());
        }
      }
    });
  }
  Appends appends(harness());
  const absl::Status status = appends.All(kPartition, Numbers(0, kRecords));
  const absl::Status last = appends.One(kPartition, {"case", kLast, {}}).status();
  for (std::thread& thread : threads) thread.join();
  ASSERT_TRUE(status.ok()) << status;
  ASSERT_TRUE(last.ok()) << last;
  ExpectKept(harness(), kPartition, {&appends});
  const std::vector<StoredRecord> all = ReadAll(journal(), kPartition, 1);
  for (int r = 0; r < kReaders; ++r) {
    ASSERT_THAT(std::ssize(seen[r]), appends.Exactly(kRecords + 1));
    ASSERT_LE(seen[r].size(), all.size());
    for (size_t i = 0; i < seen[r].size(); ++i) ASSERT_EQ(seen[r][i], all[i].record.value) << "reader " << r;
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
  ASSERT_TRUE(Appends(harness()).One(kPartition, {"case", "value", {}}).ok());
  ASSERT_TRUE(there.Wait());
  EXPECT_EQ(gone.rings(), rings);
}

}  // namespace
}  // namespace whistle::journal
