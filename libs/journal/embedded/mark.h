// The acknowledged-through mark: how far every partition had been acknowledged, in a file of its own.
//
// RocksDB's recovery can silently drop a synced tail when a byte of its log flips. The mark is what notices: a journal
// that ends before its mark has lost something that somebody was promised. It is written after each sync and before the
// acknowledgements, into two slots in turn, so that a torn write leaves the slot before it whole. README.md has the
// layout.
#ifndef WHISTLE_LIBS_JOURNAL_EMBEDDED_MARK_H_
#define WHISTLE_LIBS_JOURNAL_EMBEDDED_MARK_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "libs/base/ids.h"
#include "libs/journal/embedded/record_format.h"

namespace whistle::journal {

struct Mark {
  // Of the journal it belongs to.
  std::string uuid;
  // One for each partition, in the order of AllPartitions.
  std::vector<base::Offset> ends;
  // The latest stamp that was acknowledged.
  absl::Time last_stamp;
};

// One slot is one page, so that writing it never tears into the other.
inline constexpr size_t kMarkSlotBytes = 4096;

// The bytes of one slot. `sequence` counts the writes; the higher one of two whole slots is the mark.
std::string EncodeMarkSlot(const Mark& mark, uint64_t sequence, uint32_t format_version = kFormatVersion);

// An open mark file. One thread at a time.
class MarkFile {
 public:
  // Makes the file with `mark` in both slots, synced. Must not exist.
  static absl::StatusOr<std::unique_ptr<MarkFile>> Create(const std::string& path, const Mark& mark);

  // DATA_LOSS, naming the file, if it is missing or neither slot is whole; FAILED_PRECONDITION if it is of another
  // format version.
  enum class Access { kReadOnly, kReadWrite };
  static absl::StatusOr<std::unique_ptr<MarkFile>> Open(const std::string& path, Access access = Access::kReadWrite);

  ~MarkFile();
  MarkFile(const MarkFile&) = delete;
  MarkFile& operator=(const MarkFile&) = delete;

  // As found at Open or last written.
  const Mark& mark() const { return mark_; }

  // Writes into the slot that is not the latest. It survives the death of the process at once, and that of the machine
  // when the kernel has written it, or Sync() has: an older mark asks for less, and is no danger.
  absl::Status Write(Mark mark);
  absl::Status Sync();

 private:
  MarkFile(std::string path, int fd) : path_(std::move(path)), fd_(fd) {}

  absl::Status WriteSlot(int slot, absl::string_view bytes);

  const std::string path_;
  const int fd_;
  Mark mark_;
  uint64_t sequence_ = 0;
};

// What the file at `path` says, without being able to change it. Errors as MarkFile::Open.
absl::StatusOr<Mark> ReadMark(const std::string& path);

}  // namespace whistle::journal

#endif  // WHISTLE_LIBS_JOURNAL_EMBEDDED_MARK_H_
