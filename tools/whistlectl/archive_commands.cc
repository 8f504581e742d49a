// whistlectl journal export, import, archive verify, archive show: a journal carried away and brought back.
#include <filesystem>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "libs/base/status_macros.h"
#include "libs/base/time.h"
#include "libs/journal/archive/reader.h"
#include "libs/journal/genesis.h"
#include "tools/whistlectl/archive_progress.h"
#include "tools/whistlectl/command.h"
#include "tools/whistlectl/journal_export.h"
#include "tools/whistlectl/journal_import.h"

namespace whistle::whistlectl {
namespace {

// As `journal create`.
constexpr uint64_t kReplicationMax = 15;

// The last line of all these commands: names and values, for people or for programs.
void Close(Session& session, const std::string& said, const std::vector<std::pair<std::string, std::string>>& values) {
  if (!session.json()) {
    session.out << said << "\n";
    return;
  }
  std::vector<std::string> names;
  std::vector<std::string> cells;
  for (const auto& [name, value] : values) {
    names.push_back(name);
    cells.push_back(value);
  }
  Table table(std::move(names));
  table.AddRow(std::move(cells));
  session.Print(table);
}

std::string SecondsText(absl::Duration took) { return absl::StrFormat("%.1f", absl::ToDoubleSeconds(took)); }

int RatePerSecond(uint64_t records, absl::Duration took) {
  return static_cast<int>(static_cast<double>(records) / std::max(absl::ToDoubleSeconds(took), 1e-3));
}

absl::Status Export(Session& session) {
  WHISTLE_ASSIGN_OR_RETURN(Client* const client, session.Connect());
  const ExportOptions options{.file = session.Operand(0), .replace = session.arguments.GetSwitch("replace")};
  WHISTLE_ASSIGN_OR_RETURN(const Exported done, ExportJournal(*client, options, session.err));
  const std::string& uuid = done.header.identity.uuid;
  Close(session,
        absl::StrCat("exported journal ", uuid, ": ", done.records, " records, ", done.bytes, " bytes as ",
                     done.file_bytes, " in ", SecondsText(done.took), " s (",
                     RatePerSecond(done.records - done.records_before, done.took), " records/s): ", options.file,
                     ", archive ", done.footer.whole.ToHex(), ", of the journal as it was ",
                     base::TimeText(done.header.exported_at)),
        {{"journal", uuid},
         {"as_of", base::TimeText(done.header.exported_at)},
         {"records", absl::StrCat(done.records)},
         {"bytes", absl::StrCat(done.bytes)},
         {"file_bytes", absl::StrCat(done.file_bytes)},
         {"seconds", SecondsText(done.took)},
         {"file", options.file},
         {"archive", done.footer.whole.ToHex()}});
  return absl::OkStatus();
}

absl::Status Import(Session& session) {
  const Arguments& arguments = session.arguments;
  const auto replication = arguments.GetNumber("replication");
  if (!replication.ok()) return UsageError(replication.status().message());
  if (*replication < 1 || *replication > kReplicationMax) {
    return UsageError(absl::StrCat("--replication: expected 1 to ", kReplicationMax, ", found ", *replication));
  }
  const ImportTarget target{.journal = arguments.Get("journal"),
                            .properties_file = arguments.Get("journal-properties"),
                            .replication = static_cast<int>(*replication)};
  WHISTLE_ASSIGN_OR_RETURN(const ImportDone done, ImportJournal(session.Operand(0), target, session.err));
  const uint64_t records = done.imported.found + done.imported.written;
  Close(session,
        absl::StrCat("imported journal ", done.archive.header.identity.uuid, " as journal ", done.identity.uuid, ": ",
                     records, " records (", done.imported.written, " written now, ", done.imported.found,
                     " there already), ", done.archive.bytes, " bytes in ", SecondsText(done.took), " s (",
                     RatePerSecond(records, done.took), " records/s): ", target.journal),
        {{"journal", done.identity.uuid},
         {"imported_from", done.archive.header.identity.uuid},
         {"records", absl::StrCat(records)},
         {"written", absl::StrCat(done.imported.written)},
         {"found", absl::StrCat(done.imported.found)},
         {"bytes", absl::StrCat(done.archive.bytes)},
         {"seconds", SecondsText(done.took)},
         {"target", target.journal}});
  return absl::OkStatus();
}

absl::Status VerifyArchive(Session& session) {
  const std::string file = session.Operand(0);
  WHISTLE_ASSIGN_OR_RETURN(const journal::ArchiveGlance glance, journal::GlanceAtArchive(file));
  uint64_t expected = 0;
  for (const base::Offset end : glance.header.ends) expected += static_cast<uint64_t>(end.value);
  ArchiveProgress progress(session.err, "checked", expected);
  WHISTLE_ASSIGN_OR_RETURN(const journal::CheckedArchive archive,
                           journal::CheckArchive(file, [&](const journal::ArchiveReader& reader) {
                             progress.Tell(reader.tally().records(), reader.tally().bytes());
                           }));
  const absl::Duration took = progress.took();
  Close(session,
        absl::StrCat("whole: ", file, ", archive ", archive.footer.whole.ToHex(), " of journal ",
                     archive.header.identity.uuid, ": ", archive.records, " records, ", archive.bytes, " bytes as ",
                     archive.file_bytes, ", checked in ", SecondsText(took), " s (",
                     RatePerSecond(archive.records, took), " records/s)"),
        {{"journal", archive.header.identity.uuid},
         {"records", absl::StrCat(archive.records)},
         {"bytes", absl::StrCat(archive.bytes)},
         {"file_bytes", absl::StrCat(archive.file_bytes)},
         {"seconds", SecondsText(took)},
         {"file", file},
         {"archive", archive.footer.whole.ToHex()}});
  return absl::OkStatus();
}

absl::Status ShowArchive(Session& session) {
  const std::string file = session.Operand(0);
  WHISTLE_ASSIGN_OR_RETURN(const journal::ArchiveGlance glance, journal::GlanceAtArchive(file));
  const journal::Identity& identity = glance.header.identity;
  if (!session.json()) {
    session.out << "journal      " << identity.uuid << " (" << Printable(glance.header.journal_kind) << ", "
                << journal::ClockKindText(identity.clock_kind) << " clock, made " << base::TimeText(identity.created_at)
                << ")\nexported     " << base::TimeText(glance.header.exported_at) << "\nfile         "
                << glance.file_bytes << " bytes, " << glance.blocks << " blocks\nlast stamp   "
                << (glance.footer ? base::TimeText(glance.footer->last_stamp) : "unfinished") << "\narchive      "
                << (glance.footer ? glance.footer->whole.ToHex() : "unfinished: its export was interrupted") << "\n\n";
  }
  Table table({"partition", "records", "digest"});
  const auto partitions = journal::AllPartitions(identity.partition_count);
  for (size_t i = 0; i < partitions.size(); ++i) {
    table.AddRow({partitions[i].ToString(), absl::StrCat(glance.header.ends[i].value),
                  glance.footer ? glance.footer->partitions[i].digest.ToHex() : ""});
  }
  session.Print(table);
  return absl::OkStatus();
}

}  // namespace

std::vector<Command> ArchiveCommands() {
  return {
      Command{
          .words = {"journal", "export"},
          .operands = "FILE",
          .operands_min = 1,
          .operands_max = 1,
          .summary = "carry a running service's journal away: every record in order, in one file",
          .details = "Up to where the partitions end now. FILE.partial grows until it is whole; interrupted, the same "
                     "command goes on, up to where the partitions ended when it was begun: the last line says when "
                     "that was. To "
                     "begin anew remove FILE.partial. libs/journal/archive/README.md "
                     "describes the file.",
          .flags = {{"replace", "", "", "in place of an archive that is there, or of another journal's FILE.partial"}},
          .run = Export},
      Command{
          .words = {"journal", "import"},
          .operands = "FILE",
          .operands_min = 1,
          .operands_max = 1,
          .summary = "bring an archive back, into a journal of either kind that is made for it",
          .details =
              "Needs no running service. The whole archive is checked before anything is made. Every record keeps "
              "its offset and when it was first recorded; interrupted, the same command goes on, and until it has "
              "finished no service opens the journal.",
          .flags = {{"journal", "embedded:DIR|kafka:HOST:PORT,…", "", "the journal to make"},
                    {"replication", "N", "1", "for Kafka: on how many brokers each record is kept; in production 3"},
                    {"journal-properties", "FILE", "",
                     "for Kafka: the connection's properties, NAME=VALUE a line (security.protocol, sasl.*, ssl.*)"}},
          .run = Import},
      Command{.words = {"journal", "archive", "verify"},
              .operands = "FILE",
              .operands_min = 1,
              .operands_max = 1,
              .summary = "check an archive: every byte of it, and that nothing is missing",
              .run = VerifyArchive},
      Command{.words = {"journal", "archive", "show"},
              .operands = "FILE",
              .operands_min = 1,
              .operands_max = 1,
              .summary = "what an archive says of itself, unchecked",
              .run = ShowArchive},
  };
}

}  // namespace whistle::whistlectl
