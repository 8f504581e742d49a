#include "libs/journal/archive/reader.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"

namespace whistle::journal {
namespace {

// `why` with where it was met.
absl::Status At(const ArchiveFile& file, int64_t at, uint32_t number, const absl::Status& why) {
  const std::string part = number == 0 ? "the header" : absl::StrCat("block ", number);
  return absl::Status(why.code(), absl::StrCat(file.path(), ": ", part, " at byte ", at, ": ", why.message()));
}

}  // namespace

absl::StatusOr<std::optional<ArchiveReader::Frame>> ArchiveReader::ReadFrame(ArchiveFile& file, int64_t at,
                                                                             uint32_t number, absl::string_view root) {
  const int64_t left = file.bytes() - at;
  if (left == 0) return std::nullopt;
  const auto cut = [&](int64_t expected) {
    return At(file, at, number,
              absl::DataLossError(absl::StrCat("the file ends in the middle of it: ", expected, " bytes expected, ",
                                               left, " are there")));
  };
  if (left < static_cast<int64_t>(kFrameHeadBytes)) return cut(kFrameHeadBytes);
  WHISTLE_ASSIGN_OR_RETURN(const std::string head_bytes, file.Read(at, kFrameHeadBytes));
  const absl::StatusOr<FrameHead> head = DecodeFrameHead(head_bytes);
  if (!head.ok()) return At(file, at, number, head.status());
  const int64_t whole = static_cast<int64_t>(kFrameHeadBytes + head->body_bytes + base::Digest::kSize);
  if (left < whole) return cut(whole);
  Frame frame{.head = *head, .body = {}, .checksum = {}};
  WHISTLE_ASSIGN_OR_RETURN(frame.body, file.Read(at + kFrameHeadBytes, head->body_bytes));
  WHISTLE_ASSIGN_OR_RETURN(frame.checksum, file.Read(at + whole - base::Digest::kSize, base::Digest::kSize));
  if (FrameChecksum(head_bytes, frame.body, root).bytes() != frame.checksum) {
    return At(file, at, number,
              absl::DataLossError("it fails its checksum: bytes of it were changed, or it is another archive's"));
  }
  if (head->number != number) {
    return At(file, at, number,
              absl::DataLossError(
                  absl::StrCat("block ", head->number, " lies here: blocks are missing, doubled or out of order")));
  }
  return frame;
}

absl::StatusOr<std::unique_ptr<ArchiveReader>> ArchiveReader::Open(const std::string& path) {
  WHISTLE_ASSIGN_OR_RETURN(std::unique_ptr<ArchiveFile> file, ArchiveFile::Open(path));
  WHISTLE_ASSIGN_OR_RETURN(const std::string preamble, file->Read(0, std::min<int64_t>(file->bytes(), kPreambleBytes)));
  if (const absl::Status status = CheckPreamble(preamble); !status.ok()) {
    return absl::Status(status.code(), absl::StrCat(path, " ", status.message()));
  }
  WHISTLE_ASSIGN_OR_RETURN(std::optional<Frame> frame, ReadFrame(*file, kPreambleBytes, 0, preamble));
  if (!frame || frame->head.kind != FrameKind::kHeader) {
    return At(*file, kPreambleBytes, 0, absl::DataLossError("it is not there"));
  }
  absl::StatusOr<ArchiveHeader> header = DecodeHeader(frame->body);
  if (!header.ok()) return At(*file, kPreambleBytes, 0, header.status());
  std::unique_ptr<ArchiveReader> reader(
      new ArchiveReader(std::move(file), *std::move(header), std::move(frame->checksum)));
  reader->at_ = kPreambleBytes + kFrameHeadBytes + frame->head.body_bytes + base::Digest::kSize;
  return reader;
}

ArchiveReader::ArchiveReader(std::unique_ptr<ArchiveFile> file, ArchiveHeader header, std::string root)
    : file_(std::move(file)), header_(std::move(header)), root_(std::move(root)), tally_(header_), checksums_(root_) {}

absl::StatusOr<std::optional<ArchiveBlock>> ArchiveReader::Next() {
  if (footer_) return std::nullopt;
  return ReadNext();
}

absl::StatusOr<std::optional<ArchiveBlock>> ArchiveReader::ReadNext() {
  WHISTLE_ASSIGN_OR_RETURN(const std::optional<Frame> frame, ReadFrame(*file_, at_, next_frame_, root_));
  if (!frame) {
    return absl::FailedPreconditionError(
        absl::StrCat(file_->path(), " is unfinished: ", tally_.records(), " of ", tally_.records_expected(),
                     " records, and no footer. Give the `whistlectl journal export` that made it again; it goes on"));
  }
  const auto here = [&](const absl::Status& why) { return At(*file_, at_, next_frame_, why); };
  const int64_t end = at_ + static_cast<int64_t>(kFrameHeadBytes + frame->head.body_bytes + base::Digest::kSize);
  std::optional<ArchiveBlock> block;
  switch (frame->head.kind) {
    case FrameKind::kHeader:
      return here(absl::DataLossError("a second header lies here"));
    case FrameKind::kFooter:
      if (end != file_->bytes()) {
        return here(absl::DataLossError(absl::StrCat(file_->bytes() - end, " bytes lie after this footer")));
      }
      if (const absl::Status status = CheckFooter(*frame); !status.ok()) return here(status);
      break;
    case FrameKind::kRecords: {
      absl::StatusOr<ArchiveBlock> decoded = DecodeRecords(frame->body);
      if (!decoded.ok()) return here(decoded.status());
      for (const StoredRecord& record : decoded->records) {
        if (const absl::Status status = tally_.Add(decoded->partition, record); !status.ok()) return here(status);
      }
      block = *std::move(decoded);
      absl::StrAppend(&checksums_, frame->checksum);
      break;
    }
  }
  at_ = end;
  ++next_frame_;
  return block;
}

absl::StatusOr<bool> ArchiveReader::Skip() {
  if (file_->bytes() - at_ >= static_cast<int64_t>(kFrameHeadBytes)) {
    WHISTLE_ASSIGN_OR_RETURN(const std::string bytes, file_->Read(at_, kFrameHeadBytes));
    const absl::StatusOr<FrameHead> head = DecodeFrameHead(bytes);
    if (!head.ok()) return At(*file_, at_, next_frame_, head.status());
    const int64_t end = at_ + static_cast<int64_t>(kFrameHeadBytes + head->body_bytes + base::Digest::kSize);
    if (head->kind == FrameKind::kRecords && end <= file_->bytes()) {
      at_ = end;
      ++next_frame_;
      return true;
    }
  }
  WHISTLE_ASSIGN_OR_RETURN(const std::optional<Frame> frame, ReadFrame(*file_, at_, next_frame_, root_));
  if (!frame) return false;
  absl::StatusOr<ArchiveFooter> footer = DecodeFooter(frame->body);
  if (!footer.ok()) return At(*file_, at_, next_frame_, footer.status());
  if (footer->partitions.size() != header_.ends.size()) {
    return At(*file_, at_, next_frame_, absl::DataLossError("a footer of another number of partitions"));
  }
  footer_ = *std::move(footer);
  return false;
}

absl::Status ArchiveReader::CheckFooter(const Frame& frame) {
  WHISTLE_ASSIGN_OR_RETURN(ArchiveFooter footer, DecodeFooter(frame.body));
  WHISTLE_RETURN_IF_ERROR(tally_.CheckComplete());
  const auto same = [](const PartitionTotal& a, const PartitionTotal& b) {
    return a.end == b.end && a.digest == b.digest;
  };
  if (footer.whole != whole() || footer.last_stamp != tally_.last_stamp() ||
      !std::equal(footer.partitions.begin(), footer.partitions.end(), tally_.totals().begin(), tally_.totals().end(),
                  same)) {
    return absl::DataLossError("the footer's totals are not those of the records before it");
  }
  footer_ = std::move(footer);
  return absl::OkStatus();
}

absl::StatusOr<ArchiveGlance> GlanceAtArchive(const std::string& path) {
  WHISTLE_ASSIGN_OR_RETURN(const std::unique_ptr<ArchiveReader> reader, ArchiveReader::Open(path));
  bool more = true;
  while (more) {
    WHISTLE_ASSIGN_OR_RETURN(more, reader->Skip());
  }
  return ArchiveGlance{.header = reader->header(),
                       .footer = reader->footer_met(),
                       .blocks = reader->next_frame() - 1,
                       .file_bytes = reader->file_bytes()};
}

absl::StatusOr<CheckedArchive> CheckArchive(const std::string& path,
                                            const std::function<void(const ArchiveReader&)>& on_block) {
  WHISTLE_ASSIGN_OR_RETURN(const std::unique_ptr<ArchiveReader> reader, ArchiveReader::Open(path));
  while (true) {
    WHISTLE_ASSIGN_OR_RETURN(const std::optional<ArchiveBlock> block, reader->Next());
    if (on_block) on_block(*reader);
    if (!block) break;
  }
  return CheckedArchive{.header = reader->header(),
                        .footer = reader->footer(),
                        .records = reader->tally().records(),
                        .bytes = reader->tally().bytes(),
                        .file_bytes = reader->file_bytes()};
}

}  // namespace whistle::journal
