#include "libs/journal/archive/writer.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "libs/journal/carried.h"

namespace whistle::journal {
namespace {

// A whole header under the name that Resume looks for, or none.
std::string MakingPath(const std::string& path) { return absl::StrCat(path, ".making"); }

}  // namespace

std::string PartialPath(const std::string& path) { return absl::StrCat(path, ".partial"); }

ArchiveWriter::ArchiveWriter(std::string path, std::unique_ptr<ArchiveFile> file, ArchiveHeader header,
                             std::string root)
    : path_(std::move(path)),
      file_(std::move(file)),
      header_(std::move(header)),
      root_(std::move(root)),
      tally_(header_),
      checksums_(root_),
      last_found_(header_.ends.size()) {}

absl::StatusOr<std::unique_ptr<ArchiveWriter>> ArchiveWriter::Create(const std::string& path, ArchiveHeader header) {
  WHISTLE_ASSIGN_OR_RETURN(std::unique_ptr<ArchiveFile> file,
                           ArchiveFile::OpenForWriting(MakingPath(path), /*make=*/true));
  const std::string preamble = EncodePreamble();
  const std::string frame = EncodeFrame(FrameKind::kHeader, 0, EncodeHeader(header), preamble);
  WHISTLE_RETURN_IF_ERROR(file->Append(absl::StrCat(preamble, frame)));
  WHISTLE_RETURN_IF_ERROR(file->SyncAndRename(PartialPath(path)));
  return std::unique_ptr<ArchiveWriter>(
      new ArchiveWriter(path, std::move(file), std::move(header), frame.substr(frame.size() - base::Digest::kSize)));
}

absl::StatusOr<std::unique_ptr<ArchiveWriter>> ArchiveWriter::Resume(const std::string& path) {
  const std::string partial = PartialPath(path);
  WHISTLE_ASSIGN_OR_RETURN(std::unique_ptr<ArchiveFile> file, ArchiveFile::OpenForWriting(partial, /*make=*/false));
  WHISTLE_ASSIGN_OR_RETURN(const std::unique_ptr<ArchiveReader> reader, ArchiveReader::Open(partial));
  std::unique_ptr<ArchiveWriter> writer(new ArchiveWriter(path, std::move(file), reader->header(), reader->root()));
  WHISTLE_RETURN_IF_ERROR(writer->TakeOver(*reader));
  return writer;
}

absl::Status ArchiveWriter::TakeOver(ArchiveReader& reader) {
  while (true) {
    absl::StatusOr<std::optional<ArchiveBlock>> block = reader.Next();
    if (!block.ok() || !block->has_value()) {
      if (block.ok()) footer_ = reader.footer();
      if (absl::IsDataLoss(block.status())) dropped_ = std::string(block.status().message());
      // What the machine refused to read may be whole, and is not dropped.
      const bool torn_or_unfinished = absl::IsDataLoss(block.status()) || absl::IsFailedPrecondition(block.status());
      if (!block.ok() && !torn_or_unfinished) return block.status();
      break;
    }
    partition_ = (*block)->partition;
    for (const StoredRecord& record : (*block)->records) {
      WHISTLE_RETURN_IF_ERROR(tally_.Add(partition_, record));
      if (record.offset.value > 0) continue;
      WHISTLE_ASSIGN_OR_RETURN(carried_through_, CarriedThrough(record.record));
    }
    last_found_[PlaceOf(partition_)] = (*block)->records.back();
  }
  checksums_ = reader.checksums();
  next_frame_ = reader.next_frame();
  return file_->Truncate(reader.whole_bytes());
}

absl::Status ArchiveWriter::Append(base::PartitionId partition, StoredRecord stored) {
  if (stored.offset.value == 0) {
    WHISTLE_ASSIGN_OR_RETURN(carried_through_, CarriedThrough(stored.record));
  }
  WHISTLE_ASSIGN_OR_RETURN(stored, AsCarriedFrom(std::move(stored), carried_through_));
  const size_t bytes = ArchivedBytes(stored.record);
  if (bytes > kArchivedRecordBytesMax) {
    return absl::InvalidArgumentError(absl::StrCat("partition ", partition.ToString(), " offset ", stored.offset.value,
                                                   ": a record of ", bytes, " bytes; an archive takes at most ",
                                                   kArchivedRecordBytesMax));
  }
  if (!block_.empty() && (partition != partition_ || block_bytes_ + bytes > kBlockRawBytes)) {
    WHISTLE_RETURN_IF_ERROR(WriteBlock());
  }
  WHISTLE_RETURN_IF_ERROR(tally_.Add(partition, stored));
  partition_ = partition;
  block_bytes_ += bytes;
  block_.push_back(std::move(stored));
  return absl::OkStatus();
}

absl::Status ArchiveWriter::WriteBlock() {
  const std::string frame = EncodeFrame(FrameKind::kRecords, next_frame_, EncodeRecords(partition_, block_), root_);
  WHISTLE_RETURN_IF_ERROR(file_->Append(frame));
  absl::StrAppend(&checksums_, frame.substr(frame.size() - base::Digest::kSize));
  ++next_frame_;
  block_.clear();
  block_bytes_ = 0;
  return absl::OkStatus();
}

absl::StatusOr<ArchiveFooter> ArchiveWriter::Finish() {
  WHISTLE_RETURN_IF_ERROR(tally_.CheckComplete());
  if (!footer_) {
    if (!block_.empty()) WHISTLE_RETURN_IF_ERROR(WriteBlock());
    footer_ = ArchiveFooter{
        .partitions = tally_.totals(), .last_stamp = tally_.last_stamp(), .whole = base::Sha256(checksums_)};
    WHISTLE_RETURN_IF_ERROR(file_->Append(EncodeFrame(FrameKind::kFooter, next_frame_, EncodeFooter(*footer_), root_)));
  }
  WHISTLE_RETURN_IF_ERROR(file_->SyncAndRename(path_));
  return *footer_;
}

}  // namespace whistle::journal
