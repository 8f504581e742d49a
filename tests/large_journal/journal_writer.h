// Writes a whole embedded journal, record by record, with stamps of the caller's own: for journals that are made rather
// than lived through, and for copies with one thing changed.
//
//   auto writer = JournalWriter::Create("var/large", uuid, GenesisRecords(identity));
//   (*writer)->Append(partition, stamp, record);
//   (*writer)->Finish();
//
// There is no journal in the folder before Finish, and a whole one after: an interrupted writer leaves nothing that
// anybody would take for one. What is written has whole frames and checksums, whatever it says. One thread.
#ifndef WHISTLE_TESTS_LARGE_JOURNAL_JOURNAL_WRITER_H_
#define WHISTLE_TESTS_LARGE_JOURNAL_JOURNAL_WRITER_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/base/ids.h"
#include "libs/journal/embedded/folder.h"
#include "libs/journal/embedded/store.h"
#include "libs/journal/journal.h"

namespace whistle::large_journal {

// The first record of every partition of a journal, in the order of AllPartitions.
std::vector<journal::StoredRecord> GenesisRecords(const journal::Identity& identity);

class JournalWriter {
 public:
  // `dir` must be empty or not be there. `uuid` is the journal's; `genesis` its first records, one for each partition
  // in the order of AllPartitions.
  static absl::StatusOr<std::unique_ptr<JournalWriter>> Create(const std::string& dir, const std::string& uuid,
                                                               std::vector<journal::StoredRecord> genesis);

  // The offset that the record gets.
  absl::StatusOr<base::Offset> Append(base::PartitionId partition, absl::Time stamp, journal::Record record);

  // Writes what is left, and makes it a journal. Nothing may be appended after.
  absl::Status Finish();

  base::Offset End(base::PartitionId partition) const;

 private:
  JournalWriter(std::unique_ptr<journal::Folder> folder, std::string making, std::string uuid)
      : folder_(std::move(folder)), making_(std::move(making)), uuid_(std::move(uuid)) {}

  absl::Status Flush();

  const std::unique_ptr<journal::Folder> folder_;
  const std::string making_;
  const std::string uuid_;
  std::unique_ptr<journal::Store> store_;
  std::vector<base::Offset> ends_;
  std::vector<journal::PlacedRecord> waiting_;
  size_t waiting_bytes_ = 0;
  absl::Time last_stamp_ = absl::InfinitePast();
};

}  // namespace whistle::large_journal

#endif  // WHISTLE_TESTS_LARGE_JOURNAL_JOURNAL_WRITER_H_
