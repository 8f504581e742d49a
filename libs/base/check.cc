#include "libs/base/check.h"

#include <cstdio>
#include <cstdlib>
#include <string>

namespace whistle::base {

void CheckFailed(const char* file, int line, const char* condition, absl::string_view message) {
  std::fprintf(stderr, "%s:%d: check failed: %s: %s\n", file, line, condition, std::string(message).c_str());
  std::fflush(stderr);
  std::abort();
}

}  // namespace whistle::base
