// An export may die at any moment: what it leaves is gone on with, and the archive is the same as without.
#include <algorithm>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/journal/archive/archive_testing.h"

namespace whistle::journal {
namespace {

using ::testing::HasSubstr;

class ArchiveResumeTest : public ::testing::Test {
 protected:
  ArchiveResumeTest() : journal_(ThreeRecords()), path_(folder_.NewPath()) {
    const std::string whole = folder_.NewPath();
    EXPECT_TRUE(Write(whole, journal_).ok());
    good_ = FileBytes(whole);
    starts_ = FrameStarts(good_);
  }

  // What an export that goes on with `partial` finishes.
  void ExpectFinishes(const std::string& partial, absl::string_view dropped) {
    PutFile(PartialPath(path_), partial);
    const auto writer = ArchiveWriter::Resume(path_);
    ASSERT_TRUE(writer.ok()) << writer.status();
    EXPECT_THAT((*writer)->dropped(), HasSubstr(std::string(dropped)));
    EXPECT_EQ((*writer)->dropped().empty(), dropped.empty());
    ASSERT_TRUE(AppendRest(**writer, journal_).ok());
    ASSERT_TRUE((*writer)->Finish().ok());
    EXPECT_EQ(FileBytes(path_), good_);
    EXPECT_FALSE(std::filesystem::exists(PartialPath(path_)));
  }

  TestFolder folder_;
  const SmallJournal journal_;
  const std::string path_;
  std::string good_;
  std::vector<size_t> starts_;
};

TEST_F(ArchiveResumeTest, WhereverItWasCutTheArchiveIsTheSame) {
  for (size_t size = starts_[1]; size <= good_.size(); ++size) {
    const bool between_blocks = std::count(starts_.begin(), starts_.end(), size) > 0;
    ExpectFinishes(good_.substr(0, size), between_blocks ? "" : "the file ends in the middle of it");
    if (HasFatalFailure()) FAIL() << "cut at " << size;
  }
}

TEST_F(ArchiveResumeTest, ADamagedBlockAndAllBehindItAreTakenFromTheJournalAgain) {
  std::string damaged = good_.substr(0, starts_[4]);
  damaged[starts_[2] + 40] ^= 1;
  ExpectFinishes(damaged, "block 2 at byte");
  ExpectFinishes(good_.substr(0, starts_[3]) + std::string(500, '\0'), "block 3 at byte");
  ExpectFinishes(good_ + "x", "1 bytes lie after this footer");
}

TEST_F(ArchiveResumeTest, WhatIsNoArchiveIsLeftAsItIs) {
  EXPECT_EQ(ArchiveWriter::Resume(path_).status().code(), absl::StatusCode::kNotFound);
  PutFile(PartialPath(path_), "somebody's letters");
  EXPECT_EQ(ArchiveWriter::Resume(path_).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(FileBytes(PartialPath(path_)), "somebody's letters");
  std::string no_header = good_;
  no_header[kPreambleBytes + 30] ^= 1;
  PutFile(PartialPath(path_), no_header);
  EXPECT_EQ(ArchiveWriter::Resume(path_).status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(FileBytes(PartialPath(path_)), no_header);
}

TEST_F(ArchiveResumeTest, SaysTheLastRecordOfEachPartitionThatItFound) {
  PutFile(PartialPath(path_), good_.substr(0, starts_[3]));
  const auto writer = ArchiveWriter::Resume(path_);
  ASSERT_TRUE(writer.ok()) << writer.status();
  const auto& found = (*writer)->last_found();
  ASSERT_EQ(found.size(), 3u);
  EXPECT_TRUE(Same(*found[0], journal_.partitions[0].back()));
  EXPECT_TRUE(Same(*found[1], journal_.partitions[1].back()));
  EXPECT_FALSE(found[2]);
}

TEST_F(ArchiveResumeTest, TwoExportsIntoOneFileAreOneTooMany) {
  const auto first = ArchiveWriter::Create(path_, journal_.header());
  ASSERT_TRUE(first.ok());
  const absl::Status second = ArchiveWriter::Resume(path_).status();
  EXPECT_EQ(second.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(second.message()), HasSubstr("is being written by another export"));
}

TEST_F(ArchiveResumeTest, AFileThatCannotBeMadeIsNamed) {
  const std::string nowhere = folder_.NewPath() + "/nothing/here";
  const absl::Status status = ArchiveWriter::Create(nowhere, journal_.header()).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(status.message()), HasSubstr(nowhere));
}

}  // namespace
}  // namespace whistle::journal
