// Brings what is in force to what files want, by the difference alone.
#ifndef WHISTLE_TOOLS_SCENARIOS_REGISTRY_APPLY_H_
#define WHISTLE_TOOLS_SCENARIOS_REGISTRY_APPLY_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "tools/scenarios/registry_file.h"
#include "tools/whistlectl/client.h"
#include "whistle/registry/v1/state.pb.h"

namespace whistle::scenarios {

// One command that is needed.
struct RegistryChange {
  // "registry.UpsertOrganization" …
  std::string method;
  // Complete but for the context.
  std::unique_ptr<google::protobuf::Message> request;
  // "add gas-company (Gansu PetroChina Kunlun Gas Co.)": one line for people.
  std::string what;
  // "file:line" it follows from; empty for the policy.
  std::string place;
};

// What is needed to get from `in_force` to `content`, superiors before those below them. Organizations that `content`
// does not name are left alone. INVALID_ARGUMENT names file and line: a superior that neither knows, a circle, an
// organization that was retired, a tree's place changed to outside it or back.
absl::StatusOr<std::vector<RegistryChange>> PlanRegistry(const registry::v1::RegistryState& in_force,
                                                         const RegistryContent& content);

// Reads what is in force, and sends what is needed, one command after another, each told to `on_change` once it is
// done. On behalf of `as`; empty: of the top organization. Stops at the first refusal, naming file and line.
absl::StatusOr<int> ApplyRegistry(const RegistryContent& content, whistlectl::Client& client, absl::string_view as,
                                  const std::function<void(const RegistryChange&)>& on_change);

}  // namespace whistle::scenarios

#endif  // WHISTLE_TOOLS_SCENARIOS_REGISTRY_APPLY_H_
