// librdkafka's in-process mock cluster as a test uses it: good faults, poor timings. It neither wakes a fetch that it
// holds, nor removes what an idempotent producer sent twice, nor stamps records.
#ifndef WHISTLE_LIBS_JOURNAL_KAFKA_MOCK_CLUSTER_H_
#define WHISTLE_LIBS_JOURNAL_KAFKA_MOCK_CLUSTER_H_

#include <arpa/inet.h>
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/synchronization/notification.h"
#include "absl/time/time.h"
#include "libs/base/check.h"
#include "libs/journal/kafka/handles.h"
#include "libs/journal/kafka/kafka_options.h"

namespace whistle::journal {

// Which request an injected error answers; Kafka's own numbers.
enum class MockRequest : int16_t { kProduce = 0, kFetch = 1, kListOffsets = 2, kMetadata = 3 };

// The mock cluster's thread looks for what a test asks of it (a topic, a broker down, its own end) when something comes
// in, or once a second. While this lives, something comes in.
class MockNudge {
 public:
  explicit MockNudge(const std::string& bootstraps) {
    int port = 0;
    WHISTLE_CHECK(absl::SimpleAtoi(bootstraps.substr(bootstraps.rfind(':') + 1), &port), bootstraps);
    thread_ = std::thread([this, port] {
      do {
        const int knock = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        sockaddr_in broker = {};
        broker.sin_family = AF_INET;
        broker.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        broker.sin_port = htons(static_cast<uint16_t>(port));
        ::connect(knock, reinterpret_cast<const sockaddr*>(&broker), sizeof(broker));
        ::close(knock);
      } while (!enough_.WaitForNotificationWithTimeout(absl::Milliseconds(2)));
    });
  }
  ~MockNudge() {
    enough_.Notify();
    thread_.join();
  }

 private:
  absl::Notification enough_;
  std::thread thread_;
};

// Topics with 16 and one partitions, and nothing in them.
class MockCluster {
 public:
  static constexpr int kBrokers = 3;
  static constexpr int kPartitions = 16;

  MockCluster() {
    char why[256];
    rd_kafka_conf_t* const conf = rd_kafka_conf_new();
    // It only holds the cluster, connects to nothing, and need not complain of it.
    rd_kafka_conf_set(conf, "log_level", "3", why, sizeof(why));
    owner_.reset(rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof(why)));
    WHISTLE_CHECK(owner_ != nullptr, why);
    cluster_.reset(rd_kafka_mock_cluster_new(owner_.get(), kBrokers));
    WHISTLE_CHECK(cluster_ != nullptr, "no mock cluster");
    bootstraps_ = rd_kafka_mock_cluster_bootstraps(cluster_.get());
    const MockNudge nudge(bootstraps_);
    const KafkaOptions names;
    WHISTLE_CHECK(rd_kafka_mock_topic_create(cluster_.get(), names.cases_topic.c_str(), kPartitions, kBrokers) == 0 &&
                      rd_kafka_mock_topic_create(cluster_.get(), names.registry_topic.c_str(), 1, kBrokers) == 0,
                  "the mock cluster makes no topics");
  }
  ~MockCluster() {
    const MockNudge nudge(bootstraps_);
    cluster_.reset();
  }

  // What a test's journal is opened with: short waits, since nothing wakes a fetch.
  KafkaOptions Options() const {
    KafkaOptions options;
    options.brokers = bootstraps_;
    options.mock_cluster = true;
    options.fetch_wait = absl::Milliseconds(2);
    return options;
  }

  // The next requests are answered so, one each; RD_KAFKA_RESP_ERR_NO_ERROR lets one pass.
  void Inject(MockRequest request, const std::vector<rd_kafka_resp_err_t>& errors) {
    rd_kafka_mock_push_request_errors_array(cluster_.get(), static_cast<int16_t>(request), errors.size(),
                                            errors.data());
  }
  void ClearInjected(MockRequest request) {
    rd_kafka_mock_clear_request_errors(cluster_.get(), static_cast<int16_t>(request));
  }

  void SetRoundTrip(int milliseconds) {
    const MockNudge nudge(bootstraps_);
    for (int broker = 1; broker <= kBrokers; ++broker) {
      rd_kafka_mock_broker_set_rtt(cluster_.get(), broker, milliseconds);
    }
  }
  // Leaders stay with a broker that is down, until MoveLeaders.
  void SetDown(int broker) {
    const MockNudge nudge(bootstraps_);
    rd_kafka_mock_broker_set_down(cluster_.get(), broker);
  }
  void SetUp(int broker) {
    const MockNudge nudge(bootstraps_);
    rd_kafka_mock_broker_set_up(cluster_.get(), broker);
  }
  // Every partition is led by one of `brokers`.
  void MoveLeaders(const std::vector<int>& brokers) {
    const MockNudge nudge(bootstraps_);
    const KafkaOptions names;
    for (int i = 0; i < kPartitions; ++i) {
      rd_kafka_mock_partition_set_leader(cluster_.get(), names.cases_topic.c_str(), i, brokers[i % brokers.size()]);
    }
    rd_kafka_mock_partition_set_leader(cluster_.get(), names.registry_topic.c_str(), 0, brokers[0]);
  }

 private:
  KafkaClientPtr owner_;
  std::string bootstraps_;
  std::unique_ptr<rd_kafka_mock_cluster_t, KafkaDelete<rd_kafka_mock_cluster_destroy>> cluster_;
};

}  // namespace whistle::journal

#endif  // WHISTLE_LIBS_JOURNAL_KAFKA_MOCK_CLUSTER_H_
