#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/time.h"
#include "libs/domain/case_header.h"
#include "libs/registry/authority.h"
#include "services/escalation/checks.h"
#include "services/escalation/deadlines.h"
#include "services/escalation/limits.h"
#include "services/escalation/model.h"

namespace whistle::escalation {
namespace {

using domain::Outcome;

// Who leads: named, or who acts.
std::variant<OrganizationRef, Rejection> Lead(const v1::UpgradeHandlingRequest& request, const Context& context) {
  if (request.lead_organization_id().empty()) return domain::ActingOrganization(context);
  return domain::ResolveOrganization(request.lead_organization_id(), "lead_organization_id", context);
}

// What was done while the case was open may be entered after it was closed.
std::optional<Rejection> RequireOpenThen(const State& state, const Context& context) {
  auto no = domain::RequireOpen(state.header(), context);
  if (!no || state.header().status() != intake::v1::CASE_STATUS_CLOSED) return no;
  if (context.occurred_at < base::FromProto(state.header().status_since())) return std::nullopt;
  return no;
}

// One upgraded handling goes on at a time; only from further above is it taken over.
std::optional<Rejection> CheckPresent(const State& state, const OrganizationRef& lead) {
  if (!state.has_handling()) return std::nullopt;
  const OrganizationRef& present = state.handling().upgraded().lead();
  if (present.organization_id() == lead.organization_id()) {
    return domain::Already("already_upgraded", lead.organization_id(), state.handling().handling_id());
  }
  if (registry::HasAuthority(lead, present)) return std::nullopt;
  return domain::Illegal(
      "handled_higher_up", lead.organization_id(), absl::StrCat("a superior of ", NameOf(present)),
      absl::StrCat(NameOf(present), " leads upgraded handling since event ", state.handling().handling_id()));
}

std::optional<Rejection> RequireMayUpgrade(const State& state, const OrganizationRef& lead,
                                           const std::vector<OrganizationRef>& bound, const Context& context) {
  if (auto no = domain::RequireActingFor(lead, "the lead organization", context)) return no;
  if (state.has_escalation()) {
    if (auto no = domain::RequireActingFor(state.escalation().raised().to(), "the organization the case is before",
                                           context)) {
      return no;
    }
  }
  // A handler outside the tree has nobody above it; that must not keep the case where it is.
  if (state.header().has_handler() && !state.header().handler().outside_tree()) {
    if (auto no = RequireAuthority(lead, state.header().handler(), "lead_organization_id")) return no;
  }
  for (size_t i = 0; i < bound.size(); ++i) {
    if (auto no = RequireAuthority(lead, bound[i], absl::StrCat("bound_organization_ids[", i, "]"))) return no;
  }
  return std::nullopt;
}

}  // namespace

Outcome Decide(const State& state, const v1::UpgradeHandlingRequest& request, const Context& context) {
  if (auto no = domain::RequireOpen(state.header(), context)) return *std::move(no);
  if (auto no = domain::CheckText(request.leader_office(), "leader_office", {.bytes_max = 200})) return *std::move(no);
  if (auto no = domain::CheckText(request.instructions(), "instructions", {.bytes_min = 0})) return *std::move(no);
  if (request.has_due_at()) {
    if (auto no = CheckDueGiven(request.due_at(), "due_at", context)) return *std::move(no);
  }
  auto bound = ResolveOrganizations(request.bound_organization_ids(), 0, kBoundMax, "bound_organization_ids", context);
  if (auto* no = std::get_if<Rejection>(&bound)) return std::move(*no);
  auto resolved = Lead(request, context);
  if (auto* no = std::get_if<Rejection>(&resolved)) return std::move(*no);
  const OrganizationRef& lead = std::get<OrganizationRef>(resolved);

  if (state.header().handler().organization_id() == lead.organization_id()) {
    return domain::Illegal(
        "lead_is_handler", lead.organization_id(), "an organization above the handler",
        absl::StrCat(NameOf(lead), " is the handler since event ", state.header().handler_event_id()));
  }
  if (auto no = CheckPresent(state, lead)) return *std::move(no);
  const auto& organizations = std::get<std::vector<OrganizationRef>>(bound);
  if (auto no = RequireMayUpgrade(state, lead, organizations, context)) return *std::move(no);
  auto acting = domain::ActingOrganization(context);
  if (auto* no = std::get_if<Rejection>(&acting)) return std::move(*no);

  journal::v1::Event event = context.NewEvent();
  v1::HandlingUpgraded& upgraded = *event.mutable_handling_upgraded();
  upgraded.set_escalation_id(state.escalation().escalation_id());
  *upgraded.mutable_upgraded_by() = std::get<OrganizationRef>(acting);
  *upgraded.mutable_lead() = lead;
  upgraded.set_leader_office(request.leader_office());
  if (state.header().has_handler()) *upgraded.mutable_handler() = state.header().handler();
  for (const OrganizationRef& organization : organizations) *upgraded.add_bound() = organization;
  *upgraded.mutable_due() =
      Due(request.has_due_at() ? &request.due_at() : nullptr, state.header().policy().upgraded_handling(),
          "upgraded_handling", state.header(), context);
  upgraded.set_instructions(request.instructions());
  upgraded.set_replaces_handling_id(state.handling().handling_id());
  domain::Events events{std::move(event)};
  AddLifted(state, context, &events);
  return events;
}

Outcome Decide(const State& state, const v1::CompleteHandlingRequest& request, const Context& context) {
  if (auto no = RequireOpenThen(state, context)) return *std::move(no);
  const int count = request.measures_size();
  if (count == 0 || count > kMeasuresMax) {
    return domain::Invalid("measures", absl::StrCat("1 to ", kMeasuresMax), absl::StrCat(count));
  }
  v1::HandlingCompleted completed;
  for (int i = 0; i < count; ++i) {
    const std::string at = absl::StrCat("measures[", i, "]");
    const v1::MeasureTaken& taken = request.measures(i);
    if (auto no = domain::CheckText(taken.text(), at + ".text", {.bytes_max = 1000})) return *std::move(no);
    v1::Measure& measure = *completed.add_measures();
    measure.set_text(taken.text());
    if (taken.organization_id().empty()) continue;
    auto organization = domain::ResolveOrganization(taken.organization_id(), at + ".organization_id", context);
    if (auto* no = std::get_if<Rejection>(&organization)) return std::move(*no);
    *measure.mutable_organization() = std::get<OrganizationRef>(organization);
  }
  const std::string& id = request.handling_id();
  if (id.empty() || state.handling().handling_id() != id) {
    if (!id.empty() && state.last_handling().handling_id() == id) {
      return domain::Already("handling_settled", id, state.last_handling().settled_by_event_id());
    }
    return NotOpen(state, id, journal::v1::Event::kHandlingUpgraded, "handling", context);
  }
  if (auto no = RequireNotBefore(state.handling().upgraded_at(), "handling was upgraded", context)) {
    return *std::move(no);
  }
  if (auto no = domain::RequireActingFor(state.handling().upgraded().lead(), "the lead organization", context)) {
    return *std::move(no);
  }
  auto acting = domain::ActingOrganization(context);
  if (auto* no = std::get_if<Rejection>(&acting)) return std::move(*no);

  journal::v1::Event event = context.NewEvent();
  completed.set_handling_id(id);
  *completed.mutable_completed_by() = std::get<OrganizationRef>(acting);
  *event.mutable_handling_completed() = std::move(completed);
  domain::Events events{std::move(event)};
  AddLifted(state, context, &events);
  return events;
}

}  // namespace whistle::escalation
