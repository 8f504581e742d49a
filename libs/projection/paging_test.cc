#include "libs/projection/paging.h"

#include <string>

#include "absl/strings/escaping.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace whistle::projection {
namespace {

using testing::HasSubstr;

common::v1::Page Sized(int size) {
  common::v1::Page page;
  page.set_size(size);
  return page;
}

void ExpectRefusedNamingTheToken(const absl::StatusOr<std::string>& cursor) {
  ASSERT_EQ(cursor.status().code(), absl::StatusCode::kInvalidArgument) << cursor.status();
  EXPECT_THAT(std::string(cursor.status().message()), HasSubstr("page.token"));
}

TEST(PageSize, ZeroMeansTheDefault) { EXPECT_EQ(PageSize(Sized(0)).value(), 100); }

TEST(PageSize, OneToFiveHundredIsTakenAsSaid) {
  for (const int size : {1, 2, 499, 500}) EXPECT_EQ(PageSize(Sized(size)).value(), size);
}

TEST(PageSize, BeyondTheLimitIsRefusedNamingTheFieldAndWhatWasFound) {
  for (const int size : {-1, 501, -2147483647}) {
    const absl::Status status = PageSize(Sized(size)).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(status.message()), HasSubstr("page.size"));
    EXPECT_THAT(std::string(status.message()), HasSubstr(std::to_string(size)));
  }
}

TEST(PageToken, GivesItsCursorBackToTheSameQuery) {
  const std::string cursor("key\0\xff\x01", 6);
  const std::string token = EncodeToken("query", cursor);
  EXPECT_EQ(DecodeToken("query", token).value(), cursor);
  EXPECT_EQ(DecodeToken("query", token).value(), cursor);
}

TEST(PageToken, CanStandInAnAddress) {
  EXPECT_THAT(EncodeToken("query", std::string(200, '\xfb')), testing::MatchesRegex("[A-Za-z0-9_-]+"));
}

TEST(PageToken, NoCursorIsNoTokenAndNoTokenIsTheStart) {
  EXPECT_EQ(EncodeToken("query", ""), "");
  EXPECT_EQ(DecodeToken("query", "").value(), "");
}

TEST(PageToken, OfAnotherQueryIsRefused) {
  ExpectRefusedNamingTheToken(DecodeToken("another", EncodeToken("query", "cursor")));
  ExpectRefusedNamingTheToken(DecodeToken("", EncodeToken("query", "cursor")));
}

TEST(PageToken, NoByteMovesBetweenQueryAndCursorUnseen) {
  ExpectRefusedNamingTheToken(DecodeToken("queryc", EncodeToken("query", "cursor")));
  EXPECT_NE(EncodeToken("ab", "c"), EncodeToken("a", "bc"));
}

TEST(PageToken, WithAnyCharacterChangedIsRefused) {
  const std::string token = EncodeToken("query", "cursor");
  for (size_t i = 0; i < token.size(); ++i) {
    std::string changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    ExpectRefusedNamingTheToken(DecodeToken("query", changed));
  }
}

TEST(PageToken, CutOrLengthenedIsRefused) {
  const std::string token = EncodeToken("query", "cursor");
  for (size_t size = 1; size < token.size(); ++size) {
    ExpectRefusedNamingTheToken(DecodeToken("query", token.substr(0, size)));
  }
  for (const char* tail : {"A", "AAAA", "=", " ", "\n"})
    ExpectRefusedNamingTheToken(DecodeToken("query", token + tail));
}

TEST(PageToken, GarbageIsRefused) {
  for (const char* garbage : {"x", "????", "not a token", "////", "\xff\xfe"}) {
    ExpectRefusedNamingTheToken(DecodeToken("query", garbage));
  }
  ExpectRefusedNamingTheToken(DecodeToken("query", absl::WebSafeBase64Escape(std::string(16, 'x'))));
  ExpectRefusedNamingTheToken(DecodeToken("query", std::string(100'000, 'A')));
}

}  // namespace
}  // namespace whistle::projection
