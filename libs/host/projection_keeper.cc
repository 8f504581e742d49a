#include "libs/host/projection_keeper.h"

#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "libs/base/status_macros.h"
#include "libs/projection/checkpoint.h"

namespace whistle::host {
namespace {

using operations::v1::ProjectionTask;
using projection::RocksStore;

// What a rebuild leaves free besides the second store: logs and compactions need room too.
constexpr uint64_t kSpareBytes = uint64_t{64} << 20;

// From now on the store serves for good that was filled since the start.
void NameRebuilt(RocksStore& store, const telemetry::Logger& log) {
  const std::string from_fold = store.rebuilt_from().value_or("");
  if (const absl::Status served = store.Serve(); !served.ok()) {
    log.Error("rebuilt_projection_not_named", {{"path", store.path()}, {"why", served.message()}});
    return;
  }
  const std::string old = absl::StrJoin(store.kept(), ",");
  log.Info("projection_rebuilt", {{"from_fold", from_fold}, {"serving", store.path()}, {"old", old}});
}

}  // namespace

ProjectionKeeper::ProjectionKeeper(Options options) : options_(std::move(options)), task_(options_.wall_clock) {}

ProjectionKeeper::~ProjectionKeeper() { Stop(); }

absl::StatusOr<std::unique_ptr<ProjectionKeeper>> ProjectionKeeper::Open(Options options) {
  std::unique_ptr<ProjectionKeeper> keeper(new ProjectionKeeper(std::move(options)));
  const Options& o = keeper->options_;
  WHISTLE_ASSIGN_OR_RETURN(std::shared_ptr<RocksStore> store,
                           RocksStore::Open({.dir = o.dir, .fold_fingerprint = o.fold_fingerprint}));
  for (const std::string& name : store->leftovers()) o.log->Warning("unfinished_projection_deleted", {{"name", name}});
  if (store->rebuilt_from().has_value()) {
    o.log->Warning("projection_of_another_fold",
                   {{"found", *store->rebuilt_from()}, {"expected", o.fold_fingerprint}, {"filling", store->path()}});
  }
  if (store->rebuilt_from().has_value() && store->serves()) {
    o.log->Warning("projection_of_older_format_deleted",
                   {{"found", *store->rebuilt_from()}, {"filling", store->path()}});
  }
  keeper->live_ = std::make_unique<projection::LiveStore>(store);
  absl::MutexLock lock(&keeper->mutex_);
  keeper->serving_ = std::move(store);
  return keeper;
}

std::shared_ptr<RocksStore> ProjectionKeeper::serving() const {
  absl::MutexLock lock(&mutex_);
  return serving_;
}

void ProjectionKeeper::FinishIfCaughtUp() {
  // While a task exchanges stores, one that serves is not the one that is named on disk.
  if (!start_mutex_.TryLock()) return;
  // In this order: a task that ends between the two would leave the replaced store in hand here, to be named again.
  if (!task_.running()) {
    const std::shared_ptr<RocksStore> store = serving();
    if (!store->serves() && engine_->IsHealthy()) NameRebuilt(*store, *options_.log);
  }
  start_mutex_.Unlock();
}

std::string ProjectionKeeper::replaces_fold() const {
  // No task begins before that store serves.
  if (task_.running()) return "";
  const std::shared_ptr<RocksStore> store = serving();
  return store->serves() ? "" : store->rebuilt_from().value_or("");
}

std::vector<std::string> ProjectionKeeper::old_stores() const { return serving()->kept(); }

absl::StatusOr<std::vector<std::string>> ProjectionKeeper::DiscardOld() {
  absl::MutexLock start_lock(&start_mutex_);
  if (task_.running()) return absl::FailedPreconditionError("a task runs on this projection; cancel it or wait");
  const std::shared_ptr<RocksStore> store = serving();
  {
    absl::MutexLock lock(&mutex_);
    for (const auto& replaced : replaced_) {
      if (replaced.expired()) continue;
      return absl::UnavailableError(
          "a query or a stream (\"projection diff\", \"journal verify\") reads the old store; retry when it ended");
    }
    replaced_.clear();
  }
  std::vector<std::string> discarded = store->kept();
  WHISTLE_RETURN_IF_ERROR(store->DiscardKept());
  if (!discarded.empty()) options_.log->Info("old_projection_deleted", {{"paths", absl::StrJoin(discarded, ",")}});
  return discarded;
}

absl::Status ProjectionKeeper::CheckMayRebuild() const {
  const std::shared_ptr<RocksStore> store = serving();
  if (const std::string fold = replaces_fold(); !fold.empty()) {
    return absl::FailedPreconditionError(
        absl::StrCat("this projection is being rebuilt already, from fold ", fold, ", since the start"));
  }
  if (const std::vector<std::string> kept = store->kept(); !kept.empty()) {
    return absl::FailedPreconditionError(absl::StrCat("an old store is kept: ", absl::StrJoin(kept, ", "),
                                                      "; \"whistlectl projection discard-old ", options_.model->name,
                                                      "\" first"));
  }
  for (const engine::PartitionStatus& status : engine_->Status()) {
    if (status.health != engine::PartitionHealth::kDiverged) continue;
    return absl::FailedPreconditionError(
        absl::StrCat("partition ", status.partition.ToString(),
                     " has diverged from its journal, so there is nothing to "
                     "compare a rebuilt store with: ",
                     status.reason,
                     ". Stop the service and start it on another store "
                     "(\"whistlectl projection restore\", or \"projection set-aside\" for an empty one)"));
  }
  std::error_code error;
  const std::filesystem::space_info space = std::filesystem::space(options_.dir, error);
  const uint64_t needed = store->DiskBytes() + kSpareBytes;
  if (!error && space.available < needed) {
    return absl::ResourceExhaustedError(absl::StrCat("a second store needs about ", needed >> 20, " MiB, and ",
                                                     options_.dir, " has ", space.available >> 20, " MiB free"));
  }
  return absl::OkStatus();
}

absl::Status ProjectionKeeper::StartTask(operations::v1::ProjectionTaskKind kind,
                                         operations::v1::ProjectionTaskPhase phase,
                                         absl::AnyInvocable<absl::Status()> work) {
  {
    absl::MutexLock lock(&mutex_);
    if (stopped_) return absl::UnavailableError("this instance is shutting down");
  }
  if (worker_.joinable()) worker_.join();
  task_.Begin(options_.model->name, kind, phase);
  worker_ = std::thread([this, work = std::move(work)]() mutable {
    const absl::Status status = work();
    task_.Finish(status);
    RefreshMetrics();
    const ProjectionTask task = task_.Get();
    const std::string kind_name = operations::v1::ProjectionTaskKind_Name(task.kind());
    if (status.ok()) {
      options_.log->Info("projection_task_done",
                         {{"kind", kind_name}, {"records", task.records_done()}, {"pause_ms", task.pause_ms()}});
    } else if (absl::IsCancelled(status)) {
      options_.log->Warning("projection_task_cancelled", {{"kind", kind_name}});
    } else {
      options_.log->Error("projection_task_failed",
                          {{"kind", kind_name}, {"rows_differing", task.rows_differing()}, {"why", status.message()}});
    }
  });
  return absl::OkStatus();
}

absl::Status ProjectionKeeper::StartRebuild(const RebuildOptions& options) {
  absl::MutexLock lock(&start_mutex_);
  if (task_.running()) return absl::FailedPreconditionError("a task runs on this projection; cancel it or wait");
  WHISTLE_RETURN_IF_ERROR(CheckMayRebuild());
  options_.log->Info("projection_rebuild_begun", {{"records_per_second_max", options.records_per_second_max},
                                                  {"despite_difference", options.take_despite_difference}});
  return StartTask(operations::v1::PROJECTION_TASK_KIND_REBUILD, operations::v1::PROJECTION_TASK_PHASE_FILLING,
                   [this, options] { return RunRebuild(options); });
}

absl::Status ProjectionKeeper::StartCheckpoint(const std::string& folder) {
  if (!absl::StartsWith(folder, "/")) {
    return absl::InvalidArgumentError(
        absl::StrCat("folder: expected an absolute path on the server's machine, found \"", folder, "\""));
  }
  absl::MutexLock lock(&start_mutex_);
  if (task_.running()) return absl::FailedPreconditionError("a task runs on this projection; cancel it or wait");
  if (!replaces_fold().empty()) {
    return absl::FailedPreconditionError(
        "this projection is still being filled since the start; wait until it is live");
  }
  WHISTLE_RETURN_IF_ERROR(StartTask(operations::v1::PROJECTION_TASK_KIND_CHECKPOINT,
                                    operations::v1::PROJECTION_TASK_PHASE_COPYING,
                                    [this, folder] { return RunCheckpoint(folder); }));
  return absl::OkStatus();
}

absl::Status ProjectionKeeper::RunRebuild(const RebuildOptions& options) {
  const RebuildParts parts{.model = options_.model,
                           .registry_model = options_.registry_model,
                           .journal = options_.journal,
                           .engine = engine_,
                           .live = live_.get(),
                           .task = &task_,
                           .serving = serving()};
  WHISTLE_ASSIGN_OR_RETURN(std::shared_ptr<RocksStore> now, Rebuild(parts, options));
  absl::MutexLock lock(&mutex_);
  replaced_.push_back(std::exchange(serving_, std::move(now)));
  return absl::OkStatus();
}

absl::Status ProjectionKeeper::RunCheckpoint(const std::string& folder) {
  task_.SetFolder(folder);
  const std::shared_ptr<RocksStore> store = serving();
  WHISTLE_ASSIGN_OR_RETURN(const projection::v1::CheckpointManifest manifest,
                           projection::MakeCheckpoint(
                               *store, options_.model->name, options_.wall_clock->Now(), folder,
                               [this](absl::string_view column_family) {
                                 task_.SetPhase(operations::v1::PROJECTION_TASK_PHASE_READING);
                                 task_.SetColumnFamily(column_family);
                                 return task_.Cancelled();
                               },
                               [this] { return task_.Cancelled(); }));
  task_.SetManifest(manifest);
  return absl::OkStatus();
}

void ProjectionKeeper::RefreshMetrics() {
  const ProjectionTask task = task_.Get();
  const bool rebuild = task.kind() == operations::v1::PROJECTION_TASK_KIND_REBUILD;
  options_.metrics->rebuild_running.Set(rebuild && !task.has_finished_at() ? 1 : 0);
  options_.metrics->rebuild_records.Set(rebuild ? static_cast<double>(task.records_done()) : 0);
  options_.metrics->rebuild_records_total.Set(rebuild ? static_cast<double>(task.records_total()) : 0);
}

void ProjectionKeeper::Stop() {
  {
    absl::MutexLock lock(&mutex_);
    stopped_ = true;
  }
  task_.Cancel();
  absl::MutexLock lock(&start_mutex_);
  // Again: one that was just beginning had not heard it.
  task_.Cancel();
  if (worker_.joinable()) worker_.join();
  readings_.Stop();
}

}  // namespace whistle::host
