// Messages as JSON, with the field names of the proto files.
#ifndef WHISTLE_TOOLS_WHISTLECTL_JSON_H_
#define WHISTLE_TOOLS_WHISTLECTL_JSON_H_

#include <string>

#include "absl/status/statusor.h"
#include "google/protobuf/message.h"

namespace whistle::whistlectl {

enum class JsonShape { kOneLine, kLines };

// Without a line feed at the end. Fields that are not set are left out. DATA_LOSS if a value has no JSON form (a time
// beyond the year 9999).
absl::StatusOr<std::string> MessageJson(const google::protobuf::Message& message, JsonShape shape);

}  // namespace whistle::whistlectl

#endif  // WHISTLE_TOOLS_WHISTLECTL_JSON_H_
