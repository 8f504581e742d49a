// whistlectl policy: the numbers that are in force, and which of them hold for a case.
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/base/check.h"
#include "libs/base/status_macros.h"
#include "tools/whistlectl/command.h"
#include "tools/whistlectl/json.h"
#include "tools/whistlectl/methods.h"
#include "tools/whistlectl/policy_backtest.h"
#include "tools/whistlectl/policy_rebind.h"
#include "tools/whistlectl/policy_rows.h"
#include "whistle/registry/v1/service.pb.h"

namespace whistle::whistlectl {
namespace {

const google::protobuf::MethodDescriptor& Method(absl::string_view name) {
  const auto method = FindMethod(name);
  WHISTLE_CHECK(method.ok(), method.status().message());
  return **method;
}

// The policy in force now, or at that version of the registry.
absl::StatusOr<registry::v1::GetPolicyResponse> PolicyAt(Client& client, uint64_t version) {
  registry::v1::GetPolicyResponse policy;
  if (version == 0) {
    WHISTLE_RETURN_IF_ERROR(client.Call(Method("registry.GetPolicy"), registry::v1::GetPolicyRequest(), "", policy));
    return policy;
  }
  registry::v1::GetRegistryRequest request;
  request.set_version(version);
  registry::v1::GetRegistryResponse response;
  WHISTLE_RETURN_IF_ERROR(client.Call(Method("registry.GetRegistry"), request, "", response));
  if (response.registry().has_policy()) *policy.mutable_policy() = response.registry().policy();
  policy.set_policy_version(response.registry().policy_version());
  *policy.mutable_positions() = response.positions();
  return policy;
}

absl::Status Show(Session& session) {
  const auto version = session.arguments.GetNumber("version");
  if (!version.ok()) return UsageError(version.status().message());
  WHISTLE_ASSIGN_OR_RETURN(Client* const client, session.Connect());
  WHISTLE_ASSIGN_OR_RETURN(const registry::v1::GetPolicyResponse found, PolicyAt(*client, *version));
  if (session.json()) {
    WHISTLE_ASSIGN_OR_RETURN(const std::string text, MessageJson(found, JsonShape::kLines));
    session.out << text << "\n";
    return absl::OkStatus();
  }
  if (!found.has_policy()) {
    return absl::NotFoundError(
        *version == 0
            ? "the registry has no policy yet; adopt one: whistlectl registry apply deploy/policy/default.yaml"
            : absl::StrCat("the registry had no policy at version ", *version));
  }
  session.out << Printable(found.policy().title()) << ", adopted by registry version " << found.policy_version()
              << "\n\n";
  session.Print(PolicyTable(found.policy()));
  return absl::OkStatus();
}

}  // namespace

std::vector<Command> PolicyCommands() {
  return {Command{.words = {"policy", "show"},
                  .summary = "every rule of the policy in force, with its source",
                  .flags = {{"version", "N", "0", "the policy in force at this version of the registry; 0: now"}},
                  .run = Show},
          PolicyRebindCommand(), PolicyBacktestCommand()};
}

}  // namespace whistle::whistlectl
