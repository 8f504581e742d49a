// What-if on the past: one case of a journal once more, under another policy.
//
// Two worlds go through the case side by side. The recorded one folds the journal's decisions as they are. In the other
// the case is bound to another policy: what persons decided is replayed at its own time, with the dates that the policy
// sets counted again (rewrite.h) and events named by that world's ids (event_ids.h); what the agenda decided is not
// replayed but decided anew, by the services' own models. An item that both worlds have on their agenda, the same item
// in the journal's ids, fires in the other when and where the journal has it: late after an outage, in the journal's
// order among things of one moment. One that only the other world has fires when it is due. So a backtest with the
// policy that the case was bound to gives the journal's history again, whatever clocks and outages it went through.
//
// What it cannot know: what persons would have done otherwise. What they did is replayed even where it makes no sense
// there (declining an escalation that never was): it is counted in `rests_on`. Their decisions carry the liftings of
// overdues that were disproved, which are replayed, and not made anew for overdues of the other world alone. The
// conversations of merges are replayed as they happened.
//
// Nothing is written. Each call is on its own; what the options name must outlive it.
#ifndef WHISTLE_LIBS_BACKTEST_BACKTEST_H_
#define WHISTLE_LIBS_BACKTEST_BACKTEST_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "absl/types/span.h"
#include "libs/backtest/fired.h"
#include "libs/backtest/recorded.h"
#include "libs/domain/model.h"
#include "whistle/common/v1/agenda.pb.h"
#include "whistle/journal/v1/journal.pb.h"
#include "whistle/registry/v1/policy.pb.h"

namespace whistle::backtest {

struct Options {
  // One for each service.
  absl::Span<const domain::Model> models;
  // The other policy, without faults (registry::FindFault).
  const registry::v1::Policy* policy = nullptr;
  // At least as new as any decision of the case.
  const RecordedRegistry* registry = nullptr;
  // What is due by then fires: the journal's clock when it was read.
  absl::Time until;
};

// An act of a person that names an event of the agenda's which the other world does not have (by then).
struct RestsOn {
  // In the ids of the journal.
  std::string event_id;
  // "EscalationDeclined".
  std::string what;
  std::string missing_event_id;
};

// An item of the other world that its model refused; a defect of the model.
struct Stuck {
  common::v1::AgendaItem item;
  std::string why;
};

struct TwoHistories {
  std::string case_id;
  std::string title;
  // What the agenda decided, in order: as recorded, and in the other world.
  std::vector<Fired> then;
  std::vector<Fired> would;
  // When the case was put before organizations, by the agenda or by persons.
  std::vector<Fired> stood_then;
  std::vector<Fired> stood_would;
  std::vector<RestsOn> rests_on;
  std::vector<Stuck> stuck;
  // The other world's decisions, for tests.
  Decisions other;
};

// `decisions` are all of the case's, in order, at least one.
TwoHistories Backtest(const std::string& case_id, const Decisions& decisions, const Options& options);

}  // namespace whistle::backtest

#endif  // WHISTLE_LIBS_BACKTEST_BACKTEST_H_
