#include "libs/telemetry/log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_split.h"

namespace whistle::telemetry {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

// 2026-01-02T03:04:05.678Z.
const absl::Time kNow = absl::FromUnixMillis(1767323045678);

class LogTest : public ::testing::Test {
 protected:
  Logger Make(LogFormat format, LogLevel level = LogLevel::kInfo) {
    return Logger({.service = "intake", .level = level, .format = format, .stream = &out_, .clock = &clock_});
  }

  std::ostringstream out_;
  base::VirtualClock clock_{kNow};
};

TEST_F(LogTest, WritesOneLogfmtLineAnEvent) {
  Make(LogFormat::kLogfmt)
      .Info("case_registered",
            {{"case_id", "c-1"}, {"version", 1}, {"took_ms", absl::Microseconds(12500)}, {"replayed", false}});
  EXPECT_EQ(
      out_.str(),
      "ts=2026-01-02T03:04:05.678Z level=info service=intake msg=case_registered case_id=c-1 version=1 took_ms=12.5 "
      "replayed=false\n");
}

TEST_F(LogTest, WritesTheSameAsOneJsonObjectALine) {
  Make(LogFormat::kJson)
      .Warning("partition_halted", {{"partition", 3u}, {"at", kNow}, {"status", absl::DataLossError("a \"b\"")}});
  EXPECT_EQ(
      out_.str(),
      R"({"ts":"2026-01-02T03:04:05.678Z","level":"warning","service":"intake","msg":"partition_halted","partition":3,)"
      R"("at":"2026-01-02T03:04:05.678Z","status":"DATA_LOSS: a \"b\""})"
      "\n");
}

TEST_F(LogTest, AValueCannotBeginALineOrSteerATerminal) {
  for (const LogFormat format : {LogFormat::kLogfmt, LogFormat::kJson}) {
    out_.str("");
    Make(format).Info("event", {{"value", "a\nlevel=error msg=forged \x1b[31m \"x\" \\"}});
    EXPECT_EQ(absl::StrSplit(out_.str(), '\n').operator std::vector<std::string>().size(), 2u);
    EXPECT_THAT(out_.str(), HasSubstr(R"("a\nlevel=error msg=forged \u001b[31m \"x\" \\")"));
  }
}

TEST_F(LogTest, AnEmptyValueIsQuoted) {
  Make(LogFormat::kLogfmt).Info("event", {{"value", ""}});
  EXPECT_THAT(out_.str(), EndsWith(" value=\"\"\n"));
}

TEST_F(LogTest, ALongValueIsCutAtTheLimitBetweenCodePoints) {
  Make(LogFormat::kLogfmt).Info("event", {{"value", std::string(kLogValueBytesMax, 'a')}});
  EXPECT_THAT(out_.str(), EndsWith("a\n"));
  out_.str("");
  Make(LogFormat::kLogfmt).Info("event", {{"value", std::string(kLogValueBytesMax - 1, 'a') + "气罐"}});
  EXPECT_THAT(out_.str(), EndsWith("a…\"\n"));
  EXPECT_THAT(out_.str(), Not(HasSubstr("\xE6")));
}

TEST_F(LogTest, NumbersThatJsonCannotSayAreText) {
  Make(LogFormat::kJson).Info("event", {{"value", std::numeric_limits<double>::infinity()}});
  EXPECT_THAT(out_.str(), HasSubstr(R"("value":"inf"})"));
}

TEST_F(LogTest, BelowItsLevelNothingIsWritten) {
  const Logger log = Make(LogFormat::kLogfmt, LogLevel::kWarning);
  log.Debug("event");
  log.Info("event");
  EXPECT_EQ(out_.str(), "");
  log.Error("event");
  EXPECT_THAT(out_.str(), HasSubstr("level=error"));
}

TEST_F(LogTest, LinesOfManyThreadsAreNotTorn) {
  const Logger log = Make(LogFormat::kLogfmt);
  const Logger other = log.ForService("response");
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 250; ++i) (i % 2 == 0 ? log : other).Info("event", {{"value", "x"}});
    });
  }
  for (std::thread& thread : threads) thread.join();
  int lines = 0;
  for (const absl::string_view line : absl::StrSplit(out_.str(), '\n', absl::SkipEmpty())) {
    EXPECT_THAT(std::string(line), EndsWith(" msg=event value=x"));
    ++lines;
  }
  EXPECT_EQ(lines, 1000);
}

TEST(LogFlags, KnowTheirWordsAndListThemWhenWrong) {
  EXPECT_EQ(*LogLevelFromText("warning"), LogLevel::kWarning);
  EXPECT_EQ(*LogFormatFromText("json"), LogFormat::kJson);
  EXPECT_THAT(std::string(LogLevelFromText("loud").status().message()), HasSubstr("debug, info, warning or error"));
  EXPECT_THAT(std::string(LogFormatFromText("xml").status().message()), HasSubstr("logfmt or json"));
}

}  // namespace
}  // namespace whistle::telemetry
