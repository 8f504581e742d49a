// What GetEscalationCase tells of what the service looks at, beside the things that are open: whose action the case
// needs, what waits to escalate, since when nobody accepts it, and its findings by rule.
//
// Any thread may call. DATA_LOSS when index and timeline do not fit.
#ifndef WHISTLE_SERVICES_ESCALATION_QUERIES_CASE_H_
#define WHISTLE_SERVICES_ESCALATION_QUERIES_CASE_H_

#include <string>

#include "absl/status/status.h"
#include "libs/projection/store.h"
#include "whistle/escalation/v1/service.pb.h"

namespace whistle::escalation {

// Needs, waiting reasons and ownerless, from the state alone.
void AddLookedAt(const v1::EscalationState& state, v1::EscalationCase& out);

// The state has what was raised, by rule; which of it was lifted is read from the findings.
absl::Status AddFindingsByRule(const projection::Reader& reader, const std::string& case_id,
                               const v1::EscalationState& state, v1::EscalationCase& out);

}  // namespace whistle::escalation

#endif  // WHISTLE_SERVICES_ESCALATION_QUERIES_CASE_H_
