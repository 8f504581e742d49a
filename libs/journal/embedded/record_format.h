// How a record lies in the embedded journal's RocksDB: README.md has the grammar and a worked example.
//
// Plain functions, any thread.
#ifndef WHISTLE_LIBS_JOURNAL_EMBEDDED_RECORD_FORMAT_H_
#define WHISTLE_LIBS_JOURNAL_EMBEDDED_RECORD_FORMAT_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "libs/base/ids.h"
#include "libs/journal/journal.h"

namespace whistle::journal {

// Raised when the folder's format changes; a folder of another version is refused.
inline constexpr uint32_t kFormatVersion = 1;

inline constexpr size_t kDbKeyBytes = 12;

// Keys sort by partition, then offset.
std::string DbKey(base::PartitionId partition, base::Offset offset);

// The offset in a key that DbKey made; DATA_LOSS if it cannot be one of `partition`.
absl::StatusOr<base::Offset> OffsetOfDbKey(absl::string_view db_key, base::PartitionId partition);

// The value stored under `db_key`. Its checksum covers `db_key` too, so that a record served from another's place is
// noticed.
std::string EncodeRecord(absl::string_view db_key, absl::Time stamp, const Record& record);

// DATA_LOSS if `db_value` is not, byte for byte, what EncodeRecord gave for `db_key`.
absl::StatusOr<StoredRecord> DecodeRecord(absl::string_view db_key, base::Offset offset, absl::string_view db_value);

// How much memory and disk a record takes, near enough: what limits count.
size_t RecordBytes(const Record& record);

}  // namespace whistle::journal

#endif  // WHISTLE_LIBS_JOURNAL_EMBEDDED_RECORD_FORMAT_H_
