// The Kafka journal passes the suite that every journal passes, on a real broker. Needs WHISTLE_KAFKA=HOST:PORT.
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "gtest/gtest.h"
#include "libs/base/check.h"
#include "libs/journal/conformance/conformance.h"
#include "libs/journal/kafka/kafka_journal.h"
#include "libs/journal/kafka/test_broker.h"

namespace whistle::journal {
namespace {

class BrokerHarness final : public Harness {
 public:
  BrokerHarness() {
    const auto created = CreateKafkaJournal(topics_.options(), kPartitionCountDefault, 1, absl::Now());
    WHISTLE_CHECK(created.ok(), created.status().ToString());
    Open();
  }

  Journal& journal() override { return *journal_; }

  void Reopen(Stop how) override {
    // A process that dies says goodbye to nobody: its journal stays, like a process that is stopped and not dead.
    if (how == Stop::kCrash) left_.push_back(std::move(journal_));
    journal_.reset();
    Open();
  }

  base::VirtualClock* clock() override { return nullptr; }

  std::map<Capability, std::string> lacks() const override {
    return {{Capability::kSettableClock, "brokers have clocks of their own"}};
  }

 private:
  void Open() {
    auto opened = KafkaJournal::Open(topics_.options());
    WHISTLE_CHECK(opened.ok(), opened.status().ToString());
    journal_ = *std::move(opened);
  }

  TestTopics topics_;
  std::vector<std::unique_ptr<KafkaJournal>> left_;
  std::unique_ptr<KafkaJournal> journal_;
};

INSTANTIATE_TEST_SUITE_P(KafkaBroker, JournalConformance,
                         testing::Values(ImplementationUnderTest{"Real",
                                                                 [] { return std::make_unique<BrokerHarness>(); }}),
                         NameOf);

}  // namespace
}  // namespace whistle::journal
