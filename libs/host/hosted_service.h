// One service as it runs in a process: its store, its engine, its metrics, its agenda's pause.
//
//   auto service = HostedService::Open(options);
//   (*service)->engine().Submit(command);
//
// Any thread may call any method. Everything in the options outlives the service.
#ifndef WHISTLE_LIBS_HOST_HOSTED_SERVICE_H_
#define WHISTLE_LIBS_HOST_HOSTED_SERVICE_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "libs/base/clock.h"
#include "libs/domain/model.h"
#include "libs/engine/engine.h"
#include "libs/host/overdue_count.h"
#include "libs/host/projection_keeper.h"
#include "libs/journal/journal.h"
#include "libs/projection/store.h"
#include "libs/telemetry/log.h"
#include "libs/telemetry/service_metrics.h"

namespace whistle::host {

struct ServiceOptions {
  domain::Model model;
  domain::Model registry_model;
  journal::Journal* journal = nullptr;
  // The journal's kind of clock.
  const base::Clock* clock = nullptr;
  const base::Clock* wall_clock = nullptr;
  // The service's own folder is made in it.
  std::string data_dir;
  telemetry::ServiceMetrics* metrics = nullptr;
  telemetry::Logger log;
  // False on a virtual clock.
  bool fire_agenda = true;
  // From the first moment, as if PauseAgenda had been called before: a restored copy must not fire what the original
  // fires.
  bool agenda_paused = false;
  // Different for each instance: spreads its waits.
  uint64_t seed = 1;
};

class HostedService {
 public:
  static absl::StatusOr<std::unique_ptr<HostedService>> Open(ServiceOptions options);
  ~HostedService();

  // "intake".
  const std::string& name() const { return options_.model.name; }
  const domain::Model& model() const { return options_.model; }
  const domain::Model& registry_model() const { return options_.registry_model; }
  engine::Engine& engine() { return *engine_; }
  const projection::Store& store() const { return keeper_->store(); }
  ProjectionKeeper& keeper() { return *keeper_; }
  journal::Journal& journal() { return *options_.journal; }
  // The journal's kind of clock.
  const base::Clock& clock() const { return *options_.clock; }
  std::string fold_fingerprint() const;

  // Kept in a file beside the store, so that what was paused stays so over a restart.
  absl::Status PauseAgenda();
  absl::Status ResumeAgenda();

  // Calls `listener` after a partition was folded further, on an engine thread; it must not block. For as long as the
  // service lives.
  void AddFoldListener(std::function<void(base::PartitionId)> listener);

  // Brings the gauges up to date that nothing else pushes: journal ends, agenda size and lateness, and, at most every
  // kOverdueInterval of the wall clock, what is overdue.
  void RefreshMetrics();

  // Answers everybody and ends the engine's threads. Idempotent.
  void Stop();

 private:
  class EngineObserver;

  explicit HostedService(ServiceOptions options);

  std::string PauseFile() const;
  absl::Status WritePauseFile() const;
  void TellFolded(base::PartitionId partition);

  ServiceOptions options_;
  std::unique_ptr<ProjectionKeeper> keeper_;
  std::unique_ptr<EngineObserver> observer_;
  std::unique_ptr<engine::Engine> engine_;

  OverdueGauges overdue_;

  // One pause or resume at a time: the file and the engine must say the same.
  absl::Mutex pause_mutex_;
  absl::Mutex mutex_;
  std::vector<std::function<void(base::PartitionId)>> fold_listeners_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace whistle::host

#endif  // WHISTLE_LIBS_HOST_HOSTED_SERVICE_H_
