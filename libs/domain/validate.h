// Checks that many commands share. Each gives a Rejection that names the field, or nothing.
//
//   if (auto no = CheckText(request.why(), "why")) return *no;
//   auto department = ResolveOrganization(request.department_id(), "department_id", context);
//   if (auto* no = std::get_if<Rejection>(&department)) return *no;
#ifndef WHISTLE_LIBS_DOMAIN_VALIDATE_H_
#define WHISTLE_LIBS_DOMAIN_VALIDATE_H_

#include <optional>
#include <string>
#include <variant>

#include "absl/strings/string_view.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "libs/base/text.h"
#include "libs/domain/context.h"
#include "libs/domain/outcome.h"
#include "whistle/common/v1/types.pb.h"

namespace whistle::domain {

std::optional<Rejection> CheckText(absl::string_view text, absl::string_view field, base::TextLimits limits = {});
std::optional<Rejection> CheckIdentifier(absl::string_view id, absl::string_view field, size_t bytes_max = 64);
// Each with a document; at most 16.
std::optional<Rejection> CheckGrounds(const google::protobuf::RepeatedPtrField<common::v1::Grounds>& grounds,
                                      absl::string_view field);

// An organization that exists and is not retired, with its path.
std::variant<common::v1::OrganizationRef, Rejection> ResolveOrganization(absl::string_view organization_id,
                                                                         absl::string_view field,
                                                                         const Context& context);

// The acting organization, with its path; NOT_AUTHORIZED if the actor is not an organization.
std::variant<common::v1::OrganizationRef, Rejection> ActingOrganization(const Context& context);

// NOT_AUTHORIZED unless the actor is the petitioner's side.
std::optional<Rejection> RequirePetitioner(const Context& context);

// NOT_AUTHORIZED unless the acting organization is `organization`, or one with authority over it. `role` says in the
// message what the organization is to the case ("the handler").
std::optional<Rejection> RequireActingFor(const common::v1::OrganizationRef& organization, absl::string_view role,
                                          const Context& context);

// What every command must pass before its own Decide: request id (not the agenda's), actor (kind given, organization
// known, office and petitioner id well-formed), occurred_at (well-formed, not before 1900, not after now). On success
// fills context.actor and context.occurred_at.
std::optional<Rejection> CheckCommandContext(const common::v1::CommandContext& command, Context& context);

}  // namespace whistle::domain

#endif  // WHISTLE_LIBS_DOMAIN_VALIDATE_H_
