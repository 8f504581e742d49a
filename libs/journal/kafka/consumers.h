// The consumers that feed readers: each reads any number of partitions, and a partition once; another reader of the
// same partition takes another consumer. So one service has one, and five services in one process have five.
#ifndef WHISTLE_LIBS_JOURNAL_KAFKA_CONSUMERS_H_
#define WHISTLE_LIBS_JOURNAL_KAFKA_CONSUMERS_H_

#include <memory>
#include <set>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "libs/base/ids.h"
#include "libs/journal/kafka/client.h"
#include "libs/journal/kafka/kafka_options.h"

namespace whistle::journal {

// Each consumer has some five threads and a connection to each broker.
inline constexpr int kReadersPerPartitionMax = 32;

// Any thread.
class KafkaConsumers {
 public:
  KafkaConsumers(const KafkaOptions& options, int partition_count)
      : options_(options), partition_count_(partition_count) {}

  // A consumer that does not read `partition` yet; the caller's for that partition until it gives it back.
  // RESOURCE_EXHAUSTED when the partition has kReadersPerPartitionMax readers.
  absl::StatusOr<std::shared_ptr<KafkaClient>> Take(base::PartitionId partition);
  void GiveBack(const std::shared_ptr<KafkaClient>& client, base::PartitionId partition);

  // To be called now and then, by one thread: connects new consumers, lets librdkafka do what it does only when it is
  // called (renew tokens, for one), and closes consumers that have had no reader for a minute, but for one. May wait
  // for a second.
  void Tend(absl::Time now);

 private:
  struct Consumer {
    std::shared_ptr<KafkaClient> client;
    std::set<base::PartitionId> partitions;
    absl::Time idle_since;
    bool connected = false;
  };

  // Has the client connect to all leaders now. By itself it does so up to a second after it is told to fetch from one.
  void Connect(KafkaClient& client) const;

  const KafkaOptions options_;
  const int partition_count_;
  absl::Mutex mutex_;
  std::vector<Consumer> consumers_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace whistle::journal

#endif  // WHISTLE_LIBS_JOURNAL_KAFKA_CONSUMERS_H_
