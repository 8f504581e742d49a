// What every Whistle program is made of, from journal to signal: the parts that main.cc wires together.
//
//   auto process = Process::Open(options, {intake::MakeModel()}, registry_chain::MakeModel());
//   const auto adapter = intake::MakeAdapter(**process);
//   return (*process)->ServeUntilSignal({adapter.get()});
//
// Open, Serve and destruction from main's thread.
#ifndef WHISTLE_LIBS_HOST_PROCESS_H_
#define WHISTLE_LIBS_HOST_PROCESS_H_

#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/notification.h"
#include "absl/time/time.h"
#include "libs/base/clock.h"
#include "libs/domain/model.h"
#include "libs/host/desk.h"
#include "libs/host/directory.h"
#include "libs/host/hosted_service.h"
#include "libs/host/open_journal.h"
#include "libs/host/pump.h"
#include "libs/host/virtual_time.h"
#include "libs/rpc/admission.h"
#include "libs/rpc/server.h"
#include "libs/telemetry/log.h"
#include "libs/telemetry/metrics.h"
#include "libs/telemetry/metrics_server.h"
#include "libs/telemetry/service_metrics.h"

namespace whistle::host {

// With their stubs, slow to compile for whoever wires a program.
class OperationsService;
class TimelineService;

struct ProcessOptions {
  // The program's name, for logs.
  std::string program = "whistled";
  JournalOptions journal;
  // The projections' folder.
  std::string data = "var/data";
  // Every service starts with its agenda paused, and stays so until resumed.
  bool agenda_paused = false;
  // gRPC and metrics; loopback only. An empty metrics address: none.
  std::string listen = "127.0.0.1:7100";
  std::string metrics_listen = "127.0.0.1:9100";
  // The grace of a shutdown: how long calls under way may take to finish; who still waits then is told to retry. More
  // than a command without a deadline of its own takes (AdmissionLimits::deadline_default) and than an append to a dead
  // broker, so that nearly all have their own answer by then.
  absl::Duration shutdown_timeout = absl::Seconds(15);
  rpc::AdmissionLimits limits;
  telemetry::LogLevel log_level = telemetry::LogLevel::kInfo;
  telemetry::LogFormat log_format = telemetry::LogFormat::kLogfmt;
};

class Process {
 public:
  // Opens journal and projections and lets the engines catch up; does not listen yet. One model for each service of the
  // process.
  static absl::StatusOr<std::unique_ptr<Process>> Open(ProcessOptions options, std::vector<domain::Model> models,
                                                       domain::Model registry_model);
  ~Process();

  // Of the service of that name, which must be one of the process's.
  template <typename Decider>
  Desk<Decider> desk(absl::string_view service) {
    Part& part = parts_.at(std::string(service));
    return Desk<Decider>(part.service.get(), part.runner.get());
  }

  // Serves the adapters, TimelineService, OperationsService, health and reflection. UNAVAILABLE for a port in use.
  absl::Status Serve(const std::vector<grpc::Service*>& adapters);
  // Serve, then wait for SIGTERM, SIGINT or a failed disk, then stop. The process's exit status.
  int ServeUntilSignal(const std::vector<grpc::Service*>& adapters);
  // Says not-serving, lets nobody in, lets what was accepted finish within the grace, answers UNAVAILABLE to whom that
  // was not enough and to every stream; then ends the threads and closes the journal. Idempotent.
  void Stop();

  // "127.0.0.1:7100", once serving.
  const std::string& address() const { return server_->address(); }
  int metrics_port() const { return metrics_server_ ? metrics_server_->bound_port() : 0; }

 private:
  struct Part {
    std::unique_ptr<telemetry::ServiceMetrics> metrics;
    std::unique_ptr<HostedService> service;
    std::unique_ptr<rpc::CallRunner> runner;
  };

  explicit Process(ProcessOptions options);

  absl::Status OpenItsJournal();
  // The journal's kind of clock.
  const base::Clock& clock() const;
  // Keeps health and gauges true.
  void Watch();
  void UpdateHealth();
  static absl::Status HealthOf(HostedService& service);
  absl::Status Health() const;

  ProcessOptions options_;
  telemetry::Logger log_;
  telemetry::Registry metrics_;
  base::RealClock wall_clock_;
  OpenedJournal journal_;
  std::atomic<bool> disk_failed_{false};

  std::map<std::string, Part> parts_;
  std::unique_ptr<Directory> directory_;
  std::unique_ptr<VirtualTime> virtual_time_;
  std::unique_ptr<Pumps> pumps_;
  std::unique_ptr<rpc::Admission> admission_;
  std::unique_ptr<TimelineService> timeline_;
  std::unique_ptr<OperationsService> operations_;
  // The gRPC services that a service's health is the health of.
  std::map<std::string, std::vector<std::string>> service_names_;
  std::unique_ptr<rpc::Server> server_;
  std::unique_ptr<telemetry::MetricsServer> metrics_server_;
  absl::Notification stopping_;
  std::thread watcher_;
  bool stopped_ = false;
};

}  // namespace whistle::host

#endif  // WHISTLE_LIBS_HOST_PROCESS_H_
