#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/domain/case_header.h"
#include "services/escalation/checks.h"
#include "services/escalation/model.h"

namespace whistle::escalation {

using domain::Outcome;

Outcome Decide(const State& state, const v1::AnswerFindingRequest& request, const Context& context) {
  if (auto no = domain::RequireCase(state.header(), context)) return *std::move(no);
  if (auto no = domain::CheckIdentifier(request.finding_id(), "finding_id")) return *std::move(no);
  if (auto no = domain::CheckText(request.text(), "text")) return *std::move(no);
  if (auto no = domain::CheckGrounds(request.grounds(), "grounds")) return *std::move(no);
  if (auto no = CheckEvidence(request.evidence(), 0, "evidence")) return *std::move(no);

  const auto finding = context.history->FindEvent(request.finding_id());
  if (!finding || !finding->has_finding_raised()) {
    return domain::NotFound("unknown_finding", "finding_id",
                            absl::StrCat("finding_id: the case has no finding \"", request.finding_id(), "\""));
  }
  const v1::FindingRaised& raised = finding->finding_raised();
  if (raised.has_organization()) {
    if (auto no = domain::RequireActingFor(raised.organization(), "the organization that the finding names", context)) {
      return *std::move(no);
    }
  } else if (state.header().has_handler()) {
    if (auto no = domain::RequireActingFor(state.header().handler(), "the handler", context)) return *std::move(no);
  }
  auto acting = domain::ActingOrganization(context);
  if (auto* no = std::get_if<Rejection>(&acting)) return std::move(*no);

  journal::v1::Event event = context.NewEvent();
  v1::FindingAnswered& answered = *event.mutable_finding_answered();
  answered.set_finding_id(request.finding_id());
  *answered.mutable_answered_by() = std::get<OrganizationRef>(acting);
  answered.set_text(request.text());
  *answered.mutable_grounds() = request.grounds();
  *answered.mutable_evidence() = request.evidence();
  return domain::Events{std::move(event)};
}

}  // namespace whistle::escalation
