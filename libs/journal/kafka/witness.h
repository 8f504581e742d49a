// Confirms that what was read from a partition is still what is there.
//
// A topic that is deleted and made again, or truncated by an unclean election, goes on giving records to a consumer
// whose offset is below its new end, as if nothing had happened. A reader therefore names records that it gave out, and
// the witness reads them again, together with the partition's genesis.
#ifndef WHISTLE_LIBS_JOURNAL_KAFKA_WITNESS_H_
#define WHISTLE_LIBS_JOURNAL_KAFKA_WITNESS_H_

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "libs/base/hash.h"
#include "libs/base/ids.h"
#include "libs/journal/kafka/client.h"

namespace whistle::journal {

// What a reader gave out: the SHA-256 of the value of the record at `offset`.
struct RecordClaim {
  base::Offset offset;
  base::Digest hash;
};

// Any thread. Callbacks run on its own threads.
class KafkaWitness {
 public:
  // OK           both are there, as claimed
  // DATA_LOSS    one is not as claimed; both hashes in the message
  // OUT_OF_RANGE the partition does not have the offset now
  // UNAVAILABLE  it cannot be read now
  using Done = absl::AnyInvocable<void(absl::Status) &&>;

  // `asker` outlives it. `genesis`: the hash of each partition's record at offset 0.
  KafkaWitness(KafkaClient* asker, std::map<base::PartitionId, base::Digest> genesis, bool any_stamp);
  // What waits is answered UNAVAILABLE.
  ~KafkaWitness();

  // Without a claim, the genesis alone.
  void Confirm(base::PartitionId partition, std::optional<RecordClaim> claim, Done done);

 private:
  struct Case {
    base::PartitionId partition;
    std::optional<RecordClaim> claim;
    Done done;
  };

  void Run();
  absl::Status Judge(const Case& it) const;
  absl::Status Compare(base::PartitionId partition, const RecordClaim& claim) const;

  KafkaClient* const asker_;
  const std::map<base::PartitionId, base::Digest> genesis_;
  const bool any_stamp_;

  absl::Mutex mutex_;
  std::deque<Case> waiting_ ABSL_GUARDED_BY(mutex_);
  // A client reads a partition at one offset at a time.
  std::set<base::PartitionId> busy_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;

  std::vector<std::thread> threads_;
};

}  // namespace whistle::journal

#endif  // WHISTLE_LIBS_JOURNAL_KAFKA_WITNESS_H_
