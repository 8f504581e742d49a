// An embedded journal's folder as it lies, however damaged: for whoever must say what is wrong with it.
//
//   auto looked = EmbeddedInspection::Open("var/journal");
//   (*looked)->Read(partition, Offset{0}, [](Offset at, StatusOr<StoredRecord> record) { … return true; });
//
// Not a byte is changed. Several may look at once; nobody can open the journal meanwhile. Where EmbeddedJournal::Open
// refuses (a hole, an end before the mark, a damaged record), this goes on. Any thread may read.
#ifndef WHISTLE_LIBS_JOURNAL_EMBEDDED_INSPECTION_H_
#define WHISTLE_LIBS_JOURNAL_EMBEDDED_INSPECTION_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libs/base/ids.h"
#include "libs/journal/embedded/folder.h"
#include "libs/journal/embedded/mark.h"
#include "libs/journal/embedded/store.h"
#include "libs/journal/journal.h"

namespace whistle::journal {

class EmbeddedInspection {
 public:
  // FAILED_PRECONDITION if it is in use, or holds no journal, or one of another format version; DATA_LOSS if nothing at
  // all can be read of it.
  static absl::StatusOr<std::unique_ptr<EmbeddedInspection>> Open(const std::string& dir);

  // What was acknowledged, or why that cannot be known.
  const absl::StatusOr<Mark>& mark() const { return mark_; }
  // The mark's or, without one, as many as there are records of.
  int partition_count() const { return partition_count_; }
  // Where each partition ends, in the order of AllPartitions.
  const std::vector<base::Offset>& ends() const { return ends_; }

  // As Store::ReadAsItLies, up to the partition's end.
  absl::Status Read(base::PartitionId partition, base::Offset from,
                    absl::FunctionRef<bool(base::Offset, absl::StatusOr<StoredRecord>)> visit) const;

 private:
  explicit EmbeddedInspection(std::unique_ptr<Folder> folder) : folder_(std::move(folder)) {}

  const std::unique_ptr<Folder> folder_;
  absl::StatusOr<Mark> mark_;
  std::unique_ptr<Store> store_;
  int partition_count_ = 0;
  std::vector<base::Offset> ends_;
};

}  // namespace whistle::journal

#endif  // WHISTLE_LIBS_JOURNAL_EMBEDDED_INSPECTION_H_
