// The records of one partition, each with what the core rule makes of it and why; no store.
//
//   JudgedPartition partition(id, partition_count);
//   for (each record, from offset 0) {
//     absl::StatusOr<Judged> judged = partition.Judge(record);
//
// For whoever reads a journal and folds nothing: a replay, an inspection, a backtest. It keeps a head for each case.
// One thread at a time.
#ifndef WHISTLE_LIBS_ENGINE_JUDGED_H_
#define WHISTLE_LIBS_ENGINE_JUDGED_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/base/hash.h"
#include "libs/base/ids.h"
#include "libs/engine/acceptance.h"
#include "libs/journal/journal.h"
#include "whistle/journal/v1/journal.pb.h"

namespace whistle::engine {

// The decision that a case stands at.
struct HeadAt {
  base::Digest hash;
  base::Version version;
  base::Offset offset;
};

// One record, judged at its place.
struct Judged {
  enum class Kind {
    kGenesis,
    kAccepted,
    kSupersededByParent,
    kSupersededByTime,
    kMalformed,
    // Of a level that this build does not know: nothing can be said of it, nor of what follows.
    kUnknownLevel,
  };

  Kind kind = Kind::kGenesis;
  base::Offset offset{};
  // Of the value.
  base::Digest hash{};
  // The one that counts: the record's own, or the one that an imported journal carried over with it.
  absl::Time stamp{};
  // The header's value where the stamp was carried over; empty otherwise. The partition's digest covers it.
  std::string carried_stamp{};
  // The partition's time: for an accepted record its recorded time, for any other that of the last accepted one before
  // it, the infinite past if there is none. Never goes back within a partition.
  absl::Time recorded_at = absl::InfinitePast();
  // For an accepted and a superseded one.
  journal::v1::Decision decision{};
  // The head of its case before it; nothing for a case without decisions.
  std::optional<HeadAt> head_before{};
  // For an accepted one.
  base::Version version{};
  // For a malformed one.
  std::string reason{};
  // For one of a level that is not known.
  uint32_t level = 0;

  bool superseded() const { return kind == Kind::kSupersededByParent || kind == Kind::kSupersededByTime; }
};

class JudgedPartition {
 public:
  JudgedPartition(base::PartitionId partition, int partition_count)
      : partition_(partition), partition_count_(partition_count) {}

  // The next record; the first is the genesis at offset 0. FAILED_PRECONDITION: it comes after one of a level that this
  // build does not know. DATA_LOSS: it does not follow the one before, the first is not a genesis record, or one that
  // was carried over does not say when it was recorded.
  absl::StatusOr<Judged> Judge(const journal::StoredRecord& record);

  // How far the partition was carried over, as its genesis says.
  base::Offset carried_through() const { return carried_through_; }
  base::PartitionId id() const { return partition_; }
  base::Offset next_offset() const { return next_offset_; }
  // The level at which it halted; 0 for none.
  uint32_t unknown_level() const { return unknown_level_; }
  // Where each case stands.
  const absl::flat_hash_map<std::string, HeadAt>& heads() const { return heads_; }

  // What judging goes on from, so that it can be put down and taken up again.
  struct SoFar {
    base::Offset next_offset{};
    base::Offset carried_through{};
    absl::Time recorded_at = absl::InfinitePast();
    uint32_t unknown_level = 0;
    absl::flat_hash_map<std::string, HeadAt> heads{};
  };
  SoFar so_far() const { return {next_offset_, carried_through_, recorded_at_, unknown_level_, heads_}; }
  static JudgedPartition From(base::PartitionId partition, int partition_count, SoFar so_far);

 private:
  base::PartitionId partition_;
  int partition_count_;
  base::Offset next_offset_;
  // As the genesis says.
  base::Offset carried_through_;
  absl::Time recorded_at_ = absl::InfinitePast();
  uint32_t unknown_level_ = 0;
  absl::flat_hash_map<std::string, HeadAt> heads_;
};

// Why the record counts or does not, in one plain line: what was compared, and what it came to.
std::string WhyOf(const Judged& judged);

}  // namespace whistle::engine

#endif  // WHISTLE_LIBS_ENGINE_JUDGED_H_
