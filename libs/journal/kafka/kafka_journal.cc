#include "libs/journal/kafka/kafka_journal.h"

#include <algorithm>
#include <future>
#include <map>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "libs/base/hash.h"
#include "libs/base/status_macros.h"
#include "libs/journal/carried.h"
#include "libs/journal/kafka/bells.h"
#include "libs/journal/kafka/client.h"
#include "libs/journal/kafka/consumers.h"
#include "libs/journal/kafka/ends.h"
#include "libs/journal/kafka/kafka_reader.h"
#include "libs/journal/kafka/opened_topics.h"
#include "libs/journal/kafka/producer.h"
#include "libs/journal/kafka/witness.h"

namespace whistle::journal {
namespace {

// How often feeds and clients are looked after.
constexpr absl::Duration kTickEvery = absl::Milliseconds(100);

// The mock cluster has no settings to be asked for: a majority of its three.
constexpr int kMockMinInSync = 2;

}  // namespace

// Owns the parts, and the thread that looks after them.
class KafkaJournal::Impl {
 public:
  static absl::StatusOr<std::unique_ptr<Impl>> Open(KafkaOptions options);
  ~Impl();

  const Identity& identity() const { return identity_; }
  void Append(base::PartitionId partition, Record record, AppendDone done);
  void End(base::PartitionId partition, EndDone done);
  absl::StatusOr<std::unique_ptr<Reader>> OpenReader(base::PartitionId partition, base::Offset from,
                                                     std::function<void()> on_ready);
  absl::Status reachable() const;

 private:
  class FeedReader;

  Impl(KafkaOptions options, std::unique_ptr<KafkaClient> asker, OpenedTopics topics, int min_insync);

  absl::Status CheckPartition(base::PartitionId partition) const;
  // The partitions' ends, all asked at once; blocks until the last is known, or one cannot be.
  absl::StatusOr<std::vector<base::Offset>> AwaitEnds(const std::vector<base::PartitionId>& partitions);
  void OnEndChanged(base::PartitionId partition);
  void Tend();

  const KafkaOptions options_;
  const Identity identity_;
  // Each uses those before it.
  KafkaBells bells_;
  const std::unique_ptr<KafkaClient> asker_;
  KafkaConsumers consumers_;
  KafkaWitness witness_;
  std::unique_ptr<KafkaEnds> ends_;
  std::unique_ptr<KafkaProducer> producer_;

  absl::Mutex feeds_mutex_;
  std::set<std::shared_ptr<KafkaFeed>> feeds_ ABSL_GUARDED_BY(feeds_mutex_);
  bool stopping_ ABSL_GUARDED_BY(feeds_mutex_) = false;
  std::thread tender_;
};

class KafkaJournal::Impl::FeedReader final : public Reader {
 public:
  FeedReader(Impl* journal, std::shared_ptr<KafkaFeed> feed) : journal_(journal), feed_(std::move(feed)) {
    absl::MutexLock lock(&journal_->feeds_mutex_);
    journal_->feeds_.insert(feed_);
  }
  ~FeedReader() override {
    {
      absl::MutexLock lock(&journal_->feeds_mutex_);
      journal_->feeds_.erase(feed_);
    }
    feed_->Close();
  }

  absl::StatusOr<std::vector<StoredRecord>> Read(ReadLimits limits) override { return feed_->Read(limits); }

 private:
  Impl* const journal_;
  const std::shared_ptr<KafkaFeed> feed_;
};

absl::StatusOr<std::unique_ptr<KafkaJournal::Impl>> KafkaJournal::Impl::Open(KafkaOptions options) {
  WHISTLE_RETURN_IF_ERROR(CheckKafkaOptions(options));
  WHISTLE_ASSIGN_OR_RETURN(std::unique_ptr<KafkaClient> asker, KafkaClient::Make(options, ClientPurpose::kAsk));
  WHISTLE_ASSIGN_OR_RETURN(OpenedTopics topics, OpenTopics(options, *asker));
  int min_insync = kMockMinInSync;
  if (!options.mock_cluster) {
    WHISTLE_ASSIGN_OR_RETURN(min_insync, CheckKafkaTopics(options, topics.identity.partition_count));
  }
  std::unique_ptr<Impl> self(new Impl(std::move(options), std::move(asker), std::move(topics), min_insync));
  WHISTLE_ASSIGN_OR_RETURN(
      self->producer_,
      KafkaProducer::Make(self->options_, [ends = self->ends_.get()](base::PartitionId partition, base::Offset offset) {
        ends->Saw(partition, offset);
      }));
  // So that OpenReader knows, without asking, what any position that is true may be.
  const std::vector<base::PartitionId> partitions = AllPartitions(self->identity_.partition_count);
  WHISTLE_ASSIGN_OR_RETURN(const std::vector<base::Offset> ends, self->AwaitEnds(partitions));
  for (size_t i = 0; !self->options_.importing && i < partitions.size(); ++i) {
    // A service must not begin on half of what was to be carried over, and append to it.
    WHISTLE_RETURN_IF_ERROR(
        CheckCarriedThrough(self->identity_, partitions[i], ends[i], absl::StrCat("kafka:", self->options_.brokers)));
  }
  return self;
}

KafkaJournal::Impl::Impl(KafkaOptions options, std::unique_ptr<KafkaClient> asker, OpenedTopics topics, int min_insync)
    : options_(std::move(options)),
      identity_(std::move(topics.identity)),
      asker_(std::move(asker)),
      consumers_(options_, identity_.partition_count),
      witness_(asker_.get(), std::move(topics.genesis_hashes), options_.mock_cluster),
      ends_(std::make_unique<KafkaEnds>(options_, asker_.get(), identity_.partition_count, min_insync,
                                        [this](base::PartitionId partition) { OnEndChanged(partition); })) {
  tender_ = std::thread([this] { Tend(); });
}

KafkaJournal::Impl::~Impl() {
  // Appends first: their callbacks may still ask for ends.
  producer_.reset();
  ends_.reset();
  {
    absl::MutexLock lock(&feeds_mutex_);
    stopping_ = true;
  }
  tender_.join();
}

void KafkaJournal::Impl::Tend() {
  while (true) {
    std::vector<std::shared_ptr<KafkaFeed>> feeds;
    {
      absl::MutexLock lock(&feeds_mutex_);
      const auto stop = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(feeds_mutex_) { return stopping_; };
      if (feeds_mutex_.AwaitWithTimeout(absl::Condition(&stop), kTickEvery)) return;
      feeds.assign(feeds_.begin(), feeds_.end());
    }
    const absl::Time now = absl::Now();
    for (const auto& feed : feeds) feed->Tick(now);
    rd_kafka_poll(asker_->get(), 0);
    consumers_.Tend(now);
  }
}

void KafkaJournal::Impl::OnEndChanged(base::PartitionId partition) {
  absl::MutexLock lock(&feeds_mutex_);
  for (const auto& feed : feeds_) {
    if (feed->partition() == partition) feed->OnEndChanged();
  }
}

absl::Status KafkaJournal::Impl::CheckPartition(base::PartitionId partition) const {
  const int count = partition.is_registry() ? 1 : identity_.partition_count;
  if (partition.index() >= 0 && partition.index() < count) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("there is no partition ", partition.ToString(), ": the journal has ",
                                                 identity_.partition_count, " case partitions and the registry's"));
}

void KafkaJournal::Impl::Append(base::PartitionId partition, Record record, AppendDone done) {
  if (absl::Status status = CheckPartition(partition); !status.ok()) return std::move(done)(std::move(status));
  producer_->Append(partition, std::move(record), std::move(done));
}

void KafkaJournal::Impl::End(base::PartitionId partition, EndDone done) {
  if (absl::Status status = CheckPartition(partition); !status.ok()) return std::move(done)(std::move(status));
  ends_->Ask(partition, std::move(done));
}

absl::StatusOr<std::vector<base::Offset>> KafkaJournal::Impl::AwaitEnds(
    const std::vector<base::PartitionId>& partitions) {
  std::vector<std::promise<absl::StatusOr<base::Offset>>> told(partitions.size());
  for (size_t i = 0; i < partitions.size(); ++i) {
    ends_->Ask(partitions[i], [&told, i](absl::StatusOr<base::Offset> end) { told[i].set_value(std::move(end)); });
  }
  // Each is waited for, also after a failure: the others are on their way to this frame.
  std::vector<base::Offset> ends;
  absl::Status worst;
  for (auto& promise : told) {
    const absl::StatusOr<base::Offset> end = promise.get_future().get();
    worst.Update(end.status());
    if (end.ok()) ends.push_back(*end);
  }
  if (!worst.ok()) return worst;
  return ends;
}

absl::StatusOr<std::unique_ptr<Reader>> KafkaJournal::Impl::OpenReader(base::PartitionId partition, base::Offset from,
                                                                       std::function<void()> on_ready) {
  WHISTLE_RETURN_IF_ERROR(CheckPartition(partition));
  base::Offset end = ends_->Look(partition).highest;
  if (from > end) {
    WHISTLE_ASSIGN_OR_RETURN(const std::vector<base::Offset> ends, AwaitEnds({partition}));
    end = ends.front();
  }
  if (from.value < 0 || from > end) {
    return absl::OutOfRangeError(absl::StrCat("partition ", partition.ToString(), " of journal ", identity_.uuid,
                                              " ends at offset ", end.value, "; cannot read from ", from.value));
  }
  WHISTLE_ASSIGN_OR_RETURN(
      std::shared_ptr<KafkaFeed> feed,
      KafkaFeed::Open(
          {.options = &options_, .bells = &bells_, .consumers = &consumers_, .ends = ends_.get(), .witness = &witness_},
          partition, from, std::move(on_ready)));
  return std::make_unique<FeedReader>(this, std::move(feed));
}

absl::Status KafkaJournal::Impl::reachable() const {
  absl::Status worst;
  absl::Time since = absl::InfiniteFuture();
  for (const base::PartitionId partition : AllPartitions(identity_.partition_count)) {
    const KafkaEnds::View view = ends_->Look(partition);
    if (view.reachable.ok() || view.unreachable_since >= since) continue;
    worst = view.reachable;
    since = view.unreachable_since;
  }
  return worst;
}

absl::StatusOr<std::unique_ptr<KafkaJournal>> KafkaJournal::Open(KafkaOptions options) {
  WHISTLE_ASSIGN_OR_RETURN(std::unique_ptr<Impl> impl, Impl::Open(std::move(options)));
  return std::unique_ptr<KafkaJournal>(new KafkaJournal(std::move(impl)));
}

KafkaJournal::KafkaJournal(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

KafkaJournal::~KafkaJournal() = default;

const Identity& KafkaJournal::identity() const { return impl_->identity(); }

void KafkaJournal::Append(base::PartitionId partition, Record record, AppendDone done) {
  impl_->Append(partition, std::move(record), std::move(done));
}

void KafkaJournal::End(base::PartitionId partition, EndDone done) { impl_->End(partition, std::move(done)); }

absl::StatusOr<std::unique_ptr<Reader>> KafkaJournal::OpenReader(base::PartitionId partition, base::Offset from,
                                                                 std::function<void()> on_ready) {
  return impl_->OpenReader(partition, from, std::move(on_ready));
}

absl::Status KafkaJournal::reachable() const { return impl_->reachable(); }

}  // namespace whistle::journal
