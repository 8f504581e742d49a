// whistlectl registry: organizations, policy and level, as they are in force and as files want them.
#include "tools/whistlectl/command.h"

namespace whistle::whistlectl {

std::vector<Command> RegistryCommands() { return {}; }

}  // namespace whistle::whistlectl
