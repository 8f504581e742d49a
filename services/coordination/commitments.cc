// Commitments (承诺): made, kept, broken. A broken one is still owed: it may be kept late.
#include "absl/strings/str_cat.h"
#include "libs/base/time.h"
#include "libs/domain/case_header.h"
#include "libs/domain/given.h"
#include "libs/domain/terms.h"
#include "libs/domain/validate.h"
#include "services/coordination/find.h"
#include "services/coordination/limits.h"
#include "services/coordination/model.h"

namespace whistle::coordination {
namespace {

using common::v1::OrganizationRef;
using domain::Context;
using domain::Events;
using domain::Outcome;
using domain::Rejection;

Rejection NotTheOne(const v1::OpenCommitment& commitment, const Context& context) {
  return domain::NotAuthorized(
      "not_the_one", "context.actor",
      absl::StrCat("the handler, ", commitment.organization().organization_id(), " (which promised), ",
                   commitment.recorded_by().organization_id(), " (which recorded it) or a superior of any"),
      DescribeActor(context));
}

}  // namespace

Outcome Decide(const State& state, const v1::MakeCommitmentRequest& request, const Context& context) {
  if (auto no = domain::RequireCase(state.header(), context)) return *std::move(no);
  auto organization = request.organization_id().empty()
                          ? domain::ActingOrganization(context)
                          : domain::ResolveOrganization(request.organization_id(), "organization_id", context);
  if (auto* no = std::get_if<Rejection>(&organization)) return std::move(*no);
  if (auto no = domain::CheckText(request.what(), "what")) return *std::move(no);
  if (auto no = domain::CheckGivenDate(request.due_at(), "due_at", kGivenDateMax, context)) return *std::move(no);
  if (auto no = domain::RequireOpen(state.header(), context)) return *std::move(no);
  if (state.open_commitments_size() >= kOpenCommitmentsMax) {
    return domain::OverLimit("open_commitments", kOpenCommitmentsMax);
  }
  const auto& who = std::get<OrganizationRef>(organization);
  if (auto no = domain::RequireActingFor(who, "who promises,", context)) return *std::move(no);
  auto acting = domain::ActingOrganization(context);
  if (auto* no = std::get_if<Rejection>(&acting)) return std::move(*no);

  journal::v1::Event event = context.NewEvent();
  auto& made = *event.mutable_commitment_made();
  *made.mutable_organization() = who;
  made.set_what(request.what());
  *made.mutable_due() = domain::DueGiven(context.occurred_at, base::FromProto(request.due_at()),
                                         domain::BasisOf(state.header(), context));
  *made.mutable_recorded_by() = std::get<OrganizationRef>(acting);
  return Events{std::move(event)};
}

Outcome Decide(const State& state, const v1::KeepCommitmentRequest& request, const Context& context) {
  if (auto no = domain::RequireCase(state.header(), context)) return *std::move(no);
  if (auto no = domain::CheckText(request.text(), "text")) return *std::move(no);
  if (auto no = domain::CheckEvidenceList(request.evidence(), "evidence", 0, kEvidenceMax)) return *std::move(no);
  auto found = FindCommitment(state, request.commitment_id(), context);
  if (auto* no = std::get_if<Rejection>(&found)) return std::move(*no);
  const v1::OpenCommitment& commitment = *std::get<const v1::OpenCommitment*>(found);
  if (auto no = RequireAfter(commitment.occurred_at(), "the commitment was made", context)) return *std::move(no);

  // A commitment that its maker recorded itself has no other witness, so its own word needs evidence there too.
  const bool own_record = commitment.recorded_by().organization_id() == commitment.organization().organization_id();
  const bool witness =
      own_record ? ActsForAny(state, {}, context) : ActsForAny(state, {&commitment.recorded_by()}, context);
  if (!witness) {
    if (!ActsForAny(state, {&commitment.organization()}, context)) return NotTheOne(commitment, context);
    if (request.evidence().empty()) {
      return domain::Invalid("evidence", "at least one piece when the organization that promised says so itself",
                             "none");
    }
  }

  Events events;
  auto& kept = *events.emplace_back(context.NewEvent()).mutable_commitment_kept();
  kept.set_commitment_id(request.commitment_id());
  *kept.mutable_organization() = CurrentRef(commitment.organization(), context);
  kept.set_text(request.text());
  *kept.mutable_evidence() = request.evidence();
  if (!commitment.broken_event_id().empty() && !domain::HasPassed(commitment.due(), context.occurred_at)) {
    events.push_back(Lifted(commitment.broken_event_id(), context.EventId(1),
                            absl::StrCat("It was kept on ", base::TimeText(context.occurred_at), ", before the date (",
                                         base::TimeText(base::FromProto(commitment.due().due_at())), ")."),
                            context));
  }
  return events;
}

Outcome Decide(const State& state, const v1::BreakCommitmentRequest& request, const Context& context) {
  if (auto no = domain::RequireCase(state.header(), context)) return *std::move(no);
  if (auto no = domain::CheckText(request.why(), "why")) return *std::move(no);
  auto found = FindCommitment(state, request.commitment_id(), context);
  if (auto* no = std::get_if<Rejection>(&found)) return std::move(*no);
  const v1::OpenCommitment& commitment = *std::get<const v1::OpenCommitment*>(found);
  if (!commitment.broken_event_id().empty()) {
    return domain::Already("commitment_broken", request.commitment_id(), commitment.broken_event_id());
  }
  if (auto no = RequireAfter(commitment.occurred_at(), "the commitment was made", context)) return *std::move(no);
  const OrganizationRef organization = CurrentRef(commitment.organization(), context);
  const bool renounced = !domain::RequireActingFor(organization, "", context);
  if (!renounced && !ActsForAny(state, {&commitment.recorded_by()}, context)) return NotTheOne(commitment, context);
  if (!renounced && !domain::HasPassed(commitment.due(), context.occurred_at)) {
    return domain::Illegal("not_yet_due", request.commitment_id(),
                           absl::StrCat("from ", base::TimeText(base::FromProto(commitment.due().due_at())),
                                        " on; before it only by who promised"),
                           "the commitment's date has not passed");
  }

  journal::v1::Event event = context.NewEvent();
  auto& broken = *event.mutable_commitment_broken();
  broken.set_commitment_id(request.commitment_id());
  *broken.mutable_organization() = organization;
  *broken.mutable_due() = commitment.due();
  broken.set_why(request.why());
  broken.set_renounced(renounced);
  return Events{std::move(event)};
}

}  // namespace whistle::coordination
