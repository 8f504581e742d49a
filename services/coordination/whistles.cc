// Whistles: blown, answered (吹哨报到). That one was not answered: deadlines.cc.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "libs/base/time.h"
#include "libs/domain/case_header.h"
#include "libs/domain/terms.h"
#include "libs/domain/validate.h"
#include "libs/registry/authority.h"
#include "services/coordination/find.h"
#include "services/coordination/limits.h"
#include "services/coordination/model.h"

namespace whistle::coordination {
namespace {

using common::v1::DueDate;
using common::v1::OrganizationRef;
using domain::Context;
using domain::Events;
using domain::Outcome;
using domain::Rejection;

const v1::Call* CallOf(const v1::Whistle& whistle, absl::string_view department_id) {
  for (const auto& call : whistle.called()) {
    if (department_id == call.department().organization_id()) return &call;
  }
  return nullptr;
}

std::variant<DueDate, Rejection> AnswerDue(const State& state, v1::Urgency urgency, const Context& context) {
  const auto& policy = state.header().policy();
  const registry::v1::Term* term = nullptr;
  absl::string_view rule;
  switch (urgency) {
    case v1::URGENCY_EMERGENCY:
      term = &policy.whistle_emergency();
      rule = "whistle_emergency";
      break;
    case v1::URGENCY_URGENT:
      term = &policy.whistle_urgent();
      rule = "whistle_urgent";
      break;
    case v1::URGENCY_ORDINARY:
      term = &policy.whistle_ordinary();
      rule = "whistle_ordinary";
      break;
    default:
      return domain::Invalid("urgency", "URGENCY_EMERGENCY, URGENCY_URGENT or URGENCY_ORDINARY",
                             absl::StrCat(static_cast<int>(urgency)));
  }
  if (!term->off() && term->count() <= 0) {
    return domain::Illegal("no_term", "urgency", "a case bound to a policy with a term for it",
                           "the case's policy has none");
  }
  return domain::DueFrom(context.occurred_at, *term, rule, domain::BasisOf(state.header(), context));
}

}  // namespace

Outcome Decide(const State& state, const v1::BlowWhistleRequest& request, const Context& context) {
  if (auto no = domain::RequireCase(state.header(), context)) return *std::move(no);
  auto due = AnswerDue(state, request.urgency(), context);
  if (auto* no = std::get_if<Rejection>(&due)) return std::move(*no);
  if (auto no = domain::CheckText(request.reason(), "reason")) return *std::move(no);
  google::protobuf::RepeatedPtrField<OrganizationRef> called;
  if (auto no = ResolveAll(request.department_ids(), "department_ids", 1, kCalledMax, context, &called)) {
    return *std::move(no);
  }
  for (int i = 0; i < request.department_ids_size(); ++i) {
    if (request.department_ids(i) != context.actor.organization_id()) continue;
    return domain::Invalid(absl::StrCat("department_ids[", i, "]"), "another organization than the one that calls",
                           request.department_ids(i));
  }
  if (auto no = domain::RequireOpen(state.header(), context)) return *std::move(no);
  if (state.open_whistles_size() >= kOpenWhistlesMax) return domain::OverLimit("open_whistles", kOpenWhistlesMax);
  auto caller = RequireGrassroots(context);
  if (auto* no = std::get_if<Rejection>(&caller)) return std::move(*no);

  journal::v1::Event event = context.NewEvent();
  auto& blown = *event.mutable_whistle_blown();
  *blown.mutable_blown_by() = std::get<OrganizationRef>(caller);
  blown.set_urgency(request.urgency());
  blown.set_reason(request.reason());
  for (auto& department : called) {
    auto& call = *blown.add_called();
    call.set_across_authority(!registry::HasAuthority(blown.blown_by(), department));
    *call.mutable_department() = std::move(department);
    *call.mutable_due() = std::get<DueDate>(due);
  }
  return Events{std::move(event)};
}

Outcome Decide(const State& state, const v1::ReportInRequest& request, const Context& context) {
  if (auto no = domain::RequireCase(state.header(), context)) return *std::move(no);
  if (auto no = domain::CheckText(request.note(), "note", {.bytes_min = 0})) return *std::move(no);
  auto found = FindWhistle(state, request.whistle_id(), context);
  if (auto* no = std::get_if<Rejection>(&found)) return std::move(*no);
  const v1::Whistle& whistle = *std::get<const v1::Whistle*>(found);
  std::string department_id = request.department_id();
  if (department_id.empty()) {
    auto acting = domain::ActingOrganization(context);
    if (auto* no = std::get_if<Rejection>(&acting)) return std::move(*no);
    department_id = std::get<OrganizationRef>(acting).organization_id();
  } else if (auto no = domain::CheckIdentifier(department_id, "department_id")) {
    return *std::move(no);
  }
  const v1::Call* call = CallOf(whistle, department_id);
  if (call == nullptr) {
    return domain::NotFound("not_called", department_id,
                            absl::StrCat("whistle ", request.whistle_id(), " did not call ", department_id));
  }
  if (auto no = RequireAfter(whistle.occurred_at(), "the whistle was blown", context)) return *std::move(no);
  if (!call->reported_event_id().empty()) {
    return domain::Already("reported_in", department_id, call->reported_event_id());
  }
  const OrganizationRef department = CurrentRef(call->department(), context);
  if (auto no = domain::RequireActingFor(department, "the department called", context)) return *std::move(no);

  Events events;
  journal::v1::Event& event = events.emplace_back(context.NewEvent());
  auto& reported = *event.mutable_department_reported_in();
  reported.set_whistle_id(request.whistle_id());
  *reported.mutable_department() = department;
  reported.set_note(request.note());
  if (!call->unanswered_event_id().empty() && !domain::HasPassed(call->due(), context.occurred_at)) {
    events.push_back(
        Lifted(call->unanswered_event_id(), context.EventId(1),
               absl::StrCat("The department came on ", base::TimeText(context.occurred_at), ", before the date (",
                            base::TimeText(base::FromProto(call->due().due_at())), "), and it was entered late."),
               context));
  }
  return events;
}

}  // namespace whistle::coordination
