#include "libs/projection/comparison.h"

#include <utility>

#include "libs/base/status_macros.h"

namespace whistle::projection {
namespace {

constexpr size_t kPageRows = 256;
constexpr size_t kPageBytes = size_t{1} << 20;
constexpr uint64_t kRowsBetween = 256;

// The next row that says something of the journal.
absl::StatusOr<std::optional<Row>> NextLogical(Family family, RowCursor& rows) {
  while (true) {
    WHISTLE_ASSIGN_OR_RETURN(std::optional<Row> row, rows.Next());
    if (!row.has_value() || !IsPhysical(family, row->key)) return row;
  }
}

}  // namespace

absl::StatusOr<std::optional<Row>> PagedRows::Next() {
  if (page_.empty() && !at_end_) WHISTLE_RETURN_IF_ERROR(ReadPage());
  if (page_.empty()) return std::optional<Row>();
  std::optional<Row> row = std::move(page_.front());
  page_.pop_front();
  return row;
}

absl::Status PagedRows::ReadPage() {
  size_t bytes = 0;
  at_end_ = true;
  WHISTLE_RETURN_IF_ERROR(scan_(from_, [&](absl::string_view key, absl::string_view value) -> absl::StatusOr<bool> {
    if (page_.size() >= kPageRows || bytes >= kPageBytes) {
      at_end_ = false;
      return false;
    }
    bytes += key.size() + value.size();
    page_.push_back({std::string(key), std::string(value)});
    return true;
  }));
  // The first key after the last one read.
  if (!page_.empty()) from_ = page_.back().key + '\0';
  return absl::OkStatus();
}

absl::StatusOr<FamilyComparison> CompareRows(Family family, RowCursor& a, RowCursor& b, const CompareOptions& options) {
  FamilyComparison result;
  RowDigest digest_a, digest_b;
  WHISTLE_ASSIGN_OR_RETURN(std::optional<Row> row_a, NextLogical(family, a));
  WHISTLE_ASSIGN_OR_RETURN(std::optional<Row> row_b, NextLogical(family, b));
  for (uint64_t turns = 1; row_a.has_value() || row_b.has_value(); ++turns) {
    if (turns % kRowsBetween == 0) WHISTLE_RETURN_IF_ERROR(options.between(kRowsBetween));
    const bool from_a = row_a.has_value() && (!row_b.has_value() || row_a->key <= row_b->key);
    const bool from_b = row_b.has_value() && (!row_a.has_value() || row_b->key <= row_a->key);
    if (from_a) digest_a.Add(row_a->key, row_a->value);
    if (from_b) digest_b.Add(row_b->key, row_b->value);
    result.rows_a += from_a ? 1 : 0;
    result.rows_b += from_b ? 1 : 0;
    if (!from_a || !from_b || row_a->value != row_b->value) {
      ++result.differing;
      RowDifference difference{.key = from_a ? row_a->key : row_b->key};
      if (from_a) difference.a = row_a->value;
      if (from_b) difference.b = row_b->value;
      options.differs(difference);
    }
    if (from_a) {
      WHISTLE_ASSIGN_OR_RETURN(row_a, NextLogical(family, a));
    }
    if (from_b) {
      WHISTLE_ASSIGN_OR_RETURN(row_b, NextLogical(family, b));
    }
  }
  result.digest_a = digest_a.digest().ToHex();
  result.digest_b = digest_b.digest().ToHex();
  return result;
}

}  // namespace whistle::projection
