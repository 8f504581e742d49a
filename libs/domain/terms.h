// Dates that the system sets: a term of the policy, counted from the occurred time of the act that starts it.
//
// Until calendars arrive a day is 24 hours from the start, and there are no working days: a policy that states a term
// in them is refused when it is adopted (services/registry).
#ifndef WHISTLE_LIBS_DOMAIN_TERMS_H_
#define WHISTLE_LIBS_DOMAIN_TERMS_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "whistle/common/v1/types.pb.h"
#include "whistle/registry/v1/policy.pb.h"

namespace whistle::domain {

// The date `term` after `start`. `rule` is the policy's field name ("response"); `policy_version` the registry version
// the policy was taken from (CaseHeader.policy_version).
common::v1::DueDate DueFrom(absl::Time start, const registry::v1::Term& term, absl::string_view rule,
                            uint64_t policy_version);

// A date that a person named: rule "given".
common::v1::DueDate DueGiven(absl::Time due_at, uint64_t policy_version);

// How long a term is.
absl::Duration LengthOf(const registry::v1::Term& term);

// "5 calendar days", for messages.
std::string TermText(const registry::v1::Term& term);

}  // namespace whistle::domain

#endif  // WHISTLE_LIBS_DOMAIN_TERMS_H_
