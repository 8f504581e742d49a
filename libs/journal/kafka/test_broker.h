// A real Kafka as a test uses it: the one that WHISTLE_KAFKA names, and topics of its own on it, gone afterwards.
#ifndef WHISTLE_LIBS_JOURNAL_KAFKA_TEST_BROKER_H_
#define WHISTLE_LIBS_JOURNAL_KAFKA_TEST_BROKER_H_

#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/base/check.h"
#include "libs/journal/genesis.h"
#include "libs/journal/kafka/client.h"
#include "libs/journal/kafka/handles.h"
#include "libs/journal/kafka/kafka_options.h"

namespace whistle::journal {

class TestTopics {
 public:
  TestTopics() {
    const char* const brokers = std::getenv("WHISTLE_KAFKA");
    WHISTLE_CHECK(brokers != nullptr, "these tests need a broker: WHISTLE_KAFKA=HOST:PORT");
    options_.brokers = brokers;
    const std::string unique = NewJournalUuid();
    options_.cases_topic = absl::StrCat("whistle.test.", unique, ".journal");
    options_.registry_topic = absl::StrCat("whistle.test.", unique, ".registry");
    auto client = KafkaClient::Make(options_, ClientPurpose::kAdmin);
    WHISTLE_CHECK(client.ok(), client.status().ToString());
    client_ = *std::move(client);
  }
  // What was made is deleted; what was not made need not be.
  ~TestTopics() { Delete({options_.cases_topic, options_.registry_topic}); }

  const KafkaOptions& options() const { return options_; }

  // Both at once, made by nobody's rules: what an operator, or an accident, leaves.
  void Make(const std::string& topic, int partitions,
            const std::vector<std::pair<std::string, std::string>>& settings) {
    char why[256];
    rd_kafka_NewTopic_t* wanted = rd_kafka_NewTopic_new(topic.c_str(), partitions, 1, why, sizeof(why));
    for (const auto& [name, value] : settings) rd_kafka_NewTopic_set_config(wanted, name.c_str(), value.c_str());
    const KafkaQueuePtr queue(rd_kafka_queue_new(client_->get()));
    rd_kafka_CreateTopics(client_->get(), &wanted, 1, nullptr, queue.get());
    rd_kafka_event_t* const event = rd_kafka_queue_poll(queue.get(), 30'000);
    size_t count = 0;
    const rd_kafka_topic_result_t** const results =
        rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), &count);
    WHISTLE_CHECK(count == 1 && rd_kafka_topic_result_error(results[0]) == RD_KAFKA_RESP_ERR_NO_ERROR, topic);
    rd_kafka_event_destroy(event);
    rd_kafka_NewTopic_destroy(wanted);
  }

  // Deletes the records before `offset`.
  void DeleteRecords(const std::string& topic, int partition, int64_t offset) {
    const KafkaPartitionsPtr before(rd_kafka_topic_partition_list_new(1));
    rd_kafka_topic_partition_list_add(before.get(), topic.c_str(), partition)->offset = offset;
    rd_kafka_DeleteRecords_t* doomed = rd_kafka_DeleteRecords_new(before.get());
    const KafkaQueuePtr queue(rd_kafka_queue_new(client_->get()));
    rd_kafka_DeleteRecords(client_->get(), &doomed, 1, nullptr, queue.get());
    rd_kafka_event_t* const event = rd_kafka_queue_poll(queue.get(), 30'000);
    WHISTLE_CHECK(event != nullptr && rd_kafka_event_error(event) == RD_KAFKA_RESP_ERR_NO_ERROR, topic);
    rd_kafka_event_destroy(event);
    rd_kafka_DeleteRecords_destroy(doomed);
  }

  // Gives the topic this setting, and the cluster's defaults for all others.
  void Configure(const std::string& topic, const std::string& name, const std::string& value) {
    rd_kafka_ConfigResource_t* resource = rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic.c_str());
    rd_kafka_ConfigResource_set_config(resource, name.c_str(), value.c_str());
    const KafkaQueuePtr queue(rd_kafka_queue_new(client_->get()));
    rd_kafka_AlterConfigs(client_->get(), &resource, 1, nullptr, queue.get());
    rd_kafka_event_t* const event = rd_kafka_queue_poll(queue.get(), 30'000);
    WHISTLE_CHECK(event != nullptr && rd_kafka_event_error(event) == RD_KAFKA_RESP_ERR_NO_ERROR, topic);
    rd_kafka_event_destroy(event);
    rd_kafka_ConfigResource_destroy(resource);
  }

  // One record, committed as somebody does who knows nothing of us.
  void WriteInTransaction(const std::string& topic, int partition, const std::string& value) {
    char why[256];
    rd_kafka_conf_t* const conf = rd_kafka_conf_new();
    rd_kafka_conf_set(conf, "bootstrap.servers", options_.brokers.c_str(), why, sizeof(why));
    rd_kafka_conf_set(conf, "transactional.id", topic.c_str(), why, sizeof(why));
    const KafkaClientPtr producer(rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof(why)));
    WHISTLE_CHECK(producer != nullptr, why);
    const auto check = [](rd_kafka_error_t* error) { WHISTLE_CHECK(error == nullptr, rd_kafka_error_string(error)); };
    check(rd_kafka_init_transactions(producer.get(), 30'000));
    check(rd_kafka_begin_transaction(producer.get()));
    const rd_kafka_resp_err_t error =
        rd_kafka_producev(producer.get(), RD_KAFKA_V_TOPIC(topic.c_str()), RD_KAFKA_V_PARTITION(partition),
                          RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
                          RD_KAFKA_V_VALUE(const_cast<char*>(value.data()), value.size()), RD_KAFKA_V_END);
    WHISTLE_CHECK(error == RD_KAFKA_RESP_ERR_NO_ERROR, rd_kafka_err2str(error));
    check(rd_kafka_commit_transaction(producer.get(), 30'000));
  }

  void Delete(const std::vector<std::string>& topics) {
    for (const std::string& topic : topics) {
      rd_kafka_DeleteTopic_t* doomed = rd_kafka_DeleteTopic_new(topic.c_str());
      const KafkaQueuePtr queue(rd_kafka_queue_new(client_->get()));
      rd_kafka_DeleteTopics(client_->get(), &doomed, 1, nullptr, queue.get());
      rd_kafka_event_t* const event = rd_kafka_queue_poll(queue.get(), 30'000);
      if (event != nullptr) rd_kafka_event_destroy(event);
      rd_kafka_DeleteTopic_destroy(doomed);
    }
  }

 private:
  KafkaOptions options_;
  std::unique_ptr<KafkaClient> client_;
};

}  // namespace whistle::journal

#endif  // WHISTLE_LIBS_JOURNAL_KAFKA_TEST_BROKER_H_
