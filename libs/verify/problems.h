// What a check finds, from many threads: every problem counted, the first of them kept, each with its place.
#ifndef WHISTLE_LIBS_VERIFY_PROBLEMS_H_
#define WHISTLE_LIBS_VERIFY_PROBLEMS_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "libs/base/ids.h"
#include "whistle/verify/v1/progress.pb.h"

namespace whistle::verify {

// The words of Problem.kind. What each means, README.md says.
inline constexpr char kFrame[] = "frame";
inline constexpr char kHole[] = "hole";
inline constexpr char kMark[] = "mark";
inline constexpr char kGenesis[] = "genesis";
inline constexpr char kCarried[] = "carried";
inline constexpr char kLevel[] = "level";
inline constexpr char kChain[] = "chain";
inline constexpr char kOrder[] = "order";
inline constexpr char kMoved[] = "moved";
inline constexpr char kChanged[] = "changed";
inline constexpr char kDropped[] = "dropped";
inline constexpr char kSwapped[] = "swapped";
inline constexpr char kPosition[] = "position";
inline constexpr char kDigest[] = "digest";
inline constexpr char kHead[] = "head";
inline constexpr char kRow[] = "row";
inline constexpr char kFamily[] = "family";
inline constexpr char kProjection[] = "projection";

// "7:123", "registry:4".
std::string PlaceText(base::PartitionId partition, base::Offset offset);

// Any thread.
class Problems {
 public:
  explicit Problems(size_t kept_max) : kept_max_(kept_max) {}

  void Add(v1::Problem problem);
  uint64_t count() const;
  // In the order in which they were found.
  std::vector<v1::Problem> kept() const;
  // Takes up what an interrupted check had found.
  void Restore(const std::vector<v1::Problem>& kept, uint64_t count);

 private:
  const size_t kept_max_;
  mutable absl::Mutex mutex_;
  std::vector<v1::Problem> kept_ ABSL_GUARDED_BY(mutex_);
  uint64_t count_ ABSL_GUARDED_BY(mutex_) = 0;
};

// "chain at 7:123, case ab…, version 5: expected …; found …"
std::string ProblemText(const v1::Problem& problem);

}  // namespace whistle::verify

#endif  // WHISTLE_LIBS_VERIFY_PROBLEMS_H_
