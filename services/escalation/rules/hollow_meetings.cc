#include <algorithm>

#include "absl/strings/str_cat.h"
#include "services/escalation/rules/sightings.h"

namespace whistle::escalation {
namespace {

constexpr auto kRule = v1::FINDING_RULE_HOLLOW_MEETINGS;

}  // namespace

void LookForHollowMeetings(const v1::EscalationState& state, Looked& looked) {
  std::vector<const v1::Sighting*> hollow;
  for (const v1::ObservedMeeting& meeting : state.observed().meetings()) {
    // How a meeting ended is never corrected, so what counts once goes on counting.
    if (meeting.deadlocked() && MarkOf(meeting.seen(), kRule) == nullptr) hollow.push_back(&meeting.seen());
  }
  std::sort(hollow.begin(), hollow.end(), [](const auto* a, const auto* b) { return Before(*a, *b); });
  const size_t wanted = std::max(1, state.header().policy().hollow_meetings());
  for (size_t i = 0; i + wanted <= hollow.size(); i += wanted) {
    Proof& proof = looked.proofs.emplace_back(
        ProofBy(kRule, std::vector<const v1::Sighting*>(hollow.begin() + i, hollow.begin() + i + wanted)));
    proof.count = static_cast<int>(wanted);
    proof.threshold = static_cast<int>(wanted);
    proof.text = absl::StrCat(wanted, " joint meetings ended deadlocked.");
  }
}

}  // namespace whistle::escalation
