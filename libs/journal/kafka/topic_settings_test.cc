// Every setting of a topic that endangers a journal is named, with what to do.
#include "libs/journal/kafka/topic_settings.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace whistle::journal {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TopicFacts AsMade(int replication) {
  TopicFacts facts{"whistle.journal", 16, replication, {}};
  for (const auto& [name, value] : SettingsOfNewTopic(replication)) facts.settings[name] = value;
  return facts;
}

std::vector<std::string> Dangers(const TopicFacts& facts) { return TopicDangers(facts, 16, "kafka:9092"); }

std::vector<std::string> With(const std::string& name, const std::string& value) {
  TopicFacts facts = AsMade(3);
  facts.settings[name] = value;
  return Dangers(facts);
}

TEST(TopicSettingsTest, ATopicAsWeMakeItIsInNoDangerWhateverItsReplication) {
  for (int replication = 1; replication <= 9; ++replication) EXPECT_THAT(Dangers(AsMade(replication)), IsEmpty());
}

TEST(TopicSettingsTest, ASettingIsNamedWithItsValueAndTheCommandThatChangesIt) {
  EXPECT_THAT(
      With("cleanup.policy", "compact"),
      ElementsAre(AllOf(HasSubstr("topic whistle.journal: cleanup.policy=compact"),
                        HasSubstr("`kafka-configs.sh --bootstrap-server kafka:9092 --alter --entity-type topics "
                                  "--entity-name whistle.journal --add-config cleanup.policy=delete`"))));
}

TEST(TopicSettingsTest, EachDangerIsFound) {
  EXPECT_THAT(With("cleanup.policy", "compact,delete"), ElementsAre(HasSubstr("add-config cleanup.policy=delete")));
  EXPECT_THAT(With("retention.ms", "604800000"), ElementsAre(HasSubstr("add-config retention.ms=-1")));
  EXPECT_THAT(With("retention.bytes", "1073741824"), ElementsAre(HasSubstr("add-config retention.bytes=-1")));
  EXPECT_THAT(With("unclean.leader.election.enable", "true"), ElementsAre(HasSubstr("enable=false")));
  EXPECT_THAT(With("message.timestamp.type", "CreateTime"), ElementsAre(HasSubstr("type=LogAppendTime")));
  EXPECT_THAT(With("min.insync.replicas", "1"), ElementsAre(HasSubstr("add-config min.insync.replicas=2")));
  EXPECT_THAT(With("min.insync.replicas", "4"), ElementsAre(HasSubstr("add-config min.insync.replicas=2")));
  EXPECT_THAT(With("max.message.bytes", "524287"), ElementsAre(HasSubstr("add-config max.message.bytes=1048588")));
  EXPECT_THAT(With("max.message.bytes", "524288"), IsEmpty());
  EXPECT_THAT(With("min.insync.replicas", "3"), IsEmpty());
}

TEST(TopicSettingsTest, OneCopyNeedsOnlyItself) {
  TopicFacts facts = AsMade(1);
  EXPECT_EQ(facts.settings["min.insync.replicas"], "1");
  EXPECT_THAT(Dangers(facts), IsEmpty());
}

TEST(TopicSettingsTest, AnotherPartitionCountIsFound) {
  TopicFacts facts = AsMade(3);
  facts.partitions = 17;
  EXPECT_THAT(Dangers(facts), ElementsAre(AllOf(HasSubstr("has 17 partitions"), HasSubstr("has 16"))));
}

TEST(TopicSettingsTest, ASettingThatIsNotKnownIsADanger) {
  TopicFacts facts = AsMade(3);
  facts.settings.erase("cleanup.policy");
  EXPECT_THAT(Dangers(facts), ElementsAre(HasSubstr("cleanup.policy is not known")));
}

TEST(TopicSettingsTest, AllDangersAreNamedAtOnce) { EXPECT_EQ(Dangers({"whistle.journal", 3, 3, {}}).size(), 8u); }

}  // namespace
}  // namespace whistle::journal
