#include "libs/host/projection_task.h"

#include <utility>

#include "libs/base/time.h"

namespace whistle::host {

using operations::v1::ProjectionTask;

void TaskState::Begin(const std::string& service, operations::v1::ProjectionTaskKind kind,
                      operations::v1::ProjectionTaskPhase phase) {
  absl::MutexLock lock(&mutex_);
  task_ = ProjectionTask();
  task_.set_service(service);
  task_.set_kind(kind);
  task_.set_phase(phase);
  *task_.mutable_started_at() = base::ToProto(clock_->Now());
  running_ = true;
  cancelled_ = false;
}

void TaskState::SetPhase(operations::v1::ProjectionTaskPhase phase) {
  absl::MutexLock lock(&mutex_);
  task_.set_phase(phase);
  task_.clear_column_family();
}

void TaskState::SetRecords(int64_t done, int64_t total) {
  absl::MutexLock lock(&mutex_);
  task_.set_records_done(done);
  task_.set_records_total(total);
  const double seconds = absl::ToDoubleSeconds(clock_->Now() - base::FromProto(task_.started_at()));
  if (seconds > 0) task_.set_records_per_second(static_cast<double>(done) / seconds);
}

void TaskState::SetColumnFamily(absl::string_view name) {
  absl::MutexLock lock(&mutex_);
  task_.set_column_family(std::string(name));
}

void TaskState::SetFolder(const std::string& folder) {
  absl::MutexLock lock(&mutex_);
  task_.set_folder(folder);
}

void TaskState::SetManifest(const projection::v1::CheckpointManifest& manifest) {
  absl::MutexLock lock(&mutex_);
  *task_.mutable_manifest() = manifest;
}

void TaskState::SetPause(absl::Duration pause) {
  absl::MutexLock lock(&mutex_);
  task_.set_pause_ms(absl::ToDoubleMilliseconds(pause));
}

void TaskState::AddDiffering(uint64_t rows) {
  absl::MutexLock lock(&mutex_);
  task_.set_rows_differing(task_.rows_differing() + rows);
}

void TaskState::AddDifference(operations::v1::ProjectionDifference difference) {
  absl::MutexLock lock(&mutex_);
  *task_.add_differences() = std::move(difference);
}

void TaskState::Finish(const absl::Status& status) {
  absl::MutexLock lock(&mutex_);
  task_.clear_column_family();
  *task_.mutable_finished_at() = base::ToProto(clock_->Now());
  if (status.ok()) {
    task_.set_phase(operations::v1::PROJECTION_TASK_PHASE_DONE);
  } else if (absl::IsCancelled(status)) {
    task_.set_phase(operations::v1::PROJECTION_TASK_PHASE_CANCELLED);
  } else {
    task_.set_phase(operations::v1::PROJECTION_TASK_PHASE_FAILED);
    task_.set_error(std::string(status.message()));
  }
  running_ = false;
}

bool TaskState::running() const {
  absl::MutexLock lock(&mutex_);
  return running_;
}

ProjectionTask TaskState::Get() const {
  absl::MutexLock lock(&mutex_);
  return task_;
}

void TaskState::Cancel() {
  absl::MutexLock lock(&mutex_);
  cancelled_ = true;
}

absl::Status TaskState::Cancelled() const {
  absl::MutexLock lock(&mutex_);
  return cancelled_ ? absl::CancelledError("cancelled") : absl::OkStatus();
}

void TaskState::Wait(absl::Duration time) const {
  absl::MutexLock lock(&mutex_);
  mutex_.AwaitWithTimeout(absl::Condition(&cancelled_), time);
}

}  // namespace whistle::host
