// The index keys that scores are made of: footprints left by events of all services.
//
// What begins (kinds: asked, claim, commitment, dwell, finding, led) is found under whoever it is the score of, by
// year:
//   score / organization / kind / 2021 / sortable time / case / event
// A claim also by the case alone, since a case counts as claimed whenever it was:
//   claim / organization / case / event
// A correction has the old entry's id and the field alone. So where it names another organization, or another time, the
// entry is found there without the part that is not known, and the query looks at the entry as corrected:
//   score.moved / organization / case / event
//   score.redated / 2021 / sortable time / case / event
// What becomes of it is found under "thing" and "beside" (libs/domain/entry_keys.h); what starts and ends the stretches
// of time for which handlers own a case under the thing kClockThing.
//
// Pure functions; any thread may call.
#ifndef WHISTLE_SERVICES_ESCALATION_SCORE_KEYS_H_
#define WHISTLE_SERVICES_ESCALATION_SCORE_KEYS_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "libs/domain/context.h"
#include "whistle/escalation/v1/state.pb.h"

namespace whistle::escalation {

inline constexpr char kAsked[] = "asked";
inline constexpr char kClaim[] = "claim";
inline constexpr char kCommitment[] = "commitment";
inline constexpr char kDwell[] = "dwell";
inline constexpr char kFinding[] = "finding";
inline constexpr char kLed[] = "led";
inline constexpr const char* kScoreKinds[] = {kAsked, kClaim, kCommitment, kDwell, kFinding, kLed};

// No event id, so no other thing is called so.
inline constexpr char kClockThing[] = "clock";

// "2021": by the UTC year.
std::string YearOf(absl::Time time);

// The keys that an event leaves for scores; `state` is the state after it.
void AddScoreKeys(const v1::EscalationState& state, const journal::v1::Event& event, const domain::EventRef& ref,
                  std::vector<std::string>* keys);

}  // namespace whistle::escalation

#endif  // WHISTLE_SERVICES_ESCALATION_SCORE_KEYS_H_
