#include "libs/host/overdue_count.h"

#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "libs/base/status_macros.h"
#include "libs/domain/model.h"

namespace whistle::host {
namespace {

// Rows read at a time: some hundred KiB.
constexpr size_t kRowsAtOnce = 1000;

// "overdue", rule, organization, case, subject; every part is followed by 0x00, so the last piece is empty.
constexpr size_t kPieces = 6;

std::string LevelOf(const std::string& organization_id, const registry::Registry& registry) {
  if (organization_id.empty()) return "none";
  const registry::v1::Organization* organization = registry.Find(organization_id);
  if (organization == nullptr) return "unknown";
  if (organization->level() == registry::v1::ORGANIZATION_LEVEL_UNSPECIFIED) return "outside";
  const std::string name = registry::v1::OrganizationLevel_Name(organization->level());
  if (name.empty()) return "unknown";
  return absl::AsciiStrToLower(absl::StripPrefix(name, "ORGANIZATION_LEVEL_"));
}

}  // namespace

absl::StatusOr<OverdueCounts> CountOverdue(const projection::Reader& reader, const registry::Registry& registry) {
  const std::string prefix = domain::IndexKey({"overdue"});
  OverdueCounts counts;
  std::string after;
  while (true) {
    WHISTLE_ASSIGN_OR_RETURN(const auto rows, reader.ScanIndex(prefix, after, kRowsAtOnce));
    for (const auto& row : rows) {
      const std::vector<std::string> pieces = absl::StrSplit(row.key, '\0');
      if (pieces.size() != kPieces) return absl::DataLossError("the index of what is overdue has a key of other parts");
      ++counts[{pieces[1], LevelOf(pieces[2], registry)}];
    }
    if (rows.size() < kRowsAtOnce) return counts;
    after = rows.back().cursor;
  }
}

absl::Status OverdueGauges::Refresh(const projection::Reader& reader, const registry::Registry& registry,
                                    absl::Time now) {
  absl::MutexLock lock(&mutex_);
  // A clock that was set back does not put it off.
  if (now >= counted_at_ && now - counted_at_ < kOverdueInterval) return absl::OkStatus();
  counted_at_ = now;
  WHISTLE_ASSIGN_OR_RETURN(OverdueCounts counts, CountOverdue(reader, registry));
  for (const auto& [of, count] : last_) {
    if (!counts.contains(of)) metrics_->Overdue(of.first, of.second).Set(0);
  }
  for (const auto& [of, count] : counts) metrics_->Overdue(of.first, of.second).Set(static_cast<double>(count));
  last_ = std::move(counts);
  return absl::OkStatus();
}

}  // namespace whistle::host
