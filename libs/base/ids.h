// Strong types for the numbers and digests that must never be confused.
//
// All are plain values: copy freely, use from any thread.
#ifndef WHISTLE_LIBS_BASE_IDS_H_
#define WHISTLE_LIBS_BASE_IDS_H_

#include <compare>
#include <cstdint>
#include <ostream>
#include <string>

#include "absl/strings/str_cat.h"

namespace whistle::base {

// A record's place in its partition, from 0; offset 0 is the genesis record. The end of a partition is the offset of
// the record that would be appended next.
struct Offset {
  int64_t value = 0;

  friend auto operator<=>(const Offset&, const Offset&) = default;
  Offset Next() const { return Offset{value + 1}; }
};

// The number of accepted decisions of a case; 0 before the first.
struct Version {
  uint64_t value = 0;

  friend auto operator<=>(const Version&, const Version&) = default;
  Version Next() const { return Version{value + 1}; }
};

// One partition of one topic of a journal.
class PartitionId {
 public:
  static constexpr PartitionId Case(int32_t index) { return PartitionId(false, index); }
  static constexpr PartitionId Registry() { return PartitionId(true, 0); }

  constexpr bool is_registry() const { return registry_; }
  // From 0 within the topic.
  constexpr int32_t index() const { return index_; }

  friend auto operator<=>(const PartitionId&, const PartitionId&) = default;

  // "7" for a case partition, "registry" for the registry's.
  std::string ToString() const { return registry_ ? "registry" : absl::StrCat(index_); }

 private:
  constexpr PartitionId(bool registry, int32_t index) : registry_(registry), index_(index) {}

  bool registry_;
  int32_t index_;
};

template <typename H>
H AbslHashValue(H h, const PartitionId& id) {
  return H::combine(std::move(h), id.is_registry(), id.index());
}

inline std::ostream& operator<<(std::ostream& os, Offset offset) { return os << offset.value; }
inline std::ostream& operator<<(std::ostream& os, Version version) { return os << version.value; }
inline std::ostream& operator<<(std::ostream& os, PartitionId id) { return os << id.ToString(); }

}  // namespace whistle::base

#endif  // WHISTLE_LIBS_BASE_IDS_H_
