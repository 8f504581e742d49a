#include "tools/whistlectl/backtest_report.h"

#include <sstream>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/time.h"

namespace whistle::whistlectl {
namespace {

using backtest::Fired;
using backtest::FiredKind;
using backtest::TwoHistories;
using ::testing::HasSubstr;

Fired Of(FiredKind kind, const std::string& rule, const std::string& organization_id, const std::string& at,
         const std::string& subject = "") {
  Fired fired{.kind = kind, .rule = rule, .subject = subject, .organization = {}, .at = *base::TimeFromText(at)};
  fired.organization.set_organization_id(organization_id);
  fired.organization.set_name("The " + organization_id);
  return fired;
}

// An answer that would have been overdue three days earlier, a finding that would never have been, and an escalation
// that never was.
TwoHistories Lamp() {
  TwoHistories lamp;
  lamp.case_id = "case-1";
  lamp.title = "A street lamp";
  lamp.then = {Of(FiredKind::kOverdue, "response", "lighting", "2021-07-06T16:00:00Z", "4.1"),
               Of(FiredKind::kFinding, "absent", "lighting", "2021-07-08T01:00:00Z")};
  lamp.would = {Of(FiredKind::kOverdue, "response", "lighting", "2021-07-03T16:00:00Z", "4.1"),
                Of(FiredKind::kEscalation, "silence", "city", "2021-07-03T16:00:00Z")};
  lamp.stood_would = {lamp.would[1]};
  lamp.rests_on = {{"9.1", "FindingAnswered", "8.1"}};
  return lamp;
}

TwoHistories Quiet() {
  TwoHistories quiet;
  quiet.case_id = "case-2";
  quiet.then = quiet.would = {Of(FiredKind::kOverdue, "response", "lighting", "2021-07-06T16:00:00Z", "4.1")};
  return quiet;
}

std::string ReportOf(const std::vector<TwoHistories>& cases, bool json) {
  std::ostringstream out;
  BacktestReport report("Two days", absl::FixedTimeZone(8 * 60 * 60), json, false, out);
  for (const TwoHistories& histories : cases) report.Add(histories);
  report.Finish();
  return out.str();
}

TEST(BacktestReportTest, TellsWhatWouldHaveFiredFirstAndHowMuchEarlierAndBeforeWhomTheCaseWouldHaveStood) {
  const std::string told = ReportOf({Lamp(), Quiet()}, false);
  EXPECT_THAT(told, HasSubstr("case case-1 A street lamp: 3 differences\n"
                              "first: overdue response of The lighting would have fired on 2021-07-04 and did on "
                              "2021-07-07: 3 days earlier\n"
                              "would have stood before The city on 2021-07-04, and never did\n"));
  EXPECT_THAT(told, ::testing::ContainsRegex(
                        "overdue +response +4.1 +lighting +2021-07-07 00:00 +2021-07-04 00:00 +3 days earlier\n"));
  EXPECT_THAT(told, ::testing::ContainsRegex("escalation +silence +city +- +2021-07-04 00:00 +did not fire\n"));
  EXPECT_THAT(told, ::testing::ContainsRegex("finding +absent +lighting +2021-07-08 09:00 +- +would not fire\n"));
  EXPECT_THAT(told, HasSubstr("1 act of persons, replayed, on what would not have happened by then: "
                              "9.1 FindingAnswered\n"));
  EXPECT_THAT(told, ::testing::ContainsRegex("overdue +response +2 +2 +1 +0 +3 days earlier\n"));
  EXPECT_THAT(told, ::testing::EndsWith("\ncases 2 · differences 3\n"));
  EXPECT_THAT(told, ::testing::Not(HasSubstr("case-2")));
}

TEST(BacktestReportTest, TellsAnEscalationOfTheSameTimeForAnotherReason) {
  TwoHistories lamp;
  lamp.then = {Of(FiredKind::kEscalation, "silence", "city", "2021-07-03T16:00:00Z")};
  lamp.would = {Of(FiredKind::kEscalation, "goalpost_moved", "city", "2021-07-03T16:00:00Z")};
  lamp.stood_then = lamp.then;
  lamp.stood_would = lamp.would;
  const std::string told = ReportOf({lamp}, false);
  EXPECT_THAT(told, HasSubstr("first: escalation to The city (goalpost_moved) would have fired on 2021-07-04 in place "
                              "of escalation to The city (silence)\n"
                              "would have stood before The city on 2021-07-04, as it did\n"));
  EXPECT_THAT(told, ::testing::ContainsRegex("escalation +silence → goalpost_moved +city +2021-07-04 00:00 +"
                                             "2021-07-04 00:00 +another reason\n"));
}

TEST(BacktestReportTest, SaysItInJsonToo) {
  EXPECT_EQ(ReportOf({Quiet()}, true),
            "{\"policy\": \"Two days\", \"cases_that_differ\": [], \"totals\": [{\"kind\": \"overdue\", \"rule\": "
            "\"response\", \"then\": 1, \"would\": 1, \"earlier\": 0, \"later\": 0, \"median_earlier_days\": null}], "
            "\"cases\": 1, \"differences\": 0}\n");
  const std::string told = ReportOf({Lamp()}, true);
  EXPECT_THAT(told, HasSubstr("{\"case_id\": \"case-1\", \"title\": \"A street lamp\", \"differences\": [{\"kind\": "
                              "\"overdue\", \"rule_then\": \"response\", \"rule_would\": \"response\", \"subject\": "
                              "\"4.1\", \"organization_id\": \"lighting\", \"then\": \"2021-07-06T16:00:00Z\", "
                              "\"would\": \"2021-07-03T16:00:00Z\", \"earlier_days\": 3.000}"));
  EXPECT_THAT(told, HasSubstr("\"stood\": {\"organization_id\": \"city\", \"then\": null, \"would\": "
                              "\"2021-07-03T16:00:00Z\"}"));
  EXPECT_THAT(told, HasSubstr("\"rests_on\": [{\"event_id\": \"9.1\", \"what\": \"FindingAnswered\", "
                              "\"missing_event_id\": \"8.1\"}]"));
}

TEST(BacktestReportTest, OfNoCasesItTellsThatThereAreNone) {
  EXPECT_EQ(ReportOf({}, false), "cases 0 · differences 0\n");
  EXPECT_EQ(ReportOf({}, true),
            "{\"policy\": \"Two days\", \"cases_that_differ\": [], \"totals\": [], \"cases\": 0, \"differences\": "
            "0}\n");
}

TEST(SpanTextTest, NamesTheLargestUnitThatThereIs) {
  EXPECT_EQ(SpanText(absl::Hours(24)), "1 day");
  EXPECT_EQ(SpanText(absl::Hours(24 * 5 + 13)), "6 days");
  EXPECT_EQ(SpanText(absl::Hours(3)), "3 hours");
  EXPECT_EQ(SpanText(absl::Minutes(12)), "12 minutes");
}

}  // namespace
}  // namespace whistle::whistlectl
