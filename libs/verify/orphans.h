// Decisions that name a parent which is not before them: is it after them, in another partition, or nowhere?
#ifndef WHISTLE_LIBS_VERIFY_ORPHANS_H_
#define WHISTLE_LIBS_VERIFY_ORPHANS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "libs/verify/compare.h"
#include "libs/verify/problems.h"
#include "libs/verify/source.h"

namespace whistle::verify {

// Reads each partition that has orphans once more. What is found in its rightful order was only late, and is nothing.
// The others are problems; but where a projection vouches for the bytes, a writer left them so (its attempt before got
// lost on the way, and what it had built on it arrived): those go into `notices`.
absl::Status LookForParents(const Source& source, const Checks& checks, const Vouched& vouched, Problems& problems,
                            std::vector<std::string>& notices);

}  // namespace whistle::verify

#endif  // WHISTLE_LIBS_VERIFY_ORPHANS_H_
