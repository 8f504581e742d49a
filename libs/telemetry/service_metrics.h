// Every metric a Whistle service exports, declared in this one place so that names cannot drift.
//
//   ServiceMetrics metrics(registry, "intake");
//   metrics.CommandSeconds("RecordContact").Observe(took);
//   metrics.Command("RecordContact", "recorded").Add();
//
// All carry the label `service`, because whistled exports several services from one port. One object per service,
// shared by engine and server; lives no longer than the Registry. Any thread. `method` is the RPC's name; partitions
// are "0" … or "registry".
#ifndef WHISTLE_LIBS_TELEMETRY_SERVICE_METRICS_H_
#define WHISTLE_LIBS_TELEMETRY_SERVICE_METRICS_H_

#include <string>

#include "absl/strings/string_view.h"
#include "libs/telemetry/metrics.h"

namespace whistle::telemetry {

class ServiceMetrics {
 public:
  ServiceMetrics(Registry& registry, absl::string_view service);

  // Commands by method and outcome; an outcome is one stable word: "recorded", "replayed", a rejection's kind, or a
  // status code.
  Counter& Command(absl::string_view method, absl::string_view outcome);
  // From the engine taking the command to its answer.
  Histogram& CommandSeconds(absl::string_view method);

  // Calls of any kind by method and gRPC code ("OK", "INVALID_ARGUMENT"), those that were never admitted included.
  Counter& Call(absl::string_view method, absl::string_view code);
  // From the call's admission to its answer; a stream's whole life.
  Histogram& CallSeconds(absl::string_view method);
  // Calls refused before a handler saw them, by the limit that refused them ("calls_per_client").
  Counter& CallRefused(absl::string_view limit);

  // Where a partition of the journal ends, as last heard.
  Gauge& JournalEnd(absl::string_view partition);
  // The offset of the record that this service's projection reads next; equal to the end when it has caught up.
  Gauge& ProjectionPosition(absl::string_view partition);
  // 1 while a partition is halted or diverged, 0 otherwise.
  Gauge& PartitionStopped(absl::string_view partition);

  // Open obligations whose date has passed and whose overdue is on record, by rule ("response") and by the level of the
  // organization that owes in the registry in force ("city"; "outside" the tree, "none" without one, "unknown").
  // Counted at most every 10 s (libs/host/overdue_count.h), however often it is scraped; summed over services by the
  // reader.
  Gauge& Overdue(absl::string_view rule, absl::string_view level);

  // Own decisions that did not count because another was first, and what was built on them.
  Counter& superseded;
  // Commands decided again after they were superseded.
  Counter& redone;
  // Decisions of the journal that counted.
  Counter& accepted;
  // Records put on the quarantine list: no decision in them that could count.
  Counter& malformed;

  // Open agenda items, due or not.
  Gauge& agenda_size;
  // How long the oldest due item has been waiting; 0 if none is.
  Gauge& agenda_lateness;
  // 1 while an operator has paused the agenda.
  Gauge& agenda_paused;
  // Items that were executed and did not go away. Anything but 0 is a bug and an alarm.
  Gauge& agenda_backed_off;

  // 1 while the projection is rebuilt; the records folded by the rebuild under way or the last one, and of how many.
  Gauge& rebuild_running;
  Gauge& rebuild_records;
  Gauge& rebuild_records_total;

  // Calls being worked on, streams not included.
  Gauge& calls_in_flight;
  // Open server streams.
  Gauge& streams_open;
  // Streams ended because the consumer was too slow.
  Counter& streams_cut_off;

 private:
  const std::string service_;
  Family<Counter>& commands_;
  Family<Histogram>& command_seconds_;
  Family<Counter>& calls_;
  Family<Histogram>& call_seconds_;
  Family<Counter>& calls_refused_;
  Family<Gauge>& journal_end_;
  Family<Gauge>& projection_position_;
  Family<Gauge>& partition_stopped_;
  Family<Gauge>& overdue_;
};

}  // namespace whistle::telemetry

#endif  // WHISTLE_LIBS_TELEMETRY_SERVICE_METRICS_H_
