// Folds one partition of a journal into a store, record by record, by the core rule.
//
//   auto fold = PartitionFold::Open(options);
//   fold->Fold(reader->Read({}).value());   // one atomic commit: states, timeline, indexes, agenda, requests,
//   position, digest
//
// Live work, catching up and rebuilding are the same code. One thread at a time; the store outlives it. After any error
// the fold is dead: what was not committed is forgotten, and a new fold starts from what the store holds.
#ifndef WHISTLE_LIBS_ENGINE_FOLD_H_
#define WHISTLE_LIBS_ENGINE_FOLD_H_

#include <list>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "libs/base/hash.h"
#include "libs/base/ids.h"
#include "libs/domain/model.h"
#include "libs/engine/acceptance.h"
#include "libs/engine/milestones.h"
#include "libs/journal/journal.h"
#include "libs/projection/store.h"

namespace whistle::engine {

// A case as of one version. Immutable; share freely.
struct CaseSnapshot {
  base::Version version;
  // Nothing before the first decision.
  std::optional<base::Digest> head;
  // decided_at and registry version of the last accepted decision.
  absl::Time decided_at = absl::InfinitePast();
  uint64_t registry_version = 0;
  // Never null.
  std::shared_ptr<const google::protobuf::Message> state;
  // What was accepted since the case's last milestone, and how large that was (milestones.h).
  MilestoneCount since_milestone = {};
};

// What became of one record.
struct Folded {
  enum class Kind { kGenesis, kAccepted, kSupersededByParent, kSupersededByTime, kMalformed };

  Kind kind = Kind::kGenesis;
  base::Offset offset{};
  base::Digest hash{};
  // The stamp that counts (the record's own, or carried over with it), and for an accepted one the partition's
  // monotonic time.
  absl::Time stamp{};
  absl::Time recorded_at{};
  // Empty for a genesis and, mostly, for a malformed record.
  std::string case_id{};
  absl::Time decided_at{};
  // For an accepted one.
  base::Version version{};
  int event_count = 0;
  // For a malformed one.
  std::string reason{};
};

class PartitionFold {
 public:
  struct Options {
    const domain::Model* model = nullptr;
    projection::Store* store = nullptr;
    base::PartitionId partition = base::PartitionId::Case(0);
    journal::Identity identity;
    uint32_t level_known = kLevelKnown;
    // How many cases are kept decoded; beyond it the one used longest ago is decoded again when needed.
    size_t cases_cached_max = 256;
  };

  // Starts from what the store holds.
  static absl::StatusOr<std::unique_ptr<PartitionFold>> Open(Options options);

  // The offset of the record that is folded next.
  base::Offset next_offset() const { return next_offset_; }
  // The last folded record, nothing before the first. `record_hash` is compared with the journal at start.
  const std::optional<projection::v1::PartitionRow>& row() const { return row_; }

  // Folds `records`, which begin at next_offset(), in one commit. The answer has one entry for each record. Errors:
  //   FAILED_PRECONDITION: a record is of a level this build does not know; all before it are folded and committed, and
  //   their answers
  //     are returned by the next call to TakeFolded. The partition halts.
  //   DATA_LOSS: the records do not continue what was folded, the genesis is another journal's, or one that was carried
  //     over does not say when it was recorded.
  //   anything else: the store's.
  absl::StatusOr<std::vector<Folded>> Fold(absl::Span<const journal::StoredRecord> records);
  // The answers of the records before the one at which the last Fold halted; nothing after any other error.
  std::vector<Folded> TakeFolded() { return std::exchange(before_halt_, {}); }

  // Forgets what is kept in memory: the store was exchanged for another that stands at the same position.
  absl::Status Reload();

  // The case as of next_offset(); an empty one of version 0 if there is none.
  absl::StatusOr<std::shared_ptr<const CaseSnapshot>> Load(const std::string& case_id);

  // The case after `decision`, whose bytes hash to `hash`, was accepted on top of `before`.
  std::shared_ptr<const CaseSnapshot> Evolve(const CaseSnapshot& before, const journal::v1::Decision& decision,
                                             const base::Digest& hash) const;

  const Options& options() const { return options_; }

 private:
  struct Cached {
    std::shared_ptr<const CaseSnapshot> snapshot;
    std::list<std::string>::iterator used;
  };
  // A case that the batch under way has touched.
  struct Touched {
    std::shared_ptr<const CaseSnapshot> before;
    std::shared_ptr<const CaseSnapshot> now;
  };
  using Batch = absl::flat_hash_map<std::string, Touched>;

  explicit PartitionFold(Options options)
      : options_(std::move(options)),
        carried_through_(journal::CarriedThrough(options_.identity, options_.partition)) {}

  absl::Status ReadRow();
  absl::StatusOr<std::vector<Folded>> FoldBatch(absl::Span<const journal::StoredRecord> records);
  // As Evolve, and keeps a milestone where one is due.
  std::shared_ptr<const CaseSnapshot> Accept(const CaseSnapshot& before, const journal::v1::Decision& decision,
                                             const base::Digest& hash, size_t decision_bytes,
                                             projection::WriteSet& set) const;
  std::shared_ptr<CaseSnapshot> After(const CaseSnapshot& before, const journal::v1::Decision& decision,
                                      const base::Digest& hash) const;
  absl::Status FoldGenesis(const journal::StoredRecord& record);
  absl::StatusOr<Folded> FoldDecision(const journal::StoredRecord& record, absl::Time stamp, const base::Digest& hash,
                                      journal::v1::Decision decision, Batch& batch, projection::WriteSet& set);
  absl::Status Commit(const Batch& batch, projection::WriteSet& set);
  void Remember(const std::string& case_id, std::shared_ptr<const CaseSnapshot> snapshot);

  Options options_;
  // The stamps of records below are carried in a header.
  base::Offset carried_through_;
  base::Offset next_offset_;
  std::optional<projection::v1::PartitionRow> row_;
  std::vector<Folded> before_halt_;
  absl::flat_hash_map<std::string, Cached> cache_;
  std::list<std::string> recently_used_;
};

}  // namespace whistle::engine

#endif  // WHISTLE_LIBS_ENGINE_FOLD_H_
