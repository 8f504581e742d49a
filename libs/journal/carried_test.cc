#include "libs/journal/carried.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/journal/genesis.h"

namespace whistle::journal {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

const absl::Time kFirst = absl::FromUnixMillis(1'240'000'000'123);
const absl::Time kImported = absl::FromUnixSeconds(1'700'000'000);
constexpr base::Offset kThrough{10};

StoredRecord At(int64_t offset, Record record) {
  return {.offset = base::Offset{offset}, .stamp = kImported, .record = std::move(record)};
}

Identity Imported() {
  return {.uuid = "0b7a1e4c-5d2f-4c3a-9e8b-112233445566",
          .partition_count = 1,
          .created_at = kImported,
          .clock_kind = ClockKind::kReal,
          .imported_from = ImportedFrom{
              .journal_uuid = "11111111-2222-4333-8444-555555555555",
              .through = {{base::PartitionId::Registry(), base::Offset{1}}, {base::PartitionId::Case(0), kThrough}}}};
}

TEST(CarriedTest, TheGenesisSaysHowFar) {
  const auto through = CarriedThrough(GenesisRecord(Imported(), base::PartitionId::Case(0)));
  ASSERT_TRUE(through.ok()) << through.status();
  EXPECT_EQ(*through, kThrough);
  EXPECT_EQ(CarriedThrough(Imported(), base::PartitionId::Case(0)), kThrough);
  Identity own = Imported();
  own.imported_from.reset();
  EXPECT_EQ(CarriedThrough(own, base::PartitionId::Case(0)), base::Offset{0});
  EXPECT_EQ(*CarriedThrough(GenesisRecord(own, base::PartitionId::Case(0))), base::Offset{0});
  EXPECT_EQ(CarriedThrough(Record{"case-1", "", {}}).status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(CarriedThrough(Record{"genesis", "\xff", {}}).status().code(), absl::StatusCode::kDataLoss);
}

TEST(CarriedTest, ACarriedStampCountsInPlaceOfTheJournalsOwn) {
  const auto stamp = CountingStamp(At(9, Carry({"c", "v", {{"ce_id", "1"}}}, kFirst)), kThrough);
  ASSERT_TRUE(stamp.ok()) << stamp.status();
  EXPECT_EQ(stamp->time, kFirst);
  EXPECT_EQ(stamp->carried, "1240000000123");
}

TEST(CarriedTest, AboveWhatWasImportedTheHeaderIsNothingButAHeader) {
  const auto stamp = CountingStamp(At(10, Carry({"c", "v", {}}, kFirst)), kThrough);
  ASSERT_TRUE(stamp.ok()) << stamp.status();
  EXPECT_EQ(stamp->time, kImported);
  EXPECT_EQ(stamp->carried, "");
  EXPECT_EQ(CountingStamp(At(5, Carry({"c", "v", {}}, kFirst)), base::Offset{0})->time, kImported);
}

TEST(CarriedTest, TheGenesisKeepsItsOwnStamp) {
  EXPECT_EQ(CountingStamp(At(0, GenesisRecord(Imported(), base::PartitionId::Case(0))), kThrough)->time, kImported);
}

TEST(CarriedTest, ACarriedRecordThatDoesNotSayWhenIsNoneThatWasImported) {
  const auto told = [](std::vector<std::pair<std::string, std::string>> headers) {
    return CountingStamp(At(3, {"c", "v", std::move(headers)}), kThrough).status();
  };
  EXPECT_EQ(told({}).code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(told({}).message()), HasSubstr("offset 3 was carried over and does not say when"));
  for (const char* text : {"", "yesterday", "1240000000123 ", "+1240000000123", "01240000000123", "-0", "1e12",
                           "2009-04-17T20:26:40Z", "9223372036854775807", "253402300800000"}) {
    EXPECT_EQ(told({{"whistle_recorded_at", text}}).code(), absl::StatusCode::kDataLoss) << text;
  }
  EXPECT_TRUE(told({{"whistle_recorded_at", "-1"}}).ok());
  EXPECT_TRUE(told({{"whistle_recorded_at", "0"}}).ok());
}

TEST(CarriedTest, OfSeveralHeadersTheLastCountsAndTheOthersAreTheRecordsOwn) {
  const Record forged = {"c", "v", {{"whistle_recorded_at", "5"}, {"a", "b"}}};
  const StoredRecord stored = At(3, Carry(forged, kFirst));
  EXPECT_EQ(CountingStamp(stored, kThrough)->time, kFirst);
  const auto back = AsCarriedFrom(stored, kThrough);
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(back->stamp, kFirst);
  EXPECT_THAT(back->record.headers, ElementsAre(Pair("whistle_recorded_at", "5"), Pair("a", "b")));
}

TEST(CarriedTest, WhatWasNotCarriedOverComesBackAsItIs) {
  const auto back = AsCarriedFrom(At(10, Carry({"c", "v", {}}, kFirst)), kThrough);
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(back->stamp, kImported);
  EXPECT_EQ(back->record.headers.size(), 1u);
}

TEST(CarriedTest, AnUnfinishedImportIsNamedWithTheCommandThatFinishesIt) {
  EXPECT_TRUE(CheckCarriedThrough(Imported(), base::PartitionId::Case(0), kThrough, "embedded:x").ok());
  const absl::Status status =
      CheckCarriedThrough(Imported(), base::PartitionId::Case(0), base::Offset{9}, "embedded:x");
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("partition 0 ends at offset 9, and was to be carried over up to 10. Run `whistlectl journal "
                        "import FILE --journal=embedded:x`"));
}

TEST(NextPartitionDigestTest, ChainsTheHashesOfRecords) {
  const base::Digest one = NextPartitionDigest(base::Digest(), base::Sha256("a"));
  EXPECT_EQ(one, base::Sha256({std::string(32, '\0'), base::Sha256("a").bytes()}));
  EXPECT_NE(NextPartitionDigest(one, base::Sha256("b")), NextPartitionDigest(base::Digest(), base::Sha256("b")));
}

TEST(NextPartitionDigestTest, CoversACarriedStamp) {
  const base::Digest plain = NextPartitionDigest(base::Digest(), base::Sha256("a"));
  const base::Digest carried = NextPartitionDigest(base::Digest(), base::Sha256("a"), "1240000000123");
  EXPECT_EQ(carried, base::Sha256({std::string(32, '\0'), base::Sha256("a").bytes(), "1240000000123"}));
  EXPECT_NE(carried, plain);
  EXPECT_NE(carried, NextPartitionDigest(base::Digest(), base::Sha256("a"), "1240000000124"));
}

}  // namespace
}  // namespace whistle::journal
