#include "libs/projection/files.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"

namespace whistle::projection {
namespace {

namespace fs = std::filesystem;

constexpr size_t kCopyBytes = size_t{1} << 20;

// Not std::filesystem::copy_file: it says "Input/output error" where the disk is full.
absl::Status CopyBytes(int in, const std::string& from, int out, const std::string& to) {
  std::string buffer(kCopyBytes, '\0');
  while (true) {
    const ssize_t got = read(in, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return FromErrno(errno, "reading", from);
    if (got == 0) return absl::OkStatus();
    for (ssize_t done = 0; done < got;) {
      const ssize_t put = write(out, buffer.data() + done, static_cast<size_t>(got - done));
      if (put < 0 && errno == EINTR) continue;
      if (put < 0) return FromErrno(errno, "copying to", to);
      done += put;
    }
  }
}

}  // namespace

absl::Status FromErrno(int error, absl::string_view doing, absl::string_view path) {
  const std::string message =
      absl::StrCat("projection: ", doing, " ", path, ": ", std::system_category().message(error));
  switch (error) {
    case ENOSPC:
    case EDQUOT:
      return absl::ResourceExhaustedError(message);
    case EACCES:
    case EPERM:
    case EROFS:
    case ENOTDIR:
    case EISDIR:
    case EEXIST:
    case ENAMETOOLONG:
      return absl::FailedPreconditionError(message);
    default:
      return absl::UnavailableError(message);
  }
}

absl::StatusOr<std::vector<std::string>> List(const std::string& dir) {
  std::error_code error;
  std::vector<std::string> names;
  for (fs::directory_iterator it(dir, error), end; !error && it != end; it.increment(error)) {
    names.push_back(it->path().filename().string());
  }
  if (error) return FromErrno(error.value(), "reading folder", dir);
  std::sort(names.begin(), names.end());
  return names;
}

absl::StatusOr<std::optional<std::string>> ReadFile(const std::string& path, size_t bytes_max) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0 && errno == ENOENT) return std::nullopt;
  if (fd < 0) return FromErrno(errno, "opening", path);
  std::string text(bytes_max, '\0');
  size_t done = 0;
  absl::Status status;
  while (done < bytes_max) {
    const ssize_t got = read(fd, text.data() + done, bytes_max - done);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) status = FromErrno(errno, "reading", path);
    if (got <= 0) break;
    done += static_cast<size_t>(got);
  }
  close(fd);
  WHISTLE_RETURN_IF_ERROR(status);
  text.resize(done);
  return text;
}

absl::Status WriteSynced(const std::string& path, absl::string_view text) {
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (fd < 0) return FromErrno(errno, "creating", path);
  absl::Status status;
  errno = 0;
  if (write(fd, text.data(), text.size()) != static_cast<ssize_t>(text.size()) || fsync(fd) != 0) {
    status = FromErrno(errno == 0 ? ENOSPC : errno, "writing", path);
  }
  if (close(fd) != 0 && status.ok()) status = FromErrno(errno, "closing", path);
  return status;
}

absl::Status SyncFolder(const std::string& dir) {
  const int fd = open(dir.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return FromErrno(errno, "opening folder", dir);
  absl::Status status;
  if (fsync(fd) != 0) status = FromErrno(errno, "syncing folder", dir);
  close(fd);
  return status;
}

absl::Status Rename(const std::string& dir, const std::string& from, const std::string& to) {
  if (rename((dir + "/" + from).c_str(), (dir + "/" + to).c_str()) != 0) {
    return FromErrno(errno, "renaming", dir + "/" + from);
  }
  return SyncFolder(dir);
}

absl::Status Remove(const std::string& path) {
  std::error_code error;
  fs::remove_all(path, error);
  return error ? FromErrno(error.value(), "deleting", path) : absl::OkStatus();
}

absl::Status CopySynced(const std::string& from, const std::string& to) {
  const int in = open(from.c_str(), O_RDONLY | O_CLOEXEC);
  if (in < 0) return FromErrno(errno, "opening", from);
  const int out = open(to.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (out < 0) {
    const int error = errno;
    close(in);
    return FromErrno(error, "creating", to);
  }
  absl::Status status = CopyBytes(in, from, out, to);
  if (status.ok() && fsync(out) != 0) status = FromErrno(errno, "syncing", to);
  if (close(out) != 0 && status.ok()) status = FromErrno(errno, "closing", to);
  close(in);
  return status;
}

}  // namespace whistle::projection
