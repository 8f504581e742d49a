#include "absl/strings/str_cat.h"
#include "services/escalation/rules/sightings.h"

namespace whistle::escalation {
namespace {

constexpr auto kRule = v1::FINDING_RULE_DISAVOWED_CONDITION;

bool Disavows(const v1::ObservedStatement& statement, const v1::ObservedCondition& condition) {
  if (!statement.has_holds() || statement.holds() || !statement.replaces_event_id().empty()) return false;
  if (statement.department_id() != condition.department_id()) return false;
  // One that names a condition speaks of that one alone.
  const bool about = statement.condition_id().empty() ? statement.topic() == condition.topic()
                                                      : statement.condition_id() == condition.seen().event_id();
  if (!about || !Before(condition.seen(), statement.seen())) return false;
  return !condition.has_waived() || Before(statement.seen(), condition.waived());
}

const v1::Sighting& ChangedLast(const v1::ObservedStatement& statement, const v1::ObservedCondition& condition) {
  if (!statement.seen().changed_by_event_id().empty()) return statement.seen();
  if (!condition.seen().changed_by_event_id().empty()) return condition.seen();
  // Waived before the statement, and entered late.
  return condition.waived();
}

}  // namespace

void LookForDisavowedCondition(const v1::EscalationState& state, Looked& looked) {
  const v1::Observed& observed = state.observed();
  for (const v1::ObservedCondition& condition : observed.conditions()) {
    const v1::Mark* counted = MarkOf(condition.seen(), kRule, condition.seen().event_id());
    for (const v1::ObservedStatement& statement : observed.statements()) {
      const v1::Mark* mark = MarkOf(statement.seen(), kRule, condition.seen().event_id());
      const bool disavows = Disavows(statement, condition);
      if (counted != nullptr) {
        const bool its = mark != nullptr && mark->finding_id() == counted->finding_id();
        // The mark is on every statement of the response: another one of them may have disavowed it.
        const bool same = its && (statement.condition_id() == condition.seen().event_id() ||
                                  (statement.condition_id().empty() && statement.topic() == condition.topic()));
        if (same && !disavows) {
          looked.disproofs.push_back(
              DisprovedBy(*counted, ChangedLast(statement, condition), "It was not denied while it was imposed."));
        }
        continue;
      }
      if (!disavows || MarkOf(statement.seen(), kRule) != nullptr) continue;
      Proof& proof = looked.proofs.emplace_back(ProofBy(kRule, {&condition.seen(), &statement.seen()}));
      proof.organization_id = condition.department_id();
      proof.subject = condition.seen().event_id();
      proof.text = absl::StrCat("{", condition.department_id(), "} states that what it had imposed, \"",
                                condition.topic(), "\", does not exist.");
      break;
    }
  }
}

}  // namespace whistle::escalation
