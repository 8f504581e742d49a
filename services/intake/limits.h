// How much one case may hold open. What is not here grows for ever and lives in the timeline; the state keeps counts.
#ifndef WHISTLE_SERVICES_INTAKE_LIMITS_H_
#define WHISTLE_SERVICES_INTAKE_LIMITS_H_

#include <cstddef>

namespace whistle::intake {

// Cases one case is linked to: a whole estate's buildings and their second demands. 64 ids of at most 64 bytes.
inline constexpr int kLinksMax = 64;

// Cases one case may take in: more than that is a campaign, and better seen as linked cases.
inline constexpr int kMergedSourcesMax = 64;

// Refused proposals remembered, so that a proposer whose conversation was cut short learns why. A proposal is answered
// within seconds, so these are the ones of the same moments.
inline constexpr int kRefusedSourcesMax = 16;

// Organizations whose contacts are counted apart; the contacts of later ones are counted together. The chronicle's
// residents turned to seven in twelve years.
inline constexpr int kContactTalliesMax = 64;

// Claims open at once (the last of each organization) and claims answered lately. An organization's older claim gives
// way to its newer one; beyond 64 organizations the oldest gives way.
inline constexpr int kClaimsMax = 64;

// Evidence attached lately, so that the same document sent twice is refused while anybody may still retry. 32 × 32
// bytes.
inline constexpr int kRecentEvidenceMax = 32;

// A case's state stays below this, with every collection at its limit. Most cases need a few KiB: the policy takes one.
inline constexpr size_t kStateBytesMax = 96 * 1024;

// Owners in turn whose stretches the state keeps: who has more has been passed around enough to be seen. Older ones are
// read from the timeline.
inline constexpr int kOwnedKept = 32;

}  // namespace whistle::intake

#endif  // WHISTLE_SERVICES_INTAKE_LIMITS_H_
