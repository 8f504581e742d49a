// The genesis record: the first of every partition, and the only place where a journal says what it is.
//
//   Identity identity = {NewJournalUuid(), 16, clock.Now(), ClockKind::kReal};
//   for (PartitionId p : AllPartitions(identity.partition_count)) append(p, GenesisRecord(identity, p));
//
// Both journals write these records; everything that opens a journal reads them. Plain functions, any thread.
#ifndef WHISTLE_LIBS_JOURNAL_GENESIS_H_
#define WHISTLE_LIBS_JOURNAL_GENESIS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/base/ids.h"
#include "libs/journal/journal.h"

namespace whistle::journal {

// What one genesis record says.
struct Genesis {
  Identity identity;
  base::PartitionId partition = base::PartitionId::Registry();
};

// The same journal, and nothing about it differs.
bool SameIdentity(const Identity& a, const Identity& b);

// The most case partitions a journal may have: more would gain nothing on the number of cores there are, and every
// service keeps a reader for each.
inline constexpr int kPartitionCountMax = 256;

// A random uuid, version 4, as text of kUuidBytes characters.
std::string NewJournalUuid();

inline constexpr size_t kUuidBytes = 36;

// OK if `identity` can be a journal's: a uuid of kUuidBytes characters, 1 to kPartitionCountMax partitions, a
// recordable time.
absl::Status CheckIdentity(const Identity& identity);

// The record of `identity` for `partition`: one of its own partitions.
Record GenesisRecord(const Identity& identity, base::PartitionId partition);

// DATA_LOSS, saying what is wrong, if `record` is no genesis record. FAILED_PRECONDITION if it is one of an imported
// journal, whose stamps this version would read wrongly.
absl::StatusOr<Genesis> ParseGenesis(const Record& record);

// "real", "virtual": for messages.
absl::string_view ClockKindText(ClockKind kind);

}  // namespace whistle::journal

#endif  // WHISTLE_LIBS_JOURNAL_GENESIS_H_
