// How much of one case's escalation may be open at once, so that its state stays some KiB. Reaching a limit refuses the
// command (RESOURCE_EXHAUSTED) and loses nothing: what is open must be settled first.
#ifndef WHISTLE_SERVICES_ESCALATION_LIMITS_H_
#define WHISTLE_SERVICES_ESCALATION_LIMITS_H_

namespace whistle::escalation {

// One matter that needs more letters at a time is not handled by letters. A stored letter is ~600 bytes.
inline constexpr int kOpenLettersMax = 32;
// A referral or file names up to 8 organizations with their paths: ~1.5 KiB each.
inline constexpr int kOpenReferralsMax = 16;
inline constexpr int kOpenFilesMax = 16;
// One site with more open hazards needs more than one case. A stored hazard is ~800 bytes.
inline constexpr int kOpenHazardsMax = 32;

// The events that prove the reasons of one escalation: enough for years of visits, ~2 KiB of ids.
inline constexpr int kEscalationEvidenceMax = 256;
// The events that one act may rest on: what a reader can still check by hand.
inline constexpr int kEvidenceEventsMax = 64;
// The same for documents: each carries up to ~1.7 KB of text.
inline constexpr int kEvidenceMax = 16;

// The organizations whose action one case needs, or that one upgraded handling binds: a joint meeting's table.
inline constexpr int kNeededMax = 32;
inline constexpr int kBoundMax = 32;
// Responsibility shared by more than this is nobody's.
inline constexpr int kConcernedMax = 8;
inline constexpr int kWarnedMax = 16;
inline constexpr int kMeasuresMax = 16;

// Settled things whose settling event a second settling is answered with; the older ones are known from the history.
// 64 × ~20 bytes.
inline constexpr int kSettledKept = 64;

// All organizations with their paths must fit into one decision beside the texts: 256 KiB for a record.
static_assert(kBoundMax <= 64 && kNeededMax <= 64);

}  // namespace whistle::escalation

#endif  // WHISTLE_SERVICES_ESCALATION_LIMITS_H_
