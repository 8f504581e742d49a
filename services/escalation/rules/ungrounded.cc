#include "absl/strings/str_cat.h"
#include "services/escalation/rules/sightings.h"

namespace whistle::escalation {
namespace {

constexpr auto kRule = v1::FINDING_RULE_UNGROUNDED;

void Look(const v1::Sighting& seen, const std::string& department_id, const std::string& subject, std::string text,
          Looked& looked) {
  if (const v1::Mark* mark = MarkOf(seen, kRule)) {
    if (mark->organization_id() == department_id) return;
    AddDisproof(*mark, {&seen}, "It was another organization's answer.", looked);
    return;
  }
  Proof& proof = looked.proofs.emplace_back(ProofBy(kRule, {&seen}));
  proof.organization_id = department_id;
  proof.subject = subject;
  proof.text = std::move(text);
}

}  // namespace

void LookForUngrounded(const v1::EscalationState& state, Looked& looked) {
  for (const v1::ObservedResponse& response : state.observed().responses()) {
    if (response.stance() != v1::OBSERVED_STANCE_REFUSES || response.grounded()) continue;
    Look(response.seen(), response.department_id(), "",
         absl::StrCat("{", response.department_id(), "} refuses and cites no grounds."), looked);
  }
  for (const v1::ObservedCondition& condition : state.observed().conditions()) {
    if (condition.grounded()) continue;
    Look(condition.seen(), condition.department_id(), condition.seen().event_id(),
         absl::StrCat("{", condition.department_id(), "} imposes the condition \"", condition.topic(),
                      "\" and cites no grounds."),
         looked);
  }
}

}  // namespace whistle::escalation
