// Reads an archive from its beginning to its end, checking everything on the way.
//
//   WHISTLE_ASSIGN_OR_RETURN(auto reader, ArchiveReader::Open("backup.wja"));
//   while (true) {
//     WHISTLE_ASSIGN_OR_RETURN(const std::optional<ArchiveBlock> block, reader->Next());
//     if (!block) break;   // reader->footer() is there
//
// An archive is believed once Next has given nothing: until then records may be missing that nobody knows of. Every
// error names the file and the place in it. One thread at a time.
#ifndef WHISTLE_LIBS_JOURNAL_ARCHIVE_READER_H_
#define WHISTLE_LIBS_JOURNAL_ARCHIVE_READER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/base/hash.h"
#include "libs/journal/archive/file.h"
#include "libs/journal/archive/format.h"
#include "libs/journal/archive/tally.h"

namespace whistle::journal {

class ArchiveReader {
 public:
  // Reads the header. NOT_FOUND, PERMISSION_DENIED; INVALID_ARGUMENT for a file that is no archive; FAILED_PRECONDITION
  // for one of another format version; DATA_LOSS for a damaged or truncated one.
  static absl::StatusOr<std::unique_ptr<ArchiveReader>> Open(const std::string& path);

  const ArchiveHeader& header() const { return header_; }

  // The next block; nothing after the last, whereupon footer() is there. Errors, each for good:
  //   DATA_LOSS            a byte flipped, a block missing, doubled, moved or of another archive, bytes missing at the
  //   end
  //                        or more after it
  //   FAILED_PRECONDITION  whole as far as it goes, and unfinished: the export was interrupted between two blocks
  absl::StatusOr<std::optional<ArchiveBlock>> Next();

  // Only after Next gave nothing.
  const ArchiveFooter& footer() const { return *footer_; }

  const ArchiveTally& tally() const { return tally_; }
  // Where the blocks end that were read and found whole, and the number of the frame that comes next.
  int64_t whole_bytes() const { return at_; }
  uint32_t next_frame() const { return next_frame_; }
  // Of the header frame: the root of all others.
  const std::string& root() const { return root_; }
  // Over the checksums of the frames so far: what the footer of an archive that ends here says.
  base::Digest whole() const { return base::Sha256(checksums_); }
  const std::string& checksums() const { return checksums_; }
  int64_t file_bytes() const { return file_->bytes(); }

  // Steps over the next block unread. True if it did; false at the footer, which is read, and at the end of an
  // unfinished archive. Not to be mixed with Next.
  absl::StatusOr<bool> Skip();
  // After Skip gave false; nothing for an unfinished archive.
  const std::optional<ArchiveFooter>& footer_met() const { return footer_; }

 private:
  struct Frame {
    FrameHead head;
    std::string body;
    std::string checksum;
  };

  ArchiveReader(std::unique_ptr<ArchiveFile> file, ArchiveHeader header, std::string root);

  // Nothing at the file's end.
  static absl::StatusOr<std::optional<Frame>> ReadFrame(ArchiveFile& file, int64_t at, uint32_t number,
                                                        absl::string_view root);
  absl::StatusOr<std::optional<ArchiveBlock>> ReadNext();
  absl::Status CheckFooter(const Frame& frame);

  const std::unique_ptr<ArchiveFile> file_;
  const ArchiveHeader header_;
  const std::string root_;
  ArchiveTally tally_;
  std::optional<ArchiveFooter> footer_;
  std::string checksums_;
  int64_t at_ = 0;
  uint32_t next_frame_ = 1;
};

// Reads the whole of it and keeps nothing. `on_block` hears after each block how far the reader is; it may be null.
struct CheckedArchive {
  ArchiveHeader header;
  ArchiveFooter footer;
  uint64_t records = 0;
  // Of the records, before compression, and of the file.
  uint64_t bytes = 0;
  int64_t file_bytes = 0;
};
absl::StatusOr<CheckedArchive> CheckArchive(const std::string& path,
                                            const std::function<void(const ArchiveReader&)>& on_block);

// What an archive says of itself, its blocks skipped: quick, and no proof of them.
struct ArchiveGlance {
  ArchiveHeader header;
  // Nothing for an archive that is unfinished.
  std::optional<ArchiveFooter> footer;
  uint32_t blocks = 0;
  int64_t file_bytes = 0;
};
// Errors as ArchiveReader's.
absl::StatusOr<ArchiveGlance> GlanceAtArchive(const std::string& path);

}  // namespace whistle::journal

#endif  // WHISTLE_LIBS_JOURNAL_ARCHIVE_READER_H_
