#include "services/intake/checks.h"

#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "libs/base/time.h"
#include "libs/domain/case_header.h"
#include "libs/domain/terms.h"
#include "libs/domain/validate.h"

namespace whistle::intake {

using domain::Context;
using domain::Rejection;

std::optional<Rejection> RequireKeeper(const State& state, const Context& context) {
  if (state.header().has_handler()) return domain::RequireActingFor(state.header().handler(), "the handler", context);
  auto acting = domain::ActingOrganization(context);
  if (auto* no = std::get_if<Rejection>(&acting)) return std::move(*no);
  return std::nullopt;
}

std::optional<Rejection> RequireNotBefore(const google::protobuf::Timestamp& since, absl::string_view what,
                                          const Context& context) {
  if (context.occurred_at >= base::FromProto(since)) return std::nullopt;
  return domain::Invalid("context.occurred_at",
                         absl::StrCat("not before the case ", what, " (", base::TimeText(base::FromProto(since)), ")"),
                         base::TimeText(context.occurred_at));
}

std::optional<Rejection> RequireNotMerged(const State& state, const Context& context) {
  if (auto no = domain::RequireCase(state.header(), context)) return no;
  if (state.header().status() != v1::CASE_STATUS_MERGED) return std::nullopt;
  return domain::Illegal("case_merged", context.case_id,
                         absl::StrCat("on case ", state.header().merged_into_case_id(), ", which goes on in its place"),
                         domain::DescribeStatus(state.header()));
}

std::optional<Rejection> RequireNoMergeUnderWay(const State& state, const Context& context) {
  if (state.has_open_proposal()) {
    return domain::Illegal("merge_under_way", context.case_id, "once the target has answered",
                           absl::StrCat("the case is to be merged into ", state.open_proposal().target_case_id(),
                                        " (event ", state.open_proposal().proposal_event_id(), ")"));
  }
  if (state.has_open_unmerge()) {
    return domain::Illegal("unmerge_under_way", context.case_id, "once the other case was told",
                           absl::StrCat("the merge into ", state.open_unmerge().target_case_id(),
                                        " is being undone (event ", state.open_unmerge().unmerged_event_id(), ")"));
  }
  return std::nullopt;
}

std::optional<common::v1::OrganizationRef> ActingIfOrganization(const Context& context) {
  if (context.actor.kind() != common::v1::ACTOR_KIND_ORGANIZATION) return std::nullopt;
  auto acting = domain::ActingOrganization(context);
  auto* organization = std::get_if<common::v1::OrganizationRef>(&acting);
  if (organization == nullptr) return std::nullopt;
  return std::move(*organization);
}

journal::v1::Event Reopened(const State& state, const std::string& why, const Context& context) {
  journal::v1::Event event = context.NewEvent();
  auto* body = event.mutable_case_reopened();
  if (auto acting = ActingIfOrganization(context)) *body->mutable_reopened_by() = *std::move(acting);
  body->set_why(why);
  *body->mutable_handling_due() = state.has_handling_due()
                                      ? state.handling_due()
                                      : domain::DueFrom(context.occurred_at, state.header().policy().handling(),
                                                        "handling", domain::BasisOf(state.header(), context));
  return event;
}

}  // namespace whistle::intake
