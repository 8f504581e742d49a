// What may come next in an archive, and what came so far: the same for who writes one and who reads one.
//
//   ArchiveTally tally(header);
//   WHISTLE_RETURN_IF_ERROR(tally.Add(partition, record));   // for each record
//   WHISTLE_RETURN_IF_ERROR(tally.CheckComplete());
//
// One thread at a time.
#ifndef WHISTLE_LIBS_JOURNAL_ARCHIVE_TALLY_H_
#define WHISTLE_LIBS_JOURNAL_ARCHIVE_TALLY_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "libs/base/hash.h"
#include "libs/base/ids.h"
#include "libs/journal/archive/format.h"
#include "libs/journal/journal.h"

namespace whistle::journal {

class ArchiveTally {
 public:
  explicit ArchiveTally(const ArchiveHeader& header);

  // The record that must come next: of the partitions in the order of AllPartitions each record from offset 0 to its
  // end. Nothing once all came.
  std::optional<std::pair<base::PartitionId, base::Offset>> next() const;

  // DATA_LOSS, saying what was expected, for any other record, and for a first one that is not this journal's genesis.
  absl::Status Add(base::PartitionId partition, const StoredRecord& stored);

  // DATA_LOSS if records are missing.
  absl::Status CheckComplete() const;

  const std::vector<PartitionTotal>& totals() const { return totals_; }
  absl::Time last_stamp() const { return last_stamp_; }
  uint64_t records() const { return records_; }
  // Of records as they lie in blocks, before compression.
  uint64_t bytes() const { return bytes_; }
  // How many there will be.
  uint64_t records_expected() const { return records_expected_; }

 private:
  absl::Status AddGenesis(base::PartitionId partition, const StoredRecord& stored);

  const Identity identity_;
  const std::vector<base::Offset> ends_;
  const std::vector<base::PartitionId> partitions_;
  std::vector<PartitionTotal> totals_;
  // The place in AllPartitions of the partition that goes on.
  size_t at_ = 0;
  // How far that partition had been carried over when it was exported.
  base::Offset carried_through_;
  absl::Time last_stamp_ = absl::InfinitePast();
  uint64_t records_ = 0;
  uint64_t bytes_ = 0;
  uint64_t records_expected_ = 0;
};

}  // namespace whistle::journal

#endif  // WHISTLE_LIBS_JOURNAL_ARCHIVE_TALLY_H_
