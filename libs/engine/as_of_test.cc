#include "libs/engine/as_of.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/time.h"
#include "libs/domain/entry_keys.h"
#include "libs/engine/testing/toy.h"
#include "libs/projection/memory_store.h"

namespace whistle::engine {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const absl::Time kStart = absl::FromUnixSeconds(1'600'000'000);
const base::PartitionId kPartition = base::PartitionId::Case(3);

absl::Time At(int seconds) { return kStart + absl::Seconds(seconds); }

// A case with a contact at each of these seconds, in a partition that is recorded up to `partition_at`.
class AsOfTest : public ::testing::Test {
 protected:
  void Given(const std::string& case_id, const std::vector<int>& recorded_at, int partition_at) {
    projection::WriteSet set;
    for (size_t i = 0; i < recorded_at.size(); ++i) {
      projection::WriteSet::Timeline entry{case_id, base::Version{i + 1}, {}};
      journal::v1::Decision decision;
      decision.set_case_id(case_id);
      decision.set_registry_version(10 + i);
      *decision.mutable_decided_at() = base::ToProto(At(recorded_at[i]));
      decision.add_events()->mutable_contact_recorded();
      entry.row.set_decision(decision.SerializeAsString());
      *entry.row.mutable_recorded_at() = base::ToProto(At(recorded_at[i]));
      set.timeline.push_back(entry);
    }
    projection::v1::CaseRow row;
    row.set_version(recorded_at.size());
    row.set_head("the head now");
    set.cases.emplace_back(case_id, row);
    projection::v1::PartitionRow partition;
    *partition.mutable_recorded_at() = base::ToProto(At(partition_at));
    set.partitions.emplace_back(kPartition, partition);
    ASSERT_TRUE(store_.Commit(set).ok());
  }

  absl::StatusOr<Moment> Resolve(const common::v1::AsOf& as_of, int now = 1000) {
    return ResolveAsOf(store_, as_of, "as_of", "case-1", kPartition, At(now));
  }
  absl::StatusOr<Moment> ByVersion(uint64_t version) {
    common::v1::AsOf as_of;
    as_of.set_at_version(version);
    return Resolve(as_of);
  }
  absl::StatusOr<Moment> ByTime(int seconds, int now = 1000) {
    common::v1::AsOf as_of;
    *as_of.mutable_recorded_by() = base::ToProto(At(seconds));
    return Resolve(as_of, now);
  }
  std::unique_ptr<AsOfReader> Past(uint64_t version, std::vector<std::string> dated_indexes = {"thing"}) {
    domain::Model model = testing::ToyModel();
    model.dated_indexes = std::move(dated_indexes);
    auto past = AsOfReader::Make(store_, model, "case-1", base::Version{version});
    EXPECT_TRUE(past.ok()) << past.status();
    return *std::move(past);
  }

  projection::MemoryStore store_;
};

TEST_F(AsOfTest, AVersionUpToTheHeadIsFinal) {
  Given("case-1", {10, 20, 30}, 30);
  const auto moment = ByVersion(3);
  ASSERT_TRUE(moment.ok()) << moment.status();
  EXPECT_EQ(moment->version, base::Version{3});
  EXPECT_EQ(moment->recorded_at, At(30));
  EXPECT_EQ(moment->at, At(30));
  EXPECT_TRUE(moment->final);
  EXPECT_EQ(moment->head, base::Sha256((*store_.FindTimeline("case-1", base::Version{3}))->decision()));
}

TEST_F(AsOfTest, AVersionThatIsNotThereNamesTheHeads) {
  Given("case-1", {10, 20, 30}, 30);
  const auto beyond = ByVersion(4);
  EXPECT_TRUE(absl::IsOutOfRange(beyond.status()));
  EXPECT_THAT(std::string(beyond.status().message()),
              HasSubstr("as_of.at_version: the case is at version 3, not yet at 4"));
  EXPECT_TRUE(absl::IsInvalidArgument(ByVersion(0).status()));
}

TEST_F(AsOfTest, NeitherVersionNorTimeIsRefused) {
  Given("case-1", {10}, 10);
  const auto moment = Resolve(common::v1::AsOf());
  EXPECT_TRUE(absl::IsInvalidArgument(moment.status()));
  EXPECT_THAT(std::string(moment.status().message()), HasSubstr("as_of: expected at_version or recorded_by"));
}

TEST_F(AsOfTest, AnUnknownCaseIsNotFound) {
  EXPECT_TRUE(absl::IsNotFound(ByVersion(1).status()));
  EXPECT_TRUE(absl::IsNotFound(ByTime(10).status()));
}

TEST_F(AsOfTest, ATimeMeansTheLastVersionRecordedAtOrBeforeIt) {
  Given("case-1", {10, 20, 20, 20, 30}, 100);
  EXPECT_EQ(ByTime(10)->version, base::Version{1});
  EXPECT_EQ(ByTime(19)->version, base::Version{1});
  EXPECT_EQ(ByTime(20)->version, base::Version{4});
  EXPECT_EQ(ByTime(29)->version, base::Version{4});
  EXPECT_EQ(ByTime(99)->version, base::Version{5});
  EXPECT_EQ(ByTime(29)->at, At(29));
  EXPECT_EQ(ByTime(29)->recorded_at, At(20));
}

TEST_F(AsOfTest, ATimeIsFinalOnceThePartitionIsPastIt) {
  Given("case-1", {10, 20}, 50);
  EXPECT_TRUE(ByTime(49)->final);
  // The next decision of the partition may be recorded at the very time of the last.
  EXPECT_FALSE(ByTime(50)->final);
  EXPECT_FALSE(ByTime(51)->final);
  Given("case-2", {51}, 51);
  EXPECT_TRUE(ByTime(50)->final);
  EXPECT_FALSE(ByTime(51)->final);
}

TEST_F(AsOfTest, ATimeBeforeTheFirstDecisionIsNotFoundAndSaysWhenThatWas) {
  Given("case-1", {10, 20}, 50);
  const auto moment = ByTime(9);
  EXPECT_TRUE(absl::IsNotFound(moment.status()));
  EXPECT_THAT(std::string(moment.status().message()), HasSubstr("not registered yet by 2020-09-13T12:26:49Z"));
  EXPECT_THAT(std::string(moment.status().message()), HasSubstr("2020-09-13T12:26:50Z"));
}

TEST_F(AsOfTest, ATimeAfterTheServicesClockIsRefusedNamingBoth) {
  Given("case-1", {10, 20}, 50);
  EXPECT_TRUE(ByTime(60, 60).ok());
  const auto moment = ByTime(61, 60);
  EXPECT_TRUE(absl::IsInvalidArgument(moment.status()));
  EXPECT_THAT(std::string(moment.status().message()), HasSubstr("as_of.recorded_by: 2020-09-13T12:27:41Z is after"));
}

TEST_F(AsOfTest, TheReaderTellsTheCaseAsItWas) {
  Given("case-1", {10, 20, 30}, 30);
  const auto past = Past(2);
  const auto row = *past->FindCase("case-1");
  ASSERT_TRUE(row);
  EXPECT_EQ(row->version(), 2u);
  EXPECT_EQ(row->head(), base::Sha256((*store_.FindTimeline("case-1", base::Version{2}))->decision()).ToBytes());
  EXPECT_EQ(row->registry_version(), 11u);
  EXPECT_EQ(base::FromProto(row->decided_at()), At(20));
  testing::ToyState state;
  ASSERT_TRUE(state.ParseFromString(row->state()));
  EXPECT_EQ(state.value(), 2);
  EXPECT_TRUE(*past->FindTimeline("case-1", base::Version{2}));
  EXPECT_FALSE(*past->FindTimeline("case-1", base::Version{3}));
  EXPECT_EQ(past->ScanTimeline("case-1", base::Version{1}, 10, 1000)->size(), 2u);
  EXPECT_THAT(*past->ScanTimeline("case-1", base::Version{3}, 10, 1000), IsEmpty());
}

TEST_F(AsOfTest, TheReaderFoldsOnFromAMilestone) {
  Given("case-1", {10, 20, 30, 40}, 40);
  // One that says something else than the timeline, to see that it is used, and only from its version on.
  projection::WriteSet set;
  testing::ToyState hundred;
  hundred.set_value(100);
  projection::WriteSet::Milestone milestone{"case-1", base::Version{2}, {}};
  milestone.row.set_state(hundred.SerializeAsString());
  set.milestones.push_back(milestone);
  ASSERT_TRUE(store_.Commit(set).ok());
  const domain::Model model = testing::ToyModel();
  const auto value = [&](uint64_t version) {
    return static_cast<testing::ToyState&>(**StateAsOf(store_, model, "case-1", base::Version{version})).value();
  };
  EXPECT_EQ(value(1), 1);
  EXPECT_EQ(value(2), 100);
  EXPECT_EQ(value(4), 102);
}

TEST_F(AsOfTest, ATimelineWithAHoleIsDataLoss) {
  Given("case-1", {10, 20}, 20);
  const auto state = StateAsOf(store_, testing::ToyModel(), "case-1", base::Version{3});
  EXPECT_TRUE(absl::IsDataLoss(state.status())) << state.status();
}

TEST_F(AsOfTest, TheReaderTellsOfADatedIndexWhatWasThereByTheVersion) {
  Given("case-1", {10, 20, 30}, 30);
  projection::WriteSet set;
  for (const char* event : {"1.1", "2.1", "2.2", "3.1"}) {
    set.index_puts.push_back({domain::ThingKey("case-1", "1.1", event), "case-1"});
    set.index_puts.push_back({domain::ThingKey("case-1", "2.1", event), "case-1"});
  }
  ASSERT_TRUE(store_.Commit(set).ok());
  const auto past = Past(2);
  const auto ids = [&](const std::string& prefix, size_t limit) {
    std::vector<std::string> found;
    std::string after;
    while (true) {
      const auto rows = *past->ScanIndex(prefix, after, limit);
      for (const auto& row : rows) found.push_back(*domain::EventIdFromSortable(domain::KeyParts(row.key).back()));
      if (rows.size() < limit) return found;
      after = rows.back().cursor;
    }
  };
  for (const size_t limit : {1, 2, 3, 100}) {
    EXPECT_THAT(ids(domain::ThingPrefix("case-1", "1.1"), limit), ElementsAre("1.1", "2.1", "2.2")) << limit;
    EXPECT_THAT(ids(domain::IndexKey({"thing", "case-1"}), limit),
                ElementsAre("1.1", "2.1", "2.2", "1.1", "2.1", "2.2"))
        << limit;
  }
}

TEST_F(AsOfTest, TheReaderRefusesWhatAVersionDoesNotSay) {
  Given("case-1", {10, 20, 30}, 30);
  Given("case-2", {10}, 30);
  const auto past = Past(2);
  EXPECT_TRUE(absl::IsInternal(past->FindCase("case-2").status()));
  EXPECT_TRUE(absl::IsInternal(past->FindTimeline("case-2", base::Version{1}).status()));
  EXPECT_TRUE(absl::IsInternal(past->ScanTimeline("case-2", base::Version{1}, 1, 1).status()));
  const auto status = past->ScanIndex(domain::IndexKey({"linked", "case-1"}), "", 10).status();
  EXPECT_TRUE(absl::IsInternal(status));
  EXPECT_THAT(std::string(status.message()), HasSubstr("the index \"linked\", of which version 2 of case case-1"));
  EXPECT_TRUE(absl::IsInternal(past->ScanIndex(domain::ThingPrefix("case-2", "1.1"), "", 10).status()));
  EXPECT_TRUE(absl::IsInternal(past->ScanIndex(domain::IndexKey({"thing"}), "", 10).status()));
  EXPECT_TRUE(absl::IsInternal(past->FindRequest({}).status()));
  EXPECT_TRUE(absl::IsInternal(past->FindPartition(kPartition).status()));
  EXPECT_TRUE(absl::IsInternal(past->ListPartitions().status()));
  EXPECT_TRUE(absl::IsInternal(past->FindMilestone("case-1", base::Version{1}).status()));
  EXPECT_TRUE(absl::IsInternal(past->ScanAgenda(kStart, "", 1).status()));
  EXPECT_TRUE(absl::IsInternal(past->ScanQuarantine(std::nullopt, 1).status()));
}

}  // namespace
}  // namespace whistle::engine
