#include "libs/journal/kafka/admin.h"

#include <memory>

#include "absl/strings/str_cat.h"
#include "libs/journal/kafka/handles.h"
#include "libs/journal/kafka/topic_settings.h"

namespace whistle::journal {
namespace {

using AdminOptionsPtr = std::unique_ptr<rd_kafka_AdminOptions_t, KafkaDelete<rd_kafka_AdminOptions_destroy>>;
using EventPtr = std::unique_ptr<rd_kafka_event_t, KafkaDelete<rd_kafka_event_destroy>>;
using NewTopicPtr = std::unique_ptr<rd_kafka_NewTopic_t, KafkaDelete<rd_kafka_NewTopic_destroy>>;
using ConfigResourcePtr = std::unique_ptr<rd_kafka_ConfigResource_t, KafkaDelete<rd_kafka_ConfigResource_destroy>>;

AdminOptionsPtr Options(KafkaClient& admin, rd_kafka_admin_op_t operation, absl::Duration timeout) {
  AdminOptionsPtr options(rd_kafka_AdminOptions_new(admin.get(), operation));
  char why[256];
  rd_kafka_AdminOptions_set_request_timeout(options.get(), KafkaMilliseconds(timeout), why, sizeof(why));
  return options;
}

// The answer; librdkafka gives one, if only that the time is up.
absl::StatusOr<EventPtr> Await(const KafkaQueuePtr& queue, absl::Duration timeout, absl::string_view what) {
  EventPtr event(rd_kafka_queue_poll(queue.get(), KafkaMilliseconds(timeout + absl::Seconds(5))));
  if (!event) return absl::UnavailableError(absl::StrCat(what, ": no answer"));
  if (const rd_kafka_resp_err_t error = rd_kafka_event_error(event.get()); error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return KafkaUnavailable(what, error);
  }
  return event;
}

absl::Status Refused(absl::string_view what, rd_kafka_resp_err_t error, const char* why) {
  const std::string message =
      absl::StrCat(what, ": ", KafkaErrorText(error), why == nullptr ? "" : absl::StrCat(": ", why));
  switch (error) {
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
      return absl::PermissionDeniedError(message);
    case RD_KAFKA_RESP_ERR_NOT_CONTROLLER:
    case RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT:
    case RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE:
    case RD_KAFKA_RESP_ERR_BROKER_NOT_AVAILABLE:
    case RD_KAFKA_RESP_ERR__TIMED_OUT:
    case RD_KAFKA_RESP_ERR__TRANSPORT:
      return absl::UnavailableError(message);
    default:
      return absl::FailedPreconditionError(message);
  }
}

}  // namespace

absl::StatusOr<bool> CreateTopic(KafkaClient& admin, const std::string& topic, int partitions, int replication,
                                 absl::Duration timeout) {
  char why[256];
  const NewTopicPtr wanted(rd_kafka_NewTopic_new(topic.c_str(), partitions, replication, why, sizeof(why)));
  if (!wanted) return absl::InvalidArgumentError(absl::StrCat("topic ", topic, ": ", why));
  for (const auto& [name, value] : SettingsOfNewTopic(replication)) {
    rd_kafka_NewTopic_set_config(wanted.get(), name.c_str(), value.c_str());
  }
  const AdminOptionsPtr options = Options(admin, RD_KAFKA_ADMIN_OP_CREATETOPICS, timeout);
  const KafkaQueuePtr queue(rd_kafka_queue_new(admin.get()));
  rd_kafka_NewTopic_t* list[] = {wanted.get()};
  rd_kafka_CreateTopics(admin.get(), list, 1, options.get(), queue.get());

  const std::string what = absl::StrCat("topic ", topic, " was not made");
  const absl::StatusOr<EventPtr> event = Await(queue, timeout, what);
  if (!event.ok()) return event.status();
  size_t count = 0;
  const rd_kafka_topic_result_t** const results =
      rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event->get()), &count);
  if (count != 1) return absl::UnavailableError(what);
  const rd_kafka_resp_err_t error = rd_kafka_topic_result_error(results[0]);
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return true;
  if (error == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS) return false;
  return Refused(what, error, rd_kafka_topic_result_error_string(results[0]));
}

absl::StatusOr<std::vector<std::map<std::string, std::string>>> DescribeTopicSettings(
    KafkaClient& admin, const std::vector<std::string>& topics, absl::Duration timeout) {
  std::vector<ConfigResourcePtr> owned;
  std::vector<rd_kafka_ConfigResource_t*> resources;
  for (const std::string& topic : topics) {
    owned.emplace_back(rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic.c_str()));
    resources.push_back(owned.back().get());
  }
  const AdminOptionsPtr options = Options(admin, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS, timeout);
  const KafkaQueuePtr queue(rd_kafka_queue_new(admin.get()));
  rd_kafka_DescribeConfigs(admin.get(), resources.data(), resources.size(), options.get(), queue.get());

  const absl::StatusOr<EventPtr> event = Await(queue, timeout, "the topics' settings are not known");
  if (!event.ok()) return event.status();
  size_t count = 0;
  const rd_kafka_ConfigResource_t** const results =
      rd_kafka_DescribeConfigs_result_resources(rd_kafka_event_DescribeConfigs_result(event->get()), &count);
  std::map<std::string, std::map<std::string, std::string>> by_topic;
  for (size_t i = 0; i < count; ++i) {
    const std::string topic = rd_kafka_ConfigResource_name(results[i]);
    if (const rd_kafka_resp_err_t error = rd_kafka_ConfigResource_error(results[i]);
        error != RD_KAFKA_RESP_ERR_NO_ERROR) {
      if (error == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART) {
        return absl::NotFoundError(absl::StrCat("there is no topic ", topic));
      }
      return Refused(absl::StrCat("the settings of topic ", topic,
                                  " cannot be read (the right to DescribeConfigs is "
                                  "needed)"),
                     error, rd_kafka_ConfigResource_error_string(results[i]));
    }
    size_t entries = 0;
    const rd_kafka_ConfigEntry_t** const list = rd_kafka_ConfigResource_configs(results[i], &entries);
    for (size_t j = 0; j < entries; ++j) {
      const char* const value = rd_kafka_ConfigEntry_value(list[j]);
      if (value != nullptr) by_topic[topic][rd_kafka_ConfigEntry_name(list[j])] = value;
    }
  }
  std::vector<std::map<std::string, std::string>> settings;
  for (const std::string& topic : topics) settings.push_back(by_topic[topic]);
  return settings;
}

}  // namespace whistle::journal
