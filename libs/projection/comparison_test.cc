#include "libs/projection/comparison.h"

#include <memory>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "google/protobuf/wrappers.pb.h"
#include "gtest/gtest.h"
#include "libs/projection/memory_store.h"
#include "libs/projection/row_text.h"
#include "libs/projection/store_testing.h"

namespace whistle::projection {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

FamilyComparison Compared(const RowStore& a, const RowStore& b, Family family,
                          std::vector<RowDifference>* differences = nullptr) {
  const auto rows_a = a.SnapshotRows();
  const auto rows_b = b.SnapshotRows();
  PagedRows cursor_a(*rows_a, family);
  PagedRows cursor_b(*rows_b, family);
  CompareOptions options;
  if (differences != nullptr) {
    options.differs = [differences](const RowDifference& difference) { differences->push_back(difference); };
  }
  return Must(CompareRows(family, cursor_a, cursor_b, options));
}

TEST(ComparisonTest, OfEqualStoresFindsNothingAndGivesTheirDigests) {
  MemoryStore a, b;
  // More than one page.
  for (uint64_t n = 1; n <= 300; ++n) {
    ASSERT_TRUE(a.Commit(NthCommit(n)).ok());
    ASSERT_TRUE(b.Commit(NthCommit(n)).ok());
  }
  for (size_t i = 0; i < kFamilyNames.size(); ++i) {
    const FamilyComparison found = Compared(a, b, static_cast<Family>(i));
    EXPECT_EQ(found.differing, 0u) << kFamilyNames[i];
    EXPECT_EQ(found.rows_a, found.rows_b);
    EXPECT_EQ(found.digest_a, Must(a.ColumnFamilyDigest(kFamilyNames[i])));
    EXPECT_EQ(found.digest_b, found.digest_a);
  }
  EXPECT_EQ(Compared(a, b, Family::kTimeline).rows_a, 300u);
}

TEST(ComparisonTest, TellsRowsThatAreMissingOrHoldSomethingElse) {
  MemoryStore a, b;
  WriteSet set;
  set.cases = {{"a", CaseAt(1)}, {"b", CaseAt(1)}, {"c", CaseAt(1)}};
  ASSERT_TRUE(a.Commit(set).ok());
  set.cases = {{"b", CaseAt(2)}, {"c", CaseAt(1)}, {"d", CaseAt(1)}};
  ASSERT_TRUE(b.Commit(set).ok());
  std::vector<RowDifference> differences;
  const FamilyComparison found = Compared(a, b, Family::kState, &differences);
  EXPECT_EQ(found.differing, 3u);
  ASSERT_THAT(differences, SizeIs(3));
  EXPECT_EQ(differences[0].key, "a");
  EXPECT_FALSE(differences[0].b.has_value());
  EXPECT_EQ(differences[1].key, "b");
  EXPECT_EQ(differences[2].key, "d");
  EXPECT_FALSE(differences[2].a.has_value());
  EXPECT_NE(found.digest_a, found.digest_b);
}

TEST(ComparisonTest, EndsWithWhatItIsToldBetweenRows) {
  MemoryStore a;
  for (uint64_t n = 1; n <= 300; ++n) ASSERT_TRUE(a.Commit(NthCommit(n)).ok());
  const auto rows = a.SnapshotRows();
  PagedRows one(*rows, Family::kTimeline), other(*rows, Family::kTimeline);
  uint64_t compared = 0;
  const auto enough = [&](uint64_t more) {
    compared += more;
    return absl::CancelledError("enough");
  };
  EXPECT_TRUE(absl::IsCancelled(CompareRows(Family::kTimeline, one, other, {.between = enough}).status()));
  EXPECT_EQ(compared, 256u);
}

TEST(RowTextTest, NamesRowsAndWhatDiffersInThem) {
  google::protobuf::Int64Value three, four;
  three.set_value(3);
  four.set_value(4);
  RowDifference difference{.key = "c-7"};
  difference.a = CaseAt(2, three.SerializeAsString()).SerializeAsString();
  difference.b = CaseAt(2, four.SerializeAsString()).SerializeAsString();
  EXPECT_EQ(KeyText(Family::kState, "c-7"), "case c-7");
  EXPECT_EQ(DifferenceText(Family::kState, difference, "a", "b", three, 200), "modified: value: 3 -> 4");
  difference.b.reset();
  EXPECT_THAT(DifferenceText(Family::kState, difference, "serving", "rebuilt", three, 200),
              AllOf(HasSubstr("only in serving: version: 2"), HasSubstr("{ value: 3 }")));
  difference.b = "\xff";
  EXPECT_THAT(DifferenceText(Family::kState, difference, "a", "b", three, 60), HasSubstr("a: bytes "));
}

TEST(RowTextTest, NamesTheRowsOfEveryFamily) {
  const auto key_of = [](const WriteSet& set, Family family) {
    for (const RowWrite& write : Must(EncodeWrites(set))) {
      if (write.family == family) return write.key;
    }
    return std::string();
  };
  const WriteSet set = NthCommit(10);
  EXPECT_EQ(KeyText(Family::kTimeline, key_of(set, Family::kTimeline)), "case case-2 version 2");
  EXPECT_EQ(KeyText(Family::kRequest, key_of(set, Family::kRequest)), "case case-2 client client request request-10");
  EXPECT_THAT(KeyText(Family::kIndex, key_of(set, Family::kIndex)), HasSubstr("index version/"));
  EXPECT_THAT(KeyText(Family::kAgenda, key_of(set, Family::kAgenda)), HasSubstr("case case-2 item "));
  EXPECT_THAT(KeyText(Family::kMeta, key_of(set, Family::kMeta)),
              testing::AnyOf("partition 0", HasSubstr("quarantine")));
  EXPECT_EQ(KeyText(Family::kTimeline, "\x01"), "\\x01");
}

}  // namespace
}  // namespace whistle::projection
