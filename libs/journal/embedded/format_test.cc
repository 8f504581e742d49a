// The stored bytes: README.md's worked examples, and every kind of damage to one record.
#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/journal/embedded/mark.h"
#include "libs/journal/embedded/partition_log.h"
#include "libs/journal/embedded/record_format.h"

namespace whistle::journal {
namespace {

const base::PartitionId kPartition = base::PartitionId::Case(3);
const absl::Time kStamp = absl::FromUnixMillis(1'240'000'000'000);
const Record kRecord = {"c-1", "hi", {{"ce_id", "1.1"}}};

std::string Hex(absl::string_view bytes) { return absl::BytesToHexString(bytes); }

TEST(RecordFormatTest, IsWhatTheReadmeShows) {
  const std::string key = DbKey(kPartition, base::Offset{1});
  EXPECT_EQ(Hex(key), "000000040000000000000001");
  EXPECT_EQ(Hex(EncodeRecord(key, kStamp, kRecord)),
            "ee9a750539599066"    // checksum
            "0070c2b520010000"    // stamp
            "03000000632d31"      // key
            "01000000"            // one header:
            "0500000063655f6964"  // its name
            "03000000312e31"      // its value
            "020000006869");      // value
}

TEST(RecordFormatTest, KeysSortByPartitionAndThenByOffset) {
  std::vector<std::string> keys;
  for (base::PartitionId partition : AllPartitions(300)) {
    for (int64_t offset : {int64_t{0}, int64_t{1}, int64_t{255}, int64_t{256}, int64_t{1} << 40, INT64_MAX}) {
      keys.push_back(DbKey(partition, base::Offset{offset}));
      const absl::StatusOr<base::Offset> parsed = OffsetOfDbKey(keys.back(), partition);
      ASSERT_TRUE(parsed.ok()) << parsed.status();
      EXPECT_EQ(parsed->value, offset);
    }
  }
  EXPECT_TRUE(std::is_sorted(keys.begin(), keys.end()));
}

TEST(RecordFormatTest, EveryFlippedBitIsNoticed) {
  const std::string key = DbKey(kPartition, base::Offset{1});
  const std::string whole = EncodeRecord(key, kStamp, kRecord);
  ASSERT_TRUE(DecodeRecord(key, base::Offset{1}, whole).ok());
  for (size_t bit = 0; bit < whole.size() * 8; ++bit) {
    std::string flipped = whole;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
    EXPECT_EQ(DecodeRecord(key, base::Offset{1}, flipped).status().code(), absl::StatusCode::kDataLoss)
        << "bit " << bit;
  }
}

TEST(RecordFormatTest, ARecordCutShortOrGrownIsNoticed) {
  const std::string key = DbKey(kPartition, base::Offset{1});
  const std::string whole = EncodeRecord(key, kStamp, kRecord);
  for (size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(DecodeRecord(key, base::Offset{1}, whole.substr(0, size)).ok()) << size;
  }
  EXPECT_FALSE(DecodeRecord(key, base::Offset{1}, whole + "x").ok());
}

TEST(RecordFormatTest, ARecordServedFromAnothersPlaceIsNoticed) {
  const std::string mine = EncodeRecord(DbKey(kPartition, base::Offset{1}), kStamp, kRecord);
  EXPECT_FALSE(DecodeRecord(DbKey(kPartition, base::Offset{2}), base::Offset{2}, mine).ok());
  EXPECT_FALSE(DecodeRecord(DbKey(base::PartitionId::Case(4), base::Offset{1}), base::Offset{1}, mine).ok());
}

TEST(MarkFormatTest, IsWhatTheReadmeShows) {
  const Mark mark = {"0b7a1e4c-5d2f-4c3a-9e8b-112233445566", {base::Offset{1}, base::Offset{7}}, kStamp};
  const std::string slot = EncodeMarkSlot(mark, 2);
  EXPECT_EQ(slot.size(), kMarkSlotBytes);
  EXPECT_EQ(Hex(slot.substr(0, 96)),
            "574853544d41524b"                                                          // WHSTMARK
            "01000000"                                                                  // format version
            "48000000"                                                                  // length of the body:
            "0200000000000000"                                                          // sequence
            "30623761316534632d356432662d346333612d396538622d313132323333343435353636"  // uuid
            "0070c2b520010000"                                                          // last stamp
            "0200000001000000000000000700000000000000"                                  // ends
            "c6e99e1a907d25ff");                                                        // checksum
  EXPECT_EQ(slot.find_first_not_of('\0', 96), std::string::npos) << "the rest of the page is zero";
}

std::vector<std::shared_ptr<const StoredRecord>> Records(int64_t from, int64_t to, size_t bytes) {
  std::vector<std::shared_ptr<const StoredRecord>> records;
  for (int64_t i = from; i < to; ++i) {
    records.push_back(std::make_shared<const StoredRecord>(
        StoredRecord{base::Offset{i}, kStamp, Record{"", std::string(bytes, 'x'), {}}}));
  }
  return records;
}

TEST(PartitionLogTest, KeepsTheLastRecordsWithinBothBounds) {
  PartitionLog log(base::Offset{10}, {.records_max = 5, .bytes_max = 100});
  log.Publish(Records(10, 20, 10));
  EXPECT_EQ(log.end().value, 20);
  EXPECT_TRUE(log.Tail(base::Offset{14}, {}).records.empty()) << "the sixth last is the store's";
  EXPECT_EQ(log.Tail(base::Offset{15}, {}).records.size(), 5u);
  log.Publish(Records(20, 22, 49));
  EXPECT_EQ(log.Tail(base::Offset{20}, {}).records.size(), 2u);
  EXPECT_TRUE(log.Tail(base::Offset{19}, {}).records.empty()) << "with it there would be 108 bytes";
}

TEST(PartitionLogTest, ARecordLargerThanTheBoundIsLeftToTheStore) {
  PartitionLog log(base::Offset{0}, {.records_max = 5, .bytes_max = 100});
  log.Publish(Records(0, 1, 101));
  const PartitionLog::TailRead read = log.Tail(base::Offset{0}, {});
  EXPECT_EQ(read.end.value, 1);
  EXPECT_TRUE(read.records.empty());
}

TEST(PartitionLogTest, AtTheEndThereIsNothing) {
  PartitionLog log(base::Offset{0}, {.records_max = 5, .bytes_max = 100});
  log.Publish(Records(0, 3, 1));
  const PartitionLog::TailRead read = log.Tail(base::Offset{3}, {});
  EXPECT_EQ(read.end.value, 3);
  EXPECT_TRUE(read.records.empty());
}

}  // namespace
}  // namespace whistle::journal
