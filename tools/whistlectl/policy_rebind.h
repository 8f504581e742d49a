// `whistlectl policy rebind`: binds open cases to the policy in force, once a person has seen what that changes.
#ifndef WHISTLE_TOOLS_WHISTLECTL_POLICY_REBIND_H_
#define WHISTLE_TOOLS_WHISTLECTL_POLICY_REBIND_H_

#include "absl/status/status.h"
#include "tools/whistlectl/command.h"

namespace whistle::whistlectl {

Command PolicyRebindCommand();

}  // namespace whistle::whistlectl

#endif  // WHISTLE_TOOLS_WHISTLECTL_POLICY_REBIND_H_
