#include "libs/projection/store_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <optional>
#include <system_error>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "libs/base/status_macros.h"
#include "libs/projection/files.h"

namespace whistle::projection {
namespace {

// FORMAT, LOCK and SERVING are a few words each.
constexpr size_t kSmallFileBytes = 4096;

namespace fs = std::filesystem;

constexpr absl::string_view kFormatWord = "whistle-projection ";
constexpr absl::string_view kFirstDatabase = "db";
constexpr absl::string_view kNextDatabases = "db-";

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

absl::Status OlderFormat(const std::string& dir, int found) {
  return absl::FailedPreconditionError(absl::StrCat("projection: ", dir, " has store format ", found,
                                                    ", older than this program's ", kStoreFormat,
                                                    ". Its service, when it is started, builds the projection anew."));
}

absl::Status WriteFormat(const std::string& dir) {
  WHISTLE_RETURN_IF_ERROR(WriteSynced(dir + "/FORMAT.new", absl::StrCat(kFormatWord, kStoreFormat, "\n")));
  return Rename(dir, "FORMAT.new", "FORMAT");
}

// Closes `fd` unless it holds the lock afterwards.
absl::Status TakeLock(int fd, int kind, const std::string& dir, const std::string& path) {
  if (flock(fd, kind | LOCK_NB) == 0) return absl::OkStatus();
  const int error = errno;
  close(fd);
  if (error != EWOULDBLOCK) return FromErrno(error, "locking", path);
  // For people only: without it the message says less.
  const auto read = ReadFile(path, kSmallFileBytes);
  const std::string owner = read.ok() ? read->value_or("") : std::string();
  int pid = 0;
  return absl::FailedPreconditionError(
      absl::StrCat("projection: ", dir, " is in use by ",
                   absl::SimpleAtoi(owner, &pid) ? absl::StrCat("process ", pid) : "another process",
                   ". A projection belongs to one service instance: stop that one, or name another folder."));
}

absl::StatusOr<int> Lock(const std::string& dir) {
  const std::string path = dir + "/LOCK";
  const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (fd < 0) return FromErrno(errno, "cannot write in this folder: opening", path);
  WHISTLE_RETURN_IF_ERROR(TakeLock(fd, LOCK_EX, dir, path));
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

// "db", "db-2", "db-3", …
bool IsDatabaseName(absl::string_view name) {
  if (name == kFirstDatabase) return true;
  uint64_t number = 0;
  return absl::ConsumePrefix(&name, kNextDatabases) && absl::SimpleAtoi(name, &number) && name == absl::StrCat(number);
}

}  // namespace

absl::StatusOr<std::shared_ptr<StoreFolder>> StoreFolder::Enter(const std::string& dir) { return EnterAs(dir, false); }

absl::StatusOr<std::shared_ptr<StoreFolder>> StoreFolder::EnterOrReplaceOlder(const std::string& dir) {
  return EnterAs(dir, true);
}

absl::StatusOr<std::shared_ptr<StoreFolder>> StoreFolder::EnterAs(const std::string& dir, bool replace_older) {
  if (dir.empty()) return absl::InvalidArgumentError("projection: the name of the folder is empty");
  std::error_code error;
  fs::create_directories(dir, error);
  if (error) return FromErrno(error.value(), "making folder", dir);
  // Before the lock, so that nothing is left in a folder that is not ours.
  WHISTLE_RETURN_IF_ERROR(CheckNotForeign(dir));
  WHISTLE_ASSIGN_OR_RETURN(const int lock_fd, Lock(dir));
  std::shared_ptr<StoreFolder> folder(new StoreFolder(dir, lock_fd));
  WHISTLE_ASSIGN_OR_RETURN(const std::optional<std::string> format, ReadFile(dir + "/FORMAT", kSmallFileBytes));
  if (format.has_value()) {
    WHISTLE_ASSIGN_OR_RETURN(const int found, ParseFormat(dir, *format));
    if (found < kStoreFormat) {
      if (!replace_older) return OlderFormat(dir, found);
      WHISTLE_RETURN_IF_ERROR(folder->ReplaceFormat(found));
    }
  } else {
    // Again, now that nobody else can be making it.
    WHISTLE_RETURN_IF_ERROR(CheckNotForeign(dir));
    WHISTLE_RETURN_IF_ERROR(WriteFormat(dir));
  }
  WHISTLE_RETURN_IF_ERROR(Remove(folder->PathOf("stale")));
  WHISTLE_RETURN_IF_ERROR(Remove(folder->PathOf("copy")));
  absl::MutexLock lock(&folder->mutex_);
  WHISTLE_RETURN_IF_ERROR(folder->ReadServing());
  WHISTLE_RETURN_IF_ERROR(CheckDatabaseHasEntryPoint(folder->PathOf(folder->serving_)));
  return folder;
}

absl::Status StoreFolder::ReplaceFormat(int older) {
  WHISTLE_ASSIGN_OR_RETURN(const std::vector<std::string> names, List(dir_));
  for (const std::string& name : names) {
    if (!IsDatabaseName(name)) continue;
    WHISTLE_RETURN_IF_ERROR(Remove(PathOf("stale")));
    // A half-deleted database would look corrupt, so it first gets out of the way.
    WHISTLE_RETURN_IF_ERROR(Rename(dir_, name, "stale"));
  }
  WHISTLE_RETURN_IF_ERROR(Remove(PathOf("SERVING")));
  WHISTLE_RETURN_IF_ERROR(WriteFormat(dir_));
  replaced_format_ = older;
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<StoreFolder>> StoreFolder::Look(const std::string& dir) {
  WHISTLE_ASSIGN_OR_RETURN(const std::optional<std::string> format, ReadFile(dir + "/FORMAT", kSmallFileBytes));
  if (!format) return absl::FailedPreconditionError(absl::StrCat("projection: ", dir, " holds no store"));
  WHISTLE_ASSIGN_OR_RETURN(const int found, ParseFormat(dir, *format));
  if (found < kStoreFormat) return OlderFormat(dir, found);
  const std::string path = dir + "/LOCK";
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0 && errno != ENOENT) return FromErrno(errno, "opening", path);
  // Shared with whoever else only looks; no service opens it meanwhile.
  if (fd >= 0) WHISTLE_RETURN_IF_ERROR(TakeLock(fd, LOCK_SH, dir, path));
  std::unique_ptr<StoreFolder> folder(new StoreFolder(dir, fd));
  absl::MutexLock lock(&folder->mutex_);
  WHISTLE_RETURN_IF_ERROR(folder->ReadServing());
  WHISTLE_RETURN_IF_ERROR(CheckDatabaseHasEntryPoint(folder->PathOf(folder->serving_)));
  return folder;
}

bool StoreFolder::IsOne(const std::string& dir) {
  const auto format = ReadFile(dir + "/FORMAT", kSmallFileBytes);
  return format.ok() && format->has_value() && absl::StartsWith(**format, kFormatWord);
}

StoreFolder::~StoreFolder() {
  if (lock_fd_ >= 0) close(lock_fd_);
}

absl::Status StoreFolder::ReadServing() {
  WHISTLE_ASSIGN_OR_RETURN(const std::optional<std::string> text, ReadFile(PathOf("SERVING"), kSmallFileBytes));
  if (!text.has_value()) return absl::OkStatus();
  const std::vector<absl::string_view> lines = absl::StrSplit(*text, '\n');
  bool readable = lines.size() >= 2 && lines.back().empty();
  for (size_t i = 0; readable && i + 1 < lines.size(); ++i) {
    absl::string_view name = lines[i];
    readable = absl::ConsumePrefix(&name, i == 0 ? "serving " : "kept ") && IsDatabaseName(name);
    if (!readable) break;
    if (i == 0) {
      serving_ = std::string(name);
    } else {
      kept_.emplace_back(name);
    }
  }
  if (readable) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat("projection: ", dir_, "/SERVING says \"",
                                          absl::CHexEscape(text->substr(0, 80)),
                                          "\", expected \"serving db\" and what is kept, a line each. Delete the "
                                          "folder: the journal fills a new one."));
}

absl::Status StoreFolder::Point(std::string serving, std::vector<std::string> kept) {
  std::string text = absl::StrCat("serving ", serving, "\n");
  for (const std::string& name : kept) absl::StrAppend(&text, "kept ", name, "\n");
  WHISTLE_RETURN_IF_ERROR(WriteSynced(PathOf("SERVING.new"), text));
  WHISTLE_RETURN_IF_ERROR(Rename(dir_, "SERVING.new", "SERVING"));
  serving_ = std::move(serving);
  kept_ = std::move(kept);
  return absl::OkStatus();
}

std::string StoreFolder::serving() const {
  absl::MutexLock lock(&mutex_);
  return serving_;
}

std::vector<std::string> StoreFolder::kept() const {
  absl::MutexLock lock(&mutex_);
  return kept_;
}

absl::StatusOr<std::vector<std::string>> StoreFolder::Unfinished() const {
  WHISTLE_ASSIGN_OR_RETURN(std::vector<std::string> names, List(dir_));
  absl::MutexLock lock(&mutex_);
  std::erase_if(names, [this](const std::string& name) ABSL_NO_THREAD_SAFETY_ANALYSIS {
    return !IsDatabaseName(name) || name == serving_ || std::find(kept_.begin(), kept_.end(), name) != kept_.end();
  });
  return names;
}

absl::StatusOr<std::string> StoreFolder::NewName() const {
  WHISTLE_ASSIGN_OR_RETURN(std::vector<std::string> names, List(dir_));
  absl::MutexLock lock(&mutex_);
  names.push_back(serving_);
  for (int number = 2;; ++number) {
    std::string name = absl::StrCat(kNextDatabases, number);
    if (std::find(names.begin(), names.end(), name) == names.end()) return name;
  }
}

absl::Status StoreFolder::Serve(const std::string& name) {
  absl::MutexLock lock(&mutex_);
  if (name == serving_) return absl::OkStatus();
  std::vector<std::string> kept = kept_;
  std::erase(kept, name);
  std::error_code error;
  if (fs::exists(PathOf(serving_), error)) kept.push_back(serving_);
  return Point(name, std::move(kept));
}

absl::Status StoreFolder::Discard(const std::string& name) {
  absl::MutexLock lock(&mutex_);
  if (name == serving_) return absl::FailedPreconditionError(absl::StrCat("projection: ", PathOf(name), " serves"));
  if (std::find(kept_.begin(), kept_.end(), name) != kept_.end()) {
    std::vector<std::string> kept = kept_;
    std::erase(kept, name);
    WHISTLE_RETURN_IF_ERROR(Point(serving_, std::move(kept)));
  }
  WHISTLE_RETURN_IF_ERROR(Remove(PathOf("stale")));
  std::error_code error;
  if (!fs::exists(PathOf(name), error)) return absl::OkStatus();
  // A half-deleted database would look corrupt, so it first gets out of the way.
  WHISTLE_RETURN_IF_ERROR(Rename(dir_, name, "stale"));
  return Remove(PathOf("stale"));
}

absl::StatusOr<std::string> StoreFolder::BeginCopy() {
  const std::string path = PathOf("copy");
  WHISTLE_RETURN_IF_ERROR(Remove(path));
  std::error_code error;
  fs::create_directory(path, error);
  if (error) return FromErrno(error.value(), "making folder", path);
  return path;
}

absl::StatusOr<std::string> StoreFolder::FinishCopy() {
  WHISTLE_ASSIGN_OR_RETURN(std::string name, NewName());
  WHISTLE_RETURN_IF_ERROR(Rename(dir_, "copy", name));
  return name;
}

}  // namespace whistle::projection
