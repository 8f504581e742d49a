#include "libs/journal/kafka/cluster_view.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/journal/kafka/handles.h"

namespace whistle::journal {

absl::StatusOr<ClusterView> ViewCluster(KafkaClient& client, absl::Duration timeout) {
  const rd_kafka_metadata_t* raw = nullptr;
  // Of the topics that the client was made with.
  const rd_kafka_resp_err_t error = rd_kafka_metadata(client.get(), 0, nullptr, &raw, KafkaMilliseconds(timeout));
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return KafkaUnavailable("no answer", error);
  const KafkaMetadataPtr metadata(raw);

  ClusterView view;
  view.told_by = metadata->orig_broker_id;
  for (int i = 0; i < metadata->broker_cnt; ++i) {
    const rd_kafka_metadata_broker_t& broker = metadata->brokers[i];
    view.addresses.emplace(broker.id, absl::StrCat(broker.host, ":", broker.port));
  }
  for (int i = 0; i < metadata->topic_cnt; ++i) {
    const rd_kafka_metadata_topic_t& topic = metadata->topics[i];
    const bool registry = absl::string_view(topic.topic) == client.topic_name(base::PartitionId::Registry());
    for (int j = 0; j < topic.partition_cnt; ++j) {
      const rd_kafka_metadata_partition_t& from = topic.partitions[j];
      ClusterView::Partition partition;
      partition.leader = from.leader;
      partition.replicas.assign(from.replicas, from.replicas + from.replica_cnt);
      view.partitions.emplace(registry ? base::PartitionId::Registry() : base::PartitionId::Case(from.id),
                              std::move(partition));
    }
  }
  return view;
}

std::map<base::PartitionId, absl::StatusOr<base::Offset>> AskOffsets(KafkaClient& client,
                                                                     const std::vector<base::PartitionId>& partitions,
                                                                     Edge edge, absl::Duration timeout) {
  const KafkaPartitionsPtr list(rd_kafka_topic_partition_list_new(static_cast<int>(partitions.size())));
  for (const base::PartitionId partition : partitions) {
    // "The offset for this time", where the time is "latest": ListOffsets' own way to say the end. Each edge is asked
    // for by itself: what librdkafka has for both takes the one for the other if one of its requests fails.
    rd_kafka_topic_partition_list_add(list.get(), client.topic_name(partition), partition.index())->offset =
        static_cast<int64_t>(edge);
  }
  const rd_kafka_resp_err_t error = rd_kafka_offsets_for_times(client.get(), list.get(), KafkaMilliseconds(timeout));
  std::map<base::PartitionId, absl::StatusOr<base::Offset>> offsets;
  for (const base::PartitionId partition : partitions) {
    const rd_kafka_topic_partition_t* const found =
        rd_kafka_topic_partition_list_find(list.get(), client.topic_name(partition), partition.index());
    absl::StatusOr<base::Offset> offset = base::Offset{found->offset};
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR || found->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
      offset = KafkaUnavailable("no answer", error != RD_KAFKA_RESP_ERR_NO_ERROR ? error : found->err);
    } else if (found->offset < 0) {
      offset = absl::UnavailableError("no leader answered");
    }
    offsets.emplace(partition, std::move(offset));
  }
  return offsets;
}

}  // namespace whistle::journal
