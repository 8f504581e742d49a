// Who owned the case in turn: the stretches of time that each owner's dwell is made of. (DOMAIN: Clocks.)
//
// Pure functions; any thread may call.
#ifndef WHISTLE_SERVICES_INTAKE_OWNED_H_
#define WHISTLE_SERVICES_INTAKE_OWNED_H_

#include "libs/domain/context.h"
#include "services/intake/model.h"

namespace whistle::intake {

// Folds one event into the stretches; after the header, which says whether the case is open. Nothing here touches the
// statutory clock: that is the header's registered_at alone.
void EvolveOwned(State& state, const journal::v1::Event& event, const domain::EventRef& ref);

}  // namespace whistle::intake

#endif  // WHISTLE_SERVICES_INTAKE_OWNED_H_
