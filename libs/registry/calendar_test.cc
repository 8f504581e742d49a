#include "libs/registry/calendar.h"

#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rapidcheck.h"
#include "rapidcheck/gtest.h"

namespace whistle::registry {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

v1::Calendar NewYearOf2024() {
  v1::Calendar calendar;
  calendar.set_title("China");
  calendar.set_utc_offset("+08:00");
  auto& year = *calendar.add_years();
  year.set_year(2024);
  year.set_source("notice");
  for (const char* day : {"2024-02-12", "2024-02-13", "2024-02-14", "2024-02-15", "2024-02-16"}) year.add_days_off(day);
  year.add_workdays("2024-02-04");
  year.add_workdays("2024-02-18");
  return calendar;
}

absl::Time At(const std::string& text) {
  absl::Time time;
  std::string error;
  EXPECT_TRUE(absl::ParseTime(absl::RFC3339_full, text, &time, &error)) << text << ": " << error;
  return time;
}

TEST(CalendarTest, ADayEndsAtMidnightInItsZone) {
  const Calendar calendar(NewYearOf2024(), 3);
  EXPECT_EQ(calendar.DayOf(At("2024-02-04T15:59:59.999Z")), absl::CivilDay(2024, 2, 4));
  EXPECT_EQ(calendar.DayOf(At("2024-02-04T16:00:00Z")), absl::CivilDay(2024, 2, 5));
  EXPECT_EQ(calendar.EndOf(absl::CivilDay(2024, 2, 4)), At("2024-02-05T00:00:00+08:00"));
  EXPECT_EQ(calendar.version(), 3u);
}

TEST(CalendarTest, HolidaysAreOffAndMakeUpDaysAreWorked) {
  const Calendar calendar(NewYearOf2024(), 3);
  EXPECT_TRUE(calendar.IsWorkingDay(absl::CivilDay(2024, 2, 4)));    // a Sunday
  EXPECT_FALSE(calendar.IsWorkingDay(absl::CivilDay(2024, 2, 11)));  // a Sunday
  EXPECT_FALSE(calendar.IsWorkingDay(absl::CivilDay(2024, 2, 12)));  // a Monday
  EXPECT_TRUE(calendar.IsWorkingDay(absl::CivilDay(2024, 2, 19)));   // a Monday
}

TEST(CalendarTest, TheHourOfTheActDoesNotMatter) {
  const Calendar calendar(NewYearOf2024(), 3);
  const absl::Time end = At("2024-02-20T00:00:00+08:00");
  for (const char* start : {"2024-02-08T00:00:00+08:00", "2024-02-08T23:59:59+08:00"}) {
    // Friday the 9th, Sunday the 18th, Monday the 19th.
    EXPECT_EQ(calendar.EndOfTerm(At(start), 3, DayKind::kWorking).at, end) << start;
  }
  EXPECT_EQ(calendar.EndOfTerm(At("2024-02-08T12:00:00+08:00"), 3, DayKind::kCalendar).at,
            At("2024-02-12T00:00:00+08:00"));
}

TEST(CalendarTest, YearsThatItDoesNotKnowAreNamedAndHaveWeekends) {
  const Calendar calendar(NewYearOf2024(), 3);
  const auto end = calendar.EndOfTerm(At("2024-12-30T10:00:00+08:00"), 300, DayKind::kWorking);
  EXPECT_THAT(end.years_unknown, ElementsAre(2025, 2026));
  EXPECT_THAT(calendar.EndOfTerm(At("2024-12-30T10:00:00+08:00"), 1, DayKind::kWorking).years_unknown, IsEmpty());
  EXPECT_THAT(calendar.EndOfTerm(At("2024-12-30T10:00:00+08:00"), 300, DayKind::kCalendar).years_unknown, IsEmpty());
  EXPECT_FALSE(calendar.IsWorkingDay(absl::CivilDay(2025, 1, 4)));
  EXPECT_TRUE(calendar.IsWorkingDay(absl::CivilDay(2025, 1, 1)));
}

TEST(CalendarTest, WithoutACalendarWeekendsAloneAreOffAndDaysEndAtMidnightUtc) {
  const Calendar none;
  EXPECT_EQ(none.version(), 0u);
  EXPECT_EQ(none.EndOfTerm(At("2024-02-09T10:00:00Z"), 1, DayKind::kWorking).at, At("2024-02-13T00:00:00Z"));
}

TEST(CalendarTest, DaysAreOverWhenTheyHaveEnded) {
  const Calendar calendar(NewYearOf2024(), 3);
  const absl::Time from = At("2024-02-08T10:00:00+08:00");
  EXPECT_EQ(calendar.DaysOver(from, At("2024-02-09T23:59:59+08:00"), DayKind::kWorking), 0);
  EXPECT_EQ(calendar.DaysOver(from, At("2024-02-10T00:00:00+08:00"), DayKind::kWorking), 1);
  EXPECT_EQ(calendar.DaysOver(from, At("2024-02-18T23:00:00+08:00"), DayKind::kWorking), 1);
  EXPECT_EQ(calendar.DaysOver(from, At("2024-02-19T00:00:00+08:00"), DayKind::kWorking), 2);
  EXPECT_EQ(calendar.DaysOver(from, At("2024-02-19T00:00:00+08:00"), DayKind::kCalendar), 10);
  EXPECT_EQ(calendar.DaysOver(from, from - absl::Hours(100), DayKind::kCalendar), 0);
}

TEST(CalendarTest, OnlyDaysThatThereAreWrittenInFullAreDays) {
  EXPECT_EQ(ParseDay("2024-02-29"), absl::CivilDay(2024, 2, 29));
  for (const char* text : {"", "2023-02-29", "2024-02-30", "2024-13-01", "2024-00-10", "2024-01-00", "2024-2-1",
                           "2024-02-4 ", " 024-02-04", "-024-02-04", "+024-02-04", "2024-+2-04", "2024-02-+4",
                           "2024-02- 4", "2024/02/04", "24-02-2004", "2024-02-04T00"}) {
    EXPECT_FALSE(ParseDay(text)) << text;
  }
}

TEST(CalendarTest, OnlyOffsetsAreZones) {
  EXPECT_TRUE(ParseUtcOffset("+08:00"));
  EXPECT_TRUE(ParseUtcOffset("-09:30"));
  EXPECT_TRUE(ParseUtcOffset("+14:00"));
  for (const char* text :
       {"", "8", "+8:00", "+08", "08:00", "+15:00", "+14:30", "+08:15", "+08:61", "Asia/Shanghai", "+0a:00"}) {
    EXPECT_FALSE(ParseUtcOffset(text)) << text;
  }
}

// A random calendar of 2019 to 2022: about every tenth day is not as its day of the week says.
Calendar RandomCalendar() {
  v1::Calendar calendar;
  calendar.set_title("random");
  calendar.set_utc_offset(*rc::gen::element<std::string>("+08:00", "-05:00", "+05:45", "+00:00"));
  for (int year = 2019; year <= 2022; ++year) {
    auto& one = *calendar.add_years();
    one.set_year(year);
    one.set_source("random");
    for (absl::CivilDay day(year, 1, 1); day.year() == year; ++day) {
      if (*rc::gen::inRange(0, 10) != 0) continue;
      const absl::Weekday weekday = absl::GetWeekday(day);
      const bool weekend = weekday == absl::Weekday::saturday || weekday == absl::Weekday::sunday;
      (weekend ? one.add_workdays() : one.add_days_off())->assign(absl::FormatCivilTime(day));
    }
  }
  RC_ASSERT(!FindFault(calendar));
  return Calendar(calendar, 1);
}

absl::Time RandomTime() {
  return absl::FromUnixMillis(*rc::gen::inRange<int64_t>(1546300800000, 1672444800000));  // 2019-01-01 to 2022-12-31
}

// Day by day, asking nothing but whether a day is worked.
absl::CivilDay LastDaySlowly(const Calendar& calendar, absl::Time start, int count) {
  absl::CivilDay day = absl::ToCivilDay(start, calendar.zone());
  for (int passed = 0; passed < count;) {
    day = absl::CivilDay(day.year(), day.month(), day.day() + 1);
    if (calendar.IsWorkingDay(day)) passed = passed + 1;
  }
  return day;
}

RC_GTEST_PROP(CalendarProperty, ATermNeverEndsOnADayOff, ()) {
  const Calendar calendar = RandomCalendar();
  const absl::Time start = RandomTime();
  const auto end = calendar.EndOfTerm(start, *rc::gen::inRange(1, 400), DayKind::kWorking);
  RC_ASSERT(calendar.IsWorkingDay(calendar.DayOf(end.at - absl::Milliseconds(1))));
  // And at midnight.
  RC_ASSERT(absl::FromCivil(calendar.DayOf(end.at), calendar.zone()) == end.at);
}

RC_GTEST_PROP(CalendarProperty, ALongerTermEndsLaterAndALaterStartNeverEarlier, ()) {
  const Calendar calendar = RandomCalendar();
  const absl::Time start = RandomTime();
  const absl::Time later = start + absl::Milliseconds(*rc::gen::inRange<int64_t>(0, int64_t{40} * 86400000));
  const int count = *rc::gen::inRange(1, 300);
  for (const DayKind kind : {DayKind::kCalendar, DayKind::kWorking}) {
    RC_ASSERT(calendar.EndOfTerm(start, count, kind).at < calendar.EndOfTerm(start, count + 1, kind).at);
    RC_ASSERT(calendar.EndOfTerm(start, count, kind).at <= calendar.EndOfTerm(later, count, kind).at);
    RC_ASSERT(calendar.EndOfTerm(start, count, kind).at > start);
  }
}

RC_GTEST_PROP(CalendarProperty, ATermIsWhatCountingDayByDayComesTo, ()) {
  const Calendar calendar = RandomCalendar();
  const absl::Time start = RandomTime();
  const int count = *rc::gen::inRange(1, 400);
  const absl::CivilDay last = LastDaySlowly(calendar, start, count);
  RC_ASSERT(calendar.EndOfTerm(start, count, DayKind::kWorking).at == absl::FromCivil(last + 1, calendar.zone()));
}

RC_GTEST_PROP(CalendarProperty, CalendarDaysSkipNoneAndNameNoYear, ()) {
  const Calendar calendar = RandomCalendar();
  const absl::Time start = RandomTime();
  const int count = *rc::gen::inRange(1, 3650);
  const auto end = calendar.EndOfTerm(start, count, DayKind::kCalendar);
  RC_ASSERT(end.at == absl::FromCivil(calendar.DayOf(start), calendar.zone()) + absl::Hours(24) * (count + 1));
  RC_ASSERT(end.years_unknown.empty());
}

RC_GTEST_PROP(CalendarProperty, YearsUnknownAreThoseOnTheWayThatItDoesNotHold, ()) {
  const Calendar calendar = RandomCalendar();
  const absl::Time start = RandomTime();
  const auto end = calendar.EndOfTerm(start, *rc::gen::inRange(1, 1500), DayKind::kWorking);
  const absl::CivilDay last = calendar.DayOf(end.at) - 1;
  std::vector<int> unknown;
  for (absl::CivilYear year = absl::CivilYear(calendar.DayOf(start) + 1); year <= absl::CivilYear(last); ++year) {
    if (year.year() < 2019 || year.year() > 2022) unknown.push_back(static_cast<int>(year.year()));
  }
  RC_ASSERT(end.years_unknown == unknown);
}

RC_GTEST_PROP(CalendarProperty, DaysOverUndoesATerm, ()) {
  const Calendar calendar = RandomCalendar();
  const absl::Time start = RandomTime();
  const int count = *rc::gen::inRange(1, 400);
  for (const DayKind kind : {DayKind::kCalendar, DayKind::kWorking}) {
    const absl::Time end = calendar.EndOfTerm(start, count, kind).at;
    RC_ASSERT(calendar.DaysOver(start, end, kind) == count);
    RC_ASSERT(calendar.DaysOver(start, end - absl::Milliseconds(1), kind) == count - 1);
  }
}

}  // namespace
}  // namespace whistle::registry
