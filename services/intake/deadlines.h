// Intake's dates: what fires when one passes, what an act or a correction that comes later disproves, and what of them
// is folded. What is owed is Obligations in model.h.
//
// Pure functions; any thread may call.
#ifndef WHISTLE_SERVICES_INTAKE_DEADLINES_H_
#define WHISTLE_SERVICES_INTAKE_DEADLINES_H_

#include <string>

#include "libs/domain/context.h"
#include "libs/domain/outcome.h"
#include "services/intake/model.h"

namespace whistle::intake {

// --- Decide

// True for an item that a date made due.
bool IsDate(const common::v1::AgendaItem& item);

// The agenda's own decision: the date's overdue once it has passed, before that the warning.
domain::Outcome DecideDate(const State& state, const common::v1::AgendaItem& item, const domain::Context& context);

// Adds an OverdueLifted for each overdue that stands in `state` and does not stand with `events`, which are about to be
// recorded: what was owed was done in time and entered late, a wrong time was put right, or another organization owned
// the case at the date (then a second overdue names that one). The first of `events` is the proof.
void AddLifted(const State& state, const domain::Context& context, domain::Events* events);

// --- Evolve

// The date for handling from now on: nobody was warned of it yet. That an earlier one passed stays until it is lifted.
void SetHandlingDue(State& state, const common::v1::DueDate& due, const domain::EventRef& ref);

// The date it had holds, and what fired of it; where it had none, the one from now on. An overdue that was lifted fires
// again if the date has passed.
void EvolveReopened(State& state, const v1::CaseReopened& reopened, const domain::EventRef& ref);

// The review or re-review that the state keeps; null for one that a newer one has taken the place of.
v1::Review* FindReview(State& state, const std::string& review_event_id);

void EvolveApproaching(State& state, const common::v1::DeadlineApproaching& approaching, const domain::EventRef& ref);
void EvolveLifted(State& state, const common::v1::OverdueLifted& lifted);

}  // namespace whistle::intake

#endif  // WHISTLE_SERVICES_INTAKE_DEADLINES_H_
