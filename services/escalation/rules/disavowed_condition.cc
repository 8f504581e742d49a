#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "services/escalation/rules/sightings.h"

namespace whistle::escalation {
namespace {

constexpr auto kRule = v1::FINDING_RULE_DISAVOWED_CONDITION;

using Condition = const v1::ObservedCondition*;
using Statement = const v1::ObservedStatement*;

// One that names a condition speaks of that one alone.
bool IsAbout(const v1::ObservedStatement& statement, const v1::ObservedCondition& condition) {
  return statement.condition_id().empty() ? statement.topic() == condition.topic()
                                          : statement.condition_id() == condition.seen().event_id();
}

bool Disavows(const v1::ObservedStatement& statement, const v1::ObservedCondition& condition) {
  if (!statement.has_holds() || statement.holds() || !statement.replaces_event_id().empty()) return false;
  if (statement.department_id() != condition.department_id() || !IsAbout(statement, condition)) return false;
  if (!Before(condition.seen(), statement.seen())) return false;
  return !condition.has_waived() || Before(statement.seen(), condition.waived());
}

// Whether the statement, and not another one of its response, counts in a finding.
bool Counts(const v1::ObservedStatement& statement, const v1::Observed& observed) {
  for (const v1::Mark& mark : statement.seen().marks()) {
    if (mark.rule() != kRule) continue;
    const auto& conditions = observed.conditions();
    const auto denied = std::find_if(conditions.begin(), conditions.end(), [&](const v1::ObservedCondition& condition) {
      return condition.seen().event_id() == mark.subject();
    });
    // Of one that is remembered no more nobody knows which of them denied it.
    if (denied == conditions.end() || IsAbout(statement, *denied)) return true;
  }
  return false;
}

void AddProof(const v1::ObservedCondition& condition, const v1::ObservedStatement& statement, Looked& looked) {
  Proof& proof = looked.proofs.emplace_back(ProofBy(kRule, {&condition.seen(), &statement.seen()}));
  proof.organization_id = condition.department_id();
  proof.subject = condition.seen().event_id();
  proof.text = absl::StrCat("{", condition.department_id(), "} states that what it had imposed, \"", condition.topic(),
                            "\", does not exist.");
}

void AddDisproofOf(const v1::Mark& mark, const v1::ObservedCondition& condition, const v1::Observed& observed,
                   Looked& looked) {
  std::vector<const v1::Sighting*> seen = {&condition.seen()};
  if (condition.has_waived()) seen.push_back(&condition.waived());
  bool remembered = false;
  for (const v1::ObservedStatement& statement : observed.statements()) {
    const v1::Mark* its = MarkOf(statement.seen(), kRule, mark.subject());
    if (its == nullptr || its->finding_id() != mark.finding_id()) continue;
    if (Disavows(statement, condition) && condition.department_id() == mark.organization_id()) return;
    seen.push_back(&statement.seen());
    remembered = true;
  }
  if (remembered) AddDisproof(mark, seen, "By what is known now, it did not deny what it had imposed.", looked);
}

}  // namespace

void LookForDisavowedCondition(const v1::EscalationState& state, Looked& looked) {
  const v1::Observed& observed = state.observed();
  std::vector<Statement> statements;
  for (const v1::ObservedStatement& statement : observed.statements()) {
    if (!Counts(statement, observed)) statements.push_back(&statement);
  }
  std::sort(statements.begin(), statements.end(),
            [](Statement a, Statement b) { return Before(a->seen(), b->seen()); });
  std::vector<Condition> conditions;
  for (const v1::ObservedCondition& condition : observed.conditions()) {
    if (const v1::Mark* mark = MarkOf(condition.seen(), kRule)) {
      AddDisproofOf(*mark, condition, observed, looked);
    } else {
      conditions.push_back(&condition);
    }
  }
  // Each statement denies one condition, the last that was imposed before it.
  std::sort(conditions.begin(), conditions.end(),
            [](Condition a, Condition b) { return Before(b->seen(), a->seen()); });
  for (const Statement statement : statements) {
    const auto denied = std::find_if(conditions.begin(), conditions.end(),
                                     [&](Condition condition) { return Disavows(*statement, *condition); });
    if (denied == conditions.end()) continue;
    AddProof(**denied, *statement, looked);
    conditions.erase(denied);
  }
}

}  // namespace whistle::escalation
