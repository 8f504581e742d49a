// What the decisions of this service need to know of its dates (model.h has Obligations and DecideDate).
#ifndef WHISTLE_SERVICES_ESCALATION_DEADLINES_H_
#define WHISTLE_SERVICES_ESCALATION_DEADLINES_H_

#include "libs/domain/context.h"
#include "libs/domain/outcome.h"
#include "services/escalation/model.h"

namespace whistle::escalation {

// Adds to a decision the lifting of every overdue that does not stand once it is folded: what was owed was done before
// its date and entered late, or the date is another one. The first event is the proof.
void AddLifted(const State& state, const domain::Context& context, domain::Events* events);

}  // namespace whistle::escalation

#endif  // WHISTLE_SERVICES_ESCALATION_DEADLINES_H_
