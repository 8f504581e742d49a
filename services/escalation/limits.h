// How much of one case's escalation may be open at once, so that its state stays some KiB. Reaching a limit refuses the
// command (RESOURCE_EXHAUSTED) and loses nothing: what is open must be settled first.
#ifndef WHISTLE_SERVICES_ESCALATION_LIMITS_H_
#define WHISTLE_SERVICES_ESCALATION_LIMITS_H_

#include "libs/registry/policy.h"

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

// What the rules look at, the latest of each kind; what has left it is settled. With all of it at its limit it is 110
// KiB, and stays below 128 (observed_test.cc): 96 contacts alone are 6 KiB. Where an organization stands is its last
// answer: as many organizations as may answer, and as many answers more.
inline constexpr int kResponsesKept = 128;
// As many topics as an organization's last statements may have (services/response/limits.h).
inline constexpr int kStatementsKept = 128;
// Beside all open ones: a condition may be disavowed years after it was met.
inline constexpr int kConditionsSettledKept = 64;
inline constexpr int kTasksSettledKept = 32;
// Of each kind, those that a late entry may still lift: 64 owed at once and 32 settled lately, or 8 whistles of 12.
inline constexpr int kOverduesKept = 96;
inline constexpr int kMeetingsKept = 64;
// The last claim of each of 64 organizations may be disputed (services/intake/limits.h).
inline constexpr int kClaimsKept = 64;
// Contacts that count in no finding yet are fewer than the policy's number, which is at most kEvidenceEventsMax.
inline constexpr int kContactsKept = 96;
// Open assignments, commitments and items of one case are at most 64 each, calls 96, deferrals 8.
inline constexpr int kNeedsKept = 256;
inline constexpr int kReasonsKept = 64;
// What a policy counts must be there to be named.
static_assert(registry::kPolicyTimesMax <= kEvidenceEventsMax && registry::kPolicyTimesMax <= kReasonsKept);
static_assert(kContactsKept > kEvidenceEventsMax && kMeetingsKept >= kEvidenceEventsMax);

// All organizations with their paths must fit into one decision beside the texts: 256 KiB for a record.
static_assert(kBoundMax <= 64 && kNeededMax <= 64);

}  // namespace whistle::escalation

#endif  // WHISTLE_SERVICES_ESCALATION_LIMITS_H_
