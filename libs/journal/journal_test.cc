#include "libs/journal/journal.h"

#include <cstdint>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/journal/genesis.h"
#include "libs/journal/murmur2.h"
#include "whistle/journal/v1/journal.pb.h"

namespace whistle::journal {
namespace {

using ::testing::HasSubstr;

Identity TestIdentity() {
  return Identity{"0b7a1e4c-5d2f-4c3a-9e8b-112233445566", 16, absl::FromUnixMillis(1'600'000'000'123),
                  ClockKind::kVirtual};
}

TEST(Murmur2Test, GivesWhatKafkasOwnTestExpects) {
  // UtilsTest.testMurmur2 of Apache Kafka.
  const std::vector<std::pair<std::string, int32_t>> cases = {
      {"21", -973932308},
      {"foobar", -790332482},
      {"a-little-bit-long-string", -985981536},
      {"a-little-bit-longer-string", -1486304829},
      {"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971},
      {"abc", 479470107},
  };
  for (const auto& [text, expected] : cases) EXPECT_EQ(static_cast<int32_t>(Murmur2(text)), expected) << text;
}

TEST(PartitionForCaseTest, ClearsTheSignBitBeforeTheRemainder) {
  // murmur2("21") is negative: Kafka's toPositive gives 1173551340.
  EXPECT_EQ(PartitionForCase("21", 16), base::PartitionId::Case(1173551340 % 16));
  EXPECT_EQ(PartitionForCase("abc", 16), base::PartitionId::Case(479470107 % 16));
  EXPECT_EQ(PartitionForCase("abc", 1), base::PartitionId::Case(0));
}

TEST(PartitionForCaseTest, StaysWithinThePartitionCountForBytesOfAnyKind) {
  for (int byte = 0; byte < 256; ++byte) {
    const base::PartitionId partition = PartitionForCase(std::string(7, static_cast<char>(byte)), 3);
    EXPECT_FALSE(partition.is_registry());
    EXPECT_GE(partition.index(), 0);
    EXPECT_LT(partition.index(), 3);
  }
}

TEST(AllPartitionsTest, ListsTheRegistryFirstAndEveryCasePartitionOnce) {
  EXPECT_THAT(AllPartitions(2), testing::ElementsAre(base::PartitionId::Registry(), base::PartitionId::Case(0),
                                                     base::PartitionId::Case(1)));
}

TEST(GenesisTest, SaysInEveryPartitionWhatWasPutIn) {
  for (base::PartitionId partition : AllPartitions(16)) {
    const absl::StatusOr<Genesis> genesis = ParseGenesis(GenesisRecord(TestIdentity(), partition));
    ASSERT_TRUE(genesis.ok()) << genesis.status();
    EXPECT_EQ(genesis->partition, partition);
    EXPECT_TRUE(SameIdentity(genesis->identity, TestIdentity()));
  }
}

TEST(GenesisTest, RefusesARecordWithAnotherKey) {
  Record record = GenesisRecord(TestIdentity(), base::PartitionId::Registry());
  record.key = "case-1";
  const absl::Status status = ParseGenesis(record).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(status.message()), HasSubstr("case-1"));
}

TEST(GenesisTest, RefusesBytesThatAreNoMessage) {
  EXPECT_EQ(ParseGenesis({std::string(kGenesisKey), "\xff\xff", {}}).status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(ParseGenesis({std::string(kGenesisKey), "", {}}).status().code(), absl::StatusCode::kDataLoss);
}

TEST(GenesisTest, RefusesAPartitionBeyondTheCount) {
  v1::Genesis proto;
  ASSERT_TRUE(proto.ParseFromString(GenesisRecord(TestIdentity(), base::PartitionId::Case(15)).value));
  proto.set_partition(16);
  EXPECT_EQ(ParseGenesis({std::string(kGenesisKey), proto.SerializeAsString(), {}}).status().code(),
            absl::StatusCode::kDataLoss);
}

TEST(GenesisTest, OfAnImportedJournalSaysHowFarItsOwnPartitionWasCarriedOver) {
  Identity identity = TestIdentity();
  identity.partition_count = 2;
  identity.imported_from = {.journal_uuid = "11111111-2222-4333-8444-555555555555",
                            .through = {{base::PartitionId::Registry(), base::Offset{9}},
                                        {base::PartitionId::Case(0), base::Offset{1}},
                                        {base::PartitionId::Case(1), base::Offset{70}}}};
  const auto first = ParseGenesis(GenesisRecord(identity, base::PartitionId::Registry()));
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(first->identity.imported_from->through.size(), 1u);
  Identity read = first->identity;
  for (int i : {0, 1}) {
    const auto further = ParseGenesis(GenesisRecord(identity, base::PartitionId::Case(i)));
    ASSERT_TRUE(further.ok()) << further.status();
    ASSERT_TRUE(AddGenesis(*further, &read).ok());
  }
  EXPECT_EQ(read.imported_from->journal_uuid, identity.imported_from->journal_uuid);
  EXPECT_EQ(read.imported_from->through, identity.imported_from->through);
}

TEST(GenesisTest, RefusesAnImportThatCannotBe) {
  v1::Genesis good;
  ASSERT_TRUE(good.ParseFromString(GenesisRecord(TestIdentity(), base::PartitionId::Case(0)).value));
  good.mutable_imported_from()->set_journal_uuid("11111111-2222-4333-8444-555555555555");
  good.mutable_imported_from()->set_through_offset(1);
  const auto code_of = [](const v1::Genesis& proto) {
    return ParseGenesis({std::string(kGenesisKey), proto.SerializeAsString(), {}}).status().code();
  };
  EXPECT_EQ(code_of(good), absl::StatusCode::kOk);
  v1::Genesis no_uuid = good;
  no_uuid.mutable_imported_from()->set_journal_uuid("x");
  EXPECT_EQ(code_of(no_uuid), absl::StatusCode::kDataLoss);
  v1::Genesis from_itself = good;
  from_itself.mutable_imported_from()->set_journal_uuid(good.journal_uuid());
  EXPECT_EQ(code_of(from_itself), absl::StatusCode::kDataLoss);
  v1::Genesis without_genesis = good;
  without_genesis.mutable_imported_from()->set_through_offset(0);
  EXPECT_EQ(code_of(without_genesis), absl::StatusCode::kDataLoss);
}

TEST(GenesisTest, AnImportedJournalIsNotTheSameAsOneThatWasNot) {
  Identity imported = TestIdentity();
  imported.imported_from = {.journal_uuid = "11111111-2222-4333-8444-555555555555", .through = {}};
  EXPECT_FALSE(SameIdentity(imported, TestIdentity()));
  EXPECT_EQ(AddGenesis({.identity = imported, .partition = base::PartitionId::Case(0)}, &imported).code(),
            absl::StatusCode::kOk);
  EXPECT_EQ(AddGenesis({.identity = TestIdentity(), .partition = base::PartitionId::Case(0)}, &imported).code(),
            absl::StatusCode::kDataLoss);
}

TEST(GenesisTest, AJournalHasOneTo256Partitions) {
  Identity identity = TestIdentity();
  for (int count : {1, 256}) {
    identity.partition_count = count;
    EXPECT_TRUE(CheckIdentity(identity).ok()) << count;
  }
  for (int count : {-1, 0, 257}) {
    identity.partition_count = count;
    EXPECT_EQ(CheckIdentity(identity).code(), absl::StatusCode::kInvalidArgument) << count;
  }
}

TEST(GenesisTest, UuidsAreOfVersionFourAndDiffer) {
  const std::string uuid = NewJournalUuid();
  EXPECT_EQ(uuid.size(), kUuidBytes);
  EXPECT_THAT(uuid, testing::MatchesRegex("[0-9a-f]+-[0-9a-f]+-4[0-9a-f]+-[89ab][0-9a-f]+-[0-9a-f]+"));
  EXPECT_NE(uuid, NewJournalUuid());
}

}  // namespace
}  // namespace whistle::journal
