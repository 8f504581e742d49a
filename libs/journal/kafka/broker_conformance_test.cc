// The Kafka journal passes the suite that every journal passes, on a real broker. Needs WHISTLE_KAFKA=HOST:PORT.
#include <memory>

#include "gtest/gtest.h"
#include "libs/journal/conformance/conformance.h"
#include "libs/journal/kafka/harness_testing.h"
#include "libs/journal/kafka/test_broker.h"

namespace whistle::journal {
namespace {

std::unique_ptr<Harness> OnTheBroker() {
  return std::make_unique<KafkaHarness<TestTopics>>(&TestTopics::options, 1, [](TestTopics&) {});
}

INSTANTIATE_TEST_SUITE_P(KafkaBroker, JournalConformance, testing::Values(ImplementationUnderTest{"Real", OnTheBroker}),
                         NameOf);

}  // namespace
}  // namespace whistle::journal
