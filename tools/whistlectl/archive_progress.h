// How an export, an import or a check of an archive goes on: a line on stderr now and then, one on stdout at the end.
#ifndef WHISTLE_TOOLS_WHISTLECTL_ARCHIVE_PROGRESS_H_
#define WHISTLE_TOOLS_WHISTLECTL_ARCHIVE_PROGRESS_H_

#include <cstdint>
#include <ostream>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace whistle::whistlectl {

// "512 B", "1.5 MiB".
std::string BytesText(uint64_t bytes);

// One thread at a time.
class ArchiveProgress {
 public:
  // `doing`: "exported". `started_at`: records that were there before this run count for no rate.
  ArchiveProgress(std::ostream& err, std::string doing, uint64_t records_expected, uint64_t records_before = 0);

  // At most one line every kInterval: "exported 12000 of 50000 records (24 %), 3.1 MiB, 6000 records/s".
  void Tell(uint64_t records, uint64_t bytes);

  absl::Duration took() const;
  // Of this run's own records.
  double records_per_second(uint64_t records) const;

  static constexpr absl::Duration kInterval = absl::Seconds(1);

 private:
  std::ostream& err_;
  const std::string doing_;
  const uint64_t expected_;
  const uint64_t before_;
  const absl::Time started_;
  absl::Time told_;
};

}  // namespace whistle::whistlectl

#endif  // WHISTLE_TOOLS_WHISTLECTL_ARCHIVE_PROGRESS_H_
