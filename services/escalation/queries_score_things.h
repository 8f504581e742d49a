// What a score counts: everything that began in a period and is part of an organization's score, as the records say
// now, with the measures that count it. Both GetScores and ListScoreCases are made of it, so that a number and the
// cases it names are the same things.
//
// A function of one moment of a projection; any thread may call. Errors as in queries_score_places.h.
#ifndef WHISTLE_SERVICES_ESCALATION_QUERIES_SCORE_THINGS_H_
#define WHISTLE_SERVICES_ESCALATION_QUERIES_SCORE_THINGS_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/projection/store.h"
#include "services/escalation/queries_score_places.h"
#include "whistle/escalation/v1/scores.pb.h"

namespace whistle::escalation {

struct ScoreThing {
  v1::ScoreCase row;
  // Those that count it.
  std::vector<v1::ScoreMeasure> measures;
  // From asked to answered, or how long the case was owned; nothing for other things, and while unanswered.
  std::optional<absl::Duration> took;
};

// By when each began, its case and its event.
absl::StatusOr<std::vector<ScoreThing>> ScoreThings(const projection::Reader& reader, const ScorePeriod& period);

}  // namespace whistle::escalation

#endif  // WHISTLE_SERVICES_ESCALATION_QUERIES_SCORE_THINGS_H_
