#include "services/response/find.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/time.h"
#include "libs/domain/case_header.h"
#include "libs/domain/terms.h"

namespace whistle::response {

using domain::Context;
using domain::Rejection;

std::variant<const v1::OpenAssignment*, Rejection> FindAssignment(const State& state, absl::string_view assignment_id,
                                                                  const Context& context) {
  if (!domain::ParseEventId(assignment_id)) {
    return domain::Invalid("assignment_id", "an assignment's id (\"<version>.<number>\")",
                           absl::StrCat("\"", assignment_id, "\""));
  }
  for (const auto& assignment : state.open_assignments()) {
    if (assignment_id == assignment.assignment_id()) return &assignment;
  }
  for (const auto& settled : state.settled_assignments()) {
    if (assignment_id != settled.assignment_id()) continue;
    return domain::Already(settled.returned() ? "assignment_returned" : "assignment_answered", assignment_id,
                           settled.settled_event_id());
  }
  const auto event = context.history->FindEvent(assignment_id);
  if (event && event->has_response_requested()) {
    return domain::Illegal("assignment_settled", assignment_id,
                           "on an open assignment; a department may also answer without one",
                           "the assignment was settled long ago; the timeline says how");
  }
  return domain::NotFound("unknown_assignment", assignment_id,
                          absl::StrCat("the case has no assignment ", assignment_id, "; ListAssignments names them"));
}

std::variant<const v1::OpenCondition*, Rejection> FindCondition(const State& state, absl::string_view condition_id,
                                                                const Context& context) {
  if (!domain::ParseEventId(condition_id)) {
    return domain::Invalid("condition_id", "a condition's id (\"<version>.<number>\")",
                           absl::StrCat("\"", condition_id, "\""));
  }
  for (const auto& condition : state.open_conditions()) {
    if (condition_id == condition.condition_id()) return &condition;
  }
  for (const auto& settled : state.settled_conditions()) {
    if (condition_id != settled.condition_id()) continue;
    return domain::Already(settled.waived() ? "condition_waived" : "condition_met", condition_id,
                           settled.settled_event_id());
  }
  const auto event = context.history->FindEvent(condition_id);
  if (event && event->has_condition_imposed()) {
    return domain::Illegal("condition_settled", condition_id, "on an open condition",
                           "the condition was met or waived long ago; the timeline says how");
  }
  return domain::NotFound("unknown_condition", condition_id,
                          absl::StrCat("the case has no condition ", condition_id, "; ListConditions names them"));
}

const v1::Standing* FindStanding(const State& state, absl::string_view department_id) {
  for (const auto& standing : state.standings()) {
    if (department_id == standing.department().organization_id()) return &standing;
  }
  return nullptr;
}

const v1::LastStatement* FindLastStatement(const State& state, absl::string_view department_id,
                                           absl::string_view topic) {
  for (const auto& last : state.last_statements()) {
    if (department_id == last.department_id() && topic == last.topic()) return &last;
  }
  return nullptr;
}

std::optional<Rejection> RequireOpenThen(const State& state, const Context& context) {
  const auto no = domain::RequireOpen(state.header(), context);
  if (!no || !state.header().has_status_since()) return no;
  if (context.occurred_at <= base::FromProto(state.header().status_since())) return std::nullopt;
  return no;
}

std::optional<Rejection> RequireAfter(const v1::OpenAssignment& assignment, const Context& context) {
  const absl::Time asked = base::FromProto(assignment.occurred_at());
  if (context.occurred_at >= asked) return std::nullopt;
  return domain::Invalid("context.occurred_at",
                         absl::StrCat("a time not before assignment ", assignment.assignment_id(), " was given (",
                                      base::TimeText(asked), ")"),
                         base::TimeText(context.occurred_at));
}

common::v1::OrganizationRef CurrentRef(const common::v1::OrganizationRef& organization, const Context& context) {
  const auto* found = context.registry->Find(organization.organization_id());
  return found == nullptr ? organization : context.registry->Ref(*found);
}

journal::v1::Event Lifted(const std::string& overdue_event_id, absl::string_view proof_event_id, std::string why,
                          const Context& context) {
  journal::v1::Event event = context.NewEvent();
  auto& lifted = *event.mutable_response_overdue_lifted();
  lifted.set_overdue_event_id(overdue_event_id);
  lifted.set_proof_event_id(std::string(proof_event_id));
  lifted.set_why(std::move(why));
  return event;
}

std::optional<journal::v1::Event> LiftIfInTime(const v1::OpenAssignment& assignment, absl::string_view proof_event_id,
                                               absl::string_view what, const Context& context) {
  if (assignment.overdue_event_id().empty() || domain::HasPassed(assignment.due(), context.occurred_at)) {
    return std::nullopt;
  }
  return Lifted(assignment.overdue_event_id(), proof_event_id,
                absl::StrCat(what, " on ", base::TimeText(context.occurred_at), ", before the date (",
                             base::TimeText(base::FromProto(assignment.due().due_at())), "), and entered late."),
                context);
}

std::optional<journal::v1::Event> LiftIfBeforeReturnTerm(const v1::OpenAssignment& assignment,
                                                         absl::string_view proof_event_id, absl::string_view what,
                                                         const Context& context) {
  if (assignment.first_responsible_event_id().empty() ||
      domain::HasPassed(assignment.return_by(), context.occurred_at)) {
    return std::nullopt;
  }
  return Lifted(
      assignment.first_responsible_event_id(), proof_event_id,
      absl::StrCat(what, " on ", base::TimeText(context.occurred_at), ", before the time for a return passed (",
                   base::TimeText(base::FromProto(assignment.return_by().due_at())), "), and that was entered late."),
      context);
}

}  // namespace whistle::response
