#include "services/escalation/observed_marks.h"

#include <algorithm>

#include "services/escalation/limits.h"
#include "services/escalation/observed.h"
#include "services/escalation/observed_lists.h"
#include "services/escalation/rules/rules.h"

namespace whistle::escalation {

using v1::Observed;
using v1::Sighting;

bool Escalates(const registry::v1::Escalates& escalates) {
  return escalates.when() == registry::v1::ESCALATE_WHEN_AT_ONCE ||
         escalates.when() == registry::v1::ESCALATE_WHEN_AFTER;
}

void AddReason(Observed& observed, v1::EscalationTrigger trigger, v1::FindingRule rule, const Sighting& seen) {
  v1::Reason& reason = *observed.add_reasons();
  reason.set_event_id(seen.event_id());
  reason.set_trigger(trigger);
  reason.set_rule(rule);
  *reason.mutable_entered_at() = seen.entered_at();
  Trim(*observed.mutable_reasons(), kReasonsKept);
}

void DropReason(Observed& observed, const std::string& event_id) {
  auto& reasons = *observed.mutable_reasons();
  reasons.erase(std::remove_if(reasons.begin(), reasons.end(),
                               [&](const v1::Reason& reason) { return reason.event_id() == event_id; }),
                reasons.end());
}

void DropHandlingOverdue(Observed& observed) {
  auto& reasons = *observed.mutable_reasons();
  reasons.erase(std::remove_if(reasons.begin(), reasons.end(),
                               [](const v1::Reason& reason) {
                                 return reason.trigger() == v1::ESCALATION_TRIGGER_UPGRADED_HANDLING_OVERDUE;
                               }),
                reasons.end());
}

void OnFindingRaised(v1::EscalationState& state, const v1::FindingRaised& raised, const Sighting& seen) {
  Observed& observed = *state.mutable_observed();
  v1::Mark mark;
  mark.set_rule(raised.rule());
  mark.set_finding_id(seen.event_id());
  mark.set_organization_id(raised.organization().organization_id());
  mark.set_subject(raised.subject());
  VisitSightings(observed, [&](Sighting& sighting) {
    const auto& ids = raised.evidence_event_ids();
    if (std::find(ids.begin(), ids.end(), sighting.event_id()) != ids.end()) *sighting.add_marks() = mark;
  });
  if (raised.rule() == v1::FINDING_RULE_JURISDICTION_GAP) {
    *observed.add_gaps() = mark;
    Trim(*observed.mutable_gaps(), kNeedsKept);
  }
  if (raised.rule() == v1::FINDING_RULE_NO_OWNER) {
    for (v1::OwnerlessSpell* spell : {observed.mutable_ownerless(), observed.mutable_last_ownerless()}) {
      if (spell->since().event_id() != raised.subject()) continue;
      spell->set_finding_id(seen.event_id());
      *spell->mutable_found_at() = seen.occurred_at();
    }
    if (!observed.ownerless().has_since()) observed.clear_ownerless();
    if (!observed.last_ownerless().has_since()) observed.clear_last_ownerless();
  }
  if (Escalates(PolicyOf(raised.rule(), state.header().policy()).escalates())) {
    AddReason(observed, v1::ESCALATION_TRIGGER_FINDING, raised.rule(), seen);
  }
}

void OnFindingLifted(Observed& observed, const std::string& finding_id) {
  const auto is_its = [&](const v1::Mark& mark) { return mark.finding_id() == finding_id; };
  VisitSightings(observed, [&](Sighting& sighting) {
    auto& marks = *sighting.mutable_marks();
    marks.erase(std::remove_if(marks.begin(), marks.end(), is_its), marks.end());
  });
  auto& gaps = *observed.mutable_gaps();
  gaps.erase(std::remove_if(gaps.begin(), gaps.end(), is_its), gaps.end());
  if (observed.ownerless().finding_id() == finding_id && observed.has_ownerless()) {
    observed.mutable_ownerless()->clear_finding_id();
    observed.mutable_ownerless()->clear_found_at();
  }
  if (observed.last_ownerless().finding_id() == finding_id && observed.has_last_ownerless()) {
    observed.mutable_last_ownerless()->clear_finding_id();
    observed.mutable_last_ownerless()->clear_found_at();
  }
  DropReason(observed, finding_id);
}

}  // namespace whistle::escalation
