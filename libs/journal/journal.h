// The journal: the one truth, and the one arbiter of order.
//
// A journal has `partition_count` case partitions and one registry partition. Each is a sequence of records with
// contiguous offsets from 0; the record at offset 0 is the partition's genesis. A record, once appended, is never
// changed or removed.
//
//   journal.Append(PartitionForCase(id, n), {id, bytes, headers}, [](absl::StatusOr<Appended> done) {…});
//   auto reader = journal.OpenReader(partition, Offset{0}, [] { wake the strand });
//   while (auto batch = (*reader)->Read({}); batch.ok() && !batch->empty()) …
//
// Two implementations, embedded/ and kafka/, pass one suite, conformance/.
//
// Threads: every method of Journal may be called from any thread and never blocks on the disk or the network. Callbacks
// run on the journal's own threads, may be called before the method that took them returns, and must not block.
#ifndef WHISTLE_LIBS_JOURNAL_JOURNAL_H_
#define WHISTLE_LIBS_JOURNAL_JOURNAL_H_

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "libs/base/ids.h"

namespace whistle::journal {

// The largest value a record may have, in both journals.
inline constexpr size_t kRecordValueBytesMax = 256 * 1024;

// The number of case partitions of a journal that is created without saying otherwise.
inline constexpr int kPartitionCountDefault = 16;

// The key of the record at offset 0 of each partition.
inline constexpr absl::string_view kGenesisKey = "genesis";

// The key, and the case id, of every record of the registry partition.
inline constexpr absl::string_view kRegistryCaseId = "registry";

enum class ClockKind { kReal, kVirtual };

// What a record's author supplies.
struct Record {
  std::string key;
  std::string value;
  // CloudEvents' Kafka binding: a convenience for stock tools, never evidence.
  std::vector<std::pair<std::string, std::string>> headers;
};

// A record at its place.
struct StoredRecord {
  base::Offset offset;
  // The journal's own clock at the append; whole milliseconds. Not necessarily monotonic.
  absl::Time stamp;
  Record record;
};

// Where an imported journal's first records were carried over from; carried.h says what follows.
struct ImportedFrom {
  // The journal that the archive was taken from.
  std::string journal_uuid;
  // For each partition: its records from offset 1 to below this one were carried over. At least 1.
  std::map<base::PartitionId, base::Offset> through;
};

// What a journal is: from its genesis records.
struct Identity {
  std::string uuid;
  int partition_count = kPartitionCountDefault;
  absl::Time created_at;
  ClockKind clock_kind = ClockKind::kReal;
  // Nothing for a journal that was not imported.
  std::optional<ImportedFrom> imported_from = std::nullopt;
};

struct Appended {
  base::Offset offset;
  absl::Time stamp;
};

struct ReadLimits {
  size_t records_max = 1000;
  size_t bytes_max = 4 * 1024 * 1024;
};

// Reads one partition in order. One thread at a time. Must be destroyed before its journal.
class Reader {
 public:
  virtual ~Reader() = default;

  // The next records, in order and without gaps; empty when there is none yet. Never waits. At least one record if
  // there is one, whatever `bytes_max` says. Errors: DATA_LOSS when what is stored cannot be what was appended (the
  // reader is dead from then on); UNAVAILABLE when the journal cannot be reached now.
  virtual absl::StatusOr<std::vector<StoredRecord>> Read(ReadLimits limits) = 0;
};

class Journal {
 public:
  // Exactly one call, with the record's place, or why there is none:
  //   RESOURCE_EXHAUSTED, INVALID_ARGUMENT: refused before anything was written; the record will never appear. The
  //   first when too much waits already, the second when the record is too large or there is no such partition.
  //   anything else: the outcome is unknown; the record may appear, later, or never.
  using AppendDone = absl::AnyInvocable<void(absl::StatusOr<Appended>) &&>;
  using EndDone = absl::AnyInvocable<void(absl::StatusOr<base::Offset>) &&>;

  virtual ~Journal() = default;

  // Fixed while the journal is open.
  virtual const Identity& identity() const = 0;

  // Appends of one caller to one partition keep their order, as far as they are appended at all. An OK outcome means
  // that the record is durable and will never be lost.
  virtual void Append(base::PartitionId partition, Record record, AppendDone done) = 0;

  // The partition's end at some moment between the call and the callback: the offset the next record would get. Every
  // append acknowledged before the call lies below it.
  virtual void End(base::PartitionId partition, EndDone done) = 0;

  // A reader that starts at `from` (at most the end; OUT_OF_RANGE beyond it). `on_ready` is called, from the journal's
  // threads, after records were appended that the reader has not read; it may be called when there is nothing. It must
  // stay valid until the reader is destroyed, and is not called after.
  virtual absl::StatusOr<std::unique_ptr<Reader>> OpenReader(base::PartitionId partition, base::Offset from,
                                                             std::function<void()> on_ready) = 0;
};

// Kafka's own default partitioner: murmur2 of the key, sign bit cleared, modulo the number of partitions. Fixed for
// ever.
base::PartitionId PartitionForCase(absl::string_view case_id, int partition_count);

// Every partition of a journal with `partition_count` case partitions: the registry's first, then the cases'.
std::vector<base::PartitionId> AllPartitions(int partition_count);

// A partition's place in AllPartitions: 0 for the registry's, 1 + index for a case partition.
inline constexpr size_t PlaceOf(base::PartitionId partition) {
  return partition.is_registry() ? 0 : 1 + static_cast<size_t>(partition.index());
}

}  // namespace whistle::journal

#endif  // WHISTLE_LIBS_JOURNAL_JOURNAL_H_
