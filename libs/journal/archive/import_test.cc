// An archive carried into an embedded journal; tests/kafka carries one into a real Kafka.
#include "libs/journal/archive/import.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/clock.h"
#include "libs/journal/archive/archive_testing.h"
#include "libs/journal/carried.h"
#include "libs/journal/conformance/calls.h"
#include "libs/journal/embedded/embedded_journal.h"

namespace whistle::journal {
namespace {

using ::testing::HasSubstr;

const absl::Time kImportedAt = kMade + absl::Hours(24 * 365);

class ImportTest : public ::testing::Test {
 protected:
  ImportTest() : journal_(ThreeRecords()), path_(folder_.NewPath()), dir_(folder_.NewPath()), clock_(kImportedAt) {
    EXPECT_TRUE(Write(path_, journal_).ok());
    archive_ = *CheckArchive(path_, nullptr);
  }

  // As a service opens it, or as an import does.
  absl::StatusOr<std::unique_ptr<EmbeddedJournal>> Open(std::optional<ImportedFrom> importing) {
    return EmbeddedJournal::Open({.dir = dir_,
                                  .clock = &clock_,
                                  .clock_kind = ClockKind::kVirtual,
                                  .partition_count = archive_.header.identity.partition_count,
                                  .importing = std::move(importing)});
  }
  absl::StatusOr<Imported> Import() {
    auto journal = Open(OriginOf(archive_));
    if (!journal.ok()) return journal.status();
    return ImportArchive(path_, archive_, **journal, {});
  }
  // The target holds what `journal` has, as of its stamps.
  void ExpectCarried(const SmallJournal& journal) {
    auto opened = Open(std::nullopt);
    ASSERT_TRUE(opened.ok()) << opened.status();
    for (const base::PartitionId partition : AllPartitions(journal.identity.partition_count)) {
      const base::Offset through = CarriedThrough((*opened)->identity(), partition);
      const auto& expected = journal.partitions[PlaceOf(partition)];
      const auto records = ReadAll(**opened, partition);
      ASSERT_EQ(records.size(), expected.size());
      for (size_t i = 1; i < records.size(); ++i) {
        EXPECT_EQ(records[i].stamp, kImportedAt);
        EXPECT_TRUE(Same(*AsCarriedFrom(records[i], through), expected[i])) << partition << ":" << i;
      }
    }
  }

  TestFolder folder_;
  SmallJournal journal_;
  std::string path_;
  std::string dir_;
  base::VirtualClock clock_;
  CheckedArchive archive_;
};

TEST_F(ImportTest, EveryRecordGetsItsOffsetAndKeepsItsStamp) {
  const auto imported = Import();
  ASSERT_TRUE(imported.ok()) << imported.status();
  EXPECT_EQ(imported->written, 4u);
  EXPECT_EQ(imported->found, 0u);
  ExpectCarried(journal_);
}

TEST_F(ImportTest, TheGenesisNamesWhatWasImported) {
  ASSERT_TRUE(Import().ok());
  const auto journal = Open(std::nullopt);
  ASSERT_TRUE(journal.ok()) << journal.status();
  const Identity& identity = (*journal)->identity();
  EXPECT_NE(identity.uuid, kUuid);
  EXPECT_EQ(identity.created_at, kImportedAt);
  EXPECT_EQ(identity.clock_kind, ClockKind::kVirtual);
  EXPECT_EQ(identity.imported_from->journal_uuid, kUuid);
  EXPECT_EQ(identity.imported_from->through, OriginOf(archive_).through);
}

TEST_F(ImportTest, OnceMoreFindsEverythingAndWritesNothing) {
  ASSERT_TRUE(Import().ok());
  const auto again = Import();
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->found, 4u);
  EXPECT_EQ(again->written, 0u);
}

TEST_F(ImportTest, GoesOnWhereATryStoppedAndNoServiceOpensItBefore) {
  // After each number of records that a try may have left.
  for (size_t left = 0; left < 4; ++left) {
    dir_ = folder_.NewPath();
    {
      const auto journal = Open(OriginOf(archive_));
      ASSERT_TRUE(journal.ok()) << journal.status();
      size_t written = 0;
      for (const base::PartitionId partition : AllPartitions(2)) {
        const auto& records = journal_.partitions[PlaceOf(partition)];
        for (size_t i = 1; i < records.size() && written < left; ++i, ++written) {
          ASSERT_TRUE(AppendAndWait(**journal, partition, Carry(records[i].record, records[i].stamp)).ok());
        }
      }
    }
    const absl::Status refused = Open(std::nullopt).status();
    EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition) << left;
    EXPECT_THAT(std::string(refused.message()),
                HasSubstr(absl::StrCat("Run `whistlectl journal import FILE --journal=embedded:", dir_, "`")));
    const auto imported = Import();
    ASSERT_TRUE(imported.ok()) << left << ": " << imported.status();
    EXPECT_EQ(imported->found, left);
    EXPECT_EQ(imported->written, 4 - left);
    ExpectCarried(journal_);
  }
}

TEST_F(ImportTest, AJournalThatIsNotItsBeginningIsRefusedAndLeftAsItIs) {
  ASSERT_TRUE(Open(std::nullopt).ok());
  const absl::Status status = Import().status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("was not imported. Import into a journal that is not there yet"));
  EXPECT_EQ(EndOf(**Open(std::nullopt), base::PartitionId::Registry()), 1);
}

TEST_F(ImportTest, AnotherArchiveOfTheSameJournalIsNotItsBeginning) {
  ASSERT_TRUE(Import().ok());
  journal_.Add(base::PartitionId::Case(1), {"c-9", "later", {}}, kMade + absl::Seconds(9));
  path_ = folder_.NewPath();
  ASSERT_TRUE(Write(path_, journal_).ok());
  archive_ = *CheckArchive(path_, nullptr);
  EXPECT_EQ(Import().status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(ImportTest, ARecordThatDiffersIsNamed) {
  {
    const auto journal = Open(OriginOf(archive_));
    ASSERT_TRUE(journal.ok());
    ASSERT_TRUE(
        AppendAndWait(**journal, base::PartitionId::Case(0), Carry({"c-1", "hi", {{"ce_id", "1.2"}}}, kMade)).ok());
  }
  const absl::Status status = Import().status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()), HasSubstr("partition 0 offset 1 has other headers than the archive"));
}

TEST_F(ImportTest, WhatWasAppendedSinceAFinishedImportStays) {
  ASSERT_TRUE(Import().ok());
  {
    const auto journal = Open(std::nullopt);
    ASSERT_TRUE(journal.ok());
    ASSERT_TRUE(AppendAndWait(**journal, base::PartitionId::Case(0), {"c-1", "since", {}}).ok());
  }
  const auto again = Import();
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->written, 0u);
  EXPECT_EQ(EndOf(**Open(std::nullopt), base::PartitionId::Case(0)), 5);
}

TEST_F(ImportTest, ArchivesOfImportsCarryTheFirstStampsOn) {
  ASSERT_TRUE(Import().ok());
  SmallJournal second;
  {
    const auto opened = Open(std::nullopt);
    ASSERT_TRUE(opened.ok());
    ASSERT_TRUE(AppendAndWait(**opened, base::PartitionId::Case(0), {"c-1", "since", {}}).ok());
    second.identity = (*opened)->identity();
    for (const base::PartitionId partition : AllPartitions(2)) {
      second.partitions[PlaceOf(partition)] = ReadAll(**opened, partition);
    }
  }
  path_ = folder_.NewPath();
  dir_ = folder_.NewPath();
  ASSERT_TRUE(Write(path_, second).ok());
  archive_ = *CheckArchive(path_, nullptr);
  const auto imported = Import();
  ASSERT_TRUE(imported.ok()) << imported.status();
  EXPECT_EQ(imported->written, 5u);
  SmallJournal expected = ThreeRecords();
  expected.Add(base::PartitionId::Case(0), {"c-1", "since", {}}, kImportedAt);
  ExpectCarried(expected);
}

TEST_F(ImportTest, RecordsThatNoServiceWouldAppendAreCarriedToo) {
  journal_.Add(base::PartitionId::Case(1), {"c", std::string(kRecordValueBytesMax + 1, 'x'), {}}, kMade);
  journal_.Add(base::PartitionId::Case(1), {std::string(20'000, 'k'), "v", {{"h", std::string(20'000, 'h')}}}, kMade);
  path_ = folder_.NewPath();
  ASSERT_TRUE(Write(path_, journal_).ok());
  archive_ = *CheckArchive(path_, nullptr);
  const auto imported = Import();
  ASSERT_TRUE(imported.ok()) << imported.status();
  ExpectCarried(journal_);
}

TEST_F(ImportTest, ManyRecordsKeepTheirOrder) {
  for (int i = 0; i < 5000; ++i) {
    journal_.Add(base::PartitionId::Case(1), {"c", absl::StrCat("record ", i), {}}, kMade + absl::Milliseconds(i));
  }
  path_ = folder_.NewPath();
  ASSERT_TRUE(Write(path_, journal_).ok());
  archive_ = *CheckArchive(path_, nullptr);
  const auto imported = Import();
  ASSERT_TRUE(imported.ok()) << imported.status();
  EXPECT_EQ(imported->written, 5004u);
  ExpectCarried(journal_);
}

TEST_F(ImportTest, NothingMayComeBetween) {
  const auto journal = Open(OriginOf(archive_));
  ASSERT_TRUE(journal.ok());
  // Another writer, which gets in after the import has looked where the partition ends.
  bool intruded = false;
  class Intruded final : public Journal {
   public:
    Intruded(Journal& under, bool& once) : under_(under), once_(once) {}
    const Identity& identity() const override { return under_.identity(); }
    void End(base::PartitionId partition, EndDone done) override { under_.End(partition, std::move(done)); }
    absl::StatusOr<std::unique_ptr<Reader>> OpenReader(base::PartitionId partition, base::Offset from,
                                                       std::function<void()> on_ready) override {
      return under_.OpenReader(partition, from, std::move(on_ready));
    }
    void Append(base::PartitionId partition, Record record, AppendDone done) override {
      if (!std::exchange(once_, true)) {
        under_.Append(partition, {"c", "an intruder", {}}, [](const absl::StatusOr<Appended>&) {});
      }
      under_.Append(partition, std::move(record), std::move(done));
    }

   private:
    Journal& under_;
    bool& once_;
  } target(**journal, intruded);
  const absl::Status status = ImportArchive(path_, archive_, target, {}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("the record of partition registry offset 1 came to lie at offset 2"));
}

TEST_F(ImportTest, ARealClockDoesNotGoOnFromTheFuture) {
  EXPECT_TRUE(CheckNotAfter(archive_, kMade + absl::Seconds(4)).ok());
  const absl::Status status = CheckNotAfter(archive_, kMade + absl::Milliseconds(3999));
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()), HasSubstr("the archive's last record is of 2009-04-17T20:26:44Z"));
}

}  // namespace
}  // namespace whistle::journal
