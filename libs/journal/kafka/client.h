// One connection-holding object of librdkafka, made for one purpose, with the topics of a journal.
//
// This is the one place that knows librdkafka's settings; README.md says them with their reasons.
#ifndef WHISTLE_LIBS_JOURNAL_KAFKA_CLIENT_H_
#define WHISTLE_LIBS_JOURNAL_KAFKA_CLIENT_H_

#include <sys/socket.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "libs/base/ids.h"
#include "libs/journal/kafka/handles.h"
#include "libs/journal/kafka/kafka_options.h"

namespace whistle::journal {

enum class ClientPurpose {
  // Appends.
  kProduce,
  // Feeds readers, many partitions at a time.
  kRead,
  // Asks, and reads single records: nothing of it may wait behind a fetch that a broker holds.
  kAsk,
  // Makes topics and describes them.
  kAdmin,
};

// The properties of a client for `purpose`, without those of options.connection.
KafkaProperties ClientProperties(const KafkaOptions& options, ClientPurpose purpose);

// The largest value of a batch of records that we send, headers and overhead included; a topic must take as much.
inline constexpr int64_t kBatchBytesMax = 384 * 1024;

// Any thread.
class KafkaClient {
 public:
  using OnDelivery = std::function<void(const rd_kafka_message_t&)>;

  // `on_delivery` is called by rd_kafka_poll. INVALID_ARGUMENT, naming the property but not its value, if librdkafka
  // cannot take a property of options.connection.
  static absl::StatusOr<std::unique_ptr<KafkaClient>> Make(const KafkaOptions& options, ClientPurpose purpose,
                                                           OnDelivery on_delivery = nullptr);

  // For kAsk, of the one broker at "HOST:PORT": it connects to no other, and says nothing to the log, where whoever
  // talks to all of them complains already.
  static absl::StatusOr<std::unique_ptr<KafkaClient>> MakeForOne(KafkaOptions options, const std::string& address);

  KafkaClient(const KafkaClient&) = delete;
  KafkaClient& operator=(const KafkaClient&) = delete;

  rd_kafka_t* get() const { return client_.get(); }
  rd_kafka_topic_t* topic(base::PartitionId partition) const {
    return partition.is_registry() ? registry_topic_.get() : cases_topic_.get();
  }
  const char* topic_name(base::PartitionId partition) const { return rd_kafka_topic_name(topic(partition)); }

  // Grows whenever a connection of this client is lost: what was true of the cluster may not be any more.
  uint64_t lost_connections() const { return lost_connections_.load(); }

 private:
  KafkaClient(std::function<void(absl::string_view)> on_log, OnDelivery on_delivery, std::optional<std::string> only)
      : on_log_(std::move(on_log)), on_delivery_(std::move(on_delivery)), only_(std::move(only)) {}

  static void Log(const rd_kafka_t* client, int level, const char* facility, const char* text);
  static void Delivered(rd_kafka_t* client, const rd_kafka_message_t* message, void* self);
  static int CloseSocket(int socket, void* self);
  static int ConnectToOne(int socket, const sockaddr* address, int size, const char* name, void* self);

  static absl::StatusOr<std::unique_ptr<KafkaClient>> MakeClient(const KafkaOptions& options, ClientPurpose purpose,
                                                                 OnDelivery on_delivery,
                                                                 std::optional<std::string> only);

  // Used by librdkafka's threads until client_ is gone, so before it.
  const std::function<void(absl::string_view)> on_log_;
  const OnDelivery on_delivery_;
  // The one address, "HOST:PORT", that may be connected to.
  const std::optional<std::string> only_;
  std::atomic<uint64_t> lost_connections_{0};

  KafkaClientPtr client_;
  KafkaTopicPtr cases_topic_;
  KafkaTopicPtr registry_topic_;
};

}  // namespace whistle::journal

#endif  // WHISTLE_LIBS_JOURNAL_KAFKA_CLIENT_H_
