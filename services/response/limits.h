// The response service's limits: what a case may hold open, what one command may carry. Each with its reason; the tests
// try the number and one above.
#ifndef WHISTLE_SERVICES_RESPONSE_LIMITS_H_
#define WHISTLE_SERVICES_RESPONSE_LIMITS_H_

#include "absl/time/time.h"

namespace whistle::response {

// Departments that may owe an answer at once: a case that needs more has become several cases. Keeps the state at some
// KiB.
inline constexpr int kOpenAssignmentsMax = 64;
// Conditions that may be open at once, over all departments.
inline constexpr int kOpenConditionsMax = 64;
// Departments that ever answered on one case.
inline constexpr int kStandingsMax = 64;
// Topics that departments ever spoke about on one case, counted for each department. Twice the departments: most speak
// of one or two.
inline constexpr int kLastStatementsMax = 128;
// Settled things that "already so" can still name by heart; older ones are found in the timeline.
inline constexpr int kSettledKept = 32;

// One answer. Its events must fit one record (64 events, 256 KiB) at the very worst: 12 statements of 10 KB (two texts
// of 2000 bytes, 8 organizations of 750), 8 conditions of 8.5 KB (a text, 8 grounds of 700, the department), 8 KB of
// text, 8 grounds, 8 organizations: about 210 KB.
inline constexpr int kStatementsMax = 12;
inline constexpr int kConditionsMax = 8;
inline constexpr int kGroundsMax = 8;
// Organizations that a deferral or a statement may name: who names more names nobody.
inline constexpr int kNamedOrganizationsMax = 8;
// What an answer says, in bytes.
inline constexpr int kResponseTextBytesMax = 8000;
inline constexpr int kEvidenceMax = 16;

// A given date lies within this: whoever needs longer than ten years has mistyped it.
inline constexpr absl::Duration kGivenDateMax = absl::Hours(24 * 3653);

}  // namespace whistle::response

#endif  // WHISTLE_SERVICES_RESPONSE_LIMITS_H_
