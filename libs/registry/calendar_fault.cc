#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "libs/registry/calendar.h"

namespace whistle::registry {
namespace {

using v1::CalendarYear;

constexpr int kYearsMax = 64;

std::string DayText(absl::CivilDay day) { return absl::FormatCivilTime(day); }

bool IsWeekend(absl::CivilDay day) {
  const absl::Weekday weekday = absl::GetWeekday(day);
  return weekday == absl::Weekday::saturday || weekday == absl::Weekday::sunday;
}

// One list of a year: each a day of that year, in order, each once, and not what its day of the week says anyway.
std::optional<Fault> FindDayFault(const google::protobuf::RepeatedPtrField<std::string>& days, int year, bool weekends,
                                  const std::string& path) {
  std::optional<absl::CivilDay> before;
  for (int i = 0; i < days.size(); ++i) {
    const std::string at = absl::StrCat(path, "[", i, "]");
    const auto day = ParseDay(days.Get(i));
    if (!day) return Fault{at, "a day, as \"2024-02-04\"", absl::StrCat("\"", days.Get(i), "\"")};
    if (day->year() != year) return Fault{at, absl::StrCat("a day of ", year), DayText(*day)};
    if (before && *day <= *before) {
      return Fault{at, absl::StrCat("a day after ", DayText(*before), ": in order, each once"), DayText(*day)};
    }
    if (IsWeekend(*day) != weekends) {
      return Fault{at,
                   weekends ? "a Saturday or Sunday: other days are worked anyway, leave it out"
                            : "a day from Monday to Friday: weekends are off anyway, leave it out",
                   absl::StrCat(DayText(*day), ", a ", weekends ? "weekday" : "day of the weekend")};
    }
    before = day;
  }
  return std::nullopt;
}

std::optional<Fault> FindYearFault(const CalendarYear& year, int year_before, const std::string& path) {
  if (year.year() < 1900 || year.year() > 9999) {
    return Fault{path + ".year", "1900 to 9999", year.year() == 0 ? "0 or nothing" : absl::StrCat(year.year())};
  }
  if (year.year() <= year_before) {
    return Fault{path + ".year", absl::StrCat("a year after ", year_before, ": in order, each once"),
                 absl::StrCat(year.year())};
  }
  if (auto fault = FindTextFault(year.source(), 300, path + ".source")) return fault;
  if (auto fault = FindDayFault(year.days_off(), year.year(), false, path + ".days_off")) return fault;
  return FindDayFault(year.workdays(), year.year(), true, path + ".workdays");
}

}  // namespace

std::optional<Fault> FindFault(const v1::Calendar& calendar) {
  if (auto fault = FindTextFault(calendar.title(), 100, "title")) return fault;
  if (!ParseUtcOffset(calendar.utc_offset())) {
    return Fault{"utc_offset", "an offset from UTC, as \"+08:00\", of at most 14 hours, its minutes 00, 30 or 45",
                 calendar.utc_offset().empty() ? "nothing" : absl::StrCat("\"", calendar.utc_offset(), "\"")};
  }
  if (calendar.years().empty() || calendar.years_size() > kYearsMax) {
    return Fault{"years", absl::StrCat("1 to ", kYearsMax, " years"), absl::StrCat(calendar.years_size())};
  }
  int year_before = 0;
  for (int i = 0; i < calendar.years_size(); ++i) {
    const CalendarYear& year = calendar.years(i);
    if (auto fault = FindYearFault(year, year_before, absl::StrCat("years[", i, "]"))) return fault;
    year_before = year.year();
  }
  return std::nullopt;
}

}  // namespace whistle::registry
