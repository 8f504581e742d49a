// What a score counts: everything that began in a period and is part of an organization's score, as the records say
// now, with the measures that count it. Both GetScores and ListScoreCases are made of it, so that a number and the
// cases it names are the same things.
//
// Found by the keys of score_keys.h. Functions of one moment of a projection; any thread may call. DATA_LOSS when an
// index names what the timeline does not hold; RESOURCE_EXHAUSTED for more than kScoreThingsMax.
#ifndef WHISTLE_SERVICES_ESCALATION_QUERIES_SCORE_THINGS_H_
#define WHISTLE_SERVICES_ESCALATION_QUERIES_SCORE_THINGS_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/projection/store.h"
#include "whistle/escalation/v1/scores.pb.h"

namespace whistle::escalation {

// Each costs a handful of reads: some seconds for so many.
inline constexpr size_t kScoreThingsMax = 100000;

// Whose score, and of which time: [from, until). What goes on is measured up to `now`.
struct ScorePeriod {
  std::string organization_id;
  absl::Time from;
  absl::Time until;
  absl::Time now;
};

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
