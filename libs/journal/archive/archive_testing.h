// What the archive's tests share: a small journal's records, written into an archive and read back.
#ifndef WHISTLE_LIBS_JOURNAL_ARCHIVE_ARCHIVE_TESTING_H_
#define WHISTLE_LIBS_JOURNAL_ARCHIVE_ARCHIVE_TESTING_H_

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "libs/journal/archive/reader.h"
#include "libs/journal/archive/writer.h"
#include "libs/journal/embedded/test_folder.h"
#include "libs/journal/genesis.h"

namespace whistle::journal {

inline const absl::Time kMade = absl::FromUnixMillis(1'240'000'000'000);
inline const absl::Time kExported = absl::FromUnixMillis(1'600'000'000'000);
inline constexpr char kUuid[] = "0b7a1e4c-5d2f-4c3a-9e8b-112233445566";

inline Identity SmallIdentity(int partition_count = 2) {
  return {.uuid = kUuid, .partition_count = partition_count, .created_at = kMade, .clock_kind = ClockKind::kVirtual};
}

// The records of a journal, of each partition in the order of AllPartitions.
struct SmallJournal {
  Identity identity;
  std::vector<std::vector<StoredRecord>> partitions;

  explicit SmallJournal(Identity which = SmallIdentity()) : identity(std::move(which)) {
    for (const base::PartitionId partition : AllPartitions(identity.partition_count)) {
      partitions.emplace_back();
      Add(partition, GenesisRecord(identity, partition), kMade);
    }
  }

  void Add(base::PartitionId partition, Record record, absl::Time stamp) {
    auto& records = partitions[PlaceOf(partition)];
    records.push_back({base::Offset{static_cast<int64_t>(records.size())}, stamp, std::move(record)});
  }

  ArchiveHeader header() const {
    ArchiveHeader header{.identity = identity, .journal_kind = "embedded", .exported_at = kExported, .ends = {}};
    header.identity.imported_from.reset();
    for (const auto& records : partitions) header.ends.push_back(base::Offset{static_cast<int64_t>(records.size())});
    return header;
  }
};

// A registry of one record, a case partition of three, and one of nothing but its genesis.
inline SmallJournal ThreeRecords() {
  SmallJournal journal;
  journal.Add(base::PartitionId::Registry(), {"registry", "an organization", {}}, kMade + absl::Seconds(1));
  const auto cases = base::PartitionId::Case(0);
  journal.Add(cases, {"c-1", "hi", {{"ce_id", "1.1"}}}, kMade + absl::Seconds(2));
  journal.Add(cases, {"", std::string("\0\xff", 2), {{"", ""}, {"whistle_recorded_at", "5"}}},
              kMade + absl::Seconds(4));
  journal.Add(cases, {"c-2", "", {}}, kMade + absl::Seconds(3));
  return journal;
}

// Appends what is missing.
inline absl::Status AppendRest(ArchiveWriter& writer, const SmallJournal& journal) {
  while (const auto next = writer.tally().next()) {
    const StoredRecord& record = journal.partitions[PlaceOf(next->first)][static_cast<size_t>(next->second.value)];
    if (absl::Status status = writer.Append(next->first, record); !status.ok()) return status;
  }
  return absl::OkStatus();
}

inline absl::StatusOr<ArchiveFooter> Write(const std::string& path, const SmallJournal& journal) {
  auto writer = ArchiveWriter::Create(path, journal.header());
  if (!writer.ok()) return writer.status();
  if (absl::Status status = AppendRest(**writer, journal); !status.ok()) return status;
  return (*writer)->Finish();
}

inline std::string FileBytes(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream out;
  out << file.rdbuf();
  return out.str();
}

inline void PutFile(const std::string& path, const std::string& bytes) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << bytes;
  ASSERT_TRUE(file.flush().good());
}

// Everything in an archive, or why it is refused.
inline absl::StatusOr<std::vector<ArchiveBlock>> ReadAllBlocks(const std::string& path) {
  auto reader = ArchiveReader::Open(path);
  if (!reader.ok()) return reader.status();
  std::vector<ArchiveBlock> blocks;
  while (true) {
    auto block = (*reader)->Next();
    if (!block.ok()) return block.status();
    if (!block->has_value()) return blocks;
    blocks.push_back(**std::move(block));
  }
}

inline bool Same(const StoredRecord& a, const StoredRecord& b) {
  return a.offset == b.offset && a.stamp == b.stamp && a.record.key == b.record.key &&
         a.record.value == b.record.value && a.record.headers == b.record.headers;
}

// Where the frames of an archive's bytes begin, its end last.
inline std::vector<size_t> FrameStarts(const std::string& bytes) {
  std::vector<size_t> starts;
  for (size_t at = kPreambleBytes; at < bytes.size();) {
    starts.push_back(at);
    const auto head = DecodeFrameHead(bytes.substr(at, kFrameHeadBytes));
    EXPECT_TRUE(head.ok());
    at += kFrameHeadBytes + head->body_bytes + base::Digest::kSize;
  }
  starts.push_back(bytes.size());
  return starts;
}

}  // namespace whistle::journal

#endif  // WHISTLE_LIBS_JOURNAL_ARCHIVE_ARCHIVE_TESTING_H_
