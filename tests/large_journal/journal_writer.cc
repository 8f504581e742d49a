#include "tests/large_journal/journal_writer.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "libs/journal/embedded/mark.h"
#include "libs/journal/embedded/record_format.h"
#include "libs/journal/genesis.h"

namespace whistle::large_journal {
namespace {

// One synced batch: a sync for some thousand records costs nothing beside them.
constexpr size_t kBatchRecords = 4096;
constexpr size_t kBatchBytes = 8 * 1024 * 1024;

absl::Status CheckEmpty(const std::string& dir) {
  std::error_code error;
  if (!std::filesystem::exists(dir, error)) return absl::OkStatus();
  if (!std::filesystem::is_directory(dir, error)) {
    return absl::FailedPreconditionError(absl::StrCat(dir, " is not a folder"));
  }
  for (const auto& entry : std::filesystem::directory_iterator(dir, error)) {
    return absl::FailedPreconditionError(absl::StrCat(dir, " is not empty: it holds ", entry.path().filename().string(),
                                                      "; name a folder that is empty or not there"));
  }
  return absl::OkStatus();
}

}  // namespace

std::vector<journal::StoredRecord> GenesisRecords(const journal::Identity& identity) {
  std::vector<journal::StoredRecord> records;
  for (const base::PartitionId partition : journal::AllPartitions(identity.partition_count)) {
    records.push_back({base::Offset{0}, identity.created_at, journal::GenesisRecord(identity, partition)});
  }
  return records;
}

absl::StatusOr<std::unique_ptr<JournalWriter>> JournalWriter::Create(const std::string& dir, const std::string& uuid,
                                                                     std::vector<journal::StoredRecord> genesis) {
  WHISTLE_RETURN_IF_ERROR(CheckEmpty(dir));
  WHISTLE_ASSIGN_OR_RETURN(std::unique_ptr<journal::Folder> folder, journal::Folder::Take(dir));
  WHISTLE_ASSIGN_OR_RETURN(std::string making, folder->StartMaking());
  std::unique_ptr<JournalWriter> writer(new JournalWriter(std::move(folder), std::move(making), uuid));
  std::vector<journal::PlacedRecord> placed;
  const auto partitions = journal::AllPartitions(static_cast<int>(genesis.size()) - 1);
  for (size_t i = 0; i < genesis.size(); ++i) {
    writer->last_stamp_ = std::max(writer->last_stamp_, genesis[i].stamp);
    writer->ends_.push_back(base::Offset{1});
    placed.push_back({partitions[i], std::make_shared<const journal::StoredRecord>(std::move(genesis[i]))});
  }
  const journal::StoreOptions options{.dir = journal::DbPath(writer->making_)};
  WHISTLE_RETURN_IF_ERROR(journal::Store::Create(options, placed));
  WHISTLE_ASSIGN_OR_RETURN(writer->store_, journal::Store::Open(options, journal::Store::Mode::kReadWrite));
  return writer;
}

absl::StatusOr<base::Offset> JournalWriter::Append(base::PartitionId partition, absl::Time stamp,
                                                   journal::Record record) {
  base::Offset& end = ends_[journal::PlaceOf(partition)];
  const base::Offset offset = end;
  end = end.Next();
  last_stamp_ = std::max(last_stamp_, stamp);
  waiting_bytes_ += journal::RecordBytes(record);
  waiting_.push_back({partition, std::make_shared<const journal::StoredRecord>(
                                     journal::StoredRecord{offset, stamp, std::move(record)})});
  if (waiting_.size() >= kBatchRecords || waiting_bytes_ >= kBatchBytes) WHISTLE_RETURN_IF_ERROR(Flush());
  return offset;
}

absl::Status JournalWriter::Flush() {
  if (waiting_.empty()) return absl::OkStatus();
  WHISTLE_RETURN_IF_ERROR(store_->Append(waiting_));
  waiting_.clear();
  waiting_bytes_ = 0;
  return absl::OkStatus();
}

absl::Status JournalWriter::Finish() {
  WHISTLE_RETURN_IF_ERROR(Flush());
  store_.reset();
  const journal::Mark mark = {uuid_, ends_, last_stamp_};
  WHISTLE_RETURN_IF_ERROR(journal::MarkFile::Create(journal::MarkPath(making_), mark).status());
  return folder_->FinishMaking();
}

base::Offset JournalWriter::End(base::PartitionId partition) const { return ends_[journal::PlaceOf(partition)]; }

}  // namespace whistle::large_journal
