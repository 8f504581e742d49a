// The journal that --journal names, whichever kind it is: the one place that knows both.
//
//   WHISTLE_ASSIGN_OR_RETURN(OpenedJournal opened, OpenJournal({.journal = "kafka:127.0.0.1:9092"}, on_fatal, log));
#ifndef WHISTLE_LIBS_HOST_OPEN_JOURNAL_H_
#define WHISTLE_LIBS_HOST_OPEN_JOURNAL_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/base/clock.h"
#include "libs/journal/journal.h"
#include "libs/telemetry/log.h"

namespace whistle::host {

struct JournalOptions {
  // "embedded:DIR" or "kafka:HOST:PORT,…".
  std::string journal = "embedded:var/journal";
  // For Kafka: a file with the connection's properties (TLS, SASL); empty for none.
  std::string properties_file = {};
  journal::ClockKind clock = journal::ClockKind::kReal;
  // Where a virtual clock starts on a new journal.
  absl::Time virtual_start = absl::FromUnixSeconds(946684800);  // 2000-01-01
};

struct OpenedJournal {
  // "embedded" or "kafka".
  std::string kind = {};
  // The journal's own clock; null where it is the wall's. The journal uses it, so it goes last.
  std::unique_ptr<base::VirtualClock> virtual_clock = {};
  std::unique_ptr<journal::Journal> journal = {};
  // OK, or UNAVAILABLE with the reason while the journal is out of reach.
  std::function<absl::Status()> reachable = [] { return absl::OkStatus(); };
};

// `on_fatal` is called, from a thread of the journal's, when it can acknowledge nothing any more and the process should
// end. Clock and log outlive the journal. INVALID_ARGUMENT where the options cannot be; otherwise the journal's own
// errors.
absl::StatusOr<OpenedJournal> OpenJournal(const JournalOptions& options, const base::Clock* wall_clock,
                                          std::function<void(const absl::Status&)> on_fatal,
                                          const telemetry::Logger* log);

}  // namespace whistle::host

#endif  // WHISTLE_LIBS_HOST_OPEN_JOURNAL_H_
