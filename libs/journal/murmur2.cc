#include "libs/journal/murmur2.h"

#include <cstddef>

namespace whistle::journal {
namespace {

uint32_t ByteAt(absl::string_view data, size_t i) { return static_cast<uint8_t>(data[i]); }

}  // namespace

uint32_t Murmur2(absl::string_view data) {
  constexpr uint32_t kSeed = 0x9747b28c;  // Kafka's.
  constexpr uint32_t kMultiplier = 0x5bd1e995;
  constexpr int kShift = 24;

  uint32_t hash = kSeed ^ static_cast<uint32_t>(data.size());
  const size_t whole = data.size() / 4 * 4;
  for (size_t i = 0; i < whole; i += 4) {
    uint32_t k = ByteAt(data, i) | ByteAt(data, i + 1) << 8 | ByteAt(data, i + 2) << 16 | ByteAt(data, i + 3) << 24;
    k *= kMultiplier;
    k ^= k >> kShift;
    k *= kMultiplier;
    hash *= kMultiplier;
    hash ^= k;
  }
  const size_t rest = data.size() - whole;
  if (rest >= 3) hash ^= ByteAt(data, whole + 2) << 16;
  if (rest >= 2) hash ^= ByteAt(data, whole + 1) << 8;
  if (rest >= 1) {
    hash ^= ByteAt(data, whole);
    hash *= kMultiplier;
  }
  hash ^= hash >> 13;
  hash *= kMultiplier;
  hash ^= hash >> 15;
  return hash;
}

}  // namespace whistle::journal
