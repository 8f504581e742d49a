// The file of an archive: bytes at a place, and what it takes that they are there after a power failure.
//
// One thread at a time. Errors name the file: NOT_FOUND, PERMISSION_DENIED, RESOURCE_EXHAUSTED (a full disk),
// FAILED_PRECONDITION (another process writes it), UNAVAILABLE for what else the machine refuses.
#ifndef WHISTLE_LIBS_JOURNAL_ARCHIVE_FILE_H_
#define WHISTLE_LIBS_JOURNAL_ARCHIVE_FILE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace whistle::journal {

class ArchiveFile {
 public:
  // For reading.
  static absl::StatusOr<std::unique_ptr<ArchiveFile>> Open(const std::string& path);
  // For writing, by this process alone. `make`: a new one, whatever was there; else one that is there.
  static absl::StatusOr<std::unique_ptr<ArchiveFile>> OpenForWriting(const std::string& path, bool make);
  ~ArchiveFile();
  ArchiveFile(const ArchiveFile&) = delete;
  ArchiveFile& operator=(const ArchiveFile&) = delete;

  const std::string& path() const { return path_; }
  // As of its opening, and what was written since.
  int64_t bytes() const { return bytes_; }

  // Exactly so many; DATA_LOSS if they are not there any more.
  absl::StatusOr<std::string> Read(int64_t at, size_t size) const;
  absl::Status Append(absl::string_view bytes);
  // Drops what lies at `bytes` and behind.
  absl::Status Truncate(int64_t bytes);
  // Durable, its contents and, under its new name, its entry in the folder. In place of a file of that name.
  absl::Status SyncAndRename(const std::string& path);

 private:
  ArchiveFile(std::string path, int fd, int64_t bytes) : path_(std::move(path)), fd_(fd), bytes_(bytes) {}

  std::string path_;
  const int fd_;
  int64_t bytes_;
};

}  // namespace whistle::journal

#endif  // WHISTLE_LIBS_JOURNAL_ARCHIVE_FILE_H_
