// The journal on Apache Kafka: two topics that any number of processes append to and read.
//
//   auto journal = KafkaJournal::Open({.brokers = "kafka-1:9092,kafka-2:9092"});
//
// Appends go through one idempotent producer with acks=all; readers are fed by a few consumers without a group, at
// offsets that the caller keeps. README.md says which settings and why, and what is noticed when topics are not what
// they were.
//
// Threads: as journal.h says, with one exception: OpenReader asks the cluster, and waits up to `end_timeout`, if `from`
// is past everything that this object has seen of the partition. Callbacks run on the journal's own threads; they may
// call Append and End, and must not open or destroy a reader.
#ifndef WHISTLE_LIBS_JOURNAL_KAFKA_KAFKA_JOURNAL_H_
#define WHISTLE_LIBS_JOURNAL_KAFKA_KAFKA_JOURNAL_H_

#include <functional>
#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libs/base/ids.h"
#include "libs/journal/journal.h"
#include "libs/journal/kafka/kafka_creation.h"
#include "libs/journal/kafka/kafka_options.h"

namespace whistle::journal {

class KafkaJournal final : public Journal {
 public:
  // Opens the journal that CreateKafkaJournal made. Blocks on the network, at most about half a minute. Errors, each
  // saying what to do:
  //   INVALID_ARGUMENT     the options cannot be
  //   FAILED_PRECONDITION  there is no journal (the message says the command that makes one), its creation or its
  //                        import was interrupted, or a topic's settings endanger it
  //   DATA_LOSS            the genesis records do not belong together
  //   UNAVAILABLE          the cluster cannot be reached
  static absl::StatusOr<std::unique_ptr<KafkaJournal>> Open(KafkaOptions options);

  // Waits for what is under way, at most `append_timeout`. Readers must be gone.
  ~KafkaJournal() override;

  const Identity& identity() const override;
  void Append(base::PartitionId partition, Record record, AppendDone done) override;
  void End(base::PartitionId partition, EndDone done) override;
  absl::StatusOr<std::unique_ptr<Reader>> OpenReader(base::PartitionId partition, base::Offset from,
                                                     std::function<void()> on_ready) override;

  // OK, or UNAVAILABLE with since when which partition cannot be reached, and why: for health. It is about reading;
  // that appends fail is seen by who appends.
  absl::Status reachable() const;

 private:
  class Impl;

  explicit KafkaJournal(std::unique_ptr<Impl> impl);

  const std::unique_ptr<Impl> impl_;
};

}  // namespace whistle::journal

#endif  // WHISTLE_LIBS_JOURNAL_KAFKA_KAFKA_JOURNAL_H_
