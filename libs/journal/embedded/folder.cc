#include "libs/journal/embedded/folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"

namespace whistle::journal {
namespace {

constexpr absl::string_view kStore = "store";
constexpr absl::string_view kMaking = "store.making";
constexpr absl::string_view kLock = "lock";
// A file system's own, at the top of a freshly made one.
constexpr absl::string_view kLostAndFound = "lost+found";

std::string Join(absl::string_view dir, absl::string_view name) { return absl::StrCat(dir, "/", name); }

absl::Status CheckNothingForeign(const std::string& dir) {
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(dir, error)) {
    const std::string name = entry.path().filename().string();
    if (name != kStore && name != kMaking && name != kLock && name != kLostAndFound) {
      return absl::FailedPreconditionError(absl::StrCat(
          dir, " holds \"", name, "\", which is not a part of a journal of this version: give a folder of its own"));
    }
  }
  if (error) return SystemError(error.value(), absl::StrCat("listing ", dir));
  return absl::OkStatus();
}

std::string OwnerText(int lock_fd) {
  char text[32];
  const ssize_t got = pread(lock_fd, text, sizeof text, 0);
  if (got <= 0) return "another process";
  return absl::StrCat("process ", absl::string_view(text, got));
}

}  // namespace

std::string DbPath(absl::string_view store_dir) { return Join(store_dir, "db"); }
std::string MarkPath(absl::string_view store_dir) { return Join(store_dir, "mark"); }

absl::Status SystemError(int error, absl::string_view doing) {
  const absl::Status status = absl::ErrnoToStatus(error, doing);
  switch (error) {
    case EROFS:
    case EACCES:
    case EPERM:
      return absl::PermissionDeniedError(absl::StrCat(status.message(), ". The journal's folder must be writable"));
    case ENOTDIR:
    case EEXIST:
      return absl::FailedPreconditionError(absl::StrCat(status.message(), ". There is something that is not a folder"));
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
      return absl::ResourceExhaustedError(absl::StrCat(status.message(), ". The disk is full"));
    default:
      return status;
  }
}

absl::Status CheckFree(const std::string& dir, uint64_t bytes) {
  struct statvfs info;
  if (statvfs(dir.c_str(), &info) != 0) return SystemError(errno, absl::StrCat("asking how much is free under ", dir));
  const uint64_t free = static_cast<uint64_t>(info.f_bavail) * info.f_frsize;
  if (free >= bytes) return absl::OkStatus();
  return absl::ResourceExhaustedError(absl::StrCat("the disk under ", dir, " is full: ", free, " bytes free, at least ",
                                                   bytes, " needed to open a journal"));
}

absl::Status SyncDir(const std::string& dir) {
  const int fd = open(dir.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return SystemError(errno, absl::StrCat("opening ", dir));
  const int result = fsync(fd);
  const int error = errno;
  close(fd);
  if (result != 0) return SystemError(error, absl::StrCat("syncing ", dir));
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<Folder>> Folder::Take(const std::string& dir) {
  if (dir.empty()) return absl::InvalidArgumentError("the journal's folder has no name");
  std::error_code error;
  std::filesystem::create_directories(dir, error);
  if (error) return SystemError(error.value(), absl::StrCat("making ", dir));
  if (!std::filesystem::is_directory(dir, error)) {
    return absl::FailedPreconditionError(absl::StrCat(dir, " is not a folder"));
  }

  const std::string lock = Join(dir, kLock);
  const int fd = open(lock.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (fd < 0) return SystemError(errno, absl::StrCat("opening ", lock));
  // Released by the kernel however the process ends, so a lock file that is left behind locks nobody out.
  if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
    const int lock_error = errno;
    const std::string owner = OwnerText(fd);
    close(fd);
    if (lock_error != EWOULDBLOCK) return SystemError(lock_error, absl::StrCat("locking ", lock));
    return absl::FailedPreconditionError(
        absl::StrCat(dir, " is in use by ", owner,
                     ". An embedded journal belongs to one process: stop that one, or use another folder"));
  }
  auto folder = std::unique_ptr<Folder>(new Folder(dir, fd));
  const std::string pid = absl::StrCat(getpid());
  if (ftruncate(fd, 0) != 0 || pwrite(fd, pid.data(), pid.size(), 0) < 0) {
    // The number is for people only; a full disk must not keep an intact journal from being read.
  }
  WHISTLE_RETURN_IF_ERROR(CheckNothingForeign(dir));
  return folder;
}

absl::StatusOr<std::unique_ptr<Folder>> Folder::Look(const std::string& dir) {
  struct stat info;
  const std::string store = Join(dir, kStore);
  if (lstat(store.c_str(), &info) != 0) {
    return absl::FailedPreconditionError(absl::StrCat(dir, " holds no journal: there is no ", store));
  }
  const std::string lock = Join(dir, kLock);
  const int fd = open(lock.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0 && errno != ENOENT) return SystemError(errno, absl::StrCat("opening ", lock));
  // Shared with whoever else only looks; nobody writes meanwhile.
  if (fd >= 0 && flock(fd, LOCK_SH | LOCK_NB) != 0) {
    const int lock_error = errno;
    const std::string owner = OwnerText(fd);
    close(fd);
    if (lock_error != EWOULDBLOCK) return SystemError(lock_error, absl::StrCat("locking ", lock));
    return absl::FailedPreconditionError(absl::StrCat(dir, " is in use by ", owner));
  }
  return std::unique_ptr<Folder>(new Folder(dir, fd));
}

Folder::~Folder() {
  if (lock_fd_ >= 0) close(lock_fd_);
}

bool Folder::HasStore() const {
  struct stat info;
  return lstat(StoreDir().c_str(), &info) == 0;
}

std::string Folder::StoreDir() const { return Join(dir_, kStore); }

absl::StatusOr<std::string> Folder::StartMaking() {
  const std::string making = Join(dir_, kMaking);
  std::error_code error;
  std::filesystem::remove_all(making, error);
  if (!error) std::filesystem::create_directory(making, error);
  if (error) return SystemError(error.value(), absl::StrCat("making ", making));
  return making;
}

absl::Status Folder::FinishMaking() {
  const std::string making = Join(dir_, kMaking);
  WHISTLE_RETURN_IF_ERROR(SyncDir(DbPath(making)));
  WHISTLE_RETURN_IF_ERROR(SyncDir(making));
  if (rename(making.c_str(), StoreDir().c_str()) != 0) return SystemError(errno, absl::StrCat("renaming ", making));
  return SyncDir(dir_);
}

}  // namespace whistle::journal
