#include "services/escalation/rules/rules.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/strip.h"

namespace whistle::escalation {
namespace {

using Policies = registry::v1::FindingPolicies;

struct Rule {
  v1::FindingRule rule;
  void (*look)(const v1::EscalationState& state, Looked& looked);
  const registry::v1::FindingPolicy& (Policies::*policy)() const;
};

constexpr Rule kRules[] = {
    {v1::FINDING_RULE_UNGROUNDED, LookForUngrounded, &Policies::ungrounded},
    {v1::FINDING_RULE_CONTRADICTION, LookForContradiction, &Policies::contradiction},
    {v1::FINDING_RULE_DISAVOWED_CONDITION, LookForDisavowedCondition, &Policies::disavowed_condition},
    {v1::FINDING_RULE_GOALPOST_MOVED, LookForGoalpostMoved, &Policies::goalpost_moved},
    {v1::FINDING_RULE_BUCK_PASSING, LookForBuckPassing, &Policies::buck_passing},
    {v1::FINDING_RULE_NO_OWNER, LookForNoOwner, &Policies::no_owner},
    {v1::FINDING_RULE_SILENCE, LookForSilence, &Policies::silence},
    {v1::FINDING_RULE_HOLLOW_MEETINGS, LookForHollowMeetings, &Policies::hollow_meetings},
    {v1::FINDING_RULE_ABSENT, LookForAbsent, &Policies::absent},
    {v1::FINDING_RULE_BROKEN_COMMITMENT, LookForBrokenCommitment, &Policies::broken_commitment},
    {v1::FINDING_RULE_PERSISTENT_DEMAND, LookForPersistentDemand, &Policies::persistent_demand},
    {v1::FINDING_RULE_CLOSED_WITHOUT_RESULT, LookForClosedWithoutResult, &Policies::closed_without_result},
    {v1::FINDING_RULE_JURISDICTION_GAP, LookForJurisdictionGap, &Policies::jurisdiction_gap},
};
static_assert(std::size(kRules) + 1 == v1::FindingRule_ARRAYSIZE);

bool HasFound(const v1::EscalationState& state, v1::FindingRule rule) {
  const auto& counts = state.finding_counts();
  return std::any_of(counts.begin(), counts.end(), [&](const v1::FindingCount& count) { return count.rule() == rule; });
}

}  // namespace

Looked LookAt(const v1::EscalationState& state) {
  Looked all;
  std::set<std::string> disproved;
  for (const Rule& rule : kRules) {
    const bool off = (state.header().policy().findings().*rule.policy)().off();
    // What was never found is not disproved.
    if (off && !HasFound(state, rule.rule)) continue;
    Looked looked;
    rule.look(state, looked);
    for (Disproof& disproof : looked.disproofs) {
      if (disproved.insert(disproof.finding_id).second) all.disproofs.push_back(std::move(disproof));
    }
    if (off) continue;
    for (Proof& proof : looked.proofs) all.proofs.push_back(std::move(proof));
  }
  return all;
}

const registry::v1::FindingPolicy& PolicyOf(v1::FindingRule rule, const registry::v1::Policy& policy) {
  for (const Rule& known : kRules) {
    if (known.rule == rule) return (policy.findings().*known.policy)();
  }
  return registry::v1::FindingPolicy::default_instance();
}

std::string NameOf(v1::FindingRule rule) {
  return std::string(absl::StripPrefix(v1::FindingRule_Name(rule), "FINDING_RULE_"));
}

}  // namespace whistle::escalation
