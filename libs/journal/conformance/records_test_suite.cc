// Appending and reading back.
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/journal/conformance/appends.h"
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
  Appends appends(harness());
  const std::vector<base::PartitionId> partitions = AllPartitions(journal().identity().partition_count);
  for (int round = 0; round < 3; ++round) {
    for (base::PartitionId partition : partitions) {
      const absl::StatusOr<Appended> appended = appends.One(partition, {"case", std::to_string(round), {}});
      ASSERT_TRUE(appended.ok()) << appended.status();
      EXPECT_THAT(appended->offset.value, appends.Exactly(1 + round)) << partition;
    }
  }
  for (base::PartitionId partition : partitions) ExpectKept(harness(), partition, {&appends});
}

TEST_P(JournalConformance, ARecordIsReadBackByteForByte) {
  const Record record = {"case-\xE5\x85\xB0",
                         AllBytes() + AllBytes(),
                         {{"ce_id", "1"}, {"ce_id", "repeated names are kept"}, {"empty", ""}, {"binary", AllBytes()}}};
  Appends appends(harness());
  const absl::StatusOr<Appended> appended = appends.One(kPartition, record);
  ASSERT_TRUE(appended.ok()) << appended.status();
  const std::vector<StoredRecord> records = ReadAll(journal(), kPartition, appended->offset.value);
  ASSERT_THAT(std::ssize(records), appends.Exactly(1));
  EXPECT_EQ(records[0].record.key, record.key);
  EXPECT_EQ(records[0].record.value, record.value);
  EXPECT_EQ(records[0].record.headers, record.headers);
}

TEST_P(JournalConformance, AStampIsReadBackAsItWasAcknowledged) {
  WHISTLE_JOURNAL_NEEDS(kTrueStamps);
  const absl::StatusOr<Appended> appended = Appends(harness()).One(kPartition, {"case", "value", {}});
  ASSERT_TRUE(appended.ok()) << appended.status();
  EXPECT_EQ(ReadAll(journal(), kPartition, appended->offset.value).at(0).stamp, appended->stamp);
}

TEST_P(JournalConformance, ARecordWithoutKeyValueAndHeadersIsKeptAsItIs) {
  Appends appends(harness());
  const absl::StatusOr<Appended> appended = appends.One(kPartition, {"", "", {}});
  ASSERT_TRUE(appended.ok()) << appended.status();
  const std::vector<StoredRecord> records = ReadAll(journal(), kPartition, appended->offset.value);
  ASSERT_THAT(std::ssize(records), appends.Exactly(1));
  EXPECT_EQ(records[0].record.key, "");
  EXPECT_EQ(records[0].record.value, "");
  EXPECT_TRUE(records[0].record.headers.empty());
}

TEST_P(JournalConformance, AppendsOfOneCallerKeepTheirOrder) {
  Appends appends(harness());
  const absl::Status status = appends.All(kPartition, Numbers(0, 500));
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_THAT(EndOf(journal(), kPartition), appends.Exactly(501));
  ExpectKept(harness(), kPartition, {&appends});
}

TEST_P(JournalConformance, AValueOf256KiBIsKept) {
  const std::string largest(kRecordValueBytesMax, 'x');
  ASSERT_EQ(largest.size(), 262144u);
  Appends appends(harness());
  const absl::StatusOr<Appended> appended = appends.One(kPartition, {"case", largest, {}});
  ASSERT_TRUE(appended.ok()) << appended.status();
  const std::vector<StoredRecord> records = ReadAll(journal(), kPartition, appended->offset.value);
  ASSERT_THAT(std::ssize(records), appends.Exactly(1));
  EXPECT_EQ(records[0].record.value, largest);
}

TEST_P(JournalConformance, AValueOfOneByteMoreIsRefusedAndLeavesNothing) {
  const absl::Status status =
      AppendAndWait(journal(), kPartition, {"case", std::string(kRecordValueBytesMax + 1, 'x'), {}}).status();
  EXPECT_THAT(status.code(), testing::AnyOf(absl::StatusCode::kInvalidArgument, absl::StatusCode::kResourceExhausted));
  EXPECT_THAT(std::string(status.message()), HasSubstr("262144"));
  EXPECT_EQ(EndOf(journal(), kPartition), 1);
  Appends appends(harness());
  ASSERT_TRUE(appends.One(kPartition, {"case", "next", {}}).ok());
  ExpectKept(harness(), kPartition, {&appends});
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
  Appends appends(harness());
  const absl::Time first = harness().clock()->Now();
  EXPECT_EQ(appends.One(kPartition, {"case", "1", {}})->stamp, first);
  harness().clock()->AdvanceTo(first + absl::Hours(24 * 365 * 12));
  EXPECT_EQ(appends.One(kPartition, {"case", "2", {}})->stamp, first + absl::Hours(24 * 365 * 12));
  const std::vector<StoredRecord> records = ReadAll(journal(), kPartition, 1);
  ASSERT_THAT(std::ssize(records), appends.Exactly(2));
  EXPECT_EQ(records.front().stamp, first);
  EXPECT_EQ(records.back().stamp, first + absl::Hours(24 * 365 * 12));
}

TEST_P(JournalConformance, StampsAreWholeMilliseconds) {
  const absl::StatusOr<Appended> appended = Appends(harness()).One(kPartition, {"case", "1", {}});
  ASSERT_TRUE(appended.ok()) << appended.status();
  EXPECT_EQ(appended->stamp, absl::FromUnixMillis(absl::ToUnixMillis(appended->stamp)));
}

TEST_P(JournalConformance, TheEndIsPastEverythingAcknowledgedBeforeItWasAsked) {
  EXPECT_EQ(EndOf(journal(), kPartition), 1);
  Appends appends(harness());
  for (int i = 0; i < 20; ++i) {
    const absl::StatusOr<Appended> appended = appends.One(kPartition, {"case", std::to_string(i), {}});
    ASSERT_TRUE(appended.ok()) << appended.status();
    EXPECT_THAT(EndOf(journal(), kPartition), appends.Exactly(appended->offset.value + 1));
  }
  EXPECT_EQ(EndOf(journal(), base::PartitionId::Registry()), 1) << "another partition's end does not move";
}

}  // namespace
}  // namespace whistle::journal
