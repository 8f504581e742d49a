#include "services/registry/actors.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "libs/registry/fold.h"

namespace whistle::registry_chain {
namespace {

using domain::Rejection;

// The acting organization, in force; null if the actor is nobody of that kind.
const v1::Organization* Acting(const State& state, const domain::Context& context) {
  if (context.actor.kind() != common::v1::ACTOR_KIND_ORGANIZATION) return nullptr;
  const v1::Organization* acting = Find(state, context.actor.organization_id());
  return acting == nullptr || acting->retired() ? nullptr : acting;
}

std::string Describe(const domain::Context& context) {
  return context.actor.kind() == common::v1::ACTOR_KIND_ORGANIZATION
             ? absl::StrCat("organization ", context.actor.organization_id())
             : "somebody who acts for no organization";
}

}  // namespace

const v1::Organization* Find(const State& state, absl::string_view organization_id) {
  const int place = registry::PlaceOf(state, organization_id);
  return place < 0 ? nullptr : &state.organizations(place);
}

bool IsTop(const v1::Organization& organization) {
  return !organization.retired() && !organization.outside_tree() && organization.superior_id().empty();
}

bool StandsOver(const State& state, const v1::Organization& over, const v1::Organization& whom) {
  // The tree is one by the registry's own rules; counting keeps a broken one from holding us for ever.
  const v1::Organization* at = &whom;
  for (int steps = 0; at != nullptr && steps <= state.organizations_size(); ++steps) {
    if (at->organization_id() == over.organization_id()) return true;
    if (at->superior_id().empty()) return false;
    at = Find(state, at->superior_id());
  }
  return false;
}

int DepthOf(const State& state, const v1::Organization& organization) {
  int depth = 0;
  const v1::Organization* at = &organization;
  while (!at->superior_id().empty() && depth <= state.organizations_size()) {
    at = Find(state, at->superior_id());
    if (at == nullptr) break;
    ++depth;
  }
  return depth;
}

std::optional<Rejection> RequireTop(const State& state, const domain::Context& context) {
  const v1::Organization* acting = Acting(state, context);
  if (acting != nullptr && IsTop(*acting)) return std::nullopt;
  return domain::NotAuthorized("top_only", "context.actor", "an organization at the top of a tree", Describe(context));
}

std::optional<Rejection> RequireOver(const State& state, const std::vector<const v1::Organization*>& whom,
                                     const domain::Context& context) {
  const v1::Organization* acting = Acting(state, context);
  const bool may =
      acting != nullptr && (IsTop(*acting) || std::all_of(whom.begin(), whom.end(), [&](const v1::Organization* one) {
                              return StandsOver(state, *acting, *one);
                            }));
  if (may) return std::nullopt;
  std::string expected = "an organization at the top of a tree, or one with authority over ";
  for (const v1::Organization* one : whom) {
    absl::StrAppend(&expected, one == whom.front() ? "" : " and ", one->organization_id());
  }
  return domain::NotAuthorized("no_authority", "context.actor", expected, Describe(context));
}

}  // namespace whistle::registry_chain
