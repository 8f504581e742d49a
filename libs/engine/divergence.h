// What a partition says of itself once its journal does not bear out its projection: what was folded, what the journal
// holds there now, and what can be done about it. Stateless.
#ifndef WHISTLE_LIBS_ENGINE_DIVERGENCE_H_
#define WHISTLE_LIBS_ENGINE_DIVERGENCE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "libs/base/ids.h"
#include "libs/journal/journal.h"
#include "whistle/projection/v1/rows.pb.h"

namespace whistle::engine {

// DATA_LOSS: "DIVERGED: <what>; …" and what an operator can choose to do. Said once, however often it is called.
absl::Status Diverged(absl::string_view what);

// "folded up to offset 41 with hash 9f…"
std::string FoldedText(const projection::v1::PartitionRow& row);

// What the journal, which ends at `end`, holds where the projection stands: "the journal holds hash 5a… there", or
// where it ends and the hash of its last record. Waits some seconds at most; says so if the journal does not answer.
std::string JournalText(journal::Journal& journal, base::PartitionId partition, const projection::v1::PartitionRow& row,
                        base::Offset end);

}  // namespace whistle::engine

#endif  // WHISTLE_LIBS_ENGINE_DIVERGENCE_H_
