// What is known of the task under way on a projection, or the last one: written by the thread that works, read by
// whoever asks. Any thread.
#ifndef WHISTLE_LIBS_HOST_PROJECTION_TASK_H_
#define WHISTLE_LIBS_HOST_PROJECTION_TASK_H_

#include <cstdint>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "libs/base/clock.h"
#include "whistle/operations/v1/projection_task.pb.h"

namespace whistle::host {

class TaskState {
 public:
  // `clock` is the wall's, and outlives it.
  explicit TaskState(const base::Clock* clock) : clock_(clock) {}

  // The task before is forgotten.
  void Begin(const std::string& service, operations::v1::ProjectionTaskKind kind,
             operations::v1::ProjectionTaskPhase phase);
  void SetPhase(operations::v1::ProjectionTaskPhase phase);
  void SetRecords(int64_t done, int64_t total);
  void SetColumnFamily(absl::string_view name);
  void SetFolder(const std::string& folder);
  void SetManifest(const projection::v1::CheckpointManifest& manifest);
  void SetPause(absl::Duration pause);
  void AddDiffering(uint64_t rows);
  void AddDifference(operations::v1::ProjectionDifference difference);
  // OK: done. CANCELLED: cancelled. Anything else: failed.
  void Finish(const absl::Status& status);

  bool running() const;
  operations::v1::ProjectionTask Get() const;

  void Cancel();
  // CANCELLED once Cancel was called.
  absl::Status Cancelled() const;
  // Waits; less if it is cancelled meanwhile.
  void Wait(absl::Duration time) const;

 private:
  const base::Clock* const clock_;
  mutable absl::Mutex mutex_;
  operations::v1::ProjectionTask task_ ABSL_GUARDED_BY(mutex_);
  bool running_ ABSL_GUARDED_BY(mutex_) = false;
  bool cancelled_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace whistle::host

#endif  // WHISTLE_LIBS_HOST_PROJECTION_TASK_H_
