// What findings, and reasons to escalate, leave in what was observed: marks on the events that count in a finding, and
// what waits to put the case before a higher organization.
//
// Pure and total; any thread may call.
#ifndef WHISTLE_SERVICES_ESCALATION_OBSERVED_MARKS_H_
#define WHISTLE_SERVICES_ESCALATION_OBSERVED_MARKS_H_

#include <string>

#include "whistle/escalation/v1/state.pb.h"
#include "whistle/registry/v1/policy.pb.h"

namespace whistle::escalation {

void OnFindingRaised(v1::EscalationState& state, const v1::FindingRaised& raised, const v1::Sighting& seen);
void OnFindingLifted(v1::Observed& observed, const std::string& finding_id);

// Whether what the policy says of it puts a case higher at all.
bool Escalates(const registry::v1::Escalates& escalates);

void AddReason(v1::Observed& observed, v1::EscalationTrigger trigger, v1::FindingRule rule, const v1::Sighting& seen);
void DropReason(v1::Observed& observed, const std::string& event_id);
// Another one took the handling over, or it was completed after all: that it ran out is no reason any more.
void DropHandlingOverdue(v1::Observed& observed);

// What was told by an EscalationRaised or EscalationEvidenceAdded waits no longer.
template <typename Raised>
void DropReasons(v1::Observed& observed, const Raised& raised) {
  for (const std::string& id : raised.finding_ids()) DropReason(observed, id);
  for (const std::string& id : raised.evidence_event_ids()) DropReason(observed, id);
}

}  // namespace whistle::escalation

#endif  // WHISTLE_SERVICES_ESCALATION_OBSERVED_MARKS_H_
