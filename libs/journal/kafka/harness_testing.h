// The Kafka journal as the journal's suite tests it: on topics, of any cluster, that each case has for itself.
#ifndef WHISTLE_LIBS_JOURNAL_KAFKA_HARNESS_TESTING_H_
#define WHISTLE_LIBS_JOURNAL_KAFKA_HARNESS_TESTING_H_

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "libs/base/check.h"
#include "libs/journal/conformance/conformance.h"
#include "libs/journal/kafka/kafka_journal.h"

namespace whistle::journal {

// `Cluster` is made with it, and holds the topics until the journals are gone.
template <typename Cluster>
class KafkaHarness : public Harness {
 public:
  using OptionsOf = std::function<KafkaOptions(const Cluster&)>;
  using Spoil = std::function<void(Cluster&)>;

  // `spoil` is done to the cluster after each opening.
  KafkaHarness(const OptionsOf& options_of, int copies, Spoil spoil)
      : options_(options_of(cluster_)), spoil_(std::move(spoil)) {
    const auto created = CreateKafkaJournal(options_, kPartitionCountDefault, copies, absl::Now());
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
    auto opened = KafkaJournal::Open(options_);
    WHISTLE_CHECK(opened.ok(), opened.status().ToString());
    journal_ = *std::move(opened);
    spoil_(cluster_);
  }

  Cluster cluster_;
  const KafkaOptions options_;
  const Spoil spoil_;
  std::vector<std::unique_ptr<KafkaJournal>> left_;
  std::unique_ptr<KafkaJournal> journal_;
};

}  // namespace whistle::journal

#endif  // WHISTLE_LIBS_JOURNAL_KAFKA_HARNESS_TESTING_H_
