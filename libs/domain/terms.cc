#include "libs/domain/terms.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "libs/base/time.h"

namespace whistle::domain {
namespace {

using common::v1::DueDate;
using registry::Calendar;
using registry::DayKind;
using registry::v1::Term;

constexpr int kYearsNamedMax = 16;

Calendar::End EndOf(absl::Time start, const Term& term, const Calendar& calendar) {
  if (term.unit() == registry::v1::TERM_UNIT_HOURS) return {start + absl::Hours(term.count()), {}};
  const bool working = term.unit() == registry::v1::TERM_UNIT_WORKING_DAYS;
  return calendar.EndOfTerm(start, term.count(), working ? DayKind::kWorking : DayKind::kCalendar);
}

void SetWarning(absl::Time start, absl::Time due_at, const DateBasis& basis, DueDate& due) {
  if (basis.warn_percent <= 0 || due_at <= start) return;
  // Whole milliseconds, as all times are.
  const int64_t share_ms = absl::ToInt64Milliseconds((due_at - start) / 100 * basis.warn_percent);
  *due.mutable_warn_at() = base::ToProto(start + absl::Milliseconds(share_ms));
}

// The date at `end`, which is `term` from `start` on.
DueDate Counted(absl::Time start, const Calendar::End& end, const Term& term, absl::string_view rule,
                const DateBasis& basis) {
  DueDate due;
  due.set_rule(std::string(rule));
  due.set_registry_version(basis.policy_version);
  const absl::Time due_at = std::min(end.at, base::LatestTime());
  *due.mutable_due_at() = base::ToProto(due_at);
  *due.mutable_counted_from() = base::ToProto(start);
  SetWarning(start, due_at, basis, due);
  if (term.unit() == registry::v1::TERM_UNIT_HOURS) {
    due.set_hours(term.count());
    return due;
  }
  due.set_days(term.count());
  due.set_working_days(term.unit() == registry::v1::TERM_UNIT_WORKING_DAYS);
  due.set_last_day(absl::FormatCivilTime(basis.calendar.DayOf(due_at) - 1));
  due.set_calendar_version(basis.calendar.version());
  const auto named = std::min<size_t>(end.years_unknown.size(), kYearsNamedMax);
  due.mutable_years_without_calendar()->Add(end.years_unknown.begin(), end.years_unknown.begin() + named);
  return due;
}

DueDate Undated(absl::string_view rule, const DateBasis& basis) {
  DueDate due;
  due.set_rule(std::string(rule));
  due.set_registry_version(basis.policy_version);
  return due;
}

}  // namespace

DateBasis BasisOf(const intake::v1::CaseHeader& header, const Context& context) {
  return {context.registry->calendar(), header.policy_version(), header.policy().warn_percent()};
}

DueDate DueFrom(absl::Time start, const Term& term, absl::string_view rule, const DateBasis& basis) {
  if (term.off()) return Undated(rule, basis);
  return Counted(start, EndOf(start, term, basis.calendar), term, rule, basis);
}

DueDate DueAfter(const DueDate& before, const Term& term, absl::string_view rule, const DateBasis& basis) {
  if (term.off()) return Undated(rule, basis);
  const absl::Time start = base::FromProto(before.due_at());
  // The midnight that ends the last day is the first moment of the next one, which counts.
  const bool days = term.unit() != registry::v1::TERM_UNIT_HOURS;
  const absl::Time in_last_day = days ? start - absl::Milliseconds(1) : start;
  return Counted(start, EndOf(in_last_day, term, basis.calendar), term, rule, basis);
}

DueDate DueGiven(absl::Time start, absl::Time due_at, const DateBasis& basis) {
  DueDate due;
  *due.mutable_due_at() = base::ToProto(due_at);
  due.set_rule("given");
  due.set_registry_version(basis.policy_version);
  *due.mutable_counted_from() = base::ToProto(start);
  SetWarning(start, due_at, basis, due);
  return due;
}

DueDate CountedAgain(const DueDate& due, absl::Time start, const DateBasis& basis) {
  if (!due.has_due_at()) return due;
  // The rule's number is the one that the date was set under, not today's.
  const DateBasis same = {basis.calendar, due.registry_version(), basis.warn_percent};
  if (due.days() == 0 && due.hours() == 0) return DueGiven(start, base::FromProto(due.due_at()), same);
  Term term;
  term.set_count(due.hours() > 0 ? due.hours() : due.days());
  term.set_unit(due.hours() > 0      ? registry::v1::TERM_UNIT_HOURS
                : due.working_days() ? registry::v1::TERM_UNIT_WORKING_DAYS
                                     : registry::v1::TERM_UNIT_CALENDAR_DAYS);
  return DueFrom(start, term, due.rule(), same);
}

absl::Time EndOfTerm(absl::Time start, const Term& term, const Calendar& calendar) {
  return term.off() ? absl::InfiniteFuture() : EndOf(start, term, calendar).at;
}

bool HasPassed(const DueDate& due, absl::Time now) { return due.has_due_at() && now >= base::FromProto(due.due_at()); }

std::string TermText(const Term& term) {
  absl::string_view unit = "calendar day";
  if (term.unit() == registry::v1::TERM_UNIT_HOURS) unit = "hour";
  if (term.unit() == registry::v1::TERM_UNIT_WORKING_DAYS) unit = "working day";
  return absl::StrCat(term.count(), " ", unit, term.count() == 1 ? "" : "s");
}

}  // namespace whistle::domain
