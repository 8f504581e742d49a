// The command line: words name the command, the rest are its operands and --flags. Written like Abseil's flags
// (--name=value, --name value, --switch, --noswitch, --flagfile=FILE), but each command has its own, its own --help,
// and a wrong one is exit status 2.
#ifndef WHISTLE_TOOLS_WHISTLECTL_ARGUMENTS_H_
#define WHISTLE_TOOLS_WHISTLECTL_ARGUMENTS_H_

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace whistle::whistlectl {

// A flag that a command knows.
struct FlagSpec {
  std::string name;
  // What a value looks like ("NAME"); empty for a switch.
  std::string value;
  // As text; empty: not set.
  std::string default_value;
  std::string help;
};

// A command line, taken apart.
class Arguments {
 public:
  // Takes apart what follows the command's words. INVALID_ARGUMENT names the flag and what is near or needed.
  static absl::StatusOr<Arguments> Parse(const std::vector<std::string>& words, const std::vector<FlagSpec>& flags);

  const std::vector<std::string>& operands() const { return operands_; }
  bool help() const { return help_; }

  // The given or default value. The flag must be one of the specs.
  const std::string& Get(absl::string_view flag) const;
  bool Has(absl::string_view flag) const { return !Get(flag).empty(); }
  bool GetSwitch(absl::string_view flag) const { return Get(flag) == "true"; }
  // INVALID_ARGUMENT naming the flag if it does not parse.
  absl::StatusOr<uint64_t> GetNumber(absl::string_view flag) const;
  absl::StatusOr<absl::Duration> GetDuration(absl::string_view flag) const;

 private:
  std::map<std::string, std::string, std::less<>> values_;
  std::vector<std::string> operands_;
  bool help_ = false;
};

// One line per flag, aligned.
std::string DescribeFlags(const std::vector<FlagSpec>& flags);

}  // namespace whistle::whistlectl

#endif  // WHISTLE_TOOLS_WHISTLECTL_ARGUMENTS_H_
