// What is acknowledged stays, however the journal was stopped.
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "libs/journal/conformance/calls.h"
#include "libs/journal/conformance/conformance.h"
#include "libs/journal/genesis.h"

namespace whistle::journal {
namespace {

std::string ValueFor(int round, base::PartitionId partition, int i) {
  return std::to_string(round) + "/" + partition.ToString() + "/" + std::to_string(i) + std::string(i * 37 % 500, 'v');
}

void AppendsSurvive(Harness& harness, Harness::Stop how) {
  const Identity identity = harness.journal().identity();
  constexpr int kRounds = 3;
  constexpr int kEach = 20;
  for (int round = 0; round < kRounds; ++round) {
    for (base::PartitionId partition : AllPartitions(identity.partition_count)) {
      std::vector<std::future<absl::StatusOr<Appended>>> outcomes;
      for (int i = 0; i < kEach; ++i) {
        outcomes.push_back(StartAppend(harness.journal(), partition,
                                       {"k" + std::to_string(i), ValueFor(round, partition, i), {{"h", "v"}}}));
      }
      for (auto& outcome : outcomes) ASSERT_TRUE(Await(std::move(outcome)).ok());
    }
    harness.Reopen(how);
    ASSERT_TRUE(SameIdentity(harness.journal().identity(), identity));
    for (base::PartitionId partition : AllPartitions(identity.partition_count)) {
      const std::vector<StoredRecord> records = ReadAll(harness.journal(), partition);
      ASSERT_EQ(records.size(), 1u + (round + 1) * kEach) << partition;
      for (int i = 0; i < (round + 1) * kEach; ++i) {
        EXPECT_EQ(records[1 + i].record.value, ValueFor(i / kEach, partition, i % kEach));
        EXPECT_EQ(records[1 + i].record.key, "k" + std::to_string(i % kEach));
        EXPECT_EQ(records[1 + i].record.headers.size(), 1u);
      }
    }
  }
}

TEST_P(JournalConformance, ACleanStopKeepsEverythingAndTheIdentity) {
  AppendsSurvive(harness(), Harness::Stop::kClean);
}

TEST_P(JournalConformance, ACrashKeepsEverythingAcknowledgedAndTheIdentity) {
  AppendsSurvive(harness(), Harness::Stop::kCrash);
}

TEST_P(JournalConformance, AJournalStoppedAtOnceIsStillTheSameJournal) {
  const Identity identity = journal().identity();
  for (Harness::Stop how : {Harness::Stop::kCrash, Harness::Stop::kClean, Harness::Stop::kCrash}) {
    harness().Reopen(how);
    EXPECT_TRUE(SameIdentity(journal().identity(), identity));
    EXPECT_EQ(EndOf(journal(), base::PartitionId::Registry()), 1);
  }
}

TEST_P(JournalConformance, StampsAreKeptAsTheyWereAcknowledged) {
  WHISTLE_JOURNAL_NEEDS(kTrueStamps);
  const base::PartitionId partition = base::PartitionId::Case(0);
  const absl::StatusOr<Appended> appended = AppendAndWait(journal(), partition, {"case", "value", {}});
  ASSERT_TRUE(appended.ok()) << appended.status();
  harness().Reopen(Harness::Stop::kCrash);
  EXPECT_EQ(ReadAll(journal(), partition, 1).at(0).stamp, appended->stamp);
}

}  // namespace
}  // namespace whistle::journal
