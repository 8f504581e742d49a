#include "libs/projection/store_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <optional>
#include <system_error>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "libs/base/status_macros.h"

namespace whistle::projection {
namespace {

namespace fs = std::filesystem;

constexpr absl::string_view kFormatWord = "whistle-projection ";

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
    case EEXIST:
    case ENAMETOOLONG:
      return absl::FailedPreconditionError(message);
    default:
      return absl::UnavailableError(message);
  }
}

// Names of what is in the folder, sorted.
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

std::optional<std::string> ReadSmallFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return std::nullopt;
  std::string text(256, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<size_t>(in.gcount()));
  return text;
}

// A folder without FORMAT may hold what an interrupted creation leaves, and nothing else.
absl::Status CheckNotForeign(const std::string& dir) {
  WHISTLE_ASSIGN_OR_RETURN(std::vector<std::string> names, List(dir));
  if (std::find(names.begin(), names.end(), "FORMAT") != names.end()) return absl::OkStatus();
  std::erase_if(names,
                [](const std::string& name) { return name == "LOCK" || name == "FORMAT.new" || name == "lost+found"; });
  if (names.empty()) return absl::OkStatus();
  constexpr size_t kNamesShown = 5;
  const bool more = names.size() > kNamesShown;
  if (more) names.resize(kNamesShown);
  return absl::FailedPreconditionError(absl::StrCat(
      "projection: ", dir, " is not a projection's folder: expected an empty folder or one with a file FORMAT, found ",
      absl::StrJoin(names, ", "), more ? ", …" : "", ". Name another folder."));
}

// The format that FORMAT names; this program's or an older one.
absl::StatusOr<int> ParseFormat(const std::string& dir, absl::string_view found) {
  absl::string_view rest = found;
  int format = 0;
  if (!absl::ConsumePrefix(&rest, kFormatWord) || !absl::ConsumeSuffix(&rest, "\n") ||
      !absl::SimpleAtoi(rest, &format) || format < 1) {
    return absl::FailedPreconditionError(
        absl::StrCat("projection: ", dir, " is not a projection's folder: its file FORMAT says \"",
                     absl::CHexEscape(found.substr(0, 80)), "\", expected \"", kFormatWord, kStoreFormat, "\\n\""));
  }
  if (format <= kStoreFormat) return format;
  return absl::FailedPreconditionError(absl::StrCat(
      "projection: ", dir, " has store format ", format, ", which is newer than this program's ", kStoreFormat,
      ". Start the version that made it, or name another folder: the journal fills a new one."));
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

// Renames within the folder, and makes the rename last.
absl::Status Rename(const std::string& dir, const std::string& from, const std::string& to) {
  if (rename((dir + "/" + from).c_str(), (dir + "/" + to).c_str()) != 0) {
    return FromErrno(errno, "renaming", dir + "/" + from);
  }
  const int fd = open(dir.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return FromErrno(errno, "opening folder", dir);
  absl::Status status;
  if (fsync(fd) != 0) status = FromErrno(errno, "syncing folder", dir);
  close(fd);
  return status;
}

absl::Status WriteFormat(const std::string& dir) {
  WHISTLE_RETURN_IF_ERROR(WriteSynced(dir + "/FORMAT.new", absl::StrCat(kFormatWord, kStoreFormat, "\n")));
  return Rename(dir, "FORMAT.new", "FORMAT");
}

absl::StatusOr<int> Lock(const std::string& dir) {
  const std::string path = dir + "/LOCK";
  const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (fd < 0) return FromErrno(errno, "cannot write in this folder: opening", path);
  if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
    const int error = errno;
    close(fd);
    if (error != EWOULDBLOCK) return FromErrno(error, "locking", path);
    const std::string owner = ReadSmallFile(path).value_or("");
    int pid = 0;
    return absl::FailedPreconditionError(
        absl::StrCat("projection: ", dir, " is in use by ",
                     absl::SimpleAtoi(owner, &pid) ? absl::StrCat("process ", pid) : "another process",
                     ". A projection belongs to one service instance: stop that one, or name another folder."));
  }
  // For people only: the lock is what counts, so a number that could not be written is no reason to stop.
  const std::string pid = absl::StrCat(getpid(), "\n");
  if (ftruncate(fd, 0) == 0) (void)!pwrite(fd, pid.data(), pid.size(), 0);
  return fd;
}

// A database whose CURRENT is gone would be made anew, silently. Tables and logs appear only after CURRENT does.
absl::Status CheckDatabaseHasEntryPoint(const std::string& database_dir) {
  std::error_code error;
  if (!fs::exists(database_dir, error)) return absl::OkStatus();
  WHISTLE_ASSIGN_OR_RETURN(const std::vector<std::string> names, List(database_dir));
  if (std::find(names.begin(), names.end(), "CURRENT") != names.end()) return absl::OkStatus();
  for (const std::string& name : names) {
    if (!absl::EndsWith(name, ".sst") && !absl::EndsWith(name, ".log")) continue;
    return absl::DataLossError(absl::StrCat("projection: ", database_dir, " holds ", name,
                                            " but no file CURRENT. Delete the folder: the journal fills a new one."));
  }
  return absl::OkStatus();
}

absl::Status RemoveStale(const std::string& dir) {
  std::error_code error;
  fs::remove_all(dir + "/stale", error);
  return error ? FromErrno(error.value(), "deleting", dir + "/stale") : absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<StoreFolder>> StoreFolder::Enter(const std::string& dir) {
  if (dir.empty()) return absl::InvalidArgumentError("projection: the name of the folder is empty");
  std::error_code error;
  fs::create_directories(dir, error);
  if (error) return FromErrno(error.value(), "making folder", dir);
  // Before the lock, so that nothing is left in a folder that is not ours.
  WHISTLE_RETURN_IF_ERROR(CheckNotForeign(dir));
  WHISTLE_ASSIGN_OR_RETURN(const int lock_fd, Lock(dir));
  std::unique_ptr<StoreFolder> folder(new StoreFolder(dir, lock_fd));
  const std::optional<std::string> format = ReadSmallFile(dir + "/FORMAT");
  if (format.has_value()) {
    WHISTLE_ASSIGN_OR_RETURN(const int found, ParseFormat(dir, *format));
    if (found < kStoreFormat) {
      // In this order, so that what is interrupted is done again.
      WHISTLE_RETURN_IF_ERROR(RemoveStale(dir));
      if (fs::exists(folder->database_dir(), error)) WHISTLE_RETURN_IF_ERROR(folder->DiscardDatabase());
      WHISTLE_RETURN_IF_ERROR(WriteFormat(dir));
      folder->replaced_format_ = found;
    }
  } else {
    // Again, now that nobody else can be making it.
    WHISTLE_RETURN_IF_ERROR(CheckNotForeign(dir));
    WHISTLE_RETURN_IF_ERROR(WriteFormat(dir));
  }
  WHISTLE_RETURN_IF_ERROR(RemoveStale(dir));
  WHISTLE_RETURN_IF_ERROR(CheckDatabaseHasEntryPoint(folder->database_dir()));
  return folder;
}

StoreFolder::~StoreFolder() { close(lock_fd_); }

absl::Status StoreFolder::DiscardDatabase() {
  // A half-deleted database would look corrupt, so it first gets out of the way.
  WHISTLE_RETURN_IF_ERROR(Rename(dir_, "db", "stale"));
  return RemoveStale(dir_);
}

}  // namespace whistle::projection
