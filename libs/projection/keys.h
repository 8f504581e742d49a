// How a projection's rows are named: the key bytes of every column family. README.md has the grammar and a worked
// example.
//
// Bytewise order of keys is the order in which rows are read, so the encodings preserve order: numbers are big-endian,
// a text that is followed by something is escaped and terminated so that no text can run into its neighbour.
//
// Pure functions, any thread.
#ifndef WHISTLE_LIBS_PROJECTION_KEYS_H_
#define WHISTLE_LIBS_PROJECTION_KEYS_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "libs/base/ids.h"
#include "libs/projection/store.h"
#include "whistle/common/v1/agenda.pb.h"

namespace whistle::projection {

std::string CaseKey(absl::string_view case_id);

std::string TimelineKey(absl::string_view case_id, base::Version version);
// What all timeline keys of a case begin with.
std::string TimelinePrefix(absl::string_view case_id);
// Nothing if `key` is neither a timeline key nor a milestone's.
std::optional<base::Version> VersionOfTimelineKey(absl::string_view key);

// As of its case and version, the same bytes as the timeline's.
std::string MilestoneKey(absl::string_view case_id, base::Version version);

std::string RequestRowKey(const RequestKey& key);

std::string IndexRowKey(absl::string_view index_key, absl::string_view case_id);
// What all rows begin with whose index key begins with `index_prefix`.
std::string IndexRowPrefix(absl::string_view index_prefix);
// Nothing if `key` is not an index row's.
std::optional<WriteSet::IndexEntry> ParseIndexRowKey(absl::string_view key);

// `item_bytes`: the item, deterministically serialized.
std::string AgendaKey(const common::v1::AgendaItem& item, absl::string_view item_bytes);
// The first key after every item that is due at or before `until`; empty if there is no such key.
std::string AgendaEnd(absl::Time until);

std::string PartitionKey(base::PartitionId partition);
// Nothing if `key` is not a partition row's.
std::optional<base::PartitionId> ParsePartitionKey(absl::string_view key);
std::string QuarantineKey(base::PartitionId partition, base::Offset offset);

// What rows of one kind in `meta` begin with.
inline constexpr absl::string_view kPartitionPrefix = "p";
inline constexpr absl::string_view kQuarantinePrefix = "q";
// About the store and not about the journal: left out of the digest.
inline constexpr absl::string_view kPhysicalPrefix = "!";
inline constexpr absl::string_view kFoldFingerprintKey = "!fold";

// The first key after all keys that begin with `prefix`; empty if there is no such key.
std::string PrefixEnd(absl::string_view prefix);

}  // namespace whistle::projection

#endif  // WHISTLE_LIBS_PROJECTION_KEYS_H_
