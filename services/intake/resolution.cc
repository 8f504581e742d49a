#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/time.h"
#include "libs/domain/case_header.h"
#include "libs/domain/validate.h"
#include "services/intake/checks.h"
#include "services/intake/model.h"
#include "whistle/response/v1/events.pb.h"

namespace whistle::intake {
namespace {

using domain::Context;
using domain::Outcome;
using domain::Rejection;

// A claim can be answered while the matter is in handling, and after whoever claimed it closed the case.
std::optional<Rejection> RequireAnswerable(const State& state, const Context& context) {
  if (auto no = RequireNotMerged(state, context)) return no;
  const v1::CaseStatus status = state.header().status();
  if (status == v1::CASE_STATUS_ACCEPTED || status == v1::CASE_STATUS_CLOSED) return std::nullopt;
  return domain::Illegal("case_not_in_handling", context.case_id, "on a case in handling or closed",
                         domain::DescribeStatus(state.header()));
}

Rejection Answered(const v1::AnsweredClaim& answered) {
  return domain::Already(answered.confirmed() ? "claim_confirmed" : "claim_disputed", answered.claim_event_id(),
                         answered.answer_event_id());
}

bool IsClaim(const journal::v1::Event& event) {
  return event.has_handling_completed() || (event.has_response_submitted() && event.response_submitted().stance() ==
                                                                                  response::v1::STANCE_CLAIMS_RESOLVED);
}

// The open claim that is meant; the latest where none is named.
std::variant<v1::Claim, Rejection> FindClaim(const State& state, const std::string& claim_event_id,
                                             const Context& context) {
  const auto nobody = [&] {
    return domain::Illegal("nothing_claimed", context.case_id, "what an organization claimed to be resolved",
                           "nobody has claimed that since it was last answered");
  };
  if (claim_event_id.empty()) {
    if (!state.open_claims().empty()) return state.open_claims().at(state.open_claims_size() - 1);
    if (!state.answered_claims().empty()) {
      return Answered(state.answered_claims().at(state.answered_claims_size() - 1));
    }
    return nobody();
  }
  for (const v1::Claim& claim : state.open_claims()) {
    if (claim.event_id() == claim_event_id) return claim;
  }
  for (const v1::AnsweredClaim& answered : state.answered_claims()) {
    if (answered.claim_event_id() == claim_event_id) return Answered(answered);
  }
  const auto event = context.history->FindEvent(claim_event_id);
  if (!event) {
    return domain::NotFound("unknown_event", "claim_event_id",
                            absl::StrCat("claim_event_id: the case has no event \"", claim_event_id, "\""));
  }
  if (!IsClaim(*event)) {
    return domain::Illegal("nothing_claimed", "claim_event_id", "an event that claims the matter resolved",
                           absl::StrCat("event ", claim_event_id, " claims nothing"));
  }
  return domain::Illegal(
      "claim_superseded", "claim_event_id", "the organization's latest claim",
      absl::StrCat("event ", claim_event_id, " was followed by another claim, or answered long ago"));
}

}  // namespace

Outcome Decide(const State& state, const v1::ConfirmResolutionRequest& request, const Context& context) {
  if (auto no = RequireAnswerable(state, context)) return *std::move(no);
  if (!v1::Satisfaction_IsValid(request.satisfaction()) || request.satisfaction() == v1::SATISFACTION_UNSPECIFIED) {
    return domain::Invalid("satisfaction", "satisfied, partly satisfied or dissatisfied",
                           absl::StrCat(request.satisfaction()));
  }
  if (auto no = domain::CheckText(request.note(), "note", {.bytes_min = 0})) return *std::move(no);
  auto found = FindClaim(state, request.claim_event_id(), context);
  if (auto* no = std::get_if<Rejection>(&found)) return std::move(*no);
  auto& claim = std::get<v1::Claim>(found);
  if (auto no = RequireNotBefore(claim.claimed_at(), "was claimed to be resolved", context)) return *std::move(no);
  if (auto no = domain::RequirePetitioner(context)) return *std::move(no);
  journal::v1::Event event = context.NewEvent();
  auto* body = event.mutable_resolution_confirmed();
  body->set_claim_event_id(claim.event_id());
  *body->mutable_claimed_by() = std::move(*claim.mutable_claimed_by());
  body->set_satisfaction(request.satisfaction());
  body->set_note(request.note());
  return domain::Events{std::move(event)};
}

Outcome Decide(const State& state, const v1::DisputeResolutionRequest& request, const Context& context) {
  if (auto no = RequireAnswerable(state, context)) return *std::move(no);
  if (auto no = domain::CheckText(request.why(), "why")) return *std::move(no);
  auto found = FindClaim(state, request.claim_event_id(), context);
  if (auto* no = std::get_if<Rejection>(&found)) return std::move(*no);
  auto& claim = std::get<v1::Claim>(found);
  if (auto no = RequireNotBefore(claim.claimed_at(), "was claimed to be resolved", context)) return *std::move(no);
  if (auto no = domain::RequirePetitioner(context)) return *std::move(no);
  journal::v1::Event event = context.NewEvent();
  auto* body = event.mutable_resolution_disputed();
  body->set_claim_event_id(claim.event_id());
  *body->mutable_claimed_by() = std::move(*claim.mutable_claimed_by());
  body->set_why(request.why());
  return domain::Events{std::move(event)};
}

}  // namespace whistle::intake
