// Making a journal on a Kafka cluster, and checking that its topics keep what is written to them.
//
//   auto creation = CreateKafkaJournal(options, kPartitionCountDefault, /*replication=*/3, clock.Now());
//
// These block on the network for up to a minute; any thread, no journal needs to be open.
#ifndef WHISTLE_LIBS_JOURNAL_KAFKA_KAFKA_CREATION_H_
#define WHISTLE_LIBS_JOURNAL_KAFKA_KAFKA_CREATION_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/journal/journal.h"
#include "libs/journal/kafka/kafka_options.h"

namespace whistle::journal {

struct KafkaCreation {
  enum class What {
    kCreated,
    // Topics were there and a genesis record was missing: what an interrupted creation leaves.
    kCompleted,
    kWasThere,
  };

  Identity identity;
  What what = What::kCreated;
};

// Makes both topics, with the settings that a journal needs, and the genesis record of every partition, the cases'
// partition 0 first: its uuid is the journal's. What is there is kept; what is missing is added; several may do this at
// once. `now` becomes created_at. Errors:
//   INVALID_ARGUMENT     the options, the partition count or the replication cannot be
//   FAILED_PRECONDITION  there is a journal with another partition count, topics with dangerous settings, or topics
//                        that hold something else
//   UNAVAILABLE          the cluster cannot be reached, or did not finish in time; calling again completes it
absl::StatusOr<KafkaCreation> CreateKafkaJournal(const KafkaOptions& options, int partition_count, int replication,
                                                 absl::Time now);

// The min.insync.replicas of the topics, the smaller one, if both are there, the cases' with `partition_count`
// partitions, and no setting endangers the journal. FAILED_PRECONDITION names each setting that does, its value, and
// the command that puts it right. KafkaJournal::Open calls it.
absl::StatusOr<int> CheckKafkaTopics(const KafkaOptions& options, int partition_count);

}  // namespace whistle::journal

#endif  // WHISTLE_LIBS_JOURNAL_KAFKA_KAFKA_CREATION_H_
