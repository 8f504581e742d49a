#include "tools/whistlectl/malformed_guide.h"

#include <set>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace whistle::whistlectl {
namespace {

using ::testing::HasSubstr;

// That these are all that the rule can give is held beside the rule (libs/engine/malformed_test.cc).
TEST(MalformedGuideTest, EveryReasonIsExplainedByATextOfItsOwn) {
  std::set<std::string> words;
  std::set<std::string> meanings;
  for (const engine::MalformedReason reason : engine::kMalformedReasons) {
    const MalformedGuide guide = GuideTo(reason);
    EXPECT_TRUE(words.insert(std::string(guide.word)).second) << guide.word;
    EXPECT_TRUE(meanings.insert(std::string(guide.meaning)).second) << guide.word;
    for (const absl::string_view text : {guide.word, guide.meaning, guide.cause, guide.remedy}) {
      EXPECT_FALSE(text.empty()) << engine::TextOf(reason);
    }
  }
}

TEST(MalformedGuideTest, AReasonIsFoundByItsWordAndByTheTextOfTheList) {
  for (const engine::MalformedReason reason : engine::kMalformedReasons) {
    const auto by_word = ParseMalformedReason(GuideTo(reason).word);
    ASSERT_TRUE(by_word.ok()) << by_word.status();
    EXPECT_EQ(*by_word, reason);
    const auto by_text = ParseMalformedReason(std::string(engine::TextOf(reason)) + "and more");
    ASSERT_TRUE(by_text.ok()) << by_text.status();
    EXPECT_EQ(*by_text, reason);
  }
}

TEST(MalformedGuideTest, AnotherWordIsAnsweredWithAllThereAre) {
  const auto reason = ParseMalformedReason("broken");
  EXPECT_FALSE(reason.ok());
  for (const engine::MalformedReason known : engine::kMalformedReasons) {
    EXPECT_THAT(std::string(reason.status().message()), HasSubstr(std::string(GuideTo(known).word)));
  }
}

}  // namespace
}  // namespace whistle::whistlectl
