#include "tools/whistlectl/json.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/util/json_util.h"

namespace whistle::whistlectl {

absl::StatusOr<std::string> MessageJson(const google::protobuf::Message& message, JsonShape shape) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  options.add_whitespace = shape == JsonShape::kLines;
  std::string out;
  const auto status = google::protobuf::util::MessageToJsonString(message, &out, options);
  if (!status.ok()) {
    return absl::DataLossError(absl::StrCat("the ", message.GetDescriptor()->full_name(),
                                            " has no JSON form: ", std::string(status.message())));
  }
  return std::string(absl::StripTrailingAsciiWhitespace(out));
}

}  // namespace whistle::whistlectl
