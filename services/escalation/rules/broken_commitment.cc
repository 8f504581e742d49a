#include <algorithm>

#include "absl/strings/str_cat.h"
#include "services/escalation/rules/sightings.h"

namespace whistle::escalation {
namespace {

constexpr auto kRule = v1::FINDING_RULE_BROKEN_COMMITMENT;

}  // namespace

void LookForBrokenCommitment(const v1::EscalationState& state, Looked& looked) {
  const auto& broken = state.observed().broken_commitments();
  for (const v1::ObservedOverdue& breach : broken) {
    if (const v1::Mark* mark = MarkOf(breach.seen(), kRule, breach.subject_id())) {
      if (!breach.lifted()) continue;
      AddDisproof(*mark, {&breach.seen()}, "The commitment was not broken.", looked);
      continue;
    }
    if (breach.lifted()) continue;
    Proof& proof = looked.proofs.emplace_back(ProofBy(kRule, {&breach.seen()}));
    proof.organization_id = breach.organization_id();
    proof.subject = breach.subject_id();
    proof.text =
        absl::StrCat("{", breach.organization_id(), "} did not keep its commitment ", breach.subject_id(), ".");
    // Broken, disproved, and broken by another date: that it was made counts in the first.
    const bool counted = std::any_of(broken.begin(), broken.end(), [&](const v1::ObservedOverdue& other) {
      return other.subject_id() == breach.subject_id() && !other.lifted() && Before(other.seen(), breach.seen());
    });
    if (!counted) PutFirst(breach.subject_id(), &proof);
  }
}

}  // namespace whistle::escalation
