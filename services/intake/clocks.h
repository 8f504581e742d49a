// The two clocks of a case: the statutory one, which nothing resets, and each owner's dwell in turn. (DOMAIN: Clocks.)
//
// Pure functions; any thread may call.
#ifndef WHISTLE_SERVICES_INTAKE_CLOCKS_H_
#define WHISTLE_SERVICES_INTAKE_CLOCKS_H_

#include "absl/time/time.h"
#include "libs/registry/calendar.h"
#include "services/intake/model.h"
#include "whistle/intake/v1/service.pb.h"

namespace whistle::intake {

// When the clocks are read, and by which calendar their days count. Refers to the calendar: use it at once.
struct ClockReading {
  absl::Time now;
  const registry::Calendar& calendar;
};

// With all owners that the state keeps, or with the present one alone.
enum class Owners { kAll, kPresent };
v1::Clocks ClocksOf(const State& state, const ClockReading& reading, Owners owners);

}  // namespace whistle::intake

#endif  // WHISTLE_SERVICES_INTAKE_CLOCKS_H_
