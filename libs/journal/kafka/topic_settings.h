// Which settings of a topic keep a journal, and which endanger it. Pure functions.
#ifndef WHISTLE_LIBS_JOURNAL_KAFKA_TOPIC_SETTINGS_H_
#define WHISTLE_LIBS_JOURNAL_KAFKA_TOPIC_SETTINGS_H_

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"

namespace whistle::journal {

// What a cluster says of a topic: its defaults included.
struct TopicFacts {
  std::string topic;
  int partitions = 0;
  int replicas = 0;
  std::map<std::string, std::string> settings;
};

// The settings that a topic with `replication` copies is made with.
std::vector<std::pair<std::string, std::string>> SettingsOfNewTopic(int replication);

// Each thing about the topic that endangers a journal with `partitions` partitions in it: what it is, why it matters,
// and the command that changes it, run against `brokers`. Empty if there is none.
std::vector<std::string> TopicDangers(const TopicFacts& facts, int partitions, absl::string_view brokers);

// How many replicas write a record before it is acknowledged; 0 if the facts do not say.
int MinInSync(const TopicFacts& facts);

}  // namespace whistle::journal

#endif  // WHISTLE_LIBS_JOURNAL_KAFKA_TOPIC_SETTINGS_H_
