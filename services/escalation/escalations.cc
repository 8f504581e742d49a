#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/domain/case_header.h"
#include "libs/domain/terms.h"
#include "libs/registry/authority.h"
#include "services/escalation/checks.h"
#include "services/escalation/deadlines.h"
#include "services/escalation/limits.h"
#include "services/escalation/model.h"
#include "services/escalation/target.h"

namespace whistle::escalation {
namespace {

using domain::Outcome;

// Grassroots organizations see the matter from the ground and may always call upwards; a department only for a case
// that it, or one below it, holds.
std::optional<Rejection> RequireMayEscalate(const State& state, const Context& context) {
  if (context.actor.kind() == common::v1::ACTOR_KIND_PETITIONER) return std::nullopt;
  auto acting = domain::ActingOrganization(context);
  if (auto* no = std::get_if<Rejection>(&acting)) return std::move(*no);
  const OrganizationRef& organization = std::get<OrganizationRef>(acting);
  if (KindOf(organization, context) == registry::v1::ORGANIZATION_KIND_GRASSROOTS) return std::nullopt;
  if (state.header().has_handler() && registry::HasAuthority(organization, state.header().handler())) {
    return std::nullopt;
  }
  return domain::NotAuthorized("not_the_one", "context.actor",
                               "the handler or a superior of it, a grassroots organization, or the petitioner's side",
                               NameOf(organization));
}

std::optional<Rejection> CheckRule(v1::FindingRule rule) {
  if (v1::FindingRule_IsValid(rule)) return std::nullopt;
  return domain::Invalid("rule", "a FindingRule", absl::StrCat(static_cast<int>(rule)));
}

// Where the case goes (target.h), as of the registry in force.
std::variant<OrganizationRef, Rejection> ComputeTarget(const State& state, const std::vector<OrganizationRef>& needed,
                                                       const Context& context) {
  const Target target = TargetOf(state, needed);
  if (!target.organization_id.empty()) return RefInForce(target.organization_id, context);
  switch (target.why) {
    case NoTarget::kNobodyToStartFrom:
      return domain::Illegal("nobody_to_start_from", "needed_organization_ids",
                             "with a handler assigned, or with organizations of the tree that the case needs",
                             "the case has no handler and names nobody in the tree");
    case NoTarget::kNoCommonSuperior:
      return domain::Illegal("no_common_superior", "needed_organization_ids", "organizations of one authority tree",
                             "nobody has authority over all of them");
    case NoTarget::kTopOfTree:
      break;
  }
  return domain::Illegal("top_of_tree", "to_organization_id", "a case that somebody below the top of the tree has",
                         absl::StrCat("nobody stands above ", NameOf(*Holder(state))));
}

// At or above the computed one: a person may go further up, never past those who are needed.
std::variant<OrganizationRef, Rejection> ChooseTarget(const State& state, const std::string& named,
                                                      const std::vector<OrganizationRef>& needed,
                                                      const Context& context) {
  auto computed = ComputeTarget(state, needed, context);
  if (named.empty() || std::holds_alternative<Rejection>(computed)) return computed;
  const OrganizationRef& lowest = std::get<OrganizationRef>(computed);
  auto chosen = domain::ResolveOrganization(named, "to_organization_id", context);
  if (std::holds_alternative<Rejection>(chosen)) return chosen;
  if (registry::HasAuthority(std::get<OrganizationRef>(chosen), lowest)) return chosen;
  return domain::Illegal(
      "not_high_enough", "to_organization_id", absl::StrCat(NameOf(lowest), " or a superior of it"),
      absl::StrCat(NameOf(std::get<OrganizationRef>(chosen)), " has no authority over everybody the case needs"));
}

// Those that a person names first, then those that the case is known to need.
std::vector<OrganizationRef> WithNeeded(const State& state, std::vector<OrganizationRef> named) {
  for (OrganizationRef& organization : NeededOf(state)) {
    const bool known = std::any_of(named.begin(), named.end(), [&](const OrganizationRef& other) {
      return other.organization_id() == organization.organization_id();
    });
    if (!known && named.size() < kNeededMax) named.push_back(std::move(organization));
  }
  return named;
}

// The findings among the evidence.
void NameFindings(const Texts& evidence_event_ids, const Context& context, Texts& finding_ids) {
  for (const std::string& id : evidence_event_ids) {
    const auto event = context.history->FindEvent(id);
    if (event && event->has_finding_raised()) *finding_ids.Add() = id;
  }
}

// NOT_FOUND, ALREADY or ILLEGAL unless `id` is the open escalation.
std::optional<Rejection> RequireOpenEscalation(const State& state, const std::string& id, const Context& context) {
  if (state.escalation().escalation_id() == id && !id.empty()) return std::nullopt;
  if (state.last_escalation().escalation_id() == id && !id.empty()) {
    return domain::Already("escalation_settled", id, state.last_escalation().settled_by_event_id());
  }
  return NotOpen(state, id, journal::v1::Event::kEscalationRaised, "escalation", context);
}

// The rung before the open one, of which it turns out now that it was answered before its date.
bool WasAnsweredInTime(const State& state, const std::string& id, const Context& context) {
  const v1::Escalation& last = state.last_escalation();
  return !id.empty() && last.escalation_id() == id && last.status() == v1::ESCALATION_STATUS_REPLACED &&
         !last.unanswered_event_id().empty() && !domain::HasPassed(last.raised().due(), context.occurred_at);
}

}  // namespace

Outcome Decide(const State& state, const v1::RaiseEscalationRequest& request, const Context& context) {
  if (auto no = domain::RequireOpen(state.header(), context)) return *std::move(no);
  if (auto no = domain::CheckText(request.reason(), "reason")) return *std::move(no);
  if (auto no = CheckRule(request.rule())) return *std::move(no);
  if (auto no = CheckEvidenceEvents(request.evidence_event_ids(), 1, "evidence_event_ids", context)) {
    return *std::move(no);
  }
  auto needed =
      ResolveOrganizations(request.needed_organization_ids(), 0, kNeededMax, "needed_organization_ids", context);
  if (auto* no = std::get_if<Rejection>(&needed)) return std::move(*no);
  const std::vector<OrganizationRef> organizations =
      WithNeeded(state, std::get<std::vector<OrganizationRef>>(std::move(needed)));

  if (state.has_escalation()) {
    return domain::Already("escalation_open", context.case_id, state.escalation().escalation_id());
  }
  if (auto no = RequireMayEscalate(state, context)) return *std::move(no);
  auto target = ChooseTarget(state, request.to_organization_id(), organizations, context);
  if (auto* no = std::get_if<Rejection>(&target)) return std::move(*no);

  journal::v1::Event event = context.NewEvent();
  v1::EscalationRaised& raised = *event.mutable_escalation_raised();
  raised.set_trigger(v1::ESCALATION_TRIGGER_PERSON);
  raised.set_rule(request.rule());
  raised.set_reason(request.reason());
  *raised.mutable_evidence_event_ids() = request.evidence_event_ids();
  NameFindings(request.evidence_event_ids(), context, *raised.mutable_finding_ids());
  if (const OrganizationRef* holder = Holder(state)) *raised.mutable_from() = *holder;
  *raised.mutable_to() = std::get<OrganizationRef>(std::move(target));
  for (const OrganizationRef& organization : organizations) {
    *raised.add_needed() = organization;
    if (organization.outside_tree()) raised.add_left_out_organization_ids(organization.organization_id());
  }
  raised.set_computed(request.to_organization_id().empty());
  auto acting = domain::ActingOrganization(context);
  if (auto* by = std::get_if<OrganizationRef>(&acting)) *raised.mutable_raised_by() = std::move(*by);
  *raised.mutable_due() =
      Due(nullptr, state.header().policy().escalation_rung(), "escalation_rung", state.header(), context);
  if (state.last_escalation().status() == v1::ESCALATION_STATUS_DECLINED) {
    raised.set_previous_escalation_id(state.last_escalation().escalation_id());
  }
  return domain::Events{std::move(event)};
}

Outcome Decide(const State& state, const v1::AddEscalationEvidenceRequest& request, const Context& context) {
  if (auto no = domain::RequireOpen(state.header(), context)) return *std::move(no);
  if (auto no = domain::CheckText(request.reason(), "reason")) return *std::move(no);
  if (auto no = CheckRule(request.rule())) return *std::move(no);
  if (auto no = CheckEvidenceEvents(request.evidence_event_ids(), 1, "evidence_event_ids", context)) {
    return *std::move(no);
  }
  if (auto no = RequireOpenEscalation(state, request.escalation_id(), context)) return *std::move(no);
  if (auto no = RequireNotBefore(state.escalation().raised_at(), "the escalation was raised", context)) {
    return *std::move(no);
  }
  const auto& known = state.escalation().evidence_event_ids();
  const auto added =
      std::count_if(request.evidence_event_ids().begin(), request.evidence_event_ids().end(),
                    [&](const std::string& id) { return std::find(known.begin(), known.end(), id) == known.end(); });
  if (added == 0) return domain::Already("evidence_known", "evidence_event_ids", request.escalation_id());
  if (known.size() + added > kEscalationEvidenceMax) {
    return domain::OverLimit("evidence_event_ids", kEscalationEvidenceMax);
  }
  if (auto no = RequireMayEscalate(state, context)) return *std::move(no);

  journal::v1::Event event = context.NewEvent();
  v1::EscalationEvidenceAdded& further = *event.mutable_escalation_evidence_added();
  further.set_escalation_id(request.escalation_id());
  further.set_trigger(v1::ESCALATION_TRIGGER_PERSON);
  further.set_rule(request.rule());
  further.set_reason(request.reason());
  *further.mutable_evidence_event_ids() = request.evidence_event_ids();
  NameFindings(request.evidence_event_ids(), context, *further.mutable_finding_ids());
  auto acting = domain::ActingOrganization(context);
  if (auto* by = std::get_if<OrganizationRef>(&acting)) *further.mutable_added_by() = std::move(*by);
  return domain::Events{std::move(event)};
}

Outcome Decide(const State& state, const v1::DeclineEscalationRequest& request, const Context& context) {
  if (auto no = domain::RequireOpen(state.header(), context)) return *std::move(no);
  if (auto no = domain::CheckText(request.reason(), "reason")) return *std::move(no);
  if (auto no = domain::CheckGrounds(request.grounds(), "grounds")) return *std::move(no);
  // A further rung does not make untrue what was answered before its time: it is recorded, and the further rung stays.
  const bool late = WasAnsweredInTime(state, request.escalation_id(), context);
  const v1::Escalation& escalation = late ? state.last_escalation() : state.escalation();
  if (!late) {
    if (auto no = RequireOpenEscalation(state, request.escalation_id(), context)) return *std::move(no);
  }
  if (auto no = RequireNotBefore(escalation.raised_at(), "the escalation was raised", context)) return *std::move(no);
  if (auto no = domain::RequireActingFor(escalation.raised().to(), "the organization the case is before", context)) {
    return *std::move(no);
  }
  auto acting = domain::ActingOrganization(context);
  if (auto* no = std::get_if<Rejection>(&acting)) return std::move(*no);

  journal::v1::Event event = context.NewEvent();
  v1::EscalationDeclined& declined = *event.mutable_escalation_declined();
  declined.set_escalation_id(request.escalation_id());
  *declined.mutable_declined_by() = std::get<OrganizationRef>(acting);
  declined.set_reason(request.reason());
  *declined.mutable_grounds() = request.grounds();
  domain::Events events{std::move(event)};
  AddLifted(state, context, &events);
  return events;
}

}  // namespace whistle::escalation
