// The commands that look after projections: while they serve, and as folders of services that do not run.
#ifndef WHISTLE_TOOLS_WHISTLECTL_PROJECTION_COMMANDS_H_
#define WHISTLE_TOOLS_WHISTLECTL_PROJECTION_COMMANDS_H_

#include <vector>

#include "tools/whistlectl/command.h"

namespace whistle::whistlectl {

// rebuild, rebuild-status, cancel-rebuild, discard-old, checkpoint.
std::vector<Command> ProjectionTaskCommands();
// restore, set-aside, diff.
std::vector<Command> ProjectionStoreCommands();

}  // namespace whistle::whistlectl

#endif  // WHISTLE_TOOLS_WHISTLECTL_PROJECTION_COMMANDS_H_
