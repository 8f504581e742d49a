// What the journal says and does while the cluster is not well: on librdkafka's mock cluster.
#include <atomic>
#include <future>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/journal/conformance/calls.h"
#include "libs/journal/kafka/consumers.h"
#include "libs/journal/kafka/kafka_journal.h"
#include "libs/journal/kafka/mock_cluster.h"
#include "libs/journal/kafka/producer.h"

namespace whistle::journal {
namespace {

using ::testing::HasSubstr;

const base::PartitionId kPartition = base::PartitionId::Case(3);

class KafkaFaults : public testing::Test {
 protected:
  KafkaFaults() : options_(cluster_.Options()) {
    options_.append_timeout = absl::Seconds(2);
    options_.end_timeout = absl::Seconds(1);
    options_.heartbeat = absl::Milliseconds(100);
    options_.unreachable_after = absl::Milliseconds(500);
    const auto created = CreateKafkaJournal(options_, MockCluster::kPartitions, MockCluster::kBrokers, absl::Now());
    EXPECT_TRUE(created.ok()) << created.status();
  }

  void Open() {
    auto opened = KafkaJournal::Open(options_);
    ASSERT_TRUE(opened.ok()) << opened.status();
    journal_ = *std::move(opened);
  }

  void AllDown() {
    for (int broker = 1; broker <= MockCluster::kBrokers; ++broker) cluster_.SetDown(broker);
  }
  void AllUp() {
    for (int broker = 1; broker <= MockCluster::kBrokers; ++broker) cluster_.SetUp(broker);
  }

  // Reads until there is a record, or an error.
  static absl::StatusOr<std::vector<StoredRecord>> AwaitRead(Reader& reader, Bell& bell) {
    while (true) {
      auto records = reader.Read({});
      if (!records.ok() || !records->empty()) return records;
      if (!bell.Wait()) return absl::DeadlineExceededError("the reader was not woken");
    }
  }

  MockCluster cluster_;
  KafkaOptions options_;
  std::unique_ptr<KafkaJournal> journal_;
};

absl::StatusOr<Appended> AppendTo(KafkaProducer& producer, Record record) {
  auto promise = std::make_shared<std::promise<absl::StatusOr<Appended>>>();
  auto outcome = promise->get_future();
  producer.Append(kPartition, std::move(record),
                  [promise](absl::StatusOr<Appended> appended) { promise->set_value(std::move(appended)); });
  return Await(std::move(outcome));
}

TEST_F(KafkaFaults, AProducerThatFailedForGoodIsReplacedAndAppendsGoOn) {
  std::atomic<int> appended = 0;
  auto producer = KafkaProducer::Make(options_, [&](base::PartitionId, base::Offset) { ++appended; });
  ASSERT_TRUE(producer.ok()) << producer.status();
  ASSERT_TRUE(AppendTo(**producer, {"case", "before", {}}).ok());
  const std::shared_ptr<KafkaClient> broken = (*producer)->client();
  rd_kafka_test_fatal_error(broken->get(), RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER, "a test says so");

  // What falls between is unknown; soon one is acknowledged.
  absl::StatusOr<Appended> after = AppendTo(**producer, {"case", "after", {}});
  while (absl::IsUnavailable(after.status())) after = AppendTo(**producer, {"case", "after", {}});
  EXPECT_TRUE(after.ok()) << after.status();
  EXPECT_NE((*producer)->client(), broken);
  EXPECT_EQ(appended, 2);
}

TEST_F(KafkaFaults, WhatWasUnderWayWhenAProducerFailedIsUnknown) {
  auto producer = KafkaProducer::Make(options_, [](base::PartitionId, base::Offset) {});
  ASSERT_TRUE(producer.ok()) << producer.status();
  ASSERT_TRUE(AppendTo(**producer, {"case", "before", {}}).ok());
  AllDown();
  std::vector<std::future<absl::StatusOr<Appended>>> outcomes;
  for (int i = 0; i < 10; ++i) {
    auto promise = std::make_shared<std::promise<absl::StatusOr<Appended>>>();
    outcomes.push_back(promise->get_future());
    (*producer)->Append(kPartition, {"case", "lost?", {}},
                        [promise](absl::StatusOr<Appended> appended) { promise->set_value(std::move(appended)); });
  }
  rd_kafka_test_fatal_error((*producer)->client()->get(), RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER, "a test");
  for (auto& outcome : outcomes) {
    EXPECT_EQ(Await(std::move(outcome)).status().code(), absl::StatusCode::kUnavailable);
  }
}

TEST_F(KafkaFaults, AnAppendThatNobodyAcknowledgesIsUnknownAfterItsTimeAndNotBefore) {
  Open();
  ASSERT_TRUE(AppendAndWait(*journal_, kPartition, {"case", "before", {}}).ok());
  AllDown();
  const absl::Time start = absl::Now();
  const absl::Status status = AppendAndWait(*journal_, kPartition, {"case", "lost?", {}}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable) << status;
  EXPECT_GE(absl::Now() - start, options_.append_timeout - absl::Milliseconds(100));
  AllUp();
}

TEST_F(KafkaFaults, TooMuchUnderWayIsRefusedAndNeverWritten) {
  options_.in_flight_records_max = 3;
  Open();
  ASSERT_TRUE(AppendAndWait(*journal_, kPartition, {"case", "before", {}}).ok());
  AllDown();
  std::vector<std::future<absl::StatusOr<Appended>>> waiting;
  for (int i = 0; i < 3; ++i) waiting.push_back(StartAppend(*journal_, kPartition, {"case", "waits", {}}));
  EXPECT_EQ(AppendAndWait(*journal_, kPartition, {"case", "fourth", {}}).status().code(),
            absl::StatusCode::kResourceExhausted);
  AllUp();
  for (auto& outcome : waiting) {
    const auto appended = Await(std::move(outcome));
    EXPECT_TRUE(appended.ok() || absl::IsUnavailable(appended.status())) << appended.status();
  }
  for (const StoredRecord& record : ReadAll(*journal_, kPartition, 1)) EXPECT_NE(record.record.value, "fourth");
}

TEST_F(KafkaFaults, AnEndThatNobodyCanSayIsUnavailableInTime) {
  Open();
  AllDown();
  const absl::Time start = absl::Now();
  std::promise<absl::Status> answer;
  journal_->End(kPartition, [&](absl::StatusOr<base::Offset> end) { answer.set_value(end.status()); });
  EXPECT_EQ(answer.get_future().get().code(), absl::StatusCode::kUnavailable);
  // One query may begin at the last moment.
  EXPECT_LE(absl::Now() - start, options_.end_timeout + absl::Seconds(3));
}

TEST_F(KafkaFaults, AnOutageIsSaidWithItsBeginningAndItsReasonAndEndsByItself) {
  Open();
  Bell bell;
  auto reader = journal_->OpenReader(kPartition, base::Offset{1}, bell.Ringer());
  ASSERT_TRUE(reader.ok()) << reader.status();
  EXPECT_TRUE(journal_->reachable().ok());
  AllDown();
  const absl::Status outage = AwaitRead(**reader, bell).status();
  EXPECT_EQ(outage.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(outage.message()), HasSubstr("has not been reached since"));
  EXPECT_EQ(journal_->reachable().code(), absl::StatusCode::kUnavailable);

  AllUp();
  // The reader is woken when it is over; until then it says why it has nothing.
  absl::StatusOr<std::vector<StoredRecord>> records = (*reader)->Read({});
  while (!records.ok() && bell.Wait()) records = (*reader)->Read({});
  EXPECT_TRUE(records.ok()) << records.status();
  absl::StatusOr<Appended> appended = AppendAndWait(*journal_, kPartition, {"case", "after", {}});
  while (absl::IsUnavailable(appended.status())) {
    appended = AppendAndWait(*journal_, kPartition, {"case", "after", {}});
  }
  ASSERT_TRUE(appended.ok()) << appended.status();
  do {
    records = (*reader)->Read({});
  } while ((!records.ok() || records->empty()) && bell.Wait());
  ASSERT_TRUE(records.ok()) << records.status();
  EXPECT_EQ(records->at(0).record.value, "after");
}

TEST_F(KafkaFaults, ABrokerThatGoesTakesNothingAcknowledgedWithItAndReadersFollowTheNewLeader) {
  options_.append_timeout = absl::Seconds(10);
  Open();
  cluster_.MoveLeaders({1});
  Bell bell;
  auto reader = journal_->OpenReader(kPartition, base::Offset{1}, bell.Ringer());
  ASSERT_TRUE(reader.ok()) << reader.status();
  std::vector<std::string> read;
  const auto read_up_to = [&](size_t count) {
    while (read.size() < count) {
      const auto records = AwaitRead(**reader, bell);
      if (absl::IsUnavailable(records.status()) && bell.Wait()) continue;
      ASSERT_TRUE(records.ok()) << records.status();
      for (const StoredRecord& record : *records) read.push_back(record.record.value);
    }
  };
  for (int leader = 2; leader <= 3; ++leader) {
    for (int i = 0; i < 5; ++i) {
      ASSERT_TRUE(AppendAndWait(*journal_, kPartition, {"case", std::to_string(i), {}}).ok());
    }
    read_up_to(5 * (leader - 1));
    cluster_.SetDown(leader - 1);
    cluster_.MoveLeaders({leader});
  }
  ASSERT_TRUE(AppendAndWait(*journal_, kPartition, {"case", "last", {}}).ok());
  read_up_to(11);
  EXPECT_THAT(read, testing::ElementsAre("0", "1", "2", "3", "4", "0", "1", "2", "3", "4", "last"));
}

TEST_F(KafkaFaults, ThirtyTwoReadersOfAPartitionAreServedAndOneMoreIsRefused) {
  Open();
  ASSERT_TRUE(AppendAndWait(*journal_, kPartition, {"case", "value", {}}).ok());
  std::vector<Bell> bells(kReadersPerPartitionMax);
  std::vector<std::unique_ptr<Reader>> readers;
  for (Bell& bell : bells) {
    auto reader = journal_->OpenReader(kPartition, base::Offset{0}, bell.Ringer());
    ASSERT_TRUE(reader.ok()) << reader.status();
    readers.push_back(*std::move(reader));
  }
  for (size_t i = 0; i < readers.size(); ++i) ASSERT_TRUE(AwaitRead(*readers[i], bells[i]).ok());
  EXPECT_EQ(journal_->OpenReader(kPartition, base::Offset{0}, [] {}).status().code(),
            absl::StatusCode::kResourceExhausted);
  readers.pop_back();
  EXPECT_TRUE(journal_->OpenReader(kPartition, base::Offset{0}, [] {}).ok());
}

TEST(KafkaOpenTest, AClusterThatIsNotThereIsUnavailable) {
  KafkaOptions options{.brokers = "127.0.0.1:1"};
  EXPECT_EQ(KafkaJournal::Open(options).status().code(), absl::StatusCode::kUnavailable);
}

TEST(KafkaOpenTest, TopicsWithoutAJournalSayTheCommandThatMakesOne) {
  const MockCluster cluster;
  const absl::Status status = KafkaJournal::Open(cluster.Options()).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("`whistlectl journal create --journal=kafka:" + cluster.Options().brokers + "`"));
}

}  // namespace
}  // namespace whistle::journal
