#include "tools/whistlectl/journal_export.h"

#include <filesystem>
#include <memory>
#include <optional>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "libs/base/status_macros.h"
#include "libs/base/time.h"
#include "libs/journal/archive/reader.h"
#include "libs/journal/archive/writer.h"
#include "libs/journal/carried.h"
#include "tools/whistlectl/archive_progress.h"
#include "tools/whistlectl/journal_reader.h"
#include "tools/whistlectl/methods.h"

namespace whistle::whistlectl {
namespace {

using journal::ArchiveHeader;
using journal::ArchiveWriter;
using operations::v1::GetJournalStatusResponse;

absl::StatusOr<ArchiveHeader> AskHeader(Client& client) {
  GetJournalStatusResponse status;
  WHISTLE_ASSIGN_OR_RETURN(const auto* method, FindMethod("operations.GetJournalStatus"));
  WHISTLE_RETURN_IF_ERROR(client.Call(*method, operations::v1::GetJournalStatusRequest(), "", status));
  ArchiveHeader header{
      .identity = {.uuid = status.journal_uuid(),
                   .partition_count = status.partition_count(),
                   .created_at = base::FromProto(status.created_at()),
                   .clock_kind = status.clock_kind() == journal::v1::CLOCK_KIND_VIRTUAL ? journal::ClockKind::kVirtual
                                                                                        : journal::ClockKind::kReal},
      .journal_kind = status.kind(),
      .exported_at = absl::FromUnixMillis(absl::ToUnixMillis(absl::Now())),
      .ends = {}};
  header.ends.resize(static_cast<size_t>(status.partition_count()) + 1);
  for (const auto& partition : status.partitions()) {
    const base::PartitionId id = partition.topic() == common::v1::TOPIC_REGISTRY
                                     ? base::PartitionId::Registry()
                                     : base::PartitionId::Case(partition.partition());
    if (journal::PlaceOf(id) < header.ends.size()) {
      header.ends[journal::PlaceOf(id)] = base::Offset{partition.end_offset()};
    }
  }
  return header;
}

// A finished archive is not written over by mistake.
absl::Status CheckFree(const ExportOptions& options) {
  std::error_code error;
  // Else it would be told when all is read, and nothing can be put in its place.
  if (std::filesystem::is_directory(options.file, error)) {
    return absl::AlreadyExistsError(absl::StrCat(options.file, " is a folder: name a file in it"));
  }
  if (options.replace || !std::filesystem::exists(options.file, error)) return absl::OkStatus();
  const auto there = journal::GlanceAtArchive(options.file);
  const std::string what = there.ok() ? absl::StrCat("the archive of journal ", there->header.identity.uuid, " made ",
                                                     base::TimeText(there->header.exported_at))
                                      : "and is no archive";
  return absl::AlreadyExistsError(
      absl::StrCat(options.file, " is there already, ", what, ": name another file, or give --replace"));
}

// The journal must still say what the archive has: a recreated or restored one would give a mixture.
absl::Status CheckContinues(Client& client, const ArchiveWriter& writer) {
  for (const base::PartitionId partition : journal::AllPartitions(writer.header().identity.partition_count)) {
    const auto& found = writer.last_found()[journal::PlaceOf(partition)];
    if (!found) continue;
    WHISTLE_ASSIGN_OR_RETURN(const journal::StoredRecord genesis, ReadRaw(client, {partition, base::Offset{0}}));
    WHISTLE_ASSIGN_OR_RETURN(const base::Offset through, journal::CarriedThrough(genesis.record));
    WHISTLE_ASSIGN_OR_RETURN(journal::StoredRecord now, ReadRaw(client, {partition, found->offset}));
    WHISTLE_ASSIGN_OR_RETURN(now, journal::AsCarriedFrom(std::move(now), through));
    if (now.record.value != found->record.value || now.record.key != found->record.key || now.stamp != found->stamp ||
        now.record.headers != found->record.headers) {
      return absl::DataLossError(absl::StrCat("the journal holds another record at ",
                                              Place{partition, found->offset}.ToString(),
                                              " than the archive that was begun; give --replace to begin anew"));
    }
  }
  return absl::OkStatus();
}

// What FILE.partial is left of, or a new one. `now`: the journal.
absl::StatusOr<std::unique_ptr<ArchiveWriter>> Begin(Client& client, const ExportOptions& options,
                                                     const ArchiveHeader& now, std::ostream& err) {
  absl::StatusOr<std::unique_ptr<ArchiveWriter>> left = ArchiveWriter::Resume(options.file);
  if (absl::IsNotFound(left.status())) return ArchiveWriter::Create(options.file, now);
  // Another export is at it: nothing to replace.
  if (absl::IsFailedPrecondition(left.status())) return left.status();
  const std::string partial = journal::PartialPath(options.file);
  absl::Status why = left.status();
  if (left.ok() && (*left)->header().identity.uuid != now.identity.uuid) {
    why = absl::FailedPreconditionError(absl::StrCat(partial, " was begun of journal ", (*left)->header().identity.uuid,
                                                     ", and this is journal ", now.identity.uuid));
  }
  if (why.ok()) why = CheckContinues(client, **left);
  if (why.ok()) {
    err << "going on with the export that was begun " << base::TimeText((*left)->header().exported_at) << ": "
        << (*left)->tally().records() << " of " << (*left)->tally().records_expected()
        << " records are there; what was recorded since is not in it (to begin anew, remove " << partial << ")\n";
    if (!(*left)->dropped().empty()) err << "exported again from there on: " << (*left)->dropped() << "\n";
    return left;
  }
  if (absl::IsUnavailable(why) || absl::IsDeadlineExceeded(why)) return why;
  if (!options.replace) {
    return absl::Status(why.code(), absl::StrCat(why.message(), ". Name another file, or give --replace"));
  }
  left = absl::NotFoundError("");  // Lets go of the file.
  return ArchiveWriter::Create(options.file, now);
}

// Everything of the partition that is still missing.
absl::Status ReadPartition(Client& client, ArchiveWriter& writer, base::PartitionId partition,
                           ArchiveProgress& progress) {
  WHISTLE_ASSIGN_OR_RETURN(const auto* method, FindMethod("operations.ReadJournal"));
  while (true) {
    const auto next = writer.tally().next();
    if (!next || next->first != partition) return absl::OkStatus();
    operations::v1::ReadJournalResponse response;
    absl::Status bad;
    const absl::Status status = client.Stream(*method, ReadFrom({partition, next->second}), "", response, [&] {
      bad = writer.Append(partition, ToStored(response));
      progress.Tell(writer.tally().records(), writer.tally().bytes());
      const auto then = writer.tally().next();
      return bad.ok() && then && then->first == partition;
    });
    WHISTLE_RETURN_IF_ERROR(bad);
    if (writer.tally().next() != next) continue;
    // Not one record further.
    WHISTLE_RETURN_IF_ERROR(status);
    return absl::DataLossError(absl::StrCat("partition ", partition.ToString(), " gives no record from offset ",
                                            next->second.value, " on, and was said to go on"));
  }
}

}  // namespace

absl::StatusOr<Exported> ExportJournal(Client& client, const ExportOptions& options, std::ostream& err) {
  WHISTLE_RETURN_IF_ERROR(CheckFree(options));
  WHISTLE_ASSIGN_OR_RETURN(const ArchiveHeader now, AskHeader(client));
  WHISTLE_ASSIGN_OR_RETURN(const std::unique_ptr<ArchiveWriter> writer, Begin(client, options, now, err));
  const uint64_t before = writer->tally().records();
  ArchiveProgress progress(err, "exported", writer->tally().records_expected(), before);
  for (const base::PartitionId partition : journal::AllPartitions(now.identity.partition_count)) {
    WHISTLE_RETURN_IF_ERROR(ReadPartition(client, *writer, partition, progress));
  }
  WHISTLE_ASSIGN_OR_RETURN(journal::ArchiveFooter footer, writer->Finish());
  return Exported{.header = writer->header(),
                  .footer = std::move(footer),
                  .records = writer->tally().records(),
                  .bytes = writer->tally().bytes(),
                  .file_bytes = writer->file_bytes(),
                  .records_before = before,
                  .took = progress.took()};
}

}  // namespace whistle::whistlectl
