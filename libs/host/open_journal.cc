#include "libs/host/open_journal.h"

#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "libs/base/status_macros.h"
#include "libs/base/time.h"
#include "libs/journal/embedded/embedded_journal.h"
#include "libs/journal/genesis.h"
#include "libs/journal/kafka/kafka_journal.h"

namespace whistle::host {
namespace {

absl::StatusOr<OpenedJournal> OpenEmbedded(const JournalOptions& options, const std::string& dir,
                                           const base::Clock* wall_clock,
                                           std::function<void(const absl::Status&)> on_fatal) {
  if (!options.properties_file.empty()) {
    return absl::InvalidArgumentError("--journal_properties: only for a Kafka journal");
  }
  OpenedJournal opened{.kind = "embedded"};
  const base::Clock* clock = wall_clock;
  if (options.clock == journal::ClockKind::kVirtual) {
    // On a journal that is there, the clock goes on at its last stamp.
    std::error_code error;
    const bool is_new = !std::filesystem::exists(dir, error) || std::filesystem::is_empty(dir, error);
    opened.virtual_clock = std::make_unique<base::VirtualClock>(is_new ? options.virtual_start : base::EarliestTime());
    clock = opened.virtual_clock.get();
  }
  WHISTLE_ASSIGN_OR_RETURN(
      auto journal, journal::EmbeddedJournal::Open(
                        {.dir = dir, .clock = clock, .clock_kind = options.clock, .on_fatal = std::move(on_fatal)}));
  if (opened.virtual_clock) {
    opened.virtual_clock->AdvanceTo(journal->LastStamp());
    if (opened.virtual_clock->Now() <= base::EarliestTime()) opened.virtual_clock->AdvanceTo(options.virtual_start);
  }
  opened.journal = std::move(journal);
  return opened;
}

absl::StatusOr<OpenedJournal> OpenKafka(const JournalOptions& options, const std::string& brokers,
                                        const telemetry::Logger* log) {
  if (options.clock != journal::ClockKind::kReal) {
    return absl::InvalidArgumentError("--clock=virtual: a Kafka journal's clock is real; leave the flag out");
  }
  journal::KafkaOptions kafka{.brokers = brokers};
  if (!options.properties_file.empty()) {
    WHISTLE_ASSIGN_OR_RETURN(kafka.connection, journal::ReadKafkaProperties(options.properties_file));
  }
  const auto failure = std::make_shared<journal::ConnectionFailure>();
  kafka.on_log = [log, failure](absl::string_view line) {
    failure->Hear(line);
    log->Warning("kafka", {{"said", line}});
  };
  if (const absl::Status status = journal::CheckKafkaOptions(kafka); !status.ok()) {
    return absl::InvalidArgumentError(absl::StrCat("--journal=kafka:", brokers, ": ", status.message()));
  }
  auto opening = journal::KafkaJournal::Open(kafka);
  if (!opening.ok()) return failure->Explain(opening.status());
  std::unique_ptr<journal::KafkaJournal> journal = *std::move(opening);
  if (journal->identity().clock_kind != journal::ClockKind::kReal) {
    return absl::FailedPreconditionError(absl::StrCat("the journal ", journal->identity().uuid, " on ", brokers,
                                                      " was made on a virtual clock, and Kafka's is real"));
  }
  OpenedJournal opened{.kind = "kafka"};
  opened.reachable = [raw = journal.get()] { return raw->reachable(); };
  opened.journal = std::move(journal);
  return opened;
}

}  // namespace

absl::StatusOr<OpenedJournal> OpenJournal(const JournalOptions& options, const base::Clock* wall_clock,
                                          std::function<void(const absl::Status&)> on_fatal,
                                          const telemetry::Logger* log) {
  absl::string_view rest = options.journal;
  if (absl::ConsumePrefix(&rest, "embedded:") && !rest.empty()) {
    return OpenEmbedded(options, std::string(rest), wall_clock, std::move(on_fatal));
  }
  if (absl::ConsumePrefix(&rest, "kafka:") && !rest.empty()) return OpenKafka(options, std::string(rest), log);
  return absl::InvalidArgumentError(
      absl::StrCat("--journal: expected embedded:DIR or kafka:HOST:PORT,…, found \"", options.journal, "\""));
}

}  // namespace whistle::host
