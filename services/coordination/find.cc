#include "services/coordination/find.h"

#include <set>

#include "absl/strings/str_cat.h"
#include "libs/base/time.h"
#include "libs/domain/case_header.h"
#include "libs/domain/validate.h"

namespace whistle::coordination {
namespace {

using common::v1::OrganizationRef;
using domain::Context;
using domain::Rejection;

Rejection Unknown(absl::string_view kind, absl::string_view id, absl::string_view query) {
  return domain::NotFound(absl::StrCat("unknown_", kind), id,
                          absl::StrCat("the case has no ", kind, " ", id, "; ", query, " names them"));
}

std::optional<Rejection> CheckId(absl::string_view id, absl::string_view field) {
  if (domain::ParseEventId(id)) return std::nullopt;
  return domain::Invalid(field, "an id that a receipt gave (\"<version>.<number>\")", absl::StrCat("\"", id, "\""));
}

Rejection LongSettled(absl::string_view kind, absl::string_view id, absl::string_view allowed) {
  return domain::Illegal(absl::StrCat(kind, "_settled"), id, allowed,
                         absl::StrCat("the ", kind, " was settled long ago; the timeline says how"));
}

bool IsKind(const Context& context, std::initializer_list<registry::v1::OrganizationKind> kinds) {
  if (context.actor.kind() != common::v1::ACTOR_KIND_ORGANIZATION) return false;
  const auto* organization = context.registry->Find(context.actor.organization_id());
  if (organization == nullptr) return false;
  for (const auto kind : kinds) {
    if (organization->kind() == kind) return true;
  }
  return false;
}

}  // namespace

std::variant<const v1::Whistle*, Rejection> FindWhistle(const State& state, absl::string_view whistle_id,
                                                        const Context& context) {
  if (auto no = CheckId(whistle_id, "whistle_id")) return *std::move(no);
  for (const auto* whistles : {&state.open_whistles(), &state.settled_whistles()}) {
    for (const auto& whistle : *whistles) {
      if (whistle_id == whistle.whistle_id()) return &whistle;
    }
  }
  const auto event = context.history->FindEvent(whistle_id);
  if (event && event->has_whistle_blown()) return LongSettled("whistle", whistle_id, "on one of the last whistles");
  return Unknown("whistle", whistle_id, "ListWhistles");
}

std::variant<const v1::OpenMeeting*, Rejection> FindMeeting(const State& state, absl::string_view meeting_id,
                                                            const Context& context) {
  if (auto no = CheckId(meeting_id, "meeting_id")) return *std::move(no);
  for (const auto& meeting : state.open_meetings()) {
    if (meeting_id == meeting.meeting_id()) return &meeting;
  }
  for (const auto& past : state.past_meetings()) {
    if (meeting_id == past.meeting_id()) return domain::Already("meeting_held", meeting_id, past.held_event_id());
  }
  const auto event = context.history->FindEvent(meeting_id);
  if (event && (event->has_meeting_convened() || event->has_meeting_held())) {
    return LongSettled("meeting", meeting_id, "a meeting that is convened and not yet held");
  }
  return Unknown("meeting", meeting_id, "ListMeetings");
}

std::variant<const v1::OpenCommitment*, Rejection> FindCommitment(const State& state, absl::string_view commitment_id,
                                                                  const Context& context) {
  if (auto no = CheckId(commitment_id, "commitment_id")) return *std::move(no);
  for (const auto& commitment : state.open_commitments()) {
    if (commitment_id == commitment.commitment_id()) return &commitment;
  }
  for (const auto& kept : state.kept_commitments()) {
    if (commitment_id == kept.commitment_id()) {
      return domain::Already("commitment_kept", commitment_id, kept.kept_event_id());
    }
  }
  const auto event = context.history->FindEvent(commitment_id);
  if (event && event->has_commitment_made()) {
    return LongSettled("commitment", commitment_id, "on a commitment that is owed");
  }
  return Unknown("commitment", commitment_id, "ListCommitments");
}

std::variant<const v1::OpenItem*, Rejection> FindItem(const State& state, absl::string_view item_id,
                                                      const Context& context) {
  if (auto no = CheckId(item_id, "item_id")) return *std::move(no);
  for (const auto& item : state.open_items()) {
    if (item_id == item.item_id()) return &item;
  }
  for (const auto& cleared : state.cleared_items()) {
    if (item_id == cleared.item_id()) return domain::Already("item_cleared", item_id, cleared.cleared_event_id());
  }
  const auto event = context.history->FindEvent(item_id);
  if (event && event->has_item_listed()) return LongSettled("item", item_id, "on an item that is on the list");
  return Unknown("item", item_id, "ListItems");
}

std::optional<Rejection> RequireOpenThen(const State& state, const Context& context) {
  const auto no = domain::RequireOpen(state.header(), context);
  if (!no || !state.header().has_status_since()) return no;
  if (context.occurred_at <= base::FromProto(state.header().status_since())) return std::nullopt;
  return no;
}

std::optional<Rejection> RequireAfter(const google::protobuf::Timestamp& since, absl::string_view what,
                                      const Context& context) {
  const absl::Time time = base::FromProto(since);
  if (context.occurred_at >= time) return std::nullopt;
  return domain::Invalid("context.occurred_at",
                         absl::StrCat("a time not before ", what, " (", base::TimeText(time), ")"),
                         base::TimeText(context.occurred_at));
}

std::variant<OrganizationRef, Rejection> RequireGrassroots(const Context& context) {
  if (!IsKind(context, {registry::v1::ORGANIZATION_KIND_GRASSROOTS})) {
    return domain::NotAuthorized("grassroots_only", "context.actor", "a grassroots organization (street or community)",
                                 DescribeActor(context));
  }
  return domain::ActingOrganization(context);
}

std::variant<OrganizationRef, Rejection> RequireConvener(const State& state, const Context& context) {
  if (!IsKind(context, {registry::v1::ORGANIZATION_KIND_GRASSROOTS, registry::v1::ORGANIZATION_KIND_PETITION_OFFICE}) &&
      !ActsForAny(state, {}, context)) {
    return domain::NotAuthorized("not_the_one", "context.actor",
                                 "the handler or a superior of it, a grassroots organization or a petition office",
                                 DescribeActor(context));
  }
  return domain::ActingOrganization(context);
}

bool ActsForAny(const State& state, std::initializer_list<const OrganizationRef*> organizations,
                const Context& context) {
  for (const OrganizationRef* organization : organizations) {
    if (!domain::RequireActingFor(CurrentRef(*organization, context), "", context)) return true;
  }
  return state.header().has_handler() &&
         !domain::RequireActingFor(CurrentRef(state.header().handler(), context), "", context);
}

std::optional<Rejection> ResolveAll(const google::protobuf::RepeatedPtrField<std::string>& ids, absl::string_view field,
                                    int min, int max, const Context& context,
                                    google::protobuf::RepeatedPtrField<OrganizationRef>* out) {
  if (ids.size() < min || ids.size() > max) {
    return domain::Invalid(field, absl::StrCat(min, " to ", max, " organizations"), absl::StrCat(ids.size()));
  }
  std::set<std::string> seen;
  for (int i = 0; i < ids.size(); ++i) {
    const std::string at = absl::StrCat(field, "[", i, "]");
    auto organization = domain::ResolveOrganization(ids[i], at, context);
    if (auto* no = std::get_if<Rejection>(&organization)) return std::move(*no);
    if (!seen.insert(ids[i]).second) return domain::Invalid(at, "each organization once", ids[i]);
    *out->Add() = std::get<OrganizationRef>(std::move(organization));
  }
  return std::nullopt;
}

OrganizationRef CurrentRef(const OrganizationRef& organization, const Context& context) {
  const auto* found = context.registry->Find(organization.organization_id());
  return found == nullptr ? organization : context.registry->Ref(*found);
}

std::string DescribeActor(const Context& context) {
  switch (context.actor.kind()) {
    case common::v1::ACTOR_KIND_ORGANIZATION:
      return absl::StrCat("organization ", context.actor.organization_id());
    case common::v1::ACTOR_KIND_PETITIONER:
      return "the petitioner's side";
    default:
      return "an unnamed actor";
  }
}

journal::v1::Event Lifted(const std::string& overdue_event_id, const std::string& proof_event_id,
                          const std::string& why, const Context& context) {
  journal::v1::Event event = context.NewEvent();
  auto& lifted = *event.mutable_coordination_overdue_lifted();
  lifted.set_overdue_event_id(overdue_event_id);
  lifted.set_proof_event_id(proof_event_id);
  lifted.set_why(why);
  return event;
}

}  // namespace whistle::coordination
