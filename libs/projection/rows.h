// What both stores share: a projection as rows, each a key and a value in one column family.
//
// A store that can look up, scan and write rows gets the whole of store.h from here; so the two stores cannot differ in
// what they store, only in where. Whoever compares stores row by row uses it too; everybody else store.h.
#ifndef WHISTLE_LIBS_PROJECTION_ROWS_H_
#define WHISTLE_LIBS_PROJECTION_ROWS_H_

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/base/hash.h"
#include "libs/projection/store.h"

namespace whistle::projection {

enum class Family : uint8_t { kState, kTimeline, kMilestone, kIndex, kAgenda, kRequest, kMeta };

inline constexpr std::array<absl::string_view, 7> kFamilyNames = {"state",  "timeline", "milestone", "index",
                                                                  "agenda", "request",  "meta"};

inline constexpr absl::string_view FamilyName(Family family) { return kFamilyNames[static_cast<size_t>(family)]; }

// True for a row that says something of the store and not of the journal: left out of digests and comparisons.
bool IsPhysical(Family family, absl::string_view key);

// INVALID_ARGUMENT names the families there are.
absl::StatusOr<Family> FamilyByName(absl::string_view name);

// One row to be put, or (no value) deleted.
struct RowWrite {
  Family family;
  std::string key;
  std::optional<std::string> value;
};

// One row as it lies.
struct StoredRow {
  std::string key;
  std::string value;
};

// The set as rows, in the order in which they must be applied: deletes before puts, and of two puts of one key the
// later one is the last. INVALID_ARGUMENT for a quarantine row that does not say where its record lies.
absl::StatusOr<std::vector<RowWrite>> EncodeWrites(const WriteSet& set);

// SHA-256 chained over rows in key order: d(n) = SHA-256(d(n-1) ‖ key length ‖ key ‖ value length ‖ value), lengths as
// 8 bytes big-endian, d(-1) 32 zero bytes.
class RowDigest {
 public:
  void Add(absl::string_view key, absl::string_view value);
  const base::Digest& digest() const { return digest_; }

 private:
  base::Digest digest_;
};

// Reads of store.h on top of three primitives. `Interface` is Reader or Store.
template <typename Interface>
class RowReader : public Interface {
 public:
  absl::StatusOr<std::optional<v1::CaseRow>> FindCase(absl::string_view case_id) const final;
  absl::StatusOr<std::optional<v1::RequestRow>> FindRequest(const RequestKey& key) const final;
  absl::StatusOr<std::optional<v1::TimelineRow>> FindTimeline(absl::string_view case_id,
                                                              base::Version version) const final;
  absl::StatusOr<std::optional<v1::PartitionRow>> FindPartition(base::PartitionId partition) const final;
  absl::StatusOr<std::vector<std::pair<base::PartitionId, v1::PartitionRow>>> ListPartitions() const final;
  absl::StatusOr<std::vector<std::pair<base::Version, v1::TimelineRow>>> ScanTimeline(absl::string_view case_id,
                                                                                      base::Version from, size_t limit,
                                                                                      size_t bytes_max) const final;
  absl::StatusOr<std::optional<std::pair<base::Version, v1::MilestoneRow>>> FindMilestone(absl::string_view case_id,
                                                                                          base::Version at) const final;
  absl::StatusOr<std::vector<Reader::IndexRow>> ScanIndex(absl::string_view prefix, absl::string_view after,
                                                          size_t limit) const final;
  absl::StatusOr<std::vector<Reader::AgendaRow>> ScanAgenda(absl::Time until, absl::string_view after,
                                                            size_t limit) const final;
  absl::StatusOr<std::vector<v1::QuarantineRow>> ScanQuarantine(
      std::optional<std::pair<base::PartitionId, base::Offset>> after, size_t limit) const final;

  // A stretch of one column family's rows, in key order: at the most so many, and about so many bytes (at least one row
  // if there is one), from the first key after `after` on (empty: from the start). The store's own rows (format, fold
  // fingerprint) are left out, as they are of digests.
  absl::StatusOr<std::vector<StoredRow>> Rows(Family family, absl::string_view after, size_t limit,
                                              size_t bytes_max) const;

  // Calls `found` with the value if there is one. The value is gone after the call.
  virtual absl::Status Lookup(Family family, absl::string_view key,
                              absl::FunctionRef<absl::Status(absl::string_view value)> found) const = 0;

  // Calls `found` with the last row with from <= key < end if there is one; neither is empty. Both are gone after the
  // call.
  virtual absl::Status LookupLast(
      Family family, absl::string_view from, absl::string_view end,
      absl::FunctionRef<absl::Status(absl::string_view key, absl::string_view value)> found) const = 0;

  // Every row with from <= key < end, in order, as of one moment, until `visit` returns false. An empty `end` is no
  // bound.
  using Visitor = absl::FunctionRef<absl::StatusOr<bool>(absl::string_view key, absl::string_view value)>;
  virtual absl::Status Scan(Family family, absl::string_view from, absl::string_view end, Visitor visit) const = 0;

  // Store::ColumnFamilyDigest.
  absl::StatusOr<std::string> DigestOf(absl::string_view column_family) const;
};

// A store whose snapshots are rows too.
class RowStore : public RowReader<Store> {
 public:
  std::unique_ptr<Reader> Snapshot() const final { return SnapshotRows(); }
  virtual std::unique_ptr<RowReader<Reader>> SnapshotRows() const = 0;
  absl::StatusOr<std::string> ColumnFamilyDigest(absl::string_view column_family) const final {
    return DigestOf(column_family);
  }
};

}  // namespace whistle::projection

#endif  // WHISTLE_LIBS_PROJECTION_ROWS_H_
