// The embedded journal's folder: who has it, what is in it, and how it comes to be.
//
//   DIR/lock           held by the process that has the journal open
//   DIR/store/         the journal: db/ (RocksDB) and mark
//   DIR/store.making/  a journal that is being made; becomes store/ by one rename, so there is a whole journal or none
#ifndef WHISTLE_LIBS_JOURNAL_EMBEDDED_FOLDER_H_
#define WHISTLE_LIBS_JOURNAL_EMBEDDED_FOLDER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace whistle::journal {

// The paths inside store/ or store.making/.
std::string DbPath(absl::string_view store_dir);
std::string MarkPath(absl::string_view store_dir);

// A folder that this process, and no other, has. Its owner opens at most one journal in it.
class Folder {
 public:
  // Makes the folder if there is none, and takes it. FAILED_PRECONDITION if it is in use, is no folder, or holds
  // something that is no journal; PERMISSION_DENIED if it cannot be written.
  static absl::StatusOr<std::unique_ptr<Folder>> Take(const std::string& dir);

  // Takes a folder with a journal in it without changing a byte: nothing is made, and whose it is, is not written down.
  // FAILED_PRECONDITION if it is in use or holds no journal.
  static absl::StatusOr<std::unique_ptr<Folder>> Look(const std::string& dir);

  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  bool HasStore() const;
  std::string StoreDir() const;

  // An empty store.making/; what an interrupted making left there was never a journal, and is removed.
  absl::StatusOr<std::string> StartMaking();
  // Turns store.making/ into store/, durably.
  absl::Status FinishMaking();

 private:
  Folder(std::string dir, int lock_fd) : dir_(std::move(dir)), lock_fd_(lock_fd) {}

  const std::string dir_;
  // -1 for a copy that nobody ever opened.
  const int lock_fd_;
};

// A failed system call as ours: what `doing` met, PERMISSION_DENIED for a folder that cannot be written,
// RESOURCE_EXHAUSTED for a full disk.
absl::Status SystemError(int error, absl::string_view doing);

// RESOURCE_EXHAUSTED if the disk under `dir` has less than `bytes` free.
absl::Status CheckFree(const std::string& dir, uint64_t bytes);

// Makes the entries of `dir` durable.
absl::Status SyncDir(const std::string& dir);

}  // namespace whistle::journal

#endif  // WHISTLE_LIBS_JOURNAL_EMBEDDED_FOLDER_H_
