#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "libs/base/time.h"
#include "libs/domain/case_header.h"
#include "libs/domain/validate.h"
#include "services/intake/checks.h"
#include "services/intake/model.h"

namespace whistle::intake {
namespace {

using domain::Context;
using domain::Invalid;
using domain::Outcome;
using domain::Rejection;

// Open; or it happened before the case ceased to be.
std::optional<Rejection> RequireOpenThen(const State& state, const Context& context) {
  if (auto no = domain::RequireCase(state.header(), context)) return no;
  switch (state.header().status()) {
    case v1::CASE_STATUS_DECLINED:
    case v1::CASE_STATUS_CLOSED:
    case v1::CASE_STATUS_MERGED:
      break;
    default:
      return std::nullopt;
  }
  if (context.occurred_at <= base::FromProto(state.header().status_since())) return std::nullopt;
  const bool merged = state.header().status() == v1::CASE_STATUS_MERGED;
  return domain::Illegal("case_not_open", context.case_id,
                         merged ? absl::StrCat("on case ", state.header().merged_into_case_id(),
                                               ", which goes on in its place, or what happened before")
                                : "what happened before; reopen the case first for what happened since",
                         domain::DescribeStatus(state.header()));
}

std::optional<Rejection> CheckEvidence(const common::v1::Evidence& evidence) {
  if (evidence.sha256().size() != 32) {
    return Invalid("evidence.sha256", "32 bytes", absl::StrCat(evidence.sha256().size(), " bytes"));
  }
  if (evidence.size_bytes() == 0) return Invalid("evidence.size_bytes", "at least 1", "0");
  if (auto no = domain::CheckText(evidence.media_type(), "evidence.media_type", {.bytes_max = 100})) return no;
  if (auto no = domain::CheckText(evidence.title(), "evidence.title", {.bytes_max = 500})) return no;
  return domain::CheckText(evidence.location(), "evidence.location", {.bytes_max = 1000});
}

}  // namespace

Outcome Decide(const State& state, const v1::RecordContactRequest& request, const Context& context) {
  if (auto no = domain::RequireCase(state.header(), context)) return *std::move(no);
  if (!v1::ContactChannel_IsValid(request.channel()) || request.channel() == v1::CONTACT_CHANNEL_UNSPECIFIED) {
    return Invalid("channel", "a visit, call, letter or message", absl::StrCat(request.channel()));
  }
  if (auto no = domain::CheckText(request.note(), "note", {.bytes_min = 0})) return *std::move(no);
  const std::string& petitioner_id =
      request.petitioner_id().empty() ? context.actor.petitioner_id() : request.petitioner_id();
  if (!petitioner_id.empty()) {
    if (auto no = domain::CheckIdentifier(petitioner_id, "petitioner_id")) return *std::move(no);
  }
  auto contacted = domain::ResolveOrganization(request.contacted_id(), "contacted_id", context);
  if (auto* no = std::get_if<Rejection>(&contacted)) return std::move(*no);
  if (auto no = RequireOpenThen(state, context)) return *std::move(no);
  journal::v1::Event event = context.NewEvent();
  auto* body = event.mutable_contact_recorded();
  body->set_channel(request.channel());
  *body->mutable_contacted() = std::get<common::v1::OrganizationRef>(std::move(contacted));
  body->set_note(request.note());
  body->set_petitioner_id(petitioner_id);
  if (auto acting = ActingIfOrganization(context)) *body->mutable_recorded_by() = *std::move(acting);
  return domain::Events{std::move(event)};
}

Outcome Decide(const State& state, const v1::JoinPetitionerRequest&, const Context& context) {
  if (auto no = domain::RequireOpen(state.header(), context)) return *std::move(no);
  journal::v1::Event event = context.NewEvent();
  auto* body = event.mutable_petitioner_joined();
  body->set_petitioner_id(context.entropy);
  if (auto acting = ActingIfOrganization(context)) *body->mutable_recorded_by() = *std::move(acting);
  return domain::Events{std::move(event)};
}

Outcome Decide(const State& state, const v1::AttachEvidenceRequest& request, const Context& context) {
  if (auto no = RequireNotMerged(state, context)) return *std::move(no);
  if (auto no = CheckEvidence(request.evidence())) return *std::move(no);
  for (const v1::RecentEvidence& recent : state.recent_evidence()) {
    if (recent.sha256() == request.evidence().sha256()) {
      return domain::Already("evidence_attached", "evidence.sha256", recent.event_id());
    }
  }
  journal::v1::Event event = context.NewEvent();
  auto* body = event.mutable_evidence_attached();
  *body->mutable_evidence() = request.evidence();
  if (auto acting = ActingIfOrganization(context)) *body->mutable_attached_by() = *std::move(acting);
  return domain::Events{std::move(event)};
}

}  // namespace whistle::intake
