// The journal of one machine: a folder that belongs to one process, made on first start.
//
//   auto journal = EmbeddedJournal::Open({.dir = "var/journal", .clock = &clock, .on_fatal = exit});
//
// Appends wait in a queue; one writer thread takes all that are there, stamps them, writes them as one synced batch,
// writes the acknowledged-through mark, and only then shows and acknowledges them. README.md describes the folder.
//
// Threads: as journal.h says. Callbacks and on_ready run on the writer thread. A reader must not be opened or destroyed
// by an on_ready, nor under a lock that an on_ready of the same partition takes.
#ifndef WHISTLE_LIBS_JOURNAL_EMBEDDED_EMBEDDED_JOURNAL_H_
#define WHISTLE_LIBS_JOURNAL_EMBEDDED_EMBEDDED_JOURNAL_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "libs/base/clock.h"
#include "libs/base/ids.h"
#include "libs/journal/embedded/folder.h"
#include "libs/journal/embedded/mark.h"
#include "libs/journal/embedded/open.h"
#include "libs/journal/embedded/partition_log.h"
#include "libs/journal/embedded/store.h"
#include "libs/journal/journal.h"

namespace whistle::journal {

// A record's key and headers together. Ours take some hundred bytes; the bound keeps a record's whole size bounded.
inline constexpr size_t kKeyAndHeadersBytesMax = 16 * 1024;

struct EmbeddedOptions {
  // Made if it is not there.
  std::string dir = {};
  // Gives the stamps. Must outlive the journal.
  const base::Clock* clock = nullptr;
  // A journal made on the other kind is refused.
  ClockKind clock_kind = ClockKind::kReal;
  // Of a journal that is made now; one that is there keeps its own.
  int partition_count = kPartitionCountDefault;
  // For an import alone: a journal that is made now says that it was imported from there; one that is there is opened
  // though its import is unfinished; and records of any size are taken, for whether they count was settled elsewhere.
  std::optional<ImportedFrom> importing = std::nullopt;

  // How much may wait for the writer; more is answered RESOURCE_EXHAUSTED. On a disk that syncs in 5 ms the queue never
  // holds more than a few hundred records; one that is full means the disk has stalled.
  size_t queue_records_max = 16 * 1024;
  size_t queue_bytes_max = 64 * 1024 * 1024;
  // How much is synced at once: bounds what the first of a batch waits for the last.
  size_t batch_records_max = 1024;
  size_t batch_bytes_max = 4 * 1024 * 1024;
  // How much of each partition's end is kept in memory for readers.
  size_t tail_records_max = 1024;
  size_t tail_bytes_max = 1024 * 1024;
  // How much RocksDB keeps in its log before it writes a table; also how much is read again at start.
  size_t memtable_bytes = 64 * 1024 * 1024;
  // Less free than this, and it is not opened: opening writes a table of what RocksDB's log held, and a full disk is
  // better told of at start than by the first command.
  uint64_t free_bytes_min = 32 * 1024 * 1024;

  // Called once, from the writer thread, when the disk failed: nothing will be acknowledged any more, and the process
  // should exit and be started again. Must not destroy the journal.
  std::function<void(const absl::Status&)> on_fatal = nullptr;

  // An operator's last resort: take a journal whose mark is lost as it is, and make a new mark.
  bool recreate_mark = false;

  // For tests that break the disk; null: the machine's files.
  rocksdb::Env* rocksdb_env = nullptr;
};

class EmbeddedJournal final : public Journal {
 public:
  // Opens the journal in `options.dir`, or makes one. Errors, each saying what to do:
  //   INVALID_ARGUMENT     the options cannot be
  //   FAILED_PRECONDITION  the folder is in use, is no folder, holds something else, another format version, the other
  //                        clock kind, or an import that is unfinished
  //   PERMISSION_DENIED    the folder cannot be written
  //   RESOURCE_EXHAUSTED   the disk is full
  //   DATA_LOSS            what is stored is damaged, or ends before what was acknowledged. No byte of it was changed
  static absl::StatusOr<std::unique_ptr<EmbeddedJournal>> Open(EmbeddedOptions options);

  // Finishes what was queued. Readers must be gone.
  ~EmbeddedJournal() override;

  const Identity& identity() const override { return identity_; }
  void Append(base::PartitionId partition, Record record, AppendDone done) override;
  void End(base::PartitionId partition, EndDone done) override;
  absl::StatusOr<std::unique_ptr<Reader>> OpenReader(base::PartitionId partition, base::Offset from,
                                                     std::function<void()> on_ready) override;

  // The latest stamp of all records: where a virtual clock goes on after a restart.
  absl::Time LastStamp() const;

 private:
  struct Queued {
    base::PartitionId partition;
    Record record;
    AppendDone done;
  };
  struct Batch {
    absl::Time stamp;
    std::vector<Queued> appends;
  };
  class EmbeddedReader;

  EmbeddedJournal(EmbeddedOptions options, OpenedFolder opened);

  bool HasPartition(base::PartitionId partition) const;
  absl::Status CheckRecord(base::PartitionId partition, const Record& record) const;

  // The writer thread.
  void Run();
  // Waits for appends; none when the journal is closing and all are written.
  Batch TakeBatch();
  void Commit(Batch batch);
  absl::Status Write(const std::vector<PlacedRecord>& records, std::vector<base::Offset> ends, absl::Time last_stamp);
  void Fail(absl::Status why, Batch batch);

  const EmbeddedOptions options_;
  // The lock on the folder goes last.
  const std::unique_ptr<Folder> folder_;
  const std::unique_ptr<MarkFile> mark_;  // The writer thread's.
  const std::unique_ptr<Store> store_;
  const Identity identity_;
  // In the order of AllPartitions.
  std::vector<std::unique_ptr<PartitionLog>> partitions_;

  mutable absl::Mutex mutex_;
  std::deque<Queued> queue_ ABSL_GUARDED_BY(mutex_);
  size_t queue_bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  bool closing_ ABSL_GUARDED_BY(mutex_) = false;
  // Not OK from the first failed write on, for ever.
  absl::Status failed_ ABSL_GUARDED_BY(mutex_);
  absl::Time last_stamp_ ABSL_GUARDED_BY(mutex_);

  std::thread writer_;
};

}  // namespace whistle::journal

#endif  // WHISTLE_LIBS_JOURNAL_EMBEDDED_EMBEDDED_JOURNAL_H_
