// One column family of a projection against a fresh fold's: row by row where its store can be opened, by digest where a
// service has it open.
#ifndef WHISTLE_LIBS_VERIFY_COMPARE_ROWS_H_
#define WHISTLE_LIBS_VERIFY_COMPARE_ROWS_H_

#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "libs/projection/rocks_store.h"
#include "libs/verify/problems.h"
#include "libs/verify/stand.h"

namespace whistle::verify {

// What a column family came to.
struct FamilyDigest {
  std::string service;
  std::string family;
  uint64_t rows = 0;
  // As Store::ColumnFamilyDigest gives it, of the fresh fold; and of the projection.
  std::string fresh;
  std::string stored;
};

// Names every row that differs, is missing or is not of the journal. `compared` is told of rows as they are compared,
// some hundred at a time.
absl::StatusOr<FamilyDigest> CompareFamily(const projection::RocksStore& fresh, const Stand& stand,
                                           projection::Family family, Problems& problems,
                                           const std::function<void(uint64_t)>& compared);

// The same of the digest that the service told (Stand::digests).
absl::StatusOr<FamilyDigest> CompareDigest(const projection::RocksStore& fresh, const Stand& stand,
                                           projection::Family family, Problems& problems);

}  // namespace whistle::verify

#endif  // WHISTLE_LIBS_VERIFY_COMPARE_ROWS_H_
