// Whether a journal and its projections are what they must be, recomputed from bytes.
//
//   Verification verification(options, source, stands);
//   absl::StatusOr<Report> report = verification.Run();
//
// In this order: what the source itself tells (an embedded journal's mark), the genesis of every partition, every
// record (partition_check.h), projections' positions, digests, counts and heads (compare.h), the chains that are broken
// (orphans.h) and what happened there (diagnosis.h), then a fresh fold of every service against its store, row by row
// (fresh_fold.h, compare_rows.h). Nothing is written but the resume file and the folder of the fresh fold.
#ifndef WHISTLE_LIBS_VERIFY_VERIFY_H_
#define WHISTLE_LIBS_VERIFY_VERIFY_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "libs/base/clock.h"
#include "libs/domain/model.h"
#include "libs/journal/journal.h"
#include "libs/verify/compare.h"
#include "libs/verify/compare_rows.h"
#include "libs/verify/problems.h"
#include "libs/verify/source.h"
#include "libs/verify/stand.h"
#include "whistle/verify/v1/progress.pb.h"

namespace whistle::verify {

// What has been done so far of one stretch of the work.
struct Progress {
  // "reading", "folding", "comparing".
  absl::string_view doing;
  uint64_t done = 0;
  uint64_t of = 0;
  // "records", "rows".
  absl::string_view what;
};

// Heads as a running service tells them, for stands without a store: asked after every record was read.
using AskHeads = std::function<absl::Status(const Checks& checks, Problems& problems)>;

struct Options {
  // Of the services whose stands have a store; the registry's folds its partition in each.
  std::vector<domain::Model> models;
  domain::Model registry_model;
  // Threads that read and fold.
  int jobs = 2;
  // False: no fresh fold.
  bool fold = true;
  // Where fresh folds are kept while they are compared; made, and removed at the end of Run, but after an error where
  // there is a resume file (work_folder.h). Not touched without a fold.
  std::string work_dir;
  // Where it was, if it is to be taken up again; empty: nothing is kept. With it the fresh fold is taken up too.
  std::string resume_file = {};
  // So many problems are kept; all are counted.
  size_t problems_max = 100;
  // The journal that it must be, if that is known before it is read; empty: partition 0's says.
  std::string journal_uuid = {};
  // Called from several threads, one at a time, some times a second.
  std::function<void(const Progress&)> progress = [](const Progress&) {};
  AskHeads ask_heads = nullptr;
  // Never null.
  const base::Clock* clock = nullptr;
};

struct Report {
  std::string journal_uuid;
  // SHA-256 over the partition digests at the ends that were read, in hex, the registry's first: two copies of a
  // journal that are equal have the same. Empty where damage makes one of them unknown.
  std::string journal_digest;
  int partitions = 0;
  uint64_t records = 0;
  uint64_t bytes = 0;
  // That count, of cases; and of the registry.
  uint64_t decisions = 0;
  uint64_t registry_decisions = 0;
  uint64_t cases = 0;
  uint64_t superseded = 0;
  uint64_t malformed = 0;
  // Services whose positions, digests and heads were compared.
  std::vector<std::string> services;
  // One for each column family that was compared; none without a fresh fold.
  std::vector<FamilyDigest> families;
  // Why there was no fresh fold; empty if there was.
  std::string not_folded;
  // Records that it took up from an interrupted check.
  uint64_t resumed = 0;
  // Worth knowing, and no problem.
  std::vector<std::string> notices;
  std::vector<v1::Problem> problems;
  uint64_t problem_count = 0;
};

class Verification {
 public:
  Verification(Options options, const Source* source, std::vector<Stand> stands);

  // FAILED_PRECONDITION if the resume file is another journal's or another version's, or what it has read is not there
  // any more, or a projection has moved since, or the folder for the fresh fold is somebody's. Other errors: the
  // journal or a store cannot be read now.
  absl::StatusOr<Report> Run();

 private:
  absl::StatusOr<Report> Check();
  absl::Status CheckGenesis();
  absl::Status PrepareChecks();
  absl::Status TakeUp(const v1::Progress& progress);
  absl::Status ReadAll();
  absl::Status ReadOne(PartitionCheck& check);
  absl::Status Save(const PartitionCheck& check, bool at_once);
  absl::Status CompareProjections(Report& report);
  // Says so where a projection has not folded all that was read.
  void NoteLag(const Stand& stand);
  absl::Status Diagnose();
  absl::Status FoldAndCompare(Report& report);
  void Count(Report& report) const;
  void Done(absl::string_view doing, absl::string_view what, size_t more);
  void Begin(absl::string_view doing, absl::string_view what, uint64_t of);
  const domain::Model* ModelOf(const std::string& service) const;
  std::string FingerprintOf(const domain::Model& model) const;

  const Options options_;
  const Source& source_;
  std::vector<Stand> stands_;
  Problems problems_;
  journal::Identity identity_;
  Checks checks_;
  Vouched vouched_;
  std::vector<std::string> notices_;
  uint64_t resumed_ = 0;

  absl::Mutex mutex_;
  Progress progress_ ABSL_GUARDED_BY(mutex_);
  absl::Time told_at_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
  v1::Progress saved_ ABSL_GUARDED_BY(mutex_);
  absl::Time saved_at_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
};

}  // namespace whistle::verify

#endif  // WHISTLE_LIBS_VERIFY_VERIFY_H_
