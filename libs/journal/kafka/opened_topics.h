// What the topics of a journal say it is: their genesis records, read and compared.
#ifndef WHISTLE_LIBS_JOURNAL_KAFKA_OPENED_TOPICS_H_
#define WHISTLE_LIBS_JOURNAL_KAFKA_OPENED_TOPICS_H_

#include <map>
#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/base/hash.h"
#include "libs/base/ids.h"
#include "libs/journal/journal.h"
#include "libs/journal/kafka/client.h"
#include "libs/journal/kafka/kafka_options.h"

namespace whistle::journal {

// How long the cluster is waited for before it is out of reach.
inline constexpr absl::Duration kClusterPatience = absl::Seconds(10);

// Brokers hear of a new topic one by one: only after this is one not there that a broker has not heard of.
inline constexpr absl::Duration kHearsayPatience = absl::Seconds(2);

struct OpenedTopics {
  Identity identity;
  // Of each partition's record at offset 0, its value's.
  std::map<base::PartitionId, base::Digest> genesis_hashes;
};

// Reads and compares the genesis records of all partitions. Blocks. Errors as KafkaJournal::Open's.
absl::StatusOr<OpenedTopics> OpenTopics(const KafkaOptions& options, KafkaClient& asker);

// A topic as the cluster sees it now.
struct TopicShape {
  // 0 if there is no such topic.
  int partitions = 0;
  // How many copies are kept, of the partition that has the fewest.
  int replicas = 0;
  // Every partition has a leader.
  bool led = false;
};
// UNAVAILABLE if nobody answers.
absl::StatusOr<TopicShape> DescribeShape(KafkaClient& client, base::PartitionId any_of_topic, absl::Duration timeout);

// What a partition's first record says; nothing if it has none yet. Blocks. DATA_LOSS if it is no genesis record of
// that partition.
struct FirstRecord {
  Identity identity;
  base::Digest hash;
};
absl::StatusOr<std::optional<FirstRecord>> ReadGenesis(KafkaClient& asker, base::PartitionId partition, bool any_stamp);

// FAILED_PRECONDITION that says the command which makes a journal on these brokers.
absl::Status NoJournal(const KafkaOptions& options, absl::string_view why);

}  // namespace whistle::journal

#endif  // WHISTLE_LIBS_JOURNAL_KAFKA_OPENED_TOPICS_H_
