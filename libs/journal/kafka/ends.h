// Where partitions end: asked of the brokers, many callers with one question, and every moment, to notice an outage.
//
// Each broker that keeps a replica is asked alone, over a connection of its own, and `agreed_end.h` says which answers
// make an end that may be believed. One that lies below anything that this process had seen when it asked is not.
#ifndef WHISTLE_LIBS_JOURNAL_KAFKA_ENDS_H_
#define WHISTLE_LIBS_JOURNAL_KAFKA_ENDS_H_

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "libs/base/ids.h"
#include "libs/journal/journal.h"
#include "libs/journal/kafka/agreed_end.h"
#include "libs/journal/kafka/client.h"
#include "libs/journal/kafka/cluster_view.h"
#include "libs/journal/kafka/kafka_options.h"

namespace whistle::journal {

// Any thread. Callbacks run on its own threads.
class KafkaEnds {
 public:
  // How a partition's end is known.
  struct View {
    // The highest end seen: of an answer, an acknowledgement or a record read.
    base::Offset highest;
    // OK, or UNAVAILABLE once nobody said that it leads, and where the partition ends, for unreachable_after.
    absl::Status reachable;
    absl::Time unreachable_since = absl::InfiniteFuture();
    // Since when the cluster says an end below `highest`, and which.
    absl::Time shrunk_since = absl::InfiniteFuture();
    base::Offset shrunk_to;
  };

  // `asker` outlives it. `min_insync`: the smallest min.insync.replicas of the topics. `on_changed` is called after a
  // partition became reachable or unreachable, shrank or recovered.
  KafkaEnds(const KafkaOptions& options, KafkaClient* asker, int partition_count, int min_insync,
            std::function<void(base::PartitionId)> on_changed);
  // Questions that are open are answered UNAVAILABLE. Waits for the brokers that are being asked, at most some seconds.
  ~KafkaEnds();

  // The end at some moment between the call and `done`, above every append that anybody was told of before the call;
  // UNAVAILABLE after end_timeout.
  void Ask(base::PartitionId partition, Journal::EndDone done);

  // The partition has a record at `offset`: it ends past it.
  void Saw(base::PartitionId partition, base::Offset offset);

  View Look(base::PartitionId partition) const;

 private:
  struct Question {
    Moment asked = 0;
    absl::Time deadline;
    Journal::EndDone done;
  };
  struct Partition {
    std::vector<BrokerId> replicas;
    // In the order they were asked.
    std::vector<Question> open;
    // Of the last end that was agreed.
    Moment agreed_as_of = 0;

    base::Offset highest;
    absl::Time heard_at;
    bool unreachable = false;
    absl::Time shrunk_since = absl::InfiniteFuture();
    base::Offset shrunk_to;
  };
  // One that keeps replicas; a thread of its own asks it.
  struct Broker {
    std::string address;
    absl::Status last;
    absl::Time asked_at = absl::InfinitePast();
    // What was known to be in the partitions when `words_[broker]` was asked for.
    std::map<base::PartitionId, base::Offset> floors;
  };
  using Answer = std::pair<Journal::EndDone, absl::StatusOr<base::Offset>>;
  // What is to be called once the lock is given back.
  struct Calls {
    std::vector<Answer> answers;
    std::vector<base::PartitionId> changed;
  };

  // Learns, of any broker, which brokers there are and what they keep.
  void RunScout();
  void Learn(const ClusterView& view) ABSL_LOCKS_EXCLUDED(mutex_);

  void RunBroker(BrokerId id);
  absl::Time DueAt(BrokerId id, const Broker& broker) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::StatusOr<BrokerWord> AskAlone(KafkaClient& client, BrokerId id, Moment asked);
  void Hear(BrokerId id, absl::StatusOr<BrokerWord> word, std::map<base::PartitionId, base::Offset> floors);
  void Settle(base::PartitionId id, Partition& partition, Calls& calls) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  // Gives up on questions that are too old, and on partitions that nobody leads.
  void RunWatch();
  // Why a partition's end is not known: what each broker says.
  absl::Status Unknown(base::PartitionId id) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  // Waits until something changed, or until `deadline`.
  void AwaitChange(absl::Time deadline) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Make(Calls calls) ABSL_LOCKS_EXCLUDED(mutex_);

  const KafkaOptions options_;
  KafkaClient* const asker_;
  const int min_insync_;
  const std::function<void(base::PartitionId)> on_changed_;

  mutable absl::Mutex mutex_;
  std::map<base::PartitionId, Partition> partitions_ ABSL_GUARDED_BY(mutex_);
  std::map<BrokerId, Broker> brokers_ ABSL_GUARDED_BY(mutex_);
  std::map<BrokerId, BrokerWord> words_ ABSL_GUARDED_BY(mutex_);
  Moment now_ ABSL_GUARDED_BY(mutex_) = 0;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  // Grows with every change that a waiting thread may want to know of.
  uint64_t changes_ ABSL_GUARDED_BY(mutex_) = 0;
  std::vector<std::thread> threads_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace whistle::journal

#endif  // WHISTLE_LIBS_JOURNAL_KAFKA_ENDS_H_
