#include "libs/journal/kafka/stored_message.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

namespace whistle::journal {
namespace {

std::string Bytes(const void* data, size_t size) {
  return data == nullptr ? std::string() : std::string(static_cast<const char*>(data), size);
}

}  // namespace

absl::StatusOr<StoredRecord> ToStoredRecord(const rd_kafka_message_t& message, bool any_stamp) {
  rd_kafka_timestamp_type_t type = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
  const int64_t stamp = rd_kafka_message_timestamp(&message, &type);
  if (type != RD_KAFKA_TIMESTAMP_LOG_APPEND_TIME && !any_stamp) {
    return absl::DataLossError(absl::StrCat(
        "the record at offset ", message.offset, " of ", rd_kafka_topic_name(message.rkt), "[", message.partition,
        "] was stamped by its writer, not by the broker: the topic's message.timestamp.type was not LogAppendTime"));
  }
  StoredRecord stored;
  stored.offset = base::Offset{message.offset};
  stored.stamp = absl::FromUnixMillis(stamp);
  stored.record.key = Bytes(message.key, message.key_len);
  stored.record.value = Bytes(message.payload, message.len);
  rd_kafka_headers_t* headers = nullptr;
  if (rd_kafka_message_headers(&message, &headers) == RD_KAFKA_RESP_ERR_NO_ERROR) {
    const char* name = nullptr;
    const void* value = nullptr;
    size_t size = 0;
    for (size_t i = 0; rd_kafka_header_get_all(headers, i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR; ++i) {
      stored.record.headers.emplace_back(name, Bytes(value, size));
    }
  }
  return stored;
}

absl::StatusOr<StoredRecord> ReadRecordAt(KafkaClient& asker, base::PartitionId partition, base::Offset offset,
                                          absl::Duration timeout, bool any_stamp) {
  const absl::Time deadline = absl::Now() + timeout;
  rd_kafka_topic_t* const topic = asker.topic(partition);
  const std::string where = absl::StrCat(asker.topic_name(partition), "[", partition.index(), "]");
  const KafkaQueuePtr queue(rd_kafka_queue_new(asker.get()));
  if (rd_kafka_consume_start_queue(topic, partition.index(), offset.value, queue.get()) != 0) {
    return KafkaUnavailable(absl::StrCat(where, " cannot be read"), rd_kafka_last_error());
  }
  absl::StatusOr<StoredRecord> found = absl::UnavailableError(
      absl::StrCat("offset ", offset.value, " of ", where, " could not be read in ", absl::FormatDuration(timeout)));
  for (absl::Duration left = timeout; left > absl::ZeroDuration(); left = deadline - absl::Now()) {
    const KafkaMessagePtr message(rd_kafka_consume_queue(queue.get(), KafkaMilliseconds(left)));
    if (!message) continue;
    if (message->err == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET) {
      found = absl::OutOfRangeError(absl::StrCat(where, " has no offset ", offset.value));
    } else if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
      found = KafkaUnavailable(absl::StrCat(where, " cannot be read"), message->err);
    } else if (message->offset < offset.value) {
      continue;
    } else if (message->offset > offset.value) {
      found = absl::DataLossError(absl::StrCat("the record at offset ", offset.value, " of ", where,
                                               " is gone: the next that is there has offset ", message->offset));
    } else {
      found = ToStoredRecord(*message, any_stamp);
    }
    break;
  }
  rd_kafka_consume_stop(topic, partition.index());
  return found;
}

}  // namespace whistle::journal
