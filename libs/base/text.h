// What free text and identifiers from outside must look like before they may enter the journal for ever.
#ifndef WHISTLE_LIBS_BASE_TEXT_H_
#define WHISTLE_LIBS_BASE_TEXT_H_

#include <cstddef>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace whistle::base {

// How long a text may be, in bytes of UTF-8.
struct TextLimits {
  size_t bytes_min = 1;
  size_t bytes_max = 2000;
};

// OK if `text` is valid UTF-8 within the limits, not blank (unless bytes_min is 0), without control characters (line
// feed is allowed), bidirectional controls, or code points that hide or reorder text. INVALID_ARGUMENT names `field`,
// what was found, where.
absl::Status CheckText(absl::string_view text, absl::string_view field, TextLimits limits);

// OK if `id` is 1 to `bytes_max` characters of [A-Za-z0-9._:-]. INVALID_ARGUMENT names `field`.
absl::Status CheckIdentifier(absl::string_view id, absl::string_view field, size_t bytes_max = 128);

}  // namespace whistle::base

#endif  // WHISTLE_LIBS_BASE_TEXT_H_
