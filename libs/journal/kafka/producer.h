// The one way into the topics: an idempotent producer, replaced by a new one when it cannot go on.
#ifndef WHISTLE_LIBS_JOURNAL_KAFKA_PRODUCER_H_
#define WHISTLE_LIBS_JOURNAL_KAFKA_PRODUCER_H_

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "libs/base/ids.h"
#include "libs/journal/journal.h"
#include "libs/journal/kafka/client.h"
#include "libs/journal/kafka/kafka_options.h"

namespace whistle::journal {

// A record's key and headers together, as in the embedded journal.
inline constexpr size_t kKafkaKeyAndHeadersBytesMax = 16 * 1024;

// Any thread. Callbacks run on its own thread, or on the caller's where an append is refused at once.
class KafkaProducer {
 public:
  // `on_appended` hears of every acknowledged record, before its caller does.
  using OnAppended = std::function<void(base::PartitionId, base::Offset)>;

  static absl::StatusOr<std::unique_ptr<KafkaProducer>> Make(const KafkaOptions& options, OnAppended on_appended);
  // Waits for what is under way, at most append_timeout; what is left is answered as unknown.
  ~KafkaProducer();

  // As Journal::Append, of a partition that there is.
  void Append(base::PartitionId partition, Record record, Journal::AppendDone done);

  // The client in use now; for tests that break it.
  std::shared_ptr<KafkaClient> client() const;

 private:
  struct InFlight {
    KafkaProducer* producer;
    base::PartitionId partition;
    size_t bytes;
    Journal::AppendDone done;
  };

  KafkaProducer(KafkaOptions options, OnAppended on_appended);

  absl::StatusOr<std::shared_ptr<KafkaClient>> MakeClient() const;
  absl::Status Admit(const Record& record, size_t bytes);
  void Leave(size_t bytes);
  static void Delivered(const rd_kafka_message_t& message);
  static absl::StatusOr<Appended> Outcome(const rd_kafka_message_t& message);

  // The thread.
  void Run();
  // After a fatal error: a new client takes over, and what the old one had is answered as unknown.
  void Renew(const std::shared_ptr<KafkaClient>& broken);
  // Every append of `client` gets its answer, at once.
  static void GiveUp(KafkaClient& client);

  const KafkaOptions options_;
  const OnAppended on_appended_;
  std::atomic<bool> stopping_{false};

  mutable absl::Mutex mutex_;
  std::shared_ptr<KafkaClient> client_ ABSL_GUARDED_BY(mutex_);
  size_t records_ ABSL_GUARDED_BY(mutex_) = 0;
  size_t bytes_ ABSL_GUARDED_BY(mutex_) = 0;

  std::thread thread_;
};

}  // namespace whistle::journal

#endif  // WHISTLE_LIBS_JOURNAL_KAFKA_PRODUCER_H_
