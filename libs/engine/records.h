// Decisions as records, and records as receipts.
#ifndef WHISTLE_LIBS_ENGINE_RECORDS_H_
#define WHISTLE_LIBS_ENGINE_RECORDS_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/base/hash.h"
#include "libs/base/ids.h"
#include "libs/journal/journal.h"
#include "libs/projection/store.h"
#include "whistle/common/v1/types.pb.h"
#include "whistle/journal/v1/journal.pb.h"

namespace whistle::engine {

// The journal record of a decision whose deterministic bytes are `bytes` and hash to `hash`, with the headers of
// CloudEvents' Kafka binding (https://github.com/cloudevents/spec, kafka-protocol-binding, binary mode): ce_id is the
// hash, ce_type the first event's full name, ce_source the service, ce_subject the case, ce_time decided_at.
journal::Record MakeRecord(const journal::v1::Decision& decision, const base::Digest& hash, std::string bytes);

common::v1::Position MakePosition(base::PartitionId partition, base::Offset offset);

common::v1::Receipt MakeReceipt(const std::string& case_id, base::Version version, const base::Digest& head,
                                base::PartitionId partition, base::Offset offset, int event_count,
                                absl::Time recorded_at);

// The receipt of an accepted decision as first given, with `replayed` set.
absl::StatusOr<common::v1::Receipt> ReadReceipt(const projection::Reader& reader, const std::string& case_id,
                                                base::Version version);

}  // namespace whistle::engine

#endif  // WHISTLE_LIBS_ENGINE_RECORDS_H_
