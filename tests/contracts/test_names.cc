#include "tests/contracts/test_names.h"

#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>

#include <cstdio>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
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

}  // namespace

absl::StatusOr<std::vector<TestName>> AskTestNames() {
  // From a folder of its own: ctest writes a log where it is asked, and whoever asks may itself run in one.
  std::string text;
  FILE* pipe = popen(WHISTLE_CTEST " --test-dir " WHISTLE_ALL_TESTS " --show-only=json-v1", "r");
  if (pipe == nullptr) return absl::UnavailableError("ctest cannot be started");
  char buffer[65536];
  for (size_t n; (n = fread(buffer, 1, sizeof(buffer), pipe)) > 0;) text.append(buffer, n);
  pclose(pipe);
  return ReadTestNames(text);
}

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
    // What gtest says of a parameter's value stands behind a space.
    names.push_back({parts[0], BareSuite(parts[1]), parts[2].substr(0, parts[2].find(' '))});
  }
  return names;
}

}  // namespace whistle::contracts
