#include "libs/host/process.h"

#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <random>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "libs/base/check.h"
#include "libs/base/loopback.h"
#include "libs/base/status_macros.h"
#include "libs/base/time.h"
#include "libs/host/operations_service.h"
#include "libs/host/timeline_service.h"
#include "libs/journal/genesis.h"

namespace whistle::host {
namespace {

// How often health is brought up to date, and how often the pulled gauges, which ask the journal for its ends.
constexpr absl::Duration kHealthInterval = absl::Milliseconds(200);
constexpr absl::Duration kGaugesInterval = absl::Seconds(1);

sigset_t StopSignals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  return set;
}

}  // namespace

Process::Process(ProcessOptions options)
    : options_(std::move(options)),
      log_(telemetry::LogOptions{
          .service = options_.program, .level = options_.log_level, .format = options_.log_format}) {}

Process::~Process() {
  Stop();
  // It answers whom it still has, and they are still here.
  journal_.journal.reset();
}

absl::StatusOr<std::unique_ptr<Process>> Process::Open(ProcessOptions options, std::vector<domain::Model> models,
                                                       domain::Model registry_model) {
  WHISTLE_CHECK(!models.empty(), "a process needs at least one service");
  // Refused before anything is opened or made.
  WHISTLE_RETURN_IF_ERROR(base::ParseLoopbackAddress(options.listen).status());
  if (!options.metrics_listen.empty())
    WHISTLE_RETURN_IF_ERROR(base::ParseLoopbackAddress(options.metrics_listen).status());
  WHISTLE_RETURN_IF_ERROR(options.limits.Check());
  // Threads inherit it, so that a signal reaches only the one that waits for it.
  const sigset_t signals = StopSignals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  std::unique_ptr<Process> process(new Process(std::move(options)));
  WHISTLE_RETURN_IF_ERROR(process->OpenItsJournal());
  const ProcessOptions& o = process->options_;
  const base::Clock* clock = &process->clock();
  base::VirtualClock* const virtual_clock = process->journal_.virtual_clock.get();

  std::random_device random;
  std::vector<HostedService*> services;
  for (domain::Model& model : models) {
    const std::string name = model.name;
    Part& part = process->parts_[name];
    part.metrics = std::make_unique<telemetry::ServiceMetrics>(process->metrics_, name);
    ServiceOptions service_options{
        .model = std::move(model),
        .registry_model = registry_model,
        .journal = process->journal_.journal.get(),
        .clock = clock,
        .wall_clock = &process->wall_clock_,
        .data_dir = o.data,
        .metrics = part.metrics.get(),
        .log = telemetry::Logger({.service = name, .level = o.log_level, .format = o.log_format}),
        .fire_agenda = virtual_clock == nullptr,
        .agenda_paused = o.agenda_paused,
        .seed = (static_cast<uint64_t>(random()) << 32) | random()};
    auto service = HostedService::Open(std::move(service_options));
    if (!service.ok()) {
      return absl::Status(service.status().code(), absl::StrCat(name, ": ", service.status().message()));
    }
    part.service = *std::move(service);
    services.push_back(part.service.get());
  }
  process->directory_ = std::make_unique<Directory>(services);
  if (virtual_clock != nullptr) {
    process->virtual_time_ = std::make_unique<VirtualTime>(virtual_clock, services);
    for (HostedService* service : services) {
      service->AddFoldListener([time = process->virtual_time_.get()](base::PartitionId) { time->Nudge(); });
    }
    process->virtual_time_->Nudge();
  }
  process->pumps_ = std::make_unique<Pumps>();
  telemetry::ServiceMetrics* first_metrics = process->parts_.at(services.front()->name()).metrics.get();
  process->admission_ = std::make_unique<rpc::Admission>(o.limits, first_metrics);
  for (auto& [name, part] : process->parts_) {
    part.runner = std::make_unique<rpc::CallRunner>(process->admission_.get(), part.metrics.get());
  }
  rpc::CallRunner* first_runner = process->parts_.at(services.front()->name()).runner.get();
  process->timeline_ =
      std::make_unique<TimelineService>(process->directory_.get(), first_runner, process->pumps_.get());
  process->operations_ =
      std::make_unique<OperationsService>(OperationsService::Parts{.directory = process->directory_.get(),
                                                                   .runner = first_runner,
                                                                   .pumps = process->pumps_.get(),
                                                                   .journal = process->journal_.journal.get(),
                                                                   .journal_kind = process->journal_.kind,
                                                                   .clock = clock,
                                                                   .virtual_time = process->virtual_time_.get()});
  return process;
}

absl::Status Process::OpenItsJournal() {
  const auto on_fatal = [this](const absl::Status& why) {
    log_.Error("journal_failed", {{"why", why.message()}});
    disk_failed_ = true;
    kill(getpid(), SIGTERM);
  };
  WHISTLE_ASSIGN_OR_RETURN(journal_, OpenJournal(options_.journal, &wall_clock_, on_fatal, &log_));
  log_.Info("journal_opened", {{"kind", journal_.kind},
                               {"uuid", journal_.journal->identity().uuid},
                               {"partitions", journal_.journal->identity().partition_count},
                               {"clock", journal::ClockKindText(options_.journal.clock)},
                               {"now", base::TimeText(clock().Now())}});
  return absl::OkStatus();
}

const base::Clock& Process::clock() const {
  if (journal_.virtual_clock) return *journal_.virtual_clock;
  return wall_clock_;
}

absl::Status Process::Serve(const std::vector<grpc::Service*>& adapters) {
  std::vector<grpc::Service*> services = adapters;
  services.push_back(timeline_.get());
  services.push_back(operations_.get());
  WHISTLE_ASSIGN_OR_RETURN(
      server_, rpc::Server::Start({.listen_address = options_.listen, .admissions = {admission_.get()}}, services));
  for (const auto& [name, part] : parts_) {
    std::string title = name;
    title[0] = static_cast<char>(absl::ascii_toupper(static_cast<unsigned char>(title[0])));
    service_names_[name].push_back(absl::StrCat("whistle.", name, ".v1.", title, "Service"));
    if (name == "intake") service_names_[name].push_back("whistle.registry.v1.RegistryService");
  }
  if (!options_.metrics_listen.empty()) {
    WHISTLE_ASSIGN_OR_RETURN(metrics_server_, telemetry::MetricsServer::Start(options_.metrics_listen, &metrics_,
                                                                              [this] { return Health(); }));
  }
  UpdateHealth();
  watcher_ = std::thread([this] { Watch(); });
  log_.Info("serving", {{"listen", server_->address()}, {"metrics_port", metrics_port()}});
  return absl::OkStatus();
}

namespace {

// Of two ills the one that a person must see: data loss does not pass by itself, whatever else is wrong meanwhile.
void Worsen(absl::Status& health, const absl::Status& other) {
  if (health.ok() || (absl::IsDataLoss(other) && !absl::IsDataLoss(health))) health = other;
}

}  // namespace

absl::Status Process::HealthOf(HostedService& service) {
  absl::Status health;
  for (const engine::PartitionStatus& status : service.engine().Status()) {
    if (status.health == engine::PartitionHealth::kLive) continue;
    const std::string why = absl::StrCat(service.name(), ": partition ", status.partition.ToString(),
                                         status.reason.empty() ? " is catching up" : ": ", status.reason);
    const bool diverged = status.health == engine::PartitionHealth::kDiverged;
    Worsen(health, diverged ? absl::DataLossError(why) : absl::UnavailableError(why));
  }
  return health;
}

absl::Status Process::Health() const {
  if (stopping_.HasBeenNotified()) return rpc::Stopping();
  absl::Status health = journal_.reachable();
  for (const auto& [name, part] : parts_) Worsen(health, HealthOf(*part.service));
  return health;
}

void Process::UpdateHealth() {
  const bool reachable = journal_.reachable().ok();
  bool all_healthy = reachable;
  for (const auto& [name, part] : parts_) {
    const bool healthy = reachable && HealthOf(*part.service).ok();
    all_healthy = all_healthy && healthy;
    for (const std::string& service_name : service_names_[name]) server_->SetServing(service_name, healthy);
  }
  for (const char* shared : {"whistle.timeline.v1.TimelineService", "whistle.operations.v1.OperationsService", ""}) {
    server_->SetServing(shared, all_healthy);
  }
}

void Process::Watch() {
  absl::Time gauges_at = absl::InfinitePast();
  while (!stopping_.WaitForNotificationWithTimeout(kHealthInterval)) {
    UpdateHealth();
    for (const auto& [name, part] : parts_) part.service->keeper().FinishIfCaughtUp();
    if (const absl::Time now = wall_clock_.Now(); now >= gauges_at) {
      gauges_at = now + kGaugesInterval;
      for (const auto& [name, part] : parts_) part.service->RefreshMetrics();
    }
  }
}

int Process::ServeUntilSignal(const std::vector<grpc::Service*>& adapters) {
  if (const absl::Status status = Serve(adapters); !status.ok()) {
    std::fprintf(stderr, "%s: %s\n", options_.program.c_str(), std::string(status.message()).c_str());
    Stop();
    return 1;
  }
  const sigset_t signals = StopSignals();
  int signal = 0;
  sigwait(&signals, &signal);
  log_.Info("stopping", {{"signal", signal}});
  Stop();
  log_.Info("stopped", {});
  return disk_failed_ ? 1 : 0;
}

void Process::Stop() {
  if (std::exchange(stopped_, true)) return;
  stopping_.Notify();
  if (watcher_.joinable()) watcher_.join();
  if (server_) server_->Shutdown(absl::Now() + options_.shutdown_timeout);
  if (metrics_server_) metrics_server_->Stop();
  // Streams are over with the server; what is left of them lets go of the journal on this thread.
  if (pumps_) pumps_->Stop();
  if (virtual_time_) virtual_time_->Stop();
  for (auto& [name, part] : parts_) {
    if (part.service) part.service->Stop();
  }
}

}  // namespace whistle::host
