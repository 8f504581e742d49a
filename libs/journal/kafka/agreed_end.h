// Which end of a partition is to be believed: the one of a leader that enough replicas call the leader. A pure
// function.
//
// The end a leader tells is its high watermark. An append with acks=all is acknowledged only after that has passed it,
// so whoever asks *the leader* afterwards is told of an end above it. (A new leader knows its high watermark only some
// time after its election; until it has reached where its own term began it does not answer: KIP-207.) But a leader
// that was deposed while cut off from the other brokers goes on answering as if it led, for as long as the cut lasts,
// with the end as it was before. It must be told from the leader, and no request of its own can do that.
//
// So every replica is asked, alone, who leads; and then, who says that it leads itself, where the partition ends. An
// acknowledged append was written by `min_insync` replicas, which know of the term it was written in. Of any
// `replicas - min_insync + 1` at least one is among them. If so many, asked after the append was acknowledged, call one
// and the same broker the leader, then one of them knows that this broker leads in that term or a later one. Elected by
// the rules (no unclean election), it was in sync in that term or came to be later, so when it was elected it knew of
// the term and had the record: it is no leader of before. What it says of the end from then on is above the record.
// "From then on": it must be asked for the end after the others have said that it leads.
//
// What this rests on: the topic's min.insync.replicas as it was when the journal was opened, no unclean election, and
// that a partition is not moved to other brokers while the old ones are cut off from the new.
#ifndef WHISTLE_LIBS_JOURNAL_KAFKA_AGREED_END_H_
#define WHISTLE_LIBS_JOURNAL_KAFKA_AGREED_END_H_

#include <cstdint>
#include <map>
#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libs/base/ids.h"
#include "libs/journal/kafka/cluster_view.h"

namespace whistle::journal {

// A moment in one process: of two, the later one is the greater.
using Moment = uint64_t;

// What one broker said when it was asked alone.
struct BrokerWord {
  // Its view was asked for after this moment,
  Moment asked = 0;
  // was there before this one, and after it the ends were asked for.
  Moment seen = 0;
  ClusterView view;
  // Of the partitions that it says it leads itself.
  std::map<base::PartitionId, absl::StatusOr<base::Offset>> ends;

  // It says that `leader` leads the partition.
  bool Names(BrokerId leader, base::PartitionId partition) const;
};

struct AgreedEnd {
  base::Offset end;
  BrokerId leader = kNobody;
  // It holds every append that was acknowledged before this moment.
  Moment as_of = 0;
};

// The latest end that the words bear out; nothing if they bear out none. `min_insync`: the topic's
// min.insync.replicas.
std::optional<AgreedEnd> Agree(const std::map<BrokerId, BrokerWord>& words, base::PartitionId partition,
                               int min_insync);

}  // namespace whistle::journal

#endif  // WHISTLE_LIBS_JOURNAL_KAFKA_AGREED_END_H_
