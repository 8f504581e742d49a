// The folder in which fresh folds lie while they are compared: about as large as the stores, and removed at the end. So
// nothing is taken for one that might be somebody's: it must be new, empty, or bear the mark that a check left in it.
//
//   WHISTLE_RETURN_IF_ERROR(TakeWorkFolder("/tmp/check", /*go_on=*/false));
//   … stores in /tmp/check/intake, … …
//   WHISTLE_RETURN_IF_ERROR(RemoveWorkFolder("/tmp/check"));
//
// Any thread; one check at a time.
#ifndef WHISTLE_LIBS_VERIFY_WORK_FOLDER_H_
#define WHISTLE_LIBS_VERIFY_WORK_FOLDER_H_

#include <string>

#include "absl/status/status.h"

namespace whistle::verify {

// Whether it could be taken. FAILED_PRECONDITION names --work-dir and what is there.
absl::Status CheckWorkFolder(const std::string& dir);

// Makes it and marks it. What an interrupted check left in it stays if `go_on`, and is removed otherwise. Errors
// besides: FAILED_PRECONDITION where it cannot be made or written.
absl::Status TakeWorkFolder(const std::string& dir, bool go_on);

// With all that is in it. Nothing to do if it is not there; FAILED_PRECONDITION, and nothing removed, if it does not
// bear the mark.
absl::Status RemoveWorkFolder(const std::string& dir);

}  // namespace whistle::verify

#endif  // WHISTLE_LIBS_VERIFY_WORK_FOLDER_H_
