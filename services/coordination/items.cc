// The one list (一张单) of a grassroots organization: listed, cleared.
#include "absl/strings/str_cat.h"
#include "libs/base/hash.h"
#include "libs/base/time.h"
#include "libs/domain/case_header.h"
#include "libs/domain/given.h"
#include "libs/domain/terms.h"
#include "libs/domain/validate.h"
#include "libs/registry/authority.h"
#include "services/coordination/find.h"
#include "services/coordination/limits.h"
#include "services/coordination/model.h"

namespace whistle::coordination {

using common::v1::OrganizationRef;
using domain::Context;
using domain::Events;
using domain::Outcome;
using domain::Rejection;

Outcome Decide(const State& state, const v1::ListItemRequest& request, const Context& context) {
  if (auto no = domain::RequireCase(state.header(), context)) return *std::move(no);
  auto responsible = domain::ResolveOrganization(request.responsible_id(), "responsible_id", context);
  if (auto* no = std::get_if<Rejection>(&responsible)) return std::move(*no);
  if (auto no = domain::CheckText(request.problem(), "problem")) return *std::move(no);
  if (request.has_due_at()) {
    if (auto no = domain::CheckGivenDate(request.due_at(), "due_at", kGivenDateMax, context)) return *std::move(no);
  }
  if (auto no = domain::RequireOpen(state.header(), context)) return *std::move(no);
  const std::string problem_sha256 = base::Sha256(request.problem()).ToBytes();
  for (const auto& open : state.open_items()) {
    if (open.problem_sha256() == problem_sha256 &&
        open.listed_by().organization_id() == context.actor.organization_id()) {
      return domain::Already("item_listed", "problem", open.item_id());
    }
  }
  if (state.open_items_size() >= kOpenItemsMax) return domain::OverLimit("open_items", kOpenItemsMax);
  auto lister = RequireGrassroots(context);
  if (auto* no = std::get_if<Rejection>(&lister)) return std::move(*no);

  journal::v1::Event event = context.NewEvent();
  auto& listed = *event.mutable_item_listed();
  *listed.mutable_listed_by() = std::get<OrganizationRef>(lister);
  *listed.mutable_responsible() = std::get<OrganizationRef>(responsible);
  listed.set_problem(request.problem());
  if (request.has_due_at()) {
    *listed.mutable_due() = domain::DueGiven(context.occurred_at, base::FromProto(request.due_at()),
                                             domain::BasisOf(state.header(), context));
  }
  listed.set_across_authority(!registry::HasAuthority(listed.listed_by(), listed.responsible()));
  return Events{std::move(event)};
}

Outcome Decide(const State& state, const v1::ClearItemRequest& request, const Context& context) {
  if (auto no = domain::RequireCase(state.header(), context)) return *std::move(no);
  if (auto no = domain::CheckText(request.how(), "how")) return *std::move(no);
  if (auto no = domain::CheckEvidenceList(request.evidence(), "evidence", 0, kEvidenceMax)) return *std::move(no);
  auto found = FindItem(state, request.item_id(), context);
  if (auto* no = std::get_if<Rejection>(&found)) return std::move(*no);
  const v1::OpenItem& item = *std::get<const v1::OpenItem*>(found);
  if (auto no = RequireAfter(item.occurred_at(), "the item was listed", context)) return *std::move(no);
  const OrganizationRef lister = CurrentRef(item.listed_by(), context);
  if (auto no = domain::RequireActingFor(lister, "whose list it is on,", context)) return *std::move(no);

  journal::v1::Event event = context.NewEvent();
  auto& cleared = *event.mutable_item_cleared();
  cleared.set_item_id(request.item_id());
  *cleared.mutable_listed_by() = lister;
  *cleared.mutable_responsible() = CurrentRef(item.responsible(), context);
  cleared.set_how(request.how());
  *cleared.mutable_evidence() = request.evidence();
  return Events{std::move(event)};
}

}  // namespace whistle::coordination
