// What is wrong with a policy, if anything: the one check that the command which adopts a policy and the tools which
// read one from a file both make.
//
// It goes by the descriptor, so that a rule added to the policy is checked too: every term, escalation and finding rule
// must be there and be sound, and a number without limits of its own is 1 to kPolicyTimesMax.
//
// Pure functions; any thread may call.
#ifndef WHISTLE_LIBS_REGISTRY_POLICY_H_
#define WHISTLE_LIBS_REGISTRY_POLICY_H_

#include <optional>

#include "libs/registry/fault.h"
#include "whistle/registry/v1/policy.pb.h"

namespace whistle::registry {

// How often something must happen on a case before anything follows: a finding or an escalation names each time as a
// proof, and 64 are what a reader can still check by hand.
inline constexpr int kPolicyTimesMax = 64;

// The first fault, in the order of the policy's fields.
std::optional<Fault> FindFault(const v1::Policy& policy);

}  // namespace whistle::registry

#endif  // WHISTLE_LIBS_REGISTRY_POLICY_H_
