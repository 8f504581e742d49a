// Reads one partition: takes what a consumer fetched, in order and without gaps, and gives it out only while what it
// gave out before is known to be still there.
#ifndef WHISTLE_LIBS_JOURNAL_KAFKA_KAFKA_READER_H_
#define WHISTLE_LIBS_JOURNAL_KAFKA_KAFKA_READER_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "libs/base/ids.h"
#include "libs/journal/journal.h"
#include "libs/journal/kafka/bells.h"
#include "libs/journal/kafka/consumers.h"
#include "libs/journal/kafka/ends.h"
#include "libs/journal/kafka/handles.h"
#include "libs/journal/kafka/kafka_options.h"
#include "libs/journal/kafka/witness.h"

namespace whistle::journal {

// The reader without its owner: what the witness's callbacks and the journal's ticks hold on to. Any thread.
class KafkaFeed : public std::enable_shared_from_this<KafkaFeed> {
 public:
  // The journal's parts that feeds use; they outlive all feeds.
  struct Parts {
    const KafkaOptions* options = nullptr;
    KafkaBells* bells = nullptr;
    KafkaConsumers* consumers = nullptr;
    KafkaEnds* ends = nullptr;
    KafkaWitness* witness = nullptr;
  };

  static absl::StatusOr<std::shared_ptr<KafkaFeed>> Open(const Parts& parts, base::PartitionId partition,
                                                         base::Offset from, std::function<void()> on_ready);

  absl::StatusOr<std::vector<StoredRecord>> Read(const ReadLimits& limits);
  // Nothing is read or rung any more.
  void Close();

  // To be called every moment: notices what nobody else would wake it for.
  void Tick(absl::Time now);
  // The partition became reachable or unreachable, shrank or recovered.
  void OnEndChanged();

  base::PartitionId partition() const { return partition_; }

 private:
  KafkaFeed(const Parts& parts, base::PartitionId partition, base::Offset from);

  static void QueueHasSomething(rd_kafka_t* client, void* self);

  absl::Status Start() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Stop() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Fetches again from next_, and doubts everything.
  void StartAgain(absl::Time now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  // Fills fetched_ from the queue, without waiting, and takes errors out of it.
  void Refill(absl::Time now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Missing(absl::Time now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // The journal may have changed under us since the last confirmation.
  bool InDoubt() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void DoubtIfStoodStill(absl::Time now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Asks the witness, unless it has been asked.
  void Confirm(absl::Time now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void OnConfirmed(uint64_t doubts, uint64_t lost_connections, const absl::Status& verdict);
  void Die(absl::Status why) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void InTrouble(absl::Time now, absl::Status why) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // What Read says when it has nothing to give: OK while the trouble, if there is any, is younger than
  // unreachable_after.
  absl::Status Condition(absl::Time now) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Parts parts_;
  const base::PartitionId partition_;
  int64_t bell_ = 0;

  absl::Mutex mutex_;
  std::shared_ptr<KafkaClient> client_ ABSL_GUARDED_BY(mutex_);
  KafkaQueuePtr queue_ ABSL_GUARDED_BY(mutex_);
  std::deque<KafkaMessagePtr> fetched_ ABSL_GUARDED_BY(mutex_);
  base::Offset next_ ABSL_GUARDED_BY(mutex_);
  absl::Status dead_ ABSL_GUARDED_BY(mutex_);
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;

  // The last record given out.
  std::optional<RecordClaim> last_ ABSL_GUARDED_BY(mutex_);
  // Which broker it came from; another one means another leader.
  int32_t broker_ ABSL_GUARDED_BY(mutex_) = -1;
  absl::Time confirmed_at_ ABSL_GUARDED_BY(mutex_);
  // When Tick last looked at this, or Read found that it had not.
  absl::Time tended_at_ ABSL_GUARDED_BY(mutex_);
  // Grows with every reason to doubt; what was confirmed is confirmed as of the number at its beginning.
  uint64_t doubts_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t confirmed_doubts_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t confirmed_lost_connections_ ABSL_GUARDED_BY(mutex_) = 0;
  bool confirming_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Time confirm_not_before_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
  // Since when what was given out, or where to go on, is not to be found in the partition.
  absl::Time missing_since_ ABSL_GUARDED_BY(mutex_) = absl::InfiniteFuture();
  absl::Time missing_seen_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
  // Why nothing comes; OK when something could.
  absl::Status trouble_ ABSL_GUARDED_BY(mutex_);
  absl::Time trouble_since_ ABSL_GUARDED_BY(mutex_) = absl::InfiniteFuture();
  absl::Time complain_at_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
  absl::Time start_again_at_ ABSL_GUARDED_BY(mutex_) = absl::InfiniteFuture();
  // A gap is believed the second time: once, the fetch may have been spoiled on its way.
  std::optional<base::Offset> gap_at_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace whistle::journal

#endif  // WHISTLE_LIBS_JOURNAL_KAFKA_KAFKA_READER_H_
