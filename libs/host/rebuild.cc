#include "libs/host/rebuild.h"

#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "libs/base/proto.h"
#include "libs/base/status_macros.h"
#include "libs/engine/refold.h"
#include "libs/journal/genesis.h"
#include "libs/projection/comparison.h"
#include "libs/projection/keys.h"
#include "libs/projection/row_text.h"
#include "whistle/registry/v1/state.pb.h"

namespace whistle::host {
namespace {

using operations::v1::ProjectionDifference;
using projection::Family;
using projection::RocksStore;

// A tenth of the processor time of a thread that serves, where both want all of it: commands keep their latency, and a
// rebuild under full load still ends.
constexpr int kNice = 10;
// While commands wait for their verdict, half of the time is theirs: after each batch the rebuild rests for as long as
// the batch took, at the most so long.
constexpr absl::Duration kRestMax = absl::Milliseconds(100);
// So near to the serving store the rebuild goes on to the next step.
constexpr int64_t kNearRecords = 500;
constexpr int64_t kTailRecords = 50;
// The longest that the service may stand still; a tail that does not come in this time is tried again.
constexpr absl::Duration kPauseMax = absl::Milliseconds(500);
constexpr int kSwapTries = 10;
// How many heads are compared in the pause: some milliseconds.
constexpr size_t kHeadsMax = 500;
// Of each column family.
constexpr size_t kDifferencesShown = 10;
constexpr size_t kDifferenceChars = 400;

class Run {
 public:
  Run(const RebuildParts& parts, const RebuildOptions& options) : parts_(parts), options_(options) {}

  absl::StatusOr<std::shared_ptr<RocksStore>> Do() {
    WHISTLE_ASSIGN_OR_RETURN(next_, parts_.serving->OpenBeside());
    refold_ = std::make_unique<engine::Refold>(engine::Refold::Options{.model = parts_.model,
                                                                       .registry_model = parts_.registry_model,
                                                                       .journal = parts_.journal,
                                                                       .store = next_.get()});
    absl::Status status = AtLowPriority([this] {
      WHISTLE_RETURN_IF_ERROR(CatchUp(kNearRecords));
      WHISTLE_RETURN_IF_ERROR(Compare());
      return CatchUp(kNearRecords);
    });
    if (status.ok()) status = Swap();
    // It points to the store.
    refold_.reset();
    if (status.ok()) return next_;
    if (next_->serves()) {
      // The old one again is what a start finds.
      if (const absl::Status back = parts_.serving->Serve(); !back.ok()) return Both(status, back);
    }
    if (const absl::Status gone = RocksStore::Discard(std::move(next_)); !gone.ok()) return Both(status, gone);
    return status;
  }

 private:
  static absl::Status Both(const absl::Status& first, const absl::Status& second) {
    return absl::Status(first.code(), absl::StrCat(first.message(), "; and ", second.message()));
  }

  template <typename Work>
  static absl::Status AtLowPriority(Work work) {
    absl::Status status;
    std::thread thread([&] {
      // Without it the work is done all the same, and is only more in the way.
      (void)setpriority(PRIO_PROCESS, static_cast<id_t>(syscall(SYS_gettid)), kNice);
      status = work();
    });
    thread.join();
    return status;
  }

  absl::StatusOr<engine::Ends> LiveEnds() const {
    WHISTLE_ASSIGN_OR_RETURN(const auto rows, parts_.live->ListPartitions());
    return engine::EndsOf(rows);
  }

  // Folds until at most `near` records are missing.
  absl::Status CatchUp(int64_t near) {
    while (true) {
      WHISTLE_ASSIGN_OR_RETURN(const engine::Ends ends, LiveEnds());
      WHISTLE_ASSIGN_OR_RETURN(const int64_t missing, refold_->Missing(ends));
      parts_.task->SetRecords(done_, done_ + missing);
      if (missing <= near) return absl::OkStatus();
      WHISTLE_RETURN_IF_ERROR(FoldUpTo(ends, done_ + missing));
    }
  }

  absl::Status FoldUpTo(const engine::Ends& ends, int64_t total) {
    return refold_->FoldUpTo(ends, absl::InfiniteFuture(), [&](size_t records) {
      done_ += static_cast<int64_t>(records);
      parts_.task->SetRecords(done_, total);
      // What all rows are compared after need not be remembered.
      if (!compared_) refold_->TakeTouched();
      if (options_.records_per_second_max > 0) {
        const absl::Time at = began_ + absl::Seconds(static_cast<double>(done_) / options_.records_per_second_max);
        parts_.task->Wait(at - absl::Now());
      }
      return GiveWay();
    });
  }

  // Between two batches of records or rows.
  absl::Status GiveWay() {
    if (parts_.engine->unanswered() > 0) parts_.task->Wait(std::min(absl::Now() - worked_since_, kRestMax));
    worked_since_ = absl::Now();
    return parts_.task->Cancelled();
  }

  absl::Status Compare() {
    parts_.task->SetPhase(operations::v1::PROJECTION_TASK_PHASE_COMPARING);
    const auto serving = parts_.live->SnapshotRows();
    WHISTLE_ASSIGN_OR_RETURN(const auto rows, serving->ListPartitions());
    WHISTLE_RETURN_IF_ERROR(FoldUpTo(engine::EndsOf(rows), done_ + kNearRecords));
    // What is folded later is compared in the pause.
    compared_ = true;
    for (size_t i = 0; i < projection::kFamilyNames.size(); ++i) {
      const auto family = static_cast<Family>(i);
      parts_.task->SetColumnFamily(projection::FamilyName(family));
      projection::PagedRows a(*serving, family);
      projection::PagedRows b(*next_, family);
      size_t told = 0;
      const projection::CompareOptions options{.differs =
                                                   [&](const projection::RowDifference& difference) {
                                                     if (told++ < kDifferencesShown) Tell(family, difference);
                                                   },
                                               .between = [this](uint64_t) { return GiveWay(); }};
      WHISTLE_ASSIGN_OR_RETURN(const projection::FamilyComparison found,
                               projection::CompareRows(family, a, b, options));
      differing_ += found.differing;
      parts_.task->AddDiffering(found.differing);
    }
    return MayBeTaken();
  }

  void Tell(Family family, const projection::RowDifference& difference) {
    const bool of_registry = difference.key == journal::kRegistryCaseId;
    const std::unique_ptr<google::protobuf::Message> state =
        of_registry ? parts_.registry_model->new_state() : parts_.model->new_state();
    ProjectionDifference told;
    told.set_column_family(std::string(projection::FamilyName(family)));
    told.set_row(projection::KeyText(family, difference.key));
    told.set_what(projection::DifferenceText(family, difference, "serving", "rebuilt", *state, kDifferenceChars));
    parts_.task->AddDifference(std::move(told));
  }

  // What was found until now.
  absl::Status MayBeTaken() const {
    if (differing_ == 0 || options_.take_despite_difference) return absl::OkStatus();
    return absl::FailedPreconditionError(absl::StrCat(
        "the rebuilt store differs from the one that serves in ", differing_,
        " rows, and was not taken. Find out which is wrong (the rows are listed; \"whistlectl journal replay --case\" "
        "tells what was recorded); if it is the serving one: \"whistlectl projection rebuild ",
        parts_.model->name, " --take-despite-difference\""));
  }

  absl::Status Swap() {
    parts_.task->SetPhase(operations::v1::PROJECTION_TASK_PHASE_SWAPPING);
    absl::Status status;
    for (int i = 0; i < kSwapTries; ++i) {
      WHISTLE_RETURN_IF_ERROR(CatchUp(kTailRecords));
      WHISTLE_RETURN_IF_ERROR(next_->Serve());
      absl::Duration pause;
      status = parts_.engine->WhileStill([this] { return Exchange(); }, &pause);
      parts_.task->SetPause(pause);
      if (!absl::IsDeadlineExceeded(status)) return status;
    }
    return absl::UnavailableError(absl::StrCat("the journal's last records did not come within ",
                                               absl::FormatDuration(kPauseMax), ", ", kSwapTries,
                                               " times; rebuild when it is less busy"));
  }

  // In the pause.
  absl::Status Exchange() {
    WHISTLE_ASSIGN_OR_RETURN(const engine::Ends ends, LiveEnds());
    WHISTLE_RETURN_IF_ERROR(refold_->FoldUpTo(ends, absl::Now() + kPauseMax, [this](size_t records) {
      done_ += static_cast<int64_t>(records);
      return absl::OkStatus();
    }));
    parts_.task->SetRecords(done_, done_);
    WHISTLE_RETURN_IF_ERROR(ComparePositions());
    WHISTLE_RETURN_IF_ERROR(CompareHeads());
    WHISTLE_RETURN_IF_ERROR(MayBeTaken());
    const std::shared_ptr<projection::RowStore> old = parts_.live->Exchange(next_);
    if (differing_ == 0) return absl::OkStatus();
    const absl::Status reloaded = parts_.engine->ReloadFromStore();
    if (reloaded.ok()) return reloaded;
    parts_.live->Exchange(old);
    const absl::Status again = parts_.engine->ReloadFromStore();
    return again.ok() ? reloaded : Both(reloaded, again);
  }

  absl::Status ComparePositions() {
    WHISTLE_ASSIGN_OR_RETURN(const auto serving, parts_.live->ListPartitions());
    WHISTLE_ASSIGN_OR_RETURN(const auto rebuilt, next_->ListPartitions());
    if (serving.size() != rebuilt.size()) return absl::InternalError("the stores hold different partitions");
    for (size_t i = 0; i < serving.size(); ++i) {
      if (serving[i].second.offset() != rebuilt[i].second.offset()) {
        return absl::InternalError(absl::StrCat("partition ", serving[i].first.ToString(), " is at different offsets"));
      }
      const std::string a = base::SerializeDeterministically(serving[i].second);
      const std::string b = base::SerializeDeterministically(rebuilt[i].second);
      if (a != b) TellLate(Family::kMeta, projection::RowDifference{projection::PartitionKey(serving[i].first), a, b});
    }
    return absl::OkStatus();
  }

  // The cases that changed since all rows were compared.
  absl::Status CompareHeads() {
    size_t compared = 0;
    for (const std::string& case_id : refold_->TakeTouched()) {
      if (++compared > kHeadsMax) break;
      WHISTLE_ASSIGN_OR_RETURN(const auto serving, parts_.live->FindCase(case_id));
      WHISTLE_ASSIGN_OR_RETURN(const auto rebuilt, next_->FindCase(case_id));
      const std::string a = serving ? base::SerializeDeterministically(*serving) : "";
      const std::string b = rebuilt ? base::SerializeDeterministically(*rebuilt) : "";
      if (a != b) TellLate(Family::kState, projection::RowDifference{case_id, a, b});
    }
    return absl::OkStatus();
  }

  // A difference that was known already is told once.
  void TellLate(Family family, const projection::RowDifference& difference) {
    if (differing_ > 0) return;
    ++differing_;
    parts_.task->AddDiffering(1);
    Tell(family, difference);
  }

  const RebuildParts& parts_;
  const RebuildOptions options_;
  const absl::Time began_ = absl::Now();
  // The end of the last rest.
  absl::Time worked_since_ = absl::Now();
  std::shared_ptr<RocksStore> next_;
  std::unique_ptr<engine::Refold> refold_;
  int64_t done_ = 0;
  uint64_t differing_ = 0;
  bool compared_ = false;
};

}  // namespace

absl::StatusOr<std::shared_ptr<RocksStore>> Rebuild(const RebuildParts& parts, const RebuildOptions& options) {
  return Run(parts, options).Do();
}

}  // namespace whistle::host
