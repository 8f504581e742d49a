// What a person decided, as another policy would have it: the case bound to that policy, and every date that a rule of
// the policy set in the decision counted again by that policy's term.
//
// A date counts from where it counted, by the calendar of the registry version it was decided under. What a person
// named stays. An extension is added, in its own days, to the date that the other world has; so it is with a reopened
// case, which keeps its date. Nothing else changes: what a person did is replayed even where the other policy would
// have refused it (a longer extension, a return too late), for it is the record of what happened in the world.
//
// Pure; any thread may call.
#ifndef WHISTLE_LIBS_BACKTEST_REWRITE_H_
#define WHISTLE_LIBS_BACKTEST_REWRITE_H_

#include <functional>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "libs/registry/calendar.h"
#include "whistle/common/v1/types.pb.h"
#include "whistle/journal/v1/journal.pb.h"
#include "whistle/registry/v1/policy.pb.h"

namespace whistle::backtest {

struct Rewriting {
  const registry::v1::Policy& policy;
  // In force at the decision's registry version.
  const registry::Calendar& calendar;
  // The date that the other world has for something owed, by rule and subject; nothing if it is not owed there.
  std::function<std::optional<common::v1::DueDate>(absl::string_view rule, absl::string_view subject)> date_of;
};

// `event` already names events by the other world's ids.
void Rewrite(const Rewriting& rewriting, journal::v1::Event* event);

}  // namespace whistle::backtest

#endif  // WHISTLE_LIBS_BACKTEST_REWRITE_H_
