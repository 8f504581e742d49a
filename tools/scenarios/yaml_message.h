// YAML into protobuf messages, by their descriptors: what a person wrote wrong is named by file, line and field.
//
// A mapping is a message, its keys the fields' names in the proto files. A list is a repeated field. Enum values may be
// written short and small: `stance: refuses` for STANCE_REFUSES. Timestamps are dates or times (see ParseTime). Bytes
// are hexadecimal digits.
#ifndef WHISTLE_TOOLS_SCENARIOS_YAML_MESSAGE_H_
#define WHISTLE_TOOLS_SCENARIOS_YAML_MESSAGE_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "google/protobuf/message.h"
#include "yaml-cpp/yaml.h"

namespace whistle::scenarios {

// How a file's values are read.
struct Reading {
  // Named in errors.
  std::string file;
  // Of dates and times that say no offset.
  absl::TimeZone zone = absl::UTCTimeZone();
  // Fills in the ${…} of a text; null: texts are taken as they are. An error is given its place by the reader.
  std::function<absl::StatusOr<std::string>(absl::string_view text)> fill;
};

// The file's only document. INVALID_ARGUMENT names file and line.
absl::StatusOr<YAML::Node> LoadYamlFile(const std::string& path);
absl::StatusOr<YAML::Node> LoadYamlText(const std::string& text, const std::string& file);

// The node that the field's path leads to ("policy.response.count", "years[2].source") from `node`, which is the
// message's own; where the path leads to nothing, the last one on the way.
YAML::Node NodeOf(const YAML::Node& node, absl::string_view path);

// The key itself; `node`, which must be a mapping, where it has none of that name.
YAML::Node KeyNode(const YAML::Node& node, absl::string_view key);

// "file:12: field: message" as INVALID_ARGUMENT.
absl::Status ErrorAt(const Reading& reading, const YAML::Node& node, absl::string_view field,
                     absl::string_view message);

// Fills `message` from a mapping. `path` is where the message stands in the file ("steps[3].with"), for errors; may be
// empty.
absl::Status FillMessage(const Reading& reading, const YAML::Node& node, absl::string_view path,
                         google::protobuf::Message& message);

// OK if `node` is a mapping that has only `allowed` keys, each once.
absl::Status CheckKeys(const Reading& reading, const YAML::Node& node, absl::string_view path,
                       const std::vector<std::string>& allowed);

// "2019-07-03", "2019-07-03 09:30" in `zone`, or RFC 3339 with an offset.
absl::StatusOr<absl::Time> ParseTime(absl::string_view text, absl::TimeZone zone);

// "+08:00", "-03:30" or "UTC".
absl::StatusOr<absl::TimeZone> ParseZone(absl::string_view text);

}  // namespace whistle::scenarios

#endif  // WHISTLE_TOOLS_SCENARIOS_YAML_MESSAGE_H_
