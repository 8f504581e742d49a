// The third kind of no: a bug of our own. Always on; prints where and what, and aborts before anything wrong is
// written.
#ifndef WHISTLE_LIBS_BASE_CHECK_H_
#define WHISTLE_LIBS_BASE_CHECK_H_

#include "absl/strings/string_view.h"

namespace whistle::base {

[[noreturn]] void CheckFailed(const char* file, int line, const char* condition, absl::string_view message);

}  // namespace whistle::base

// `message` is evaluated only on failure.
#define WHISTLE_CHECK(condition, message)                                      \
  do {                                                                         \
    if (!(condition)) [[unlikely]]                                             \
      ::whistle::base::CheckFailed(__FILE__, __LINE__, #condition, (message)); \
  } while (false)

#endif  // WHISTLE_LIBS_BASE_CHECK_H_
