// What is acknowledged stays, however the journal was stopped.
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "libs/journal/conformance/appends.h"
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
  Appends appends(harness);
  constexpr int kRounds = 3;
  constexpr int kEach = 20;
  for (int round = 0; round < kRounds; ++round) {
    for (base::PartitionId partition : AllPartitions(identity.partition_count)) {
      std::vector<Record> records;
      for (int i = 0; i < kEach; ++i) {
        records.push_back({"k" + std::to_string(i), ValueFor(round, partition, i), {{"h", "v"}}});
      }
      const absl::Status status = appends.All(partition, std::move(records));
      ASSERT_TRUE(status.ok()) << status;
    }
    harness.Reopen(how);
    ASSERT_TRUE(SameIdentity(harness.journal().identity(), identity));
    for (base::PartitionId partition : AllPartitions(identity.partition_count)) {
      EXPECT_THAT(EndOf(harness.journal(), partition), appends.Exactly(1 + (round + 1) * kEach)) << partition;
      ExpectKept(harness, partition, {&appends});
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
  const absl::StatusOr<Appended> appended = Appends(harness()).One(partition, {"case", "value", {}});
  ASSERT_TRUE(appended.ok()) << appended.status();
  harness().Reopen(Harness::Stop::kCrash);
  EXPECT_EQ(ReadAll(journal(), partition, appended->offset.value).at(0).stamp, appended->stamp);
}

}  // namespace
}  // namespace whistle::journal
