#include <algorithm>

#include "absl/strings/str_cat.h"
#include "services/escalation/rules/sightings.h"

namespace whistle::escalation {
namespace {

constexpr auto kRule = v1::FINDING_RULE_ABSENT;

void LookAtMeeting(const v1::ObservedMeeting& meeting, Looked& looked) {
  for (const v1::Mark& mark : meeting.seen().marks()) {
    if (mark.rule() != kRule) continue;
    const auto& absent = meeting.absent_ids();
    if (std::find(absent.begin(), absent.end(), mark.organization_id()) != absent.end()) continue;
    AddDisproof(mark, {&meeting.seen()}, "It was another organization that sent nobody.", looked);
  }
  for (const std::string& id : meeting.absent_ids()) {
    if (MarkAgainst(meeting.seen(), kRule, id) != nullptr) continue;
    Proof& proof = looked.proofs.emplace_back(ProofBy(kRule, {&meeting.seen()}));
    proof.organization_id = id;
    proof.subject = meeting.seen().event_id();
    proof.text = absl::StrCat("{", id, "} was called to a joint meeting and sent nobody.");
  }
}

}  // namespace

void LookForAbsent(const v1::EscalationState& state, Looked& looked) {
  for (const v1::ObservedMeeting& meeting : state.observed().meetings()) LookAtMeeting(meeting, looked);
  for (const v1::ObservedOverdue& missing : state.observed().no_shows()) {
    if (const v1::Mark* mark = MarkOf(missing.seen(), kRule, missing.subject_id())) {
      if (!missing.lifted()) continue;
      AddDisproof(*mark, {&missing.seen()}, "It came in time.", looked);
      continue;
    }
    if (missing.lifted()) continue;
    Proof& proof = looked.proofs.emplace_back(ProofBy(kRule, {&missing.seen()}));
    proof.organization_id = missing.organization_id();
    proof.subject = missing.subject_id();
    proof.text = absl::StrCat("{", missing.organization_id(), "} was called by whistle ", missing.subject_id(),
                              " and sent nobody by its date.");
  }
}

}  // namespace whistle::escalation
