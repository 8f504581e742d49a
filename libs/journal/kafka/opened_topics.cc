#include "libs/journal/kafka/opened_topics.h"

#include <algorithm>
#include <limits>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "libs/base/status_macros.h"
#include "libs/journal/carried.h"
#include "libs/journal/genesis.h"
#include "libs/journal/kafka/cluster_view.h"
#include "libs/journal/kafka/handles.h"
#include "libs/journal/kafka/stored_message.h"

namespace whistle::journal {
namespace {

// One try of several within kClusterPatience.
constexpr absl::Duration kTry = absl::Seconds(2);

// `attempt` until it is not UNAVAILABLE, or patience has run out.
template <typename Attempt>
auto UntilAvailable(Attempt attempt) -> decltype(attempt()) {
  const absl::Time deadline = absl::Now() + kClusterPatience;
  while (true) {
    auto result = attempt();
    if (!absl::IsUnavailable(result.status()) || absl::Now() >= deadline) return result;
    // The cluster is electing, or starting: it takes as long as it takes, and is not hammered meanwhile.
    absl::SleepFor(absl::Milliseconds(50));
  }
}

absl::StatusOr<base::Offset> AskOffset(KafkaClient& asker, base::PartitionId partition, Edge edge) {
  absl::StatusOr<base::Offset> offset = AskOffsets(asker, {partition}, edge, kTry).at(partition);
  if (offset.ok()) return offset;
  return absl::UnavailableError(
      absl::StrCat("it is not known where partition ", partition.ToString(),
                   edge == Edge::kBegin ? " begins: " : " ends: ", offset.status().message()));
}

}  // namespace

absl::Status NoJournal(const KafkaOptions& options, absl::string_view why) {
  const bool usual = options.cases_topic == kCasesTopic && options.registry_topic == kRegistryTopic;
  return absl::FailedPreconditionError(
      absl::StrCat(why, ": make the journal with `whistlectl journal create --journal=kafka:", options.brokers, "`",
                   usual ? "" : absl::StrCat(" (topics ", options.cases_topic, " and ", options.registry_topic, ")")));
}

absl::StatusOr<TopicShape> DescribeShape(KafkaClient& client, base::PartitionId any_of_topic, absl::Duration timeout) {
  const rd_kafka_metadata_t* raw = nullptr;
  const rd_kafka_resp_err_t error =
      rd_kafka_metadata(client.get(), 0, client.topic(any_of_topic), &raw, KafkaMilliseconds(timeout));
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return KafkaUnavailable("the Kafka cluster cannot be reached", error);
  const KafkaMetadataPtr metadata(raw);
  TopicShape shape;
  if (metadata->topic_cnt != 1) return absl::UnavailableError("the Kafka cluster does not say what topics it has");
  const rd_kafka_metadata_topic_t& topic = metadata->topics[0];
  if (topic.err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART) return shape;
  if (topic.err == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED) {
    return absl::PermissionDeniedError(
        absl::StrCat("topic ", client.topic_name(any_of_topic),
                     " may not be described by who is connected: ", KafkaErrorText(topic.err)));
  }
  if (topic.err != RD_KAFKA_RESP_ERR_NO_ERROR && topic.err != RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE) {
    return KafkaUnavailable(absl::StrCat("topic ", client.topic_name(any_of_topic)), topic.err);
  }
  shape.partitions = topic.partition_cnt;
  shape.replicas = std::numeric_limits<int>::max();
  shape.led = topic.partition_cnt > 0;
  for (int i = 0; i < topic.partition_cnt; ++i) {
    shape.replicas = std::min(shape.replicas, topic.partitions[i].replica_cnt);
    if (topic.partitions[i].leader < 0) shape.led = false;
  }
  return shape;
}

absl::StatusOr<std::optional<FirstRecord>> ReadGenesis(KafkaClient& asker, base::PartitionId partition,
                                                       bool any_stamp) {
  const auto ask = [&](Edge edge) { return UntilAvailable([&] { return AskOffset(asker, partition, edge); }); };
  WHISTLE_ASSIGN_OR_RETURN(const base::Offset end, ask(Edge::kEnd));
  if (end == base::Offset{0}) return std::nullopt;
  WHISTLE_ASSIGN_OR_RETURN(const base::Offset begin, ask(Edge::kBegin));
  if (begin > base::Offset{0}) {
    return absl::DataLossError(absl::StrCat("the first ", begin.value, " records of partition ", partition.ToString(),
                                            " (topic ", asker.topic_name(partition), ") were deleted; it ends at ",
                                            end.value));
  }
  const absl::StatusOr<StoredRecord> first = UntilAvailable([&] {
    auto record = ReadRecordAt(asker, partition, base::Offset{0}, kTry, any_stamp);
    // Whoever says so contradicts whoever said where the partition begins: one of them does not lead it any more.
    if (absl::IsOutOfRange(record.status())) record = absl::UnavailableError(record.status().message());
    return record;
  });
  WHISTLE_RETURN_IF_ERROR(first.status());
  const absl::StatusOr<Genesis> genesis = ParseGenesis(first->record);
  if (!genesis.ok()) {
    return absl::Status(genesis.status().code(), absl::StrCat("topic ", asker.topic_name(partition), ", partition ",
                                                              partition.index(), ": ", genesis.status().message()));
  }
  if (genesis->partition != partition) {
    return absl::DataLossError(absl::StrCat("partition ", partition.ToString(), " begins with the genesis record of ",
                                            genesis->partition.ToString()));
  }
  return FirstRecord{genesis->identity, base::Sha256(first->record.value)};
}

absl::StatusOr<OpenedTopics> OpenTopics(const KafkaOptions& options, KafkaClient& asker) {
  const absl::Time heard_of = absl::Now() + kHearsayPatience;
  const auto shape_of = [&](base::PartitionId partition) {
    return UntilAvailable([&]() -> absl::StatusOr<TopicShape> {
      const absl::StatusOr<TopicShape> shape = DescribeShape(asker, partition, kTry);
      const bool unheard_of = shape.ok() && shape->partitions == 0;
      return unheard_of && absl::Now() < heard_of ? absl::UnavailableError("asked again") : shape;
    });
  };
  WHISTLE_ASSIGN_OR_RETURN(const TopicShape cases, shape_of(base::PartitionId::Case(0)));
  WHISTLE_ASSIGN_OR_RETURN(const TopicShape registry, shape_of(base::PartitionId::Registry()));
  if (cases.partitions == 0 && registry.partitions == 0) {
    return NoJournal(options, absl::StrCat("there is no journal on ", options.brokers));
  }
  if (cases.partitions == 0 || registry.partitions == 0) {
    return NoJournal(options,
                     absl::StrCat("topic ", cases.partitions == 0 ? options.cases_topic : options.registry_topic,
                                  " is missing on ", options.brokers,
                                  "; if it was there, records are lost; if it never was, its creation was "
                                  "interrupted"));
  }

  OpenedTopics opened;
  WHISTLE_ASSIGN_OR_RETURN(const std::optional<FirstRecord> first,
                           ReadGenesis(asker, base::PartitionId::Case(0), options.mock_cluster));
  if (!first) return NoJournal(options, absl::StrCat("topic ", options.cases_topic, " holds no journal yet"));
  opened.identity = first->identity;
  if (opened.identity.clock_kind != ClockKind::kReal) {
    return absl::FailedPreconditionError(absl::StrCat("journal ", opened.identity.uuid, " on ", options.brokers,
                                                      " says that it runs on a virtual clock; a journal on Kafka is "
                                                      "stamped by the brokers' real ones"));
  }
  // More partitions would send new cases where no reader looks; CheckKafkaTopics names it with everything else.
  if (cases.partitions < opened.identity.partition_count) {
    return absl::DataLossError(absl::StrCat("journal ", opened.identity.uuid, " has ", opened.identity.partition_count,
                                            " case partitions, and topic ", options.cases_topic, " has ",
                                            cases.partitions));
  }
  for (const base::PartitionId partition : AllPartitions(opened.identity.partition_count)) {
    WHISTLE_ASSIGN_OR_RETURN(const std::optional<FirstRecord> genesis,
                             ReadGenesis(asker, partition, options.mock_cluster));
    if (!genesis && opened.identity.imported_from) {
      opened.identity.imported_from->through[partition] = base::Offset{1};
      return CheckCarriedThrough(opened.identity, partition, base::Offset{0}, absl::StrCat("kafka:", options.brokers));
    }
    if (!genesis) {
      return NoJournal(options, absl::StrCat("the creation of journal ", opened.identity.uuid,
                                             " was interrupted: partition ", partition.ToString(), " is empty"));
    }
    if (!AddGenesis({.identity = genesis->identity, .partition = partition}, &opened.identity).ok()) {
      return absl::DataLossError(absl::StrCat("partition ", partition.ToString(), " belongs to journal ",
                                              genesis->identity.uuid, ", partition 0 to ", opened.identity.uuid,
                                              ": these topics do not belong together"));
    }
    opened.genesis_hashes.emplace(partition, genesis->hash);
  }
  return opened;
}

}  // namespace whistle::journal
