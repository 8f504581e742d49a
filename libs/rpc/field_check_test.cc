#include "libs/rpc/field_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "libs/rpc/status_table.h"
#include "libs/rpc/testing/echo.pb.h"

namespace whistle::rpc {
namespace {

using testing::EchoRequest;
using ::testing::HasSubstr;
using ::testing::Not;

// The path that a refusal names, "" if there is none.
std::string Offender(const EchoRequest& request) {
  const absl::Status status = CheckFields(request);
  if (status.ok()) return "";
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(DetailOf(status).has_value());
  EXPECT_THAT(std::string(status.message()), ::testing::StartsWith(DetailOf(status)->subject() + ": "));
  return DetailOf(status)->subject();
}

TEST(CheckFields, AcceptsARequestThatIsCleanAtEveryDepth) {
  EchoRequest request;
  request.set_text("十二年没有通气\n第二行");
  request.add_statements()->add_parts()->set_text("ok");
  request.mutable_at()->set_seconds(1626220800);
  request.add_tags("");
  request.set_blob("\xFF\x00\x1b");
  (*request.mutable_labels())["a"] = "b";
  EXPECT_EQ(Offender(request), "");
  EXPECT_EQ(Offender(EchoRequest()), "");
}

TEST(CheckFields, NamesTheFieldAndTheIndexOfABadText) {
  EchoRequest request;
  request.set_text("a\x1b[31m");
  EXPECT_EQ(Offender(request), "text");
  request.clear_text();
  request.add_tags("fine");
  request.add_tags("right-to-left \u202E override");
  EXPECT_EQ(Offender(request), "tags[1]");
  request.clear_tags();
  request.set_word("zero\u200Bwidth");
  EXPECT_EQ(Offender(request), "word");
}

TEST(CheckFields, NamesTheWholePathOfANestedField) {
  EchoRequest request;
  for (int i = 0; i < 3; ++i) request.add_statements()->set_text("fine");
  request.mutable_statements(2)->add_parts()->set_text(std::string("nul \0 byte", 10));
  EXPECT_EQ(Offender(request), "statements[2].parts[0].text");
}

TEST(CheckFields, RefusesBytesThatAreNotUtf8AndNeverQuotesThem) {
  EchoRequest request;
  request.set_text("secret\xC3(");
  EXPECT_EQ(Offender(request), "text");
  EXPECT_THAT(std::string(CheckFields(request).message()), Not(HasSubstr("secret")));
}

TEST(CheckFields, LooksIntoMaps) {
  EchoRequest request;
  (*request.mutable_labels())["a"] = "\u2028";
  EXPECT_EQ(Offender(request), "labels[0].value");
}

TEST(CheckFields, ATextAtTheLimitPassesAndOneByteMoreDoesNot) {
  EchoRequest request;
  request.set_text(std::string(kAnyTextBytesMax, 'x'));
  EXPECT_EQ(Offender(request), "");
  request.set_text(std::string(kAnyTextBytesMax + 1, 'x'));
  EXPECT_EQ(Offender(request), "text");
}

TEST(CheckFields, RefusesTimesOutOfRangeWhereverTheyAre) {
  EchoRequest request;
  request.mutable_at()->set_seconds(-2208988800);
  EXPECT_EQ(Offender(request), "");
  request.mutable_at()->set_seconds(-2208988801);
  EXPECT_EQ(Offender(request), "at");
  request.mutable_at()->set_seconds(253402300799);
  EXPECT_EQ(Offender(request), "");
  request.mutable_at()->set_seconds(253402300800);
  EXPECT_EQ(Offender(request), "at");
  request.clear_at();
  request.add_statements()->mutable_at()->set_nanos(-1);
  EXPECT_EQ(Offender(request), "statements[0].at");
}

}  // namespace
}  // namespace whistle::rpc
