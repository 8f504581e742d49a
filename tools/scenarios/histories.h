// Reads what services say of a story's cases, for hindsight.
#ifndef WHISTLE_TOOLS_SCENARIOS_HISTORIES_H_
#define WHISTLE_TOOLS_SCENARIOS_HISTORIES_H_

#include <vector>

#include "absl/status/statusor.h"
#include "tools/scenarios/hindsight.h"
#include "tools/scenarios/runner.h"
#include "tools/whistlectl/client.h"

namespace whistle::scenarios {

// The timelines and clocks of the cases that a run told of, each timeline up to the version at which the run ended. The
// case that was registered first comes first. Errors are the client's.
absl::StatusOr<std::vector<CaseHistory>> ReadHistories(const RunSummary& summary, whistlectl::Client& client);

}  // namespace whistle::scenarios

#endif  // WHISTLE_TOOLS_SCENARIOS_HISTORIES_H_
