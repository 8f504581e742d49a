#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/time.h"
#include "libs/domain/terms.h"
#include "libs/domain/validate.h"
#include "libs/registry/authority.h"
#include "services/intake/checks.h"
#include "services/intake/deadlines.h"
#include "services/intake/model.h"

namespace whistle::intake {
namespace {

using common::v1::OrganizationRef;
using domain::Context;
using domain::Outcome;
using domain::Rejection;

bool IsOpen(const v1::Review& review) { return !review.review_event_id().empty() && review.decided_event_id().empty(); }

std::optional<Rejection> RequireNoOpenReview(const State& state, const Context& context) {
  for (const v1::Review* review : {&state.review(), &state.re_review()}) {
    if (!IsOpen(*review)) continue;
    return domain::Illegal(
        "review_open", context.case_id, "once the open review is decided",
        absl::StrCat("review ", review->review_event_id(), " is with ", review->reviewer().organization_id()));
  }
  return std::nullopt;
}

// Asking is possible within the policy's term after what is to be reviewed.
std::optional<Rejection> RequireInTime(const State& state, const google::protobuf::Timestamp& since,
                                       const Context& context) {
  const registry::v1::Term& term = state.header().policy().review_request();
  const absl::Time until = domain::EndOfTerm(base::FromProto(since), term, context.registry->calendar());
  if (context.occurred_at < until) return std::nullopt;
  return domain::Illegal("review_term_passed", context.case_id,
                         absl::StrCat("within ", domain::TermText(term), ", until ", base::TimeText(until)),
                         absl::StrCat("it is asked for at ", base::TimeText(context.occurred_at)));
}

// The reviewer: a superior of `whom`, whose decision it reviews, and never that organization itself.
std::variant<OrganizationRef, Rejection> ResolveReviewer(const std::string& reviewer_id, const OrganizationRef& whom,
                                                         const Context& context) {
  auto reviewer = domain::ResolveOrganization(reviewer_id, "reviewer_id", context);
  if (std::holds_alternative<Rejection>(reviewer)) return reviewer;
  const auto& ref = std::get<OrganizationRef>(reviewer);
  if (ref.organization_id() != whom.organization_id() && registry::HasAuthority(ref, whom)) return reviewer;
  return domain::NotAuthorized("reviewer_not_superior", "reviewer_id",
                               absl::StrCat("a superior of ", whom.organization_id()), reviewer_id);
}

}  // namespace

Outcome Decide(const State& state, const v1::RequestReviewRequest& request, const Context& context) {
  if (auto no = RequireNotMerged(state, context)) return *std::move(no);
  if (auto no = domain::CheckText(request.why(), "why")) return *std::move(no);
  if (!state.has_reviewable()) {
    return domain::Illegal("nothing_to_review", context.case_id,
                           "after the matter was claimed to be resolved, declined or closed",
                           "nothing of that has happened");
  }
  const v1::Reviewable& reviewable = state.reviewable();
  if (state.review().about_event_id() == reviewable.event_id()) {
    return domain::Already("review_requested", context.case_id, state.review().review_event_id());
  }
  if (auto no = RequireNoOpenReview(state, context)) return *std::move(no);
  if (auto no = RequireNotBefore(reviewable.decided_at(), "was decided on so", context)) return *std::move(no);
  if (auto no = RequireInTime(state, reviewable.decided_at(), context)) return *std::move(no);
  if (auto no = domain::RequirePetitioner(context)) return *std::move(no);
  auto reviewer = ResolveReviewer(request.reviewer_id(), reviewable.decided_by(), context);
  if (auto* no = std::get_if<Rejection>(&reviewer)) return std::move(*no);
  journal::v1::Event event = context.NewEvent();
  auto* body = event.mutable_review_requested();
  body->set_about_event_id(reviewable.event_id());
  *body->mutable_reviewer() = std::get<OrganizationRef>(std::move(reviewer));
  body->set_why(request.why());
  *body->mutable_due() = domain::DueFrom(context.occurred_at, state.header().policy().review_decision(),
                                         "review_decision", domain::BasisOf(state.header(), context));
  return domain::Events{std::move(event)};
}

Outcome Decide(const State& state, const v1::RequestReReviewRequest& request, const Context& context) {
  if (auto no = RequireNotMerged(state, context)) return *std::move(no);
  if (auto no = domain::CheckText(request.why(), "why")) return *std::move(no);
  const v1::Review& review = state.review();
  if (review.decided_event_id().empty()) {
    return domain::Illegal("review_not_decided", context.case_id, "after a review was decided",
                           review.review_event_id().empty()
                               ? "no review was asked for"
                               : absl::StrCat("review ", review.review_event_id(), " is not decided"));
  }
  if (state.re_review().about_event_id() == review.decided_event_id()) {
    return domain::Already("re_review_requested", context.case_id, state.re_review().review_event_id());
  }
  if (auto no = RequireNotBefore(review.decided_at(), "was reviewed", context)) return *std::move(no);
  if (auto no = RequireInTime(state, review.decided_at(), context)) return *std::move(no);
  if (auto no = domain::RequirePetitioner(context)) return *std::move(no);
  auto reviewer = ResolveReviewer(request.reviewer_id(), review.reviewer(), context);
  if (auto* no = std::get_if<Rejection>(&reviewer)) return std::move(*no);
  journal::v1::Event event = context.NewEvent();
  auto* body = event.mutable_re_review_requested();
  body->set_about_event_id(review.decided_event_id());
  *body->mutable_reviewer() = std::get<OrganizationRef>(std::move(reviewer));
  body->set_why(request.why());
  *body->mutable_due() = domain::DueFrom(context.occurred_at, state.header().policy().review_decision(),
                                         "review_decision", domain::BasisOf(state.header(), context));
  return domain::Events{std::move(event)};
}

Outcome Decide(const State& state, const v1::DecideReviewRequest& request, const Context& context) {
  if (auto no = RequireNotMerged(state, context)) return *std::move(no);
  if (!v1::ReviewOutcome_IsValid(request.outcome()) || request.outcome() == v1::REVIEW_OUTCOME_UNSPECIFIED) {
    return domain::Invalid("outcome", "upheld, changed or returned", absl::StrCat(request.outcome()));
  }
  if (auto no = domain::CheckText(request.why(), "why")) return *std::move(no);
  if (auto no = domain::CheckGrounds(request.grounds(), "grounds")) return *std::move(no);
  const v1::Review* review = nullptr;
  for (const v1::Review* one : {&state.review(), &state.re_review()}) {
    if (!request.review_event_id().empty() && one->review_event_id() == request.review_event_id()) review = one;
  }
  if (review == nullptr) {
    const auto event = context.history->FindEvent(request.review_event_id());
    if (event && (event->has_review_requested() || event->has_re_review_requested())) {
      return domain::Illegal("review_not_open", "review_event_id", "the latest review",
                             absl::StrCat("review ", request.review_event_id(), " was decided before it"));
    }
    return domain::NotFound(
        "unknown_review", "review_event_id",
        absl::StrCat("review_event_id: the case has no review \"", request.review_event_id(), "\""));
  }
  if (!IsOpen(*review)) return domain::Already("review_decided", "review_event_id", review->decided_event_id());
  if (auto no = RequireNotBefore(review->requested_at(), "was put before the reviewer", context)) {
    return *std::move(no);
  }
  if (auto no = domain::RequireActingFor(review->reviewer(), "the reviewer", context)) return *std::move(no);
  journal::v1::Event event = context.NewEvent();
  auto* body = event.mutable_review_decided();
  body->set_review_event_id(review->review_event_id());
  body->set_outcome(request.outcome());
  *body->mutable_decided_by() = *ActingIfOrganization(context);
  body->set_why(request.why());
  *body->mutable_grounds() = request.grounds();
  domain::Events events = {std::move(event)};
  const v1::CaseStatus status = state.header().status();
  if (request.outcome() == v1::REVIEW_OUTCOME_RETURNED &&
      (status == v1::CASE_STATUS_CLOSED || status == v1::CASE_STATUS_DECLINED)) {
    events.push_back(Reopened(state, "returned by the review", context));
  }
  AddLifted(state, context, &events);
  return events;
}

}  // namespace whistle::intake
