// Where partitions end: asked of their leaders, many callers with one question, and every moment, to notice an outage.
//
// What the end is: the leader's high watermark, which ListOffsets tells a client that reads uncommitted. An append with
// acks=all is acknowledged only after the leader's high watermark has passed it, so whoever asks that leader afterwards
// is told of an end above it. A new leader knows its high watermark only some time after its election; until it has
// reached where its own term began, which is past everything that was ever acknowledged, it does not answer
// (OFFSET_NOT_AVAILABLE, to older clients LEADER_NOT_AVAILABLE: KIP-207), and we ask again. What remains is a deposed
// leader that does not know it yet: cut off from the other brokers, but not from us. It would tell an end that was true
// before it was cut off. Nothing in the protocol that librdkafka 2.0.2 speaks tells it from a true one; an answer below
// anything that this process has seen acknowledged, read or answered is not believed.
#ifndef WHISTLE_LIBS_JOURNAL_KAFKA_ENDS_H_
#define WHISTLE_LIBS_JOURNAL_KAFKA_ENDS_H_

#include <functional>
#include <map>
#include <memory>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "libs/base/ids.h"
#include "libs/journal/journal.h"
#include "libs/journal/kafka/client.h"
#include "libs/journal/kafka/kafka_options.h"

namespace whistle::journal {

// Any thread. Callbacks run on its own threads.
class KafkaEnds {
 public:
  // How a partition's end is known.
  struct View {
    // The highest end seen: of an answer, an acknowledgement or a record read.
    base::Offset highest;
    // OK, or UNAVAILABLE once nobody could say the end for unreachable_after.
    absl::Status reachable;
    absl::Time unreachable_since = absl::InfiniteFuture();
    // Since when the cluster says an end below `highest`, and which.
    absl::Time shrunk_since = absl::InfiniteFuture();
    base::Offset shrunk_to;
  };

  // `asker` outlives it. `on_changed` is called after a partition became reachable or unreachable, shrank or recovered.
  KafkaEnds(const KafkaOptions& options, KafkaClient* asker, int partition_count,
            std::function<void(base::PartitionId)> on_changed);
  // Questions that are open are answered UNAVAILABLE.
  ~KafkaEnds();

  // The end at some moment between the call and `done`; UNAVAILABLE after end_timeout.
  void Ask(base::PartitionId partition, Journal::EndDone done);

  // The partition has a record at `offset`: it ends past it.
  void Saw(base::PartitionId partition, base::Offset offset);

  View Look(base::PartitionId partition) const;

 private:
  struct Question {
    absl::Time deadline;
    Journal::EndDone done;
  };
  struct Partition {
    explicit Partition(base::PartitionId id) : id(id) {}

    const base::PartitionId id;
    std::vector<Question> open;
    // A query is under way; questions that come now wait for the next one, which begins after them.
    bool asked = false;
    // The last query failed: it is asked alone, so that it does not hold up the others.
    bool ill = false;
    absl::Time not_before = absl::InfinitePast();
    absl::Time beat_at = absl::InfinitePast();

    base::Offset highest;
    absl::Time answered_at;
    absl::Status last_error;
    bool unreachable = false;
    absl::Time shrunk_since = absl::InfiniteFuture();
    base::Offset shrunk_to;
  };
  struct Query {
    std::vector<Partition*> partitions;
    // The questions that this query will answer, each partition's.
    std::vector<std::vector<Question>> questions;
    bool ill = false;
  };
  using Answers = std::vector<absl::StatusOr<base::Offset>>;

  void Run();
  // What to ask now; nothing when there is nothing. `wake` is when to look again.
  Query Take(absl::Time now, absl::Time* wake) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  Answers AskCluster(const Query& query) const;
  void Settle(Query query, const Answers& answers);

  const KafkaOptions options_;
  KafkaClient* const asker_;
  const std::function<void(base::PartitionId)> on_changed_;

  mutable absl::Mutex mutex_;
  std::map<base::PartitionId, Partition> partitions_ ABSL_GUARDED_BY(mutex_);
  int ill_queries_ ABSL_GUARDED_BY(mutex_) = 0;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  // Grows with every change that a waiting thread may want to know of.
  uint64_t changes_ ABSL_GUARDED_BY(mutex_) = 0;

  std::vector<std::thread> threads_;
};

}  // namespace whistle::journal

#endif  // WHISTLE_LIBS_JOURNAL_KAFKA_ENDS_H_
