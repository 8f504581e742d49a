// The coordination service's limits: what a case may hold open, what one command may carry. Each with its reason; the
// tests try the number and one above.
#ifndef WHISTLE_SERVICES_COORDINATION_LIMITS_H_
#define WHISTLE_SERVICES_COORDINATION_LIMITS_H_

#include "absl/time/time.h"

namespace whistle::coordination {

// Whistles whose date runs. An ordinary one runs three days: more than eight at once call nobody any more.
inline constexpr int kOpenWhistlesMax = 8;
// Whistles whose date has passed, kept so that a late report-in is recorded with its lateness.
inline constexpr int kSettledWhistlesKept = 8;
// Departments that one whistle calls. With the whistles it bounds the state: 16 × 12 × ~200 bytes.
inline constexpr int kCalledMax = 12;
// Convened and not held. A meeting that nobody came to is held, deadlocked, so that this cannot be stuck.
inline constexpr int kOpenMeetingsMax = 8;
// Who is invited, came, or was missing.
inline constexpr int kMeetingOrganizationsMax = 16;
inline constexpr int kTopicsMax = 8;
inline constexpr int kTopicBytesMax = 500;
inline constexpr int kPlaceBytesMax = 300;
inline constexpr int kMinutesBytesMax = 8000;
// Commitments made in one meeting. With the meeting's own event at most 17 of a decision's 64 events, and below 70 KB.
inline constexpr int kMeetingCommitmentsMax = 16;
// Commitments owed on one case, broken ones included.
inline constexpr int kOpenCommitmentsMax = 64;
// Items of one case on all one lists.
inline constexpr int kOpenItemsMax = 64;
// Settled meetings, commitments and items that "already so" can still name by heart; older ones are found in the
// timeline.
inline constexpr int kSettledKept = 32;
inline constexpr int kEvidenceMax = 16;

// A given date lies within this: whoever needs longer than ten years has mistyped it.
inline constexpr absl::Duration kGivenDateMax = absl::Hours(24 * 3653);
// A meeting is convened at most a year ahead.
inline constexpr absl::Duration kMeetingAheadMax = absl::Hours(24 * 366);

}  // namespace whistle::coordination

#endif  // WHISTLE_SERVICES_COORDINATION_LIMITS_H_
