#include "tools/whistlectl/words.h"

#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "libs/base/time.h"
#include "libs/domain/sentence_words.h"
#include "tools/whistlectl/command.h"

namespace whistle::whistlectl {
namespace {

std::string Hyphened(absl::string_view name, absl::string_view prefix) {
  absl::ConsumePrefix(&name, prefix);
  return absl::StrReplaceAll(absl::AsciiStrToLower(name), {{"_", "-"}, {" ", "-"}});
}

}  // namespace

std::string EnumPrefix(const google::protobuf::EnumDescriptor& type) {
  // Every enum of the contracts has this value, which is 0; buf's lint sees to that.
  return std::string(absl::StripSuffix(type.value(0)->name(), "UNSPECIFIED"));
}

std::string EnumWords(const google::protobuf::EnumDescriptor& type, int number) {
  const auto* value = type.FindValueByNumber(number);
  if (value == nullptr) return absl::StrCat(number);
  return absl::StrReplaceAll(Hyphened(value->name(), EnumPrefix(type)), {{"-", " "}});
}

absl::StatusOr<int> ParseEnum(const google::protobuf::EnumDescriptor& type, absl::string_view flag,
                              absl::string_view text) {
  std::vector<std::string> known;
  for (int i = 0; i < type.value_count(); ++i) {
    if (type.value(i)->number() == 0) continue;
    known.push_back(Hyphened(type.value(i)->name(), EnumPrefix(type)));
    if (known.back() == Hyphened(text, "")) return type.value(i)->number();
  }
  return UsageError(absl::StrCat("--", flag, " is one of ", absl::StrJoin(known, ", "), "; found \"", text, "\""));
}

absl::StatusOr<google::protobuf::Timestamp> ParseTime(absl::string_view flag, absl::string_view text) {
  const auto time = base::TimeFromText(text);
  if (!time.ok()) return UsageError(absl::StrCat("--", flag, ": ", time.status().message()));
  return base::ToProto(*time);
}

std::string DayText(bool known, const google::protobuf::Timestamp& time) {
  return known ? domain::DateText(time) : std::string();
}

}  // namespace whistle::whistlectl
