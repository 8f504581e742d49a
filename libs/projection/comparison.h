// Two projections compared row by row: what differs, and digests of both.
//
//   PagedRows a(*snapshot_a, Family::kState), b(*snapshot_b, Family::kState);
//   WHISTLE_ASSIGN_OR_RETURN(const FamilyComparison state, CompareRows(Family::kState, a, b, {.differs = tell}));
//
// Rows that say something of the store and not of the journal are left out, as in digests.
// One thread at a time.
#ifndef WHISTLE_LIBS_PROJECTION_COMPARISON_H_
#define WHISTLE_LIBS_PROJECTION_COMPARISON_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libs/projection/rows.h"

namespace whistle::projection {

struct Row {
  std::string key;
  std::string value;
};

// The rows of one column family, in key order.
class RowCursor {
 public:
  virtual ~RowCursor() = default;
  // The next row; nothing after the last.
  virtual absl::StatusOr<std::optional<Row>> Next() = 0;
};

// Of a store or a snapshot; some hundred rows are read at a time. A store must not be committed to meanwhile.
class PagedRows final : public RowCursor {
 public:
  // `rows` outlives it.
  template <typename Interface>
  PagedRows(const RowReader<Interface>& rows, Family family)
      : scan_([&rows, family](absl::string_view from, RowReader<Reader>::Visitor visit) {
          return rows.Scan(family, from, "", visit);
        }) {}

  absl::StatusOr<std::optional<Row>> Next() override;

 private:
  absl::Status ReadPage();

  std::function<absl::Status(absl::string_view from, RowReader<Reader>::Visitor visit)> scan_;
  std::string from_;
  bool at_end_ = false;
  std::deque<Row> page_;
};

struct RowDifference {
  std::string key;
  // Nothing where the row is not there.
  std::optional<std::string> a = {};
  std::optional<std::string> b = {};
};

struct FamilyComparison {
  uint64_t rows_a = 0;
  uint64_t rows_b = 0;
  // As Store::ColumnFamilyDigest gives them.
  std::string digest_a;
  std::string digest_b;
  uint64_t differing = 0;
};

struct CompareOptions {
  // Called with every row that differs, in key order.
  std::function<void(const RowDifference&)> differs = [](const RowDifference&) {};
  // Called every 256 rows or so, with how many that were; an error ends the comparison with it.
  std::function<absl::Status(uint64_t rows)> between = [](uint64_t) { return absl::OkStatus(); };
};

absl::StatusOr<FamilyComparison> CompareRows(Family family, RowCursor& a, RowCursor& b, const CompareOptions& options);

}  // namespace whistle::projection

#endif  // WHISTLE_LIBS_PROJECTION_COMPARISON_H_
