#include "libs/host/hosted_service.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "libs/base/time.h"

namespace whistle::host {
namespace {

// A rebuilt store that was taken despite a difference may have counted less.
double Growth(uint64_t before, uint64_t now) { return now > before ? static_cast<double>(now - before) : 0; }

}  // namespace

// Turns what the engine tells into metrics and log lines.
class HostedService::EngineObserver final : public engine::Observer {
 public:
  explicit EngineObserver(HostedService* service) : service_(*service) {}

  void OnCommand(absl::string_view method, absl::string_view outcome, absl::Duration took, absl::string_view case_id,
                 absl::string_view request_id) override {
    metrics().Command(method, outcome).Add();
    metrics().CommandSeconds(method).Observe(took);
    log().Info("command", {{"method", method},
                           {"outcome", outcome},
                           {"case_id", case_id},
                           {"request_id", request_id},
                           {"took_ms", absl::ToDoubleMilliseconds(took)}});
  }

  void OnSuperseded(bool redone) override {
    metrics().superseded.Add();
    if (redone) metrics().redone.Add();
  }

  void OnFolded(base::PartitionId partition, const projection::v1::PartitionRow& row) override {
    {
      absl::MutexLock lock(&mutex_);
      projection::v1::PartitionRow& last = last_[partition];
      metrics().accepted.Add(Growth(last.accepted(), row.accepted()));
      metrics().malformed.Add(Growth(last.malformed(), row.malformed()));
      last = row;
    }
    metrics().ProjectionPosition(partition.ToString()).Set(static_cast<double>(row.offset() + 1));
    service_.TellFolded(partition);
  }

  void OnQuarantined(base::PartitionId partition, base::Offset offset, absl::string_view reason) override {
    log().Warning("record_quarantined",
                  {{"partition", partition.ToString()}, {"offset", offset.value}, {"reason", reason}});
  }

  void OnHalted(base::PartitionId partition, const absl::Status& why) override {
    if (absl::IsCancelled(why)) return;  // An orderly stop.
    metrics().PartitionStopped(partition.ToString()).Set(1);
    log().Error("partition_stopped", {{"partition", partition.ToString()}, {"why", why.message()}});
  }

  void OnAgendaFired(const common::v1::AgendaItem& item, absl::Duration late) override {
    log().Info("agenda_fired", {{"case_id", item.case_id()},
                                {"kind", common::v1::AgendaKind_Name(item.kind())},
                                {"subject", item.subject()},
                                {"late_ms", absl::ToDoubleMilliseconds(late)}});
  }

  void OnAgendaStuck(const common::v1::AgendaItem& item, absl::string_view why, absl::Duration wait) override {
    log().Error("agenda_item_stuck", {{"case_id", item.case_id()},
                                      {"kind", common::v1::AgendaKind_Name(item.kind())},
                                      {"subject", item.subject()},
                                      {"why", why},
                                      {"next_try_ms", absl::ToDoubleMilliseconds(wait)}});
  }

  // What the store already held at start is not counted as folded now.
  void StartFrom(base::PartitionId partition, const projection::v1::PartitionRow& row) {
    metrics().ProjectionPosition(partition.ToString()).Set(static_cast<double>(row.offset() + 1));
    absl::MutexLock lock(&mutex_);
    last_[partition] = row;
  }

 private:
  telemetry::ServiceMetrics& metrics() { return *service_.options_.metrics; }
  const telemetry::Logger& log() { return service_.options_.log; }

  HostedService& service_;
  absl::Mutex mutex_;
  std::map<base::PartitionId, projection::v1::PartitionRow> last_ ABSL_GUARDED_BY(mutex_);
};

HostedService::HostedService(ServiceOptions options) : options_(std::move(options)), overdue_(options_.metrics) {}

HostedService::~HostedService() { Stop(); }

std::string HostedService::fold_fingerprint() const {
  return absl::StrCat(options_.model.fold_fingerprint, "+", options_.registry_model.fold_fingerprint);
}

std::string HostedService::PauseFile() const { return absl::StrCat(options_.data_dir, "/", name(), ".agenda-paused"); }

absl::StatusOr<std::unique_ptr<HostedService>> HostedService::Open(ServiceOptions options) {
  std::unique_ptr<HostedService> service(new HostedService(std::move(options)));
  const ServiceOptions& o = service->options_;
  std::error_code error;
  std::filesystem::create_directories(o.data_dir, error);
  if (error) {
    return absl::FailedPreconditionError(absl::StrCat("--data: the folder ", o.data_dir, " cannot be made: ",
                                                      error.message(), "; name one that this user may write"));
  }
  if (o.agenda_paused) {
    WHISTLE_RETURN_IF_ERROR(service->WritePauseFile());
    o.log.Warning("agenda_paused", {});
  }
  WHISTLE_ASSIGN_OR_RETURN(service->keeper_, ProjectionKeeper::Open({.model = &o.model,
                                                                     .registry_model = &o.registry_model,
                                                                     .journal = o.journal,
                                                                     .wall_clock = o.wall_clock,
                                                                     .metrics = o.metrics,
                                                                     .log = &o.log,
                                                                     .dir = absl::StrCat(o.data_dir, "/", o.model.name),
                                                                     .fold_fingerprint = service->fold_fingerprint()}));

  service->observer_ = std::make_unique<EngineObserver>(service.get());
  WHISTLE_ASSIGN_OR_RETURN(const auto rows, service->keeper_->store().ListPartitions());
  for (const auto& [partition, row] : rows) service->observer_->StartFrom(partition, row);

  engine::EngineOptions engine_options{.model = &o.model,
                                       .registry_model = &o.registry_model,
                                       .journal = o.journal,
                                       .store = &service->keeper_->store(),
                                       .clock = o.clock,
                                       .wall_clock = o.wall_clock,
                                       .observer = service->observer_.get(),
                                       .fire_agenda = o.fire_agenda,
                                       .agenda_paused = std::filesystem::exists(service->PauseFile(), error),
                                       .strand = {.seed = o.seed},
                                       .agenda = {.seed = o.seed}};
  if (!o.fire_agenda) {
    // A virtual clock stands still while an item is carried out: nothing fires early, and nobody clashes.
    engine_options.agenda.grace = absl::ZeroDuration();
    engine_options.agenda.spread = absl::ZeroDuration();
  }
  WHISTLE_ASSIGN_OR_RETURN(service->engine_, engine::Engine::Start(std::move(engine_options)));
  service->keeper_->Attach(service->engine_.get());
  return service;
}

absl::Status HostedService::WritePauseFile() const {
  std::ofstream file(PauseFile());
  file << base::TimeText(options_.wall_clock->Now()) << "\n";
  file.close();
  if (file) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat("the agenda of ", name(), " is paused now, but ", PauseFile(),
                                             " could not be written: it would not stay so over a restart"));
}

absl::Status HostedService::PauseAgenda() {
  absl::MutexLock lock(&pause_mutex_);
  engine_->PauseAgenda();
  WHISTLE_RETURN_IF_ERROR(WritePauseFile());
  options_.log.Warning("agenda_paused", {});
  return absl::OkStatus();
}

absl::Status HostedService::ResumeAgenda() {
  absl::MutexLock lock(&pause_mutex_);
  std::error_code error;
  std::filesystem::remove(PauseFile(), error);
  if (error) {
    return absl::UnavailableError(
        absl::StrCat(PauseFile(), " could not be removed: ", error.message(), "; the agenda stays paused"));
  }
  engine_->ResumeAgenda();
  options_.log.Info("agenda_resumed", {});
  return absl::OkStatus();
}

void HostedService::AddFoldListener(std::function<void(base::PartitionId)> listener) {
  absl::MutexLock lock(&mutex_);
  fold_listeners_.push_back(std::move(listener));
}

void HostedService::TellFolded(base::PartitionId partition) {
  std::vector<std::function<void(base::PartitionId)>> listeners;
  {
    absl::MutexLock lock(&mutex_);
    listeners = fold_listeners_;
  }
  for (const auto& listener : listeners) listener(partition);
}

void HostedService::RefreshMetrics() {
  telemetry::ServiceMetrics& metrics = *options_.metrics;
  keeper_->RefreshMetrics();
  for (const base::PartitionId id : journal::AllPartitions(options_.journal->identity().partition_count)) {
    options_.journal->End(id, [&metrics, id](absl::StatusOr<base::Offset> end) {
      if (end.ok()) metrics.JournalEnd(id.ToString()).Set(static_cast<double>(end->value));
    });
  }
  if (const auto count = store().CountAgenda(); count.ok()) metrics.agenda_size.Set(static_cast<double>(*count));
  metrics.agenda_backed_off.Set(static_cast<double>(engine_->stuck_items()));
  metrics.agenda_paused.Set(engine_->agenda_paused() ? 1 : 0);
  const absl::Time now = options_.clock->Now();
  const auto first = store().ScanAgenda(now, "", 1);
  double late = 0;
  if (first.ok() && !first->empty()) {
    late = std::max(0.0, absl::ToDoubleSeconds(now - base::FromProto(first->front().item.due_at())));
  }
  metrics.agenda_lateness.Set(late);
  // The store itself, not a snapshot: a scrape may be a row behind, and nothing need stand still for it.
  const absl::Status counted = overdue_.Refresh(store(), *engine_->registry(), options_.wall_clock->Now());
  if (!counted.ok()) options_.log.Warning("overdue_not_counted", {{"why", counted}});
}

void HostedService::Stop() {
  if (keeper_) keeper_->Stop();
  if (engine_) engine_->Stop();
}

}  // namespace whistle::host
