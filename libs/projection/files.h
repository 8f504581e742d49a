// Files and folders of a projection: each step either lasts or did not happen, and each error says which path.
//
// Errors: RESOURCE_EXHAUSTED: the disk is full. FAILED_PRECONDITION: not permitted, or something else is there.
// UNAVAILABLE: any other failure. Any thread. Private to this folder.
#ifndef WHISTLE_LIBS_PROJECTION_FILES_H_
#define WHISTLE_LIBS_PROJECTION_FILES_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace whistle::projection {

absl::Status FromErrno(int error, absl::string_view doing, absl::string_view path);

// Names of what is in the folder, sorted.
absl::StatusOr<std::vector<std::string>> List(const std::string& dir);

// The file's first bytes; nothing if it is not there. That it cannot be read is an error: it may say anything.
absl::StatusOr<std::optional<std::string>> ReadFile(const std::string& path, size_t bytes_max);

absl::Status WriteSynced(const std::string& path, absl::string_view text);
// In place of what `to` is.
absl::Status CopySynced(const std::string& from, const std::string& to);
absl::Status SyncFolder(const std::string& dir);
// Renames within the folder, and makes the rename last.
absl::Status Rename(const std::string& dir, const std::string& from, const std::string& to);
// With all that is in it. Nothing to do if it is not there.
absl::Status Remove(const std::string& path);

}  // namespace whistle::projection

#endif  // WHISTLE_LIBS_PROJECTION_FILES_H_
