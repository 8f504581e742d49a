// A case in handling that nobody accepts: the time for that is set by an event, warned of and fires like any date.
#include <utility>

#include "libs/base/time.h"
#include "libs/domain/terms.h"
#include "services/escalation/checks.h"
#include "services/escalation/looking.h"
#include "services/escalation/rules/rules.h"

namespace whistle::escalation {

using common::v1::AgendaItem;
using common::v1::Obligation;
using domain::Outcome;

namespace {

bool WantsDate(const State& state) {
  const registry::v1::Policy& policy = state.header().policy();
  return state.observed().has_ownerless() && state.observed().ownerless().awaited_event_id().empty() &&
         !policy.no_owner().off() && !policy.findings().no_owner().off();
}

}  // namespace

void AddOwnerAwaited(const State& state, const std::string& case_id, std::vector<AgendaItem>* items) {
  if (!WantsDate(state)) return;
  const v1::Sighting& since = state.observed().ownerless().since();
  AgendaItem& item = items->emplace_back();
  item.set_case_id(case_id);
  *item.mutable_due_at() = since.entered_at();
  item.set_kind(common::v1::AGENDA_KIND_OWNER_AWAITED);
  item.set_subject(since.event_id());
  item.set_created_by_event_id(since.changed_by_event_id().empty() ? since.event_id() : since.changed_by_event_id());
}

Outcome DecideOwnerAwaited(const State& state, const AgendaItem& item, const Context& context) {
  if (!WantsDate(state) || state.observed().ownerless().since().event_id() != item.subject()) {
    return domain::Illegal("not_awaited", item.subject(), "a case that nobody accepts and that has no date for it",
                           "somebody accepts it, or it has one");
  }
  const v1::Sighting& since = state.observed().ownerless().since();
  journal::v1::Event event = context.NewEvent();
  v1::OwnerAwaited& awaited = *event.mutable_owner_awaited();
  awaited.set_since_event_id(since.event_id());
  *awaited.mutable_due() = domain::DueFrom(base::FromProto(since.occurred_at()), state.header().policy().no_owner(),
                                           "no_owner", domain::BasisOf(state.header(), context));
  if (const OrganizationRef* holder = Holder(state)) *awaited.mutable_holder() = *holder;
  return domain::Events{std::move(event)};
}

void AddOwnerObligation(const State& state, const std::string& case_id, std::vector<Obligation>* owed) {
  const v1::OwnerlessSpell& spell = state.observed().ownerless();
  if (!state.observed().has_ownerless() || spell.awaited_event_id().empty()) return;
  // Bound to a policy without the rule: nothing is owed any more.
  if (spell.finding_id().empty() && state.header().policy().findings().no_owner().off()) return;
  Obligation& one = owed->emplace_back();
  one.set_case_id(case_id);
  one.set_rule("no_owner");
  one.set_subject(spell.since().event_id());
  // Who has the case is to see to it.
  if (const OrganizationRef* holder = Holder(state)) *one.mutable_organization() = *holder;
  *one.mutable_due() = spell.due();
  one.set_due_event_id(spell.awaited_event_id());
  one.set_warned_event_id(spell.warned_event_id());
  one.set_overdue_event_id(spell.finding_id());
  one.set_overdue_kind(common::v1::AGENDA_KIND_NO_OWNER);
}

journal::v1::Event NoOwnerFound(const State& state, const Context& context) {
  return FindingOf(state, NoOwnerProof(state.observed().ownerless()), context);
}

}  // namespace whistle::escalation
