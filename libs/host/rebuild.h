// A projection rebuilt while it serves: a second store is filled from the journal beside the one that serves, compared
// with it row by row, and takes its place.
//
// Nothing is refused meanwhile. Only for the exchange the engine stands still, for some milliseconds: what the journal
// gave since is folded, positions, partition digests and heads of both are compared, and the stores are exchanged.
//
//   filling      from offset 0 up to where the serving store is, on a thread of low priority
//   comparing    every row of both, as of one position of each partition (a snapshot of the serving store)
//   swapping     on disk first, so that it cannot fail later: a crash from here on starts with the new store, whole
//   exchanging   in the pause; if it does not come to it, the old store is named on disk again and serves on
#ifndef WHISTLE_LIBS_HOST_REBUILD_H_
#define WHISTLE_LIBS_HOST_REBUILD_H_

#include <memory>

#include "absl/status/statusor.h"
#include "libs/domain/model.h"
#include "libs/engine/engine.h"
#include "libs/host/projection_task.h"
#include "libs/journal/journal.h"
#include "libs/projection/live_store.h"
#include "libs/projection/rocks_store.h"

namespace whistle::host {

struct RebuildOptions {
  // At most so many records a second are folded; 0: as fast as what the service leaves of the machine.
  double records_per_second_max = 0;
  // Take the new store even if it differs from the one that serves.
  bool take_despite_difference = false;
};

// All outlives the rebuild.
struct RebuildParts {
  const domain::Model* model = nullptr;
  const domain::Model* registry_model = nullptr;
  journal::Journal* journal = nullptr;
  engine::Engine* engine = nullptr;
  projection::LiveStore* live = nullptr;
  TaskState* task = nullptr;
  // What `live` serves from.
  std::shared_ptr<projection::RocksStore> serving;
};

// On the calling thread and one of its own. The store that serves now. After any error the old one serves, and the new
// one is deleted: CANCELLED; FAILED_PRECONDITION: the stores differ (the task says in which rows), or the journal holds
// a record that this build cannot read; what the store, the fold and the journal answer.
absl::StatusOr<std::shared_ptr<projection::RocksStore>> Rebuild(const RebuildParts& parts,
                                                                const RebuildOptions& options);

}  // namespace whistle::host

#endif  // WHISTLE_LIBS_HOST_REBUILD_H_
