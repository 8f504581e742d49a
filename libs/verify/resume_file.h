// The file that an interrupted check is taken up from. Plain functions.
#ifndef WHISTLE_LIBS_VERIFY_RESUME_FILE_H_
#define WHISTLE_LIBS_VERIFY_RESUME_FILE_H_

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "whistle/verify/v1/progress.pb.h"

namespace whistle::verify {

inline constexpr uint32_t kResumeVersion = 2;

// Nothing if there is no such file. FAILED_PRECONDITION if it is something else, or of another version.
absl::StatusOr<std::optional<v1::Progress>> ReadResumeFile(const std::string& path);

// The file is the old one or the new one at any moment, never a part of one.
absl::Status WriteResumeFile(const std::string& path, const v1::Progress& progress);

}  // namespace whistle::verify

#endif  // WHISTLE_LIBS_VERIFY_RESUME_FILE_H_
