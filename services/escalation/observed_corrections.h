// How what was observed follows a correction of the entry it came from: as if the entry had been right from the start.
//
// Pure and total; any thread may call.
#ifndef WHISTLE_SERVICES_ESCALATION_OBSERVED_CORRECTIONS_H_
#define WHISTLE_SERVICES_ESCALATION_OBSERVED_CORRECTIONS_H_

#include "whistle/common/v1/corrections.pb.h"
#include "whistle/escalation/v1/observed.pb.h"
#include "whistle/response/v1/events.pb.h"

namespace whistle::escalation {

// What the statement says, as far as rules compare it.
void SetPosition(const response::v1::Statement& said, v1::ObservedStatement* statement);

// Puts right times, organizations, topics and values; what no rule asks for is left out.
void CorrectObserved(const common::v1::EntryCorrected& corrected, v1::Observed& observed);

}  // namespace whistle::escalation

#endif  // WHISTLE_SERVICES_ESCALATION_OBSERVED_CORRECTIONS_H_
