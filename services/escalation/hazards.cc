#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "libs/domain/case_header.h"
#include "libs/registry/authority.h"
#include "services/escalation/checks.h"
#include "services/escalation/limits.h"
#include "services/escalation/model.h"

namespace whistle::escalation {
namespace {

using domain::Outcome;

std::optional<Rejection> CheckSeverity(v1::HazardSeverity severity) {
  if (v1::HazardSeverity_IsValid(severity) && severity != v1::HAZARD_SEVERITY_UNSPECIFIED) return std::nullopt;
  return domain::Invalid("severity", "a HazardSeverity", absl::StrCat(static_cast<int>(severity)));
}

// The case's own site, unless another is given.
std::variant<intake::v1::Site, Rejection> ChooseSite(const State& state, const v1::IdentifyHazardRequest& request) {
  if (!request.has_site()) return state.header().site();
  if (auto no = domain::CheckIdentifier(request.site().site_id(), "site.site_id")) return *std::move(no);
  if (auto no = domain::CheckText(request.site().name(), "site.name", {.bytes_max = 300})) return *std::move(no);
  return request.site();
}

absl::string_view Word(v1::HazardState state) {
  switch (state) {
    case v1::HAZARD_STATE_IDENTIFIED:
      return "identified";
    case v1::HAZARD_STATE_REPORTED:
      return "reported";
    case v1::HAZARD_STATE_ASSESSED:
      return "assessed";
    case v1::HAZARD_STATE_WARNED:
      return "warned of";
    default:
      return "cancelled";
  }
}

const std::string& EventOf(const v1::Hazard& hazard, v1::HazardState state) {
  switch (state) {
    case v1::HAZARD_STATE_REPORTED:
      return hazard.reported_event_id();
    case v1::HAZARD_STATE_ASSESSED:
      return hazard.assessed_event_id();
    case v1::HAZARD_STATE_WARNED:
      return hazard.warned_event_id();
    default:
      return hazard.state_event_id();
  }
}

const google::protobuf::Timestamp& LastStepAt(const v1::Hazard& hazard) {
  switch (hazard.state()) {
    case v1::HAZARD_STATE_REPORTED:
      return hazard.reported_at();
    case v1::HAZARD_STATE_ASSESSED:
      return hazard.assessed_at();
    case v1::HAZARD_STATE_WARNED:
      return hazard.warned_at();
    default:
      return hazard.identified_at();
  }
}

// The open hazard of that id, if `next` is its next state.
std::variant<const v1::Hazard*, Rejection> FindForStep(const State& state, const std::string& id, v1::HazardState next,
                                                       const Context& context) {
  for (const v1::Hazard& hazard : state.hazards()) {
    if (hazard.hazard_id() != id) continue;
    if (hazard.state() >= next) {
      return domain::Already(absl::AsciiStrToLower(v1::HazardState_Name(next)), id, EventOf(hazard, next));
    }
    if (hazard.state() + 1 == next) {
      if (auto no =
              RequireNotBefore(LastStepAt(hazard), absl::StrCat("the hazard was ", Word(hazard.state())), context)) {
        return *std::move(no);
      }
      return &hazard;
    }
    return domain::Illegal(
        "hazard_out_of_order", id,
        absl::StrCat("that it is ", Word(static_cast<v1::HazardState>(hazard.state() + 1)), " next"),
        absl::StrCat("the hazard is ", Word(hazard.state()), " since event ", hazard.state_event_id()));
  }
  return NotOpen(state, id, journal::v1::Event::kHazardIdentified, "hazard", context);
}

// Without a known responsible organization that somebody has authority over, the hazard is the handler's: the one who
// answers for the case; without a handler, of the one who saw it.
std::optional<Rejection> RequireForCase(const State& state, const OrganizationRef& identified_by,
                                        const Context& context) {
  if (state.header().has_handler()) return domain::RequireActingFor(state.header().handler(), "the handler", context);
  return domain::RequireActingFor(identified_by, "the organization that identified the hazard", context);
}

// Who assesses, warns or cancels binds the one responsible: authority over it, and not itself.
std::optional<Rejection> RequireBinds(const State& state, const v1::Hazard& hazard, const Context& context) {
  const OrganizationRef& responsible = hazard.responsible();
  if (!hazard.has_responsible() || responsible.outside_tree()) {
    if (auto no = RequireForCase(state, hazard.identified().identified_by(), context)) return no;
  }
  auto acting = domain::ActingOrganization(context);
  if (auto* no = std::get_if<Rejection>(&acting)) return std::move(*no);
  if (!hazard.has_responsible()) return std::nullopt;
  if (auto no = RequireNotOneself(std::get<OrganizationRef>(acting), responsible, "the one responsible")) return no;
  if (responsible.outside_tree()) return std::nullopt;
  return RequireAuthority(std::get<OrganizationRef>(acting), responsible, "context.actor");
}

// Naming the one responsible for a hazard binds it as well.
std::optional<Rejection> RequireMayName(const State& state, const OrganizationRef& acting,
                                        const OrganizationRef& responsible, const OrganizationRef& identified_by,
                                        const Context& context) {
  if (responsible.outside_tree() && acting.organization_id() != responsible.organization_id()) {
    return RequireForCase(state, identified_by, context);
  }
  return RequireAuthority(acting, responsible, "responsible_id");
}

}  // namespace

Outcome Decide(const State& state, const v1::IdentifyHazardRequest& request, const Context& context) {
  if (auto no = RequireNotMerged(state.header(), context)) return *std::move(no);
  if (auto no = domain::CheckText(request.source(), "source")) return *std::move(no);
  auto site = ChooseSite(state, request);
  if (auto* no = std::get_if<Rejection>(&site)) return std::move(*no);
  if (auto no = CheckSeverity(request.severity())) return *std::move(no);
  if (auto no = CheckEvidence(request.evidence(), 0, "evidence")) return *std::move(no);
  std::optional<OrganizationRef> responsible;
  if (!request.responsible_id().empty()) {
    auto resolved = domain::ResolveOrganization(request.responsible_id(), "responsible_id", context);
    if (auto* no = std::get_if<Rejection>(&resolved)) return std::move(*no);
    responsible = std::get<OrganizationRef>(std::move(resolved));
  }
  if (state.hazards_size() >= kOpenHazardsMax) return domain::OverLimit("open hazards", kOpenHazardsMax);
  auto acting = domain::ActingOrganization(context);
  if (auto* no = std::get_if<Rejection>(&acting)) return std::move(*no);
  const OrganizationRef& by = std::get<OrganizationRef>(acting);
  if (responsible) {
    if (auto no = RequireMayName(state, by, *responsible, by, context)) return *std::move(no);
  }

  journal::v1::Event event = context.NewEvent();
  v1::HazardIdentified& identified = *event.mutable_hazard_identified();
  identified.set_source(request.source());
  *identified.mutable_site() = std::get<intake::v1::Site>(site);
  identified.set_severity(request.severity());
  *identified.mutable_identified_by() = by;
  if (responsible) *identified.mutable_responsible() = *std::move(responsible);
  *identified.mutable_evidence() = request.evidence();
  return domain::Events{std::move(event)};
}

Outcome Decide(const State& state, const v1::ReportHazardRequest& request, const Context& context) {
  if (auto no = domain::RequireCase(state.header(), context)) return *std::move(no);
  auto to = domain::ResolveOrganization(request.to_organization_id(), "to_organization_id", context);
  if (auto* no = std::get_if<Rejection>(&to)) return std::move(*no);
  if (auto no = domain::CheckText(request.text(), "text")) return *std::move(no);
  auto found = FindForStep(state, request.hazard_id(), v1::HAZARD_STATE_REPORTED, context);
  if (auto* no = std::get_if<Rejection>(&found)) return std::move(*no);
  const v1::Hazard& hazard = *std::get<const v1::Hazard*>(found);
  auto acting = domain::ActingOrganization(context);
  if (auto* no = std::get_if<Rejection>(&acting)) return std::move(*no);
  const OrganizationRef& by = std::get<OrganizationRef>(acting);
  if (by.organization_id() == request.to_organization_id()) {
    return domain::Invalid("to_organization_id", "another organization than the one that reports",
                           request.to_organization_id());
  }
  const bool may = registry::HasAuthority(by, hazard.identified().identified_by()) ||
                   (state.header().has_handler() && registry::HasAuthority(by, state.header().handler())) ||
                   (hazard.has_responsible() && registry::HasAuthority(by, hazard.responsible()));
  if (!may) {
    return domain::NotAuthorized("not_the_one", "context.actor",
                                 "the organization that identified the hazard, the handler, the one responsible, or a "
                                 "superior of one of them",
                                 NameOf(by));
  }

  journal::v1::Event event = context.NewEvent();
  v1::HazardReported& reported = *event.mutable_hazard_reported();
  reported.set_hazard_id(hazard.hazard_id());
  *reported.mutable_reported_by() = by;
  *reported.mutable_to() = std::get<OrganizationRef>(to);
  reported.set_text(request.text());
  return domain::Events{std::move(event)};
}

Outcome Decide(const State& state, const v1::AssessHazardRequest& request, const Context& context) {
  if (auto no = domain::RequireCase(state.header(), context)) return *std::move(no);
  if (auto no = CheckSeverity(request.severity())) return *std::move(no);
  if (auto no = domain::CheckText(request.text(), "text", {.bytes_max = 4000})) return *std::move(no);
  std::optional<OrganizationRef> responsible;
  if (!request.responsible_id().empty()) {
    auto resolved = domain::ResolveOrganization(request.responsible_id(), "responsible_id", context);
    if (auto* no = std::get_if<Rejection>(&resolved)) return std::move(*no);
    responsible = std::get<OrganizationRef>(std::move(resolved));
  }
  auto found = FindForStep(state, request.hazard_id(), v1::HAZARD_STATE_ASSESSED, context);
  if (auto* no = std::get_if<Rejection>(&found)) return std::move(*no);
  const v1::Hazard& hazard = *std::get<const v1::Hazard*>(found);
  auto acting = domain::ActingOrganization(context);
  if (auto* no = std::get_if<Rejection>(&acting)) return std::move(*no);
  const OrganizationRef& by = std::get<OrganizationRef>(acting);
  // As it was known; and as it is named now, which suffices where nobody was known.
  if (hazard.has_responsible() || !responsible) {
    if (auto no = RequireBinds(state, hazard, context)) return *std::move(no);
  }
  if (responsible) {
    if (auto no = RequireNotOneself(by, *responsible, "the one responsible")) return *std::move(no);
    if (auto no = RequireMayName(state, by, *responsible, hazard.identified().identified_by(), context)) {
      return *std::move(no);
    }
  }

  journal::v1::Event event = context.NewEvent();
  v1::HazardAssessed& assessed = *event.mutable_hazard_assessed();
  assessed.set_hazard_id(hazard.hazard_id());
  *assessed.mutable_assessed_by() = by;
  assessed.set_severity(request.severity());
  assessed.set_text(request.text());
  if (responsible) *assessed.mutable_responsible() = *std::move(responsible);
  return domain::Events{std::move(event)};
}

Outcome Decide(const State& state, const v1::WarnHazardRequest& request, const Context& context) {
  if (auto no = domain::RequireCase(state.header(), context)) return *std::move(no);
  auto resolved =
      ResolveOrganizations(request.warned_organization_ids(), 1, kWarnedMax, "warned_organization_ids", context);
  if (auto* no = std::get_if<Rejection>(&resolved)) return std::move(*no);
  if (auto no = domain::CheckText(request.text(), "text")) return *std::move(no);
  auto found = FindForStep(state, request.hazard_id(), v1::HAZARD_STATE_WARNED, context);
  if (auto* no = std::get_if<Rejection>(&found)) return std::move(*no);
  const v1::Hazard& hazard = *std::get<const v1::Hazard*>(found);
  if (auto no = RequireBinds(state, hazard, context)) return *std::move(no);
  auto acting = domain::ActingOrganization(context);
  if (auto* no = std::get_if<Rejection>(&acting)) return std::move(*no);

  journal::v1::Event event = context.NewEvent();
  v1::HazardWarned& warned = *event.mutable_hazard_warned();
  warned.set_hazard_id(hazard.hazard_id());
  *warned.mutable_warned_by() = std::get<OrganizationRef>(acting);
  for (const OrganizationRef& organization : std::get<std::vector<OrganizationRef>>(resolved)) {
    *warned.add_warned() = organization;
  }
  warned.set_text(request.text());
  return domain::Events{std::move(event)};
}

Outcome Decide(const State& state, const v1::CancelHazardRequest& request, const Context& context) {
  if (auto no = domain::RequireCase(state.header(), context)) return *std::move(no);
  if (auto no = domain::CheckText(request.text(), "text")) return *std::move(no);
  if (auto no = CheckEvidence(request.proof(), 1, "proof")) return *std::move(no);
  auto found = FindForStep(state, request.hazard_id(), v1::HAZARD_STATE_CANCELLED, context);
  if (auto* no = std::get_if<Rejection>(&found)) return std::move(*no);
  const v1::Hazard& hazard = *std::get<const v1::Hazard*>(found);
  if (auto no = RequireBinds(state, hazard, context)) return *std::move(no);
  auto acting = domain::ActingOrganization(context);
  if (auto* no = std::get_if<Rejection>(&acting)) return std::move(*no);

  journal::v1::Event event = context.NewEvent();
  v1::HazardCancelled& cancelled = *event.mutable_hazard_cancelled();
  cancelled.set_hazard_id(hazard.hazard_id());
  *cancelled.mutable_cancelled_by() = std::get<OrganizationRef>(acting);
  cancelled.set_text(request.text());
  *cancelled.mutable_proof() = request.proof();
  return domain::Events{std::move(event)};
}

}  // namespace whistle::escalation
