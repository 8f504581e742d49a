// The calendar: which days are worked, when a day ends, and what counting days comes to. (DOMAIN: Clocks.)
//
// A term of days begins with the day after the act's own and ends when its last day ends, at midnight in the
// calendar's time zone: the act's hour does not matter. Of working days only those count that the calendar has people
// work; where it does not know a year, weekends alone are off there, and whoever counts is told so.
//
// Pure; a Calendar is immutable, and any thread may call.
#ifndef WHISTLE_LIBS_REGISTRY_CALENDAR_H_
#define WHISTLE_LIBS_REGISTRY_CALENDAR_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "libs/registry/fault.h"
#include "whistle/registry/v1/calendar.pb.h"

namespace whistle::registry {

enum class DayKind { kCalendar, kWorking };

class Calendar {
 public:
  // No calendar at all: weekends alone are off, and days end at midnight UTC.
  Calendar() : zone_(absl::UTCTimeZone()) {}
  // `version`: the registry version that adopted it. What cannot be read in it is left out; the command that adopts a
  // calendar lets nothing of that kind in.
  Calendar(const v1::Calendar& calendar, uint64_t version);

  // 0 if there is no calendar.
  uint64_t version() const { return version_; }
  absl::TimeZone zone() const { return zone_; }
  // The day that this instant lies in.
  absl::CivilDay DayOf(absl::Time time) const { return absl::ToCivilDay(time, zone_); }
  // The first instant after the day.
  absl::Time EndOf(absl::CivilDay day) const { return absl::FromCivil(day + 1, zone_); }

  bool Knows(int64_t year) const { return years_.contains(year); }
  bool IsWorkingDay(absl::CivilDay day) const;

  struct End {
    // The first instant after the last day.
    absl::Time at;
    // Years on the way, the last day's included, that the calendar does not know, in order. Only for working days.
    std::vector<int> years_unknown;
  };
  // When a term of `count` days, at least 1, that begins with an act at `start` is over.
  End EndOfTerm(absl::Time start, int count, DayKind kind) const;

  // How many days of a term that begins with an act at `from` are over at `until`: the largest n whose EndOfTerm is not
  // after it; 0 if `until` is not after `from`.
  int DaysOver(absl::Time from, absl::Time until, DayKind kind) const;

 private:
  uint64_t version_ = 0;
  absl::TimeZone zone_;
  absl::flat_hash_set<int64_t> years_;
  // Only the days that are not as their day of the week says.
  absl::flat_hash_map<absl::CivilDay, bool> worked_;
};

// What is wrong with a calendar that somebody wrote, if anything: the first fault, in the order of its fields. The one
// check that the command which adopts a calendar and the tools which read one from a file both make.
std::optional<Fault> FindFault(const v1::Calendar& calendar);

// "+08:00" as the time zone it names; nothing if it is not such an offset (hours to 14, minutes 00, 30 or 45).
std::optional<absl::TimeZone> ParseUtcOffset(absl::string_view text);

// "2024-02-04" as a day; nothing if it is not one.
std::optional<absl::CivilDay> ParseDay(absl::string_view text);

}  // namespace whistle::registry

#endif  // WHISTLE_LIBS_REGISTRY_CALENDAR_H_
