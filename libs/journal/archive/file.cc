#include "libs/journal/archive/file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"

namespace whistle::journal {
namespace {

absl::Status SystemError(int error, absl::string_view doing, const std::string& path) {
  absl::StatusCode code = absl::StatusCode::kUnavailable;
  if (error == ENOENT) code = absl::StatusCode::kNotFound;
  if (error == EACCES || error == EROFS || error == EPERM) code = absl::StatusCode::kPermissionDenied;
  if (error == ENOSPC || error == EDQUOT || error == EFBIG) code = absl::StatusCode::kResourceExhausted;
  return absl::Status(code, absl::StrCat(doing, " ", path, ": ", std::strerror(error)));
}

absl::Status SyncFolderOf(const std::string& path) {
  std::filesystem::path folder = std::filesystem::path(path).parent_path();
  if (folder.empty()) folder = ".";
  const int fd = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return SystemError(errno, "opening", folder);
  const int failed = fsync(fd) != 0 ? errno : 0;
  close(fd);
  return failed == 0 ? absl::OkStatus() : SystemError(failed, "syncing", folder);
}

}  // namespace

ArchiveFile::~ArchiveFile() { close(fd_); }

absl::StatusOr<std::unique_ptr<ArchiveFile>> ArchiveFile::Open(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return SystemError(errno, "opening", path);
  struct stat found = {};
  const int failed = fstat(fd, &found) != 0 ? errno : 0;
  std::unique_ptr<ArchiveFile> file(new ArchiveFile(path, fd, found.st_size));
  if (failed != 0) return SystemError(failed, "looking at", path);
  if (!S_ISREG(found.st_mode)) return absl::InvalidArgumentError(absl::StrCat(path, " is no file"));
  return file;
}

absl::StatusOr<std::unique_ptr<ArchiveFile>> ArchiveFile::OpenForWriting(const std::string& path, bool make) {
  const int fd = open(path.c_str(), O_RDWR | O_CLOEXEC | (make ? O_CREAT : 0), 0644);
  if (fd < 0) return SystemError(errno, make ? "making" : "opening", path);
  std::unique_ptr<ArchiveFile> file(new ArchiveFile(path, fd, 0));
  if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return SystemError(errno, "locking", path);
    return absl::FailedPreconditionError(absl::StrCat(path, " is being written by another export"));
  }
  if (make) WHISTLE_RETURN_IF_ERROR(file->Truncate(0));
  struct stat found = {};
  if (fstat(fd, &found) != 0) return SystemError(errno, "looking at", path);
  file->bytes_ = found.st_size;
  return file;
}

absl::StatusOr<std::string> ArchiveFile::Read(int64_t at, size_t size) const {
  std::string bytes(size, '\0');
  size_t done = 0;
  while (done < size) {
    const ssize_t got = pread(fd_, bytes.data() + done, size - done, at + static_cast<int64_t>(done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return SystemError(errno, "reading", path_);
    if (got == 0) return absl::DataLossError(absl::StrCat(path_, " became shorter while it was read"));
    done += static_cast<size_t>(got);
  }
  return bytes;
}

absl::Status ArchiveFile::Append(absl::string_view bytes) {
  size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t put = pwrite(fd_, bytes.data() + done, bytes.size() - done, bytes_);
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return SystemError(errno, "writing", path_);
    done += static_cast<size_t>(put);
    bytes_ += put;
  }
  return absl::OkStatus();
}

absl::Status ArchiveFile::Truncate(int64_t bytes) {
  if (ftruncate(fd_, bytes) != 0) return SystemError(errno, "shortening", path_);
  bytes_ = bytes;
  return absl::OkStatus();
}

absl::Status ArchiveFile::SyncAndRename(const std::string& path) {
  if (fsync(fd_) != 0) return SystemError(errno, "syncing", path_);
  if (std::rename(path_.c_str(), path.c_str()) != 0) {
    return SystemError(errno, absl::StrCat("renaming ", path_, " to"), path);
  }
  path_ = path;
  return SyncFolderOf(path);
}

}  // namespace whistle::journal
