#include "libs/journal/kafka/topic_settings.h"

#include <cstdint>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace whistle::journal {
namespace {

// A batch that holds one record of 256 KiB with key and headers, and some more.
constexpr int64_t kMessageBytesMin = 512 * 1024;
// Kafka's own default, said so that a cluster's does not matter.
constexpr int64_t kMessageBytesOfNewTopic = 1048588;

// A majority: of three copies one may be away, and what is acknowledged is on two.
int InSyncReplicasOf(int replication) { return replication / 2 + 1; }

struct Demand {
  absl::string_view name;
  absl::string_view value;
  absl::string_view why;
};

constexpr Demand kDemands[] = {
    {"cleanup.policy", "delete", "compaction removes all but the last decision of a case"},
    {"retention.ms", "-1", "records older than that are deleted"},
    {"retention.bytes", "-1", "the oldest records are deleted when there are more"},
    {"message.timestamp.type", "LogAppendTime", "writers would stamp their own records"},
    {"unclean.leader.election.enable", "false", "an election may drop acknowledged records"},
};

}  // namespace

std::vector<std::pair<std::string, std::string>> SettingsOfNewTopic(int replication) {
  std::vector<std::pair<std::string, std::string>> settings;
  for (const Demand& demand : kDemands) settings.emplace_back(demand.name, demand.value);
  settings.emplace_back("min.insync.replicas", absl::StrCat(InSyncReplicasOf(replication)));
  settings.emplace_back("max.message.bytes", absl::StrCat(kMessageBytesOfNewTopic));
  return settings;
}

int MinInSync(const TopicFacts& facts) {
  int replicas = 0;
  const auto setting = facts.settings.find("min.insync.replicas");
  return setting != facts.settings.end() && absl::SimpleAtoi(setting->second, &replicas) ? replicas : 0;
}

std::vector<std::string> TopicDangers(const TopicFacts& facts, int partitions, absl::string_view brokers) {
  std::vector<std::string> dangers;
  const auto found = [&](absl::string_view name) -> std::string {
    const auto it = facts.settings.find(std::string(name));
    return it == facts.settings.end() ? "" : it->second;
  };
  const auto complain = [&](absl::string_view name, absl::string_view right, absl::string_view why) {
    const std::string value = found(name);
    dangers.push_back(absl::StrCat(
        "topic ", facts.topic, ": ", name, value.empty() ? " is not known" : absl::StrCat("=", value), ": ", why,
        "; change it with `kafka-configs.sh --bootstrap-server ", brokers,
        " --alter --entity-type topics --entity-name ", facts.topic, " --add-config ", name, "=", right, "`"));
  };
  for (const Demand& demand : kDemands) {
    if (found(demand.name) != demand.value) complain(demand.name, demand.value, demand.why);
  }

  const int in_sync = MinInSync(facts);
  const std::string right = absl::StrCat(InSyncReplicasOf(facts.replicas));
  if (in_sync < 1 || (facts.replicas > 1 && in_sync < 2)) {
    complain("min.insync.replicas", right,
             absl::StrCat("of ", facts.replicas, " copies a single one would do to acknowledge a record"));
  } else if (in_sync > facts.replicas) {
    complain("min.insync.replicas", right,
             absl::StrCat("there are ", facts.replicas, " copies, and no record could be acknowledged"));
  }

  int64_t message_bytes = 0;
  if (!absl::SimpleAtoi(found("max.message.bytes"), &message_bytes) || message_bytes < kMessageBytesMin) {
    complain("max.message.bytes", absl::StrCat(kMessageBytesOfNewTopic),
             absl::StrCat("a decision of 256 KiB needs at least ", kMessageBytesMin));
  }

  if (facts.partitions != partitions) {
    dangers.push_back(absl::StrCat(
        "topic ", facts.topic, " has ", facts.partitions, " partitions, and the journal in it has ", partitions,
        ", fixed for ever by its genesis: partitions cannot be taken away; make a journal in topics of its own, and "
        "import this one's records"));
  }
  return dangers;
}

}  // namespace whistle::journal
