// whistlectl case positions: the position ledger, which is the response service's statements beside the escalation
// service's findings of contradictions.
#ifndef WHISTLE_TOOLS_WHISTLECTL_CASE_POSITIONS_H_
#define WHISTLE_TOOLS_WHISTLECTL_CASE_POSITIONS_H_

#include "tools/whistlectl/command.h"

namespace whistle::whistlectl {

Command CasePositionsCommand();

}  // namespace whistle::whistlectl

#endif  // WHISTLE_TOOLS_WHISTLECTL_CASE_POSITIONS_H_
