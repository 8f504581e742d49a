#include "libs/journal/kafka/bells.h"

#include <utility>

namespace whistle::journal {

KafkaBells::KafkaBells() : thread_([this] { Run(); }) {}

KafkaBells::~KafkaBells() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  thread_.join();
}

int64_t KafkaBells::Add(std::function<void()> on_ready) {
  absl::MutexLock lock(&mutex_);
  bells_.emplace(next_, std::move(on_ready));
  return next_++;
}

void KafkaBells::Ring(int64_t bell) {
  absl::MutexLock lock(&mutex_);
  if (bells_.contains(bell)) due_.insert(bell);
}

void KafkaBells::Remove(int64_t bell) {
  absl::MutexLock lock(&mutex_);
  bells_.erase(bell);
  due_.erase(bell);
  const auto quiet = [this, bell]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return ringing_ != bell; };
  mutex_.Await(absl::Condition(&quiet));
}

void KafkaBells::Run() {
  absl::MutexLock lock(&mutex_);
  int64_t last = 0;
  while (true) {
    const auto awake = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return stopping_ || !due_.empty(); };
    mutex_.Await(absl::Condition(&awake));
    if (stopping_) return;
    // In turns, so that a busy reader does not keep the others waiting.
    auto next = due_.upper_bound(last);
    if (next == due_.end()) next = due_.begin();
    last = ringing_ = *next;
    due_.erase(next);
    // A copy: the bell may be removed meanwhile, which then waits.
    const std::function<void()> on_ready = bells_.at(ringing_);
    mutex_.Unlock();
    on_ready();
    mutex_.Lock();
    ringing_ = 0;
  }
}

}  // namespace whistle::journal
