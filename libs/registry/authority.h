// Authority (管辖): an organization has it over itself and everything below it in the tree. (DOMAIN: Words.)
//
// Pure functions of the paths that events carry, so that authority can be judged from a case alone, as of the day of
// each event.
#ifndef WHISTLE_LIBS_REGISTRY_AUTHORITY_H_
#define WHISTLE_LIBS_REGISTRY_AUTHORITY_H_

#include <optional>
#include <string>

#include "absl/types/span.h"
#include "whistle/common/v1/types.pb.h"

namespace whistle::registry {

// Nobody but itself has authority over an organization outside the tree, and it has none over others.
bool HasAuthority(const common::v1::OrganizationRef& over, const common::v1::OrganizationRef& whom);

// The lowest organization that has authority over every one of `organizations`; those outside the tree are left out.
// Nothing if none is left or they stand in different trees.
std::optional<std::string> LowestCommonSuperior(absl::Span<const common::v1::OrganizationRef> organizations);

}  // namespace whistle::registry

#endif  // WHISTLE_LIBS_REGISTRY_AUTHORITY_H_
