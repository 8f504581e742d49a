// What an imported journal carried over: the records below its genesis's through_offset, each at the offset that it
// had, byte for byte, with one header more, last: when the first journal recorded it. There, and nowhere else, that
// header counts in place of the journal's own stamp, and the partition's digest covers it.
//
//   WHISTLE_ASSIGN_OR_RETURN(const base::Offset through, CarriedThrough(first_record));
//   for (each later record) { WHISTLE_ASSIGN_OR_RETURN(const Stamp stamp, CountingStamp(record, through)); … }
//
// Plain functions, any thread.
#ifndef WHISTLE_LIBS_JOURNAL_CARRIED_H_
#define WHISTLE_LIBS_JOURNAL_CARRIED_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "libs/base/hash.h"
#include "libs/base/ids.h"
#include "libs/journal/journal.h"

namespace whistle::journal {

// Its value: milliseconds since 1970 as decimal digits, without anything before them but a minus where it must be.
inline constexpr absl::string_view kCarriedStampHeader = "whistle_recorded_at";

// Its value for `stamp`, a whole millisecond.
std::string CarriedStampText(absl::Time stamp);

// The stamp by which a record is judged.
struct Stamp {
  absl::Time time;
  // The header's value where it is carried, empty where it is the journal's own: what the partition digest covers
  // beside the record.
  std::string carried = {};
};

// How far the partition was carried over: offset 0 if the journal was not imported.
base::Offset CarriedThrough(const Identity& identity, base::PartitionId partition);
// The same, from the partition's first record; DATA_LOSS if that is no genesis record.
absl::StatusOr<base::Offset> CarriedThrough(const Record& genesis);

// The stamp that counts for a record of a partition that was carried over up to `through`. The genesis keeps its own.
// DATA_LOSS for a carried record without a well-formed last header of that name: an import writes one on every record,
// so what is there was not imported, and nothing after it is where it was.
absl::StatusOr<Stamp> CountingStamp(const StoredRecord& stored, base::Offset through);

// The record that carries over one that counts as of `stamp`, and its way back: the record as the journal before, or
// the first of all, held it. DATA_LOSS as CountingStamp.
Record Carry(Record record, absl::Time stamp);
absl::StatusOr<StoredRecord> AsCarriedFrom(StoredRecord stored, base::Offset through);

// FAILED_PRECONDITION, with the command that finishes it, for a partition whose import stopped before its end. `where`
// is the journal as --journal names it.
absl::Status CheckCarriedThrough(const Identity& identity, base::PartitionId partition, base::Offset end,
                                 absl::string_view where);

// The digest of a partition after a record, over every record of it, counted or not; before the first, 32 zero bytes.
//   d(n) = SHA-256(d(n-1) ‖ SHA-256(value of record n) ‖ its carried stamp's header value, where it is carried)
base::Digest NextPartitionDigest(const base::Digest& before, const base::Digest& value_hash,
                                 absl::string_view carried_stamp = "");

}  // namespace whistle::journal

#endif  // WHISTLE_LIBS_JOURNAL_CARRIED_H_
