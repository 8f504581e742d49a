// The core rule: which records of a journal count.
//
// A decision counts if and only if, at its place in the journal, its parent is the case's head and its time is
// plausible. The checks, in this order and nothing else: envelope readable, key = case id, right partition, size, level
// known (else halt), event field numbers belong to the service, parent, time. The rule is a pure function of the
// journal's prefix; every reader, in every service, today or in ten years, must come to the same verdict, so nothing
// here may ever change for a level that was once shipped.
#ifndef WHISTLE_LIBS_ENGINE_ACCEPTANCE_H_
#define WHISTLE_LIBS_ENGINE_ACCEPTANCE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "libs/base/hash.h"
#include "libs/base/ids.h"
#include "libs/domain/level.h"
#include "libs/journal/carried.h"
#include "libs/journal/journal.h"
#include "whistle/journal/v1/journal.pb.h"

namespace whistle::engine {

// The highest vocabulary this build knows.
inline constexpr uint32_t kLevelKnown = domain::kLevelMax;

// A decision's clock may be this far behind the record's own stamp: an append takes up to 10 s (the producer's timeout)
// and may then still be under way. Later than that, it did not happen: an unknown outcome settles.
inline constexpr absl::Duration kDecidedBeforeStampMax = absl::Seconds(15);
// And this far ahead of it: how wrong an instance's clock may be.
inline constexpr absl::Duration kDecidedAfterStampMax = absl::Seconds(5);

// The record cannot be a decision, or not one of this partition. It counts for nobody.
struct Malformed {
  std::string reason;
};

// The record is written in a level this build does not know: nothing may be said about it until an upgrade.
struct UnknownLevel {
  uint32_t level = 0;
};

// Everything that can be said of a record by itself, before its case is looked at: all checks up to the event field
// numbers.
std::variant<journal::v1::Decision, Malformed, UnknownLevel> ReadDecision(const journal::StoredRecord& record,
                                                                          base::PartitionId partition,
                                                                          int partition_count,
                                                                          uint32_t level_known = kLevelKnown);

enum class Verdict {
  // It counts, and is the case's head now.
  kAccepted,
  // Its parent is not the case's head: it happened to nobody.
  kSupersededByParent,
  // Its clock was wrong, or it came too late: it happened to nobody.
  kSupersededByTime,
};

// The last two checks. `head` is the case's head before the record, nothing for a case without decisions; `stamp` the
// one that counts for the record: its own, or the one that was carried over with it (libs/journal/carried.h).
Verdict Judge(const journal::v1::Decision& decision, const std::optional<base::Digest>& head, absl::Time stamp);

// The partition digest, which covers every record, counted or not.
using journal::NextPartitionDigest;

}  // namespace whistle::engine

#endif  // WHISTLE_LIBS_ENGINE_ACCEPTANCE_H_
