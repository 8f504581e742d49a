#include "libs/registry/policy.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/message_differencer.h"
#include "services/registry/actors.h"
#include "services/registry/model.h"

namespace whistle::registry_chain {
namespace {

using domain::Context;
using domain::Invalid;
using domain::Rejection;
using v1::Policy;

}  // namespace

std::optional<Rejection> CheckPolicy(const Policy& policy, absl::string_view field) {
  const auto fault = registry::FindFault(policy);
  if (!fault) return std::nullopt;
  return Invalid(absl::StrCat(field, ".", fault->field), fault->expected, fault->found);
}

domain::Outcome Decide(const State& state, const v1::AdoptPolicyRequest& request, const Context& context) {
  if (auto no = CheckPolicy(request.policy(), "policy")) return *std::move(no);
  if (google::protobuf::util::MessageDifferencer::Equals(state.policy(), request.policy())) {
    return domain::Already("policy_adopted", "policy", domain::MakeEventId(base::Version{state.policy_version()}, 1));
  }
  if (auto no = RequireTop(state, context)) return *std::move(no);
  journal::v1::Event event = context.NewEvent();
  *event.mutable_policy_adopted()->mutable_policy() = request.policy();
  return domain::Events{std::move(event)};
}

}  // namespace whistle::registry_chain
