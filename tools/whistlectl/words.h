// Names of the contracts' enums, as people read and type them.
#ifndef WHISTLE_TOOLS_WHISTLECTL_WORDS_H_
#define WHISTLE_TOOLS_WHISTLECTL_WORDS_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/timestamp.pb.h"

namespace whistle::whistlectl {

// What all values of the enum begin with: "FINDING_RULE_", told from the first one.
std::string EnumPrefix(const google::protobuf::EnumDescriptor& type);

// "SCORE_MEASURE_KEPT_LATE" is "kept late"; a number that the enum does not know is itself.
std::string EnumWords(const google::protobuf::EnumDescriptor& type, int number);

// The value that `text` names, in any case, with - or _ or spaces between words: "kept-late". A usage error naming
// `flag` and every value there is.
absl::StatusOr<int> ParseEnum(const google::protobuf::EnumDescriptor& type, absl::string_view flag,
                              absl::string_view text);

// A time given as a flag: RFC 3339 or a date. A usage error naming the flag.
absl::StatusOr<google::protobuf::Timestamp> ParseTime(absl::string_view flag, absl::string_view text);

// "2021-07-15" for a midnight UTC, "2021-07-15T08:00:00Z" otherwise; empty for no time.
std::string DayText(bool known, const google::protobuf::Timestamp& time);

}  // namespace whistle::whistlectl

#endif  // WHISTLE_TOOLS_WHISTLECTL_WORDS_H_
