#include "tools/whistlectl/arguments.h"

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <functional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "libs/base/check.h"
#include "libs/base/status_macros.h"
#include "tools/whistlectl/methods.h"

namespace whistle::whistlectl {
namespace {

// Flag files may name flag files; a circle must end.
constexpr int kFlagfileDepthMax = 8;

// Written with dashes or, as the services' flags are, with underscores.
const FlagSpec* FindFlag(absl::string_view written, const std::vector<FlagSpec>& flags) {
  const std::string name = absl::StrReplaceAll(written, {{"_", "-"}});
  const auto found = std::find_if(flags.begin(), flags.end(), [&](const FlagSpec& flag) { return flag.name == name; });
  return found == flags.end() ? nullptr : &*found;
}

absl::Status UnknownFlag(absl::string_view name, const std::vector<FlagSpec>& flags) {
  std::vector<std::string> names;
  for (const FlagSpec& flag : flags) names.push_back(flag.name);
  const std::string near = Nearest(name, names);
  return absl::InvalidArgumentError(
      absl::StrCat("unknown flag --", name,
                   near.empty() ? "; --help lists what there is" : absl::StrCat("; did you mean --", near, "?")));
}

// Replaces each --flagfile by the lines of the file.
absl::Status Expand(const std::vector<std::string>& words, int depth, std::vector<std::string>& out) {
  if (depth > kFlagfileDepthMax) {
    return absl::InvalidArgumentError(absl::StrCat("--flagfile: nested more than ", kFlagfileDepthMax, " deep"));
  }
  for (size_t i = 0; i < words.size(); ++i) {
    absl::string_view word = words[i];
    if (word == "--") {
      out.insert(out.end(), words.begin() + i, words.end());
      return absl::OkStatus();
    }
    std::string path;
    if (absl::ConsumePrefix(&word, "--flagfile=")) {
      path = std::string(word);
    } else if (word == "--flagfile" && i + 1 < words.size()) {
      path = words[++i];
    } else {
      out.push_back(words[i]);
      continue;
    }
    std::ifstream file(path);
    if (!file) return absl::InvalidArgumentError(absl::StrCat("--flagfile: cannot read ", path));
    std::vector<std::string> lines;
    for (std::string line; std::getline(file, line);) {
      const absl::string_view text = absl::StripAsciiWhitespace(line);
      if (text.empty() || text[0] == '#') continue;
      if (!absl::StartsWith(text, "--")) {
        return absl::InvalidArgumentError(absl::StrCat(path, ": \"", text, "\" is not a flag: write --name=value"));
      }
      lines.emplace_back(text);
    }
    // A folder opens, and fails when it is read.
    if (file.bad()) return absl::InvalidArgumentError(absl::StrCat("--flagfile: cannot read ", path));
    WHISTLE_RETURN_IF_ERROR(Expand(lines, depth + 1, out));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Arguments> Arguments::Parse(const std::vector<std::string>& words, const std::vector<FlagSpec>& flags) {
  Arguments arguments;
  for (const FlagSpec& flag : flags) arguments.values_[flag.name] = flag.default_value;
  std::vector<std::string> expanded;
  WHISTLE_RETURN_IF_ERROR(Expand(words, 0, expanded));
  bool flags_ended = false;
  for (size_t i = 0; i < expanded.size(); ++i) {
    absl::string_view word = expanded[i];
    if (flags_ended || word.size() < 2 || word[0] != '-') {
      arguments.operands_.push_back(expanded[i]);
      continue;
    }
    if (word == "--") {
      flags_ended = true;
      continue;
    }
    if (word == "-h" || word == "--help") {
      arguments.help_ = true;
      continue;
    }
    // As Abseil does, one dash or two.
    absl::ConsumePrefix(&word, "-");
    absl::ConsumePrefix(&word, "-");
    const size_t equals = word.find('=');
    const absl::string_view name = word.substr(0, equals);
    const bool has_value = equals != absl::string_view::npos;
    const FlagSpec* flag = FindFlag(name, flags);
    if (flag == nullptr && !has_value && absl::StartsWith(name, "no")) {
      const FlagSpec* negated = FindFlag(name.substr(2), flags);
      if (negated != nullptr && negated->value.empty()) {
        arguments.values_[negated->name] = "false";
        continue;
      }
    }
    if (flag == nullptr) return UnknownFlag(name, flags);
    std::string value;
    if (has_value) {
      value = std::string(word.substr(equals + 1));
    } else if (flag->value.empty()) {
      value = "true";
    } else if (i + 1 < expanded.size()) {
      value = expanded[++i];
    } else {
      return absl::InvalidArgumentError(
          absl::StrCat("--", flag->name, " needs a value: --", flag->name, "=", flag->value));
    }
    if (flag->value.empty()) {
      bool on = false;
      if (!absl::SimpleAtob(value, &on)) {
        return absl::InvalidArgumentError(absl::StrCat("--", flag->name, " is true or false, found \"", value, "\""));
      }
      value = on ? "true" : "false";
    }
    arguments.values_[flag->name] = value;
  }
  return arguments;
}

const std::string& Arguments::Get(absl::string_view flag) const {
  const auto found = values_.find(std::string(flag));
  WHISTLE_CHECK(found != values_.end(), absl::StrCat("the command does not declare --", flag));
  return found->second;
}

absl::StatusOr<uint64_t> Arguments::GetNumber(absl::string_view flag) const {
  uint64_t number = 0;
  if (!absl::SimpleAtoi(Get(flag), &number)) {
    return absl::InvalidArgumentError(absl::StrCat("--", flag, " is a number from 0, found \"", Get(flag), "\""));
  }
  return number;
}

absl::StatusOr<absl::Duration> Arguments::GetDuration(absl::string_view flag) const {
  absl::Duration duration;
  if (!absl::ParseDuration(Get(flag), &duration) || duration <= absl::ZeroDuration()) {
    return absl::InvalidArgumentError(
        absl::StrCat("--", flag, " is a length of time above zero (30s, 2m), found \"", Get(flag), "\""));
  }
  return duration;
}

std::string DescribeFlags(const std::vector<FlagSpec>& flags) {
  std::string out;
  const auto left = [](const FlagSpec& flag) {
    return absl::StrCat("  --", flag.name, flag.value.empty() ? "" : "=", flag.value);
  };
  size_t width = 0;
  for (const FlagSpec& flag : flags) width = std::max(width, left(flag).size());
  for (const FlagSpec& flag : flags) {
    std::string line = left(flag);
    line.append(width + 2 - line.size(), ' ');
    absl::StrAppend(&out, line, flag.help,
                    flag.default_value.empty() ? "" : absl::StrCat(" (default ", flag.default_value, ")"), "\n");
  }
  return out;
}

}  // namespace whistle::whistlectl
