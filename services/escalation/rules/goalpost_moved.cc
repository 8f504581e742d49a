#include <algorithm>
#include <map>
#include <set>

#include "absl/strings/str_cat.h"
#include "services/escalation/rules/sightings.h"

namespace whistle::escalation {
namespace {

constexpr auto kRule = v1::FINDING_RULE_GOALPOST_MOVED;

using Condition = const v1::ObservedCondition*;

bool MetBefore(const v1::ObservedCondition& met, const v1::ObservedCondition& imposed) {
  return met.department_id() == imposed.department_id() && met.has_met() && Before(met.seen(), imposed.seen()) &&
         Before(met.met(), imposed.seen());
}

// A finding whose met condition was not met before the one imposed, as is known by now.
void AddDisproofs(const std::vector<Condition>& conditions, Looked& looked) {
  for (const Condition imposed : conditions) {
    const v1::Mark* mark = MarkOf(imposed->seen(), kRule, imposed->seen().event_id());
    if (mark == nullptr) continue;
    for (const Condition met : conditions) {
      const v1::Mark* counted = met->has_met() ? MarkOf(met->met(), kRule) : nullptr;
      if (counted == nullptr || counted->finding_id() != mark->finding_id() || MetBefore(*met, *imposed)) continue;
      const v1::Sighting& changed = !met->met().changed_by_event_id().empty()    ? met->met()
                                    : !met->seen().changed_by_event_id().empty() ? met->seen()
                                                                                 : imposed->seen();
      looked.disproofs.push_back(
          DisprovedBy(*mark, changed, "The earlier condition had not been met when this one was imposed."));
    }
  }
}

}  // namespace

void LookForGoalpostMoved(const v1::EscalationState& state, Looked& looked) {
  std::vector<Condition> conditions;
  for (const v1::ObservedCondition& condition : state.observed().conditions()) conditions.push_back(&condition);
  std::sort(conditions.begin(), conditions.end(),
            [](Condition a, Condition b) { return Before(a->seen(), b->seen()); });

  std::set<std::string> demands;
  std::set<Condition> counted;
  for (const Condition imposed : conditions) {
    if (MarkOf(imposed->seen(), kRule) != nullptr) {
      demands.insert(imposed->response_event_id());
      continue;
    }
    // What one response demands is one demand, told by its first condition.
    if (demands.contains(imposed->response_event_id())) continue;
    Condition last_met = nullptr;
    for (const Condition met : conditions) {
      if (!MetBefore(*met, *imposed) || MarkOf(met->met(), kRule) != nullptr || counted.contains(met)) continue;
      if (last_met == nullptr || Before(last_met->met(), met->met())) last_met = met;
    }
    if (last_met == nullptr) continue;
    demands.insert(imposed->response_event_id());
    counted.insert(last_met);
    std::vector<const v1::Sighting*> events = {&last_met->met()};
    for (const Condition other : conditions) {
      if (other->response_event_id() == imposed->response_event_id()) events.push_back(&other->seen());
    }
    Proof& proof = looked.proofs.emplace_back(ProofBy(kRule, events));
    proof.organization_id = imposed->department_id();
    proof.subject = imposed->seen().event_id();
    proof.text = absl::StrCat("{", imposed->department_id(), "} imposes the condition \"", imposed->topic(),
                              "\" after its condition \"", last_met->topic(), "\" was met.");
  }
  AddDisproofs(conditions, looked);
}

}  // namespace whistle::escalation
