#include "libs/journal/kafka/client.h"

#include <unistd.h>

#include <cerrno>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace whistle::journal {
namespace {

using ConfPtr = std::unique_ptr<rd_kafka_conf_t, KafkaDelete<rd_kafka_conf_destroy>>;

// The share of one partition in one answer to a reader's fetch, and the whole answer.
constexpr int kFetchPartitionBytesMax = 1024 * 1024;
constexpr int kFetchBytesMax = 8 * 1024 * 1024;

std::string Number(int64_t number) { return absl::StrCat(number); }

}  // namespace

KafkaProperties ClientProperties(const KafkaOptions& options, ClientPurpose purpose) {
  KafkaProperties properties = {
      {"bootstrap.servers", options.brokers},
      {"client.id", "whistle"},
      // A topic that is not there is an error, never an invitation to make one with a cluster's defaults.
      {"allow.auto.create.topics", "false"},
      // A small request leaves at once.
      {"socket.nagle.disable", "true"},
      // A broker that is frozen, not dead, keeps its connections. After this it is asked elsewhere; twice within
      // append_timeout.
      {"socket.timeout.ms", "5000"},
      {"socket.connection.setup.timeout.ms", "5000"},
      {"socket.keepalive.enable", "true"},
      {"reconnect.backoff.ms", "50"},
      {"reconnect.backoff.max.ms", "1000"},
      // A change of leader is learned from an error at once, and where nothing fails (a frozen broker) by asking.
      {"topic.metadata.refresh.interval.ms", "5000"},
      {"topic.metadata.refresh.fast.interval.ms", "50"},
      // Topics are made before a journal is opened: one that is unknown is gone, or the cluster is another.
      {"topic.metadata.propagation.max.ms", "1000"},
      {"log.connection.close", "false"},
  };
  const auto add = [&](KafkaProperties more) { properties.insert(properties.end(), more.begin(), more.end()); };
  if (purpose == ClientPurpose::kProduce) {
    add({
        // One record in the log for each append, in order, whatever is sent again.
        {"enable.idempotence", "true"},
        {"acks", "all"},
        // None for an import, which waits an outage out: what is given up would leave a gap.
        {"message.timeout.ms", Number(options.importing ? 0 : KafkaMilliseconds(options.append_timeout))},
        // The broker gives up waiting for its replicas early enough for one more try.
        {"request.timeout.ms", Number(KafkaMilliseconds(options.append_timeout / 2))},
        {"retry.backoff.ms", "50"},
        {"linger.ms", absl::StrFormat("%.3f", absl::ToDoubleMilliseconds(options.linger))},
        {"batch.size", Number(kBatchBytesMax)},
        // Above our own limits, which are the ones that refuse.
        {"queue.buffering.max.messages", Number(static_cast<int64_t>(options.in_flight_records_max) + 1000)},
        {"queue.buffering.max.kbytes", Number(static_cast<int64_t>(options.in_flight_bytes_max) / 512)},
    });
    if (options.importing) {
      add({
          // Each record must come to lie where it was: what fails for good ends the producer before anything behind it
          // is sent.
          {"enable.gapless.guarantee", "true"},
          // What is carried over may be larger than what a decision may be; the topic's own limit refuses.
          {"message.max.bytes", Number(2 * 1024 * 1024)},
      });
    }
  }
  if (purpose == ClientPurpose::kRead || purpose == ClientPurpose::kAsk) {
    const bool ask = purpose == ClientPurpose::kAsk;
    add({
        {"enable.auto.commit", "false"},
        {"enable.auto.offset.store", "false"},
        {"offset.store.method", "none"},
        // An offset that is not there is a divergence, never a reason to begin elsewhere.
        {"auto.offset.reset", "error"},
        {"check.crcs", "true"},
        // We use no transactions; a foreign one that hangs must not stall us.
        {"isolation.level", "read_uncommitted"},
        {"fetch.min.bytes", "1"},
        {"fetch.error.backoff.ms", "50"},
        // Whoever asks wants one record that is there: nothing is waited for, and little read beside it. A batch is
        // always sent whole, however little is asked for.
        {"fetch.wait.max.ms", Number(ask ? 1 : KafkaMilliseconds(options.fetch_wait))},
        {"fetch.message.max.bytes", Number(ask ? 1024 : kFetchPartitionBytesMax)},
        {"fetch.max.bytes", Number(kFetchBytesMax)},
        {"message.max.bytes", Number(1024 * 1024)},
        {"queued.max.messages.kbytes", Number(ask ? 1 : static_cast<int64_t>(options.read_ahead_bytes_max) / 1024)},
        // Counts also what librdkafka tells itself through the queue: one message would be too few to begin.
        {"queued.min.messages", ask ? "100" : "100000"},
    });
  }
  return properties;
}

absl::StatusOr<std::unique_ptr<KafkaClient>> KafkaClient::Make(const KafkaOptions& options, ClientPurpose purpose,
                                                               OnDelivery on_delivery) {
  return MakeClient(options, purpose, std::move(on_delivery), std::nullopt);
}

absl::StatusOr<std::unique_ptr<KafkaClient>> KafkaClient::MakeForOne(KafkaOptions options, const std::string& address) {
  options.brokers = address;
  options.on_log = nullptr;
  return MakeClient(options, ClientPurpose::kAsk, nullptr, address);
}

absl::StatusOr<std::unique_ptr<KafkaClient>> KafkaClient::MakeClient(const KafkaOptions& options, ClientPurpose purpose,
                                                                     OnDelivery on_delivery,
                                                                     std::optional<std::string> only) {
  std::unique_ptr<KafkaClient> self(new KafkaClient(options.on_log, std::move(on_delivery), std::move(only)));
  ConfPtr conf(rd_kafka_conf_new());
  char why[512] = {};
  for (const auto& [name, value] : ClientProperties(options, purpose)) {
    if (rd_kafka_conf_set(conf.get(), name.c_str(), value.c_str(), why, sizeof(why)) != RD_KAFKA_CONF_OK) {
      return absl::InternalError(absl::StrCat("librdkafka refuses a property of ours: ", why));
    }
  }
  for (const auto& [name, value] : options.connection) {
    // What librdkafka says of a bad value repeats it, and it may be a secret.
    if (rd_kafka_conf_set(conf.get(), name.c_str(), value.c_str(), why, sizeof(why)) != RD_KAFKA_CONF_OK) {
      return absl::InvalidArgumentError(absl::StrCat("librdkafka cannot take the connection's property ", name,
                                                     ": there is none, or not with this value"));
    }
  }
  rd_kafka_conf_set_opaque(conf.get(), self.get());
  rd_kafka_conf_set_log_cb(conf.get(), &KafkaClient::Log);
  rd_kafka_conf_set_closesocket_cb(conf.get(), &KafkaClient::CloseSocket);
  if (self->only_) rd_kafka_conf_set_connect_cb(conf.get(), &KafkaClient::ConnectToOne);
  if (self->on_delivery_) rd_kafka_conf_set_dr_msg_cb(conf.get(), &KafkaClient::Delivered);

  const bool produces = purpose == ClientPurpose::kProduce || purpose == ClientPurpose::kAdmin;
  self->client_.reset(rd_kafka_new(produces ? RD_KAFKA_PRODUCER : RD_KAFKA_CONSUMER, conf.get(), why, sizeof(why)));
  if (!self->client_) {
    return absl::InvalidArgumentError(absl::StrCat("librdkafka cannot connect with these settings: ", why));
  }
  conf.release();  // The client's now.
  self->cases_topic_.reset(rd_kafka_topic_new(self->get(), options.cases_topic.c_str(), nullptr));
  self->registry_topic_.reset(rd_kafka_topic_new(self->get(), options.registry_topic.c_str(), nullptr));
  if (!self->cases_topic_ || !self->registry_topic_) {
    return absl::InternalError(absl::StrCat("librdkafka: ", KafkaErrorText(rd_kafka_last_error())));
  }
  return self;
}

void KafkaClient::Log(const rd_kafka_t* client, int level, const char* facility, const char* text) {
  // 4 is a warning. Below it are the habits of a healthy client.
  if (level > 4 || client == nullptr) return;
  // It would rather have positions stored in files, or at the brokers; we store none with it.
  if (absl::StrContains(text, "offset.store.method")) return;
  const auto* self = static_cast<const KafkaClient*>(rd_kafka_opaque(client));
  if (self->on_log_) self->on_log_(absl::StrCat(facility, " ", text));
}

void KafkaClient::Delivered(rd_kafka_t*, const rd_kafka_message_t* message, void* self) {
  static_cast<const KafkaClient*>(self)->on_delivery_(*message);
}

int KafkaClient::ConnectToOne(int socket, const sockaddr* address, int size, const char* name, void* self) {
  if (name != *static_cast<const KafkaClient*>(self)->only_) return ECONNREFUSED;
  return ::connect(socket, address, static_cast<socklen_t>(size)) == 0 || errno == EINPROGRESS ? 0 : errno;
}

int KafkaClient::CloseSocket(int socket, void* self) {
  static_cast<KafkaClient*>(self)->lost_connections_.fetch_add(1);
  return ::close(socket);
}

}  // namespace whistle::journal
