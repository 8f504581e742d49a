// The Kafka journal passes the suite that every journal passes, on librdkafka's mock cluster: as it is, with errors
// answered to every kind of request, with a broker that is down, and with slow round trips.
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "libs/journal/conformance/conformance.h"
#include "libs/journal/kafka/harness_testing.h"
#include "libs/journal/kafka/mock_cluster.h"

namespace whistle::journal {
namespace {

class MockHarness final : public KafkaHarness<MockCluster> {
 public:
  explicit MockHarness(Spoil spoil) : KafkaHarness(&MockCluster::Options, MockCluster::kBrokers, std::move(spoil)) {}

  std::map<Capability, std::string> lacks() const override {
    std::map<Capability, std::string> lacks = KafkaHarness::lacks();
    lacks[Capability::kTrueStamps] =
        "librdkafka's mock cluster acknowledges with a stamp of 1234 ms and keeps the writer's own";
    return lacks;
  }

  std::string why_unknown() const override {
    return "librdkafka's mock cluster takes records out of turn and idempotent duplicates alike, so a producer may "
           "break "
           "or learn of a record without its place";
  }
};

// Each error, a few times, between requests that pass.
std::vector<rd_kafka_resp_err_t> Sprinkled(const std::vector<rd_kafka_resp_err_t>& errors) {
  std::vector<rd_kafka_resp_err_t> sprinkled;
  for (int round = 0; round < 3; ++round) {
    for (const rd_kafka_resp_err_t error : errors) {
      sprinkled.push_back(error);
      sprinkled.insert(sprinkled.end(), 3, RD_KAFKA_RESP_ERR_NO_ERROR);
    }
  }
  return sprinkled;
}

void Errors(MockCluster& cluster) {
  cluster.Inject(MockRequest::kProduce,
                 Sprinkled({RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT,
                            RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS, RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE}));
  cluster.Inject(MockRequest::kFetch,
                 Sprinkled({RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, RD_KAFKA_RESP_ERR_OFFSET_NOT_AVAILABLE,
                            RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE, RD_KAFKA_RESP_ERR_KAFKA_STORAGE_ERROR,
                            RD_KAFKA_RESP_ERR_UNKNOWN}));
  cluster.Inject(MockRequest::kListOffsets,
                 Sprinkled({RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE,
                            RD_KAFKA_RESP_ERR_OFFSET_NOT_AVAILABLE, RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT}));
}

// It stays in the list of brokers, and has led some partitions.
void ABrokerDown(MockCluster& cluster) {
  cluster.MoveLeaders({1, 3});
  cluster.SetDown(2);
}

ImplementationUnderTest On(const std::string& name, MockHarness::Spoil spoil) {
  return {name, [spoil = std::move(spoil)] { return std::make_unique<MockHarness>(spoil); }};
}

INSTANTIATE_TEST_SUITE_P(KafkaMock, JournalConformance,
                         testing::Values(On("Plain", [](MockCluster&) {}), On("Errors", Errors),
                                         On("ABrokerDown", ABrokerDown),
                                         On("SlowRoundTrips", [](MockCluster& cluster) { cluster.SetRoundTrip(10); })),
                         NameOf);

}  // namespace
}  // namespace whistle::journal
