// The stretches of time in which a case in handling has nobody who accepts it.
//
// Pure and total; any thread may call.
#ifndef WHISTLE_SERVICES_ESCALATION_OBSERVED_OWNER_H_
#define WHISTLE_SERVICES_ESCALATION_OBSERVED_OWNER_H_

#include <string>

#include "whistle/escalation/v1/state.pb.h"
#include "whistle/journal/v1/journal.pb.h"

namespace whistle::escalation {

// Begins and ends a stretch by what the event, which was folded before, made of the case.
void UpdateOwnerless(v1::EscalationState& state, const journal::v1::Event& event, const v1::Sighting& seen);

// The date of the present stretch was set, or is near.
void OnAwaited(v1::Observed& observed, const v1::OwnerAwaited& awaited, const v1::Sighting& seen);
void OnOwnerWarned(v1::Observed& observed, const std::string& since_event_id, const std::string& warned_event_id);
// The event was corrected; where the present stretch began with it, the date counts from a time that was wrong, and is
// to be set again.
void OnSinceCorrected(v1::Observed& observed, const std::string& event_id);

}  // namespace whistle::escalation

#endif  // WHISTLE_SERVICES_ESCALATION_OBSERVED_OWNER_H_
