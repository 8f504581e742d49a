#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "libs/base/time.h"
#include "libs/domain/case_header.h"
#include "libs/domain/terms.h"
#include "libs/domain/validate.h"
#include "services/intake/checks.h"
#include "services/intake/deadlines.h"
#include "services/intake/model.h"

namespace whistle::intake {
namespace {

using common::v1::OrganizationRef;
using domain::Context;
using domain::Outcome;
using domain::Rejection;

// Acceptance is decided once, on a case that was registered and not yet decided on.
std::optional<Rejection> RequireUndecided(const State& state, v1::CaseStatus decided, absl::string_view reason,
                                          const Context& context) {
  if (auto no = domain::RequireCase(state.header(), context)) return no;
  if (state.header().status() == v1::CASE_STATUS_REGISTERED) return RequireNoMergeUnderWay(state, context);
  if (state.header().status() == decided) {
    return domain::Already(reason, context.case_id, state.header().status_event_id());
  }
  return domain::Illegal("acceptance_decided", context.case_id, "on a case that is registered and not yet decided on",
                         domain::DescribeStatus(state.header()));
}

}  // namespace

Outcome Decide(const State& state, const v1::AcceptCaseRequest& request, const Context& context) {
  if (auto no = domain::CheckText(request.note(), "note", {.bytes_min = 0})) return *std::move(no);
  if (auto no = RequireUndecided(state, v1::CASE_STATUS_ACCEPTED, "case_accepted", context)) return *std::move(no);
  if (auto no = RequireNotBefore(state.header().registered_at(), "was registered", context)) return *std::move(no);
  if (auto no = RequireKeeper(state, context)) return *std::move(no);
  journal::v1::Event event = context.NewEvent();
  auto* body = event.mutable_case_accepted();
  *body->mutable_accepted_by() = *ActingIfOrganization(context);
  body->set_note(request.note());
  *body->mutable_handling_due() = domain::DueFrom(context.occurred_at, state.header().policy().handling(), "handling",
                                                  domain::BasisOf(state.header(), context));
  domain::Events events = {std::move(event)};
  AddLifted(state, context, &events);
  return events;
}

Outcome Decide(const State& state, const v1::DeclineCaseRequest& request, const Context& context) {
  if (auto no = domain::CheckText(request.why(), "why")) return *std::move(no);
  if (request.grounds().empty()) return domain::Invalid("grounds", "1 to 16: a case is declined on grounds", "none");
  if (auto no = domain::CheckGrounds(request.grounds(), "grounds")) return *std::move(no);
  if (auto no = RequireUndecided(state, v1::CASE_STATUS_DECLINED, "case_declined", context)) return *std::move(no);
  if (auto no = RequireNotBefore(state.header().registered_at(), "was registered", context)) return *std::move(no);
  if (auto no = RequireKeeper(state, context)) return *std::move(no);
  journal::v1::Event event = context.NewEvent();
  auto* body = event.mutable_case_declined();
  *body->mutable_declined_by() = *ActingIfOrganization(context);
  body->set_why(request.why());
  *body->mutable_grounds() = request.grounds();
  domain::Events events = {std::move(event)};
  AddLifted(state, context, &events);
  return events;
}

Outcome Decide(const State& state, const v1::AssignHandlerRequest& request, const Context& context) {
  if (auto no = domain::RequireOpen(state.header(), context)) return *std::move(no);
  if (auto no = domain::CheckText(request.why(), "why", {.bytes_min = 0})) return *std::move(no);
  auto resolved = domain::ResolveOrganization(request.handler_id(), "handler_id", context);
  if (auto* no = std::get_if<Rejection>(&resolved)) return std::move(*no);
  auto& handler = std::get<OrganizationRef>(resolved);
  if (handler.outside_tree()) {
    return domain::Illegal(
        "handler_outside_tree", "handler_id", "an organization of the authority tree",
        absl::StrCat(handler.organization_id(), " stands outside it: nobody could call it to account"));
  }
  const v1::CaseHeader& header = state.header();
  if (header.has_handler() && header.handler().organization_id() == handler.organization_id()) {
    return domain::Already("handler_assigned", "handler_id", header.handler_event_id());
  }
  if (auto no = RequireNotBefore(header.registered_at(), "was registered", context)) return *std::move(no);
  if (header.has_handler()) {
    if (auto no = RequireNotBefore(header.handler_since(), "had its present handler", context)) return *std::move(no);
  }
  if (auto no = RequireKeeper(state, context)) return *std::move(no);
  journal::v1::Event event = context.NewEvent();
  auto* body = event.mutable_handler_assigned();
  *body->mutable_handler() = std::move(handler);
  if (header.has_handler()) *body->mutable_from() = header.handler();
  *body->mutable_assigned_by() = *ActingIfOrganization(context);
  body->set_why(request.why());
  domain::Events events = {std::move(event)};
  AddLifted(state, context, &events);
  return events;
}

Outcome Decide(const State& state, const v1::ExtendHandlingRequest& request, const Context& context) {
  if (auto no = domain::RequireInHandling(state.header(), context)) return *std::move(no);
  if (auto no = domain::CheckText(request.reason_told(), "reason_told")) return *std::move(no);
  const registry::v1::Policy& policy = state.header().policy();
  const registry::v1::Term& longest = policy.handling_extension_max();
  if (longest.off()) {
    return domain::Illegal("extension_off", context.case_id, "where the policy allows handling to be extended",
                           absl::StrCat("policy version ", state.header().policy_version(), " does not"));
  }
  if (request.count() < 1 || request.count() > longest.count()) {
    return domain::Invalid(
        "count", absl::StrCat("1 to ", longest.count(), " (one extension is at most ", domain::TermText(longest), ")"),
        absl::StrCat(request.count()));
  }
  if (!state.header().has_handler()) {
    return domain::Illegal("no_handler", context.case_id, "once a handler was assigned", "the case has none");
  }
  if (state.handling_extensions() >= policy.handling_extensions_max()) {
    return domain::Illegal("extensions_used", context.case_id,
                           absl::StrCat("at most ", policy.handling_extensions_max(), " by the policy"),
                           absl::StrCat("the date was put off ", state.handling_extensions(), " times, last by event ",
                                        state.handling_extended_event_id()));
  }
  if (auto no = RequireNotBefore(state.header().status_since(), "was in handling", context)) return *std::move(no);
  const common::v1::DueDate& due = state.handling_due();
  if (!due.has_due_at()) {
    return domain::Illegal("no_handling_date", context.case_id, "on a case that is to be handled by a date",
                           "it is not: the policy's term for handling was switched off");
  }
  if (domain::HasPassed(due, context.occurred_at)) {
    return domain::Illegal("handling_date_passed", context.case_id, "before the date for handling passes",
                           absl::StrCat("it passed at ", base::TimeText(base::FromProto(due.due_at()))));
  }
  if (auto no = domain::RequireActingFor(state.header().handler(), "the handler", context)) return *std::move(no);
  registry::v1::Term term = longest;
  term.set_count(request.count());
  journal::v1::Event event = context.NewEvent();
  auto* body = event.mutable_handling_extended();
  *body->mutable_due() =
      domain::DueAfter(due, term, "handling_extension_max", domain::BasisOf(state.header(), context));
  *body->mutable_from() = due;
  *body->mutable_approved_by() = *ActingIfOrganization(context);
  body->set_reason_told(request.reason_told());
  domain::Events events = {std::move(event)};
  AddLifted(state, context, &events);
  return events;
}

}  // namespace whistle::intake
