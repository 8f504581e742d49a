// A disk for tests: counts what RocksDB syncs, lets a test hold a sync back, and fails when told.
#ifndef WHISTLE_LIBS_JOURNAL_EMBEDDED_FAULTY_DISK_H_
#define WHISTLE_LIBS_JOURNAL_EMBEDDED_FAULTY_DISK_H_

#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "rocksdb/env.h"
#include "rocksdb/file_system.h"

namespace whistle::journal {

// What a test says and what the log's syncs did. Any thread.
class SyncControl {
 public:
  // Syncs wait from now on, until Release.
  void Hold();
  void Release();
  // Waits until a sync is being held.
  void AwaitHeld();
  // The next `count` syncs fail; those after succeed again, as a disk's do when the kernel has forgotten the error.
  void FailNext(int count);
  // Syncs that succeeded.
  int synced() const;

  // Called by the disk at each sync of RocksDB's log.
  rocksdb::IOStatus OnSync();

 private:
  mutable absl::Mutex mutex_;
  bool hold_ ABSL_GUARDED_BY(mutex_) = false;
  int held_ ABSL_GUARDED_BY(mutex_) = 0;
  int to_fail_ ABSL_GUARDED_BY(mutex_) = 0;
  int synced_ ABSL_GUARDED_BY(mutex_) = 0;
};

// The machine's files, with `control` over the log's syncs. `control` must outlive it.
std::unique_ptr<rocksdb::Env> MakeFaultyEnv(SyncControl& control);

}  // namespace whistle::journal

#endif  // WHISTLE_LIBS_JOURNAL_EMBEDDED_FAULTY_DISK_H_
