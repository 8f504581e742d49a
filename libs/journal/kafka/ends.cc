#include "libs/journal/kafka/ends.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "libs/base/time.h"

namespace whistle::journal {
namespace {

// While some wait for a leader that does not answer, the others go on: ill partitions never have all threads.
constexpr int kThreads = 6;
constexpr int kThreadsForIll = kThreads - 1;
// How long one query waits. A question outlives several.
constexpr absl::Duration kQueryTimeout = absl::Seconds(1);
// Between two queries of a partition whose last one failed.
constexpr absl::Duration kRetryAfter = absl::Milliseconds(50);

}  // namespace

KafkaEnds::KafkaEnds(const KafkaOptions& options, KafkaClient* asker, int partition_count,
                     std::function<void(base::PartitionId)> on_changed)
    : options_(options), asker_(asker), on_changed_(std::move(on_changed)) {
  const absl::Time now = absl::Now();
  {
    absl::MutexLock lock(&mutex_);
    for (const base::PartitionId id : AllPartitions(partition_count)) {
      Partition& partition = partitions_.emplace(id, id).first->second;
      partition.answered_at = now;
      partition.beat_at = now + options_.heartbeat;
    }
  }
  for (int i = 0; i < kThreads; ++i) threads_.emplace_back([this] { Run(); });
}

KafkaEnds::~KafkaEnds() {
  std::vector<Question> open;
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  for (std::thread& thread : threads_) thread.join();
  {
    absl::MutexLock lock(&mutex_);
    for (auto& [id, partition] : partitions_) {
      for (Question& question : partition.open) open.push_back(std::move(question));
    }
  }
  for (Question& question : open) std::move(question.done)(absl::UnavailableError("the journal is closed"));
}

void KafkaEnds::Ask(base::PartitionId partition, Journal::EndDone done) {
  absl::MutexLock lock(&mutex_);
  partitions_.at(partition).open.push_back({absl::Now() + options_.end_timeout, std::move(done)});
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
    view.unreachable_since = partition.answered_at;
    view.reachable = absl::UnavailableError(
        absl::StrCat("partition ", id.ToString(), " of the journal on ", options_.brokers,
                     " has not been reached since ", base::TimeText(partition.answered_at), ": ",
                     partition.last_error.ok() ? "no answer" : std::string(partition.last_error.message())));
  }
  return view;
}

KafkaEnds::Query KafkaEnds::Take(absl::Time now, absl::Time* wake) {
  Query query;
  const auto take = [&](Partition& partition) {
    partition.asked = true;
    partition.beat_at = now + options_.heartbeat;
    query.partitions.push_back(&partition);
    query.questions.push_back(std::exchange(partition.open, {}));
  };
  const auto due = [&](const Partition& partition) {
    if (partition.asked) return false;
    const absl::Time at = std::max(partition.not_before, partition.open.empty() ? partition.beat_at : now);
    if (at > now) *wake = std::min(*wake, at);
    return at <= now;
  };
  // The well ones together, heartbeats and questions alike.
  for (auto& [id, partition] : partitions_) {
    if (!partition.ill && due(partition)) take(partition);
  }
  if (!query.partitions.empty() || ill_queries_ >= kThreadsForIll) return query;
  for (auto& [id, partition] : partitions_) {
    if (partition.ill && due(partition)) {
      take(partition);
      query.ill = true;
      ++ill_queries_;
      return query;
    }
  }
  return query;
}

void KafkaEnds::Run() {
  while (true) {
    Query query;
    {
      absl::MutexLock lock(&mutex_);
      while (!stopping_ && query.partitions.empty()) {
        absl::Time wake = absl::InfiniteFuture();
        query = Take(absl::Now(), &wake);
        if (!query.partitions.empty()) break;
        const auto changed = [this, seen = changes_]()
                                 ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return stopping_ || changes_ != seen; };
        mutex_.AwaitWithDeadline(absl::Condition(&changed), wake);
      }
      if (stopping_ && query.partitions.empty()) return;
    }
    const Answers answers = AskCluster(query);
    Settle(std::move(query), answers);
  }
}

KafkaEnds::Answers KafkaEnds::AskCluster(const Query& query) const {
  const KafkaPartitionsPtr list(rd_kafka_topic_partition_list_new(static_cast<int>(query.partitions.size())));
  for (const Partition* partition : query.partitions) {
    // "The offset for this time", where the time is "latest": ListOffsets' own way to say the end.
    rd_kafka_topic_partition_list_add(list.get(), asker_->topic_name(partition->id), partition->id.index())->offset =
        RD_KAFKA_OFFSET_END;
  }
  const rd_kafka_resp_err_t error =
      rd_kafka_offsets_for_times(asker_->get(), list.get(), KafkaMilliseconds(kQueryTimeout));
  Answers answers;
  for (const Partition* partition : query.partitions) {
    const rd_kafka_topic_partition_t* found =
        rd_kafka_topic_partition_list_find(list.get(), asker_->topic_name(partition->id), partition->id.index());
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
      answers.push_back(KafkaUnavailable("the journal's end is not known", error));
    } else if (found->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
      answers.push_back(KafkaUnavailable("the journal's end is not known", found->err));
    } else if (found->offset < 0) {
      answers.push_back(absl::UnavailableError("the journal's end is not known: no leader answered"));
    } else {
      answers.push_back(base::Offset{found->offset});
    }
  }
  return answers;
}

void KafkaEnds::Settle(Query query, const Answers& answers) {
  std::vector<std::pair<Journal::EndDone, absl::StatusOr<base::Offset>>> calls;
  std::vector<base::PartitionId> changed;
  {
    absl::MutexLock lock(&mutex_);
    const absl::Time now = absl::Now();
    if (query.ill) --ill_queries_;
    for (size_t i = 0; i < query.partitions.size(); ++i) {
      Partition& partition = *query.partitions[i];
      absl::StatusOr<base::Offset> answer = answers[i];
      partition.asked = false;
      const bool was_shrunk = partition.shrunk_since != absl::InfiniteFuture();
      const bool was_unreachable = partition.unreachable;
      if (answer.ok()) {
        partition.answered_at = now;
        partition.unreachable = false;
        if (*answer < partition.highest) {
          partition.shrunk_since = std::min(partition.shrunk_since, now);
          partition.shrunk_to = *answer;
          answer = absl::UnavailableError(absl::StrCat("the cluster says that partition ", partition.id.ToString(),
                                                       " ends at ", answer->value, ", and records up to ",
                                                       partition.highest.value, " were seen"));
        } else {
          partition.shrunk_since = absl::InfiniteFuture();
          partition.highest = *answer;
        }
      } else if (now - partition.answered_at >= options_.unreachable_after) {
        partition.unreachable = true;
      }
      partition.ill = !answer.ok();
      partition.last_error = answer.status();
      // A query of several fails as a whole; each is asked again at once, alone.
      partition.not_before = answer.ok() || query.partitions.size() > 1 ? absl::InfinitePast() : now + kRetryAfter;
      if (!answer.ok()) partition.beat_at = now + std::min(options_.heartbeat, options_.unreachable_after / 4);
      for (Question& question : query.questions[i]) {
        if (answer.ok() || now >= question.deadline) {
          calls.emplace_back(std::move(question.done), answer);
        } else {
          partition.open.push_back(std::move(question));
        }
      }
      if (was_unreachable != partition.unreachable ||
          was_shrunk != (partition.shrunk_since != absl::InfiniteFuture())) {
        changed.push_back(partition.id);
      }
    }
    ++changes_;
  }
  for (auto& [done, answer] : calls) std::move(done)(std::move(answer));
  for (const base::PartitionId id : changed) on_changed_(id);
}

}  // namespace whistle::journal
