#include <string>

#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/clock.h"
#include "libs/base/hash.h"
#include "libs/base/text.h"
#include "libs/base/time.h"

namespace whistle::base {
namespace {

using ::testing::HasSubstr;

TEST(Sha256Test, MatchesThePublishedVector) {
  // FIPS 180-2, appendix B.1.
  EXPECT_EQ(Sha256("abc").ToHex(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Sha256Test, PartsHashLikeTheirConcatenation) { EXPECT_EQ(Sha256({"ab", "", "c"}), Sha256("abc")); }

TEST(DigestTest, AcceptsThirtyTwoBytesOnly) {
  EXPECT_TRUE(Digest::FromBytes(std::string(32, 'x')).has_value());
  EXPECT_FALSE(Digest::FromBytes(std::string(31, 'x')).has_value());
  EXPECT_FALSE(Digest::FromBytes("").has_value());
}

TEST(CheckTextTest, TakesChineseAndLineBreaks) {
  EXPECT_TRUE(CheckText("十九号楼没有天然气\nsince 2009", "text", {}).ok());
}

TEST(CheckTextTest, RefusesEmptyBlankAndOverlong) {
  EXPECT_THAT(CheckText("", "text", {}).message(), HasSubstr("text: must not be empty"));
  EXPECT_THAT(CheckText(" \n ", "text", {}).message(), HasSubstr("must not be empty"));
  EXPECT_TRUE(CheckText(std::string(2000, 'a'), "text", {}).ok());
  EXPECT_THAT(CheckText(std::string(2001, 'a'), "text", {}).message(), HasSubstr("at most 2000 bytes"));
}

TEST(CheckTextTest, RefusesWhatIsNotUtf8) {
  for (const char* bad : {"\xC0\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80", "a\x80", "\xE5\x8D"}) {
    EXPECT_THAT(CheckText(bad, "text", {}).message(), HasSubstr("not valid UTF-8")) << bad;
  }
}

TEST(CheckTextTest, RefusesControlBidiAndHiddenCharacters) {
  EXPECT_THAT(CheckText("a\x01", "text", {}).message(), HasSubstr("control character U+0001 at byte 1"));
  EXPECT_THAT(CheckText("a\u202E", "text", {}).message(), HasSubstr("bidirectional control U+202E"));
  EXPECT_THAT(CheckText("a\u200B", "text", {}).message(), HasSubstr("hidden character U+200B"));
}

TEST(CheckIdentifierTest, AllowsItsAlphabetUpToTheLimit) {
  EXPECT_TRUE(CheckIdentifier("hotline-2021.07:A_1", "request_id").ok());
  EXPECT_TRUE(CheckIdentifier(std::string(128, 'a'), "request_id").ok());
  EXPECT_FALSE(CheckIdentifier(std::string(129, 'a'), "request_id").ok());
  EXPECT_FALSE(CheckIdentifier("a b", "request_id").ok());
  EXPECT_FALSE(CheckIdentifier("", "request_id").ok());
}

TEST(TimeTest, RoundTripsThroughProto) {
  const absl::Time time = absl::FromUnixMillis(-1234567);
  EXPECT_EQ(FromProto(ToProto(time)), time);
  EXPECT_GE(ToProto(time).nanos(), 0);
}

TEST(TimeTest, KnowsItsRange) {
  EXPECT_TRUE(CheckTimestamp(ToProto(EarliestTime()), "occurred_at").ok());
  EXPECT_TRUE(CheckTimestamp(ToProto(LatestTime()), "occurred_at").ok());
  EXPECT_THAT(CheckTimestamp(ToProto(LatestTime() + absl::Seconds(1)), "occurred_at").message(),
              HasSubstr("occurred_at: must be from 1900-01-01 to 9999-12-31"));
  EXPECT_FALSE(CheckTimestamp(ToProto(EarliestTime() - absl::Seconds(1)), "occurred_at").ok());
}

TEST(TimeTest, ParsesWhatItFormats) {
  for (const char* text : {"2021-07-14T09:30:00Z", "2021-07-14T09:30:00.25Z"}) {
    EXPECT_EQ(TimeText(*TimeFromText(text)), text);
  }
  EXPECT_EQ(TimeText(*TimeFromText("2021-07-14")), "2021-07-14T00:00:00Z");
  EXPECT_FALSE(TimeFromText("last summer").ok());
}

TEST(VirtualClockTest, MovesOnlyForward) {
  VirtualClock clock(absl::FromUnixSeconds(100));
  clock.AdvanceTo(absl::FromUnixSeconds(200));
  clock.AdvanceTo(absl::FromUnixSeconds(150));
  EXPECT_EQ(clock.Now(), absl::FromUnixSeconds(200));
}

}  // namespace
}  // namespace whistle::base
