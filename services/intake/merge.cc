#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/domain/case_header.h"
#include "libs/domain/validate.h"
#include "services/intake/checks.h"
#include "services/intake/limits.h"
#include "services/intake/model.h"

namespace whistle::intake {
namespace {

using domain::Context;
using domain::Outcome;
using domain::Rejection;

std::optional<Rejection> CheckOtherCase(const std::string& other_case_id, absl::string_view field,
                                        const Context& context) {
  if (auto no = domain::CheckIdentifier(other_case_id, field)) return no;
  if (other_case_id == context.case_id) return domain::Invalid(field, "another case", "the case itself");
  return std::nullopt;
}

}  // namespace

Outcome Decide(const State& state, const v1::LinkCasesRequest& request, const Context& context) {
  if (auto no = RequireNotMerged(state, context)) return *std::move(no);
  if (auto no = CheckOtherCase(request.other_case_id(), "other_case_id", context)) return *std::move(no);
  if (auto no = domain::CheckText(request.why(), "why", {.bytes_max = 500})) return *std::move(no);
  const auto& linked = state.linked_case_ids();
  if (const auto at = std::find(linked.begin(), linked.end(), request.other_case_id()); at != linked.end()) {
    return domain::Already("cases_linked", "other_case_id",
                           state.linked_event_ids(static_cast<int>(at - linked.begin())));
  }
  if (linked.size() >= kLinksMax) {
    Rejection full = domain::OverLimit("other_case_id", kLinksMax);
    full.message = absl::StrCat("other_case_id: a case is linked to at most ", kLinksMax,
                                " others; link from the other case instead");
    return full;
  }
  journal::v1::Event event = context.NewEvent();
  auto* body = event.mutable_cases_linked();
  body->set_other_case_id(request.other_case_id());
  body->set_why(request.why());
  if (auto acting = ActingIfOrganization(context)) *body->mutable_linked_by() = *std::move(acting);
  return domain::Events{std::move(event)};
}

Outcome Decide(const State& state, const v1::ProposeMergeRequest& request, const Context& context) {
  if (auto no = domain::RequireOpen(state.header(), context)) return *std::move(no);
  if (auto no = CheckOtherCase(request.target_case_id(), "target_case_id", context)) return *std::move(no);
  if (auto no = domain::CheckText(request.why(), "why")) return *std::move(no);
  if (state.has_open_proposal() && state.open_proposal().target_case_id() == request.target_case_id()) {
    return domain::Already("merge_proposed", "target_case_id", state.open_proposal().proposal_event_id());
  }
  if (auto no = RequireNoMergeUnderWay(state, context)) return *std::move(no);
  if (auto no = RequireNotBefore(state.header().status_since(), "stood as it stands", context)) return *std::move(no);
  if (auto no = RequireKeeper(state, context)) return *std::move(no);
  journal::v1::Event event = context.NewEvent();
  auto* body = event.mutable_merge_proposed();
  body->set_target_case_id(request.target_case_id());
  body->set_why(request.why());
  *body->mutable_proposed_by() = *ActingIfOrganization(context);
  return domain::Events{std::move(event)};
}

Outcome Decide(const State& state, const v1::UnmergeCaseRequest& request, const Context& context) {
  const v1::CaseHeader& header = state.header();
  if (auto no = domain::RequireCase(header, context)) return *std::move(no);
  if (auto no = domain::CheckText(request.why(), "why")) return *std::move(no);
  if (header.status() != v1::CASE_STATUS_MERGED) {
    if (!state.unmerged_event_id().empty() && !state.has_open_proposal()) {
      return domain::Already("case_unmerged", context.case_id, state.unmerged_event_id());
    }
    return domain::Illegal("case_not_merged", context.case_id, "on a case that was merged into another",
                           domain::DescribeStatus(header));
  }
  if (auto no = RequireNotBefore(header.status_since(), "was merged", context)) return *std::move(no);
  if (auto no = RequireKeeper(state, context)) return *std::move(no);
  journal::v1::Event event = context.NewEvent();
  auto* body = event.mutable_case_unmerged();
  body->set_other_case_id(header.merged_into_case_id());
  body->set_side(v1::MERGE_SIDE_SOURCE);
  body->set_why(request.why());
  return domain::Events{std::move(event)};
}

}  // namespace whistle::intake
