// The few things that are asked of a cluster's administration. All block; any thread.
#ifndef WHISTLE_LIBS_JOURNAL_KAFKA_ADMIN_H_
#define WHISTLE_LIBS_JOURNAL_KAFKA_ADMIN_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/journal/kafka/client.h"

namespace whistle::journal {

// Makes a topic with the settings of a journal's. True if it was made now, false if it was there. UNAVAILABLE if nobody
// answers; FAILED_PRECONDITION, with the cluster's reason, if it refuses.
absl::StatusOr<bool> CreateTopic(KafkaClient& admin, const std::string& topic, int partitions, int replication,
                                 absl::Duration timeout);

// Every setting of each topic, defaults included. PERMISSION_DENIED, saying what right is missing; NOT_FOUND if the
// broker that was asked does not know a topic.
absl::StatusOr<std::vector<std::map<std::string, std::string>>> DescribeTopicSettings(
    KafkaClient& admin, const std::vector<std::string>& topics, absl::Duration timeout);

}  // namespace whistle::journal

#endif  // WHISTLE_LIBS_JOURNAL_KAFKA_ADMIN_H_
