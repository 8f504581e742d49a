#include "libs/journal/kafka/kafka_reader.h"

#include <algorithm>
#include <array>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "libs/base/hash.h"
#include "libs/base/status_macros.h"
#include "libs/journal/kafka/stored_message.h"

namespace whistle::journal {
namespace {

// How many messages are taken out of librdkafka's queue at a time.
constexpr size_t kTakeMax = 256;
// Between two tries of what did not work.
constexpr absl::Duration kRetryAfter = absl::Milliseconds(100);
// How often a reader that can say nothing but why is woken to say so.
constexpr absl::Duration kComplainEvery = absl::Seconds(1);
// What is missing is looked for all the time; not seen missing for so long, it is back.
constexpr absl::Duration kMissingForgotten = absl::Seconds(3);
// Readers are tended ten times a second. One that was not for so long stood still with its process (SIGSTOP, a frozen
// machine), and the broker answers its next fetch as if nothing had been. To delete, make and outgrow a topic takes
// longer; a busy machine is taken for it now and then, which costs a confirmation.
constexpr absl::Duration kStoodStill = absl::Milliseconds(300);

size_t BytesOf(const rd_kafka_message_t& message) { return message.len + message.key_len; }

}  // namespace

KafkaFeed::KafkaFeed(const Parts& parts, base::PartitionId partition, base::Offset from)
    : parts_(parts), partition_(partition), next_(from), confirmed_at_(absl::Now()), tended_at_(absl::Now()) {}

absl::StatusOr<std::shared_ptr<KafkaFeed>> KafkaFeed::Open(const Parts& parts, base::PartitionId partition,
                                                           base::Offset from, std::function<void()> on_ready) {
  std::shared_ptr<KafkaFeed> feed(new KafkaFeed(parts, partition, from));
  WHISTLE_ASSIGN_OR_RETURN(std::shared_ptr<KafkaClient> client, parts.consumers->Take(partition));
  feed->bell_ = parts.bells->Add(std::move(on_ready));
  absl::Status started;
  {
    absl::MutexLock lock(&feed->mutex_);
    feed->client_ = std::move(client);
    feed->confirmed_lost_connections_ = feed->client_->lost_connections();
    started = feed->Start();
  }
  if (!started.ok()) {
    feed->Close();
    return started;
  }
  return feed;
}

absl::Status KafkaFeed::Start() {
  queue_.reset(rd_kafka_queue_new(client_->get()));
  rd_kafka_queue_cb_event_enable(queue_.get(), &KafkaFeed::QueueHasSomething, this);
  if (rd_kafka_consume_start_queue(client_->topic(partition_), partition_.index(), next_.value, queue_.get()) != 0) {
    return KafkaUnavailable(absl::StrCat("partition ", partition_.ToString(), " cannot be read"),
                            rd_kafka_last_error());
  }
  return absl::OkStatus();
}

void KafkaFeed::Stop() {
  if (!queue_) return;
  // Waits for librdkafka's own threads, never for a broker.
  rd_kafka_consume_stop(client_->topic(partition_), partition_.index());
  // Takes the queue's lock: after it nobody is within QueueHasSomething, and nobody will be.
  rd_kafka_queue_cb_event_enable(queue_.get(), nullptr, nullptr);
  fetched_.clear();
  queue_.reset();
}

void KafkaFeed::StartAgain(absl::Time now) {
  start_again_at_ = absl::InfiniteFuture();
  Stop();
  ++doubts_;
  if (absl::Status status = Start(); !status.ok()) {
    InTrouble(now, std::move(status));
    start_again_at_ = now + kRetryAfter;
  }
}

void KafkaFeed::Close() {
  parts_.bells->Remove(bell_);
  absl::MutexLock lock(&mutex_);
  closed_ = true;
  if (!client_) return;
  Stop();
  parts_.consumers->GiveBack(client_, partition_);
  client_.reset();
}

void KafkaFeed::QueueHasSomething(rd_kafka_t*, void* self) {
  const auto* feed = static_cast<const KafkaFeed*>(self);
  feed->parts_.bells->Ring(feed->bell_);
}

absl::StatusOr<std::vector<StoredRecord>> KafkaFeed::Read(const ReadLimits& limits) {
  absl::MutexLock lock(&mutex_);
  if (!dead_.ok()) return dead_;
  const absl::Time now = absl::Now();
  DoubtIfStoodStill(now);
  std::vector<StoredRecord> records;
  size_t bytes = 0;
  while (records.size() < limits.records_max) {
    if (fetched_.empty()) Refill(now);
    if (fetched_.empty()) break;
    const rd_kafka_message_t& message = *fetched_.front();
    if (message.offset < next_.value) {
      fetched_.pop_front();
      continue;
    }
    if (message.offset > next_.value) {
      if (gap_at_ == next_) {
        Die(absl::DataLossError(
            absl::StrCat("partition ", partition_.ToString(), " has no record at offset ", next_.value, ", and one at ",
                         message.offset,
                         ": records were deleted or compacted away, or somebody wrote to the topic with a "
                         "transaction, whose marker takes an offset")));
        break;
      }
      gap_at_ = next_;
      StartAgain(now);
      continue;
    }
    if (const int32_t broker = rd_kafka_message_broker_id(&message); broker != broker_) {
      if (broker_ != -1) ++doubts_;
      broker_ = broker;
    }
    if (last_ && (InDoubt() || now - confirmed_at_ >= parts_.options->confirm_every)) {
      Confirm(now);
      break;
    }
    if (!records.empty() && bytes + BytesOf(message) > limits.bytes_max) break;
    absl::StatusOr<StoredRecord> record = ToStoredRecord(message, parts_.options->mock_cluster);
    if (!record.ok()) {
      Die(record.status());
      break;
    }
    bytes += BytesOf(message);
    records.push_back(*std::move(record));
    fetched_.pop_front();
    next_ = next_.Next();
    InTrouble(now, absl::OkStatus());
    missing_since_ = absl::InfiniteFuture();
  }
  if (records.empty()) {
    WHISTLE_RETURN_IF_ERROR(Condition(now));
    return records;
  }
  last_ = RecordClaim{records.back().offset, base::Sha256(records.back().record.value)};
  parts_.ends->Saw(partition_, records.back().offset);
  return records;
}

void KafkaFeed::Refill(absl::Time now) {
  if (!queue_) return;
  std::array<rd_kafka_message_t*, kTakeMax> taken;
  // Without waiting: a batch that waits, waits for all its time unless it gets full.
  const ssize_t count = rd_kafka_consume_batch_queue(queue_.get(), 0, taken.data(), taken.size());
  bool failed = false;
  for (ssize_t i = 0; i < count; ++i) {
    KafkaMessagePtr message(taken[i]);
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
      // What comes after an error may have skipped something; it is fetched again.
      if (!failed) fetched_.push_back(std::move(message));
      continue;
    }
    failed = true;
    absl::Status why =
        KafkaUnavailable(absl::StrCat("partition ", partition_.ToString(), " cannot be read"), message->err);
    ++doubts_;
    if (message->err == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET) {
      why = absl::UnavailableError(absl::StrCat("partition ", partition_.ToString(), " has no offset ", next_.value,
                                                " any more, or not yet again"));
      Missing(now);
    }
    InTrouble(now, std::move(why));
    start_again_at_ = now + kRetryAfter;
  }
}

void KafkaFeed::Missing(absl::Time now) {
  missing_since_ = std::min(missing_since_, now);
  missing_seen_ = now;
}

bool KafkaFeed::InDoubt() const {
  return doubts_ != confirmed_doubts_ || client_->lost_connections() != confirmed_lost_connections_;
}

void KafkaFeed::DoubtIfStoodStill(absl::Time now) {
  if (now - tended_at_ < kStoodStill) return;
  ++doubts_;
  tended_at_ = now;
}

void KafkaFeed::Confirm(absl::Time now) {
  if (confirming_ || now < confirm_not_before_ || closed_) return;
  confirming_ = true;
  confirm_not_before_ = now + kRetryAfter;
  parts_.witness->Confirm(
      partition_, last_,
      [weak = weak_from_this(), doubts = doubts_, lost = client_->lost_connections()](const absl::Status& verdict) {
        if (const auto self = weak.lock()) self->OnConfirmed(doubts, lost, verdict);
      });
}

void KafkaFeed::OnConfirmed(uint64_t doubts, uint64_t lost_connections, const absl::Status& verdict) {
  absl::MutexLock lock(&mutex_);
  confirming_ = false;
  if (closed_ || !dead_.ok()) return;
  const absl::Time now = absl::Now();
  // Whoever was told of trouble, or waits for what was held back, has a reason to look again.
  const bool news = !verdict.ok() || !trouble_.ok() || !fetched_.empty();
  if (verdict.ok()) {
    confirmed_at_ = now;
    confirmed_doubts_ = doubts;
    confirmed_lost_connections_ = lost_connections;
    confirm_not_before_ = absl::InfinitePast();
    InTrouble(now, absl::OkStatus());
    // The record before the next one is there, so the next one's place is.
    if (last_) missing_since_ = absl::InfiniteFuture();
  } else if (absl::IsDataLoss(verdict)) {
    return Die(verdict);
  } else if (absl::IsOutOfRange(verdict)) {
    Missing(now);
    InTrouble(now, absl::UnavailableError(verdict.message()));
  } else {
    InTrouble(now, verdict);
  }
  if (news) parts_.bells->Ring(bell_);
}

void KafkaFeed::Die(absl::Status why) {
  dead_ = std::move(why);
  Stop();
  parts_.bells->Ring(bell_);
}

void KafkaFeed::InTrouble(absl::Time now, absl::Status why) {
  if (why.ok()) {
    trouble_since_ = absl::InfiniteFuture();
  } else {
    trouble_since_ = std::min(trouble_since_, now);
  }
  trouble_ = std::move(why);
}

absl::Status KafkaFeed::Condition(absl::Time now) const {
  if (!dead_.ok()) return dead_;
  const KafkaEnds::View view = parts_.ends->Look(partition_);
  if (!view.reachable.ok()) return view.reachable;
  const absl::Time long_ago = now - parts_.options->unreachable_after;
  if (view.shrunk_since <= long_ago && view.shrunk_to < next_) {
    return absl::UnavailableError(absl::StrCat("the cluster says that partition ", partition_.ToString(), " ends at ",
                                               view.shrunk_to.value, ", and it was read up to ", next_.value));
  }
  return trouble_since_ <= long_ago ? trouble_ : absl::OkStatus();
}

void KafkaFeed::Tick(absl::Time now) {
  absl::MutexLock lock(&mutex_);
  if (closed_ || !dead_.ok()) return;
  DoubtIfStoodStill(now);
  tended_at_ = now;
  const KafkaEnds::View view = parts_.ends->Look(partition_);
  if (now - missing_seen_ >= kMissingForgotten) missing_since_ = absl::InfiniteFuture();
  const bool shrunk = view.shrunk_since != absl::InfiniteFuture() && view.shrunk_to < next_;
  const absl::Time missing_since = std::min(missing_since_, shrunk ? view.shrunk_since : absl::InfiniteFuture());
  if (now - missing_since >= parts_.options->shrunk_after) {
    return Die(absl::DataLossError(
        absl::StrCat("partition ", partition_.ToString(), " was read up to offset ", next_.value - 1,
                     last_ ? absl::StrCat(" (hash ", last_->hash.ToHex(), ")") : "", ", and ",
                     shrunk ? absl::StrCat("has ended at ", view.shrunk_to.value) : "has not had it", " for ",
                     absl::FormatDuration(absl::Trunc(now - missing_since, absl::Seconds(1))),
                     ": the topic was truncated, or records were deleted")));
  }
  if (now >= start_again_at_) StartAgain(now);
  if (shrunk) ++doubts_;
  if (InDoubt() || now - confirmed_at_ >= parts_.options->confirm_idle_every) Confirm(now);
  // A doubt that was there when something came is gone, or a try that failed is due again.
  if (!fetched_.empty() && !confirming_) parts_.bells->Ring(bell_);
  if (now >= complain_at_ && !Condition(now).ok()) {
    complain_at_ = now + kComplainEvery;
    parts_.bells->Ring(bell_);
  }
}

void KafkaFeed::OnEndChanged() { parts_.bells->Ring(bell_); }

}  // namespace whistle::journal
