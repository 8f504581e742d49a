#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "libs/domain/case_header.h"
#include "libs/domain/terms.h"
#include "libs/domain/validate.h"
#include "libs/registry/authority.h"
#include "services/intake/checks.h"
#include "services/intake/model.h"

namespace whistle::intake {

using domain::Context;
using domain::Outcome;
using domain::Rejection;

namespace {

using common::v1::OrganizationRef;

// The acting organization, if it may bind the case to another policy: stricter than the keeper, for the numbers of a
// policy bind whoever keeps the case, and before the first handler that could be anybody.
std::variant<OrganizationRef, Rejection> BinderOf(const State& state, const Context& context) {
  auto acting = domain::ActingOrganization(context);
  if (std::holds_alternative<Rejection>(acting)) return acting;
  const auto& binder = std::get<OrganizationRef>(acting);
  if (!binder.outside_tree() && binder.superior_ids().empty()) return acting;
  const v1::CaseHeader& header = state.header();
  if (header.has_handler() && registry::HasAuthority(binder, header.handler())) return acting;
  return domain::NotAuthorized(
      "no_authority", "context.actor",
      header.has_handler()
          ? absl::StrCat("an organization at the top of a tree, or one with authority over the handler ",
                         header.handler().organization_id())
          : "an organization at the top of a tree: the case has no handler yet",
      absl::StrCat("organization ", binder.organization_id()));
}

}  // namespace

Outcome Decide(const State& state, const v1::RegisterCaseRequest& request, const Context& context) {
  if (state.header().has_registered_at()) {
    return domain::Already("case_registered", context.case_id, domain::MakeEventId(base::Version{1}, 1));
  }
  if (auto no = domain::CheckText(request.title(), "title", {.bytes_max = 200})) return *std::move(no);
  if (auto no = domain::CheckText(request.demand(), "demand", {.bytes_max = 8000})) return *std::move(no);
  if (auto no = domain::CheckIdentifier(request.category(), "category")) return *std::move(no);
  if (auto no = domain::CheckIdentifier(request.site().site_id(), "site.site_id")) return *std::move(no);
  if (auto no = domain::CheckText(request.site().name(), "site.name", {.bytes_max = 300})) return *std::move(no);
  if (!context.registry->has_policy()) {
    return domain::Illegal("no_policy", "policy",
                           "once a policy was adopted: whistle.registry.v1.RegistryService/AdoptPolicy, or "
                           "`whistlectl registry apply deploy/policy/default.yaml`",
                           absl::StrCat("the registry (version ", context.registry->version(), ") has none"));
  }
  const registry::v1::Policy& policy = context.registry->policy();
  journal::v1::Event event = context.NewEvent();
  auto* body = event.mutable_case_registered();
  body->set_title(request.title());
  body->set_demand(request.demand());
  body->set_category(request.category());
  *body->mutable_site() = request.site();
  body->set_petitioner_id(context.entropy);
  if (auto acting = ActingIfOrganization(context)) *body->mutable_registered_by() = *std::move(acting);
  *body->mutable_policy() = policy;
  body->set_policy_version(context.registry->policy_version());
  *body->mutable_acceptance_due() =
      domain::DueFrom(context.occurred_at, policy.acceptance(), "acceptance",
                      {context.registry->calendar(), context.registry->policy_version(), policy.warn_percent()});
  return domain::Events{std::move(event)};
}

Outcome Decide(const State& state, const v1::RebindPolicyRequest& request, const Context& context) {
  if (auto no = domain::RequireOpen(state.header(), context)) return *std::move(no);
  if (auto no = domain::CheckText(request.why(), "why")) return *std::move(no);
  const uint64_t in_force = context.registry->policy_version();
  if (request.policy_version() != 0 && request.policy_version() != in_force) {
    return domain::Illegal("policy_changed", "policy_version", "the version of the policy in force, seen anew",
                           absl::StrCat("the policy in force is that of registry version ", in_force, ", not of ",
                                        request.policy_version()));
  }
  if (in_force <= state.header().policy_version()) {
    return domain::Already("policy_bound", context.case_id, state.policy_event_id());
  }
  if (auto no = RequireNotBefore(state.header().registered_at(), "was registered", context)) return *std::move(no);
  auto binder = BinderOf(state, context);
  if (auto* no = std::get_if<Rejection>(&binder)) return std::move(*no);
  journal::v1::Event event = context.NewEvent();
  auto* body = event.mutable_policy_rebound();
  *body->mutable_policy() = context.registry->policy();
  body->set_policy_version(in_force);
  body->set_from_policy_version(state.header().policy_version());
  body->set_why(request.why());
  *body->mutable_bound_by() = std::get<OrganizationRef>(std::move(binder));
  return domain::Events{std::move(event)};
}

}  // namespace whistle::intake
