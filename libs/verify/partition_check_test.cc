#include "libs/verify/partition_check.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/proto.h"
#include "libs/base/time.h"
#include "libs/verify/orphans.h"
#include "libs/verify/verify_testing.h"

namespace whistle::verify {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class PartitionCheckTest : public ::testing::Test {
 protected:
  // Reads partition 0 and looks for parents; the kinds of what was found, each with its place.
  std::vector<std::string> Found(const std::vector<base::Offset>& cuts = {}) {
    Checks checks;
    auto& check = checks[kPartition] = std::make_unique<PartitionCheck>(kPartition, 1, cuts, &problems);
    ReadInto(*check);
    EXPECT_TRUE(LookForParents(source, checks, vouched, problems, notices).ok());
    last = std::move(check);
    std::vector<std::string> found;
    for (const v1::Problem& problem : problems.kept()) found.push_back(problem.kind() + " " + problem.place());
    return found;
  }
  void ReadInto(PartitionCheck& check) {
    EXPECT_TRUE(source
                    .Read(kPartition, check.next_offset(),
                          [&](base::Offset offset, absl::StatusOr<journal::StoredRecord> record) {
                            check.Take(offset, std::move(record));
                            return true;
                          })
                    .ok());
    check.Finish(source.End(kPartition));
  }

  MemorySource source{1};
  Problems problems{100};
  Vouched vouched;
  std::vector<std::string> notices;
  std::unique_ptr<PartitionCheck> last;
};

TEST_F(PartitionCheckTest, AWholePartitionHasNoProblemAndSaysWhereItsCasesStand) {
  const std::string first = source.AddDecision("a", "", "1");
  source.AddDecision("b", "", "1");
  const std::string second = source.AddDecision("a", first, "2");
  EXPECT_THAT(Found(), IsEmpty());
  EXPECT_EQ(last->accepted(), 3u);
  EXPECT_EQ(last->heads().at("a").version, base::Version{2});
  EXPECT_EQ(last->heads().at("a").hash, base::Sha256(second));
}

TEST_F(PartitionCheckTest, WhatAnImportCarriedOverIsJudgedByItsOwnStampWhichTheDigestCovers) {
  const std::string first = source.AddDecision("a", "", "1");
  const std::string second = source.AddDecision("a", first, "2");
  source.Import();
  EXPECT_THAT(Found({base::Offset{2}}), IsEmpty());
  EXPECT_EQ(last->accepted(), 2u) << "by the import's own stamp they would be a year late";
  base::Digest digest = journal::NextPartitionDigest({}, source.HashAt(0));
  const std::string carried = journal::CarriedStampText(kIdentity.created_at);
  for (const std::string& bytes : {first, second}) {
    digest = journal::NextPartitionDigest(digest, base::Sha256(bytes), carried);
  }
  EXPECT_EQ(last->RowAt(base::Offset{2})->digest(), digest.ToBytes());
}

TEST_F(PartitionCheckTest, ACarriedRecordThatDoesNotSayWhenItWasRecordedIsToldAndTheRestIsStillRead) {
  const std::string first = source.AddDecision("a", "", "1");
  source.AddDecision("b", "", "1");
  source.AddDecision("a", first, "2");
  source.Import();
  source.DropHeaders(2);
  EXPECT_THAT(Found(), ElementsAre("carried 0:2"));
  EXPECT_EQ(last->heads().at("a").version, base::Version{2});
}

TEST_F(PartitionCheckTest, AnImportedPartitionIsTakenUpAgainWhereItWasPutDown) {
  const std::string first = source.AddDecision("a", "", "1");
  source.AddDecision("a", first, "2");
  source.Import();
  PartitionCheck whole(kPartition, 1, {base::Offset{2}}, &problems);
  ReadInto(whole);
  PartitionCheck begun(kPartition, 1, {base::Offset{2}}, &problems);
  EXPECT_TRUE(source
                  .Read(kPartition, base::Offset{0},
                        [&](base::Offset offset, absl::StatusOr<journal::StoredRecord> record) {
                          begun.Take(offset, std::move(record));
                          return offset.value < 1;
                        })
                  .ok());
  PartitionCheck again(kPartition, 1, begun.Progress(), &problems);
  ReadInto(again);
  EXPECT_THAT(problems.kept(), IsEmpty());
  EXPECT_EQ(again.Progress().SerializeAsString(), whole.Progress().SerializeAsString());
}

TEST_F(PartitionCheckTest, AChangedRecordIsToldByTheNextDecisionOfItsCase) {
  const std::string first = source.AddDecision("a", "", "1");
  source.AddDecision("b", "", "1");
  const std::string second = source.AddDecision("a", first, "2");
  source.AddDecision("a", second, "3");
  source.Change(1);
  EXPECT_THAT(Found(), ElementsAre("chain 0:3"));
  EXPECT_THAT(problems.kept()[0].found(), HasSubstr("was changed or is missing"));
}

TEST_F(PartitionCheckTest, AHeaderThatStillSaysWhatItWasTellsWhichRecordWasChanged) {
  source.WithHeaders();
  const std::string first = source.AddDecision("a", "", "1");
  source.AddDecision("a", first, "2");
  source.Change(1);
  EXPECT_THAT(Found(), ElementsAre("changed 0:1"));
}

TEST_F(PartitionCheckTest, ADroppedRecordIsToldByTheNextDecisionOfItsCase) {
  const std::string first = source.AddDecision("a", "", "1");
  source.AddDecision("a", first, "2");
  source.Drop(1);
  EXPECT_THAT(Found(), ElementsAre("chain 0:1"));
}

TEST_F(PartitionCheckTest, TwoSwappedDecisionsOfOneCaseAreOutOfOrder) {
  const std::string first = source.AddDecision("a", "", "1");
  source.AddDecision("a", first, "2");
  source.Swap(1, 2);
  EXPECT_THAT(Found(), ElementsAre("order 0:1"));
  EXPECT_THAT(problems.kept()[0].found(), HasSubstr("at 0:2"));
}

TEST_F(PartitionCheckTest, TheLastDecisionOfACaseCanGoUnseen) {
  const std::string first = source.AddDecision("a", "", "1");
  source.AddDecision("a", first, "2");
  source.AddDecision("b", "", "1");
  source.Drop(2);
  EXPECT_THAT(Found(), IsEmpty()) << "README.md says so: only a projection can tell";
}

TEST_F(PartitionCheckTest, WhatWasDecidedOnAStaleHeadIsNoProblem) {
  const std::string first = source.AddDecision("a", "", "1");
  source.AddDecision("a", first, "2");
  source.AddDecision("a", first, "rival");
  source.AddDecision("a", "", "registered twice");
  EXPECT_THAT(Found(), IsEmpty());
  EXPECT_EQ(last->superseded(), 2u);
}

TEST_F(PartitionCheckTest, AParentThatNobodyHoldsIsWorthKnowingWhereAProjectionVouchesForTheBytes) {
  const std::string lost = MemorySource::BytesOf("a", "", "never arrived");
  source.AddDecision("a", lost, "built on it");
  vouched[kPartition] = base::Offset{1};
  EXPECT_THAT(Found(), IsEmpty());
  EXPECT_THAT(notices, ElementsAre(HasSubstr("chain at 0:1")));
}

TEST_F(PartitionCheckTest, HolesAndUnreadableRecordsAreNamedAndTheDigestIsUnknown) {
  source.AddDecision("a", "", "1");
  source.AddDecision("b", "", "1");
  source.AddDecision("c", "", "1");
  source.AddDecision("d", "", "1");
  source.Lose(2);
  source.Break(3);
  EXPECT_THAT(Found({base::Offset{4}}), ElementsAre("hole 0:2", "frame 0:3"));
  EXPECT_FALSE(last->digest().has_value());
  EXPECT_FALSE(last->RowAt(base::Offset{4}).has_value());
  EXPECT_EQ(last->accepted(), 2u);
}

TEST_F(PartitionCheckTest, WhatIsMissingAtTheEndIsAHole) {
  source.AddDecision("a", "", "1");
  source.AddDecision("b", "", "1");
  source.Lose(2);
  EXPECT_THAT(Found(), ElementsAre("hole 0:2"));
}

TEST_F(PartitionCheckTest, AnUnknownLevelEndsWhatCanBeSaidAndTheDigestGoesOn) {
  source.AddDecision("a", "", "1", /*level=*/99);
  source.AddDecision("b", "", "1");
  EXPECT_THAT(Found(), ElementsAre("level 0:1"));
  EXPECT_EQ(last->accepted(), 0u);
  EXPECT_TRUE(last->digest().has_value());
  EXPECT_EQ(last->next_offset(), base::Offset{3});
}

TEST_F(PartitionCheckTest, SaysWhatAProjectionMustSayWhereItStands) {
  const std::string first = source.AddDecision("a", "", "1");
  source.AddDecision("b", "", "1");
  source.AddDecision("a", first, "2");
  source.AddDecision("c", "", "1");
  EXPECT_THAT(Found({base::Offset{2}}), IsEmpty());
  const auto row = last->RowAt(base::Offset{2});
  ASSERT_TRUE(row.has_value());
  EXPECT_EQ(row->accepted(), 2u);
  EXPECT_EQ(last->HeadAtCut(base::Offset{2}, "a")->hash, base::Sha256(first));
  EXPECT_EQ(last->HeadAtCut(base::Offset{2}, "b")->version, base::Version{1});
  EXPECT_FALSE(last->HeadAtCut(base::Offset{2}, "c").has_value());
  EXPECT_EQ(last->CasesAtCut(base::Offset{2}), 2u);
  EXPECT_EQ(last->heads().size(), 3u);
}

TEST_F(PartitionCheckTest, PutDownAnywhereAndTakenUpAgainItComesToTheSame) {
  std::string head;
  for (int i = 0; i < 20; ++i) head = source.AddDecision("a", head, std::to_string(i));
  source.AddDecision("b", "", "1");
  source.Change(7);
  const std::vector<std::string> whole = Found({base::Offset{3}, base::Offset{15}});
  for (int64_t at = 0; at <= 21; ++at) {
    Problems again(100);
    PartitionCheck first(kPartition, 1, {base::Offset{3}, base::Offset{15}}, &again);
    ASSERT_TRUE(source
                    .Read(kPartition, base::Offset{0},
                          [&](base::Offset offset, absl::StatusOr<journal::StoredRecord> record) {
                            if (offset.value >= at) return false;
                            first.Take(offset, std::move(record));
                            return true;
                          })
                    .ok());
    v1::PartitionProgress progress;
    ASSERT_TRUE(progress.ParseFromString(first.Progress().SerializeAsString()));
    PartitionCheck second(kPartition, 1, progress, &again);
    ReadInto(second);
    // What was recent when it was put down is looked up at the end.
    EXPECT_EQ(second.digest(), last->digest()) << at;
    EXPECT_EQ(second.accepted(), last->accepted()) << at;
    EXPECT_EQ(second.heads().at("a").hash, last->heads().at("a").hash) << at;
    EXPECT_EQ(base::SerializeDeterministically(*second.RowAt(base::Offset{15})),
              base::SerializeDeterministically(*last->RowAt(base::Offset{15})))
        << at;
    EXPECT_EQ(second.HeadAtCut(base::Offset{3}, "a")->hash, last->HeadAtCut(base::Offset{3}, "a")->hash) << at;
  }
  EXPECT_THAT(whole, ElementsAre("chain 0:8"));
}

TEST(ProblemsTest, AreAllCountedAndTheFirstAreKept) {
  Problems problems(2);
  for (int i = 0; i < 5; ++i) problems.Add(v1::Problem());
  EXPECT_EQ(problems.count(), 5u);
  EXPECT_THAT(problems.kept(), SizeIs(2));
}

}  // namespace
}  // namespace whistle::verify
