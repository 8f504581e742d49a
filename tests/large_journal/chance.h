// Chance by the seed: the same numbers on every machine, which the standard library's distributions do not promise.
#ifndef WHISTLE_TESTS_LARGE_JOURNAL_CHANCE_H_
#define WHISTLE_TESTS_LARGE_JOURNAL_CHANCE_H_

#include <cstdint>
#include <random>

namespace whistle::large_journal {

// One thread.
class Chance {
 public:
  explicit Chance(uint64_t seed) : random_(seed) {}

  uint64_t Next() { return random_(); }
  // 0 to n-1.
  uint64_t Below(uint64_t n) { return random_() % n; }
  // Both ends included.
  int64_t Between(int64_t low, int64_t high) {
    return low + static_cast<int64_t>(random_() % static_cast<uint64_t>(high - low + 1));
  }
  bool Percent(int percent) { return Below(100) < static_cast<uint64_t>(percent); }
  // 1 mostly, now and then much more: each doubling is half as likely, up to 1024 times as much. A long tail.
  uint64_t LongTail() {
    int doublings = 0;
    while (doublings < 10 && Below(2) == 0) ++doublings;
    return (4 + Below(5)) << doublings;
  }

 private:
  std::mt19937_64 random_;
};

}  // namespace whistle::large_journal

#endif  // WHISTLE_TESTS_LARGE_JOURNAL_CHANCE_H_
