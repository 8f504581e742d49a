// Which decisions of a journal count, told from its bytes: each names the hash of its case's last one that counts.
#ifndef WHISTLE_TESTS_BENCH_YEAR_CHAIN_H_
#define WHISTLE_TESTS_BENCH_YEAR_CHAIN_H_

#include <cstdint>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "libs/base/hash.h"
#include "whistle/journal/v1/journal.pb.h"

namespace whistle::year {

class Chain {
 public:
  // The decision's version in its case, from 1 on; 0 if it does not count. `value`: the bytes as stored.
  uint64_t Take(const std::string& value, const journal::v1::Decision& decision) {
    Head& head = heads_[decision.case_id()];
    if (decision.parent() != head.hash) return 0;
    head.hash = base::Sha256(value).ToBytes();
    return ++head.version;
  }

 private:
  struct Head {
    std::string hash;
    uint64_t version = 0;
  };
  absl::flat_hash_map<std::string, Head> heads_;
};

}  // namespace whistle::year

#endif  // WHISTLE_TESTS_BENCH_YEAR_CHAIN_H_
