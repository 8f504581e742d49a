// The journal's callbacks turned into values that a test waits for: never by sleeping, and never for ever.
#ifndef WHISTLE_LIBS_JOURNAL_CONFORMANCE_CALLS_H_
#define WHISTLE_LIBS_JOURNAL_CONFORMANCE_CALLS_H_

#include <cstddef>
#include <cstdint>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "libs/base/ids.h"
#include "libs/journal/journal.h"

namespace whistle::journal {

// Starts an append; the future has its outcome.
std::future<absl::StatusOr<Appended>> StartAppend(Journal& journal, base::PartitionId partition, Record record);

// The outcome; DEADLINE_EXCEEDED if there is none in 30 s.
absl::StatusOr<Appended> Await(std::future<absl::StatusOr<Appended>> outcome);

absl::StatusOr<Appended> AppendAndWait(Journal& journal, base::PartitionId partition, Record record);

// The partition's end, asked for again while it cannot be known (UNAVAILABLE), up to 30 s; a failed test and -1 if
// there is none.
int64_t EndOf(Journal& journal, base::PartitionId partition);

// Reads from `from` to the end as of the call, `limits` at a time. Fails the test if offsets are not contiguous from
// `from`.
std::vector<StoredRecord> ReadAll(Journal& journal, base::PartitionId partition, int64_t from = 0,
                                  ReadLimits limits = {});

// A bell that on_ready rings. Outlives the reader.
class Bell {
 public:
  std::function<void()> Ringer();
  // True once it was rung since the last Wait; false after 30 s of silence.
  bool Wait();
  int rings() const;

 private:
  mutable absl::Mutex mutex_;
  int rings_ ABSL_GUARDED_BY(mutex_) = 0;
  int heard_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace whistle::journal

#endif  // WHISTLE_LIBS_JOURNAL_CONFORMANCE_CALLS_H_
