// A journal as a check reads it: every place, whatever lies there.
//
// Three stand behind it: an open journal (ReadingSource), an embedded journal's folder as it lies (EmbeddedSource),
// and, in whistlectl, a running service.
#ifndef WHISTLE_LIBS_VERIFY_SOURCE_H_
#define WHISTLE_LIBS_VERIFY_SOURCE_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libs/base/ids.h"
#include "libs/journal/journal.h"
#include "libs/verify/problems.h"

namespace whistle::verify {

// Threads: any may call, several at once.
class Source {
 public:
  // `record` is DATA_LOSS where something lies there that cannot be read. False to stop.
  using Visit = absl::FunctionRef<bool(base::Offset offset, absl::StatusOr<journal::StoredRecord> record)>;

  virtual ~Source() = default;

  // How many case partitions there are.
  virtual int partition_count() const = 0;
  // Where the partition ended when the source was opened.
  virtual base::Offset End(base::PartitionId partition) const = 0;
  // Everything from `from` up to End, in order of offset. An offset that is left out is not there. An error: the
  // journal cannot be read now, or from there on at all (DATA_LOSS).
  virtual absl::Status Read(base::PartitionId partition, base::Offset from, Visit visit) const = 0;
  // What is wrong with the journal as a whole, seen without reading it.
  virtual void AddProblems(Problems&) const {}
};

// Over a journal that is open and outlives this. Reads up to the ends as of Open.
class ReadingSource final : public Source {
 public:
  static absl::StatusOr<std::unique_ptr<ReadingSource>> Open(journal::Journal* journal);

  int partition_count() const override { return journal_->identity().partition_count; }
  base::Offset End(base::PartitionId partition) const override;
  absl::Status Read(base::PartitionId partition, base::Offset from, Visit visit) const override;

 private:
  explicit ReadingSource(journal::Journal* journal) : journal_(journal) {}

  journal::Journal* const journal_;
  // In the order of AllPartitions.
  std::vector<base::Offset> ends_;
};

}  // namespace whistle::verify

#endif  // WHISTLE_LIBS_VERIFY_SOURCE_H_
