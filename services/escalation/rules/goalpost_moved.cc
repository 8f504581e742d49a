#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "services/escalation/rules/sightings.h"

namespace whistle::escalation {
namespace {

constexpr auto kRule = v1::FINDING_RULE_GOALPOST_MOVED;

using Condition = const v1::ObservedCondition*;

// What one organization demands in one response is one demand.
using Demand = std::pair<std::string, std::string>;

Demand DemandOf(const v1::ObservedCondition& condition) {
  const std::string& response_id = condition.response_event_id();
  return {response_id.empty() ? condition.seen().event_id() : response_id, condition.department_id()};
}

bool MetBefore(const v1::ObservedCondition& met, const v1::ObservedCondition& imposed) {
  return met.department_id() == imposed.department_id() && DemandOf(met) != DemandOf(imposed) && met.has_met() &&
         Before(met.seen(), imposed.seen()) && Before(met.met(), imposed.seen());
}

void AddDisproofs(const std::vector<Condition>& conditions, Looked& looked) {
  for (const Condition imposed : conditions) {
    const v1::Mark* mark = MarkOf(imposed->seen(), kRule);
    if (mark == nullptr) continue;
    if (imposed->department_id() != mark->organization_id()) {
      AddDisproof(*mark, {&imposed->seen()}, "It was another organization that imposed it.", looked);
    }
    // The mark is on each condition of the demand; the finding is of one.
    if (mark->subject() != imposed->seen().event_id()) continue;
    for (const Condition met : conditions) {
      const v1::Mark* counted = met->has_met() ? MarkOf(met->met(), kRule) : nullptr;
      if (counted == nullptr || counted->finding_id() != mark->finding_id()) continue;
      if (MetBefore(*met, *imposed)) continue;
      AddDisproof(*mark, {&met->met(), &met->seen(), &imposed->seen()},
                  "By what is known now, none of its conditions had been met when it imposed this one.", looked);
    }
  }
}

}  // namespace

void LookForGoalpostMoved(const v1::EscalationState& state, Looked& looked) {
  std::vector<Condition> conditions;
  for (const v1::ObservedCondition& condition : state.observed().conditions()) conditions.push_back(&condition);
  std::sort(conditions.begin(), conditions.end(),
            [](Condition a, Condition b) { return Before(a->seen(), b->seen()); });

  std::set<Demand> found;
  for (const Condition imposed : conditions) {
    if (MarkOf(imposed->seen(), kRule) != nullptr) found.insert(DemandOf(*imposed));
  }
  std::set<Condition> counted;
  for (const Condition imposed : conditions) {
    // A demand is told once, by its first condition.
    if (found.contains(DemandOf(*imposed))) continue;
    Condition last_met = nullptr;
    for (const Condition met : conditions) {
      if (!MetBefore(*met, *imposed) || MarkOf(met->met(), kRule) != nullptr || counted.contains(met)) continue;
      if (last_met == nullptr || Before(last_met->met(), met->met())) last_met = met;
    }
    if (last_met == nullptr) continue;
    found.insert(DemandOf(*imposed));
    counted.insert(last_met);
    std::vector<const v1::Sighting*> events = {&last_met->met()};
    for (const Condition other : conditions) {
      if (DemandOf(*other) == DemandOf(*imposed)) events.push_back(&other->seen());
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
