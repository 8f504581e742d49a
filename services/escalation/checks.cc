#include "services/escalation/checks.h"

#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/time.h"
#include "libs/domain/case_header.h"
#include "libs/domain/terms.h"
#include "libs/registry/authority.h"
#include "services/escalation/limits.h"

namespace whistle::escalation {
namespace {

std::optional<Rejection> CheckCount(int count, int min, int max, absl::string_view field) {
  if (count >= min && count <= max) return std::nullopt;
  const std::string expected = min == 0 ? absl::StrCat("at most ", max) : absl::StrCat(min, " to ", max);
  return domain::Invalid(field, expected, absl::StrCat(count));
}

}  // namespace

std::optional<Rejection> RequireNotMerged(const intake::v1::CaseHeader& header, const Context& context) {
  if (auto no = domain::RequireCase(header, context)) return no;
  if (header.status() != intake::v1::CASE_STATUS_MERGED) return std::nullopt;
  return domain::Illegal("case_merged", context.case_id,
                         absl::StrCat("on case ", header.merged_into_case_id(), ", which goes on in its place"),
                         domain::DescribeStatus(header));
}

std::optional<Rejection> CheckEvidenceEvents(const Texts& ids, int min, absl::string_view field,
                                             const Context& context) {
  if (auto no = CheckCount(ids.size(), min, kEvidenceEventsMax, field)) return no;
  std::set<std::string> seen;
  for (int i = 0; i < ids.size(); ++i) {
    const std::string at = absl::StrCat(field, "[", i, "]");
    if (auto no = domain::CheckIdentifier(ids[i], at)) return no;
    if (!seen.insert(ids[i]).second) return domain::Invalid(at, "each event once", ids[i]);
    if (!context.history->FindEvent(ids[i])) {
      return domain::NotFound("unknown_event", at,
                              absl::StrCat(at, ": the case has no event \"", ids[i],
                                           "\"; the timeline names each event (\"<version>.<number>\")"));
    }
  }
  return std::nullopt;
}

std::optional<Rejection> CheckEvidence(const google::protobuf::RepeatedPtrField<common::v1::Evidence>& evidence,
                                       int min, absl::string_view field) {
  if (auto no = CheckCount(evidence.size(), min, kEvidenceMax, field)) return no;
  for (int i = 0; i < evidence.size(); ++i) {
    const std::string at = absl::StrCat(field, "[", i, "]");
    const common::v1::Evidence& document = evidence[i];
    if (document.sha256().size() != 32) {
      return domain::Invalid(at + ".sha256", "32 bytes", absl::StrCat(document.sha256().size(), " bytes"));
    }
    if (auto no = domain::CheckText(document.media_type(), at + ".media_type", {.bytes_max = 100})) return no;
    if (auto no = domain::CheckText(document.title(), at + ".title", {.bytes_max = 500})) return no;
    if (auto no = domain::CheckText(document.location(), at + ".location", {.bytes_max = 1000})) return no;
  }
  return std::nullopt;
}

std::variant<std::vector<OrganizationRef>, Rejection> ResolveOrganizations(const Texts& ids, int min, int max,
                                                                           absl::string_view field,
                                                                           const Context& context) {
  if (auto no = CheckCount(ids.size(), min, max, field)) return *std::move(no);
  std::vector<OrganizationRef> organizations;
  std::set<std::string> seen;
  for (int i = 0; i < ids.size(); ++i) {
    const std::string at = absl::StrCat(field, "[", i, "]");
    auto organization = domain::ResolveOrganization(ids[i], at, context);
    if (auto* no = std::get_if<Rejection>(&organization)) return std::move(*no);
    if (!seen.insert(ids[i]).second) return domain::Invalid(at, "each organization once", ids[i]);
    organizations.push_back(std::get<OrganizationRef>(std::move(organization)));
  }
  return organizations;
}

std::optional<Rejection> CheckDueGiven(const google::protobuf::Timestamp& due_at, absl::string_view field,
                                       const Context& context) {
  if (const auto status = base::CheckTimestamp(due_at, field); !status.ok()) {
    return domain::Invalid(field, "a time from 1900 to 9999", std::string(status.message()));
  }
  if (base::FromProto(due_at) > context.occurred_at) return std::nullopt;
  return domain::Invalid(field, absl::StrCat("a time after the act (", base::TimeText(context.occurred_at), ")"),
                         base::TimeText(base::FromProto(due_at)));
}

std::optional<Rejection> RequireNotBefore(const google::protobuf::Timestamp& time, absl::string_view what,
                                          const Context& context) {
  if (context.occurred_at >= base::FromProto(time)) return std::nullopt;
  return domain::Invalid("context.occurred_at",
                         absl::StrCat("a time not before ", what, " (", base::TimeText(base::FromProto(time)), ")"),
                         base::TimeText(context.occurred_at));
}

const OrganizationRef* Holder(const v1::EscalationState& state) {
  if (state.has_handling()) return &state.handling().upgraded().lead();
  return state.header().has_handler() ? &state.header().handler() : nullptr;
}

std::optional<OrganizationRef> NextRung(const OrganizationRef& organization, const Context& context) {
  for (const std::string& id : organization.superior_ids()) {
    const registry::v1::Organization* superior = context.registry->Find(id);
    if (superior != nullptr && !superior->retired()) return context.registry->Ref(*superior);
  }
  return std::nullopt;
}

OrganizationRef RefInForce(const std::string& organization_id, const Context& context) {
  const registry::v1::Organization* found = context.registry->Find(organization_id);
  if (found == nullptr) {
    OrganizationRef unknown;
    unknown.set_organization_id(organization_id);
    return unknown;
  }
  OrganizationRef organization = context.registry->Ref(*found);
  if (found->retired()) return NextRung(organization, context).value_or(organization);
  return organization;
}

common::v1::DueDate Due(const google::protobuf::Timestamp* given, const registry::v1::Term& term,
                        absl::string_view rule, const intake::v1::CaseHeader& header, const Context& context) {
  if (given != nullptr)
    return domain::DueGiven(context.occurred_at, base::FromProto(*given), domain::BasisOf(header, context));
  return domain::DueFrom(context.occurred_at, term, rule, domain::BasisOf(header, context));
}

Rejection NotOpen(const v1::EscalationState& state, absl::string_view id, journal::v1::Event::BodyCase made_by,
                  absl::string_view noun, const Context& context) {
  const std::string field = absl::StrCat(noun, "_id");
  if (auto no = domain::CheckIdentifier(id, field)) return *std::move(no);
  const auto event = context.history->FindEvent(id);
  if (!event || event->body_case() != made_by) {
    return domain::NotFound(absl::StrCat("unknown_", noun), field,
                            absl::StrCat(field, ": the case has no ", noun, " \"", id, "\""));
  }
  const std::string reason = absl::StrCat(noun, "_settled");
  for (const v1::Settled& settled : state.settled()) {
    if (id == settled.id()) return domain::Already(reason, id, settled.by_event_id());
  }
  return domain::Illegal(reason, id, absl::StrCat("for a ", noun, " that is open"),
                         absl::StrCat("the ", noun, " was settled earlier, see the timeline"));
}

std::string NameOf(const OrganizationRef& organization) {
  return absl::StrCat(organization.name(), " (", organization.organization_id(), ")");
}

std::optional<Rejection> RequireAuthority(const OrganizationRef& over, const OrganizationRef& whom,
                                          absl::string_view field) {
  if (registry::HasAuthority(over, whom)) return std::nullopt;
  return domain::NotAuthorized("no_authority", field,
                               whom.outside_tree() ? absl::StrCat("nobody (", NameOf(whom), " stands outside the tree)")
                                                   : absl::StrCat("an organization with authority over ", NameOf(whom)),
                               NameOf(over));
}

std::optional<Rejection> RequireNotOneself(const OrganizationRef& acting, const OrganizationRef& whom,
                                           absl::string_view what) {
  if (acting.organization_id() != whom.organization_id()) return std::nullopt;
  if (whom.superior_ids().empty() && !whom.outside_tree()) return std::nullopt;
  return domain::NotAuthorized("oneself", "context.actor", absl::StrCat("an organization other than ", what),
                               NameOf(acting));
}

registry::v1::OrganizationKind KindOf(const OrganizationRef& organization, const Context& context) {
  const registry::v1::Organization* found = context.registry->Find(organization.organization_id());
  return found == nullptr ? registry::v1::ORGANIZATION_KIND_UNSPECIFIED : found->kind();
}

}  // namespace whistle::escalation
