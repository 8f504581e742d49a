#include "libs/engine/milestones.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/proto.h"
#include "libs/base/time.h"
#include "libs/engine/fold.h"
#include "libs/engine/records.h"
#include "libs/engine/testing/toy.h"
#include "libs/journal/genesis.h"
#include "libs/projection/memory_store.h"

namespace whistle::engine {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const absl::Time kStart = absl::FromUnixSeconds(1'600'000'000);

TEST(IsMilestoneDueTest, OnceSoManyBytesOfDecisionsCameAfterTheFirstDecision) {
  EXPECT_FALSE(IsMilestoneDue({.bytes = kMilestoneBytesMin - 1, .last_bytes = 0}));
  EXPECT_TRUE(IsMilestoneDue({.bytes = kMilestoneBytesMin, .last_bytes = 0}));
}

TEST(IsMilestoneDueTest, LaterTheLargerTheStateWas) {
  const uint64_t large = 100 * kMilestoneBytesMin;
  EXPECT_FALSE(IsMilestoneDue({.bytes = large / kMilestoneBytesFactor - 1, .last_bytes = large}));
  EXPECT_TRUE(IsMilestoneDue({.bytes = large / kMilestoneBytesFactor, .last_bytes = large}));
  EXPECT_FALSE(IsMilestoneDue({.bytes = kMilestoneBytesMin - 1, .last_bytes = 10}));
}

// A journal of one case whose decisions have notes of so many bytes.
std::vector<journal::StoredRecord> Records(const journal::Identity& identity, const std::vector<size_t>& note_bytes) {
  std::vector<journal::StoredRecord> records;
  records.push_back({base::Offset{0}, kStart, journal::GenesisRecord(identity, base::PartitionId::Case(0))});
  std::string parent;
  for (size_t i = 0; i < note_bytes.size(); ++i) {
    journal::v1::Decision decision;
    decision.set_case_id("case-1");
    decision.set_parent(parent);
    decision.set_service(common::v1::SERVICE_INTAKE);
    decision.set_level(1);
    *decision.mutable_decided_at() = base::ToProto(kStart);
    decision.mutable_request()->set_client("test");
    decision.mutable_request()->set_request_id(absl::StrCat("r-", i));
    decision.mutable_request()->set_fingerprint(std::string(32, 'f'));
    decision.add_events()->mutable_contact_recorded()->set_note(std::string(note_bytes[i], 'n'));
    std::string bytes = base::SerializeDeterministically(decision);
    const base::Digest hash = base::Sha256(bytes);
    parent = hash.ToBytes();
    records.push_back(
        {base::Offset{static_cast<int64_t>(i) + 1}, kStart, MakeRecord(decision, hash, std::move(bytes))});
  }
  return records;
}

class MilestonesTest : public ::testing::Test {
 protected:
  MilestonesTest() {
    identity_.uuid = "toy-journal";
    identity_.partition_count = 1;
    identity_.created_at = kStart;
  }

  std::unique_ptr<PartitionFold> Open(projection::Store& store) {
    return *PartitionFold::Open(
        {.model = &model_, .store = &store, .partition = base::PartitionId::Case(0), .identity = identity_});
  }
  static std::vector<uint64_t> Versions(const projection::Store& store, uint64_t upto) {
    std::vector<uint64_t> versions;
    for (uint64_t at = 1; at <= upto; ++at) {
      const auto milestone = *store.FindMilestone("case-1", base::Version{at});
      if (milestone && milestone->first.value == at) versions.push_back(at);
    }
    return versions;
  }

  const domain::Model model_ = testing::ToyModel();
  journal::Identity identity_;
};

TEST_F(MilestonesTest, AShortCaseHasNone) {
  projection::MemoryStore store;
  ASSERT_TRUE(Open(store)->Fold(Records(identity_, std::vector<size_t>(20, 100))).ok());
  EXPECT_THAT(Versions(store, 20), IsEmpty());
}

TEST_F(MilestonesTest, AreKeptWhereTheBytesSinceTheLastOneAreEnough) {
  projection::MemoryStore store;
  const size_t third = kMilestoneBytesMin / 3;
  ASSERT_TRUE(Open(store)->Fold(Records(identity_, {third, third, third, 10, 20, kMilestoneBytesMin, 5})).ok());
  EXPECT_THAT(Versions(store, 7), ElementsAre(3, 6));
  // The toy's state after six contacts.
  testing::ToyState state;
  ASSERT_TRUE(state.ParseFromString((*store.FindMilestone("case-1", base::Version{7}))->second.state()));
  EXPECT_EQ(state.value(), 6);
}

TEST_F(MilestonesTest, AreTheSameWhetherFoldedAtOnceOrOneByOneWithARestartAfterEach) {
  const auto records = Records(identity_, std::vector<size_t>(100, kMilestoneBytesMin / 7));
  projection::MemoryStore at_once;
  ASSERT_TRUE(Open(at_once)->Fold(records).ok());
  projection::MemoryStore one_by_one;
  for (const journal::StoredRecord& record : records) {
    ASSERT_TRUE(Open(one_by_one)->Fold(absl::MakeConstSpan(&record, 1)).ok());
  }
  EXPECT_EQ(Versions(at_once, 100).size(), 14u);
  for (const char* family : {"state", "milestone"}) {
    EXPECT_EQ(*at_once.ColumnFamilyDigest(family), *one_by_one.ColumnFamilyDigest(family)) << family;
  }
}

TEST_F(MilestonesTest, CountNothingThatWasSuperseded) {
  auto records = Records(identity_, {10, 20, 30});
  // Version 1 once more, large and with another parent than the head.
  auto stale = Records(identity_, {2 * kMilestoneBytesMin});
  records.push_back({base::Offset{4}, kStart, stale.back().record});
  projection::MemoryStore store;
  const auto folded = Open(store)->Fold(records);
  ASSERT_TRUE(folded.ok()) << folded.status();
  EXPECT_EQ(folded->back().kind, Folded::Kind::kSupersededByParent);
  EXPECT_THAT(Versions(store, 4), IsEmpty());
  EXPECT_LT((*store.FindCase("case-1"))->bytes_since_milestone(), 2 * kMilestoneBytesMin);
}

}  // namespace
}  // namespace whistle::engine
