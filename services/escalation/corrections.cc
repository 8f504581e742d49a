#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/time.h"
#include "libs/domain/case_header.h"
#include "libs/domain/correction.h"
#include "libs/domain/terms.h"
#include "services/escalation/checks.h"
#include "services/escalation/deadlines.h"
#include "services/escalation/model.h"
#include "services/escalation/records.h"

namespace whistle::escalation {
namespace {

using domain::Outcome;
using journal::v1::Event;

// Who made the entry; null if the petitioner's side or the service itself did.
const OrganizationRef* AuthorOf(const Event& event) {
  const google::protobuf::Message* body = domain::BodyOf(event);
  if (body == nullptr) return nullptr;
  // Each event of a person has one field "<did>_by".
  for (int i = 0; i < body->GetDescriptor()->field_count(); ++i) {
    const auto* field = body->GetDescriptor()->field(i);
    const bool by = field->name().size() > 3 && field->name().compare(field->name().size() - 3, 3, "_by") == 0;
    if (!by || field->is_repeated() || field->message_type() != OrganizationRef::descriptor()) continue;
    if (!body->GetReflection()->HasField(*body, field)) return nullptr;
    return &static_cast<const OrganizationRef&>(body->GetReflection()->GetMessage(*body, field));
  }
  return nullptr;
}

// What the service found by itself is answered or lifted by a proof; nobody puts it right by hand.
bool IsServicesOwn(const Event& event) {
  return event.has_finding_raised() || event.has_finding_lifted() || event.has_upgraded_handling_overdue() ||
         event.has_rectification_overdue() || event.has_escalation_unanswered() || event.has_owner_awaited() ||
         event.has_escalation_deadline_approaching() || event.has_escalation_overdue_lifted();
}

// The event as the corrections so far have left it.
Event AsCorrected(const State& state, const std::string& event_id, Event event, const Context& context) {
  for (const auto& entry : state.corrections().entries()) {
    if (entry.event_id() != event_id) continue;
    const auto by = context.history->FindEvent(entry.by_event_id());
    if (by && by->has_escalation_entry_corrected()) Correct(event, by->escalation_entry_corrected());
  }
  return event;
}

std::optional<Rejection> RequireOver(const OrganizationRef& over,
                                     const google::protobuf::RepeatedPtrField<OrganizationRef>& whom,
                                     const google::protobuf::RepeatedPtrField<OrganizationRef>& lent,
                                     absl::string_view field) {
  for (const OrganizationRef& organization : whom) {
    const bool is_lent = std::any_of(lent.begin(), lent.end(), [&](const OrganizationRef& l) {
      return l.organization_id() == organization.organization_id();
    });
    if (is_lent) continue;
    if (auto no = RequireAuthority(over, organization, field)) return no;
  }
  return std::nullopt;
}

std::optional<Rejection> RequireStillBinds(const v1::HandlingUpgraded& upgraded) {
  if (auto no = RequireAuthority(upgraded.upgraded_by(), upgraded.lead(), "lead")) return no;
  if (upgraded.has_handler() && !upgraded.handler().outside_tree()) {
    if (auto no = RequireAuthority(upgraded.lead(), upgraded.handler(), "handler")) return no;
  }
  return RequireOver(upgraded.lead(), upgraded.bound(), {}, "bound");
}

std::optional<Rejection> RequireStillNames(const OrganizationRef& by, bool named, const OrganizationRef& responsible) {
  if (!named || responsible.outside_tree()) return std::nullopt;
  return RequireAuthority(by, responsible, "responsible");
}

// A correction must not bind whom the entry itself could not have bound.
std::optional<Rejection> RequireStillLegal(const Event& event, const Context& context) {
  if (event.has_escalation_raised()) {
    const auto& e = event.escalation_raised();
    if (e.has_from() && !e.from().outside_tree()) return RequireAuthority(e.to(), e.from(), "to");
  } else if (event.has_handling_upgraded()) {
    return RequireStillBinds(event.handling_upgraded());
  } else if (event.has_suggestion_issued()) {
    const auto& e = event.suggestion_issued();
    if (auto no = RequireNotOneself(e.issued_by(), e.addressee(), "the addressee")) return no;
    return RequireAuthority(e.issued_by(), e.addressee(), "addressee");
  } else if (event.has_referred_for_accountability()) {
    const auto& e = event.referred_for_accountability();
    return RequireOver(e.referred_by(), e.organizations(), {}, "organizations");
  } else if (event.has_accountability_opened()) {
    const auto& e = event.accountability_opened();
    const auto referral = context.history->FindEvent(e.referral_id());
    return RequireOver(e.opened_by(), e.organizations(),
                       referral ? referral->referred_for_accountability().organizations()
                                : v1::ReferredForAccountability::default_instance().organizations(),
                       "organizations");
  } else if (event.has_accountability_finding_recorded()) {
    const auto& e = event.accountability_finding_recorded();
    const auto file = context.history->FindEvent(e.file_id());
    return RequireOver(e.recorded_by(), e.responsible(),
                       file ? file->accountability_opened().organizations()
                            : v1::AccountabilityOpened::default_instance().organizations(),
                       "responsible");
  } else if (event.has_hazard_identified()) {
    const auto& e = event.hazard_identified();
    return RequireStillNames(e.identified_by(), e.has_responsible(), e.responsible());
  } else if (event.has_hazard_assessed()) {
    const auto& e = event.hazard_assessed();
    return RequireStillNames(e.assessed_by(), e.has_responsible(), e.responsible());
  }
  return std::nullopt;
}

// How long each text may be, as in the command that made the entry.
domain::CorrectionLimits LimitsOf(const Event& event) {
  domain::CorrectionLimits limits = {
      {"leader_office", 200},    {"measures.text", 1000},      {"site.name", 300},       {"grounds.document", 500},
      {"grounds.clause", 200},   {"evidence.media_type", 100}, {"evidence.title", 500},  {"evidence.location", 1000},
      {"proof.media_type", 100}, {"proof.title", 500},         {"proof.location", 1000},
  };
  if (event.has_suggestion_issued()) limits["text"] = 8000;
  if (event.has_rectification_reported() || event.has_accountability_finding_recorded() ||
      event.has_hazard_assessed()) {
    limits["text"] = 4000;
  }
  return limits;
}

std::optional<Rejection> RequireAuthor(const State& state, const Event& event, const Context& context) {
  if (const OrganizationRef* author = AuthorOf(event)) {
    return domain::RequireActingFor(*author, "the organization that made the entry", context);
  }
  if (state.header().has_handler()) return domain::RequireActingFor(state.header().handler(), "the handler", context);
  auto acting = domain::ActingOrganization(context);
  if (auto* no = std::get_if<Rejection>(&acting)) return std::move(*no);
  return std::nullopt;
}

// The date that the entry set, if it set one, and the name of its field.
std::pair<const char*, const common::v1::DueDate*> DateOf(const Event& event) {
  if (event.has_escalation_raised()) return {"due", &event.escalation_raised().due()};
  if (event.has_handling_upgraded()) return {"due", &event.handling_upgraded().due()};
  if (event.has_suggestion_issued()) return {"rectify_by", &event.suggestion_issued().rectify_by()};
  if (event.has_rectification_rejected()) return {"rectify_by", &event.rectification_rejected().rectify_by()};
  return {"", nullptr};
}

// A date counts from the act that set it: where that act's time or a given date was wrong, it is counted again.
void AddFollowingDate(const State& state, const Event& was, const Event& is, const Context& context,
                      common::v1::EntryCorrected* corrected) {
  const auto [path, due_is] = DateOf(is);
  if (due_is == nullptr || !due_is->has_due_at()) return;
  const common::v1::DueDate& due_was = *DateOf(was).second;
  const absl::Time start = base::FromProto(is.occurred_at());
  const bool moved = start != base::FromProto(was.occurred_at());
  if (!moved && base::FromProto(due_was.due_at()) == base::FromProto(due_is->due_at())) return;
  domain::AddFollowingDate(path, due_was,
                           domain::CountedAgain(*due_is, start, domain::BasisOf(state.header(), context)), corrected);
}

}  // namespace

Outcome Decide(const State& state, const v1::CorrectEntryRequest& request, const Context& context) {
  if (auto no = domain::RequireCase(state.header(), context)) return *std::move(no);
  const auto entry = context.history->FindEvent(request.event_id());
  Outcome outcome =
      domain::DecideCorrection(common::v1::SERVICE_ESCALATION, request.event_id(), request.corrections(), request.why(),
                               state.corrections(), entry ? LimitsOf(*entry) : domain::CorrectionLimits(), context);
  if (!entry || std::holds_alternative<Rejection>(outcome)) return outcome;
  if (IsServicesOwn(*entry)) {
    return domain::Illegal("services_own_entry", request.event_id(),
                           "for an entry that a person made; a finding is answered, or lifted by a proof",
                           "the service found this by itself");
  }
  Event event = AsCorrected(state, request.event_id(), *entry, context);
  const Event was = event;
  if (auto no = RequireAuthor(state, event, context)) return *std::move(no);
  domain::Events& events = std::get<domain::Events>(outcome);
  common::v1::EntryCorrected& corrected = *events.front().mutable_escalation_entry_corrected();
  Correct(event, corrected);
  // Nobody puts an act in the name of one that stands above it.
  if (auto no = RequireAuthor(state, event, context)) return *std::move(no);
  if (auto no = RequireStillLegal(event, context)) return *std::move(no);
  AddFollowingDate(state, was, event, context, &corrected);
  AddLifted(state, context, &events);
  return outcome;
}

}  // namespace whistle::escalation
