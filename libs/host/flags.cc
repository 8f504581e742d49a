#include "libs/host/flags.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/flags/usage.h"
#include "absl/flags/usage_config.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "libs/base/time.h"

ABSL_FLAG(std::string, journal, "", "where the journal is: embedded:DIR or kafka:HOST:PORT,…");
ABSL_FLAG(std::string, journal_properties, "",
          "for Kafka: a file of the connection's properties, NAME=VALUE a line (security.protocol, sasl.*, ssl.*)");
ABSL_FLAG(std::string, data, "", "the folder of the projections; each service makes its own in it");
ABSL_FLAG(
    bool, agenda_paused, false,
    "start with the agenda paused: nothing that is due fires until `whistlectl agenda resume`; for a restored copy");
ABSL_FLAG(std::string, listen, "", "where gRPC listens, loopback only: 127.0.0.1:PORT");
ABSL_FLAG(std::string, metrics_listen, "",
          "where /metrics and /healthz are served, loopback only; \"none\" for nowhere");
ABSL_FLAG(std::string, clock, "real", "real, or virtual: a clock that moves only by OperationsService.AdvanceClock");
ABSL_FLAG(std::string, virtual_start, "", "where a virtual clock starts on a new journal: 2009-01-01T00:00:00Z");
ABSL_FLAG(absl::Duration, shutdown_timeout, absl::Seconds(15),
          "how long a shutdown lets calls under way finish; those that still wait then get UNAVAILABLE and retry");
ABSL_FLAG(std::string, log_level, "info", "debug, info, warning or error");
ABSL_FLAG(std::string, log_format, "logfmt", "logfmt or json");

namespace whistle::host {

absl::StatusOr<ProcessOptions> ParseFlags(int argc, char** argv, absl::string_view usage, ProcessOptions defaults) {
  absl::FlagsUsageConfig config;
  // --help shows the program's own flags, not those of the libraries it is made of.
  static constexpr absl::string_view kOwnFile = "libs/host/flags.cc";
  const auto own = [](absl::string_view file) { return absl::EndsWith(file, kOwnFile); };
  config.contains_help_flags = own;
  config.contains_helpshort_flags = own;
  absl::SetFlagsUsageConfig(config);
  absl::SetProgramUsageMessage(absl::StrCat(
      usage, "\nDefaults:", defaults.journal.journal.empty() ? "" : " --journal=", defaults.journal.journal,
      " --data=", defaults.data, " --listen=", defaults.listen, " --metrics_listen=", defaults.metrics_listen));
  // The design writes --virtual-start, Abseil --virtual_start: both are taken.
  std::vector<std::string> words(argv, argv + argc);
  std::vector<char*> pointers;
  for (std::string& word : words) {
    if (absl::StartsWith(word, "--")) {
      const size_t name_end = std::min(word.find('='), word.size());
      std::replace(word.begin() + 2, word.begin() + static_cast<std::ptrdiff_t>(name_end), '-', '_');
    }
    pointers.push_back(word.data());
  }
  const std::vector<char*> rest = absl::ParseCommandLine(static_cast<int>(pointers.size()), pointers.data());
  if (rest.size() > 1) {
    return absl::InvalidArgumentError(absl::StrCat("\"", rest[1], "\" is not understood; see --help"));
  }

  ProcessOptions options = std::move(defaults);
  if (!absl::GetFlag(FLAGS_journal).empty()) options.journal.journal = absl::GetFlag(FLAGS_journal);
  options.journal.properties_file = absl::GetFlag(FLAGS_journal_properties);
  if (!absl::GetFlag(FLAGS_data).empty()) options.data = absl::GetFlag(FLAGS_data);
  options.agenda_paused = absl::GetFlag(FLAGS_agenda_paused);
  if (!absl::GetFlag(FLAGS_listen).empty()) options.listen = absl::GetFlag(FLAGS_listen);
  if (absl::GetFlag(FLAGS_metrics_listen) == "none") {
    options.metrics_listen.clear();
  } else if (!absl::GetFlag(FLAGS_metrics_listen).empty()) {
    options.metrics_listen = absl::GetFlag(FLAGS_metrics_listen);
  }
  const std::string clock = absl::GetFlag(FLAGS_clock);
  if (clock == "virtual") {
    options.journal.clock = journal::ClockKind::kVirtual;
  } else if (clock == "real") {
    options.journal.clock = journal::ClockKind::kReal;
  } else {
    return absl::InvalidArgumentError(absl::StrCat("--clock: expected real or virtual, found \"", clock, "\""));
  }
  if (const std::string start = absl::GetFlag(FLAGS_virtual_start); !start.empty()) {
    if (options.journal.clock != journal::ClockKind::kVirtual) {
      return absl::InvalidArgumentError("--virtual_start: only with --clock=virtual");
    }
    const auto time = base::TimeFromText(start);
    if (!time.ok()) return absl::InvalidArgumentError(absl::StrCat("--virtual_start: ", time.status().message()));
    if (*time < base::EarliestTime() || *time > base::LatestTime()) {
      return absl::InvalidArgumentError("--virtual_start: expected a time from 1900 to 9999");
    }
    options.journal.virtual_start = *time;
  }
  options.shutdown_timeout = absl::GetFlag(FLAGS_shutdown_timeout);
  if (options.shutdown_timeout < absl::ZeroDuration() || options.shutdown_timeout > absl::Minutes(10)) {
    return absl::InvalidArgumentError("--shutdown_timeout: expected 0s to 10m");
  }
  WHISTLE_ASSIGN_OR_RETURN(options.log_level, telemetry::LogLevelFromText(absl::GetFlag(FLAGS_log_level)));
  WHISTLE_ASSIGN_OR_RETURN(options.log_format, telemetry::LogFormatFromText(absl::GetFlag(FLAGS_log_format)));
  return options;
}

}  // namespace whistle::host
