#include "libs/base/text.h"

#include <algorithm>
#include <cstdint>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace whistle::base {
namespace {

struct CodePoint {
  uint32_t value;
  size_t bytes;
};

// The code point at the front of `text`, or nothing where the bytes are not well-formed UTF-8 (RFC 3629: no overlong
// forms, no surrogates, nothing above U+10FFFF).
std::optional<CodePoint> DecodeFront(absl::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
  const uint8_t lead = byte(0);
  if (lead < 0x80) return CodePoint{lead, 1};
  size_t bytes = 0;
  uint32_t value = 0;
  uint32_t smallest = 0;
  if ((lead & 0xE0) == 0xC0) {
    bytes = 2, value = lead & 0x1F, smallest = 0x80;
  } else if ((lead & 0xF0) == 0xE0) {
    bytes = 3, value = lead & 0x0F, smallest = 0x800;
  } else if ((lead & 0xF8) == 0xF0) {
    bytes = 4, value = lead & 0x07, smallest = 0x10000;
  } else {
    return std::nullopt;
  }
  if (text.size() < bytes) return std::nullopt;
  for (size_t i = 1; i < bytes; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return std::nullopt;
    value = (value << 6) | (byte(i) & 0x3F);
  }
  if (value < smallest || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) return std::nullopt;
  return CodePoint{value, bytes};
}

bool IsControl(uint32_t c) { return (c < 0x20 && c != '\n') || (c >= 0x7F && c < 0xA0) || c == 0x2028 || c == 0x2029; }

// Unicode's Bidi_Control characters: they make a text read otherwise than it is stored.
bool IsBidiControl(uint32_t c) {
  return c == 0x061C || c == 0x200E || c == 0x200F || (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
}

// Zero-width and noncharacters: they make two texts look the same that are not.
bool IsHidden(uint32_t c) {
  return c == 0x200B || c == 0x2060 || c == 0xFEFF || c == 0x00AD || (c >= 0xE0000 && c <= 0xE007F) ||
         (c >= 0xFDD0 && c <= 0xFDEF) || (c & 0xFFFE) == 0xFFFE;
}

}  // namespace

absl::Status CheckText(absl::string_view text, absl::string_view field, TextLimits limits) {
  if (text.size() > limits.bytes_max) {
    return absl::InvalidArgumentError(
        absl::StrCat(field, ": at most ", limits.bytes_max, " bytes of UTF-8, found ", text.size(), "; shorten it"));
  }
  const bool blank = std::all_of(text.begin(), text.end(), [](unsigned char c) { return absl::ascii_isspace(c); });
  if (text.size() < limits.bytes_min || (limits.bytes_min > 0 && blank)) {
    return absl::InvalidArgumentError(absl::StrCat(field, ": must not be empty"));
  }
  for (size_t at = 0; at < text.size();) {
    const std::optional<CodePoint> point = DecodeFront(text.substr(at));
    if (!point) {
      return absl::InvalidArgumentError(absl::StrCat(field, ": not valid UTF-8 at byte ", at));
    }
    const char* kind = IsControl(point->value)       ? "control character"
                       : IsBidiControl(point->value) ? "bidirectional control"
                       : IsHidden(point->value)      ? "hidden character"
                                                     : nullptr;
    if (kind != nullptr) {
      return absl::InvalidArgumentError(
          absl::StrFormat("%s: %s U+%04X at byte %d; remove it", field, kind, point->value, at));
    }
    at += point->bytes;
  }
  return absl::OkStatus();
}

absl::Status CheckIdentifier(absl::string_view id, absl::string_view field, size_t bytes_max) {
  if (id.empty()) return absl::InvalidArgumentError(absl::StrCat(field, ": must not be empty"));
  if (id.size() > bytes_max) {
    return absl::InvalidArgumentError(absl::StrCat(field, ": at most ", bytes_max, " characters, found ", id.size()));
  }
  for (size_t at = 0; at < id.size(); ++at) {
    const char c = id[at];
    if (!absl::ascii_isalnum(c) && c != '.' && c != '_' && c != ':' && c != '-') {
      return absl::InvalidArgumentError(
          absl::StrFormat("%s: only letters, digits and . _ : - are allowed, found byte 0x%02X at %d", field,
                          static_cast<uint8_t>(c), at));
    }
  }
  return absl::OkStatus();
}

}  // namespace whistle::base
