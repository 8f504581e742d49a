// The registry's chain: organizations, policy and active level, decided like everything else, in a topic of its own.
//
// The state is registry.v1.RegistryState; the case is "registry". Decide reads the tree from the state it decides on,
// never from the Context's registry (which is made of the same chain and may be behind).
#ifndef WHISTLE_SERVICES_REGISTRY_MODEL_H_
#define WHISTLE_SERVICES_REGISTRY_MODEL_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "libs/domain/context.h"
#include "libs/domain/model.h"
#include "libs/domain/outcome.h"
#include "whistle/registry/v1/policy.pb.h"
#include "whistle/registry/v1/service.pb.h"
#include "whistle/registry/v1/state.pb.h"

namespace whistle::registry_chain {

namespace v1 = registry::v1;

// The case id of the chain: the key of its records.
inline constexpr absl::string_view kCaseId = "registry";

using State = v1::RegistryState;

// --- Decide

// organizations.cc
domain::Outcome Decide(const State& state, const v1::UpsertOrganizationRequest& request,
                       const domain::Context& context);
domain::Outcome Decide(const State& state, const v1::MoveOrganizationRequest& request, const domain::Context& context);
domain::Outcome Decide(const State& state, const v1::RetireOrganizationRequest& request,
                       const domain::Context& context);
// policy.cc
domain::Outcome Decide(const State& state, const v1::AdoptPolicyRequest& request, const domain::Context& context);
// Nothing if every field of the policy is sound; otherwise a rejection that names the field below `field`.
std::optional<domain::Rejection> CheckPolicy(const v1::Policy& policy, absl::string_view field);
// calendar.cc
domain::Outcome Decide(const State& state, const v1::AdoptCalendarRequest& request, const domain::Context& context);
// level.cc
domain::Outcome Decide(const State& state, const v1::RaiseLevelRequest& request, const domain::Context& context);
// The same for a build that knows the levels up to `level_max`.
domain::Outcome DecideRaiseLevel(const State& state, const v1::RaiseLevelRequest& request,
                                 const domain::Context& context, uint32_t level_max);

// --- Evolve

void Evolve(State& state, const journal::v1::Event& event, const domain::EventRef& ref);

// --- Indexes, Footprints, Agenda: the registry is one case, read whole, and nothing in it falls due.

domain::Model MakeModel();

}  // namespace whistle::registry_chain

#endif  // WHISTLE_SERVICES_REGISTRY_MODEL_H_
