// whistlectl scenario: a story from a file, told to running services.
#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "libs/base/time.h"
#include "tools/scenarios/hindsight_text.h"
#include "tools/scenarios/histories.h"
#include "tools/scenarios/runner.h"
#include "tools/scenarios/scenario.h"
#include "tools/whistlectl/command.h"

namespace whistle::whistlectl {
namespace {

absl::Status RunFile(Session& session) {
  WHISTLE_ASSIGN_OR_RETURN(const scenarios::Scenario scenario, scenarios::LoadScenario(session.Operand(0)));
  scenarios::RunOptions options;
  if (session.arguments.Has("until")) {
    const auto until = base::TimeFromText(session.arguments.Get("until"));
    if (!until.ok()) return UsageError(absl::StrCat("--until: ", until.status().message()));
    options.until = *until;
  }
  if (!session.json() && !session.arguments.GetSwitch("quiet")) options.out = &session.out;
  // The scenario's own name, whatever --client says: its request ids must be found again.
  WHISTLE_ASSIGN_OR_RETURN(Client* const client, session.Connect(scenario.client));
  WHISTLE_ASSIGN_OR_RETURN(const scenarios::RunSummary summary, scenarios::RunScenario(scenario, *client, options));
  std::vector<scenarios::CaseHistory> histories;
  // Entered late, everything fires when it is told: no day says anything about the story.
  if (summary.virtual_clock) {
    WHISTLE_ASSIGN_OR_RETURN(histories, scenarios::ReadHistories(summary, *client));
  }
  if (session.json()) {
    session.out << scenarios::SummaryJson(
        scenario, summary, summary.virtual_clock ? scenarios::HindsightJson(scenario, histories) : "null");
    return absl::OkStatus();
  }
  session.out << scenarios::DescribeSummary(scenario, summary);
  session.out << (summary.virtual_clock
                      ? scenarios::DescribeHindsight(scenario, histories)
                      : "  no hindsight: on the real clock everything was entered late, and fires when it is told\n");
  return absl::OkStatus();
}

absl::Status CheckFile(Session& session) {
  WHISTLE_ASSIGN_OR_RETURN(const scenarios::Scenario scenario, scenarios::LoadScenario(session.Operand(0)));
  session.out << Printable(session.Operand(0)) << ": " << scenario.steps.size() << " steps, "
              << scenario.registry.organizations.size() << " organizations: as the contracts want them\n";
  return absl::OkStatus();
}

absl::Status ListCases(Session& session) {
  WHISTLE_ASSIGN_OR_RETURN(const scenarios::Scenario scenario, scenarios::LoadScenario(session.Operand(0)));
  const std::string& wanted = session.arguments.Get("name");
  Table table({"name", "case_id"});
  for (const scenarios::Step& step : scenario.steps) {
    if (!step.registers_case() || step.expectation.refused) continue;
    table.AddRow({step.case_name, scenarios::CaseIdOf(scenario, step.case_name)});
  }
  if (wanted.empty()) {
    session.Print(table);
    return absl::OkStatus();
  }
  const std::string case_id = scenarios::CaseIdOf(scenario, wanted);
  if (case_id.empty()) {
    return absl::NotFoundError(absl::StrCat(session.Operand(0), " registers no case named \"", wanted, "\""));
  }
  session.out << case_id << "\n";
  return absl::OkStatus();
}

}  // namespace

std::vector<Command> ScenarioCommands() {
  return {
      Command{.words = {"scenario", "run"},
              .operands = "FILE",
              .operands_min = 1,
              .operands_max = 1,
              .summary = "carry out a story; again or after an interruption: only what is missing",
              .details = "tools/scenarios/README.md has the format. The whole file is checked before anything is sent.",
              .flags = {{"until", "TIME", "", "leave what happened after this for another run"},
                        {"quiet", "", "false", "print the summary alone"}},
              .run = RunFile},
      Command{.words = {"scenario", "check"},
              .operands = "FILE",
              .operands_min = 1,
              .operands_max = 1,
              .summary = "check a story's file without a service",
              .run = CheckFile},
      Command{.words = {"scenario", "cases"},
              .operands = "FILE",
              .operands_min = 1,
              .operands_max = 1,
              .summary = "the ids of the cases that a story registers; asks no service",
              .flags = {{"name", "NAME", "", "only the id of the case that the file names so"}},
              .run = ListCases},
  };
}

}  // namespace whistle::whistlectl
