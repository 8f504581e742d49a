#include "libs/domain/terms.h"

#include "gtest/gtest.h"
#include "libs/base/time.h"

namespace whistle::domain {
namespace {

registry::v1::Term Term(int count, registry::v1::TermUnit unit) {
  registry::v1::Term term;
  term.set_count(count);
  term.set_unit(unit);
  return term;
}

std::string DueText(const common::v1::DueDate& due) { return base::TimeText(base::FromProto(due.due_at())); }

const absl::Time kStart = *base::TimeFromText("2021-02-27T09:30:00Z");

// The Chinese New Year of 2021 and one day that is worked for it; 2022 is not known.
registry::Calendar China() {
  registry::v1::Calendar calendar;
  calendar.set_title("China");
  calendar.set_utc_offset("+08:00");
  auto& year = *calendar.add_years();
  year.set_year(2021);
  for (const char* day : {"2021-02-11", "2021-02-12", "2021-02-15", "2021-02-16", "2021-02-17"}) year.add_days_off(day);
  year.add_workdays("2021-02-20");
  return registry::Calendar(calendar, 9);
}

class TermsTest : public ::testing::Test {
 protected:
  common::v1::DueDate Due(absl::Time start, const registry::v1::Term& term, absl::string_view rule) {
    return DueFrom(start, term, rule, {calendar_, 7, 70});
  }

  const registry::Calendar calendar_ = China();
};

TEST_F(TermsTest, ADayEndsAtMidnightInTheCalendarsZoneAndTheDayOfTheActDoesNotCount) {
  const auto due = Due(kStart, Term(5, registry::v1::TERM_UNIT_CALENDAR_DAYS), "response");
  EXPECT_EQ(DueText(due), "2021-03-04T16:00:00Z");
  EXPECT_EQ(due.last_day(), "2021-03-04");
  EXPECT_EQ(due.rule(), "response");
  EXPECT_EQ(due.days(), 5);
  EXPECT_FALSE(due.working_days());
  EXPECT_EQ(due.registry_version(), 7u);
  EXPECT_EQ(due.calendar_version(), 9u);
  EXPECT_EQ(base::FromProto(due.counted_from()), kStart);
}

TEST_F(TermsTest, WorkingDaysPassOverHolidaysAndTakeMakeUpDays) {
  const absl::Time wednesday = *base::TimeFromText("2021-02-10T10:00:00+08:00");
  const auto due = Due(wednesday, Term(3, registry::v1::TERM_UNIT_WORKING_DAYS), "response");
  // Thursday 18th, Friday 19th, and Saturday 20th, which is worked.
  EXPECT_EQ(due.last_day(), "2021-02-20");
  EXPECT_TRUE(due.working_days());
  EXPECT_TRUE(due.years_without_calendar().empty());
}

TEST_F(TermsTest, AYearWithoutACalendarIsNamed) {
  const absl::Time december = *base::TimeFromText("2021-12-31T10:00:00+08:00");
  const auto due = Due(december, Term(1, registry::v1::TERM_UNIT_WORKING_DAYS), "response");
  EXPECT_EQ(due.last_day(), "2022-01-03");
  ASSERT_EQ(due.years_without_calendar_size(), 1);
  EXPECT_EQ(due.years_without_calendar(0), 2022);
}

TEST_F(TermsTest, HoursAreHoursAndNoDays) {
  const auto due = Due(kStart, Term(2, registry::v1::TERM_UNIT_HOURS), "whistle_emergency");
  EXPECT_EQ(DueText(due), "2021-02-27T11:30:00Z");
  EXPECT_EQ(due.days(), 0);
  EXPECT_EQ(due.hours(), 2);
  EXPECT_EQ(due.last_day(), "");
}

TEST_F(TermsTest, TheWarningComesAtThePolicysShareOfTheTime) {
  const auto due = Due(kStart, Term(10, registry::v1::TERM_UNIT_HOURS), "whistle_emergency");
  EXPECT_EQ(base::FromProto(due.warn_at()), kStart + absl::Hours(7));
  EXPECT_FALSE(DueFrom(kStart, Term(10, registry::v1::TERM_UNIT_HOURS), "x", {calendar_, 7, 0}).has_warn_at());
}

TEST_F(TermsTest, ARuleThatIsSwitchedOffGivesNoDate) {
  registry::v1::Term term = Term(5, registry::v1::TERM_UNIT_CALENDAR_DAYS);
  term.set_off(true);
  const auto due = Due(kStart, term, "response");
  EXPECT_FALSE(due.has_due_at());
  EXPECT_FALSE(due.has_warn_at());
  EXPECT_EQ(due.rule(), "response");
  EXPECT_FALSE(HasPassed(due, base::LatestTime()));
  EXPECT_EQ(EndOfTerm(kStart, term, calendar_), absl::InfiniteFuture());
}

TEST_F(TermsTest, NoDateLeavesTheCalendar) {
  const auto due = Due(base::LatestTime(), Term(3650, registry::v1::TERM_UNIT_CALENDAR_DAYS), "handling");
  EXPECT_TRUE(base::CheckTimestamp(due.due_at(), "due_at").ok());
}

TEST_F(TermsTest, ADateThatAPersonNamedSaysSoAndWarnsToo) {
  const auto due = DueGiven(kStart, kStart + absl::Hours(100), {calendar_, 7, 70});
  EXPECT_EQ(due.rule(), "given");
  EXPECT_EQ(base::FromProto(due.due_at()), kStart + absl::Hours(100));
  EXPECT_EQ(base::FromProto(due.warn_at()), kStart + absl::Hours(70));
}

TEST_F(TermsTest, AnExtensionsDaysFollowTheLastDayOfTheDateThatItPutsOff) {
  const auto before = Due(kStart, Term(5, registry::v1::TERM_UNIT_CALENDAR_DAYS), "response");
  const auto after = DueAfter(before, Term(3, registry::v1::TERM_UNIT_CALENDAR_DAYS), "longer", {calendar_, 7, 70});
  EXPECT_EQ(before.last_day(), "2021-03-04");
  EXPECT_EQ(after.last_day(), "2021-03-07");
  EXPECT_EQ(base::FromProto(after.counted_from()), base::FromProto(before.due_at()));
  EXPECT_EQ(base::FromProto(after.warn_at()), base::FromProto(before.due_at()) + absl::Hours(72) / 10 * 7);
  // Thursday's end, and three days of work: Friday, Monday, Tuesday.
  EXPECT_EQ(DueAfter(before, Term(3, registry::v1::TERM_UNIT_WORKING_DAYS), "longer", {calendar_, 7, 70}).last_day(),
            "2021-03-09");
}

TEST_F(TermsTest, AnExtensionOfAGivenDateCountsFromItsDayOrItsHour) {
  const absl::Time noon = *base::TimeFromText("2021-03-04T12:00:00+08:00");
  const auto before = DueGiven(kStart, noon, {calendar_, 7, 70});
  EXPECT_EQ(DueAfter(before, Term(1, registry::v1::TERM_UNIT_CALENDAR_DAYS), "longer", {calendar_, 7, 70}).last_day(),
            "2021-03-05");
  EXPECT_EQ(DueText(DueAfter(before, Term(2, registry::v1::TERM_UNIT_HOURS), "longer", {calendar_, 7, 70})),
            base::TimeText(noon + absl::Hours(2)));
}

TEST_F(TermsTest, TermsReadAsPeopleSayThem) {
  EXPECT_EQ(TermText(Term(1, registry::v1::TERM_UNIT_CALENDAR_DAYS)), "1 calendar day");
  EXPECT_EQ(TermText(Term(30, registry::v1::TERM_UNIT_CALENDAR_DAYS)), "30 calendar days");
  EXPECT_EQ(TermText(Term(5, registry::v1::TERM_UNIT_WORKING_DAYS)), "5 working days");
  EXPECT_EQ(TermText(Term(2, registry::v1::TERM_UNIT_HOURS)), "2 hours");
}

TEST_F(TermsTest, ADateIsCountedAgainByTheRuleItWasSetUnder) {
  const absl::Time later = kStart + absl::Hours(24);
  auto due = Due(kStart, Term(5, registry::v1::TERM_UNIT_CALENDAR_DAYS), "response");
  due.set_registry_version(3);
  const auto again = CountedAgain(due, later, {calendar_, 7, 70});
  EXPECT_EQ(again.last_day(), "2021-03-05");
  EXPECT_EQ(again.rule(), "response");
  EXPECT_EQ(again.registry_version(), 3u);
  EXPECT_EQ(base::FromProto(again.counted_from()), later);
  const auto working = Due(kStart, Term(2, registry::v1::TERM_UNIT_WORKING_DAYS), "response");
  EXPECT_EQ(CountedAgain(working, kStart, {calendar_, 7, 70}).SerializeAsString(), working.SerializeAsString());
  const auto hours = Due(kStart, Term(2, registry::v1::TERM_UNIT_HOURS), "whistle_emergency");
  EXPECT_EQ(DueText(CountedAgain(hours, later, {calendar_, 7, 70})), base::TimeText(later + absl::Hours(2)));
}

TEST_F(TermsTest, AGivenDateStaysWhereItIsAndItsWarningFollows) {
  const auto due = DueGiven(kStart, kStart + absl::Hours(100), {calendar_, 7, 70});
  const auto again = CountedAgain(due, kStart + absl::Hours(50), {calendar_, 7, 70});
  EXPECT_EQ(DueText(again), DueText(due));
  EXPECT_EQ(base::FromProto(again.warn_at()), kStart + absl::Hours(85));
}

TEST_F(TermsTest, WhatHasNoDateGetsNoneByCountingAgain) {
  auto off = Term(5, registry::v1::TERM_UNIT_CALENDAR_DAYS);
  off.set_off(true);
  EXPECT_FALSE(CountedAgain(Due(kStart, off, "response"), kStart, {calendar_, 7, 70}).has_due_at());
}

}  // namespace
}  // namespace whistle::domain
