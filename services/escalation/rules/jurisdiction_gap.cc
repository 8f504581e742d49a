#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "libs/registry/authority.h"
#include "services/escalation/rules/sightings.h"

namespace whistle::escalation {
namespace {

constexpr auto kRule = v1::FINDING_RULE_JURISDICTION_GAP;

bool IsOpen(const intake::v1::CaseHeader& header) {
  return header.status() == intake::v1::CASE_STATUS_REGISTERED || header.status() == intake::v1::CASE_STATUS_ACCEPTED;
}

}  // namespace

void LookForJurisdictionGap(const v1::EscalationState& state, Looked& looked) {
  const intake::v1::CaseHeader& header = state.header();
  if (!header.has_handler()) return;
  std::vector<const v1::Need*> needs;
  for (const v1::Need& need : state.observed().needs()) needs.push_back(&need);
  std::sort(needs.begin(), needs.end(), [](const auto* a, const auto* b) { return Before(a->seen(), b->seen()); });

  std::set<std::string> found;
  for (const v1::Mark& gap : state.observed().gaps()) found.insert(gap.organization_id());
  for (const v1::Need* need : needs) {
    const std::string& id = need->organization().organization_id();
    const bool within = registry::HasAuthority(header.handler(), need->organization());
    for (const v1::Mark& gap : state.observed().gaps()) {
      // An event that calls or names several has the marks of all of them.
      const v1::Mark* mark = MarkAgainst(need->seen(), kRule, gap.organization_id());
      if (mark == nullptr || mark->finding_id() != gap.finding_id()) continue;
      // Put right, or its handler entered late, since it was found.
      if (gap.organization_id() == id && within) {
        AddDisproof(gap, {&need->seen()}, "The handler had authority over whom the case needed.", looked);
      } else if (gap.organization_id() != id && gap.organization_id() == need->instead_of_id()) {
        AddDisproof(gap, {&need->seen()}, "It was another organization that was needed.", looked);
      }
    }
    if (within || need->organization().outside_tree() || !IsOpen(header)) continue;
    if (state.has_handling() && registry::HasAuthority(state.handling().upgraded().lead(), need->organization())) {
      continue;
    }
    if (MarkAgainst(need->seen(), kRule, id) != nullptr || !found.insert(id).second) continue;
    Proof& proof = looked.proofs.emplace_back(ProofBy(kRule, {&need->seen()}));
    PutFirst(header.handler_event_id(), &proof);
    proof.organization_id = id;
    proof.other_ids = {header.handler().organization_id()};
    proof.subject = need->seen().event_id();
    proof.text = absl::StrCat("The case needs {", id, "} to act, and its handler {", header.handler().organization_id(),
                              "} has no authority over it.");
  }
}

}  // namespace whistle::escalation
