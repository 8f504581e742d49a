// Who may change the registry. (service.proto states the rule.)
#ifndef WHISTLE_SERVICES_REGISTRY_ACTORS_H_
#define WHISTLE_SERVICES_REGISTRY_ACTORS_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "services/registry/model.h"

namespace whistle::registry_chain {

// Null if there is none.
const v1::Organization* Find(const State& state, absl::string_view organization_id);

// In force, in the tree, with nobody above it.
bool IsTop(const v1::Organization& organization);

// True if `over` is `whom` or stands above it.
bool StandsOver(const State& state, const v1::Organization& over, const v1::Organization& whom);

// How many stand above it.
int DepthOf(const State& state, const v1::Organization& organization);

// NOT_AUTHORIZED unless the actor is a top organization.
std::optional<domain::Rejection> RequireTop(const State& state, const domain::Context& context);

// NOT_AUTHORIZED unless the actor is a top organization or stands over every one of `whom`.
std::optional<domain::Rejection> RequireOver(const State& state, const std::vector<const v1::Organization*>& whom,
                                             const domain::Context& context);

}  // namespace whistle::registry_chain

#endif  // WHISTLE_SERVICES_REGISTRY_ACTORS_H_
