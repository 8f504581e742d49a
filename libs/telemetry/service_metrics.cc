#include "libs/telemetry/service_metrics.h"

namespace whistle::telemetry {
namespace {

Counter& OneCounter(Registry& registry, absl::string_view service, absl::string_view name, absl::string_view help) {
  return registry.Counters(name, help, {"service"}).With({service});
}

Gauge& OneGauge(Registry& registry, absl::string_view service, absl::string_view name, absl::string_view help) {
  return registry.Gauges(name, help, {"service"}).With({service});
}

}  // namespace

ServiceMetrics::ServiceMetrics(Registry& registry, absl::string_view service)
    : superseded(OneCounter(registry, service, "whistle_decisions_superseded_total",
                            "Own decisions that did not count because another was first, and what was built on them.")),
      redone(OneCounter(registry, service, "whistle_commands_redone_total",
                        "Commands decided again after they were superseded.")),
      accepted(
          OneCounter(registry, service, "whistle_decisions_accepted_total", "Decisions of the journal that counted.")),
      malformed(
          OneCounter(registry, service, "whistle_records_malformed_total", "Records put on the quarantine list.")),
      agenda_size(OneGauge(registry, service, "whistle_agenda_items", "Open agenda items, due or not.")),
      agenda_lateness(OneGauge(registry, service, "whistle_agenda_lateness_seconds",
                               "How long the oldest due agenda item has been waiting.")),
      agenda_paused(OneGauge(registry, service, "whistle_agenda_paused", "1 while an operator has paused the agenda.")),
      agenda_backed_off(OneGauge(registry, service, "whistle_agenda_backed_off_items",
                                 "Agenda items that were executed and did not go away.")),
      rebuild_running(
          OneGauge(registry, service, "whistle_projection_rebuild_running", "1 while the projection is rebuilt.")),
      rebuild_records(OneGauge(registry, service, "whistle_projection_rebuild_records",
                               "Records folded by the rebuild under way, or by the last one.")),
      rebuild_records_total(OneGauge(registry, service, "whistle_projection_rebuild_records_total",
                                     "Records that the rebuild under way, or the last one, has to fold.")),
      calls_in_flight(
          OneGauge(registry, service, "whistle_calls_in_flight", "Calls being worked on, streams not included.")),
      streams_open(OneGauge(registry, service, "whistle_streams_open", "Open server streams.")),
      streams_cut_off(OneCounter(registry, service, "whistle_streams_cut_off_total",
                                 "Streams ended because the consumer was too slow.")),
      service_(service),
      commands_(registry.Counters("whistle_commands_total", "Commands by method and outcome.",
                                  {"service", "method", "outcome"})),
      command_seconds_(registry.Histograms("whistle_command_seconds", "From the engine taking a command to its answer.",
                                           {"service", "method"})),
      calls_(registry.Counters("whistle_calls_total", "Calls by method and gRPC code.", {"service", "method", "code"})),
      call_seconds_(
          registry.Histograms("whistle_call_seconds", "From a call's admission to its answer.", {"service", "method"})),
      calls_refused_(registry.Counters("whistle_calls_refused_total",
                                       "Calls refused before a handler saw them, by limit.", {"service", "limit"})),
      journal_end_(registry.Gauges("whistle_journal_end_offset", "Where a partition of the journal ends.",
                                   {"service", "partition"})),
      projection_position_(registry.Gauges("whistle_projection_position_offset",
                                           "The offset of the record that the projection reads next.",
                                           {"service", "partition"})),
      partition_stopped_(registry.Gauges("whistle_partition_stopped", "1 while a partition is halted or diverged.",
                                         {"service", "partition"})),
      overdue_(registry.Gauges("whistle_overdue", "Open overdue obligations by rule and level of who owes.",
                               {"service", "rule", "level"})) {}

Counter& ServiceMetrics::Command(absl::string_view method, absl::string_view outcome) {
  return commands_.With({service_, method, outcome});
}

Histogram& ServiceMetrics::CommandSeconds(absl::string_view method) {
  return command_seconds_.With({service_, method});
}

Counter& ServiceMetrics::Call(absl::string_view method, absl::string_view code) {
  return calls_.With({service_, method, code});
}

Histogram& ServiceMetrics::CallSeconds(absl::string_view method) { return call_seconds_.With({service_, method}); }

Counter& ServiceMetrics::CallRefused(absl::string_view limit) { return calls_refused_.With({service_, limit}); }

Gauge& ServiceMetrics::JournalEnd(absl::string_view partition) { return journal_end_.With({service_, partition}); }

Gauge& ServiceMetrics::ProjectionPosition(absl::string_view partition) {
  return projection_position_.With({service_, partition});
}

Gauge& ServiceMetrics::PartitionStopped(absl::string_view partition) {
  return partition_stopped_.With({service_, partition});
}

Gauge& ServiceMetrics::Overdue(absl::string_view rule, absl::string_view level) {
  return overdue_.With({service_, rule, level});
}

}  // namespace whistle::telemetry
