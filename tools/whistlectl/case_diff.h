// whistlectl case diff: what happened in a case between two moments, and what that changed for each service.
#ifndef WHISTLE_TOOLS_WHISTLECTL_CASE_DIFF_H_
#define WHISTLE_TOOLS_WHISTLECTL_CASE_DIFF_H_

#include "tools/whistlectl/command.h"

namespace whistle::whistlectl {

Command CaseDiffCommand();

}  // namespace whistle::whistlectl

#endif  // WHISTLE_TOOLS_WHISTLECTL_CASE_DIFF_H_
