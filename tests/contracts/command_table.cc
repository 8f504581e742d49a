#include "tests/contracts/command_table.h"

#include <map>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace whistle::contracts {
namespace {

bool Belongs(const TestName& test, const Command& command, bool shared_name) {
  std::string area = command.area;
  area[0] = absl::ascii_toupper(area[0]);
  if (test.suite == absl::StrCat(area, command.name, "Test")) return true;
  if (test.suite != absl::StrCat(command.name, "Test")) return false;
  return !shared_name || absl::StartsWith(test.program, command.area);
}

}  // namespace

std::vector<Row> MakeTable(const std::vector<Command>& commands, const std::vector<TestName>& tests) {
  std::map<std::string, int> services_with;
  for (const Command& command : commands) ++services_with[command.name];
  std::vector<Row> table;
  for (const Command& command : commands) {
    Row row = {command, {}};
    for (const TestName& test : tests) {
      if (!Belongs(test, command, services_with[command.name] > 1)) continue;
      for (size_t way = 0; way < kWays.size(); ++way) {
        if (absl::StartsWith(test.name, kWays[way])) row.tests[way].push_back(test.name);
      }
    }
    table.push_back(std::move(row));
  }
  return table;
}

std::vector<std::string> Gaps(const std::vector<Row>& table) {
  std::vector<std::string> gaps;
  for (const Row& row : table) {
    for (size_t way = 0; way < kWays.size(); ++way) {
      if (!row.tests[way].empty()) continue;
      gaps.push_back(absl::StrCat(row.command.service, "/", row.command.name, " has no test ", row.command.name,
                                  "Test.", kWays[way], "…"));
    }
  }
  return gaps;
}

std::string Markdown(const std::vector<Row>& table) {
  std::string text =
      "| command | done right | done twice | done too late | done by the wrong one |\n|---|---|---|---|---|\n";
  for (const Row& row : table) {
    absl::StrAppend(&text, "| `", row.command.service, "/", row.command.name, "` |");
    for (const auto& tests : row.tests) {
      absl::StrAppend(&text, " ", tests.empty() ? "**none**" : absl::StrJoin(tests, "<br>"), " |");
    }
    absl::StrAppend(&text, "\n");
  }
  return text;
}

}  // namespace whistle::contracts
