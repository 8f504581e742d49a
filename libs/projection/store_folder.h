// The folder of one RocksStore: whose it is, which format it has, and that one process at a time is in it.
//
//   DIR/FORMAT   "whistle-projection 2\n": what the folder is and how its rows are laid out
//   DIR/LOCK     locked (flock) while a store is open; holds the owner's process id
//   DIR/db/      the RocksDB
//   DIR/stale/   a database being deleted; gone after the next Enter at the latest
//
// The object holds the lock as long as it lives. One thread. Private to this folder.
#ifndef WHISTLE_LIBS_PROJECTION_STORE_FOLDER_H_
#define WHISTLE_LIBS_PROJECTION_STORE_FOLDER_H_

#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace whistle::projection {

// Names the layout of keys and values. Raised by hand when rows are laid out differently; what is folded into them is
// the fold fingerprint's business. 1: no milestones.
inline constexpr int kStoreFormat = 2;

class StoreFolder {
 public:
  // Makes the folder if need be, checks that it is a projection's of this format, and locks it. A database of an older
  // format is taken away first: see replaced_format. FAILED_PRECONDITION says what was found instead: something else's
  // folder, a newer format, another process in it, no permission to write. RESOURCE_EXHAUSTED: the disk is full.
  // DATA_LOSS: the database is there but its entry point is not.
  static absl::StatusOr<std::unique_ptr<StoreFolder>> Enter(const std::string& dir);

  ~StoreFolder();
  StoreFolder(const StoreFolder&) = delete;
  StoreFolder& operator=(const StoreFolder&) = delete;

  // The older format whose database Enter took away, if it did.
  std::optional<int> replaced_format() const { return replaced_format_; }

  std::string database_dir() const { return dir_ + "/db"; }

  // Takes the database away, whole or not at all. It must be closed.
  absl::Status DiscardDatabase();

 private:
  StoreFolder(std::string dir, int lock_fd) : dir_(std::move(dir)), lock_fd_(lock_fd) {}

  std::string dir_;
  int lock_fd_;
  std::optional<int> replaced_format_;
};

}  // namespace whistle::projection

#endif  // WHISTLE_LIBS_PROJECTION_STORE_FOLDER_H_
