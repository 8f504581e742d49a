// What happened to a journal that is not what a projection folded: record by record, where the projection still knows
// every decision that counted and its place.
#ifndef WHISTLE_LIBS_VERIFY_DIAGNOSIS_H_
#define WHISTLE_LIBS_VERIFY_DIAGNOSIS_H_

#include <set>

#include "absl/status/status.h"
#include "libs/base/ids.h"
#include "libs/verify/compare.h"
#include "libs/verify/problems.h"
#include "libs/verify/source.h"
#include "libs/verify/stand.h"

namespace whistle::verify {

// Reads `partitions` and the timeline in the projection's store once more, and names each decision that was changed,
// dropped, swapped or moved. Only what counted, below where the projection stands: of records that counted for nobody
// it keeps too little. Keeps some hundred bytes for each decision of these partitions.
absl::Status Diagnose(const Source& source, const Checks& checks, const Stand& stand,
                      const std::set<base::PartitionId>& partitions, Problems& problems);

}  // namespace whistle::verify

#endif  // WHISTLE_LIBS_VERIFY_DIAGNOSIS_H_
