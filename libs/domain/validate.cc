#include "libs/domain/validate.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/base/time.h"
#include "libs/registry/authority.h"

namespace whistle::domain {
namespace {

using common::v1::OrganizationRef;

constexpr int kGroundsMax = 16;

// base's checks name the field in the message already.
std::optional<Rejection> FromStatus(const absl::Status& status, absl::string_view field) {
  if (status.ok()) return std::nullopt;
  Rejection rejection = Invalid(field, "", "");
  rejection.message = std::string(status.message());
  rejection.detail.set_actual(rejection.message);
  return rejection;
}

std::string DescribeActor(const common::v1::Actor& actor) {
  switch (actor.kind()) {
    case common::v1::ACTOR_KIND_PETITIONER:
      return "the petitioner's side";
    case common::v1::ACTOR_KIND_ORGANIZATION:
      return absl::StrCat("organization ", actor.organization_id());
    case common::v1::ACTOR_KIND_AGENDA:
      return "the agenda";
    default:
      return "an unnamed actor";
  }
}

std::optional<Rejection> CheckActor(const common::v1::Actor& actor, const Context& context) {
  if (auto no = CheckText(actor.office(), "context.actor.office", {.bytes_min = 0, .bytes_max = 200})) return no;
  if (actor.kind() == common::v1::ACTOR_KIND_ORGANIZATION) {
    if (!actor.petitioner_id().empty()) {
      return Invalid("context.actor.petitioner_id", "nothing for an organization", "a petitioner's id");
    }
    auto found = ResolveOrganization(actor.organization_id(), "context.actor.organization_id", context);
    if (auto* no = std::get_if<Rejection>(&found)) return std::move(*no);
    return std::nullopt;
  }
  if (actor.kind() == common::v1::ACTOR_KIND_PETITIONER) {
    if (!actor.organization_id().empty()) {
      return Invalid("context.actor.organization_id", "nothing for the petitioner's side", actor.organization_id());
    }
    if (actor.petitioner_id().empty()) return std::nullopt;
    return CheckIdentifier(actor.petitioner_id(), "context.actor.petitioner_id");
  }
  return Invalid("context.actor.kind", "ACTOR_KIND_PETITIONER or ACTOR_KIND_ORGANIZATION",
                 common::v1::ActorKind_Name(actor.kind()));
}

}  // namespace

std::optional<Rejection> CheckText(absl::string_view text, absl::string_view field, base::TextLimits limits) {
  return FromStatus(base::CheckText(text, field, limits), field);
}

std::optional<Rejection> CheckIdentifier(absl::string_view id, absl::string_view field, size_t bytes_max) {
  return FromStatus(base::CheckIdentifier(id, field, bytes_max), field);
}

std::optional<Rejection> CheckGrounds(const google::protobuf::RepeatedPtrField<common::v1::Grounds>& grounds,
                                      absl::string_view field) {
  if (grounds.size() > kGroundsMax) {
    return Invalid(field, absl::StrCat("at most ", kGroundsMax), absl::StrCat(grounds.size()));
  }
  for (int i = 0; i < grounds.size(); ++i) {
    const std::string path = absl::StrCat(field, "[", i, "]");
    if (auto no = CheckText(grounds[i].document(), path + ".document", {.bytes_max = 500})) return no;
    if (auto no = CheckText(grounds[i].clause(), path + ".clause", {.bytes_min = 0, .bytes_max = 200})) return no;
  }
  return std::nullopt;
}

std::variant<OrganizationRef, Rejection> ResolveOrganization(absl::string_view organization_id, absl::string_view field,
                                                             const Context& context) {
  if (auto no = CheckIdentifier(organization_id, field)) return *std::move(no);
  const registry::v1::Organization* organization = context.registry->Find(organization_id);
  if (organization == nullptr) {
    return NotFound("unknown_organization", field,
                    absl::StrCat(field, ": the registry knows no organization \"", organization_id, "\" at version ",
                                 context.registry->version(), "; add it first (whistlectl registry apply)"));
  }
  if (organization->retired()) {
    return Illegal("organization_retired", field, "an organization in force",
                   absl::StrCat("organization ", organization_id, " is retired"));
  }
  return context.registry->Ref(*organization);
}

std::variant<OrganizationRef, Rejection> ActingOrganization(const Context& context) {
  if (context.actor.kind() != common::v1::ACTOR_KIND_ORGANIZATION) {
    return NotAuthorized("organization_only", "context.actor", "an organization", DescribeActor(context.actor));
  }
  return ResolveOrganization(context.actor.organization_id(), "context.actor.organization_id", context);
}

std::optional<Rejection> RequirePetitioner(const Context& context) {
  if (context.actor.kind() == common::v1::ACTOR_KIND_PETITIONER) return std::nullopt;
  return NotAuthorized("petitioner_only", "context.actor", "the petitioner's side", DescribeActor(context.actor));
}

std::optional<Rejection> RequireActingFor(const OrganizationRef& organization, absl::string_view role,
                                          const Context& context) {
  const std::string expected = absl::StrCat(role, " ", organization.organization_id(), " or a superior of it");
  if (context.actor.kind() == common::v1::ACTOR_KIND_ORGANIZATION) {
    auto acting = ActingOrganization(context);
    if (auto* no = std::get_if<Rejection>(&acting)) return std::move(*no);
    if (registry::HasAuthority(std::get<OrganizationRef>(acting), organization)) return std::nullopt;
  }
  return NotAuthorized("not_the_one", "context.actor", expected, DescribeActor(context.actor));
}

std::optional<Rejection> CheckCommandContext(const common::v1::CommandContext& command, Context& context) {
  if (auto no = CheckIdentifier(command.request_id(), "context.request_id", 128)) return no;
  if (absl::StartsWith(command.request_id(), "agenda:")) {
    return Invalid("context.request_id", "an id that does not begin with \"agenda:\" (those are Whistle's own)",
                   command.request_id());
  }
  if (auto no = CheckActor(command.actor(), context)) return no;
  context.actor = command.actor();
  context.actor.set_assurance(common::v1::ASSURANCE_SELF_DECLARED);
  context.occurred_at = context.now;
  if (command.has_occurred_at()) {
    constexpr absl::string_view kField = "context.occurred_at";
    if (auto no = FromStatus(base::CheckTimestamp(command.occurred_at(), kField), kField)) return no;
    context.occurred_at = base::FromProto(command.occurred_at());
    if (context.occurred_at > context.now) {
      return Invalid(kField, absl::StrCat("a time not after now (", base::TimeText(context.now), ")"),
                     base::TimeText(context.occurred_at));
    }
  }
  return std::nullopt;
}

}  // namespace whistle::domain
