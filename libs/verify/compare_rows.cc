#include "libs/verify/compare_rows.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/hash.h"
#include "libs/base/status_macros.h"
#include "libs/projection/comparison.h"
#include "libs/projection/keys.h"
#include "libs/projection/row_text.h"
#include "whistle/common/v1/agenda.pb.h"

namespace whistle::verify {

using projection::Family;
using projection::RowDifference;

namespace {

// The case that a row is about, and its version, where its key names them.
void Name(Family family, const RowDifference& row, v1::Problem& problem) {
  switch (family) {
    case Family::kState:
      problem.set_case_id(row.key);
      return;
    case Family::kTimeline:
    case Family::kMilestone:
    case Family::kRequest: {
      // A case id holds no zero byte, and one ends it.
      problem.set_case_id(row.key.substr(0, row.key.find('\0')));
      if (const auto version = projection::VersionOfTimelineKey(row.key); version && family != Family::kRequest) {
        problem.set_version(version->value);
      }
      return;
    }
    case Family::kIndex:
      if (const auto entry = projection::ParseIndexRowKey(row.key)) problem.set_case_id(entry->case_id);
      return;
    case Family::kAgenda: {
      common::v1::AgendaItem item;
      if (item.ParseFromString(row.a.has_value() ? *row.a : *row.b)) problem.set_case_id(item.case_id());
      return;
    }
    case Family::kMeta:
      return;
  }
}

std::string ValueText(const std::optional<std::string>& value) {
  if (!value.has_value()) return "no such row";
  return absl::StrCat(value->size(), " bytes with SHA-256 ", base::Sha256(*value).ToHex());
}

v1::Problem AboutRow(const std::string& service, Family family, const RowDifference& row) {
  v1::Problem problem;
  problem.set_kind(kRow);
  problem.set_service(service);
  Name(family, row, problem);
  problem.set_expected(absl::StrCat(projection::FamilyName(family), " row of ", projection::KeyText(family, row.key),
                                    ": ", ValueText(row.a), ", as a fresh fold makes it"));
  problem.set_found(ValueText(row.b));
  return problem;
}

}  // namespace

absl::StatusOr<FamilyDigest> CompareFamily(const projection::RocksStore& fresh, const Stand& stand, Family family,
                                           Problems& problems, const std::function<void(uint64_t)>& compared) {
  projection::PagedRows expected(fresh, family);
  projection::PagedRows found(*stand.store, family);
  const projection::CompareOptions options{
      .differs = [&](const RowDifference& row) { problems.Add(AboutRow(stand.service, family, row)); },
      .between =
          [&](uint64_t rows) {
            compared(rows);
            return absl::OkStatus();
          }};
  WHISTLE_ASSIGN_OR_RETURN(const projection::FamilyComparison both,
                           projection::CompareRows(family, expected, found, options));
  return FamilyDigest{.service = stand.service,
                      .family = std::string(projection::FamilyName(family)),
                      .rows = both.rows_b,
                      .fresh = both.digest_a,
                      .stored = both.digest_b};
}

absl::StatusOr<FamilyDigest> CompareDigest(const projection::RocksStore& fresh, const Stand& stand, Family family,
                                           Problems& problems) {
  const std::string name(projection::FamilyName(family));
  FamilyDigest digest{.service = stand.service, .family = name, .rows = 0, .fresh = "", .stored = "none"};
  if (const auto told = stand.digests.find(name); told != stand.digests.end()) {
    digest.rows = told->second.rows();
    digest.stored = told->second.digest();
  }
  WHISTLE_ASSIGN_OR_RETURN(digest.fresh, fresh.ColumnFamilyDigest(name));
  if (digest.stored == digest.fresh) return digest;
  v1::Problem problem;
  problem.set_kind(kFamily);
  problem.set_service(stand.service);
  problem.set_expected(
      absl::StrCat("column family ", name, " with digest ", digest.fresh, ", as a fresh fold makes it"));
  problem.set_found(absl::StrCat(digest.stored, ", as the service says; row by row: \"whistlectl projection rebuild ",
                                 stand.service, "\" compares each, and takes nothing that differs"));
  problems.Add(std::move(problem));
  return digest;
}

}  // namespace whistle::verify
