// A projection: what one service has made of its journal, in one store.
//
// State, timeline, indexes, agenda, request ids and the journal position move together, in one WriteSet, so that no
// torn state can be represented. Two implementations, RocksStore (rocks_store.h) and MemoryStore (memory_store.h), pass
// one suite.
//
//   WriteSet set; set.PutCase(id, row); set.PutTimeline(…); set.PutPartition(partition, row);
//   WHISTLE_RETURN_IF_ERROR(store.Commit(set));
//
// Threads: reads from any thread at any time. Commit from any thread; two commits must not touch the same partition at
// once. Errors: DATA_LOSS when what is stored cannot be read as what was written; UNAVAILABLE or RESOURCE_EXHAUSTED
// from the disk; INVALID_ARGUMENT from Commit for a quarantine row without a position.
#ifndef WHISTLE_LIBS_PROJECTION_STORE_H_
#define WHISTLE_LIBS_PROJECTION_STORE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "libs/base/ids.h"
#include "whistle/common/v1/agenda.pb.h"
#include "whistle/projection/v1/rows.pb.h"

namespace whistle::projection {

// The scope of a request id.
struct RequestKey {
  std::string case_id;
  std::string client;
  std::string request_id;
};

// Everything that changes together. Order within one set: deletes first, then puts, and of several puts of one key the
// last stays. So a fold that takes several decisions into one set must first net what one of them put and a later one
// took away. Deleting what is not there is no error.
struct WriteSet {
  std::vector<std::pair<std::string, v1::CaseRow>> cases;
  struct Timeline {
    std::string case_id;
    base::Version version;
    v1::TimelineRow row;
  };
  std::vector<Timeline> timeline;
  struct Milestone {
    std::string case_id;
    base::Version version;
    v1::MilestoneRow row;
  };
  std::vector<Milestone> milestones;
  std::vector<std::pair<RequestKey, v1::RequestRow>> requests;
  // An index row is the key (domain::IndexKey) and the case it belongs to; there is no value.
  struct IndexEntry {
    std::string key;
    std::string case_id;
  };
  std::vector<IndexEntry> index_puts;
  std::vector<IndexEntry> index_deletes;
  std::vector<common::v1::AgendaItem> agenda_puts;
  std::vector<common::v1::AgendaItem> agenda_deletes;
  std::vector<v1::QuarantineRow> quarantine;
  std::vector<std::pair<base::PartitionId, v1::PartitionRow>> partitions;

  // Every decision moves its partition and every malformed record is listed: a set without them changes nothing.
  bool empty() const { return cases.empty() && partitions.empty() && quarantine.empty(); }
};

// Reads, each of the latest commit (on a Store) or of one moment (on a snapshot).
class Reader {
 public:
  virtual ~Reader() = default;

  virtual absl::StatusOr<std::optional<v1::CaseRow>> FindCase(absl::string_view case_id) const = 0;
  virtual absl::StatusOr<std::optional<v1::RequestRow>> FindRequest(const RequestKey& key) const = 0;
  virtual absl::StatusOr<std::optional<v1::TimelineRow>> FindTimeline(absl::string_view case_id,
                                                                      base::Version version) const = 0;
  virtual absl::StatusOr<std::optional<v1::PartitionRow>> FindPartition(base::PartitionId partition) const = 0;
  // All partitions with a row, the registry's first.
  virtual absl::StatusOr<std::vector<std::pair<base::PartitionId, v1::PartitionRow>>> ListPartitions() const = 0;

  // Versions from `from` on, in order, at most `limit` rows and about `bytes_max` bytes (at least one row if there is
  // one).
  virtual absl::StatusOr<std::vector<std::pair<base::Version, v1::TimelineRow>>> ScanTimeline(
      absl::string_view case_id, base::Version from, size_t limit, size_t bytes_max) const = 0;

  // The case's last milestone at or before `at`; nothing if there is none.
  virtual absl::StatusOr<std::optional<std::pair<base::Version, v1::MilestoneRow>>> FindMilestone(
      absl::string_view case_id, base::Version at) const = 0;

  // Index rows whose key begins with `prefix`, in order of (key, case id), after `after` (the `cursor` of a row; empty
  // for the start).
  struct IndexRow {
    std::string key;
    std::string case_id;
    // Opaque; page tokens are made of it.
    std::string cursor;
  };
  virtual absl::StatusOr<std::vector<IndexRow>> ScanIndex(absl::string_view prefix, absl::string_view after,
                                                          size_t limit) const = 0;

  // Items due at or before `until`, in order of (due_at, case id, item), after `after` (a row's cursor; empty for the
  // start).
  struct AgendaRow {
    common::v1::AgendaItem item;
    std::string cursor;
  };
  virtual absl::StatusOr<std::vector<AgendaRow>> ScanAgenda(absl::Time until, absl::string_view after,
                                                            size_t limit) const = 0;

  // In order of partition (the registry's first) and offset, after `after`.
  virtual absl::StatusOr<std::vector<v1::QuarantineRow>> ScanQuarantine(
      std::optional<std::pair<base::PartitionId, base::Offset>> after, size_t limit) const = 0;
};

class Store : public Reader {
 public:
  // All or nothing. After it returned OK, every read sees it.
  virtual absl::Status Commit(const WriteSet& set) = 0;

  // One moment, for answers made of several reads. Must be destroyed before the store.
  virtual std::unique_ptr<Reader> Snapshot() const = 0;

  // The number of items on the agenda, at no more cost than reading a number.
  virtual absl::StatusOr<uint64_t> CountAgenda() const = 0;

  // 64 lower-case hex digits: SHA-256 over every key and value of one column family, in key order, as of one moment:
  // what replay equality compares. Equal contents give equal digests in both implementations. Names: state, timeline,
  // milestone, index, agenda, request, meta (partition and quarantine rows; format and fold fingerprint are the store's
  // own and left out). Reads everything: for checks, not for every minute. INVALID_ARGUMENT for another name.
  virtual absl::StatusOr<std::string> ColumnFamilyDigest(absl::string_view column_family) const = 0;
};

// What an item of the agenda is called: "agenda:" and the hex SHA-256 of its deterministic bytes. The request id it is
// executed under.
std::string AgendaRequestId(const common::v1::AgendaItem& item);

}  // namespace whistle::projection

#endif  // WHISTLE_LIBS_PROJECTION_STORE_H_
