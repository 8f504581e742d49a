// The whole journal folded anew into a store of its own, by the code that serves: what every projection must equal.
#ifndef WHISTLE_LIBS_VERIFY_FRESH_FOLD_H_
#define WHISTLE_LIBS_VERIFY_FRESH_FOLD_H_

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "libs/domain/model.h"
#include "libs/journal/journal.h"
#include "libs/projection/store.h"
#include "libs/verify/source.h"

namespace whistle::verify {

// Folds one partition up to `last`, that included; goes on where the store stands. `folded` is told of records as they
// are folded. Of one store several partitions may be folded at once.
absl::Status FoldPartition(const Source& source, const domain::Model& model, const journal::Identity& identity,
                           base::PartitionId partition, base::Offset last, projection::Store& store,
                           const std::function<void(size_t)>& folded);

}  // namespace whistle::verify

#endif  // WHISTLE_LIBS_VERIFY_FRESH_FOLD_H_
