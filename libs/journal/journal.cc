#include "libs/journal/journal.h"

#include "absl/strings/str_cat.h"
#include "libs/base/check.h"
#include "libs/journal/murmur2.h"

namespace whistle::journal {

base::PartitionId PartitionForCase(absl::string_view case_id, int partition_count) {
  WHISTLE_CHECK(partition_count > 0, absl::StrCat("a journal of ", partition_count, " partitions"));
  return base::PartitionId::Case(static_cast<int32_t>((Murmur2(case_id) & 0x7fffffff) % partition_count));
}

std::vector<base::PartitionId> AllPartitions(int partition_count) {
  std::vector<base::PartitionId> all = {base::PartitionId::Registry()};
  for (int32_t i = 0; i < partition_count; ++i) all.push_back(base::PartitionId::Case(i));
  return all;
}

}  // namespace whistle::journal
