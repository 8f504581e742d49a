#include "services/intake/clocks.h"

#include "libs/base/time.h"

namespace whistle::intake {

using registry::DayKind;

v1::Clocks ClocksOf(const State& state, const ClockReading& reading, Owners owners) {
  const v1::CaseHeader& header = state.header();
  v1::Clocks clocks;
  *clocks.mutable_now() = base::ToProto(reading.now);
  *clocks.mutable_statutory_from() = header.registered_at();
  absl::Time until = reading.now;
  if (header.status() == v1::CASE_STATUS_CLOSED) {
    *clocks.mutable_statutory_until() = header.status_since();
    until = base::FromProto(header.status_since());
  }
  clocks.set_statutory_days(
      reading.calendar.DaysOver(base::FromProto(header.registered_at()), until, DayKind::kCalendar));

  // The rule about an owner says in which days it counts.
  const bool working = header.policy().no_owner().unit() == registry::v1::TERM_UNIT_WORKING_DAYS;
  const int first = owners == Owners::kAll ? 0 : std::max(0, state.owned_size() - 1);
  for (int i = first; i < state.owned_size(); ++i) {
    const v1::OwnedStretch& stretch = state.owned(i);
    v1::Dwell& dwell = *clocks.add_dwells();
    *dwell.mutable_owner() = stretch.owner();
    *dwell.mutable_from() = stretch.from();
    if (stretch.has_until()) *dwell.mutable_until() = stretch.until();
    dwell.set_working_days(working);
    dwell.set_days(reading.calendar.DaysOver(base::FromProto(stretch.from()),
                                             stretch.has_until() ? base::FromProto(stretch.until()) : reading.now,
                                             working ? DayKind::kWorking : DayKind::kCalendar));
  }
  return clocks;
}

}  // namespace whistle::intake
