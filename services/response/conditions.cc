// Conditions: met or waived. Both are facts whenever they happen, so they are recorded on a closed or merged case too.
#include "absl/strings/str_cat.h"
#include "libs/domain/case_header.h"
#include "libs/domain/given.h"
#include "libs/domain/validate.h"
#include "libs/registry/authority.h"
#include "services/response/find.h"
#include "services/response/limits.h"
#include "services/response/model.h"

namespace whistle::response {
namespace {

using common::v1::OrganizationRef;
using domain::Context;
using domain::Events;
using domain::Outcome;
using domain::Rejection;

}  // namespace

Outcome Decide(const State& state, const v1::MarkConditionMetRequest& request, const Context& context) {
  if (auto no = domain::RequireCase(state.header(), context)) return *std::move(no);
  if (auto no = domain::CheckText(request.text(), "text")) return *std::move(no);
  if (auto no = domain::CheckEvidenceList(request.evidence(), "evidence", 0, kEvidenceMax)) return *std::move(no);
  auto found = FindCondition(state, request.condition_id(), context);
  if (auto* no = std::get_if<Rejection>(&found)) return std::move(*no);
  const v1::OpenCondition& condition = *std::get<const v1::OpenCondition*>(found);
  const OrganizationRef department = CurrentRef(condition.department(), context);

  // The department is believed on its own word: it speaks against its own interest. Everybody else shows it.
  if (auto not_department = domain::RequireActingFor(department, "the department that imposed it,", context)) {
    const bool petitioner = context.actor.kind() == common::v1::ACTOR_KIND_PETITIONER;
    const bool handler = state.header().has_handler() &&
                         !domain::RequireActingFor(CurrentRef(state.header().handler(), context), "", context);
    if (!petitioner && !handler) {
      return domain::NotAuthorized("not_the_one", "context.actor",
                                   absl::StrCat("the petitioner's side, the handler, ", department.organization_id(),
                                                " (which imposed the condition) or a superior of either"),
                                   not_department->detail.actual());
    }
    if (request.evidence().empty()) {
      return domain::Invalid("evidence", "at least one piece, unless the department that imposed the condition says so",
                             "none");
    }
  }

  journal::v1::Event event = context.NewEvent();
  auto& met = *event.mutable_condition_met();
  met.set_condition_id(request.condition_id());
  *met.mutable_department() = department;
  *met.mutable_evidence() = request.evidence();
  met.set_text(request.text());
  return Events{std::move(event)};
}

Outcome Decide(const State& state, const v1::WaiveConditionRequest& request, const Context& context) {
  if (auto no = domain::RequireCase(state.header(), context)) return *std::move(no);
  if (auto no = domain::CheckText(request.why(), "why")) return *std::move(no);
  auto found = FindCondition(state, request.condition_id(), context);
  if (auto* no = std::get_if<Rejection>(&found)) return std::move(*no);
  const v1::OpenCondition& condition = *std::get<const v1::OpenCondition*>(found);
  const OrganizationRef department = CurrentRef(condition.department(), context);
  if (auto no = domain::RequireActingFor(department, "the department that imposed it,", context)) return *std::move(no);
  auto acting = domain::ActingOrganization(context);
  if (auto* no = std::get_if<Rejection>(&acting)) return std::move(*no);

  journal::v1::Event event = context.NewEvent();
  auto& waived = *event.mutable_condition_waived();
  waived.set_condition_id(request.condition_id());
  *waived.mutable_department() = department;
  *waived.mutable_waived_by() = std::get<OrganizationRef>(acting);
  waived.set_why(request.why());
  return Events{std::move(event)};
}

}  // namespace whistle::response
