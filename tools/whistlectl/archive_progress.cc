#include "tools/whistlectl/archive_progress.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_format.h"
#include "absl/time/clock.h"

namespace whistle::whistlectl {

std::string BytesText(uint64_t bytes) {
  constexpr uint64_t kKibi = 1024;
  constexpr const char* kUnits[] = {"KiB", "MiB", "GiB", "TiB"};
  if (bytes < kKibi) return absl::StrFormat("%d B", bytes);
  double size = static_cast<double>(bytes);
  const char* unit = "";
  for (const char* next : kUnits) {
    if (size < kKibi) break;
    size /= kKibi;
    unit = next;
  }
  return absl::StrFormat("%.1f %s", size, unit);
}

ArchiveProgress::ArchiveProgress(std::ostream& err, std::string doing, uint64_t records_expected,
                                 uint64_t records_before)
    : err_(err),
      doing_(std::move(doing)),
      expected_(records_expected),
      before_(records_before),
      started_(absl::Now()),
      told_(started_) {}

void ArchiveProgress::Tell(uint64_t records, uint64_t bytes) {
  const absl::Time now = absl::Now();
  if (now - told_ < kInterval) return;
  told_ = now;
  const double percent = expected_ == 0 ? 100 : 100.0 * static_cast<double>(records) / static_cast<double>(expected_);
  err_ << absl::StrFormat("%s %d of %d records (%.0f %%), %s, %.0f records/s\n", doing_, records, expected_, percent,
                          BytesText(bytes), records_per_second(records));
  err_.flush();
}

absl::Duration ArchiveProgress::took() const { return absl::Now() - started_; }

double ArchiveProgress::records_per_second(uint64_t records) const {
  const double seconds = std::max(absl::ToDoubleSeconds(took()), 1e-3);
  return static_cast<double>(records - std::min(records, before_)) / seconds;
}

}  // namespace whistle::whistlectl
