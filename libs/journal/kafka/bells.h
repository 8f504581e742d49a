// Calls on_ready, one thread for all readers of a journal, and never again after a reader is gone.
//
// librdkafka says that a queue has something while it holds the queue's lock; whoever is called there may neither read
// the queue nor take a lock under which somebody else reads it. So it only notes which bell to ring.
#ifndef WHISTLE_LIBS_JOURNAL_KAFKA_BELLS_H_
#define WHISTLE_LIBS_JOURNAL_KAFKA_BELLS_H_

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace whistle::journal {

// Any thread; Remove not from within a ring.
class KafkaBells {
 public:
  KafkaBells();
  ~KafkaBells();

  int64_t Add(std::function<void()> on_ready);
  // Soon, from the bells' own thread; several at once are one. No effect after Remove.
  void Ring(int64_t bell);
  // Waits for a ring that is under way.
  void Remove(int64_t bell);

 private:
  void Run();

  absl::Mutex mutex_;
  std::map<int64_t, std::function<void()>> bells_ ABSL_GUARDED_BY(mutex_);
  std::set<int64_t> due_ ABSL_GUARDED_BY(mutex_);
  int64_t next_ ABSL_GUARDED_BY(mutex_) = 1;
  int64_t ringing_ ABSL_GUARDED_BY(mutex_) = 0;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;

  std::thread thread_;
};

}  // namespace whistle::journal

#endif  // WHISTLE_LIBS_JOURNAL_KAFKA_BELLS_H_
