#include "libs/verify/embedded_source.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "libs/journal/embedded/record_format.h"

namespace whistle::verify {

absl::StatusOr<std::unique_ptr<EmbeddedSource>> EmbeddedSource::Open(const std::string& dir) {
  WHISTLE_ASSIGN_OR_RETURN(std::unique_ptr<journal::EmbeddedInspection> looked, journal::EmbeddedInspection::Open(dir));
  return std::unique_ptr<EmbeddedSource>(new EmbeddedSource(dir, std::move(looked)));
}

base::Offset EmbeddedSource::End(base::PartitionId partition) const {
  return looked_->ends()[journal::PlaceOf(partition)];
}

absl::Status EmbeddedSource::Read(base::PartitionId partition, base::Offset from, Visit visit) const {
  return looked_->Read(partition, from, visit);
}

void EmbeddedSource::AddProblems(Problems& problems) const {
  const absl::StatusOr<journal::Mark>& mark = looked_->mark();
  if (!mark.ok()) {
    v1::Problem problem;
    problem.set_kind(kMark);
    problem.set_expected("an acknowledged-through mark beside the records");
    problem.set_found(std::string(mark.status().message()));
    problems.Add(std::move(problem));
    return;
  }
  const std::vector<base::PartitionId> partitions = journal::AllPartitions(static_cast<int>(mark->ends.size()) - 1);
  for (size_t i = 0; i < partitions.size(); ++i) {
    const base::Offset end = looked_->ends()[i];
    if (end >= mark->ends[i]) continue;
    v1::Problem problem;
    problem.set_kind(kMark);
    problem.set_place(PlaceText(partitions[i], end));
    problem.set_expected(absl::StrCat("records up to offset ", mark->ends[i].value - 1, ", which were acknowledged"));
    problem.set_found("the partition's end");
    problems.Add(std::move(problem));
  }
}

}  // namespace whistle::verify
