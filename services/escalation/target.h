// Where a case goes when it is escalated: computed, never picked. (DOMAIN: Findings, "Where to escalate".)
//
// Pure functions of the paths of superiors that the case's events carry; any thread may call.
#ifndef WHISTLE_SERVICES_ESCALATION_TARGET_H_
#define WHISTLE_SERVICES_ESCALATION_TARGET_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "whistle/escalation/v1/state.pb.h"

namespace whistle::escalation {

// The organizations whose action the case needs, each once, in the order in which they came to be needed.
std::vector<common::v1::OrganizationRef> NeededOf(const v1::EscalationState& state);

enum class NoTarget {
  // The case has no handler and needs nobody in the tree.
  kNobodyToStartFrom,
  // Nobody has authority over all of them.
  kNoCommonSuperior,
  // Who has the case stands at the top.
  kTopOfTree,
};

struct Target {
  // Empty if there is none.
  std::string organization_id;
  // Why there is none.
  NoTarget why = NoTarget::kNobodyToStartFrom;
};

// The lowest organization that has authority over who has the case (handler, lead of upgraded handling) and over all of
// `needed`; the rung above it if it has the case itself; above the one that declined the last escalation.
Target TargetOf(const v1::EscalationState& state, absl::Span<const common::v1::OrganizationRef> needed);

}  // namespace whistle::escalation

#endif  // WHISTLE_SERVICES_ESCALATION_TARGET_H_
