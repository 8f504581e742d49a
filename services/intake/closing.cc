#include <utility>

#include "libs/domain/case_header.h"
#include "libs/domain/validate.h"
#include "services/intake/checks.h"
#include "services/intake/deadlines.h"
#include "services/intake/model.h"

namespace whistle::intake {

using domain::Context;
using domain::Outcome;

Outcome Decide(const State& state, const v1::CloseCaseRequest& request, const Context& context) {
  const v1::CaseHeader& header = state.header();
  if (auto no = domain::RequireCase(header, context)) return *std::move(no);
  if (auto no = domain::CheckText(request.why(), "why")) return *std::move(no);
  if (header.status() == v1::CASE_STATUS_CLOSED) {
    return domain::Already("case_closed", context.case_id, header.status_event_id());
  }
  if (auto no = domain::RequireInHandling(header, context)) return *std::move(no);
  if (auto no = RequireNoMergeUnderWay(state, context)) return *std::move(no);
  if (!header.has_handler()) {
    return domain::Illegal("no_handler", context.case_id, "once a handler was assigned, by that handler",
                           "the case has none");
  }
  if (auto no = RequireNotBefore(header.status_since(), "was in handling", context)) return *std::move(no);
  if (auto no = domain::RequireActingFor(header.handler(), "the handler", context)) return *std::move(no);
  journal::v1::Event event = context.NewEvent();
  *event.mutable_case_closed()->mutable_closed_by() = *ActingIfOrganization(context);
  event.mutable_case_closed()->set_why(request.why());
  domain::Events events = {std::move(event)};
  AddLifted(state, context, &events);
  return events;
}

Outcome Decide(const State& state, const v1::ReopenCaseRequest& request, const Context& context) {
  const v1::CaseHeader& header = state.header();
  if (auto no = RequireNotMerged(state, context)) return *std::move(no);
  if (auto no = domain::CheckText(request.why(), "why")) return *std::move(no);
  if (header.status() == v1::CASE_STATUS_ACCEPTED) {
    return domain::Already("case_in_handling", context.case_id, header.status_event_id());
  }
  if (header.status() != v1::CASE_STATUS_CLOSED && header.status() != v1::CASE_STATUS_DECLINED) {
    return domain::Illegal("case_not_closed", context.case_id, "on a case that is closed or declined",
                           domain::DescribeStatus(header));
  }
  if (auto no = RequireNotBefore(header.status_since(), "was closed or declined", context)) return *std::move(no);
  const bool petitioner = context.actor.kind() == common::v1::ACTOR_KIND_PETITIONER;
  if (!petitioner) {
    if (auto no = RequireKeeper(state, context)) return *std::move(no);
  }
  return domain::Events{Reopened(state, request.why(), context)};
}

}  // namespace whistle::intake
