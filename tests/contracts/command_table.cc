#include "tests/contracts/command_table.h"

#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>

#include <map>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

namespace whistle::contracts {
namespace {

using google::protobuf::Struct;
using google::protobuf::Value;

bool IsSwitchedOff(const Struct& test) {
  const auto properties = test.fields().find("properties");
  if (properties == test.fields().end()) return false;
  for (const Value& property : properties->second.list_value().values()) {
    const auto& fields = property.struct_value().fields();
    if (fields.at("name").string_value() == "DISABLED" && fields.at("value").bool_value()) return true;
  }
  return false;
}

// "Instance/RecordContactTest" and "RecordContactTest/0" are RecordContactTest.
std::string BareSuite(absl::string_view suite) {
  const std::vector<std::string> parts = absl::StrSplit(suite, '/');
  for (const std::string& part : parts) {
    if (absl::EndsWith(part, "Test")) return part;
  }
  return parts[0];
}

bool Belongs(const TestName& test, const Command& command, bool shared_name) {
  std::string area = command.area;
  area[0] = absl::ascii_toupper(area[0]);
  if (test.suite == absl::StrCat(area, command.name, "Test")) return true;
  if (test.suite != absl::StrCat(command.name, "Test")) return false;
  return !shared_name || absl::StartsWith(test.program, command.area);
}

}  // namespace

absl::StatusOr<std::vector<TestName>> ReadTestNames(const std::string& ctest_json) {
  Struct root;
  const auto status = google::protobuf::util::JsonStringToMessage(ctest_json, &root);
  if (!status.ok()) return absl::InvalidArgumentError(absl::StrCat("not ctest's JSON: ", status.ToString()));
  const auto tests = root.fields().find("tests");
  if (tests == root.fields().end()) return absl::InvalidArgumentError("ctest's JSON lists no tests");
  std::vector<TestName> names;
  for (const Value& value : tests->second.list_value().values()) {
    const Struct& test = value.struct_value();
    const std::vector<std::string> parts =
        absl::StrSplit(test.fields().at("name").string_value(), absl::MaxSplits('.', 2));
    if (parts.size() != 3 || IsSwitchedOff(test)) continue;
    names.push_back({parts[0], BareSuite(parts[1]), parts[2]});
  }
  return names;
}

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
