#include <algorithm>

#include "absl/strings/str_cat.h"
#include "services/escalation/limits.h"
#include "services/escalation/rules/sightings.h"

namespace whistle::escalation {
namespace {

constexpr auto kRule = v1::FINDING_RULE_CLOSED_WITHOUT_RESULT;

using Event = const v1::Sighting*;

// What was open at the time of a claim.
struct Around {
  std::vector<Event> open;
  // What the finding about it rests on and how that was settled: one of them changed if it is disproved.
  std::vector<Event> proofs;
};

void Sort(const v1::Sighting& begun, Event settled, const v1::Sighting& claim, Around& around) {
  if (MarkOf(begun, kRule, claim.event_id()) != nullptr) {
    around.proofs.push_back(&begun);
    if (settled != nullptr) around.proofs.push_back(settled);
  }
  if (Before(begun, claim) && (settled == nullptr || !Before(*settled, claim))) around.open.push_back(&begun);
}

Around LookAround(const v1::Observed& observed, const v1::Sighting& claim) {
  Around around;
  for (const v1::ObservedCondition& condition : observed.conditions()) {
    Event settled = condition.has_met() ? &condition.met() : nullptr;
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

// The last claim before a closing; null for a claim, which rests on no other.
const v1::ObservedClaim* ClaimBefore(const v1::Observed& observed, const v1::ObservedClaim& closing) {
  const v1::ObservedClaim* before = nullptr;
  if (!closing.closes()) return before;
  for (const v1::ObservedClaim& other : observed.claims()) {
    if (other.closes() || !Before(other.seen(), closing.seen())) continue;
    if (before == nullptr || Before(before->seen(), other.seen())) before = &other;
  }
  return before;
}

// The dispute that a claim or closing goes over: its own, or that of the last claim before a closing.
Event DisputeOf(const v1::ObservedClaim& claim, const v1::ObservedClaim* before) {
  if (claim.has_disputed()) return &claim.disputed();
  if (before == nullptr || !before->has_disputed()) return nullptr;
  return Before(before->disputed(), claim.seen()) ? &before->disputed() : nullptr;
}

// What can disprove the finding: the claim itself, what it rests on, the claim before.
std::vector<Event> ProofsOf(const v1::ObservedClaim& claim, const v1::ObservedClaim* before, const Around& around) {
  std::vector<Event> events = around.proofs;
  events.push_back(&claim.seen());
  if (before != nullptr) events.push_back(&before->seen());
  if (before != nullptr && before->has_disputed()) events.push_back(&before->disputed());
  return events;
}

}  // namespace

void LookForClosedWithoutResult(const v1::EscalationState& state, Looked& looked) {
  for (const v1::ObservedClaim& claim : state.observed().claims()) {
    const Around around = LookAround(state.observed(), claim.seen());
    const v1::ObservedClaim* before = ClaimBefore(state.observed(), claim);
    const Event dispute = DisputeOf(claim, before);
    const bool without_result = dispute != nullptr || !around.open.empty() || claim.stands();
    // A claim is cited where a closing goes over it; it counts in the finding about itself alone.
    if (const v1::Mark* mark = MarkOf(claim.seen(), kRule, claim.seen().event_id())) {
      const bool same = mark->organization_id() == claim.organization_id();
      if (!same) {
        looked.disproofs.push_back(DisprovedBy(*mark, claim.seen(), "It was another organization's."));
      } else if (!without_result) {
        AddDisproof(*mark, ProofsOf(claim, before, around), "Nothing was open any more.", looked);
      }
      continue;
    }
    if (!without_result) continue;
    std::vector<Event> events = {&claim.seen()};
    if (dispute != nullptr) events.push_back(dispute);
    for (const Event open : around.open) {
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
