// Writes an archive: FILE.partial while it grows, FILE once it is finished and durable.
//
//   WHISTLE_ASSIGN_OR_RETURN(auto writer, ArchiveWriter::Create("backup.wja", header));
//   while (const auto next = writer->tally().next()) WHISTLE_RETURN_IF_ERROR(writer->Append(partition, record));
//   WHISTLE_ASSIGN_OR_RETURN(const ArchiveFooter footer, writer->Finish());
//
// A process may die at any moment: Resume goes on with what is whole. One thread at a time, one process at a time.
#ifndef WHISTLE_LIBS_JOURNAL_ARCHIVE_WRITER_H_
#define WHISTLE_LIBS_JOURNAL_ARCHIVE_WRITER_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libs/base/ids.h"
#include "libs/journal/archive/file.h"
#include "libs/journal/archive/format.h"
#include "libs/journal/archive/reader.h"
#include "libs/journal/archive/tally.h"
#include "libs/journal/journal.h"

namespace whistle::journal {

// Where an archive grows until it is finished.
std::string PartialPath(const std::string& path);

class ArchiveWriter {
 public:
  // Begins FILE.partial, in place of one that is there.
  static absl::StatusOr<std::unique_ptr<ArchiveWriter>> Create(const std::string& path, ArchiveHeader header);

  // Goes on with FILE.partial: all of it is read and checked, and what is torn or damaged is dropped, from the first
  // such block on, for the journal still has it. NOT_FOUND if there is none. Errors as ArchiveReader::Open's for what
  // is no archive at all.
  static absl::StatusOr<std::unique_ptr<ArchiveWriter>> Resume(const std::string& path);

  const ArchiveHeader& header() const { return header_; }
  // What is in the archive, the block under way included; its next() is the record to append.
  const ArchiveTally& tally() const { return tally_; }
  // Why Resume dropped bytes; empty if it dropped none.
  const std::string& dropped() const { return dropped_; }
  // Of each partition the last record that Resume found: what the journal must still say there.
  const std::vector<std::optional<StoredRecord>>& last_found() const { return last_found_; }
  int64_t file_bytes() const { return file_->bytes(); }

  // The record as the journal holds it now (`carried_through` of its partition as its genesis says): what an import
  // added to it is taken off again. DATA_LOSS if it is not tally().next(), or carries no stamp and must;
  // INVALID_ARGUMENT for more than kArchivedRecordBytesMax.
  absl::Status Append(base::PartitionId partition, StoredRecord stored);

  // All records must have been appended. FILE is there, durable, when it returns OK.
  absl::StatusOr<ArchiveFooter> Finish();

 private:
  ArchiveWriter(std::string path, std::unique_ptr<ArchiveFile> file, ArchiveHeader header, std::string root);

  absl::Status TakeOver(ArchiveReader& reader);
  absl::Status WriteBlock();

  const std::string path_;
  const std::unique_ptr<ArchiveFile> file_;
  const ArchiveHeader header_;
  const std::string root_;
  ArchiveTally tally_;
  std::string checksums_;
  uint32_t next_frame_ = 1;
  // The block under way.
  base::PartitionId partition_ = base::PartitionId::Registry();
  std::vector<StoredRecord> block_;
  size_t block_bytes_ = 0;
  // Of the partition under way, as its genesis says.
  base::Offset carried_through_;
  std::optional<ArchiveFooter> footer_;
  std::string dropped_;
  std::vector<std::optional<StoredRecord>> last_found_;
};

}  // namespace whistle::journal

#endif  // WHISTLE_LIBS_JOURNAL_ARCHIVE_WRITER_H_
