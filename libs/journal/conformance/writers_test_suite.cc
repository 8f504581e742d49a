// Several writers at once: nothing lost, and the parent rule arbitrates.
#include <functional>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "gtest/gtest.h"
#include "libs/base/hash.h"
#include "libs/journal/conformance/appends.h"
#include "libs/journal/conformance/calls.h"
#include "libs/journal/conformance/conformance.h"
#include "whistle/journal/v1/journal.pb.h"

namespace whistle::journal {
namespace {

TEST_P(JournalConformance, TwoConcurrentWritersInterleaveWithoutLoss) {
  const base::PartitionId partition = base::PartitionId::Case(7);
  constexpr int kEach = 300;
  Appends of_one(harness());
  Appends of_other(harness());
  const auto write = [partition](Appends& appends, const std::string& key) {
    std::vector<Record> records = Numbers(0, kEach);
    for (Record& record : records) record.key = key;
    const absl::Status status = appends.All(partition, std::move(records));
    EXPECT_TRUE(status.ok()) << status;
  };
  std::thread one(write, std::ref(of_one), "one");
  std::thread other(write, std::ref(of_other), "other");
  one.join();
  other.join();

  const int64_t end = EndOf(journal(), partition);
  EXPECT_THAT(end, (of_one.unknown() > 0 ? of_one : of_other).Exactly(1 + 2 * kEach));
  ExpectKept(harness(), partition, {&of_one, &of_other});
}

// The parent rule, as the design says it and nothing more: a decision counts if its parent is the head.
class ParentRule {
 public:
  bool Counts(const StoredRecord& record) {
    v1::Decision decision;
    if (!decision.ParseFromString(record.record.value) || decision.parent() != head_) return false;
    head_ = base::Sha256(record.record.value).ToBytes();
    ++version_;
    return true;
  }
  const std::string& head() const { return head_; }
  int version() const { return version_; }

 private:
  std::string head_;
  int version_ = 0;
};

std::string DecisionOn(const std::string& parent, int writer, int attempt) {
  v1::Decision decision;
  decision.set_case_id("case");
  decision.set_parent(parent);
  decision.mutable_request()->set_client(std::to_string(writer));
  decision.mutable_request()->set_request_id(std::to_string(attempt));
  return decision.SerializeAsString();
}

struct Written {
  // Its own decisions that count, as far as it read.
  int won = 0;
  // Appends of which nobody knows: each may be there or not.
  int unknown = 0;
};

// Decides on the head it knows until `versions` are reached.
Written WriteOnTheHead(Harness& harness, base::PartitionId partition, int writer, int versions) {
  Journal& journal = harness.journal();
  absl::Time give_up = absl::Now() + kAcknowledgedWithin;
  ParentRule rule;
  Bell bell;
  Written written;
  const auto reader = journal.OpenReader(partition, base::Offset{1}, bell.Ringer());
  EXPECT_TRUE(reader.ok()) << reader.status();
  if (!reader.ok()) return written;
  std::set<std::string> own;
  for (int attempt = 0; rule.version() < versions; ++attempt) {
    const std::string mine = *own.insert(DecisionOn(rule.head(), writer, attempt)).first;
    const absl::StatusOr<Appended> appended = AppendAndWait(journal, partition, {"case", mine, {}});
    if (appended.ok()) {
      give_up = absl::Now() + kAcknowledgedWithin;
    } else {
      ++written.unknown;
      const bool may_be =
          OutcomeIsUnknown(appended.status()) && !harness.why_unknown().empty() && absl::Now() < give_up;
      EXPECT_TRUE(may_be) << appended.status();
      if (!may_be) return written;
      // A journal that mends itself answers at once meanwhile: a way to the cluster and back lies between two tries.
      EndOf(journal, partition);
    }
    // What is known to be there is waited for; of the rest, what there is.
    for (bool read_on = true; read_on;) {
      const auto records = (*reader)->Read({});
      EXPECT_TRUE(records.ok()) << records.status();
      if (!records.ok()) return written;
      const bool woken = !records->empty() || !appended.ok() || bell.Wait();
      EXPECT_TRUE(woken) << "not woken for a record that is there";
      if (!woken) return written;
      read_on = appended.ok();
      for (const StoredRecord& record : *records) {
        if (rule.Counts(record) && own.contains(record.record.value)) ++written.won;
        if (appended.ok() && record.offset == appended->offset) read_on = false;
      }
    }
  }
  return written;
}

TEST_P(JournalConformance, OfTwoWritersExactlyOneWinsAtEveryVersion) {
  const base::PartitionId partition = PartitionForCase("case", journal().identity().partition_count);
  constexpr int kVersions = 200;
  Written written[2];
  std::vector<std::thread> writers;
  for (int w = 0; w < 2; ++w) {
    writers.emplace_back([&, w] { written[w] = WriteOnTheHead(harness(), partition, w, kVersions); });
  }
  for (std::thread& writer : writers) writer.join();

  // A reader of its own, from the start: every version was won once, and by the same decision for everybody.
  ParentRule rule;
  int counted = 0;
  for (const StoredRecord& record : ReadAll(journal(), partition, 1)) counted += rule.Counts(record) ? 1 : 0;
  EXPECT_GE(rule.version(), kVersions);
  EXPECT_EQ(counted, rule.version());
  const int won = written[0].won + written[1].won;
  EXPECT_LE(won, counted);
  if (written[0].unknown + written[1].unknown == 0) {
    EXPECT_EQ(won, counted) << "each writer's own verdicts and an outsider's must add up";
  }
}

}  // namespace
}  // namespace whistle::journal
