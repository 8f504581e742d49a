#include "libs/journal/kafka/kafka_creation.h"

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "libs/base/status_macros.h"
#include "libs/journal/genesis.h"
#include "libs/journal/kafka/admin.h"
#include "libs/journal/kafka/client.h"
#include "libs/journal/kafka/opened_topics.h"
#include "libs/journal/kafka/producer.h"
#include "libs/journal/kafka/topic_settings.h"

namespace whistle::journal {
namespace {

// Kafka's own limit is higher; a cluster of more copies than this is none that anybody runs.
constexpr int kReplicationMax = 9;
// How long a new topic may take until every partition has a leader.
constexpr absl::Duration kTopicPatience = absl::Seconds(30);

absl::StatusOr<TopicShape> AwaitLeaders(KafkaClient& client, base::PartitionId any_of_topic) {
  const absl::Time deadline = absl::Now() + kTopicPatience;
  while (true) {
    const absl::StatusOr<TopicShape> shape = DescribeShape(client, any_of_topic, absl::Seconds(2));
    if (!absl::IsUnavailable(shape.status())) {
      WHISTLE_RETURN_IF_ERROR(shape.status());
      if (shape->led) return shape;
    }
    if (absl::Now() >= deadline) {
      return absl::UnavailableError(absl::StrCat("topic ", client.topic_name(any_of_topic), " has no leaders after ",
                                                 absl::FormatDuration(kTopicPatience),
                                                 "; run the command again to complete the journal"));
    }
    absl::SleepFor(absl::Milliseconds(50));
  }
}

// True if the topic was made now.
absl::StatusOr<bool> EnsureTopic(KafkaClient& admin, base::PartitionId any_of_topic, int partitions, int replication) {
  WHISTLE_ASSIGN_OR_RETURN(const TopicShape shape, DescribeShape(admin, any_of_topic, kClusterPatience));
  bool made = false;
  if (shape.partitions == 0) {
    WHISTLE_ASSIGN_OR_RETURN(
        made, CreateTopic(admin, admin.topic_name(any_of_topic), partitions, replication, kTopicPatience));
  }
  WHISTLE_RETURN_IF_ERROR(AwaitLeaders(admin, any_of_topic).status());
  return made;
}

// Writes the genesis record of a partition that has no record, and says what is there then: ours, or that of somebody
// who was faster.
absl::StatusOr<FirstRecord> WriteGenesis(const KafkaOptions& options, KafkaProducer& producer, KafkaClient& asker,
                                         const Identity& identity, base::PartitionId partition) {
  absl::Status written;
  absl::Notification done;
  producer.Append(partition, GenesisRecord(identity, partition), [&](const absl::StatusOr<Appended>& appended) {
    written = appended.status();
    done.Notify();
  });
  done.WaitForNotification();
  // The mock cluster's acknowledgements carry no true stamps; whether the record is there is read in any case.
  WHISTLE_ASSIGN_OR_RETURN(const std::optional<FirstRecord> first, ReadGenesis(asker, partition, options.mock_cluster));
  if (first) return *first;
  WHISTLE_RETURN_IF_ERROR(written);
  return absl::UnavailableError(absl::StrCat("partition ", partition.ToString(), " does not show its genesis record"));
}

// What is there must be of what is made now: an import is completed by the same import, and nothing else becomes one.
absl::Status CheckSameOrigin(const KafkaOptions& options, const Identity& there, base::PartitionId partition,
                             bool incomplete) {
  if (options.importing && !there.imported_from) {
    return absl::FailedPreconditionError(
        absl::StrCat("journal ", there.uuid, " is there on ", options.brokers,
                     " and was not imported; import into topics that are not there yet"));
  }
  if (options.importing && (there.imported_from->journal_uuid != options.importing->journal_uuid ||
                            there.imported_from->through.at(partition) != options.importing->through.at(partition))) {
    return absl::FailedPreconditionError(absl::StrCat("journal ", there.uuid, " on ", options.brokers,
                                                      " was imported from journal ", there.imported_from->journal_uuid,
                                                      " with partition ", partition.ToString(), " up to offset ",
                                                      there.imported_from->through.at(partition).value,
                                                      ": that is another archive; import into topics that are not "
                                                      "there yet"));
  }
  if (!options.importing && there.imported_from && incomplete) {
    return absl::FailedPreconditionError(absl::StrCat("the import of journal ", there.imported_from->journal_uuid,
                                                      " is unfinished: run `whistlectl journal import "
                                                      "FILE --journal=kafka:",
                                                      options.brokers,
                                                      "` with the same archive; it goes on where it stopped"));
  }
  return absl::OkStatus();
}

// The genesis records, partition 0's first: whatever it says is the journal.
absl::StatusOr<KafkaCreation> CompleteGenesis(const KafkaOptions& options, int partition_count, absl::Time now) {
  WHISTLE_ASSIGN_OR_RETURN(std::unique_ptr<KafkaClient> asker, KafkaClient::Make(options, ClientPurpose::kAsk));
  // Genesis records are written as ever: an import's producer waits for ever, and what is there is read again anyhow.
  KafkaOptions genesis_options = options;
  genesis_options.importing.reset();
  WHISTLE_ASSIGN_OR_RETURN(std::unique_ptr<KafkaProducer> producer,
                           KafkaProducer::Make(genesis_options, [](base::PartitionId, base::Offset) {}));
  std::vector<base::PartitionId> partitions = {base::PartitionId::Case(0)};
  for (const base::PartitionId partition : AllPartitions(partition_count)) {
    if (partition != partitions.front()) partitions.push_back(partition);
  }
  std::map<base::PartitionId, FirstRecord> found;
  std::vector<base::PartitionId> empty;
  for (const base::PartitionId partition : partitions) {
    WHISTLE_ASSIGN_OR_RETURN(const std::optional<FirstRecord> first,
                             ReadGenesis(*asker, partition, options.mock_cluster));
    if (first) {
      found.emplace(partition, *first);
    } else {
      empty.push_back(partition);
    }
  }
  KafkaCreation creation;
  creation.what = empty.empty() ? KafkaCreation::What::kWasThere : KafkaCreation::What::kCompleted;
  creation.identity = {NewJournalUuid(), partition_count, now, ClockKind::kReal, options.importing};
  if (const auto first = found.find(partitions.front()); first != found.end()) {
    creation.identity = first->second.identity;
    for (const auto& [partition, record] : found) {
      WHISTLE_RETURN_IF_ERROR(CheckSameOrigin(options, record.identity, partition, !empty.empty()));
    }
    // Each genesis record says only its own partition's; what an archive holds of the others, the import knows.
    if (options.importing) creation.identity.imported_from = options.importing;
  } else if (!found.empty()) {
    return absl::FailedPreconditionError(absl::StrCat(
        "partition ", found.begin()->first.ToString(), " belongs to journal ", found.begin()->second.identity.uuid,
        ", and partition 0, which is always written first, is empty: these topics are not what an interrupted creation "
        "leaves"));
  } else {
    creation.what = KafkaCreation::What::kCreated;
  }
  if (creation.identity.partition_count != partition_count) {
    return absl::FailedPreconditionError(absl::StrCat("journal ", creation.identity.uuid, " is there, with ",
                                                      creation.identity.partition_count, " case partitions, not ",
                                                      partition_count, ", fixed for ever"));
  }
  for (const base::PartitionId partition : empty) {
    WHISTLE_ASSIGN_OR_RETURN(const FirstRecord first,
                             WriteGenesis(options, *producer, *asker, creation.identity, partition));
    // Two that create at once agree on what partition 0 shows.
    if (partition == partitions.front()) {
      WHISTLE_RETURN_IF_ERROR(CheckSameOrigin(options, first.identity, partition, /*incomplete=*/true));
      creation.identity = first.identity;
      creation.identity.imported_from = options.importing;
    }
    found.emplace(partition, first);
  }
  for (const auto& [partition, first] : found) {
    if (!SameIdentity(first.identity, creation.identity)) {
      return absl::FailedPreconditionError(absl::StrCat("partition ", partition.ToString(), " belongs to journal ",
                                                        first.identity.uuid, ", partition 0 to ",
                                                        creation.identity.uuid));
    }
  }
  return creation;
}

// As CheckKafkaTopics, but NOT_FOUND where the broker that was asked does not know a topic.
absl::StatusOr<int> CheckTopicsKnown(const KafkaOptions& options, int partition_count) {
  WHISTLE_ASSIGN_OR_RETURN(std::unique_ptr<KafkaClient> admin, KafkaClient::Make(options, ClientPurpose::kAdmin));
  std::vector<TopicFacts> topics;
  for (const base::PartitionId any : {base::PartitionId::Case(0), base::PartitionId::Registry()}) {
    WHISTLE_ASSIGN_OR_RETURN(const TopicShape shape, DescribeShape(*admin, any, kClusterPatience));
    if (shape.partitions == 0) {
      return absl::NotFoundError(absl::StrCat("there is no topic ", admin->topic_name(any), " on ", options.brokers));
    }
    topics.push_back({admin->topic_name(any), shape.partitions, shape.replicas, {}});
  }
  WHISTLE_ASSIGN_OR_RETURN(auto settings,
                           DescribeTopicSettings(*admin, {topics[0].topic, topics[1].topic}, kClusterPatience));
  std::vector<std::string> dangers;
  for (size_t i = 0; i < topics.size(); ++i) {
    topics[i].settings = std::move(settings[i]);
    for (std::string& danger : TopicDangers(topics[i], i == 0 ? partition_count : 1, options.brokers)) {
      dangers.push_back(std::move(danger));
    }
  }
  if (dangers.empty()) return std::min(MinInSync(topics[0]), MinInSync(topics[1]));
  return absl::FailedPreconditionError(
      absl::StrCat("the journal's topics endanger it:\n  ", absl::StrJoin(dangers, "\n  ")));
}

// The same, and NOT_FOUND only after `patience`: the broker that is asked may not have heard yet of what was just made.
absl::StatusOr<int> AwaitTopicsKnown(const KafkaOptions& options, int partition_count, absl::Duration patience) {
  const absl::Time deadline = absl::Now() + patience;
  while (true) {
    absl::StatusOr<int> min_insync = CheckTopicsKnown(options, partition_count);
    if (!absl::IsNotFound(min_insync.status()) || absl::Now() >= deadline) return min_insync;
    absl::SleepFor(absl::Milliseconds(50));
  }
}

}  // namespace

absl::StatusOr<KafkaCreation> CreateKafkaJournal(const KafkaOptions& options, int partition_count, int replication,
                                                 absl::Time now) {
  WHISTLE_RETURN_IF_ERROR(CheckKafkaOptions(options));
  WHISTLE_RETURN_IF_ERROR(CheckIdentity({NewJournalUuid(), partition_count, now, ClockKind::kReal}));
  if (replication < 1 || replication > kReplicationMax) {
    return absl::InvalidArgumentError(
        absl::StrCat("replication: 1 to ", kReplicationMax, " expected, found ", replication));
  }
  bool made = false;
  if (!options.mock_cluster) {
    WHISTLE_ASSIGN_OR_RETURN(std::unique_ptr<KafkaClient> admin, KafkaClient::Make(options, ClientPurpose::kAdmin));
    WHISTLE_ASSIGN_OR_RETURN(const bool made_cases,
                             EnsureTopic(*admin, base::PartitionId::Case(0), partition_count, replication));
    WHISTLE_ASSIGN_OR_RETURN(const bool made_registry,
                             EnsureTopic(*admin, base::PartitionId::Registry(), 1, replication));
    made = made_cases && made_registry;
    const absl::Status known = AwaitTopicsKnown(options, partition_count, kTopicPatience).status();
    if (absl::IsNotFound(known)) {
      return absl::UnavailableError(
          absl::StrCat(known.message(), ", though it was made; run the command again to complete the journal"));
    }
    WHISTLE_RETURN_IF_ERROR(known);
  }
  WHISTLE_ASSIGN_OR_RETURN(KafkaCreation creation, CompleteGenesis(options, partition_count, now));
  // Topics without a genesis record are what a creation leaves that was interrupted early.
  if (creation.what == KafkaCreation::What::kCreated && !made && !options.mock_cluster) {
    creation.what = KafkaCreation::What::kCompleted;
  }
  return creation;
}

absl::StatusOr<int> CheckKafkaTopics(const KafkaOptions& options, int partition_count) {
  WHISTLE_RETURN_IF_ERROR(CheckKafkaOptions(options));
  const absl::StatusOr<int> min_insync = AwaitTopicsKnown(options, partition_count, kHearsayPatience);
  if (absl::IsNotFound(min_insync.status())) return NoJournal(options, min_insync.status().message());
  return min_insync;
}

}  // namespace whistle::journal
