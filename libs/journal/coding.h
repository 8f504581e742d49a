// Fixed-width integers in bytes: little-endian in values, big-endian in keys, where bytes must sort like numbers.
#ifndef WHISTLE_LIBS_JOURNAL_CODING_H_
#define WHISTLE_LIBS_JOURNAL_CODING_H_

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>

#include "absl/strings/string_view.h"
#include "libs/base/hash.h"

namespace whistle::journal {

template <typename T>
void PutLittleEndian(std::string& out, T value) {
  for (size_t i = 0; i < sizeof(T); ++i) out.push_back(static_cast<char>(static_cast<uint64_t>(value) >> (8 * i)));
}

template <typename T>
void PutBigEndian(std::string& out, T value) {
  for (size_t i = sizeof(T); i-- > 0;) out.push_back(static_cast<char>(static_cast<uint64_t>(value) >> (8 * i)));
}

// A length and as many bytes.
inline void PutBytes(std::string& out, absl::string_view bytes) {
  PutLittleEndian(out, static_cast<uint32_t>(bytes.size()));
  out.append(bytes.data(), bytes.size());
}

// The first bytes of a SHA-256: far more than random damage needs, and no second kind of hash in the code.
inline constexpr size_t kChecksumBytes = 8;

inline std::string Checksum(std::initializer_list<absl::string_view> parts) {
  return base::Sha256(parts).ToBytes().substr(0, kChecksumBytes);
}

// Takes values off the front of `bytes`. After the first that does not fit, ok() is false and everything read is zero
// or empty.
class ByteReader {
 public:
  explicit ByteReader(absl::string_view bytes) : rest_(bytes) {}

  template <typename T>
  T LittleEndian() {
    const absl::string_view raw = Raw(sizeof(T));
    uint64_t value = 0;
    for (size_t i = 0; i < raw.size(); ++i) value |= static_cast<uint64_t>(static_cast<uint8_t>(raw[i])) << (8 * i);
    return static_cast<T>(value);
  }

  template <typename T>
  T BigEndian() {
    uint64_t value = 0;
    for (char c : Raw(sizeof(T))) value = value << 8 | static_cast<uint8_t>(c);
    return static_cast<T>(value);
  }

  absl::string_view Bytes() { return Raw(LittleEndian<uint32_t>()); }

  absl::string_view Raw(size_t size) {
    if (size > rest_.size()) {
      ok_ = false;
      rest_ = {};
      return {};
    }
    const absl::string_view raw = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return raw;
  }

  bool ok() const { return ok_; }
  absl::string_view rest() const { return rest_; }

 private:
  absl::string_view rest_;
  bool ok_ = true;
};

}  // namespace whistle::journal

#endif  // WHISTLE_LIBS_JOURNAL_CODING_H_
