// One service's projection on disk: opened, rebuilt, copied away, and what it replaced deleted, all while it serves.
//
//   WHISTLE_ASSIGN_OR_RETURN(auto keeper, ProjectionKeeper::Open(options));
//   engine options: .store = &keeper->store()
//   keeper->Attach(engine);
//
// Any thread may call any method; one task at a time. Everything in the options outlives it, and the engine too, until
// Stop.
#ifndef WHISTLE_LIBS_HOST_PROJECTION_KEEPER_H_
#define WHISTLE_LIBS_HOST_PROJECTION_KEEPER_H_

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "libs/base/clock.h"
#include "libs/domain/model.h"
#include "libs/engine/engine.h"
#include "libs/host/projection_task.h"
#include "libs/host/pump.h"
#include "libs/host/rebuild.h"
#include "libs/projection/live_store.h"
#include "libs/projection/rocks_store.h"
#include "libs/telemetry/log.h"
#include "libs/telemetry/service_metrics.h"
#include "whistle/operations/v1/service.pb.h"

namespace whistle::host {

class ProjectionKeeper {
 public:
  struct Options {
    const domain::Model* model = nullptr;
    const domain::Model* registry_model = nullptr;
    journal::Journal* journal = nullptr;
    const base::Clock* wall_clock = nullptr;
    telemetry::ServiceMetrics* metrics = nullptr;
    const telemetry::Logger* log = nullptr;
    // The service's own folder.
    std::string dir;
    std::string fold_fingerprint;
  };

  // A store of another fold stays as it is; a new one beside it is filled by the engine, as by any start on an empty
  // store, and takes its place once FinishIfCaughtUp finds it complete. Errors: RocksStore::Open's.
  static absl::StatusOr<std::unique_ptr<ProjectionKeeper>> Open(Options options);
  ~ProjectionKeeper();

  projection::LiveStore& store() { return *live_; }
  const projection::LiveStore& store() const { return *live_; }

  // Before any of the following.
  void Attach(engine::Engine* engine) { engine_ = engine; }

  // Lets a store that replaces one of another fold serve for good, once every partition has reached the end that the
  // journal had at start. Cheap; to be called now and then.
  void FinishIfCaughtUp();
  // The fold of the store that waits to be replaced; empty if none does.
  std::string replaces_fold() const;

  // Both begin and return. FAILED_PRECONDITION while a task runs, after Stop, and where it cannot be done now: the
  // message says why and what to do first. RESOURCE_EXHAUSTED where the disk has no room for a second store.
  absl::Status StartRebuild(const RebuildOptions& options);
  // INVALID_ARGUMENT unless `folder` is an absolute path.
  absl::Status StartCheckpoint(const std::string& folder);
  // The last task; of kind UNSPECIFIED if there was none.
  operations::v1::ProjectionTask task() const { return task_.Get(); }
  // The task ends as soon as it can; within moments, but in the exchange itself.
  void CancelTask() { task_.Cancel(); }

  std::vector<std::string> old_stores() const;
  // Where those lay that were deleted. UNAVAILABLE while a query still reads one.
  absl::StatusOr<std::vector<std::string>> DiscardOld();

  // Runs on a thread that reads long and holds up nobody else but the next of its kind.
  void PostReading(absl::AnyInvocable<void() &&> task) { readings_.Post(std::move(task)); }

  // Gauges of the task.
  void RefreshMetrics();

  // Cancels what runs and waits for its end. Idempotent; before the engine stops.
  void Stop();

 private:
  explicit ProjectionKeeper(Options options);

  std::shared_ptr<projection::RocksStore> serving() const;
  absl::Status CheckMayRebuild() const;
  // Runs `work` on a thread of its own, if no other does.
  absl::Status StartTask(operations::v1::ProjectionTaskKind kind, operations::v1::ProjectionTaskPhase phase,
                         absl::AnyInvocable<absl::Status()> work) ABSL_EXCLUSIVE_LOCKS_REQUIRED(start_mutex_);
  absl::Status RunRebuild(const RebuildOptions& options);
  absl::Status RunCheckpoint(const std::string& folder);

  const Options options_;
  engine::Engine* engine_ = nullptr;
  TaskState task_;
  std::unique_ptr<projection::LiveStore> live_;
  mutable absl::Mutex mutex_;
  std::shared_ptr<projection::RocksStore> serving_ ABSL_GUARDED_BY(mutex_);
  // What was replaced, as long as somebody reads it.
  std::vector<std::weak_ptr<projection::RocksStore>> replaced_ ABSL_GUARDED_BY(mutex_);
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  // One start of a task, or deletion of old stores, at a time.
  absl::Mutex start_mutex_;
  std::thread worker_ ABSL_GUARDED_BY(start_mutex_);
  Pumps readings_;
};

}  // namespace whistle::host

#endif  // WHISTLE_LIBS_HOST_PROJECTION_KEEPER_H_
