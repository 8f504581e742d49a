// The folder of a service's projection: whose it is, which format it has, that one process at a time is in it, and
// which of the databases in it serves.
//
//   DIR/FORMAT   "whistle-projection 2\n": what the folder is and how its rows are laid out
//   DIR/LOCK     locked (flock) while a store is open; holds the owner's process id
//   DIR/SERVING  "serving db-2\nkept db\n": the database that serves, and what it replaced; absent: "db" serves
//   DIR/db/, DIR/db-2/, …   a RocksDB each; what neither serves nor is kept was never finished
//   DIR/copy/    a checkpoint being copied in, not yet whole
//   DIR/stale/   a database being deleted; gone after the next Enter at the latest
//
// A database never moves once it can serve: what changes is SERVING, which is renamed into place and synced. So a crash
// at any moment leaves a whole database named by it. The object holds the lock as long as it lives. Any thread.
#ifndef WHISTLE_LIBS_PROJECTION_STORE_FOLDER_H_
#define WHISTLE_LIBS_PROJECTION_STORE_FOLDER_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"

namespace whistle::projection {

// Names the layout of keys and values. Raised by hand when rows are laid out differently; what is folded into them is
// the fold fingerprint's business. 1: no milestones.
inline constexpr int kStoreFormat = 2;

class StoreFolder {
 public:
  // Makes the folder if need be, checks that it is a projection's of this format, and locks it. FAILED_PRECONDITION
  // says what was found instead: something else's folder, another format, another process in it, no permission to
  // write. RESOURCE_EXHAUSTED: the disk is full. DATA_LOSS: the database is there but its entry point is not, or
  // SERVING says what it cannot. UNAVAILABLE: the machine does not let FORMAT or SERVING be read now.
  static absl::StatusOr<std::shared_ptr<StoreFolder>> Enter(const std::string& dir);
  // The same, but what is there of an older format is taken away: see replaced_format.
  static absl::StatusOr<std::shared_ptr<StoreFolder>> EnterOrReplaceOlder(const std::string& dir);

  // The same for a store that is there and stays as it is, byte for byte: nothing is made, deleted or written down.
  // FAILED_PRECONDITION also if no store was ever made there.
  static absl::StatusOr<std::unique_ptr<StoreFolder>> Look(const std::string& dir);

  // Whether it says of itself that it is a projection's folder, of whatever format.
  static bool IsOne(const std::string& dir);

  ~StoreFolder();
  StoreFolder(const StoreFolder&) = delete;
  StoreFolder& operator=(const StoreFolder&) = delete;

  // The older format whose databases EnterOrReplaceOlder took away, if it did.
  std::optional<int> replaced_format() const { return replaced_format_; }

  const std::string& dir() const { return dir_; }
  std::string PathOf(absl::string_view name) const { return dir_ + "/" + std::string(name); }

  // The name of the database that serves, whether it is there yet or not.
  std::string serving() const;
  // Those that were replaced and not yet discarded, the last one last.
  std::vector<std::string> kept() const;
  // Databases that neither serve nor are kept: what an interrupted rebuild left, or one that is being filled.
  absl::StatusOr<std::vector<std::string>> Unfinished() const;
  // A name that no database here has.
  absl::StatusOr<std::string> NewName() const;

  // From now on `name` serves, whatever happens; the one that served until now is kept.
  absl::Status Serve(const std::string& name);
  // Takes a database away, whole or not at all. It must be closed, and must not be the one that serves.
  absl::Status Discard(const std::string& name);

  // What a checkpoint is copied into. Emptied first; becomes a database under the name that is returned.
  absl::StatusOr<std::string> BeginCopy();
  absl::StatusOr<std::string> FinishCopy();

 private:
  StoreFolder(std::string dir, int lock_fd) : dir_(std::move(dir)), lock_fd_(lock_fd) {}

  static absl::StatusOr<std::shared_ptr<StoreFolder>> EnterAs(const std::string& dir, bool replace_older);
  // Takes away every database and SERVING, then names this program's format: in this order, so that what is interrupted
  // is done again.
  absl::Status ReplaceFormat(int older);
  absl::Status ReadServing() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status Point(std::string serving, std::vector<std::string> kept) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::string dir_;
  // -1 for a copy that nobody ever opened.
  const int lock_fd_;
  mutable absl::Mutex mutex_;
  std::string serving_ ABSL_GUARDED_BY(mutex_) = "db";
  std::vector<std::string> kept_ ABSL_GUARDED_BY(mutex_);
  std::optional<int> replaced_format_;
};

}  // namespace whistle::projection

#endif  // WHISTLE_LIBS_PROJECTION_STORE_FOLDER_H_
