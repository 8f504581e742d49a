#include "libs/engine/judged.h"

#include <string>
#include <utility>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/proto.h"
#include "libs/base/time.h"

namespace whistle::engine {
namespace {

using journal::v1::Decision;
using ::testing::HasSubstr;

const absl::Time kStamp = absl::FromUnixSeconds(1'600'000'000);

Decision DecisionOf(const std::string& case_id, const std::string& parent_bytes) {
  Decision decision;
  decision.set_case_id(case_id);
  if (!parent_bytes.empty()) decision.set_parent(base::Sha256(parent_bytes).ToBytes());
  decision.mutable_request()->set_request_id("r");
  decision.set_service(common::v1::SERVICE_INTAKE);
  *decision.mutable_decided_at() = base::ToProto(kStamp);
  decision.set_level(1);
  decision.add_events()->mutable_case_registered()->set_title("No gas");
  return decision;
}

class JudgedPartitionTest : public ::testing::Test {
 protected:
  JudgedPartitionTest() { EXPECT_EQ(Add("genesis", "").kind, Judged::Kind::kGenesis); }

  Judged Add(const std::string& key, std::string value, absl::Time stamp = kStamp) {
    auto judged =
        partition.Judge({.offset = partition.next_offset(), .stamp = stamp, .record = {key, std::move(value), {}}});
    EXPECT_TRUE(judged.ok()) << judged.status();
    return judged.ok() ? *std::move(judged) : Judged();
  }
  Judged Add(const Decision& decision, absl::Time stamp = kStamp) {
    return Add(decision.case_id(), base::SerializeDeterministically(decision), stamp);
  }

  JudgedPartition partition{base::PartitionId::Case(0), 1};
};

TEST_F(JudgedPartitionTest, CountsTheVersionsOfEachCaseByItself) {
  const std::string first = base::SerializeDeterministically(DecisionOf("a", ""));
  EXPECT_EQ(Add(DecisionOf("a", "")).version, base::Version{1});
  EXPECT_EQ(Add(DecisionOf("b", "")).version, base::Version{1});
  const Judged second = Add(DecisionOf("a", first));
  EXPECT_EQ(second.kind, Judged::Kind::kAccepted);
  EXPECT_EQ(second.version, base::Version{2});
  EXPECT_EQ(second.head_before->hash, base::Sha256(first));
  EXPECT_EQ(second.head_before->offset, base::Offset{1});
  EXPECT_THAT(WhyOf(second), HasSubstr("its parent " + base::Sha256(first).ToHex() + " is the head before it"));
}

TEST_F(JudgedPartitionTest, SaysWhichHeadAStaleParentIsNot) {
  const std::string first = base::SerializeDeterministically(DecisionOf("a", ""));
  Add(DecisionOf("a", ""));
  const Judged stale = Add(DecisionOf("a", ""));
  EXPECT_EQ(stale.kind, Judged::Kind::kSupersededByParent);
  EXPECT_EQ(WhyOf(stale),
            "it names no parent, and the head before it is " + base::Sha256(first).ToHex() + ", version 1 at offset 1");
  const Judged dangling = Add(DecisionOf("b", "never recorded"));
  EXPECT_EQ(dangling.kind, Judged::Kind::kSupersededByParent);
  EXPECT_THAT(WhyOf(dangling), HasSubstr("is not the head before it, which is none: the case had no decision"));
}

TEST_F(JudgedPartitionTest, SaysWhichTimesAreTooFarApart) {
  const Judged late = Add(DecisionOf("a", ""), kStamp + absl::Seconds(16));
  EXPECT_EQ(late.kind, Judged::Kind::kSupersededByTime);
  EXPECT_THAT(WhyOf(late), HasSubstr("decided_at 2020-09-13T12:26:40Z, 16s before the stamp 2020-09-13T12:26:56Z, "
                                     "plausible is at most 15s before and 5s after"));
  const Judged early = Add(DecisionOf("a", ""), kStamp - absl::Seconds(6));
  EXPECT_EQ(early.kind, Judged::Kind::kSupersededByTime);
  EXPECT_THAT(WhyOf(early), HasSubstr("6s after the stamp"));
}

TEST_F(JudgedPartitionTest, RecordedTimeNeverGoesBackAndIsSetByWhatCounts) {
  EXPECT_EQ(Add("a", "malformed").recorded_at, absl::InfinitePast());
  EXPECT_EQ(Add(DecisionOf("a", ""), kStamp).recorded_at, kStamp);
  EXPECT_EQ(Add("b", "malformed", kStamp + absl::Hours(1)).recorded_at, kStamp);
  EXPECT_EQ(Add(DecisionOf("b", ""), kStamp - absl::Seconds(1)).recorded_at, kStamp);
  EXPECT_EQ(Add(DecisionOf("c", ""), kStamp + absl::Seconds(1)).recorded_at, kStamp + absl::Seconds(1));
}

TEST_F(JudgedPartitionTest, SaysNothingOfWhatFollowsALevelThatIsNotKnown) {
  Decision later = DecisionOf("a", "");
  later.set_level(99);
  const Judged unknown = Add(later);
  EXPECT_EQ(unknown.kind, Judged::Kind::kUnknownLevel);
  EXPECT_EQ(unknown.level, 99u);
  const std::string bytes = base::SerializeDeterministically(DecisionOf("a", ""));
  const auto next = partition.Judge({.offset = base::Offset{2}, .stamp = kStamp, .record = {"a", bytes, {}}});
  EXPECT_EQ(next.status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(JudgedPartitionTest, RefusesAGapAndAPartitionWithoutGenesis) {
  const auto gap = partition.Judge({.offset = base::Offset{2}, .stamp = kStamp, .record = {"a", "x", {}}});
  EXPECT_EQ(gap.status().code(), absl::StatusCode::kDataLoss);
  JudgedPartition other(base::PartitionId::Case(0), 1);
  const auto first = other.Judge({.offset = base::Offset{0}, .stamp = kStamp, .record = {"a", "x", {}}});
  EXPECT_EQ(first.status().code(), absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace whistle::engine
