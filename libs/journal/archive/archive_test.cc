#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/journal/archive/archive_testing.h"
#include "libs/journal/carried.h"
#include "rapidcheck/gtest.h"

namespace whistle::journal {
namespace {

using ::testing::HasSubstr;

// All records of an archive equal those of the journal.
void ExpectHolds(const std::string& path, const SmallJournal& journal) {
  const auto blocks = ReadAllBlocks(path);
  ASSERT_TRUE(blocks.ok()) << blocks.status();
  std::vector<std::vector<StoredRecord>> found(journal.partitions.size());
  for (const ArchiveBlock& block : *blocks) {
    auto& records = found[PlaceOf(block.partition)];
    records.insert(records.end(), block.records.begin(), block.records.end());
  }
  for (size_t place = 0; place < found.size(); ++place) {
    ASSERT_EQ(found[place].size(), journal.partitions[place].size()) << place;
    for (size_t i = 0; i < found[place].size(); ++i) {
      EXPECT_TRUE(Same(found[place][i], journal.partitions[place][i])) << place << ":" << i;
    }
  }
}

TEST(ArchiveTest, GivesBackEveryRecordAsItWas) {
  TestFolder folder;
  const std::string path = folder.NewPath();
  const SmallJournal journal = ThreeRecords();
  ASSERT_TRUE(Write(path, journal).ok());
  ExpectHolds(path, journal);
  EXPECT_FALSE(std::filesystem::exists(PartialPath(path)));
}

TEST(ArchiveTest, SaysWhatItWasTakenFromAndWhatItHolds) {
  TestFolder folder;
  const std::string path = folder.NewPath();
  const SmallJournal journal = ThreeRecords();
  ASSERT_TRUE(Write(path, journal).ok());
  const auto archive = CheckArchive(path, nullptr);
  ASSERT_TRUE(archive.ok()) << archive.status();
  EXPECT_TRUE(SameIdentity(archive->header.identity, journal.identity));
  EXPECT_EQ(archive->header.journal_kind, "embedded");
  EXPECT_EQ(archive->header.exported_at, kExported);
  EXPECT_EQ(archive->header.ends, (std::vector<base::Offset>{{2}, {4}, {1}}));
  EXPECT_EQ(archive->records, 7u);
  EXPECT_EQ(archive->footer.last_stamp, kMade + absl::Seconds(4));
  base::Digest digest;
  for (const StoredRecord& record : journal.partitions[1]) {
    digest = NextPartitionDigest(digest, base::Sha256(record.record.value));
  }
  EXPECT_EQ(archive->footer.partitions[1].digest, digest);
}

TEST(ArchiveTest, AGlanceSaysTheSameAndReadsNoBlock) {
  TestFolder folder;
  const std::string path = folder.NewPath();
  ASSERT_TRUE(Write(path, ThreeRecords()).ok());
  const auto glance = GlanceAtArchive(path);
  ASSERT_TRUE(glance.ok()) << glance.status();
  const auto archive = CheckArchive(path, nullptr);
  EXPECT_EQ(glance->header.ends, archive->header.ends);
  EXPECT_EQ(glance->blocks, 3u);
  EXPECT_EQ(glance->footer->whole, archive->footer.whole);
  std::string bytes = FileBytes(path);
  PutFile(path, bytes.substr(0, FrameStarts(bytes)[2]));
  const auto unfinished = GlanceAtArchive(path);
  ASSERT_TRUE(unfinished.ok()) << unfinished.status();
  EXPECT_FALSE(unfinished->footer);
  EXPECT_EQ(unfinished->blocks, 1u);
  PutFile(path, bytes.substr(0, bytes.size() - 1));
  EXPECT_EQ(GlanceAtArchive(path).status().code(), absl::StatusCode::kDataLoss);
}

TEST(ArchiveTest, HoldsTheRecordsOfAnImportedJournalAsItsFirstJournalHadThem) {
  const SmallJournal first = ThreeRecords();
  Identity identity = SmallIdentity();
  identity.uuid = "11111111-2222-4333-8444-555555555555";
  identity.imported_from = ImportedFrom{.journal_uuid = kUuid,
                                        .through = {{base::PartitionId::Registry(), base::Offset{2}},
                                                    {base::PartitionId::Case(0), base::Offset{4}},
                                                    {base::PartitionId::Case(1), base::Offset{1}}}};
  // As an import writes it a year later, and one record of its own more.
  SmallJournal imported(identity);
  for (const base::PartitionId partition : AllPartitions(2)) {
    const auto& records = first.partitions[PlaceOf(partition)];
    for (size_t i = 1; i < records.size(); ++i) {
      imported.Add(partition, Carry(records[i].record, records[i].stamp), kMade + absl::Hours(24 * 365));
    }
  }
  const Record own = {"c-2", "since then", {{"whistle_recorded_at", "7"}}};
  imported.Add(base::PartitionId::Case(0), own, kMade + absl::Hours(24 * 366));

  TestFolder folder;
  const std::string path = folder.NewPath();
  const auto footer = Write(path, imported);
  ASSERT_TRUE(footer.ok()) << footer.status();
  SmallJournal expected = first;
  for (size_t place = 0; place < 3; ++place) expected.partitions[place][0] = imported.partitions[place][0];
  expected.Add(base::PartitionId::Case(0), own, kMade + absl::Hours(24 * 366));
  ExpectHolds(path, expected);
  // The digests are the imported journal's, which cover what it carries in headers.
  base::Digest digest;
  for (const StoredRecord& record : imported.partitions[1]) {
    digest =
        NextPartitionDigest(digest, base::Sha256(record.record.value), CountingStamp(record, base::Offset{4})->carried);
  }
  EXPECT_EQ(footer->partitions[1].digest, digest);
}

TEST(ArchiveTest, RefusesACarriedRecordThatDoesNotSayWhen) {
  Identity identity = SmallIdentity(1);
  identity.imported_from = ImportedFrom{
      .journal_uuid = "11111111-2222-4333-8444-555555555555",
      .through = {{base::PartitionId::Registry(), base::Offset{1}}, {base::PartitionId::Case(0), base::Offset{2}}}};
  SmallJournal journal(identity);
  journal.Add(base::PartitionId::Case(0), {"c", "v", {}}, kMade);
  TestFolder folder;
  EXPECT_EQ(Write(folder.NewPath(), journal).status().code(), absl::StatusCode::kDataLoss);
}

TEST(ArchiveTest, TakesRecordsInTheirOrderAlone) {
  const SmallJournal journal = ThreeRecords();
  TestFolder folder;
  auto writer = ArchiveWriter::Create(folder.NewPath(), journal.header());
  ASSERT_TRUE(writer.ok()) << writer.status();
  const auto cases = base::PartitionId::Case(0);
  const absl::Status other_partition = (*writer)->Append(cases, journal.partitions[1][0]);
  EXPECT_EQ(other_partition.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(other_partition.message()),
              HasSubstr("partition 0 offset 0 comes where partition registry offset 0 is expected"));
  ASSERT_TRUE((*writer)->Append(base::PartitionId::Registry(), journal.partitions[0][0]).ok());
  EXPECT_EQ((*writer)->Append(base::PartitionId::Registry(), journal.partitions[0][0]).code(),
            absl::StatusCode::kDataLoss);
  const absl::Status unfinished = (*writer)->Finish().status();
  EXPECT_EQ(unfinished.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(unfinished.message()),
              HasSubstr("partition registry offset 1 and what follows it are missing"));
}

TEST(ArchiveTest, BeginsEachPartitionWithItsOwnGenesis) {
  TestFolder folder;
  SmallJournal swapped = ThreeRecords();
  std::swap(swapped.partitions[1][0], swapped.partitions[2][0]);
  EXPECT_EQ(Write(folder.NewPath(), swapped).status().code(), absl::StatusCode::kDataLoss);
  SmallJournal none = ThreeRecords();
  none.partitions[0][0].record.key = "registry";
  EXPECT_EQ(Write(folder.NewPath(), none).status().code(), absl::StatusCode::kDataLoss);
  SmallJournal other = ThreeRecords();
  Identity identity = SmallIdentity();
  identity.uuid = "11111111-2222-4333-8444-555555555555";
  other.partitions[0][0].record = GenesisRecord(identity, base::PartitionId::Registry());
  EXPECT_EQ(Write(folder.NewPath(), other).status().code(), absl::StatusCode::kDataLoss);
}

TEST(ArchiveTest, TakesARecordOfFourMebibytesAndNoneThatIsLarger) {
  TestFolder folder;
  const auto with = [&](size_t bytes) {
    SmallJournal journal(SmallIdentity(1));
    journal.Add(base::PartitionId::Case(0), {"c", std::string(bytes - ArchivedBytes({"c", "", {}}), 'x'), {}}, kMade);
    return Write(folder.NewPath(), journal).status();
  };
  EXPECT_TRUE(with(kArchivedRecordBytesMax).ok());
  const absl::Status refused = with(kArchivedRecordBytesMax + 1);
  EXPECT_EQ(refused.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(refused.message()), HasSubstr("partition 0 offset 1: a record of 4194305 bytes"));
}

TEST(ArchiveTest, ClosesABlockOnceItIsFull) {
  TestFolder folder;
  const std::string path = folder.NewPath();
  SmallJournal journal(SmallIdentity(1));
  for (int i = 0; i < 12; ++i) {
    journal.Add(base::PartitionId::Case(0), {"c", std::string(256 * 1024, static_cast<char>('a' + i)), {}}, kMade);
  }
  ASSERT_TRUE(Write(path, journal).ok());
  const auto blocks = ReadAllBlocks(path);
  ASSERT_TRUE(blocks.ok()) << blocks.status();
  EXPECT_EQ(blocks->size(), 5u);
  for (const ArchiveBlock& block : *blocks) {
    size_t bytes = 0;
    for (const StoredRecord& record : block.records) bytes += ArchivedBytes(record.record);
    EXPECT_LE(bytes, kBlockRawBytes);
  }
  ExpectHolds(path, journal);
}

Record AnyRecord() {
  const auto bytes = rc::gen::container<std::string>(rc::gen::arbitrary<char>());
  Record record;
  record.key = *bytes;
  record.value = *bytes;
  const int headers = *rc::gen::inRange(0, 4);
  for (int i = 0; i < headers; ++i) {
    record.headers.emplace_back(*rc::gen::oneOf(bytes, rc::gen::just(std::string(kCarriedStampHeader))), *bytes);
  }
  return record;
}

RC_GTEST_PROP(ArchivePropertyTest, WhateverRecordsThereAreComeBackAsTheyWere, ()) {
  SmallJournal journal(SmallIdentity(*rc::gen::inRange(1, 4)));
  for (const base::PartitionId partition : AllPartitions(journal.identity.partition_count)) {
    const int records = *rc::gen::inRange(0, 6);
    for (int i = 0; i < records; ++i) {
      journal.Add(partition, AnyRecord(),
                  kMade + absl::Milliseconds(*rc::gen::inRange<int64_t>(-1'000'000, 1'000'000)));
    }
  }
  TestFolder folder;
  const std::string path = folder.NewPath();
  RC_ASSERT(Write(path, journal).ok());
  const auto blocks = ReadAllBlocks(path);
  RC_ASSERT(blocks.ok());
  std::vector<size_t> next(journal.partitions.size());
  for (const ArchiveBlock& block : *blocks) {
    for (const StoredRecord& record : block.records) {
      const size_t place = PlaceOf(block.partition);
      RC_ASSERT(Same(record, journal.partitions[place].at(next[place]++)));
    }
  }
  for (size_t place = 0; place < next.size(); ++place) RC_ASSERT(next[place] == journal.partitions[place].size());
}

}  // namespace
}  // namespace whistle::journal
