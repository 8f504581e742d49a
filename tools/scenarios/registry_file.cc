#include "tools/scenarios/registry_file.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "libs/registry/calendar.h"
#include "libs/registry/policy.h"

namespace whistle::scenarios {
namespace {

// The one policy or calendar of all the files, if the mapping has it.
template <typename Message>
absl::Status AddOne(const Reading& reading, const YAML::Node& node, absl::string_view prefix, const std::string& key,
                    std::optional<Message>& content) {
  const YAML::Node one = node[key];
  if (!one) return absl::OkStatus();
  const std::string path = absl::StrCat(prefix, key);
  if (one.IsNull()) return ErrorAt(reading, KeyNode(node, key), path, "has no value");
  if (content) return ErrorAt(reading, one, path, "is given twice");
  WHISTLE_RETURN_IF_ERROR(FillMessage(reading, one, path, content.emplace()));
  // Here, where the lines are known, and before anything is sent.
  const auto fault = registry::FindFault(*content);
  if (!fault) return absl::OkStatus();
  return ErrorAt(reading, NodeOf(one, fault->field), absl::StrCat(path, ".", fault->field),
                 absl::StrCat("expected ", fault->expected, ", found ", fault->found));
}

}  // namespace

bool RegistryContent::Knows(const std::string& organization_id) const {
  return std::any_of(organizations.begin(), organizations.end(),
                     [&](const auto& organization) { return organization.organization_id() == organization_id; });
}

absl::Status AddRegistryContent(const Reading& reading, const YAML::Node& node, absl::string_view path,
                                RegistryContent& content) {
  const std::string prefix = path.empty() ? "" : absl::StrCat(path, ".");
  if (const YAML::Node list = node["organizations"]) {
    const std::string list_path = absl::StrCat(prefix, "organizations");
    if (!list.IsSequence()) return ErrorAt(reading, list, list_path, "expected a list of organizations");
    for (size_t i = 0; i < list.size(); ++i) {
      registry::v1::Organization organization;
      const std::string item = absl::StrCat(list_path, "[", i, "]");
      WHISTLE_RETURN_IF_ERROR(FillMessage(reading, list[i], item, organization));
      if (organization.organization_id().empty()) {
        return ErrorAt(reading, list[i], absl::StrCat(item, ".organization_id"), "must not be empty");
      }
      if (content.Knows(organization.organization_id())) {
        return ErrorAt(reading, list[i], absl::StrCat(item, ".organization_id"),
                       absl::StrCat(organization.organization_id(), " is given twice"));
      }
      content.organizations.push_back(std::move(organization));
      content.places.push_back(absl::StrCat(reading.file, ":", list[i].Mark().line + 1));
    }
  }
  WHISTLE_RETURN_IF_ERROR(AddOne(reading, node, prefix, "policy", content.policy));
  WHISTLE_RETURN_IF_ERROR(AddOne(reading, node, prefix, "calendar", content.calendar));
  return absl::OkStatus();
}

absl::StatusOr<RegistryContent> LoadRegistryFiles(const std::vector<std::string>& paths) {
  std::vector<std::string> files;
  for (const std::string& path : paths) {
    std::error_code error;
    if (!std::filesystem::is_directory(path, error)) {
      files.push_back(path);
      continue;
    }
    std::vector<std::string> found;
    for (std::filesystem::directory_iterator it(path, error), end; !error && it != end; it.increment(error)) {
      if (it->path().extension() == ".yaml") found.push_back(it->path().string());
    }
    if (error) return absl::InvalidArgumentError(absl::StrCat(path, ": cannot be listed: ", error.message()));
    if (found.empty()) return absl::InvalidArgumentError(absl::StrCat(path, ": the folder has no *.yaml file"));
    std::sort(found.begin(), found.end());
    files.insert(files.end(), found.begin(), found.end());
  }
  RegistryContent content;
  for (const std::string& file : files) {
    WHISTLE_ASSIGN_OR_RETURN(const YAML::Node node, LoadYamlFile(file));
    const Reading reading{.file = file, .zone = absl::UTCTimeZone(), .fill = nullptr};
    WHISTLE_RETURN_IF_ERROR(CheckKeys(reading, node, "", {"organizations", "policy", "calendar"}));
    WHISTLE_RETURN_IF_ERROR(AddRegistryContent(reading, node, "", content));
  }
  return content;
}

}  // namespace whistle::scenarios
