#include "tools/whistlectl/journal_import.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "libs/base/clock.h"
#include "libs/base/status_macros.h"
#include "libs/journal/embedded/embedded_journal.h"
#include "libs/journal/kafka/kafka_journal.h"
#include "tools/whistlectl/archive_progress.h"
#include "tools/whistlectl/command.h"

namespace whistle::whistlectl {
namespace {

// What a producer that was killed had sent may be with the broker for as long as a request may take (client.cc); until
// then it is not known where the import before ended.
constexpr absl::Duration kKafkaSettle = absl::Seconds(5);
// An append of unknown outcome is looked up and gone on from; a journal that gives one again and again is out of order.
constexpr int kTriesMax = 5;

using Carry = std::function<absl::StatusOr<journal::Imported>(journal::Journal&)>;

absl::StatusOr<ImportDone> IntoEmbedded(const std::string& dir, ImportDone done, const Carry& carry) {
  const journal::CheckedArchive& archive = done.archive;
  const base::RealClock wall;
  // A virtual journal goes on at its last stamp, so that is when it was imported too.
  const base::VirtualClock stopped(archive.footer.last_stamp);
  const bool is_virtual = archive.header.identity.clock_kind == journal::ClockKind::kVirtual;
  if (!is_virtual) WHISTLE_RETURN_IF_ERROR(journal::CheckNotAfter(archive, wall.Now()));
  WHISTLE_ASSIGN_OR_RETURN(
      const std::unique_ptr<journal::EmbeddedJournal> opened,
      journal::EmbeddedJournal::Open({.dir = dir,
                                      .clock = is_virtual ? static_cast<const base::Clock*>(&stopped) : &wall,
                                      .clock_kind = archive.header.identity.clock_kind,
                                      .partition_count = archive.header.identity.partition_count,
                                      .importing = journal::OriginOf(archive)}));
  done.identity = opened->identity();
  WHISTLE_ASSIGN_OR_RETURN(done.imported, carry(*opened));
  return done;
}

absl::StatusOr<ImportDone> IntoKafka(journal::KafkaOptions options, int replication, ImportDone done,
                                     const Carry& carry, std::ostream& err) {
  const journal::CheckedArchive& archive = done.archive;
  const absl::Time now = base::RealClock().Now();
  WHISTLE_RETURN_IF_ERROR(journal::CheckNotAfter(archive, now));
  options.importing = journal::OriginOf(archive);
  WHISTLE_RETURN_IF_ERROR(
      journal::CreateKafkaJournal(options, archive.header.identity.partition_count, replication, now).status());
  for (int tries = 1;; ++tries) {
    WHISTLE_ASSIGN_OR_RETURN(const std::unique_ptr<journal::KafkaJournal> opened, journal::KafkaJournal::Open(options));
    done.identity = opened->identity();
    const auto imported = carry(*opened);
    if (imported.ok()) {
      done.imported = *imported;
      return done;
    }
    if (!absl::IsUnavailable(imported.status()) || tries == kTriesMax) return imported.status();
    err << "it is not known how far it came; looking again: " << imported.status().message() << "\n";
  }
}

}  // namespace

absl::StatusOr<ImportDone> ImportJournal(const std::string& file, const ImportTarget& target, std::ostream& err) {
  absl::string_view where = target.journal;
  const bool kafka = absl::ConsumePrefix(&where, "kafka:");
  if ((!kafka && !absl::ConsumePrefix(&where, "embedded:")) || where.empty()) {
    return UsageError(absl::StrCat("--journal: expected embedded:DIR or kafka:HOST:PORT,…, found \"", target.journal,
                                   "\": the journal to make"));
  }
  const auto glance = journal::GlanceAtArchive(file);
  if (!glance.ok()) return glance.status();
  uint64_t expected = 0;
  for (const base::Offset end : glance->header.ends) expected += static_cast<uint64_t>(end.value);

  ArchiveProgress whole(err, "imported", expected);
  ArchiveProgress checking(err, "checked", expected);
  WHISTLE_ASSIGN_OR_RETURN(journal::CheckedArchive archive,
                           journal::CheckArchive(file, [&](const journal::ArchiveReader& reader) {
                             checking.Tell(reader.tally().records(), reader.tally().bytes());
                           }));
  ArchiveProgress carrying(err, "imported", expected);
  const journal::ImportOptions options{
      .settle = kafka ? kKafkaSettle : absl::ZeroDuration(),
      .on_progress = [&](uint64_t records, uint64_t bytes) { carrying.Tell(records, bytes); },
      .on_stall =
          [&](size_t under_way) {
            err << "the journal has taken nothing for a while; " << under_way << " records are on their way to it\n";
          }};
  const Carry carry = [&](journal::Journal& into) { return journal::ImportArchive(file, archive, into, options); };
  ImportDone done{.archive = archive, .identity = {}, .imported = {}, .took = {}};
  if (kafka) {
    journal::KafkaOptions kafka_options{.brokers = std::string(where)};
    if (!target.properties_file.empty()) {
      WHISTLE_ASSIGN_OR_RETURN(kafka_options.connection, journal::ReadKafkaProperties(target.properties_file));
    }
    journal::ConnectionFailure failure;
    kafka_options.on_log = [&failure](absl::string_view line) { failure.Hear(line); };
    auto result = IntoKafka(std::move(kafka_options), target.replication, std::move(done), carry, err);
    if (!result.ok()) return failure.Explain(result.status());
    done = *std::move(result);
  } else {
    if (!target.properties_file.empty()) return UsageError("--journal-properties: only for a Kafka journal");
    WHISTLE_ASSIGN_OR_RETURN(done, IntoEmbedded(std::string(where), std::move(done), carry));
  }
  done.took = whole.took();
  return done;
}

}  // namespace whistle::whistlectl
