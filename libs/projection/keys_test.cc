// The key bytes are a stored format: each is fixed here by example, the same one as in README.md.
#include "libs/projection/keys.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "gtest/gtest.h"
#include "libs/base/hash.h"
#include "libs/base/proto.h"
#include "libs/projection/store_testing.h"

namespace whistle::projection {
namespace {

using base::Offset;
using base::PartitionId;
using base::Version;

std::string Hex(absl::string_view bytes) { return absl::BytesToHexString(bytes); }
std::string Hash(const common::v1::AgendaItem& item) {
  return base::Sha256(base::SerializeDeterministically(item)).ToHex();
}
std::string KeyOf(const common::v1::AgendaItem& item) {
  return AgendaKey(item, base::SerializeDeterministically(item));
}

TEST(Keys, AreTheBytesThatTheReadmeShows) {
  EXPECT_EQ(CaseKey("c-7"), "c-7");
  EXPECT_EQ(Hex(TimelineKey("c-7", Version{258})),
            "632d370001"
            "0000000000000102");
  EXPECT_EQ(MilestoneKey("c-7", Version{258}), TimelineKey("c-7", Version{258}));
  EXPECT_EQ(Hex(RequestRowKey({"c-7", "cli", "r1"})),
            "632d370001"
            "636c690001"
            "7231");
  EXPECT_EQ(Hex(IndexRowKey(absl::string_view("status\0open\0", 12), "c-7")),
            "73746174757300ff"
            "6f70656e00ff"
            "0001"
            "632d37");
  EXPECT_EQ(Hex(PartitionKey(PartitionId::Registry())),
            "70"
            "00"
            "00000000");
  EXPECT_EQ(Hex(PartitionKey(PartitionId::Case(3))),
            "70"
            "01"
            "00000003");
  EXPECT_EQ(Hex(QuarantineKey(PartitionId::Case(3), Offset{258})),
            "71"
            "01"
            "00000003"
            "0000000000000102");
  const common::v1::AgendaItem item = DueAt(absl::FromUnixMillis(1'500), "c-7", "s1");
  EXPECT_EQ(Hex(KeyOf(item)),
            "8000000000000001"
            "9dcd6500"
            "632d370001" +
                Hash(item));
}

TEST(Keys, OfItemsDueBefore1970SortBeforeThoseAfter) {
  const common::v1::AgendaItem before = DueAt(absl::FromUnixMillis(-500), "c-7", "s1");
  EXPECT_EQ(Hex(KeyOf(before)),
            "7fffffffffffffff"
            "9dcd6500"
            "632d370001" +
                Hash(before));
  EXPECT_LT(KeyOf(before), KeyOf(DueAt(absl::UnixEpoch(), "", "s1")));
}

TEST(Keys, KeepTheOrderOfTheTextsInThem) {
  std::vector<std::string> texts = {"",
                                    std::string("\0", 1),
                                    std::string("\0\0", 2),
                                    std::string("\0\xff", 2),
                                    "\x01",
                                    "a",
                                    std::string("a\0", 2),
                                    std::string("a\0b", 3),
                                    std::string("a\0\xff", 3),
                                    "a\x01",
                                    "ab",
                                    "b",
                                    "\xff",
                                    std::string("\xff\0", 2),
                                    "\xff\xff"};
  ASSERT_TRUE(std::is_sorted(texts.begin(), texts.end()));
  for (size_t i = 0; i + 1 < texts.size(); ++i) {
    EXPECT_LT(IndexRowKey(texts[i], "\xff"), IndexRowKey(texts[i + 1], ""));
    EXPECT_LT(TimelineKey(texts[i], Version{~uint64_t{0}}), TimelineKey(texts[i + 1], Version{0}));
    EXPECT_LT(IndexRowKey("k", texts[i]), IndexRowKey("k", texts[i + 1]));
  }
}

TEST(Keys, OfAnIndexRowGiveKeyAndCaseBack) {
  for (const std::string& text : {std::string(), std::string("a\0b\0", 4), std::string("\xff\0\xff", 3)}) {
    const std::optional<WriteSet::IndexEntry> entry = ParseIndexRowKey(IndexRowKey(text, text));
    ASSERT_TRUE(entry.has_value());
    EXPECT_EQ(entry->key, text);
    EXPECT_EQ(entry->case_id, text);
  }
}

TEST(Keys, ThatNobodyWroteAreNotRead) {
  for (const std::string& bytes :
       {std::string(), std::string("no end"), std::string("cut\0", 4), std::string("a\0b", 3)}) {
    EXPECT_FALSE(ParseIndexRowKey(bytes).has_value());
    EXPECT_EQ(VersionOfTimelineKey(bytes), std::nullopt);
    EXPECT_FALSE(ParsePartitionKey(bytes).has_value());
  }
  EXPECT_EQ(VersionOfTimelineKey(TimelineKey("c", Version{1}) + "x"), std::nullopt);
  EXPECT_FALSE(ParsePartitionKey(std::string("p\x02\0\0\0\0", 6)).has_value());
  EXPECT_FALSE(ParsePartitionKey(std::string("p\x01\xff\0\0\0", 6)).has_value());
}

TEST(PrefixEnd, IsTheFirstKeyBeyondThePrefix) {
  EXPECT_EQ(PrefixEnd("ab"), "ac");
  EXPECT_EQ(PrefixEnd("a\xff\xff"), "b");
  EXPECT_EQ(PrefixEnd(""), "");
  EXPECT_EQ(PrefixEnd("\xff\xff"), "");
}

}  // namespace
}  // namespace whistle::projection
