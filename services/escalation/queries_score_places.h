// Where the things lie that began in a period and may be part of an organization's score: found by the keys of
// score_keys.h, and to be looked at as corrected.
//
// Functions of one moment of a projection; any thread may call. DATA_LOSS when an index names what the timeline does
// not hold; RESOURCE_EXHAUSTED for more than kScoreThingsMax.
#ifndef WHISTLE_SERVICES_ESCALATION_QUERIES_SCORE_PLACES_H_
#define WHISTLE_SERVICES_ESCALATION_QUERIES_SCORE_PLACES_H_

#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/projection/store.h"
#include "whistle/common/v1/types.pb.h"
#include "whistle/journal/v1/journal.pb.h"

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

// An event of a case; in order of the case, and there as it was entered.
struct Place {
  std::string case_id;
  std::string sortable_id;

  std::string EventId() const;
  bool operator<(const Place& other) const {
    return std::tie(case_id, sortable_id) < std::tie(other.case_id, other.sortable_id);
  }
};

using Places = std::set<Place>;
// By kind, as score_keys.h names them.
using Beginnings = std::map<std::string, Places>;

// Of which kind of beginning an entry is, and whose; an empty kind if it begins nothing. (A stretch of ownership that
// begins with a reopening is found by its case.)
std::pair<std::string, common::v1::OrganizationRef> BeginningOf(const journal::v1::Event& event);

// Everything that may have begun in the period for its organization, by its keys or by a correction's.
absl::StatusOr<Beginnings> FindBeginnings(const projection::Reader& reader, const ScorePeriod& period);

// Calls `visit` with the parts of each key below the prefix, of which there are at least three.
absl::Status WalkKeys(const projection::Reader& reader, const std::vector<std::string>& prefix,
                      absl::FunctionRef<absl::Status(const std::vector<std::string>& parts)> visit);

// DATA_LOSS, with the event and the case.
absl::Status NotInTimeline(const Place& place);

}  // namespace whistle::escalation

#endif  // WHISTLE_SERVICES_ESCALATION_QUERIES_SCORE_PLACES_H_
