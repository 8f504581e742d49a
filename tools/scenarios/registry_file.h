// Organizations, policy and calendar as files: what `whistlectl registry apply` and scenarios put in force.
//
// A file has the keys `organizations` (a list of whistle.registry.v1.Organization), `policy` (one
// whistle.registry.v1.Policy) and `calendar` (one whistle.registry.v1.Calendar), any of them; other keys are refused.
#ifndef WHISTLE_TOOLS_SCENARIOS_REGISTRY_FILE_H_
#define WHISTLE_TOOLS_SCENARIOS_REGISTRY_FILE_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "tools/scenarios/yaml_message.h"
#include "whistle/registry/v1/calendar.pb.h"
#include "whistle/registry/v1/organization.pb.h"
#include "whistle/registry/v1/policy.pb.h"

namespace whistle::scenarios {

struct RegistryContent {
  // In the files' order; each id once.
  std::vector<registry::v1::Organization> organizations;
  // "file:line" of each organization, in the same order.
  std::vector<std::string> places;
  std::optional<registry::v1::Policy> policy;
  std::optional<registry::v1::Calendar> calendar;

  bool empty() const { return organizations.empty() && !policy.has_value() && !calendar.has_value(); }
  bool Knows(const std::string& organization_id) const;
};

// Adds what the mapping holds. INVALID_ARGUMENT names file, line and field: an unknown key, something given
// twice, a policy or calendar that could not be adopted.
absl::Status AddRegistryContent(const Reading& reading, const YAML::Node& node, absl::string_view path,
                                RegistryContent& content);

// Files, and folders of *.yaml files (in the order of their names, not their subfolders).
absl::StatusOr<RegistryContent> LoadRegistryFiles(const std::vector<std::string>& paths);

}  // namespace whistle::scenarios

#endif  // WHISTLE_TOOLS_SCENARIOS_REGISTRY_FILE_H_
