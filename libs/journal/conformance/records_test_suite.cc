// Appending and reading back.
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/journal/conformance/calls.h"
#include "libs/journal/conformance/conformance.h"
#include "libs/journal/genesis.h"

namespace whistle::journal {
namespace {

using ::testing::HasSubstr;

const base::PartitionId kPartition = base::PartitionId::Case(3);

std::string AllBytes() {
  std::string bytes;
  for (int byte = 0; byte < 256; ++byte) bytes.push_back(static_cast<char>(byte));
  return bytes;
}

TEST_P(JournalConformance, AFreshJournalHasSixteenCasePartitionsAndTheRegistrys) {
  EXPECT_EQ(journal().identity().partition_count, 16);
  EXPECT_EQ(AllPartitions(journal().identity().partition_count).size(), 17u);
  EXPECT_EQ(journal().identity().uuid.size(), kUuidBytes);
}

TEST_P(JournalConformance, EveryPartitionBeginsWithItsGenesis) {
  for (base::PartitionId partition : AllPartitions(journal().identity().partition_count)) {
    const std::vector<StoredRecord> records = ReadAll(journal(), partition);
    ASSERT_EQ(records.size(), 1u) << partition;
    EXPECT_EQ(records[0].offset.value, 0);
    const absl::StatusOr<Genesis> genesis = ParseGenesis(records[0].record);
    ASSERT_TRUE(genesis.ok()) << genesis.status();
    EXPECT_EQ(genesis->partition, partition);
    EXPECT_TRUE(SameIdentity(genesis->identity, journal().identity()));
  }
}

TEST_P(JournalConformance, OffsetsAreContiguousInEachPartitionAndIndependentOfTheOthers) {
  for (int round = 0; round < 3; ++round) {
    for (base::PartitionId partition : AllPartitions(journal().identity().partition_count)) {
      const absl::StatusOr<Appended> appended = AppendAndWait(journal(), partition, {"case", "value", {}});
      ASSERT_TRUE(appended.ok()) << appended.status();
      EXPECT_EQ(appended->offset.value, 1 + round) << partition;
    }
  }
}

TEST_P(JournalConformance, ARecordIsReadBackByteForByte) {
  const Record record = {"case-\xE5\x85\xB0",
                         AllBytes() + AllBytes(),
                         {{"ce_id", "1"}, {"ce_id", "repeated names are kept"}, {"empty", ""}, {"binary", AllBytes()}}};
  const absl::StatusOr<Appended> appended = AppendAndWait(journal(), kPartition, record);
  ASSERT_TRUE(appended.ok()) << appended.status();
  const std::vector<StoredRecord> records = ReadAll(journal(), kPartition, appended->offset.value);
  ASSERT_EQ(records.size(), 1u);
  EXPECT_EQ(records[0].record.key, record.key);
  EXPECT_EQ(records[0].record.value, record.value);
  EXPECT_EQ(records[0].record.headers, record.headers);
}

TEST_P(JournalConformance, AStampIsReadBackAsItWasAcknowledged) {
  WHISTLE_JOURNAL_NEEDS(kTrueStamps);
  const absl::StatusOr<Appended> appended = AppendAndWait(journal(), kPartition, {"case", "value", {}});
  ASSERT_TRUE(appended.ok()) << appended.status();
  EXPECT_EQ(ReadAll(journal(), kPartition, appended->offset.value).at(0).stamp, appended->stamp);
}

TEST_P(JournalConformance, ARecordWithoutKeyValueAndHeadersIsKeptAsItIs) {
  ASSERT_TRUE(AppendAndWait(journal(), kPartition, {"", "", {}}).ok());
  const std::vector<StoredRecord> records = ReadAll(journal(), kPartition, 1);
  ASSERT_EQ(records.size(), 1u);
  EXPECT_EQ(records[0].record.key, "");
  EXPECT_EQ(records[0].record.value, "");
  EXPECT_TRUE(records[0].record.headers.empty());
}

TEST_P(JournalConformance, AppendsOfOneCallerKeepTheirOrder) {
  WHISTLE_JOURNAL_NEEDS(kSureAppends);
  std::vector<std::future<absl::StatusOr<Appended>>> outcomes;
  for (int i = 0; i < 500; ++i) {
    outcomes.push_back(StartAppend(journal(), kPartition, {"case", std::to_string(i), {}}));
  }
  for (int i = 0; i < 500; ++i) {
    const absl::StatusOr<Appended> appended = Await(std::move(outcomes[i]));
    ASSERT_TRUE(appended.ok()) << appended.status();
    EXPECT_EQ(appended->offset.value, 1 + i);
  }
  const std::vector<StoredRecord> records = ReadAll(journal(), kPartition, 1);
  ASSERT_EQ(records.size(), 500u);
  for (int i = 0; i < 500; ++i) EXPECT_EQ(records[i].record.value, std::to_string(i));
}

TEST_P(JournalConformance, AValueOf256KiBIsKept) {
  const std::string largest(kRecordValueBytesMax, 'x');
  ASSERT_EQ(largest.size(), 262144u);
  ASSERT_TRUE(AppendAndWait(journal(), kPartition, {"case", largest, {}}).ok());
  const std::vector<StoredRecord> records = ReadAll(journal(), kPartition, 1);
  ASSERT_EQ(records.size(), 1u);
  EXPECT_EQ(records[0].record.value, largest);
}

TEST_P(JournalConformance, AValueOfOneByteMoreIsRefusedAndLeavesNothing) {
  const absl::Status status =
      AppendAndWait(journal(), kPartition, {"case", std::string(kRecordValueBytesMax + 1, 'x'), {}}).status();
  EXPECT_THAT(status.code(), testing::AnyOf(absl::StatusCode::kInvalidArgument, absl::StatusCode::kResourceExhausted));
  EXPECT_THAT(std::string(status.message()), HasSubstr("262144"));
  EXPECT_EQ(EndOf(journal(), kPartition), 1);
  ASSERT_TRUE(AppendAndWait(journal(), kPartition, {"case", "next", {}}).ok());
  EXPECT_EQ(ReadAll(journal(), kPartition, 1).at(0).record.value, "next");
}

TEST_P(JournalConformance, APartitionThatDoesNotExistIsRefused) {
  for (base::PartitionId partition : {base::PartitionId::Case(16), base::PartitionId::Case(-1)}) {
    EXPECT_EQ(AppendAndWait(journal(), partition, {"case", "value", {}}).status().code(),
              absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(journal().OpenReader(partition, base::Offset{0}, [] {}).status().code(),
              absl::StatusCode::kInvalidArgument);
    absl::Status end;
    journal().End(partition, [&end](absl::StatusOr<base::Offset> outcome) { end = outcome.status(); });
    EXPECT_EQ(end.code(), absl::StatusCode::kInvalidArgument);
  }
}

TEST_P(JournalConformance, StampsComeFromTheJournalsClock) {
  WHISTLE_JOURNAL_NEEDS(kSettableClock);
  const absl::Time first = harness().clock()->Now();
  EXPECT_EQ(AppendAndWait(journal(), kPartition, {"case", "1", {}})->stamp, first);
  harness().clock()->AdvanceTo(first + absl::Hours(24 * 365 * 12));
  EXPECT_EQ(AppendAndWait(journal(), kPartition, {"case", "2", {}})->stamp, first + absl::Hours(24 * 365 * 12));
  const std::vector<StoredRecord> records = ReadAll(journal(), kPartition, 1);
  ASSERT_EQ(records.size(), 2u);
  EXPECT_EQ(records[0].stamp, first);
  EXPECT_EQ(records[1].stamp, first + absl::Hours(24 * 365 * 12));
}

TEST_P(JournalConformance, StampsAreWholeMilliseconds) {
  const absl::StatusOr<Appended> appended = AppendAndWait(journal(), kPartition, {"case", "1", {}});
  ASSERT_TRUE(appended.ok()) << appended.status();
  EXPECT_EQ(appended->stamp, absl::FromUnixMillis(absl::ToUnixMillis(appended->stamp)));
}

TEST_P(JournalConformance, TheEndIsPastEverythingAcknowledgedBeforeItWasAsked) {
  EXPECT_EQ(EndOf(journal(), kPartition), 1);
  for (int i = 0; i < 20; ++i) {
    const absl::StatusOr<Appended> appended = AppendAndWait(journal(), kPartition, {"case", "value", {}});
    ASSERT_TRUE(appended.ok()) << appended.status();
    EXPECT_EQ(EndOf(journal(), kPartition), appended->offset.value + 1);
  }
  EXPECT_EQ(EndOf(journal(), base::PartitionId::Registry()), 1) << "another partition's end does not move";
}

}  // namespace
}  // namespace whistle::journal
