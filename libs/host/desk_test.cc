#include "libs/host/desk.h"

#include <limits>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/domain/outcome.h"

namespace whistle::host {
namespace {

using ::testing::HasSubstr;

common::v1::Position PositionAt(common::v1::Topic topic, int32_t partition, int64_t offset) {
  common::v1::Position position;
  position.set_topic(topic);
  position.set_partition(partition);
  position.set_offset(offset);
  return position;
}

TEST(CaseIdForTest, ClientAndRequestIdGiveTheSameCaseForEver) {
  EXPECT_EQ(CaseIdFor("hotline", "r-1"), "752d630430cd79f6d79e83d8")
      << "a retry after an upgrade must land on the same case";
  EXPECT_EQ(CaseIdFor("hotline", "r-1").size(), 24u);
}

TEST(CaseIdForTest, AnotherClientOrRequestIdIsAnotherCase) {
  EXPECT_NE(CaseIdFor("hotline", "r-1"), CaseIdFor("hotline", "r-2"));
  EXPECT_NE(CaseIdFor("hotline", "r-1"), CaseIdFor("website", "r-1"));
  EXPECT_NE(CaseIdFor("ab", "c"), CaseIdFor("a", "bc")) << "where one ends and the other begins counts";
}

TEST(FingerprintOfTest, DiffersByMethodAndByBody) {
  const auto a = PositionAt(common::v1::TOPIC_CASES, 1, 2);
  const auto b = PositionAt(common::v1::TOPIC_CASES, 1, 3);
  EXPECT_EQ(FingerprintOf("m", a), FingerprintOf("m", a));
  EXPECT_NE(FingerprintOf("m", a), FingerprintOf("n", a));
  EXPECT_NE(FingerprintOf("m", a), FingerprintOf("m", b));
}

TEST(ReceiptOrStatusTest, AReceiptStaysOneAndTheOutsideWorldsStatusPasses) {
  common::v1::Receipt receipt;
  receipt.set_version(7);
  EXPECT_EQ(ReceiptOrStatus(receipt)->version(), 7u);
  EXPECT_EQ(ReceiptOrStatus(absl::UnavailableError("retry")).status(), absl::UnavailableError("retry"));
}

TEST(ReceiptOrStatusTest, ARejectionBecomesTheCodeOfItsKind) {
  EXPECT_TRUE(absl::IsInvalidArgument(ReceiptOrStatus(domain::Invalid("title", "a text", "none")).status()));
  EXPECT_TRUE(absl::IsNotFound(ReceiptOrStatus(domain::NotFound("no_case", "case", "no such case")).status()));
  EXPECT_TRUE(absl::IsFailedPrecondition(ReceiptOrStatus(domain::Already("closed", "case", "1.1")).status()));
  EXPECT_TRUE(absl::IsPermissionDenied(ReceiptOrStatus(domain::NotAuthorized("not_you", "actor", "a", "b")).status()));
  EXPECT_TRUE(absl::IsResourceExhausted(ReceiptOrStatus(domain::OverLimit("links", 50)).status()));
}

TEST(PartitionOfTest, NamesPartitionsOfBothTopics) {
  EXPECT_EQ(*PartitionOf(PositionAt(common::v1::TOPIC_CASES, 0, 0), 16), base::PartitionId::Case(0));
  EXPECT_EQ(*PartitionOf(PositionAt(common::v1::TOPIC_CASES, 15, 9), 16), base::PartitionId::Case(15));
  EXPECT_EQ(*PartitionOf(PositionAt(common::v1::TOPIC_REGISTRY, 0, 9), 16), base::PartitionId::Registry());
}

TEST(PartitionOfTest, RefusesWhatCannotBeAndNamesTheField) {
  const auto refused = [](const common::v1::Position& position) {
    const auto partition = PartitionOf(position, 16);
    EXPECT_TRUE(absl::IsInvalidArgument(partition.status())) << position.ShortDebugString();
    return std::string(partition.status().message());
  };
  EXPECT_THAT(refused(PositionAt(common::v1::TOPIC_CASES, 16, 0)), HasSubstr("partition"));
  EXPECT_THAT(refused(PositionAt(common::v1::TOPIC_CASES, -1, 0)), HasSubstr("partition"));
  EXPECT_THAT(refused(PositionAt(common::v1::TOPIC_REGISTRY, 1, 0)), HasSubstr("partition"));
  EXPECT_THAT(refused(PositionAt(common::v1::TOPIC_CASES, 0, -1)), HasSubstr("offset"));
  EXPECT_THAT(refused(PositionAt(common::v1::TOPIC_CASES, 0, std::numeric_limits<int64_t>::max())),
              HasSubstr("offset"));
  EXPECT_THAT(refused(PositionAt(common::v1::TOPIC_UNSPECIFIED, 0, 0)), HasSubstr("topic"));
}

}  // namespace
}  // namespace whistle::host
