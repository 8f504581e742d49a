// What only a real Kafka can show: topics made, completed and checked, and what is noticed when they are not what they
// were. Needs WHISTLE_KAFKA=HOST:PORT.
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/hash.h"
#include "libs/journal/conformance/calls.h"
#include "libs/journal/genesis.h"
#include "libs/journal/kafka/kafka_journal.h"
#include "libs/journal/kafka/producer.h"
#include "libs/journal/kafka/test_broker.h"
#include "libs/journal/kafka/topic_settings.h"

namespace whistle::journal {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using What = KafkaCreation::What;

const base::PartitionId kPartition = base::PartitionId::Case(1);
constexpr int kPartitions = 3;

class KafkaBroker : public testing::Test {
 protected:
  KafkaBroker() : options_(topics_.options()) {
    options_.shrunk_after = absl::Seconds(1);
    options_.confirm_every = absl::Milliseconds(200);
    options_.confirm_idle_every = absl::Milliseconds(500);
  }

  absl::StatusOr<KafkaCreation> Create() { return CreateKafkaJournal(options_, kPartitions, 1, absl::Now()); }

  std::unique_ptr<KafkaJournal> CreateAndOpen() {
    const auto created = Create();
    EXPECT_TRUE(created.ok()) << created.status();
    auto opened = KafkaJournal::Open(options_);
    EXPECT_TRUE(opened.ok()) << opened.status();
    return *std::move(opened);
  }

  std::string CreateCommand() const { return "`whistlectl journal create --journal=kafka:" + options_.brokers + "`"; }

  // The topics as they would be made, with nothing in them.
  void MakeEmptyTopics() {
    topics_.Make(options_.cases_topic, kPartitions, SettingsOfNewTopic(1));
    topics_.Make(options_.registry_topic, 1, SettingsOfNewTopic(1));
  }

  // Writes past the journal, whatever it thinks of it.
  void Write(base::PartitionId partition, Record record) {
    auto producer = KafkaProducer::Make(options_, [](base::PartitionId, base::Offset) {});
    ASSERT_TRUE(producer.ok()) << producer.status();
    auto promise = std::make_shared<std::promise<absl::StatusOr<Appended>>>();
    auto outcome = promise->get_future();
    (*producer)->Append(partition, std::move(record),
                        [promise](absl::StatusOr<Appended> appended) { promise->set_value(std::move(appended)); });
    const auto appended = Await(std::move(outcome));
    ASSERT_TRUE(appended.ok()) << appended.status();
  }

  // Deletes both topics and makes another journal in topics of the same names.
  Identity Recreate(const Identity& before) {
    topics_.Delete({options_.cases_topic, options_.registry_topic});
    while (true) {
      // A cluster takes its time to forget a topic.
      const auto created = Create();
      if (created.ok() && created->identity.uuid != before.uuid) return created->identity;
    }
  }

  // The error that a reader ends with; what it still reads before counts for nothing.
  static absl::Status AwaitEndOf(Reader& reader, Bell& bell) {
    const absl::Time deadline = absl::Now() + absl::Seconds(60);
    while (absl::Now() < deadline) {
      const auto records = reader.Read({});
      if (absl::IsDataLoss(records.status())) return records.status();
      if (!records.ok() || records->empty()) {
        if (!bell.Wait()) break;
      }
    }
    return absl::DeadlineExceededError("the reader goes on");
  }

  TestTopics topics_;
  KafkaOptions options_;
};

TEST_F(KafkaBroker, AJournalIsCreatedOnceAndIsThereTheNextTime) {
  const auto created = Create();
  ASSERT_TRUE(created.ok()) << created.status();
  EXPECT_EQ(created->what, What::kCreated);
  EXPECT_TRUE(CheckKafkaTopics(options_, kPartitions).ok());
  const auto again = Create();
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->what, What::kWasThere);
  EXPECT_TRUE(SameIdentity(again->identity, created->identity));
  const auto journal = KafkaJournal::Open(options_);
  ASSERT_TRUE(journal.ok()) << journal.status();
  EXPECT_TRUE(SameIdentity((*journal)->identity(), created->identity));
  EXPECT_EQ((*journal)->identity().clock_kind, ClockKind::kReal);
}

TEST_F(KafkaBroker, ThereIsNoJournalUntilItIsCreatedAndTheMessageSaysHow) {
  const absl::Status status = KafkaJournal::Open(options_).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()), HasSubstr(CreateCommand()));
}

TEST_F(KafkaBroker, TopicsThatWereMadeAndNothingElseAreCompleted) {
  MakeEmptyTopics();
  EXPECT_THAT(std::string(KafkaJournal::Open(options_).status().message()), HasSubstr(CreateCommand()));
  const auto created = Create();
  ASSERT_TRUE(created.ok()) << created.status();
  EXPECT_EQ(created->what, What::kCompleted);
  EXPECT_TRUE(KafkaJournal::Open(options_).ok());
}

TEST_F(KafkaBroker, ATopicThatWasNotMadeAnyMoreIsCompleted) {
  topics_.Make(options_.cases_topic, kPartitions, SettingsOfNewTopic(1));
  EXPECT_THAT(std::string(KafkaJournal::Open(options_).status().message()),
              AllOf(HasSubstr(options_.registry_topic + " is missing"), HasSubstr(CreateCommand())));
  const auto created = Create();
  ASSERT_TRUE(created.ok()) << created.status();
  EXPECT_EQ(created->what, What::kCompleted);
}

TEST_F(KafkaBroker, ACreationThatWroteOnlyItsFirstGenesisIsCompletedAsTheSameJournal) {
  MakeEmptyTopics();
  const Identity identity = {NewJournalUuid(), kPartitions, absl::FromUnixMillis(1'700'000'000'000), ClockKind::kReal};
  Write(base::PartitionId::Case(0), GenesisRecord(identity, base::PartitionId::Case(0)));
  const absl::Status refused = KafkaJournal::Open(options_).status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(refused.message()), AllOf(HasSubstr("interrupted"), HasSubstr(CreateCommand())));
  const auto created = Create();
  ASSERT_TRUE(created.ok()) << created.status();
  EXPECT_EQ(created->what, What::kCompleted);
  EXPECT_TRUE(SameIdentity(created->identity, identity));
  EXPECT_TRUE(KafkaJournal::Open(options_).ok());
}

TEST_F(KafkaBroker, TopicsThatHoldSomethingElseAreLeftAlone) {
  MakeEmptyTopics();
  Write(kPartition, {"somebody", "else's", {}});
  EXPECT_EQ(Create().status().code(), absl::StatusCode::kDataLoss);
}

TEST_F(KafkaBroker, FourWhoCreateAtOnceMakeOneJournal) {
  std::vector<absl::StatusOr<KafkaCreation>> creations(4);
  std::vector<std::thread> creators;
  for (auto& creation : creations) creators.emplace_back([&] { creation = Create(); });
  for (std::thread& creator : creators) creator.join();
  const auto journal = KafkaJournal::Open(options_);
  ASSERT_TRUE(journal.ok()) << journal.status();
  for (const auto& creation : creations) {
    ASSERT_TRUE(creation.ok()) << creation.status();
    EXPECT_TRUE(SameIdentity(creation->identity, (*journal)->identity()));
  }
}

TEST_F(KafkaBroker, AnotherPartitionCountIsRefused) {
  ASSERT_TRUE(Create().ok());
  const absl::Status status = CreateKafkaJournal(options_, kPartitions + 1, 1, absl::Now()).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()), HasSubstr("3"));
}

TEST_F(KafkaBroker, MoreCopiesThanBrokersAreRefusedAndNothingIsMade) {
  const absl::Status status = CreateKafkaJournal(options_, kPartitions, 9, absl::Now()).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("INVALID_REPLICATION_FACTOR"));
}

TEST_F(KafkaBroker, DangerousSettingsAreAllNamedAtOpenAndAtCreation) {
  topics_.Make(
      options_.cases_topic, kPartitions,
      {{"cleanup.policy", "compact"}, {"max.message.bytes", "1000"}, {"unclean.leader.election.enable", "true"}});
  topics_.Make(options_.registry_topic, 1, SettingsOfNewTopic(1));
  for (const absl::Status& status : {Create().status(), CheckKafkaTopics(options_, kPartitions).status()}) {
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_THAT(std::string(status.message()),
                AllOf(HasSubstr("cleanup.policy=compact"), HasSubstr("max.message.bytes=1000"),
                      HasSubstr("unclean.leader.election.enable=true"), HasSubstr("retention.ms=604800000"),
                      HasSubstr("message.timestamp.type=CreateTime"), HasSubstr("kafka-configs.sh")));
  }
}

TEST_F(KafkaBroker, AJournalWhoseTopicGrewPartitionsIsRefused) {
  ASSERT_TRUE(Create().ok());
  EXPECT_THAT(std::string(CheckKafkaTopics(options_, kPartitions + 1).status().message()),
              AllOf(HasSubstr("has 3 partitions"), HasSubstr("has 4")));
}

TEST_F(KafkaBroker, StampsAreTheBrokersAndLieWithinTheAppend) {
  const auto journal = CreateAndOpen();
  const absl::Time before = absl::FromUnixMillis(absl::ToUnixMillis(absl::Now()));
  const auto appended = AppendAndWait(*journal, kPartition, {"case", "value", {}});
  ASSERT_TRUE(appended.ok()) << appended.status();
  EXPECT_GE(appended->stamp, before);
  EXPECT_LE(appended->stamp, absl::Now());
}

TEST_F(KafkaBroker, ATopicMadeAgainAndLongerThanWhatWasReadIsNoticedWithBothHashes) {
  const auto journal = CreateAndOpen();
  Bell bell;
  auto reader = journal->OpenReader(kPartition, base::Offset{0}, bell.Ringer());
  ASSERT_TRUE(reader.ok()) << reader.status();
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(AppendAndWait(*journal, kPartition, {"case", "value", {}}).ok());
  for (size_t read = 0; read < 6;) {
    const auto records = (*reader)->Read({});
    ASSERT_TRUE(records.ok()) << records.status();
    read += records->size();
    if (records->empty()) {
      ASSERT_TRUE(bell.Wait());
    }
  }
  const Identity other = Recreate(journal->identity());
  for (int i = 0; i < 20; ++i) Write(kPartition, {"case", "of another journal", {}});
  const absl::Status status = AwaitEndOf(**reader, bell);
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
  const std::string was = base::Sha256(GenesisRecord(journal->identity(), kPartition).value).ToHex();
  const std::string is = base::Sha256(GenesisRecord(other, kPartition).value).ToHex();
  EXPECT_THAT(std::string(status.message()), AllOf(HasSubstr(was), HasSubstr(is)));
  EXPECT_EQ((*reader)->Read({}).status(), status) << "it stays dead";
}

TEST_F(KafkaBroker, ATopicMadeAgainAndShorterIsNoticedByAReaderThatWaits) {
  const auto journal = CreateAndOpen();
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(AppendAndWait(*journal, kPartition, {"case", "value", {}}).ok());
  Bell bell;
  auto reader = journal->OpenReader(kPartition, base::Offset{6}, bell.Ringer());
  ASSERT_TRUE(reader.ok()) << reader.status();
  Recreate(journal->identity());
  EXPECT_EQ(AwaitEndOf(**reader, bell).code(), absl::StatusCode::kDataLoss);
}

TEST_F(KafkaBroker, ATopicThatIsDeletedIsOutOfReachAndNotACauseToStop) {
  options_.unreachable_after = absl::Milliseconds(500);
  const auto journal = CreateAndOpen();
  Bell bell;
  auto reader = journal->OpenReader(kPartition, base::Offset{1}, bell.Ringer());
  ASSERT_TRUE(reader.ok()) << reader.status();
  topics_.Delete({options_.cases_topic});
  absl::StatusOr<std::vector<StoredRecord>> records = (*reader)->Read({});
  while (records.ok() && bell.Wait()) records = (*reader)->Read({});
  EXPECT_EQ(records.status().code(), absl::StatusCode::kUnavailable) << records.status();
  EXPECT_EQ(journal->reachable().code(), absl::StatusCode::kUnavailable);
}

TEST_F(KafkaBroker, RecordsThatWereDeletedAreNoticed) {
  const auto journal = CreateAndOpen();
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(AppendAndWait(*journal, kPartition, {"case", "value", {}}).ok());
  topics_.DeleteRecords(options_.cases_topic, kPartition.index(), 3);
  Bell bell;
  auto reader = journal->OpenReader(kPartition, base::Offset{1}, bell.Ringer());
  ASSERT_TRUE(reader.ok()) << reader.status();
  EXPECT_EQ(AwaitEndOf(**reader, bell).code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(KafkaJournal::Open(options_).status().code(), absl::StatusCode::kDataLoss);
}

TEST_F(KafkaBroker, ARecordThatItsWriterStampedStopsTheReader) {
  const auto journal = CreateAndOpen();
  topics_.Configure(options_.cases_topic, "message.timestamp.type", "CreateTime");
  EXPECT_EQ(AppendAndWait(*journal, kPartition, {"case", "value", {}}).status().code(), absl::StatusCode::kUnavailable);
  Bell bell;
  auto reader = journal->OpenReader(kPartition, base::Offset{1}, bell.Ringer());
  ASSERT_TRUE(reader.ok()) << reader.status();
  EXPECT_THAT(std::string(AwaitEndOf(**reader, bell).message()), HasSubstr("message.timestamp.type"));
}

TEST_F(KafkaBroker, ATransactionsMarkerIsAGapAndStopsTheReader) {
  const auto journal = CreateAndOpen();
  topics_.WriteInTransaction(options_.cases_topic, kPartition.index(), "value");
  // The marker comes when the transaction's coordinator gets to it.
  while (EndOf(*journal, kPartition) < 3) continue;
  ASSERT_TRUE(AppendAndWait(*journal, kPartition, {"case", "after", {}}).ok());
  Bell bell;
  auto reader = journal->OpenReader(kPartition, base::Offset{1}, bell.Ringer());
  ASSERT_TRUE(reader.ok()) << reader.status();
  EXPECT_THAT(std::string(AwaitEndOf(**reader, bell).message()),
              AllOf(HasSubstr("no record at offset 2, and one at 3"), HasSubstr("transaction")));
}

}  // namespace
}  // namespace whistle::journal
