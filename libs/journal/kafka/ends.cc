#include "libs/journal/kafka/ends.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "libs/base/time.h"

namespace whistle::journal {
namespace {

// How long one broker is waited for, each time it is asked. A question outlives several.
constexpr absl::Duration kAskTimeout = absl::Seconds(1);
// Before a broker is asked again that failed, or whose answer settled nothing.
constexpr absl::Duration kAskAgainAfter = absl::Milliseconds(50);
// Brokers come, go and move seldom; until the first answer it is asked all the time.
constexpr absl::Duration kScoutEvery = absl::Seconds(5);

}  // namespace

KafkaEnds::KafkaEnds(const KafkaOptions& options, KafkaClient* asker, int partition_count, int min_insync,
                     std::function<void(base::PartitionId)> on_changed)
    : options_(options), asker_(asker), min_insync_(min_insync), on_changed_(std::move(on_changed)) {
  absl::MutexLock lock(&mutex_);
  for (const base::PartitionId id : AllPartitions(partition_count)) partitions_[id].heard_at = absl::Now();
  threads_.emplace_back([this] { RunScout(); });
  threads_.emplace_back([this] { RunWatch(); });
}

KafkaEnds::~KafkaEnds() {
  std::vector<std::thread> threads;
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
    ++changes_;
    threads = std::move(threads_);
  }
  for (std::thread& thread : threads) thread.join();
  Calls calls;
  {
    absl::MutexLock lock(&mutex_);
    for (auto& [id, partition] : partitions_) {
      for (Question& question : partition.open) {
        calls.answers.emplace_back(std::move(question.done), absl::UnavailableError("the journal is closed"));
      }
    }
  }
  Make(std::move(calls));
}

void KafkaEnds::Ask(base::PartitionId partition, Journal::EndDone done) {
  absl::MutexLock lock(&mutex_);
  partitions_.at(partition).open.push_back({++now_, absl::Now() + options_.end_timeout, std::move(done)});
  ++changes_;
}

void KafkaEnds::Saw(base::PartitionId partition, base::Offset offset) {
  absl::MutexLock lock(&mutex_);
  Partition& seen = partitions_.at(partition);
  seen.highest = std::max(seen.highest, offset.Next());
}

KafkaEnds::View KafkaEnds::Look(base::PartitionId id) const {
  absl::MutexLock lock(&mutex_);
  const Partition& partition = partitions_.at(id);
  View view;
  view.highest = partition.highest;
  view.shrunk_since = partition.shrunk_since;
  view.shrunk_to = partition.shrunk_to;
  if (partition.unreachable) {
    view.unreachable_since = partition.heard_at;
    view.reachable = absl::UnavailableError(absl::StrCat(
        "partition ", id.ToString(), " of the journal on ", options_.brokers, " has not been reached since ",
        base::TimeText(partition.heard_at), ": ", std::string(Unknown(id).message())));
  }
  return view;
}

void KafkaEnds::AwaitChange(absl::Time deadline) {
  const auto changed = [this, seen = changes_]()
                           ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return stopping_ || changes_ != seen; };
  mutex_.AwaitWithDeadline(absl::Condition(&changed), deadline);
}

void KafkaEnds::Make(Calls calls) {
  for (auto& [done, answer] : calls.answers) std::move(done)(std::move(answer));
  for (const base::PartitionId id : calls.changed) on_changed_(id);
}

void KafkaEnds::RunScout() {
  while (true) {
    const absl::StatusOr<ClusterView> view = ViewCluster(*asker_, kAskTimeout);
    if (view.ok()) Learn(*view);
    const absl::Time next = absl::Now() + (view.ok() ? kScoutEvery : kAskAgainAfter);
    absl::MutexLock lock(&mutex_);
    const auto stopping = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return stopping_; };
    if (mutex_.AwaitWithDeadline(absl::Condition(&stopping), next)) return;
  }
}

void KafkaEnds::Learn(const ClusterView& view) {
  absl::MutexLock lock(&mutex_);
  if (stopping_) return;
  std::set<BrokerId> keepers;
  for (const auto& [id, seen] : view.partitions) {
    const auto partition = partitions_.find(id);
    if (partition == partitions_.end() || seen.replicas.empty()) continue;
    partition->second.replicas = seen.replicas;
    keepers.insert(seen.replicas.begin(), seen.replicas.end());
  }
  for (const BrokerId id : keepers) {
    // One that is not there now keeps the address it had.
    const auto address = view.addresses.find(id);
    if (address == view.addresses.end()) continue;
    const bool fresh = brokers_.find(id) == brokers_.end();
    brokers_[id].address = address->second;
    if (fresh) threads_.emplace_back([this, id] { RunBroker(id); });
  }
  ++changes_;
}

absl::Time KafkaEnds::DueAt(BrokerId id, const Broker& broker) const {
  const auto own = words_.find(id);
  const Moment asked = own == words_.end() ? 0 : own->second.asked;
  const absl::Time again = broker.asked_at + kAskAgainAfter;
  absl::Time due = broker.asked_at + std::min(options_.heartbeat, options_.unreachable_after / 4);
  for (const auto& [partition_id, partition] : partitions_) {
    if (partition.open.empty() || std::count(partition.replicas.begin(), partition.replicas.end(), id) == 0) continue;
    // To be asked at once: of a question that came later than what it said, and a leader of an end that is to be told
    // after others have named it.
    bool now = partition.open.back().asked > asked;
    if (own != words_.end() && own->second.Names(id, partition_id)) {
      for (const auto& [other, word] : words_) {
        now = now || (word.seen > own->second.seen && word.Names(id, partition_id));
      }
    }
    due = std::min(due, now && broker.last.ok() ? absl::InfinitePast() : again);
  }
  return due;
}

void KafkaEnds::RunBroker(BrokerId id) {
  std::unique_ptr<KafkaClient> client;
  std::string connected_to;
  while (true) {
    std::string address;
    Moment asked = 0;
    std::map<base::PartitionId, base::Offset> floors;
    {
      absl::MutexLock lock(&mutex_);
      Broker& broker = brokers_.at(id);
      while (!stopping_) {
        const absl::Time due = DueAt(id, broker);
        if (due <= absl::Now()) break;
        AwaitChange(due);
      }
      if (stopping_) return;
      address = broker.address;
      broker.asked_at = absl::Now();
      asked = ++now_;
      for (const auto& [partition_id, partition] : partitions_) floors.emplace(partition_id, partition.highest);
    }
    absl::Status connected;
    if (client == nullptr || address != connected_to) {
      auto made = KafkaClient::MakeForOne(options_, address);
      connected = made.status();
      client = made.ok() ? *std::move(made) : nullptr;
      connected_to = address;
    }
    Hear(id, client ? AskAlone(*client, id, asked) : absl::StatusOr<BrokerWord>(connected), std::move(floors));
  }
}

absl::StatusOr<BrokerWord> KafkaEnds::AskAlone(KafkaClient& client, BrokerId id, Moment asked) {
  absl::StatusOr<ClusterView> view = ViewCluster(client, kAskTimeout);
  if (!view.ok()) return view.status();
  if (view->told_by != id) {
    return absl::UnavailableError(absl::StrCat("another broker, ", view->told_by, ", answers at its address"));
  }
  BrokerWord word;
  word.asked = asked;
  word.view = *std::move(view);
  std::vector<base::PartitionId> own;
  {
    absl::MutexLock lock(&mutex_);
    word.seen = ++now_;
    for (const auto& [partition_id, partition] : partitions_) {
      if (word.Names(id, partition_id)) own.push_back(partition_id);
    }
  }
  if (!own.empty()) word.ends = AskOffsets(client, own, Edge::kEnd, kAskTimeout);
  return word;
}

void KafkaEnds::Hear(BrokerId id, absl::StatusOr<BrokerWord> word, std::map<base::PartitionId, base::Offset> floors) {
  Calls calls;
  {
    absl::MutexLock lock(&mutex_);
    Broker& broker = brokers_.at(id);
    broker.last = word.status();
    if (word.ok()) {
      for (const auto& [partition_id, end] : word->ends) {
        if (!end.ok()) continue;
        Partition& partition = partitions_.at(partition_id);
        partition.heard_at = absl::Now();
        if (std::exchange(partition.unreachable, false)) calls.changed.push_back(partition_id);
      }
      broker.floors = std::move(floors);
      words_[id] = *std::move(word);
      for (auto& [partition_id, partition] : partitions_) Settle(partition_id, partition, calls);
    }
    ++changes_;
  }
  Make(std::move(calls));
}

void KafkaEnds::Settle(base::PartitionId id, Partition& partition, Calls& calls) {
  const std::optional<AgreedEnd> agreed = Agree(words_, id, min_insync_);
  if (!agreed || agreed->as_of <= partition.agreed_as_of) return;
  partition.agreed_as_of = agreed->as_of;
  const bool was_shrunk = partition.shrunk_since != absl::InfiniteFuture();
  const bool shrunk = agreed->end < brokers_.at(agreed->leader).floors.at(id);
  if (was_shrunk != shrunk) {
    partition.shrunk_since = shrunk ? absl::Now() : absl::InfiniteFuture();
    calls.changed.push_back(id);
  }
  if (shrunk) {
    partition.shrunk_to = agreed->end;
    return;
  }
  partition.highest = std::max(partition.highest, agreed->end);
  const auto later = std::find_if(partition.open.begin(), partition.open.end(),
                                  [&](const Question& question) { return question.asked >= agreed->as_of; });
  for (auto question = partition.open.begin(); question != later; ++question) {
    calls.answers.emplace_back(std::move(question->done), agreed->end);
  }
  partition.open.erase(partition.open.begin(), later);
}

void KafkaEnds::RunWatch() {
  while (true) {
    Calls calls;
    {
      absl::MutexLock lock(&mutex_);
      if (stopping_) return;
      const absl::Time now = absl::Now();
      absl::Time wake = now + options_.unreachable_after / 4;
      for (auto& [id, partition] : partitions_) {
        if (!partition.unreachable && now - partition.heard_at >= options_.unreachable_after) {
          partition.unreachable = true;
          calls.changed.push_back(id);
        }
        const auto fresh = std::find_if(partition.open.begin(), partition.open.end(),
                                        [&](const Question& question) { return question.deadline > now; });
        for (auto question = partition.open.begin(); question != fresh; ++question) {
          calls.answers.emplace_back(std::move(question->done), Unknown(id));
        }
        partition.open.erase(partition.open.begin(), fresh);
        if (!partition.open.empty()) wake = std::min(wake, partition.open.front().deadline);
      }
      if (calls.answers.empty() && calls.changed.empty()) AwaitChange(wake);
    }
    Make(std::move(calls));
  }
}

absl::Status KafkaEnds::Unknown(base::PartitionId id) const {
  const Partition& partition = partitions_.at(id);
  if (partition.shrunk_since != absl::InfiniteFuture()) {
    return absl::UnavailableError(absl::StrCat("the cluster says that partition ", id.ToString(), " ends at ",
                                               partition.shrunk_to.value, ", and records up to ",
                                               partition.highest.value, " were seen"));
  }
  std::vector<std::string> said;
  for (const BrokerId replica : partition.replicas) {
    const auto broker = brokers_.find(replica);
    const auto word = words_.find(replica);
    std::string says = "has not answered yet";
    if (broker != brokers_.end() && !broker->second.last.ok()) {
      says = std::string(broker->second.last.message());
    } else if (word != words_.end()) {
      const auto seen = word->second.view.partitions.find(id);
      const auto end = word->second.ends.find(id);
      const BrokerId leader = seen == word->second.view.partitions.end() ? kNobody : seen->second.leader;
      says = leader == kNobody ? "says that nobody leads" : absl::StrCat("says that broker ", leader, " leads");
      if (end != word->second.ends.end() && !end->second.ok())
        absl::StrAppend(&says, ", and ", std::string(end->second.status().message()));
    }
    said.push_back(absl::StrCat("broker ", replica, ": ", says));
  }
  return absl::UnavailableError(
      absl::StrCat("the journal's end is not known: ", said.empty() ? "no broker answers" : absl::StrJoin(said, "; ")));
}

}  // namespace whistle::journal
