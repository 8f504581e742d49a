#include "libs/journal/embedded/open.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "libs/base/time.h"
#include "libs/journal/carried.h"
#include "libs/journal/embedded/embedded_journal.h"
#include "libs/journal/genesis.h"

namespace whistle::journal {
namespace {

absl::Status CheckOptions(const EmbeddedOptions& options) {
  if (options.clock == nullptr) return absl::InvalidArgumentError("an embedded journal needs a clock");
  if (options.queue_records_max == 0 || options.batch_records_max == 0 || options.batch_bytes_max == 0 ||
      options.queue_bytes_max < kRecordValueBytesMax + kKeyAndHeadersBytesMax) {
    return absl::InvalidArgumentError("the limits of an embedded journal must let the largest record through");
  }
  return absl::OkStatus();
}

// Everything is made beside the place where it will be and renamed into it, so a journal without its genesis records or
// its mark never exists.
absl::Status Make(const EmbeddedOptions& options, Folder& folder) {
  const Identity identity = {NewJournalUuid(), options.partition_count, options.clock->Now(), options.clock_kind,
                             options.importing};
  WHISTLE_RETURN_IF_ERROR(CheckIdentity(identity));
  std::vector<PlacedRecord> records;
  for (base::PartitionId partition : AllPartitions(identity.partition_count)) {
    records.push_back({partition, std::make_shared<const StoredRecord>(StoredRecord{
                                      base::Offset{0}, identity.created_at, GenesisRecord(identity, partition)})});
  }
  WHISTLE_ASSIGN_OR_RETURN(const std::string making, folder.StartMaking());
  WHISTLE_RETURN_IF_ERROR(Store::Create({DbPath(making), options.memtable_bytes, options.rocksdb_env}, records));
  const Mark mark = {identity.uuid, std::vector<base::Offset>(records.size(), base::Offset{1}), identity.created_at};
  WHISTLE_RETURN_IF_ERROR(MarkFile::Create(MarkPath(making), mark).status());
  return folder.FinishMaking();
}

// Every partition must reach its mark.
absl::Status CheckAgainstMark(const StoreContents& contents, const Mark& mark, const std::string& dir) {
  const std::vector<base::PartitionId> partitions = AllPartitions(static_cast<int>(mark.ends.size()) - 1);
  for (size_t i = 0; i < partitions.size(); ++i) {
    if (contents.ends[i] >= mark.ends[i]) continue;
    return absl::DataLossError(absl::StrCat(
        "the journal in ", dir, " has lost acknowledged records: partition ", partitions[i].ToString(),
        " ends at offset ", contents.ends[i].value, "; acknowledged through ", mark.ends[i].value,
        " expected. Nothing was changed. Restore the folder from a backup; the projections hold what they had read"));
  }
  return absl::OkStatus();
}

absl::StatusOr<Identity> ReadIdentity(const Store& store, const std::string& dir) {
  WHISTLE_ASSIGN_OR_RETURN(const StoredRecord first, store.Get(base::PartitionId::Registry(), base::Offset{0}));
  WHISTLE_ASSIGN_OR_RETURN(const Genesis genesis, ParseGenesis(first.record));
  Identity identity = genesis.identity;
  for (base::PartitionId partition : AllPartitions(identity.partition_count)) {
    WHISTLE_ASSIGN_OR_RETURN(const StoredRecord record, store.Get(partition, base::Offset{0}));
    WHISTLE_ASSIGN_OR_RETURN(const Genesis own, ParseGenesis(record.record));
    if (own.partition != partition || !AddGenesis(own, &identity).ok()) {
      return absl::DataLossError(absl::StrCat(
          "partition ", partition.ToString(), " of ", dir, ", offset 0: genesis of journal ", genesis.identity.uuid,
          " expected, found partition ", own.partition.ToString(), " of journal ", own.identity.uuid));
    }
  }
  return identity;
}

// A service must not begin on half of what was to be carried over, and append to it.
absl::Status CheckImported(const Identity& identity, const StoreContents& contents, const EmbeddedOptions& options) {
  if (options.importing) return absl::OkStatus();
  const std::vector<base::PartitionId> partitions = AllPartitions(identity.partition_count);
  for (size_t i = 0; i < partitions.size(); ++i) {
    WHISTLE_RETURN_IF_ERROR(
        CheckCarriedThrough(identity, partitions[i], contents.ends[i], absl::StrCat("embedded:", options.dir)));
  }
  return absl::OkStatus();
}

absl::Status CheckClockKind(const Identity& identity, const EmbeddedOptions& options) {
  if (identity.clock_kind == options.clock_kind) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(
      "the journal in ", options.dir, " runs on a ", ClockKindText(identity.clock_kind),
      " clock and was opened with a ", ClockKindText(options.clock_kind),
      " one: its clock is fixed for ever. Use --clock=", ClockKindText(identity.clock_kind), " or another folder"));
}

// Looks at the store without changing it, and at nothing else that could change: who fails here can still be helped.
struct Inspected {
  Identity identity;
  StoreContents contents;
};
absl::StatusOr<Inspected> Inspect(const StoreOptions& store_options, const Mark* mark) {
  WHISTLE_ASSIGN_OR_RETURN(const std::unique_ptr<Store> store, Store::Open(store_options, Store::Mode::kReadOnly));
  Inspected inspected;
  if (mark != nullptr) {
    WHISTLE_ASSIGN_OR_RETURN(inspected.contents, store->Contents(static_cast<int>(mark->ends.size()) - 1));
    WHISTLE_RETURN_IF_ERROR(CheckAgainstMark(inspected.contents, *mark, store_options.dir));
  }
  WHISTLE_ASSIGN_OR_RETURN(inspected.identity, ReadIdentity(*store, store_options.dir));
  if (mark != nullptr && (mark->uuid != inspected.identity.uuid ||
                          mark->ends.size() != static_cast<size_t>(inspected.identity.partition_count) + 1)) {
    return absl::DataLossError(absl::StrCat("the mark beside ", store_options.dir, " is of journal ", mark->uuid,
                                            ", the records are of journal ", inspected.identity.uuid));
  }
  WHISTLE_ASSIGN_OR_RETURN(inspected.contents, store->Contents(inspected.identity.partition_count));
  WHISTLE_RETURN_IF_ERROR(store->CheckCount(inspected.contents.ends));
  return inspected;
}

absl::StatusOr<std::unique_ptr<MarkFile>> RecreateMark(const std::string& path, const Mark& mark) {
  std::error_code error;
  std::filesystem::remove(path, error);
  if (error) return SystemError(error.value(), absl::StrCat("removing ", path));
  return MarkFile::Create(path, mark);
}

}  // namespace

absl::StatusOr<OpenedFolder> OpenFolder(const EmbeddedOptions& options) {
  WHISTLE_RETURN_IF_ERROR(CheckOptions(options));
  OpenedFolder opened;
  WHISTLE_ASSIGN_OR_RETURN(opened.folder, Folder::Take(options.dir));
  WHISTLE_RETURN_IF_ERROR(CheckFree(options.dir, options.free_bytes_min));
  if (!opened.folder->HasStore()) WHISTLE_RETURN_IF_ERROR(Make(options, *opened.folder));

  const std::string mark_path = MarkPath(opened.folder->StoreDir());
  const StoreOptions store_options = {DbPath(opened.folder->StoreDir()), options.memtable_bytes, options.rocksdb_env};
  absl::StatusOr<std::unique_ptr<MarkFile>> mark = MarkFile::Open(mark_path);
  const bool recreate = absl::IsDataLoss(mark.status()) && options.recreate_mark;
  if (!mark.ok() && !recreate) return mark.status();
  WHISTLE_ASSIGN_OR_RETURN(const Inspected inspected, Inspect(store_options, recreate ? nullptr : &(*mark)->mark()));
  opened.identity = inspected.identity;
  WHISTLE_RETURN_IF_ERROR(CheckClockKind(opened.identity, options));
  WHISTLE_RETURN_IF_ERROR(CheckImported(opened.identity, inspected.contents, options));

  WHISTLE_ASSIGN_OR_RETURN(opened.store, Store::Open(store_options, Store::Mode::kReadWrite));
  WHISTLE_ASSIGN_OR_RETURN(const StoreContents contents, opened.store->Contents(opened.identity.partition_count));
  if (contents.ends != inspected.contents.ends) {
    return absl::DataLossError(
        absl::StrCat(store_options.dir, " ends elsewhere now than when it was looked at a moment ago"));
  }

  // A tail beyond the mark was written and not acknowledged. It is durable now, and counts.
  Mark now = {opened.identity.uuid, contents.ends, contents.last_stamp};
  if (recreate) {
    WHISTLE_ASSIGN_OR_RETURN(opened.mark, RecreateMark(mark_path, now));
  } else {
    opened.mark = *std::move(mark);
    now.last_stamp = std::max(now.last_stamp, opened.mark->mark().last_stamp);
    WHISTLE_RETURN_IF_ERROR(opened.mark->Write(std::move(now)));
  }
  return opened;
}

}  // namespace whistle::journal
