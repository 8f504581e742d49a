// Topics that an import makes, on librdkafka's mock cluster; tests/kafka/import_test.py carries a journal into a real
// one.
#include <future>
#include <memory>
#include <string>
#include <utility>

#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/journal/carried.h"
#include "libs/journal/conformance/calls.h"
#include "libs/journal/kafka/kafka_journal.h"
#include "libs/journal/kafka/mock_cluster.h"
#include "libs/journal/kafka/producer.h"

namespace whistle::journal {
namespace {

using ::testing::HasSubstr;

const base::PartitionId kPartition = base::PartitionId::Case(3);

class KafkaImport : public testing::Test {
 protected:
  KafkaImport() : importing_(cluster_.Options()), plain_(importing_) {
    importing_.importing = ImportedFrom{.journal_uuid = "11111111-2222-4333-8444-555555555555", .through = {}};
    for (const base::PartitionId partition : AllPartitions(MockCluster::kPartitions)) {
      importing_.importing->through[partition] = base::Offset{1};
    }
    importing_.importing->through[kPartition] = base::Offset{2};
  }

  static absl::StatusOr<KafkaCreation> Create(const KafkaOptions& options) {
    return CreateKafkaJournal(options, MockCluster::kPartitions, MockCluster::kBrokers, absl::Now());
  }

  MockCluster cluster_;
  KafkaOptions importing_;
  const KafkaOptions plain_;
};

TEST_F(KafkaImport, EveryGenesisSaysHowFarItsPartitionIsCarriedOver) {
  const auto created = Create(importing_);
  ASSERT_TRUE(created.ok()) << created.status();
  const auto again = Create(importing_);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->what, KafkaCreation::What::kWasThere);
  EXPECT_EQ(again->identity.uuid, created->identity.uuid);
  const auto journal = KafkaJournal::Open(importing_);
  ASSERT_TRUE(journal.ok()) << journal.status();
  EXPECT_EQ((*journal)->identity().imported_from->through, importing_.importing->through);
}

TEST_F(KafkaImport, NoServiceOpensItBeforeAllIsThere) {
  ASSERT_TRUE(Create(importing_).ok());
  const absl::Status refused = KafkaJournal::Open(plain_).status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(refused.message()),
              HasSubstr("partition 3 ends at offset 1, and was to be carried over up to 2. Run `whistlectl journal "
                        "import FILE --journal=kafka:"));
  {
    const auto journal = KafkaJournal::Open(importing_);
    ASSERT_TRUE(journal.ok()) << journal.status();
    ASSERT_TRUE(AppendAndWait(**journal, kPartition, Carry({"case", "v", {}}, absl::UnixEpoch())).ok());
  }
  EXPECT_TRUE(KafkaJournal::Open(plain_).ok());
}

TEST_F(KafkaImport, AnotherArchiveAndAJournalThatWasNotImportedAreRefused) {
  KafkaOptions other = importing_;
  other.importing->through[kPartition] = base::Offset{9};
  ASSERT_TRUE(Create(importing_).ok());
  EXPECT_THAT(std::string(Create(other).status().message()), HasSubstr("that is another archive"));
  MockCluster fresh;
  ASSERT_TRUE(Create(fresh.Options()).ok());
  other.brokers = fresh.Options().brokers;
  EXPECT_THAT(std::string(Create(other).status().message()), HasSubstr("was not imported"));
}

TEST_F(KafkaImport, BehindWhatFailedForGoodNothingIsTaken) {
  ASSERT_TRUE(Create(importing_).ok());
  const auto producer = KafkaProducer::Make(importing_, [](base::PartitionId, base::Offset) {});
  ASSERT_TRUE(producer.ok()) << producer.status();
  rd_kafka_test_fatal_error((*producer)->client()->get(), RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER, "a test");
  for (int i = 0; i < 3; ++i) {
    std::promise<absl::StatusOr<Appended>> promise;
    (*producer)->Append(kPartition, {"case", "v", {}},
                        [&](absl::StatusOr<Appended> appended) { promise.set_value(std::move(appended)); });
    EXPECT_EQ(Await(promise.get_future()).status().code(), absl::StatusCode::kUnavailable);
  }
}

}  // namespace
}  // namespace whistle::journal
