// Assignments: asked, returned, extended, overdue.
#include "absl/strings/str_cat.h"
#include "libs/base/hash.h"
#include "libs/base/time.h"
#include "libs/domain/case_header.h"
#include "libs/domain/given.h"
#include "libs/domain/terms.h"
#include "libs/domain/validate.h"
#include "libs/registry/authority.h"
#include "services/response/find.h"
#include "services/response/limits.h"
#include "services/response/model.h"

namespace whistle::response {
namespace {

using common::v1::DueDate;
using common::v1::OrganizationRef;
using domain::Context;
using domain::Events;
using domain::Outcome;
using domain::Rejection;

std::optional<Rejection> RequireHandler(const State& state, const Context& context) {
  if (state.header().has_handler()) return std::nullopt;
  return domain::Illegal("no_handler", context.case_id, "once a handler is assigned (AssignHandler)",
                         "the case has no handler");
}

std::variant<DueDate, Rejection> AnswerDue(const State& state, const v1::AskForResponseRequest& request,
                                           const Context& context) {
  const auto& header = state.header();
  if (request.has_due_at()) {
    if (auto no = domain::CheckGivenDate(request.due_at(), "due_at", kGivenDateMax, context)) return *std::move(no);
    return domain::DueGiven(context.occurred_at, base::FromProto(request.due_at()), domain::BasisOf(header, context));
  }
  if (header.policy().response().count() <= 0) {
    return domain::Illegal("no_term", "due_at", "a given date, or a case bound to a policy with a term for answers",
                           "the case's policy has none");
  }
  return domain::DueFrom(context.occurred_at, header.policy().response(), "response", domain::BasisOf(header, context));
}

}  // namespace

Outcome Decide(const State& state, const v1::AskForResponseRequest& request, const Context& context) {
  if (auto no = domain::RequireCase(state.header(), context)) return *std::move(no);
  auto department = domain::ResolveOrganization(request.department_id(), "department_id", context);
  if (auto* no = std::get_if<Rejection>(&department)) return std::move(*no);
  if (auto no = domain::CheckText(request.question(), "question")) return *std::move(no);
  auto due = AnswerDue(state, request, context);
  if (auto* no = std::get_if<Rejection>(&due)) return std::move(*no);
  if (auto no = domain::RequireOpen(state.header(), context)) return *std::move(no);
  if (auto no = RequireHandler(state, context)) return *std::move(no);
  const std::string question_sha256 = base::Sha256(request.question()).ToBytes();
  for (const auto& open : state.open_assignments()) {
    if (open.department().organization_id() == request.department_id() && open.question_sha256() == question_sha256) {
      return domain::Already("already_asked", request.department_id(), open.assignment_id());
    }
  }
  if (state.open_assignments_size() >= kOpenAssignmentsMax) {
    return domain::OverLimit("open_assignments", kOpenAssignmentsMax);
  }
  const OrganizationRef handler = CurrentRef(state.header().handler(), context);
  if (auto no = domain::RequireActingFor(handler, "the handler", context)) return *std::move(no);
  auto acting = domain::ActingOrganization(context);
  if (auto* no = std::get_if<Rejection>(&acting)) return std::move(*no);

  journal::v1::Event event = context.NewEvent();
  auto& asked = *event.mutable_response_requested();
  *asked.mutable_department() = std::get<OrganizationRef>(department);
  *asked.mutable_asked_by() = std::get<OrganizationRef>(acting);
  *asked.mutable_handler() = handler;
  asked.set_question(request.question());
  *asked.mutable_due() = std::get<DueDate>(due);
  *asked.mutable_return_by() = domain::DueFrom(context.occurred_at, state.header().policy().assignment_return(),
                                               "assignment_return", domain::BasisOf(state.header(), context));
  asked.set_across_authority(!registry::HasAuthority(handler, asked.department()));
  return Events{std::move(event)};
}

Outcome Decide(const State& state, const v1::ReturnAssignmentRequest& request, const Context& context) {
  if (auto no = domain::RequireCase(state.header(), context)) return *std::move(no);
  auto owner = domain::ResolveOrganization(request.proposed_owner_id(), "proposed_owner_id", context);
  if (auto* no = std::get_if<Rejection>(&owner)) return std::move(*no);
  if (auto no = domain::CheckText(request.why(), "why")) return *std::move(no);
  if (request.grounds().empty() || request.grounds_size() > kGroundsMax) {
    return domain::Invalid("grounds", absl::StrCat("1 to ", kGroundsMax), absl::StrCat(request.grounds_size()));
  }
  if (auto no = domain::CheckGrounds(request.grounds(), "grounds")) return *std::move(no);
  auto found = FindAssignment(state, request.assignment_id(), context);
  if (auto* no = std::get_if<Rejection>(&found)) return std::move(*no);
  const v1::OpenAssignment& assignment = *std::get<const v1::OpenAssignment*>(found);
  if (request.proposed_owner_id() == assignment.department().organization_id()) {
    return domain::Invalid("proposed_owner_id", "another organization than the one that returns the assignment",
                           request.proposed_owner_id());
  }
  if (auto no = RequireAfter(assignment, context)) return *std::move(no);
  if (auto no = RequireOpenThen(state, context)) return *std::move(no);
  if (domain::HasPassed(assignment.return_by(), context.occurred_at)) {
    const std::string& responsible = assignment.first_responsible_event_id();
    return domain::Illegal(
        "return_too_late", request.assignment_id(),
        absl::StrCat("a return before ", base::TimeText(base::FromProto(assignment.return_by().due_at())),
                     "; now an answer (SubmitResponse)"),
        absl::StrCat(assignment.department().name(),
                     " has let the time for a return pass and is the first handler responsible (首办责任)",
                     responsible.empty() ? "" : absl::StrCat(" by event ", responsible)));
  }
  const OrganizationRef department = CurrentRef(assignment.department(), context);
  if (auto no = domain::RequireActingFor(department, "the department asked", context)) return *std::move(no);

  Events events;
  journal::v1::Event& event = events.emplace_back(context.NewEvent());
  auto& returned = *event.mutable_assignment_returned();
  returned.set_assignment_id(request.assignment_id());
  *returned.mutable_department() = department;
  *returned.mutable_proposed_owner() = std::get<OrganizationRef>(owner);
  *returned.mutable_grounds() = request.grounds();
  returned.set_why(request.why());
  if (auto lifted = LiftIfBeforeReturnTerm(assignment, context.EventId(1), "The assignment was returned", context)) {
    events.push_back(*std::move(lifted));
  }
  if (auto lifted = LiftIfInTime(assignment, context.EventId(1), "The assignment was returned", context)) {
    events.push_back(*std::move(lifted));
  }
  return events;
}

Outcome Decide(const State& state, const v1::GrantExtensionRequest& request, const Context& context) {
  if (auto no = domain::RequireCase(state.header(), context)) return *std::move(no);
  const auto& policy = state.header().policy();
  const auto& longest = policy.response_extension_max();
  if (longest.off()) {
    return domain::Illegal("extension_off", context.case_id, "where the policy allows answers to be extended",
                           absl::StrCat("policy version ", state.header().policy_version(), " does not"));
  }
  if (request.count() < 1 || request.count() > longest.count()) {
    return domain::Invalid("count", absl::StrCat("1 to the policy's longest extension, ", domain::TermText(longest)),
                           absl::StrCat(request.count()));
  }
  if (auto no = domain::CheckText(request.why(), "why")) return *std::move(no);
  auto found = FindAssignment(state, request.assignment_id(), context);
  if (auto* no = std::get_if<Rejection>(&found)) return std::move(*no);
  const v1::OpenAssignment& assignment = *std::get<const v1::OpenAssignment*>(found);
  if (auto no = RequireAfter(assignment, context)) return *std::move(no);
  if (auto no = RequireOpenThen(state, context)) return *std::move(no);
  if (auto no = RequireHandler(state, context)) return *std::move(no);
  if (assignment.extensions() >= policy.response_extensions_max()) {
    return domain::Illegal("extensions_used_up", request.assignment_id(),
                           absl::StrCat("at most ", policy.response_extensions_max(),
                                        " extensions of an answer; now the "
                                        "answer itself"),
                           absl::StrCat("the assignment has had ", assignment.extensions()));
  }
  if (!assignment.due().has_due_at()) {
    return domain::Illegal("no_date", request.assignment_id(), "an assignment with a date",
                           "the policy has the rule for answers switched off: there is no date to put off");
  }
  if (domain::HasPassed(assignment.due(), context.occurred_at)) {
    return domain::Illegal(
        "deadline_passed", request.assignment_id(),
        absl::StrCat("an extension granted before ", base::TimeText(base::FromProto(assignment.due().due_at())),
                     "; now the answer itself"),
        "the assignment's date has passed");
  }
  const OrganizationRef handler = CurrentRef(state.header().handler(), context);
  if (auto no = domain::RequireActingFor(handler, "the handler", context)) return *std::move(no);

  Events events;
  journal::v1::Event& event = events.emplace_back(context.NewEvent());
  auto& granted = *event.mutable_extension_granted();
  granted.set_assignment_id(request.assignment_id());
  *granted.mutable_department() = CurrentRef(assignment.department(), context);
  *granted.mutable_old_due() = assignment.due();
  registry::v1::Term term = longest;
  term.set_count(request.count());
  *granted.mutable_new_due() =
      domain::DueAfter(assignment.due(), term, "response_extension", domain::BasisOf(state.header(), context));
  granted.set_number(assignment.extensions() + 1);
  granted.set_number_max(policy.response_extensions_max());
  granted.set_why(request.why());
  if (auto lifted = LiftIfInTime(assignment, context.EventId(1), "More time was granted", context)) {
    events.push_back(*std::move(lifted));
  }
  return events;
}

}  // namespace whistle::response
