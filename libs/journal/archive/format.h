// The bytes of an archive: README.md has the grammar and a worked example, format_test.cc keeps both true.
//
// Plain functions and values, any thread.
#ifndef WHISTLE_LIBS_JOURNAL_ARCHIVE_FORMAT_H_
#define WHISTLE_LIBS_JOURNAL_ARCHIVE_FORMAT_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "libs/base/hash.h"
#include "libs/base/ids.h"
#include "libs/journal/journal.h"

namespace whistle::journal {

inline constexpr absl::string_view kArchiveMagic = "WHSTARCH";
// Raised when the format changes; an archive of another version is refused.
inline constexpr uint32_t kArchiveVersion = 1;
inline constexpr size_t kPreambleBytes = 12;

// A block is closed once its records take this much: large enough to compress well, small enough that a reader's memory
// and what a torn tail costs stay small.
inline constexpr size_t kBlockRawBytes = 1024 * 1024;
// No record is larger with its key and headers: Kafka's topics take about 1 MiB.
inline constexpr size_t kArchivedRecordBytesMax = 4 * 1024 * 1024;
// So no block is larger than this, compressed or not; a reader refuses what says it is before it makes room for it.
inline constexpr size_t kBlockBytesMax = 8 * 1024 * 1024;
static_assert(kBlockRawBytes + kArchivedRecordBytesMax < kBlockBytesMax);

// What an archive was taken from.
struct ArchiveHeader {
  Identity identity;
  // "embedded" or "kafka".
  std::string journal_kind;
  absl::Time exported_at;
  // Where each partition ended when the export began, in the order of AllPartitions: the archive has the records from
  // offset 0 to below.
  std::vector<base::Offset> ends;
};

struct PartitionTotal {
  base::Offset end;
  // Of the partition up to its end, as the journal's services have it.
  base::Digest digest;
};

// What a finished archive holds.
struct ArchiveFooter {
  // In the order of AllPartitions.
  std::vector<PartitionTotal> partitions;
  // The latest stamp of all records.
  absl::Time last_stamp;
  // SHA-256 of the checksums of all frames before the footer, one after another: it names the archive.
  base::Digest whole;
};

// The parts of an archive, each with its own checksum.
enum class FrameKind { kHeader, kRecords, kFooter };

struct FrameHead {
  FrameKind kind = FrameKind::kHeader;
  // 0 for the header, then one more each.
  uint32_t number = 0;
  uint32_t body_bytes = 0;
};

inline constexpr size_t kFrameHeadBytes = 20;

std::string EncodePreamble();
// INVALID_ARGUMENT for a file that is no archive; FAILED_PRECONDITION for one of another version.
absl::Status CheckPreamble(absl::string_view bytes);

// A whole frame. `root` is the checksum of the archive's header frame; for the header itself the preamble takes its
// place.
std::string EncodeFrame(FrameKind kind, uint32_t number, absl::string_view body, absl::string_view root);
// DATA_LOSS if the bytes are no frame's head.
absl::StatusOr<FrameHead> DecodeFrameHead(absl::string_view bytes);
base::Digest FrameChecksum(absl::string_view head, absl::string_view body, absl::string_view root);

std::string EncodeHeader(const ArchiveHeader& header);
std::string EncodeFooter(const ArchiveFooter& footer);
// The records are of one partition, in order, and at least one. Compressed by zstd.
std::string EncodeRecords(base::PartitionId partition, const std::vector<StoredRecord>& records);

// DATA_LOSS, saying what was expected, for what its Encode never gives.
absl::StatusOr<ArchiveHeader> DecodeHeader(absl::string_view body);
absl::StatusOr<ArchiveFooter> DecodeFooter(absl::string_view body);
struct ArchiveBlock {
  base::PartitionId partition = base::PartitionId::Registry();
  std::vector<StoredRecord> records;
};
absl::StatusOr<ArchiveBlock> DecodeRecords(absl::string_view body);

// What a record takes in a block, before compression.
size_t ArchivedBytes(const Record& record);

}  // namespace whistle::journal

#endif  // WHISTLE_LIBS_JOURNAL_ARCHIVE_FORMAT_H_
