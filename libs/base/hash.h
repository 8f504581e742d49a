// SHA-256, the only digest Whistle knows: heads, partition digests, fingerprints.
#ifndef WHISTLE_LIBS_BASE_HASH_H_
#define WHISTLE_LIBS_BASE_HASH_H_

#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <optional>
#include <ostream>
#include <string>

#include "absl/strings/string_view.h"

namespace whistle::base {

// 32 bytes. Plain value, any thread.
class Digest {
 public:
  static constexpr size_t kSize = 32;

  // All zero: d(-1) of a partition digest. Never a real hash.
  Digest() : bytes_{} {}

  // Nothing unless `bytes` is exactly 32 long.
  static std::optional<Digest> FromBytes(absl::string_view bytes);

  absl::string_view bytes() const { return {reinterpret_cast<const char*>(bytes_.data()), kSize}; }
  std::string ToBytes() const { return std::string(bytes()); }
  // 64 lower-case hex digits.
  std::string ToHex() const;
  // The first 12 hex digits, for people.
  std::string ToShortHex() const;

  friend auto operator<=>(const Digest&, const Digest&) = default;
  template <typename H>
  friend H AbslHashValue(H h, const Digest& d) {
    return H::combine(std::move(h), d.bytes_);
  }
  friend std::ostream& operator<<(std::ostream& os, const Digest& d) { return os << d.ToHex(); }

 private:
  friend Digest Sha256(std::initializer_list<absl::string_view> parts);

  std::array<uint8_t, kSize> bytes_;
};

// SHA-256 of the parts one after another, with nothing between them.
Digest Sha256(std::initializer_list<absl::string_view> parts);
inline Digest Sha256(absl::string_view bytes) { return Sha256({bytes}); }

}  // namespace whistle::base

#endif  // WHISTLE_LIBS_BASE_HASH_H_
