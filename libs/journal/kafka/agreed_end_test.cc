// Which end of a partition is believed, from what each of three replicas says.
#include "libs/journal/kafka/agreed_end.h"

#include <map>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "gtest/gtest.h"

namespace whistle::journal {
namespace {

const base::PartitionId kPartition = base::PartitionId::Case(3);
constexpr int kMinInSync = 2;

// A broker that says, asked after `asked` and answering before `seen`, that `leader` leads.
BrokerWord Naming(BrokerId leader, Moment asked, Moment seen, std::vector<BrokerId> replicas = {1, 2, 3}) {
  BrokerWord word;
  word.asked = asked;
  word.seen = seen;
  word.view.partitions[kPartition] = {leader, std::move(replicas)};
  return word;
}

// The same of one that leads, and says that the partition ends at `end`.
BrokerWord Leading(BrokerId self, int64_t end, Moment asked, Moment seen, std::vector<BrokerId> replicas = {1, 2, 3}) {
  BrokerWord word = Naming(self, asked, seen, std::move(replicas));
  word.ends.emplace(kPartition, base::Offset{end});
  return word;
}

std::optional<AgreedEnd> Agreed(const std::map<BrokerId, BrokerWord>& words, int min_insync = kMinInSync) {
  return Agree(words, kPartition, min_insync);
}

TEST(AgreedEnd, IsTheLeadersWhenAnotherReplicaNamesIt) {
  const auto agreed = Agreed({{1, Leading(1, 70, 10, 13)}, {2, Naming(1, 11, 12)}});
  ASSERT_TRUE(agreed.has_value());
  EXPECT_EQ(agreed->end, base::Offset{70});
  EXPECT_EQ(agreed->leader, 1);
}

TEST(AgreedEnd, HoldsAsOfTheFirstMomentAtWhichEnoughHadNotBeenAskedYet) {
  EXPECT_EQ(Agreed({{1, Leading(1, 70, 10, 13)}, {2, Naming(1, 8, 12)}})->as_of, 8u);
  EXPECT_EQ(Agreed({{1, Leading(1, 70, 8, 13)}, {2, Naming(1, 10, 12)}})->as_of, 8u);
  // A third that was asked later takes the place of the one that was asked first.
  EXPECT_EQ(Agreed({{1, Leading(1, 70, 10, 13)}, {2, Naming(1, 8, 12)}, {3, Naming(1, 9, 11)}})->as_of, 9u);
}

TEST(AgreedEnd, IsNotTheWordOfALeaderThatNobodyElseNames) {
  EXPECT_FALSE(Agreed({{1, Leading(1, 70, 10, 13)}}).has_value());
}

TEST(AgreedEnd, IsNotTheOneOfALeaderThatWasDeposedBehindACut) {
  // 1 is cut off from 2 and 3, not from us, and believes that it leads; 2 does.
  const std::map<BrokerId, BrokerWord> words = {
      {1, Leading(1, 70, 10, 13)}, {2, Leading(2, 90, 10, 13)}, {3, Naming(2, 10, 12)}};
  ASSERT_TRUE(Agreed(words).has_value());
  EXPECT_EQ(Agreed(words)->end, base::Offset{90});
  EXPECT_EQ(Agreed(words)->leader, 2);
}

TEST(AgreedEnd, IsNotKnownWhileTheReplicasNameDifferentLeaders) {
  EXPECT_FALSE(Agreed({{1, Leading(1, 70, 10, 13)}, {2, Leading(2, 90, 10, 13)}, {3, Naming(3, 10, 12)}}).has_value());
  EXPECT_FALSE(Agreed({{1, Naming(2, 10, 13)}, {2, Naming(1, 10, 13)}, {3, Naming(kNobody, 10, 12)}}).has_value());
}

TEST(AgreedEnd, IsAskedForAfterTheOthersHaveNamedTheLeader) {
  // The end was told at 13; that 1 leads, at 14: it may have been deposed at 13, and elected again.
  EXPECT_FALSE(Agreed({{1, Leading(1, 70, 10, 13)}, {2, Naming(1, 11, 14)}}).has_value());
  EXPECT_TRUE(Agreed({{1, Leading(1, 70, 12, 15)}, {2, Naming(1, 11, 14)}}).has_value());
}

TEST(AgreedEnd, IsNotKnownWhenTheLeaderDoesNotSayIt) {
  BrokerWord leader = Leading(1, 0, 10, 13);
  leader.ends.at(kPartition) = absl::UnavailableError("LEADER_NOT_AVAILABLE");
  EXPECT_FALSE(Agreed({{1, leader}, {2, Naming(1, 10, 12)}, {3, Naming(1, 10, 12)}}).has_value());
}

TEST(AgreedEnd, DoesNotCountTheWordOfABrokerThatKeepsNoReplica) {
  EXPECT_FALSE(Agreed({{1, Leading(1, 70, 10, 13)}, {9, Naming(1, 10, 12)}}).has_value());
}

TEST(AgreedEnd, OfOneCopyIsTheWordOfTheBrokerThatKeepsIt) {
  const auto agreed = Agreed({{1, Leading(1, 70, 10, 13, {1})}}, 1);
  ASSERT_TRUE(agreed.has_value());
  EXPECT_EQ(agreed->as_of, 10u);
}

TEST(AgreedEnd, NeedsAsManyReplicasAsLeaveFewerThanAnAcknowledgedRecordIsOn) {
  const std::vector<BrokerId> five = {1, 2, 3, 4, 5};
  const std::map<BrokerId, BrokerWord> three = {
      {1, Leading(1, 70, 10, 13, five)}, {2, Naming(1, 10, 12, five)}, {3, Naming(1, 10, 12, five)}};
  EXPECT_TRUE(Agreed(three, 3).has_value());
  EXPECT_FALSE(Agreed(three, 2).has_value());
}

}  // namespace
}  // namespace whistle::journal
