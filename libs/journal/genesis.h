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

// What one genesis record says. Of an imported journal it says how far its own partition was carried over, and nothing
// of the others.
struct Genesis {
  Identity identity;
  base::PartitionId partition = base::PartitionId::Registry();
};

// The same journal, and nothing about it differs, but for how far its partitions were carried over: each genesis record
// knows only its own.
bool SameIdentity(const Identity& a, const Identity& b);

// Adds to `identity` what a further partition's genesis says of it: how far it was carried over. DATA_LOSS if it is
// another journal's.
absl::Status AddGenesis(const Genesis& genesis, Identity* identity);

// The most case partitions a journal may have: more would gain nothing on the number of cores there are, and every
// service keeps a reader for each.
inline constexpr int kPartitionCountMax = 256;

// A random uuid, version 4, as text of kUuidBytes characters.
std::string NewJournalUuid();

inline constexpr size_t kUuidBytes = 36;

// OK if `identity` can be a journal's: a uuid of kUuidBytes characters, 1 to kPartitionCountMax partitions, a
// recordable time; imported from a journal of another uuid, if from any.
absl::Status CheckIdentity(const Identity& identity);

// The record of `identity` for `partition`: one of its own partitions, and one of those imported, if it was.
Record GenesisRecord(const Identity& identity, base::PartitionId partition);

// DATA_LOSS, saying what is wrong, if `record` is no genesis record.
absl::StatusOr<Genesis> ParseGenesis(const Record& record);

// "real", "virtual": for messages.
absl::string_view ClockKindText(ClockKind kind);

}  // namespace whistle::journal

#endif  // WHISTLE_LIBS_JOURNAL_GENESIS_H_
