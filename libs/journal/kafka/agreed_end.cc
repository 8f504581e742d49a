#include "libs/journal/kafka/agreed_end.h"

#include <algorithm>
#include <functional>
#include <vector>

namespace whistle::journal {

bool BrokerWord::Names(BrokerId leader, base::PartitionId partition) const {
  const auto seen_as = view.partitions.find(partition);
  return seen_as != view.partitions.end() && seen_as->second.leader == leader;
}

std::optional<AgreedEnd> Agree(const std::map<BrokerId, BrokerWord>& words, base::PartitionId partition,
                               int min_insync) {
  std::optional<AgreedEnd> best;
  for (const auto& [leader, own] : words) {
    const auto end = own.ends.find(partition);
    if (end == own.ends.end() || !end->second.ok()) continue;
    const std::vector<BrokerId>& replicas = own.view.partitions.at(partition).replicas;
    std::vector<Moment> named;
    for (const BrokerId replica : replicas) {
      const auto word = words.find(replica);
      if (word != words.end() && word->second.seen <= own.seen && word->second.Names(leader, partition)) {
        named.push_back(word->second.asked);
      }
    }
    const size_t needed = std::max(1, static_cast<int>(replicas.size()) - min_insync + 1);
    if (named.size() < needed) continue;
    std::sort(named.begin(), named.end(), std::greater<>());
    if (!best || named[needed - 1] > best->as_of) best = AgreedEnd{*end->second, leader, named[needed - 1]};
  }
  return best;
}

}  // namespace whistle::journal
