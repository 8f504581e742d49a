// Carries a scenario out on running services.
//
// Every command has a request id made of the scenario's and the step's name, so running a scenario again, or going on
// with one that was interrupted, adds only what is missing: what was recorded before is answered with its first
// receipt. The virtual clock is moved forward only.
#ifndef WHISTLE_TOOLS_SCENARIOS_RUNNER_H_
#define WHISTLE_TOOLS_SCENARIOS_RUNNER_H_

#include <cstdint>
#include <functional>
#include <map>
#include <ostream>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "tools/scenarios/scenario.h"
#include "tools/whistlectl/client.h"

namespace whistle::scenarios {

struct RunOptions {
  // What happens is told here, one line a step; null: nothing.
  std::ostream* out = nullptr;
  // Steps told to Whistle after this are left for another run.
  absl::Time until = absl::InfiniteFuture();
  // A service that is restarting or briefly behind is asked again this often, after a pause that grows by
  // `retry_pause`.
  int tries_max = 10;
  absl::Duration retry_pause = absl::Milliseconds(200);
  // Waits; replaced in tests.
  std::function<void(absl::Duration)> pause = absl::SleepFor;
};

// Where a case stood at the end.
struct CaseSummary {
  std::string case_id;
  uint64_t version = 0;
  // 32 bytes.
  std::string head;
};

struct RunSummary {
  // Decisions of the registry that this run added.
  int registry_changes = 0;
  int recorded = 0;
  int replayed = 0;
  int refused_as_expected = 0;
  // Refusals that an earlier run had already seen.
  int refusals_not_tried_again = 0;
  int queries = 0;
  uint64_t agenda_items_fired = 0;
  // By the case's name in the file.
  std::map<std::string, CaseSummary> cases;
  absl::Time now;
  // On a virtual clock what fell due fired on its own day; on the real one everything was entered late.
  bool virtual_clock = false;
};

// Stops at the first step that did not go as the file says; the error begins with "file:line".
absl::StatusOr<RunSummary> RunScenario(const Scenario& scenario, whistlectl::Client& client, const RunOptions& options);

// The id that a service gives to the case of that name in the file (host::CaseIdFor, by client and request id): known
// before anything is sent. Empty if no step registers it.
std::string CaseIdOf(const Scenario& scenario, absl::string_view case_name);

// A few lines for people.
std::string DescribeSummary(const Scenario& scenario, const RunSummary& summary);
// The same for programs. `hindsight` is a JSON value (hindsight_text.h), or "null".
std::string SummaryJson(const Scenario& scenario, const RunSummary& summary, absl::string_view hindsight);

}  // namespace whistle::scenarios

#endif  // WHISTLE_TOOLS_SCENARIOS_RUNNER_H_
