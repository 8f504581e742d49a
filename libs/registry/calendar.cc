#include "libs/registry/calendar.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"

namespace whistle::registry {
namespace {

bool IsWeekend(absl::CivilDay day) {
  const absl::Weekday weekday = absl::GetWeekday(day);
  return weekday == absl::Weekday::saturday || weekday == absl::Weekday::sunday;
}

}  // namespace

std::optional<absl::TimeZone> ParseUtcOffset(absl::string_view text) {
  int hours = 0;
  int minutes = 0;
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':') return std::nullopt;
  for (const int place : {1, 2, 4, 5}) {
    if (!absl::ascii_isdigit(text[place])) return std::nullopt;
  }
  if (!absl::SimpleAtoi(text.substr(1, 2), &hours) || !absl::SimpleAtoi(text.substr(4, 2), &minutes)) {
    return std::nullopt;
  }
  if (hours > 14 || (minutes != 0 && minutes != 30 && minutes != 45) || (hours == 14 && minutes != 0)) {
    return std::nullopt;
  }
  const int seconds = 3600 * hours + 60 * minutes;
  return absl::FixedTimeZone(text[0] == '-' ? -seconds : seconds);
}

std::optional<absl::CivilDay> ParseDay(absl::string_view text) {
  // Abseil takes years of any length, months of one digit, signs and spaces; a published day is written in full.
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  for (const int place : {0, 1, 2, 3, 5, 6, 8, 9}) {
    if (!absl::ascii_isdigit(text[place])) return std::nullopt;
  }
  absl::CivilDay day;
  if (!absl::ParseCivilTime(text, &day)) return std::nullopt;
  return day;
}

Calendar::Calendar(const v1::Calendar& calendar, uint64_t version)
    : version_(version), zone_(ParseUtcOffset(calendar.utc_offset()).value_or(absl::UTCTimeZone())) {
  for (const v1::CalendarYear& year : calendar.years()) {
    years_.insert(year.year());
    for (const std::string& text : year.days_off()) {
      if (const auto day = ParseDay(text)) worked_[*day] = false;
    }
    for (const std::string& text : year.workdays()) {
      if (const auto day = ParseDay(text)) worked_[*day] = true;
    }
  }
}

bool Calendar::IsWorkingDay(absl::CivilDay day) const {
  const auto published = worked_.find(day);
  return published != worked_.end() ? published->second : !IsWeekend(day);
}

Calendar::End Calendar::EndOfTerm(absl::Time start, int count, DayKind kind) const {
  absl::CivilDay day = DayOf(start);
  if (kind == DayKind::kCalendar) return {EndOf(day + count), {}};
  End end;
  while (count > 0) {
    ++day;
    if (IsWorkingDay(day)) --count;
    const int year = static_cast<int>(day.year());
    if (!Knows(year) && (end.years_unknown.empty() || end.years_unknown.back() != year)) {
      end.years_unknown.push_back(year);
    }
  }
  end.at = EndOf(day);
  return end;
}

int Calendar::DaysOver(absl::Time from, absl::Time until, DayKind kind) const {
  if (until <= from) return 0;
  // The last day that is over at `until` is the one before its own.
  const absl::CivilDay first = DayOf(from) + 1;
  const absl::CivilDay last = DayOf(until) - 1;
  if (last < first) return 0;
  if (kind == DayKind::kCalendar) return static_cast<int>(last - first) + 1;
  int days = 0;
  for (absl::CivilDay day = first; day <= last; ++day) days += IsWorkingDay(day);
  return days;
}

}  // namespace whistle::registry
