// A running service's journal as the journal commands read it: raw records, each judged by the core rule as the engine
// judges it. Reading changes nothing: it asks for records (OperationsService.ReadJournal) and for nothing else.
#ifndef WHISTLE_TOOLS_WHISTLECTL_JOURNAL_READER_H_
#define WHISTLE_TOOLS_WHISTLECTL_JOURNAL_READER_H_

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/base/ids.h"
#include "libs/engine/judged.h"
#include "libs/journal/journal.h"
#include "tools/whistlectl/client.h"
#include "whistle/operations/v1/service.pb.h"

namespace whistle::whistlectl {

// A record's place.
struct Place {
  base::PartitionId partition = base::PartitionId::Registry();
  base::Offset offset;

  // "7:123", "registry:4".
  std::string ToString() const { return absl::StrCat(partition.ToString(), ":", offset.value); }
};

// "7" or "registry"; "7:123" or "registry:4". A usage error says what was expected.
absl::StatusOr<base::PartitionId> ParsePartition(absl::string_view text);
absl::StatusOr<Place> ParsePlace(absl::string_view text);

// One record, and what the rule makes of it.
struct ReadRecord {
  Place place;
  journal::StoredRecord stored;
  engine::Judged judged;
};

// One thread at a time; the client outlives it.
class JournalReader {
 public:
  // Asks what the journal is and where it ends.
  static absl::StatusOr<JournalReader> Open(Client& client);

  const std::string& uuid() const { return status_.journal_uuid(); }
  int partition_count() const { return status_.partition_count(); }
  // Where the partition ended when that was last asked; 0 for one that there is not.
  base::Offset End(base::PartitionId partition) const;
  // NOT_FOUND naming what there is if the journal has no such partition.
  absl::Status CheckPartition(base::PartitionId partition) const;
  // Asks again where the partitions end.
  absl::Status AskEnds();

  // The partition's next records, from offset 0 on, up to End(): a stretch of them at a time, none at the end. A
  // record's verdict rests on all before it, so each partition is read from its beginning. Errors: those of
  // engine::JudgedPartition and of the call.
  absl::StatusOr<std::vector<ReadRecord>> Next(base::PartitionId partition);

 private:
  explicit JournalReader(Client& client) : client_(&client) {}

  Client* client_;
  operations::v1::GetJournalStatusResponse status_;
  std::map<base::PartitionId, base::Offset> ends_;
  std::map<base::PartitionId, engine::JudgedPartition> judged_;
};

// One record and its verdict, having read all that it rests on. NOT_FOUND for a place beyond the partition's end.
// `on_earlier` sees every record before it.
absl::StatusOr<ReadRecord> ReadAt(JournalReader& reader, const Place& place,
                                  const std::function<void(const ReadRecord&)>& on_earlier);

// The request for records from a place on, and a record of the answer.
operations::v1::ReadJournalRequest ReadFrom(const Place& place);
journal::StoredRecord ToStored(const operations::v1::ReadJournalResponse& response);

// One record as it is, not judged: nothing but itself is read. NOT_FOUND for a place beyond the partition's end.
absl::StatusOr<journal::StoredRecord> ReadRaw(Client& client, const Place& place);

// "accepted", "superseded-parent", "superseded-time", "malformed", "genesis", "unknown-level".
absl::string_view VerdictWord(engine::Judged::Kind kind);

}  // namespace whistle::whistlectl

#endif  // WHISTLE_TOOLS_WHISTLECTL_JOURNAL_READER_H_
