#include "libs/backtest/recorded.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/proto.h"
#include "libs/base/time.h"

namespace whistle::backtest {
namespace {

using journal::v1::Decision;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Key;

const absl::Time kStamp = absl::FromUnixSeconds(1'600'000'000);
constexpr int kPartitions = 1;

// Records of one partition, with the offsets that they would have.
class Records {
 public:
  explicit Records(RecordedPartition* partition) : partition_(partition) {}

  absl::Status Genesis() { return Add("genesis", ""); }
  absl::Status Add(const std::string& key, std::string value) {
    return partition_->Add({.offset = base::Offset{next_++},
                            .stamp = kStamp,
                            .record = {.key = key, .value = std::move(value), .headers = {}}});
  }
  // The bytes that were added.
  std::string Add(Decision decision) {
    const std::string bytes = base::SerializeDeterministically(decision);
    EXPECT_TRUE(Add(decision.case_id(), bytes).ok());
    return bytes;
  }

 private:
  RecordedPartition* partition_;
  int64_t next_ = 0;
};

Decision DecisionOf(const std::string& case_id, const std::string& title, const std::string& parent_bytes) {
  Decision decision;
  decision.set_case_id(case_id);
  if (!parent_bytes.empty()) decision.set_parent(base::Sha256(parent_bytes).ToBytes());
  decision.mutable_request()->set_request_id("r");
  decision.set_service(common::v1::SERVICE_INTAKE);
  *decision.mutable_decided_at() = base::ToProto(kStamp);
  decision.set_level(1);
  decision.add_events()->mutable_case_registered()->set_title(title);
  return decision;
}

bool Everything(const Decision&) { return true; }

std::vector<std::string> TitlesOf(const Decisions& decisions) {
  std::vector<std::string> titles;
  for (const Decision& decision : decisions) titles.push_back(decision.events(0).case_registered().title());
  return titles;
}

TEST(RecordedPartitionTest, KeepsWhatCountsAndNothingElse) {
  RecordedPartition partition(base::PartitionId::Case(0), kPartitions, Everything);
  Records records(&partition);
  ASSERT_TRUE(records.Genesis().ok());
  const std::string first = records.Add(DecisionOf("a", "first", ""));
  records.Add(DecisionOf("a", "superseded: no parent", ""));
  Decision late = DecisionOf("a", "superseded: too late", first);
  *late.mutable_decided_at() = base::ToProto(kStamp - absl::Minutes(1));
  records.Add(late);
  ASSERT_TRUE(records.Add("a", "malformed").ok());
  const std::string second = records.Add(DecisionOf("a", "second", first));
  records.Add(DecisionOf("a", "third", second));
  ASSERT_THAT(partition.kept(), ElementsAre(Key("a")));
  EXPECT_THAT(TitlesOf(partition.kept()["a"]), ElementsAre("first", "second", "third"));
  EXPECT_EQ(partition.next_offset(), base::Offset{7});
}

TEST(RecordedPartitionTest, KeepsTheCasesInScopeWhole) {
  RecordedPartition partition(base::PartitionId::Case(0), kPartitions,
                              [](const Decision& first) { return first.case_id() == "b"; });
  Records records(&partition);
  ASSERT_TRUE(records.Genesis().ok());
  const std::string a = records.Add(DecisionOf("a", "a1", ""));
  const std::string b = records.Add(DecisionOf("b", "b1", ""));
  records.Add(DecisionOf("a", "a2", a));
  records.Add(DecisionOf("b", "b2", b));
  ASSERT_THAT(partition.kept(), ElementsAre(Key("b")));
  EXPECT_THAT(TitlesOf(partition.kept()["b"]), ElementsAre("b1", "b2"));
}

TEST(RecordedPartitionTest, StopsAtALevelItDoesNotKnowAndAtAGap) {
  RecordedPartition partition(base::PartitionId::Case(0), kPartitions, Everything);
  Records records(&partition);
  ASSERT_TRUE(records.Genesis().ok());
  Decision later = DecisionOf("a", "of a later level", "");
  later.set_level(99);
  const absl::Status unknown = records.Add("a", base::SerializeDeterministically(later));
  EXPECT_EQ(unknown.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(unknown.message()), HasSubstr("partition 0 offset 1: the record is of level 99"));
  const absl::Status gap = partition.Add({.offset = base::Offset{5}, .stamp = kStamp, .record = {}});
  EXPECT_EQ(gap.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(partition.kept(), IsEmpty());
}

TEST(RecordedRegistryTest, KnowsEachVersionAndTheOneOfAMoment) {
  RecordedRegistry registry;
  for (const char* id : {"gansu", "lanzhou", "chengguan"}) {
    Decision decision;
    *decision.mutable_decided_at() = base::ToProto(kStamp + absl::Hours(24) * registry.newest());
    decision.add_events()->mutable_organization_upserted()->mutable_organization()->set_organization_id(id);
    registry.Add(decision);
  }
  EXPECT_EQ(registry.newest(), 3u);
  // In no order.
  EXPECT_NE(registry.At(3)->Find("chengguan"), nullptr);
  EXPECT_EQ(registry.At(2)->Find("chengguan"), nullptr);
  EXPECT_NE(registry.At(2)->Find("lanzhou"), nullptr);
  EXPECT_EQ(registry.At(0)->Find("gansu"), nullptr);
  EXPECT_EQ(registry.At(1)->version(), 1u);
  EXPECT_EQ(registry.VersionBy(kStamp - absl::Seconds(1)), 0u);
  EXPECT_EQ(registry.VersionBy(kStamp), 1u);
  EXPECT_EQ(registry.VersionBy(kStamp + absl::Hours(30)), 2u);
}

}  // namespace
}  // namespace whistle::backtest
