// The part of the fold that puts right in the state what an entry said wrongly.
//
// Pure functions; any thread may call.
#ifndef WHISTLE_SERVICES_INTAKE_CORRECTED_H_
#define WHISTLE_SERVICES_INTAKE_CORRECTED_H_

#include <string>

#include "libs/domain/context.h"
#include "services/intake/model.h"

namespace whistle::intake {

// Counts contacts with `organization_id` up or down.
void Tally(State& state, const std::string& organization_id, int by);

// An entry of intake's own.
void EvolveCorrection(State& state, const common::v1::EntryCorrected& corrected, const domain::EventRef& ref);

// A claim that another service wrote: its department or its time was wrong.
void EvolveClaimCorrection(State& state, const common::v1::EntryCorrected& corrected);

}  // namespace whistle::intake

#endif  // WHISTLE_SERVICES_INTAKE_CORRECTED_H_
