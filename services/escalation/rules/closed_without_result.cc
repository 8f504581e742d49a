#include <algorithm>

#include "absl/strings/str_cat.h"
#include "services/escalation/limits.h"
#include "services/escalation/rules/sightings.h"

namespace whistle::escalation {
namespace {

constexpr auto kRule = v1::FINDING_RULE_CLOSED_WITHOUT_RESULT;

// What was open at the time of a claim, and what of it was settled before.
struct Around {
  std::vector<const v1::Sighting*> open;
  // The settling that was entered last; null if there is none.
  const v1::Sighting* settled_last = nullptr;
};

void Sort(const v1::Sighting& begun, const v1::Sighting* settled, const v1::Sighting& claim, Around& around) {
  if (!Before(begun, claim)) return;
  if (settled == nullptr || !Before(*settled, claim)) return around.open.push_back(&begun);
  const auto* last = around.settled_last;
  const bool later = last == nullptr || last->entered_at().seconds() < settled->entered_at().seconds();
  if (later) around.settled_last = settled;
}

Around LookAround(const v1::Observed& observed, const v1::Sighting& claim) {
  Around around;
  for (const v1::ObservedCondition& condition : observed.conditions()) {
    const v1::Sighting* settled = condition.has_met() ? &condition.met() : nullptr;
    if (condition.has_waived()) settled = &condition.waived();
    Sort(condition.seen(), settled, claim, around);
  }
  for (const auto* tasks : {&observed.commitments(), &observed.items()}) {
    for (const v1::ObservedTask& task : *tasks) {
      Sort(task.seen(), task.has_settled() ? &task.settled() : nullptr, claim, around);
    }
  }
  return around;
}

// The dispute that a claim or closing goes over: its own, or the last one before a closing if nothing was claimed
// since.
const v1::Sighting* DisputeOf(const v1::EscalationState& state, const v1::ObservedClaim& claim) {
  if (claim.has_disputed()) return &claim.disputed();
  const v1::ObservedClaim* before = nullptr;
  for (const v1::ObservedClaim& other : state.observed().claims()) {
    if (&other == &claim || !Before(other.seen(), claim.seen())) continue;
    if (before == nullptr || Before(before->seen(), other.seen())) before = &other;
  }
  const bool over = claim.closes() && before != nullptr && !before->closes() && before->has_disputed() &&
                    Before(before->disputed(), claim.seen());
  return over ? &before->disputed() : nullptr;
}

}  // namespace

void LookForClosedWithoutResult(const v1::EscalationState& state, Looked& looked) {
  for (const v1::ObservedClaim& claim : state.observed().claims()) {
    const Around around = LookAround(state.observed(), claim.seen());
    const v1::Sighting* dispute = DisputeOf(state, claim);
    const bool without_result = dispute != nullptr || !around.open.empty();
    // A claim is cited where a closing goes over it; it counts in the finding about itself alone.
    if (const v1::Mark* mark = MarkOf(claim.seen(), kRule, claim.seen().event_id())) {
      const bool same = mark->organization_id() == claim.organization_id();
      if (without_result && same) continue;
      const bool corrected = !claim.seen().changed_by_event_id().empty() || around.settled_last == nullptr;
      looked.disproofs.push_back(DisprovedBy(*mark, corrected ? claim.seen() : *around.settled_last,
                                             same ? "Nothing was open any more." : "It was another organization's."));
      continue;
    }
    if (!without_result) continue;
    std::vector<const v1::Sighting*> events = {&claim.seen()};
    if (dispute != nullptr) events.push_back(dispute);
    for (const v1::Sighting* open : around.open) {
      if (events.size() < kEvidenceEventsMax) events.push_back(open);
    }
    Proof& proof = looked.proofs.emplace_back(ProofBy(kRule, events));
    proof.organization_id = claim.organization_id();
    proof.subject = claim.seen().event_id();
    proof.count = static_cast<int>(around.open.size());
    proof.text = absl::StrCat("{", claim.organization_id(), "} ",
                              claim.closes() ? "closes the case" : "claims that the matter is resolved");
    if (!around.open.empty()) {
      absl::StrAppend(&proof.text, " while conditions, commitments or items are open (", around.open.size(), ")");
    }
    if (dispute != nullptr) {
      absl::StrAppend(&proof.text, around.open.empty() ? ", " : ", and ", "the petitioner's side disputes it");
    }
    proof.text += '.';
  }
}

}  // namespace whistle::escalation
