// The lines of `case show` about what the escalation service looks at: whose action the case needs, who accepts it,
// what was found, and what waits to put it before a higher organization.
#ifndef WHISTLE_TOOLS_WHISTLECTL_CASE_LOOKED_AT_H_
#define WHISTLE_TOOLS_WHISTLECTL_CASE_LOOKED_AT_H_

#include <string>

#include "whistle/escalation/v1/service.pb.h"

namespace whistle::whistlectl {

// Lines for people, each with its line feed; empty if there is nothing to say.
std::string CaseLookedAt(const escalation::v1::EscalationCase& account);

}  // namespace whistle::whistlectl

#endif  // WHISTLE_TOOLS_WHISTLECTL_CASE_LOOKED_AT_H_
