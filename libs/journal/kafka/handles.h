// librdkafka's C objects with owners, and its errors as statuses.
#ifndef WHISTLE_LIBS_JOURNAL_KAFKA_HANDLES_H_
#define WHISTLE_LIBS_JOURNAL_KAFKA_HANDLES_H_

#include <librdkafka/rdkafka.h>

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace whistle::journal {

template <auto destroy>
struct KafkaDelete {
  template <typename T>
  void operator()(T* object) const {
    destroy(object);
  }
};

// We have no group that would have to be left.
inline void DestroyKafkaClient(rd_kafka_t* client) {
  rd_kafka_destroy_flags(client, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
}

using KafkaClientPtr = std::unique_ptr<rd_kafka_t, KafkaDelete<DestroyKafkaClient>>;
using KafkaTopicPtr = std::unique_ptr<rd_kafka_topic_t, KafkaDelete<rd_kafka_topic_destroy>>;
using KafkaQueuePtr = std::unique_ptr<rd_kafka_queue_t, KafkaDelete<rd_kafka_queue_destroy>>;
using KafkaMessagePtr = std::unique_ptr<rd_kafka_message_t, KafkaDelete<rd_kafka_message_destroy>>;
using KafkaMetadataPtr = std::unique_ptr<const rd_kafka_metadata_t, KafkaDelete<rd_kafka_metadata_destroy>>;
using KafkaPartitionsPtr =
    std::unique_ptr<rd_kafka_topic_partition_list_t, KafkaDelete<rd_kafka_topic_partition_list_destroy>>;

// "Broker: Not leader for partition (NOT_LEADER_FOR_PARTITION)".
inline std::string KafkaErrorText(rd_kafka_resp_err_t error) {
  return absl::StrCat(rd_kafka_err2str(error), " (", rd_kafka_err2name(error), ")");
}

// What the cluster did not do, as the caller of a Journal hears it: try again.
inline absl::Status KafkaUnavailable(absl::string_view what, rd_kafka_resp_err_t error) {
  return absl::UnavailableError(absl::StrCat(what, ": ", KafkaErrorText(error)));
}

// librdkafka's timeouts: whole milliseconds, at least one.
inline int KafkaMilliseconds(absl::Duration duration) {
  const int64_t milliseconds = absl::ToInt64Milliseconds(duration);
  return static_cast<int>(milliseconds < 1 ? 1 : milliseconds > 3'600'000 ? 3'600'000 : milliseconds);
}

}  // namespace whistle::journal

#endif  // WHISTLE_LIBS_JOURNAL_KAFKA_HANDLES_H_
