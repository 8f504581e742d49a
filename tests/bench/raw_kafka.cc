#include "tests/bench/raw_kafka.h"

#include <atomic>
#include <cstring>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "libs/base/status_macros.h"
#include "libs/journal/kafka/admin.h"
#include "libs/journal/kafka/client.h"
#include "libs/journal/kafka/handles.h"

namespace whistle::bench {
namespace {

constexpr char kTopic[] = "whistle.bench";
constexpr int kPartitions = 16;
constexpr int kPollMilliseconds = 100;
constexpr absl::Duration kTopicPatience = absl::Seconds(30);

using Properties = std::vector<std::pair<std::string, std::string>>;

absl::StatusOr<journal::KafkaClientPtr> MakeClient(rd_kafka_type_t type, const Properties& properties,
                                                   void (*delivered)(rd_kafka_t*, const rd_kafka_message_t*, void*),
                                                   void* opaque) {
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  char why[512];
  for (const auto& [name, value] : properties) {
    if (rd_kafka_conf_set(conf, name.c_str(), value.c_str(), why, sizeof(why)) != RD_KAFKA_CONF_OK) {
      rd_kafka_conf_destroy(conf);
      return absl::InvalidArgumentError(why);
    }
  }
  if (delivered != nullptr) rd_kafka_conf_set_dr_msg_cb(conf, delivered);
  rd_kafka_conf_set_opaque(conf, opaque);
  rd_kafka_t* client = rd_kafka_new(type, conf, why, sizeof(why));
  if (client == nullptr) {
    rd_kafka_conf_destroy(conf);
    return absl::UnavailableError(why);
  }
  return journal::KafkaClientPtr(client);
}

absl::Status MakeTopic(const std::string& brokers) {
  journal::KafkaOptions options{.brokers = brokers};
  WHISTLE_ASSIGN_OR_RETURN(auto admin, journal::KafkaClient::Make(options, journal::ClientPurpose::kAdmin));
  return journal::CreateTopic(*admin, kTopic, kPartitions, /*replication=*/1, kTopicPatience).status();
}

// One record under way for each slot; its key is the slot's number.
class Loop {
 public:
  explicit Loop(size_t record_bytes, int slots) : value_(record_bytes, 'x'), waiting_(slots) {}
  ~Loop() {
    stopping_ = true;
    for (std::thread& thread : threads_) thread.join();
  }

  absl::Status Start(const std::string& brokers) {
    WHISTLE_ASSIGN_OR_RETURN(producer_, MakeClient(RD_KAFKA_PRODUCER,
                                                   {{"bootstrap.servers", brokers},
                                                    {"enable.idempotence", "true"},
                                                    {"acks", "all"},
                                                    {"linger.ms", "0.5"},
                                                    {"socket.nagle.disable", "true"}},
                                                   &Loop::Delivered, this));
    WHISTLE_ASSIGN_OR_RETURN(consumer_, MakeClient(RD_KAFKA_CONSUMER,
                                                   {{"bootstrap.servers", brokers},
                                                    {"group.id", "none"},
                                                    {"enable.auto.commit", "false"},
                                                    {"check.crcs", "true"},
                                                    {"fetch.wait.max.ms", "100"},
                                                    {"isolation.level", "read_uncommitted"},
                                                    {"socket.nagle.disable", "true"}},
                                                   nullptr, nullptr));
    rd_kafka_poll_set_consumer(consumer_.get());
    const journal::KafkaPartitionsPtr partitions(rd_kafka_topic_partition_list_new(kPartitions));
    for (int i = 0; i < kPartitions; ++i) {
      WHISTLE_ASSIGN_OR_RETURN(rd_kafka_topic_partition_list_add(partitions.get(), kTopic, i)->offset, EndOf(i));
    }
    if (const auto error = rd_kafka_assign(consumer_.get(), partitions.get())) {
      return journal::KafkaUnavailable("the raw topic cannot be read", error);
    }
    threads_.emplace_back([this] {
      while (!stopping_) rd_kafka_poll(producer_.get(), kPollMilliseconds);
    });
    threads_.emplace_back([this] { ReadBack(); });
    return absl::OkStatus();
  }

  void Issue(int slot, Done done) {
    waiting_[slot] = std::move(done);
    const auto error =
        rd_kafka_producev(producer_.get(), RD_KAFKA_V_TOPIC(kTopic), RD_KAFKA_V_PARTITION(slot % kPartitions),
                          RD_KAFKA_V_KEY(&slot, sizeof(slot)), RD_KAFKA_V_VALUE(value_.data(), value_.size()),
                          RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_END);
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) std::exchange(waiting_[slot], nullptr)(false);
  }

 private:
  // A new topic's partitions get their leaders one by one.
  absl::StatusOr<int64_t> EndOf(int partition) const {
    const absl::Time deadline = absl::Now() + kTopicPatience;
    while (true) {
      int64_t low = 0;
      int64_t high = 0;
      const auto error = rd_kafka_query_watermark_offsets(consumer_.get(), kTopic, partition, &low, &high, 10'000);
      if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return high;
      if (absl::Now() >= deadline) return journal::KafkaUnavailable("the raw topic's end is not known", error);
      absl::Notification().WaitForNotificationWithTimeout(absl::Milliseconds(kPollMilliseconds));
    }
  }

  static int SlotOf(const rd_kafka_message_t& message) {
    int slot = 0;
    std::memcpy(&slot, message.key, sizeof(slot));
    return slot;
  }

  // What was written is over once it was read back.
  static void Delivered(rd_kafka_t*, const rd_kafka_message_t* message, void* opaque) {
    if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
      std::exchange(static_cast<Loop*>(opaque)->waiting_[SlotOf(*message)], nullptr)(false);
    }
  }

  void ReadBack() {
    while (!stopping_) {
      const journal::KafkaMessagePtr message(rd_kafka_consumer_poll(consumer_.get(), kPollMilliseconds));
      if (message == nullptr || message->err != RD_KAFKA_RESP_ERR_NO_ERROR) continue;
      // The next operation of the slot may begin, and put its own there, before this one's returns.
      if (Done done = std::exchange(waiting_[SlotOf(*message)], nullptr)) done(true);
    }
  }

  std::string value_;
  // A slot is touched by whoever has its operation: who issues it, then who hears of its end.
  std::vector<Done> waiting_;
  std::atomic<bool> stopping_{false};
  journal::KafkaClientPtr producer_;
  journal::KafkaClientPtr consumer_;
  std::vector<std::thread> threads_;
};

}  // namespace

absl::StatusOr<Figures> ProduceAndReadBack(const std::string& brokers, size_t record_bytes,
                                           const LoadOptions& options) {
  WHISTLE_RETURN_IF_ERROR(MakeTopic(brokers));
  Loop loop(record_bytes, options.in_flight);
  WHISTLE_RETURN_IF_ERROR(loop.Start(brokers));
  return RunLoad(options, [&](int slot, Done done) { loop.Issue(slot, std::move(done)); });
}

}  // namespace whistle::bench
