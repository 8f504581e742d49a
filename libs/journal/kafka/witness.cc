#include "libs/journal/kafka/witness.h"

#include <algorithm>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "libs/journal/kafka/stored_message.h"

namespace whistle::journal {
namespace {

constexpr int kThreads = 4;
// A record that is there comes in a few milliseconds. Whoever waits asks again.
constexpr absl::Duration kReadTimeout = absl::Seconds(1);

}  // namespace

KafkaWitness::KafkaWitness(KafkaClient* asker, std::map<base::PartitionId, base::Digest> genesis, bool any_stamp)
    : asker_(asker), genesis_(std::move(genesis)), any_stamp_(any_stamp) {
  for (int i = 0; i < kThreads; ++i) threads_.emplace_back([this] { Run(); });
}

KafkaWitness::~KafkaWitness() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  for (std::thread& thread : threads_) thread.join();
  for (Case& it : waiting_) std::move(it.done)(absl::UnavailableError("the journal is closed"));
}

void KafkaWitness::Confirm(base::PartitionId partition, std::optional<RecordClaim> claim, Done done) {
  absl::MutexLock lock(&mutex_);
  waiting_.push_back({partition, claim, std::move(done)});
}

void KafkaWitness::Run() {
  while (true) {
    std::optional<Case> it;
    {
      absl::MutexLock lock(&mutex_);
      const auto next = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
        return absl::c_find_if(waiting_, [this](const Case& waiting) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
          return !busy_.contains(waiting.partition);
        });
      };
      const auto ready = [this, &next]()
                             ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return stopping_ || next() != waiting_.end(); };
      mutex_.Await(absl::Condition(&ready));
      if (stopping_) return;
      const auto found = next();
      it = std::move(*found);
      waiting_.erase(found);
      busy_.insert(it->partition);
    }
    const absl::Status verdict = Judge(*it);
    {
      absl::MutexLock lock(&mutex_);
      busy_.erase(it->partition);
    }
    std::move(it->done)(verdict);
  }
}

absl::Status KafkaWitness::Judge(const Case& it) const {
  // The genesis first: it tells another journal from a shortened one.
  WHISTLE_RETURN_IF_ERROR(Compare(it.partition, {base::Offset{0}, genesis_.at(it.partition)}));
  if (!it.claim || it.claim->offset.value == 0) return absl::OkStatus();
  return Compare(it.partition, *it.claim);
}

absl::Status KafkaWitness::Compare(base::PartitionId partition, const RecordClaim& claim) const {
  WHISTLE_ASSIGN_OR_RETURN(const StoredRecord found,
                           ReadRecordAt(*asker_, partition, claim.offset, kReadTimeout, any_stamp_));
  const base::Digest hash = base::Sha256(found.record.value);
  if (hash == claim.hash) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat(
      "partition ", partition.ToString(), " (", asker_->topic_name(partition), "[", partition.index(),
      "]) is not the one ", "that was read before: the record at offset ", claim.offset.value, " had hash ",
      claim.hash.ToHex(), ", and now has ", hash.ToHex(), "; the topic was deleted and made again, or truncated"));
}

}  // namespace whistle::journal
