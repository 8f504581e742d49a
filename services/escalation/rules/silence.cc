#include <algorithm>

#include "absl/strings/str_cat.h"
#include "libs/base/time.h"
#include "services/escalation/rules/sightings.h"

namespace whistle::escalation {
namespace {

constexpr auto kRule = v1::FINDING_RULE_SILENCE;

// Whether progress was reported before the date.
bool Heard(const v1::ObservedOverdue& silence) {
  if (!silence.has_progress()) return false;
  return !silence.has_due_at() || base::FromProto(silence.progress().occurred_at()) < base::FromProto(silence.due_at());
}

}  // namespace

void LookForSilence(const v1::EscalationState& state, Looked& looked) {
  const auto& silences = state.observed().silences();
  for (const v1::ObservedOverdue& silence : silences) {
    if (const v1::Mark* mark = MarkOf(silence.seen(), kRule, silence.subject_id())) {
      if (silence.lifted()) {
        AddDisproof(*mark, {&silence.seen()}, "The answer was not overdue.", looked);
      } else if (Heard(silence)) {
        AddDisproof(*mark, {&silence.progress()}, "Progress had been reported before the date.", looked);
      }
      continue;
    }
    if (silence.lifted() || Heard(silence)) continue;
    Proof& proof = looked.proofs.emplace_back(ProofBy(kRule, {&silence.seen()}));
    proof.organization_id = silence.organization_id();
    proof.subject = silence.subject_id();
    proof.text = absl::StrCat("{", silence.organization_id(), "} let the date of assignment ", silence.subject_id(),
                              " pass without a response.");
    // A second date of one assignment that passes: that it was asked counts in the first.
    const bool counted = std::any_of(silences.begin(), silences.end(), [&](const v1::ObservedOverdue& other) {
      return other.subject_id() == silence.subject_id() && !other.lifted() && !Heard(other) &&
             Before(other.seen(), silence.seen());
    });
    if (!counted) PutFirst(silence.subject_id(), &proof);
  }
}

}  // namespace whistle::escalation
