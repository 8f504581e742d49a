// Projections held against what the journal comes to: positions, digests, counts, and the head of every case.
#ifndef WHISTLE_LIBS_VERIFY_COMPARE_H_
#define WHISTLE_LIBS_VERIFY_COMPARE_H_

#include <map>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "libs/base/ids.h"
#include "libs/verify/partition_check.h"
#include "libs/verify/problems.h"
#include "libs/verify/stand.h"

namespace whistle::verify {

using Checks = std::map<base::PartitionId, std::unique_ptr<PartitionCheck>>;

// The partition that a case is in, the registry's chain included.
base::PartitionId PartitionOfCase(const std::string& case_id, int partition_count);

// How far the journal is, byte for byte, what a projection folded: by partition, the highest offset at which one has
// the digest that the journal comes to. What is not in it, no projection vouches for.
using Vouched = std::map<base::PartitionId, base::Offset>;

// Positions, digests and counts; adds to `vouched` what agrees.
void CompareStand(const Stand& stand, const std::string& journal_uuid, const Checks& checks, Problems& problems,
                  Vouched& vouched);

// The head of every case in the store, as of where the store stands. An error: the store cannot be read.
absl::Status CompareHeads(const Stand& stand, int partition_count, const Checks& checks, Problems& problems);

}  // namespace whistle::verify

#endif  // WHISTLE_LIBS_VERIFY_COMPARE_H_
