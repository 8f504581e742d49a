#include "libs/verify/work_folder.h"

#include <filesystem>
#include <fstream>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "libs/base/status_macros.h"

namespace whistle::verify {
namespace {

namespace fs = std::filesystem;

// Written first and removed last.
constexpr absl::string_view kMark = "WHISTLE-VERIFY";

absl::Status Refused(const std::string& dir, absl::string_view why) {
  return absl::FailedPreconditionError(absl::StrCat("--work-dir: ", dir, " ", why));
}

// What is in it goes before the mark, so that what is interrupted is still ours.
absl::Status Empty(const std::string& dir) {
  std::error_code error;
  for (fs::directory_iterator it(dir, error), end; !error && it != end; it.increment(error)) {
    if (it->path().filename().string() == kMark) continue;
    fs::remove_all(it->path(), error);
    if (error) break;
  }
  return error ? Refused(dir, absl::StrCat("cannot be emptied: ", error.message())) : absl::OkStatus();
}

}  // namespace

absl::Status CheckWorkFolder(const std::string& dir) {
  std::error_code error;
  const fs::file_status found = fs::status(dir, error);
  if (found.type() == fs::file_type::not_found) return absl::OkStatus();
  if (error) return Refused(dir, absl::StrCat("cannot be looked at: ", error.message()));
  if (!fs::is_directory(found)) return Refused(dir, "is no folder");
  const bool is_empty = fs::is_empty(dir, error);
  if (error) return Refused(dir, absl::StrCat("cannot be read: ", error.message()));
  if (is_empty || fs::exists(absl::StrCat(dir, "/", kMark), error)) return absl::OkStatus();
  return Refused(dir, absl::StrCat("is not empty, no check has made it (there is no ", kMark,
                                   " in it), and it would be removed; name an empty folder or a new one"));
}

absl::Status TakeWorkFolder(const std::string& dir, bool go_on) {
  WHISTLE_RETURN_IF_ERROR(CheckWorkFolder(dir));
  std::error_code error;
  fs::create_directories(dir, error);
  if (error) return Refused(dir, absl::StrCat("cannot be made: ", error.message()));
  std::ofstream mark(absl::StrCat(dir, "/", kMark), std::ios::trunc);
  mark << "The fresh folds of a \"whistlectl journal verify\"; removed when it has come to its end.\n";
  mark.close();
  if (!mark) return Refused(dir, "cannot be written");
  return go_on ? absl::OkStatus() : Empty(dir);
}

absl::Status RemoveWorkFolder(const std::string& dir) {
  std::error_code error;
  if (!fs::exists(dir, error)) return absl::OkStatus();
  WHISTLE_RETURN_IF_ERROR(CheckWorkFolder(dir));
  WHISTLE_RETURN_IF_ERROR(Empty(dir));
  fs::remove_all(dir, error);
  return error ? Refused(dir, absl::StrCat("could not be removed: ", error.message())) : absl::OkStatus();
}

}  // namespace whistle::verify
