// What the rules that look need of a case's history, folded from the events of all services into the state
// (proto/whistle/escalation/v1/observed.proto). Bounded by limits.h: what has left it is settled.
//
// Pure and total; any thread may call.
#ifndef WHISTLE_SERVICES_ESCALATION_OBSERVED_H_
#define WHISTLE_SERVICES_ESCALATION_OBSERVED_H_

#include <string>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "libs/domain/context.h"
#include "whistle/escalation/v1/state.pb.h"

namespace whistle::escalation {

// Folds one event into `state.observed`. To be called after the header and the service's own things were folded.
void Observe(v1::EscalationState& state, const journal::v1::Event& event, const domain::EventRef& ref);

// Every event that may count in a finding.
void VisitSightings(v1::Observed& observed, absl::FunctionRef<void(v1::Sighting&)> visit);

// The organization's last stance that was observed, by the time of its answers; null if it took none.
const v1::ObservedResponse* StanceOf(const v1::Observed& observed, absl::string_view organization_id);

// Whether the answer says something on the matter itself: it accepts, refuses, sets conditions or claims it resolved.
bool IsSubstantive(v1::ObservedStance stance);

// Whether `a` happened before `b`: by their times in the world, and where those are equal by their event ids.
bool Before(const v1::Sighting& a, const v1::Sighting& b);

}  // namespace whistle::escalation

#endif  // WHISTLE_SERVICES_ESCALATION_OBSERVED_H_
