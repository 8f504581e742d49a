#include "libs/verify/problems.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace whistle::verify {

std::string PlaceText(base::PartitionId partition, base::Offset offset) {
  return absl::StrCat(partition.ToString(), ":", offset.value);
}

void Problems::Add(v1::Problem problem) {
  absl::MutexLock lock(&mutex_);
  ++count_;
  if (kept_.size() < kept_max_) kept_.push_back(std::move(problem));
}

uint64_t Problems::count() const {
  absl::MutexLock lock(&mutex_);
  return count_;
}

std::vector<v1::Problem> Problems::kept() const {
  absl::MutexLock lock(&mutex_);
  return kept_;
}

void Problems::Restore(const std::vector<v1::Problem>& kept, uint64_t count) {
  absl::MutexLock lock(&mutex_);
  kept_ = kept;
  count_ = count;
}

std::string ProblemText(const v1::Problem& problem) {
  std::string text = problem.kind();
  if (!problem.place().empty()) absl::StrAppend(&text, " at ", problem.place());
  if (!problem.service().empty()) absl::StrAppend(&text, ", projection of ", problem.service());
  if (!problem.case_id().empty()) absl::StrAppend(&text, ", case ", problem.case_id());
  if (problem.version() > 0) absl::StrAppend(&text, ", version ", problem.version());
  return absl::StrCat(text, ": expected ", problem.expected(), "; found ", problem.found());
}

}  // namespace whistle::verify
