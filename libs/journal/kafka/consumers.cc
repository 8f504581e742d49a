#include "libs/journal/kafka/consumers.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "libs/base/status_macros.h"
#include "libs/journal/journal.h"
#include "libs/journal/kafka/handles.h"

namespace whistle::journal {
namespace {

constexpr absl::Duration kKeptIdle = absl::Minutes(1);
constexpr absl::Duration kConnectPatience = absl::Seconds(1);

}  // namespace

absl::StatusOr<std::shared_ptr<KafkaClient>> KafkaConsumers::Take(base::PartitionId partition) {
  absl::MutexLock lock(&mutex_);
  for (Consumer& consumer : consumers_) {
    if (consumer.partitions.insert(partition).second) return consumer.client;
  }
  if (consumers_.size() >= kReadersPerPartitionMax) {
    return absl::ResourceExhaustedError(absl::StrCat("partition ", partition.ToString(), " has ", consumers_.size(),
                                                     " readers in this process; there are no more"));
  }
  WHISTLE_ASSIGN_OR_RETURN(std::unique_ptr<KafkaClient> client, KafkaClient::Make(options_, ClientPurpose::kRead));
  consumers_.push_back({std::move(client), {partition}, absl::InfiniteFuture(), false});
  return consumers_.back().client;
}

void KafkaConsumers::GiveBack(const std::shared_ptr<KafkaClient>& client, base::PartitionId partition) {
  absl::MutexLock lock(&mutex_);
  for (Consumer& consumer : consumers_) {
    if (consumer.client != client) continue;
    consumer.partitions.erase(partition);
    if (consumer.partitions.empty()) consumer.idle_since = absl::Now();
  }
}

void KafkaConsumers::Tend(absl::Time now) {
  std::vector<std::shared_ptr<KafkaClient>> all;
  std::vector<std::shared_ptr<KafkaClient>> fresh;
  std::shared_ptr<KafkaClient> idle;
  {
    absl::MutexLock lock(&mutex_);
    for (Consumer& consumer : consumers_) {
      all.push_back(consumer.client);
      if (!std::exchange(consumer.connected, true)) fresh.push_back(consumer.client);
    }
    if (consumers_.size() > 1 && consumers_.back().partitions.empty() &&
        now - consumers_.back().idle_since >= kKeptIdle) {
      idle = std::move(consumers_.back().client);
      consumers_.pop_back();
      all.pop_back();
    }
  }
  for (const auto& client : fresh) Connect(*client);
  // What comes back is only what concerns no reader; theirs comes through their own queues.
  for (const auto& client : all) rd_kafka_poll(client->get(), 0);
}

void KafkaConsumers::Connect(KafkaClient& client) const {
  const KafkaPartitionsPtr list(rd_kafka_topic_partition_list_new(partition_count_ + 1));
  for (const base::PartitionId partition : AllPartitions(partition_count_)) {
    rd_kafka_topic_partition_list_add(list.get(), client.topic_name(partition), partition.index())->offset =
        RD_KAFKA_OFFSET_END;
  }
  // Any request would do, and what becomes of it does not matter.
  rd_kafka_offsets_for_times(client.get(), list.get(), KafkaMilliseconds(kConnectPatience));
}

}  // namespace whistle::journal
