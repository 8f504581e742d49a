// Folds a journal into a store that nobody serves from, beside the engine that serves: what a rebuild is made of.
//
//   Refold refold({.model = …, .registry_model = …, .journal = …, .store = new_store});
//   WHISTLE_RETURN_IF_ERROR(refold.FoldUpTo(ends, deadline, [&](size_t records) { … return keep_going; }));
//
// The same PartitionFold as live work, so what it fills is what the live store holds at the same positions. One thread;
// it waits there for the journal. Everything in the options outlives it.
#ifndef WHISTLE_LIBS_ENGINE_REFOLD_H_
#define WHISTLE_LIBS_ENGINE_REFOLD_H_

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "libs/domain/model.h"
#include "libs/engine/fold.h"
#include "libs/journal/journal.h"
#include "libs/projection/store.h"

namespace whistle::engine {

// By partition, the offset of the record that is folded next.
using Ends = std::map<base::PartitionId, base::Offset>;

// How far `rows`, of a store, are folded.
Ends EndsOf(const std::vector<std::pair<base::PartitionId, projection::v1::PartitionRow>>& rows);

class Refold {
 public:
  struct Options {
    const domain::Model* model = nullptr;
    const domain::Model* registry_model = nullptr;
    journal::Journal* journal = nullptr;
    projection::Store* store = nullptr;
    // One commit, and one pause for others, at the most so many records and about so many bytes.
    size_t batch_records_max = 200;
    size_t batch_bytes_max = size_t{1} << 20;
    // A journal that gives nothing for so long, though there must be something, is out of reach.
    absl::Duration read_wait_max = absl::Seconds(30);
  };

  explicit Refold(Options options) : options_(options) {}

  // Folds every partition up to its end, exactly, from where the store stands. `after_batch` is called after each
  // commit with the number of records in it; an error ends this with it. Errors besides: the fold's (fold.h), DATA_LOSS
  // from the journal, DEADLINE_EXCEEDED at `deadline`, UNAVAILABLE when the journal gives nothing. What is folded stays
  // folded; this may be called again unless the store or the fold failed.
  absl::Status FoldUpTo(const Ends& ends, absl::Time deadline,
                        absl::FunctionRef<absl::Status(size_t records)> after_batch);

  // How many records lie between where the store stands and `ends`.
  absl::StatusOr<int64_t> Missing(const Ends& ends);

  // The cases that accepted decisions were folded of since this was asked last.
  std::set<std::string> TakeTouched() { return std::exchange(touched_, {}); }

 private:
  struct Partition {
    std::unique_ptr<PartitionFold> fold;
    // Shared with the journal's callback.
    struct Wakeup {
      absl::Mutex mutex;
      bool ready ABSL_GUARDED_BY(mutex) = true;
    };
    std::shared_ptr<Wakeup> wakeup;
    std::unique_ptr<journal::Reader> reader;
  };

  absl::StatusOr<Partition*> Open(base::PartitionId id);
  // The next records below `end`; waits until there are some.
  absl::StatusOr<std::vector<journal::StoredRecord>> ReadBelow(Partition& partition, base::Offset end,
                                                               absl::Time deadline);

  const Options options_;
  std::map<base::PartitionId, Partition> partitions_;
  std::set<std::string> touched_;
};

}  // namespace whistle::engine

#endif  // WHISTLE_LIBS_ENGINE_REFOLD_H_
