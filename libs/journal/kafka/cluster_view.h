// What a client of Kafka is told of a journal's partitions: who keeps them, who leads them, where they begin and end.
// Any thread; these block, at most `timeout`.
#ifndef WHISTLE_LIBS_JOURNAL_KAFKA_CLUSTER_VIEW_H_
#define WHISTLE_LIBS_JOURNAL_KAFKA_CLUSTER_VIEW_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/base/ids.h"
#include "libs/journal/kafka/client.h"

namespace whistle::journal {

// The number that Kafka calls a broker by.
using BrokerId = int;
inline constexpr BrokerId kNobody = -1;

// As one broker sees it, which may be behind the others.
struct ClusterView {
  struct Partition {
    BrokerId leader = kNobody;
    std::vector<BrokerId> replicas;
  };

  BrokerId told_by = kNobody;
  // "HOST:PORT" of every broker, as they advertise themselves.
  std::map<BrokerId, std::string> addresses;
  std::map<base::PartitionId, Partition> partitions;
};

// The view of any broker that `client` reaches. UNAVAILABLE if none answers.
absl::StatusOr<ClusterView> ViewCluster(KafkaClient& client, absl::Duration timeout);

// Where a partition begins, and the offset its next record would get; librdkafka's own numbers.
enum class Edge : int64_t { kBegin = RD_KAFKA_OFFSET_BEGINNING, kEnd = RD_KAFKA_OFFSET_END };

// Asks the leaders, whom `client` believes to lead; UNAVAILABLE for each partition whose leader does not say.
std::map<base::PartitionId, absl::StatusOr<base::Offset>> AskOffsets(KafkaClient& client,
                                                                     const std::vector<base::PartitionId>& partitions,
                                                                     Edge edge, absl::Duration timeout);

}  // namespace whistle::journal

#endif  // WHISTLE_LIBS_JOURNAL_KAFKA_CLUSTER_VIEW_H_
