// A message of librdkafka as a record at its place, and reading one that is known to be there.
#ifndef WHISTLE_LIBS_JOURNAL_KAFKA_STORED_MESSAGE_H_
#define WHISTLE_LIBS_JOURNAL_KAFKA_STORED_MESSAGE_H_

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/base/ids.h"
#include "libs/journal/journal.h"
#include "libs/journal/kafka/client.h"
#include "libs/journal/kafka/handles.h"

namespace whistle::journal {

// `message` without error, as it was appended. DATA_LOSS if its stamp is not the broker's, unless `any_stamp`: a record
// that its writer stamped could have been stamped with anything.
absl::StatusOr<StoredRecord> ToStoredRecord(const rd_kafka_message_t& message, bool any_stamp);

// The record at `offset`, read by `asker` and nothing else of that partition at the same time. Blocks, at most
// `timeout`.
//   OUT_OF_RANGE  the partition has no such offset now
//   DATA_LOSS     it has later records, and not this one
//   UNAVAILABLE   the partition cannot be read now
absl::StatusOr<StoredRecord> ReadRecordAt(KafkaClient& asker, base::PartitionId partition, base::Offset offset,
                                          absl::Duration timeout, bool any_stamp);

}  // namespace whistle::journal

#endif  // WHISTLE_LIBS_JOURNAL_KAFKA_STORED_MESSAGE_H_
