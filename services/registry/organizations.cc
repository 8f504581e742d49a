#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/message_differencer.h"
#include "libs/domain/validate.h"
#include "libs/registry/fold.h"
#include "services/registry/actors.h"
#include "services/registry/limits.h"
#include "services/registry/model.h"

namespace whistle::registry_chain {
namespace {

using domain::Context;
using domain::Events;
using domain::Outcome;
using domain::Rejection;
using v1::Organization;

Rejection Unknown(absl::string_view field, absl::string_view id) {
  return domain::NotFound("unknown_organization", field,
                          absl::StrCat(field, ": the registry knows no organization \"", id, "\""));
}

Rejection Retired(absl::string_view field, absl::string_view id) {
  return domain::Illegal("organization_retired", field, "an organization in force",
                         absl::StrCat("organization ", id, " is retired"));
}

// The event that changed it last. The registry's decisions hold one event each.
std::string LastChange(const State& state, absl::string_view organization_id) {
  const int place = registry::PlaceOf(state, organization_id);
  return domain::MakeEventId(base::Version{state.organization_versions(place)}, 1);
}

std::vector<const Organization*> BelowInForce(const State& state, absl::string_view organization_id) {
  std::vector<const Organization*> below;
  for (const Organization& organization : state.organizations()) {
    if (!organization.retired() && organization.superior_id() == organization_id) below.push_back(&organization);
  }
  return below;
}

std::optional<Rejection> CheckFields(const Organization& organization) {
  if (auto no = domain::CheckIdentifier(organization.organization_id(), "organization.organization_id")) return no;
  if (auto no = domain::CheckText(organization.name(), "organization.name", {.bytes_max = 300})) return no;
  if (!v1::OrganizationKind_IsValid(organization.kind()) || organization.kind() == v1::ORGANIZATION_KIND_UNSPECIFIED) {
    return domain::Invalid("organization.kind", "one of OrganizationKind", absl::StrCat(organization.kind()));
  }
  if (!v1::OrganizationLevel_IsValid(organization.level()) ||
      (organization.level() == v1::ORGANIZATION_LEVEL_UNSPECIFIED && !organization.outside_tree())) {
    return domain::Invalid("organization.level", "one of OrganizationLevel (none only outside the tree)",
                           absl::StrCat(organization.level()));
  }
  if (organization.retired()) {
    return domain::Invalid("organization.retired", "false (RetireOrganization retires)", "true");
  }
  if (organization.outside_tree() && !organization.superior_id().empty()) {
    return domain::Invalid("organization.superior_id", "none, for an organization outside the tree",
                           organization.superior_id());
  }
  if (!organization.superior_id().empty() && organization.superior_id() == organization.organization_id()) {
    return domain::Invalid("organization.superior_id", "another organization", "the organization itself");
  }
  return std::nullopt;
}

// `superior_id` names one in force, in the tree, not lower than `organization`, with room below it.
std::optional<Rejection> CheckSuperior(const State& state, const Organization& organization,
                                       absl::string_view superior_id, absl::string_view field) {
  const Organization* superior = Find(state, superior_id);
  if (superior == nullptr) return Unknown(field, superior_id);
  if (superior->retired()) return Retired(field, superior_id);
  if (superior->outside_tree()) {
    return domain::Illegal("superior_outside_tree", field, "a superior in the authority tree",
                           absl::StrCat("organization ", superior_id, " stands outside it"));
  }
  if (superior->level() < organization.level()) {
    return domain::Illegal(
        "superior_too_low", field, "a superior at the same level or a higher one",
        absl::StrCat(superior_id, " is ", v1::OrganizationLevel_Name(superior->level()), ", ",
                     organization.organization_id(), " is ", v1::OrganizationLevel_Name(organization.level())));
  }
  if (DepthOf(state, *superior) + 2 > kDepthMax) return domain::OverLimit(field, kDepthMax);
  return std::nullopt;
}

Outcome Upserted(const Organization& organization, const Context& context) {
  journal::v1::Event event = context.NewEvent();
  *event.mutable_organization_upserted()->mutable_organization() = organization;
  return Events{std::move(event)};
}

Outcome DecideAdd(const State& state, const Organization& organization, const Context& context) {
  if (state.organizations_size() >= kOrganizationsMax) return domain::OverLimit("organization", kOrganizationsMax);
  if (state.organizations().empty()) {
    // Anybody may begin; what is added next needs somebody who may.
    if (organization.outside_tree() || !organization.superior_id().empty()) {
      return domain::Illegal("first_is_top", "organization", "the top of a tree first, without a superior",
                             "the registry knows no organization yet");
    }
    return Upserted(organization, context);
  }
  if (organization.superior_id().empty()) {
    if (auto no = RequireTop(state, context)) return *std::move(no);
    return Upserted(organization, context);
  }
  if (auto no = CheckSuperior(state, organization, organization.superior_id(), "organization.superior_id")) {
    return *std::move(no);
  }
  if (auto no = RequireOver(state, {Find(state, organization.superior_id())}, context)) return *std::move(no);
  return Upserted(organization, context);
}

Outcome DecideChange(const State& state, const Organization& before, const Organization& after,
                     const Context& context) {
  if (before.retired()) return Retired("organization.organization_id", before.organization_id());
  if (after.superior_id() != before.superior_id()) {
    return domain::Illegal("moved_by_move_only", "organization.superior_id",
                           "the superior it has; MoveOrganization gives it another",
                           absl::StrCat(before.organization_id(), " is below \"", before.superior_id(), "\", not \"",
                                        after.superior_id(), "\""));
  }
  if (after.outside_tree() != before.outside_tree()) {
    return domain::Illegal("outside_tree_is_fixed", "organization.outside_tree",
                           "what it was added as; retire it and add another",
                           absl::StrCat(before.organization_id(),
                                        before.outside_tree() ? " stands outside the tree" : " stands in the tree"));
  }
  if (google::protobuf::util::MessageDifferencer::Equals(before, after)) {
    return domain::Already("organization_is_so", before.organization_id(), LastChange(state, before.organization_id()));
  }
  if (!after.superior_id().empty()) {
    if (auto no = CheckSuperior(state, after, after.superior_id(), "organization.level")) return *std::move(no);
  }
  for (const Organization* below : BelowInForce(state, after.organization_id())) {
    if (below->level() <= after.level()) continue;
    return domain::Illegal(
        "level_below_subordinate", "organization.level",
        absl::StrCat("at least ", v1::OrganizationLevel_Name(below->level())),
        absl::StrCat(below->organization_id(), " below it is ", v1::OrganizationLevel_Name(below->level())));
  }
  if (auto no = RequireOver(state, {&before}, context)) return *std::move(no);
  return Upserted(after, context);
}

// The longest path from the organization down, itself counted.
int HeightOf(const State& state, const Organization& organization) {
  const int depth = DepthOf(state, organization);
  int height = 1;
  for (const Organization& other : state.organizations()) {
    if (StandsOver(state, organization, other)) height = std::max(height, DepthOf(state, other) - depth + 1);
  }
  return height;
}

std::optional<Rejection> CheckMove(const State& state, const Organization& moved, absl::string_view to) {
  constexpr absl::string_view kField = "to_superior_id";
  if (to.empty()) return std::nullopt;
  if (auto no = CheckSuperior(state, moved, to, kField)) return no;
  const Organization* superior = Find(state, to);
  if (StandsOver(state, moved, *superior)) {
    return domain::Illegal("tree_would_loop", kField, "a superior that is neither the organization nor below it",
                           absl::StrCat(to, moved.organization_id() == to ? " is the organization itself"
                                                                          : " stands below the organization"));
  }
  if (DepthOf(state, *superior) + 1 + HeightOf(state, moved) > kDepthMax) return domain::OverLimit(kField, kDepthMax);
  return std::nullopt;
}

}  // namespace

Outcome Decide(const State& state, const v1::UpsertOrganizationRequest& request, const Context& context) {
  const Organization& organization = request.organization();
  if (auto no = CheckFields(organization)) return *std::move(no);
  const Organization* before = Find(state, organization.organization_id());
  if (before == nullptr) return DecideAdd(state, organization, context);
  return DecideChange(state, *before, organization, context);
}

Outcome Decide(const State& state, const v1::MoveOrganizationRequest& request, const Context& context) {
  if (auto no = domain::CheckIdentifier(request.organization_id(), "organization_id")) return *std::move(no);
  if (!request.to_superior_id().empty()) {
    if (auto no = domain::CheckIdentifier(request.to_superior_id(), "to_superior_id")) return *std::move(no);
  }
  const Organization* moved = Find(state, request.organization_id());
  if (moved == nullptr) return Unknown("organization_id", request.organization_id());
  if (moved->retired()) return Retired("organization_id", request.organization_id());
  if (moved->outside_tree()) {
    return domain::Illegal("organization_outside_tree", "organization_id", "an organization of the authority tree",
                           absl::StrCat(request.organization_id(), " stands outside it"));
  }
  if (moved->superior_id() == request.to_superior_id()) {
    return domain::Already("organization_is_there", request.organization_id(),
                           LastChange(state, request.organization_id()));
  }
  if (auto no = CheckMove(state, *moved, request.to_superior_id())) return *std::move(no);
  if (request.to_superior_id().empty()) {
    if (auto no = RequireTop(state, context)) return *std::move(no);
  } else if (auto no = RequireOver(state, {moved, Find(state, request.to_superior_id())}, context)) {
    return *std::move(no);
  }
  journal::v1::Event event = context.NewEvent();
  auto* body = event.mutable_organization_moved();
  body->set_organization_id(moved->organization_id());
  body->set_from_superior_id(moved->superior_id());
  body->set_to_superior_id(request.to_superior_id());
  return Events{std::move(event)};
}

Outcome Decide(const State& state, const v1::RetireOrganizationRequest& request, const Context& context) {
  if (auto no = domain::CheckIdentifier(request.organization_id(), "organization_id")) return *std::move(no);
  if (auto no = domain::CheckText(request.why(), "why", {.bytes_max = 500})) return *std::move(no);
  const Organization* retired = Find(state, request.organization_id());
  if (retired == nullptr) return Unknown("organization_id", request.organization_id());
  if (retired->retired()) {
    return domain::Already("organization_retired", request.organization_id(),
                           LastChange(state, request.organization_id()));
  }
  if (const auto below = BelowInForce(state, request.organization_id()); !below.empty()) {
    return domain::Illegal("has_subordinates", "organization_id",
                           "an organization with nothing below it; move or retire those first",
                           absl::StrCat(below.size(), " below it, among them ", below.front()->organization_id()));
  }
  if (auto no = RequireOver(state, {retired}, context)) return *std::move(no);
  if (IsTop(*retired)) {
    int tops = 0;
    for (const Organization& organization : state.organizations()) tops += IsTop(organization) ? 1 : 0;
    if (tops == 1) {
      return domain::Illegal("last_top", "organization_id", "another top organization first, or nobody could act",
                             absl::StrCat(request.organization_id(), " is the last at the top of a tree"));
    }
  }
  journal::v1::Event event = context.NewEvent();
  event.mutable_organization_retired()->set_organization_id(request.organization_id());
  event.mutable_organization_retired()->set_why(request.why());
  return Events{std::move(event)};
}

}  // namespace whistle::registry_chain
