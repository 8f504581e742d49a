// Every kind of damage is refused, and named with its place.
#include <algorithm>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/journal/archive/archive_testing.h"

namespace whistle::journal {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class ArchiveDamageTest : public ::testing::Test {
 protected:
  ArchiveDamageTest() : path_(folder_.NewPath()) {
    EXPECT_TRUE(Write(path_, ThreeRecords()).ok());
    good_ = FileBytes(path_);
    starts_ = FrameStarts(good_);
  }

  // What is said of an archive of these bytes; OK if it is believed.
  absl::Status Told(const std::string& bytes) {
    PutFile(path_, bytes);
    const auto read = CheckArchive(path_, nullptr);
    if (!read.ok()) {
      EXPECT_THAT(std::string(read.status().message()), HasSubstr(path_));
    }
    return read.status();
  }
  std::string Frame(size_t number) const {
    return good_.substr(starts_[number], starts_[number + 1] - starts_[number]);
  }
  // The archive with other frames than its own between preamble and end.
  std::string With(const std::vector<std::string>& frames) const {
    std::string bytes = good_.substr(0, kPreambleBytes);
    for (const std::string& frame : frames) bytes += frame;
    return bytes;
  }

  TestFolder folder_;
  std::string path_;
  std::string good_;
  std::vector<size_t> starts_;
};

TEST_F(ArchiveDamageTest, HasAHeaderABlockForEachPartitionAndAFooter) {
  EXPECT_TRUE(Told(good_).ok());
  EXPECT_EQ(starts_.size(), 6u);
}

TEST_F(ArchiveDamageTest, NoFlippedBitGoesUnnoticed) {
  for (size_t at = 0; at < good_.size(); ++at) {
    for (const int bit : {0, 3, 7}) {
      std::string bytes = good_;
      bytes[at] = static_cast<char>(bytes[at] ^ (1 << bit));
      EXPECT_FALSE(Told(bytes).ok()) << "byte " << at << " bit " << bit;
    }
  }
}

TEST_F(ArchiveDamageTest, AFlippedByteIsNamedWithItsBlock) {
  for (size_t number = 0; number + 1 < starts_.size(); ++number) {
    for (const size_t at :
         {starts_[number], starts_[number] + 9, starts_[number] + kFrameHeadBytes + 3, starts_[number + 1] - 1}) {
      std::string bytes = good_;
      bytes[at] = static_cast<char>(bytes[at] ^ 0x10);
      const absl::Status told = Told(bytes);
      EXPECT_EQ(told.code(), absl::StatusCode::kDataLoss) << at;
      const std::string part = number == 0 ? "the header" : absl::StrCat("block ", number);
      EXPECT_THAT(std::string(told.message()),
                  AllOf(HasSubstr(absl::StrCat(part, " at byte ", starts_[number], ":")), HasSubstr("checksum")));
    }
  }
}

TEST_F(ArchiveDamageTest, NoTruncationGoesUnnoticed) {
  for (size_t size = 0; size < good_.size(); ++size) {
    const absl::Status told = Told(good_.substr(0, size));
    ASSERT_FALSE(told.ok()) << size;
    const bool between_blocks = std::count(starts_.begin() + 1, starts_.end(), size) > 0;
    // Whole as far as it goes: an export that was interrupted leaves this too.
    EXPECT_EQ(absl::IsFailedPrecondition(told), between_blocks) << size << ": " << told;
  }
}

TEST_F(ArchiveDamageTest, ATornBlockIsNamedWithWhatIsThereOfIt) {
  const absl::Status told = Told(good_.substr(0, starts_[2] + 30));
  EXPECT_THAT(std::string(told.message()),
              AllOf(HasSubstr(absl::StrCat("block 2 at byte ", starts_[2], ": the file ends in the middle of it")),
                    HasSubstr(absl::StrCat(starts_[3] - starts_[2], " bytes expected, 30 are there"))));
}

TEST_F(ArchiveDamageTest, AnArchiveWithoutItsFooterIsUnfinished) {
  const absl::Status told = Told(good_.substr(0, starts_[4]));
  EXPECT_EQ(told.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(told.message()), HasSubstr("is unfinished: 7 of 7 records, and no footer"));
}

TEST_F(ArchiveDamageTest, AMissingBlockIsNamedByWhatLiesInItsPlace) {
  const absl::Status told = Told(With({Frame(0), Frame(1), Frame(3), Frame(4)}));
  EXPECT_EQ(told.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(told.message()),
              HasSubstr(absl::StrCat("block 2 at byte ", starts_[2], ": block 3 lies here")));
}

TEST_F(ArchiveDamageTest, BlocksInAnotherOrderAreNamed) {
  EXPECT_THAT(std::string(Told(With({Frame(0), Frame(2), Frame(1), Frame(3), Frame(4)})).message()),
              HasSubstr(absl::StrCat("block 1 at byte ", starts_[1],
                                     ": block 2 lies here: blocks are missing, doubled or out of order")));
  EXPECT_THAT(std::string(Told(With({Frame(0), Frame(1), Frame(1), Frame(2), Frame(3), Frame(4)})).message()),
              HasSubstr("block 1 lies here"));
}

TEST_F(ArchiveDamageTest, ABlockOfAnotherArchiveIsNone) {
  const std::string other_path = folder_.NewPath();
  SmallJournal other = ThreeRecords();
  other.Add(base::PartitionId::Case(1), {"c-9", "more", {}}, kMade);
  ASSERT_TRUE(Write(other_path, other).ok());
  const std::string bytes = FileBytes(other_path);
  const std::vector<size_t> starts = FrameStarts(bytes);
  const std::string foreign = bytes.substr(starts[2], starts[3] - starts[2]);
  ASSERT_EQ(foreign.size(), Frame(2).size());
  const absl::Status told = Told(With({Frame(0), Frame(1), foreign, Frame(3), Frame(4)}));
  EXPECT_EQ(told.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(told.message()), HasSubstr("it is another archive's"));
}

TEST_F(ArchiveDamageTest, WhatLiesAfterTheFooterIsNotIgnored) {
  EXPECT_THAT(std::string(Told(good_ + "x").message()), HasSubstr("1 bytes lie after this footer"));
  EXPECT_FALSE(Told(good_ + good_).ok());
}

TEST_F(ArchiveDamageTest, AForeignFileIsNoArchive) {
  EXPECT_EQ(Told("").code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Told("PK\x03\x04 and so on, more than twelve bytes").code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(CheckArchive(folder_.path(), nullptr).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(CheckArchive(folder_.NewPath(), nullptr).status().code(), absl::StatusCode::kNotFound);
}

TEST_F(ArchiveDamageTest, AnArchiveOfALaterFormatIsNotGuessedAt) {
  std::string bytes = good_;
  bytes[8] = 2;
  const absl::Status told = Told(bytes);
  EXPECT_EQ(told.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(told.message()), HasSubstr("format version 2; this program reads version 1"));
}

// Checksums that are right do not make records right: a program with a bug wrote these.
class WrongContentsTest : public ArchiveDamageTest {
 protected:
  std::string Root() const { return Frame(0).substr(Frame(0).size() - base::Digest::kSize); }
  std::string Block(uint32_t number, const std::string& body) const {
    return EncodeFrame(FrameKind::kRecords, number, body, Root());
  }
};

TEST_F(WrongContentsTest, RecordsOutOfOrderAreNamed) {
  const SmallJournal journal = ThreeRecords();
  const std::string skipping = EncodeRecords(base::PartitionId::Registry(), {journal.partitions[0][1]});
  EXPECT_THAT(std::string(Told(With({Frame(0), Block(1, skipping)})).message()),
              HasSubstr("partition registry offset 1 comes where partition registry offset 0 is expected"));
}

TEST_F(WrongContentsTest, AFooterThatComesTooEarlyIsNamed) {
  const std::string early = EncodeFrame(FrameKind::kFooter, 2, EncodeFooter({}), Root());
  EXPECT_THAT(std::string(Told(With({Frame(0), Frame(1), early})).message()),
              HasSubstr("partition 0 offset 0 and what follows it are missing"));
}

TEST_F(WrongContentsTest, AFooterWithOtherTotalsIsNamed) {
  const auto footer = CheckArchive(path_, nullptr)->footer;
  const auto told = [&](const ArchiveFooter& changed) {
    return Told(With(
        {Frame(0), Frame(1), Frame(2), Frame(3), EncodeFrame(FrameKind::kFooter, 4, EncodeFooter(changed), Root())}));
  };
  EXPECT_TRUE(told(footer).ok());
  ArchiveFooter stamp = footer;
  stamp.last_stamp += absl::Seconds(1);
  ArchiveFooter digest = footer;
  digest.partitions[1].digest = base::Sha256("x");
  ArchiveFooter fewer = footer;
  fewer.partitions.pop_back();
  ArchiveFooter whole = footer;
  whole.whole = base::Sha256("x");
  for (const ArchiveFooter& changed : {stamp, digest, fewer, whole}) {
    EXPECT_THAT(std::string(told(changed).message()), HasSubstr("the footer's totals are not those of the records"));
  }
}

TEST_F(WrongContentsTest, ABlockThatDoesNotDecompressIsNamed) {
  std::string body = EncodeRecords(base::PartitionId::Registry(), ThreeRecords().partitions[0]);
  EXPECT_FALSE(Told(With({Frame(0), Block(1, body.substr(0, body.size() - 3))})).ok());
  EXPECT_FALSE(Told(With({Frame(0), Block(1, body.substr(0, 15))})).ok());
  // That it takes more than any block.
  body[19] = '\x7f';
  EXPECT_THAT(std::string(Told(With({Frame(0), Block(1, body)})).message()), HasSubstr("at most 8388608 expected"));
}

}  // namespace
}  // namespace whistle::journal
