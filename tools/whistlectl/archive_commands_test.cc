#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/journal/archive/writer.h"
#include "libs/journal/embedded/test_folder.h"
#include "tools/whistlectl/archive_progress.h"
#include "tools/whistlectl/journal_testing.h"

namespace whistle::whistlectl {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class ArchiveCommandsTest : public JournalToolTest {
 protected:
  ArchiveCommandsTest() : file_(folder_.NewPath()) {
    const std::string first = journal.Visit(CaseIn(0), "", "street", AtHour(8));
    journal.Visit(CaseIn(0), first, "street", AtHour(9));
    journal.Append(base::PartitionId::Case(1), "x", "\xff", AtHour(7), {{"a", "b"}});
  }

  static std::string Read(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream bytes;
    bytes << file.rdbuf();
    return bytes.str();
  }
  static void Put(const std::string& path, const std::string& bytes) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
  }

  journal::TestFolder folder_;
  const std::string file_;
};

TEST_F(ArchiveCommandsTest, AnExportEndsWithOneLineAndCanBeVerifiedAndShown) {
  ASSERT_EQ(Run({"journal", "export", file_}), 0) << err.str();
  EXPECT_THAT(out.str(), AllOf(HasSubstr(absl::StrCat("exported journal ", kTestJournalUuid, ": 6 records, ")),
                               HasSubstr(file_), HasSubstr(", archive ")));
  EXPECT_EQ(std::set<std::string>(called.begin(), called.end()),
            (std::set<std::string>{"GetJournalStatus", "ReadJournal"}));
  ASSERT_EQ(Run({"journal", "archive", "verify", file_}), 0) << err.str();
  EXPECT_THAT(out.str(), HasSubstr("whole: "));
  EXPECT_TRUE(called.empty());
  ASSERT_EQ(Run({"journal", "archive", "show", file_}), 0) << err.str();
  EXPECT_THAT(out.str(), AllOf(HasSubstr("(embedded, virtual clock, made 2021-07-14T00:00:00Z)"),
                               HasSubstr("last stamp   2021-07-14T09:00:00Z"), HasSubstr("registry   1")));
}

TEST_F(ArchiveCommandsTest, AFinishedArchiveIsNotWrittenOverByMistake) {
  ASSERT_EQ(Run({"journal", "export", file_}), 0) << err.str();
  const std::string before = Read(file_);
  EXPECT_EQ(Run({"journal", "export", file_}), 1);
  EXPECT_THAT(err.str(), AllOf(HasSubstr("ALREADY_EXISTS"), HasSubstr(kTestJournalUuid), HasSubstr("--replace")));
  EXPECT_EQ(Read(file_), before);
  journal.Append(base::PartitionId::Case(1), "y", "", AtHour(10));
  EXPECT_EQ(Run({"journal", "export", file_, "--replace"}), 0) << err.str();
  EXPECT_THAT(out.str(), HasSubstr("7 records"));
  Put(file_, "letters");
  EXPECT_EQ(Run({"journal", "export", file_}), 1);
  EXPECT_THAT(err.str(), HasSubstr("is there already, and is no archive"));
}

TEST_F(ArchiveCommandsTest, AFolderIsNoArchiveWhateverIsToBeReplaced) {
  std::filesystem::create_directory(file_);
  EXPECT_EQ(Run({"journal", "export", file_, "--replace"}), 1);
  EXPECT_THAT(err.str(), HasSubstr(file_ + " is a folder: name a file in it"));
  EXPECT_TRUE(called.empty()) << "told before anything is read";
}

TEST_F(ArchiveCommandsTest, AnInterruptedExportGoesOnUpToWhereItWasBegunFor) {
  ASSERT_EQ(Run({"journal", "export", file_}), 0) << err.str();
  const std::string whole = Read(file_);
  const auto glance = journal::GlanceAtArchive(file_);
  ASSERT_TRUE(glance.ok()) << glance.status();
  const std::string begun_at = base::TimeText(glance->header.exported_at);
  journal.Append(base::PartitionId::Case(1), "later", "", AtHour(10));
  for (const size_t left : {whole.size() - 1, whole.size() / 2, whole.size()}) {
    std::filesystem::remove(file_);
    Put(journal::PartialPath(file_), whole.substr(0, left));
    ASSERT_EQ(Run({"journal", "export", file_}), 0) << err.str();
    EXPECT_THAT(err.str(), HasSubstr("going on with the export that was begun"));
    EXPECT_EQ(err.str().find("exported again from there on") != std::string::npos, left != whole.size());
    EXPECT_THAT(out.str(), HasSubstr("6 records"));
    // Who takes it for tonight's backup is told that it is not.
    EXPECT_THAT(out.str(), HasSubstr("of the journal as it was " + begun_at));
    EXPECT_THAT(err.str(), HasSubstr("to begin anew, remove " + journal::PartialPath(file_)));
    EXPECT_EQ(Read(file_), whole);
  }
}

TEST_F(ArchiveCommandsTest, WhatAnotherJournalLeftIsNotGoneOnWith) {
  journal::ArchiveHeader other{.identity = {.uuid = "11111111-2222-4333-8444-555555555555",
                                            .partition_count = kTestPartitions,
                                            .created_at = AtHour(0),
                                            .clock_kind = journal::ClockKind::kReal},
                               .journal_kind = "kafka",
                               .exported_at = AtHour(1),
                               .ends = {{1}, {1}, {1}}};
  ASSERT_TRUE(journal::ArchiveWriter::Create(file_, other).ok());
  EXPECT_EQ(Run({"journal", "export", file_}), 1);
  EXPECT_THAT(err.str(), AllOf(HasSubstr("was begun of journal 11111111-2222-4333-8444-555555555555"),
                               HasSubstr("give --replace")));
  EXPECT_EQ(Run({"journal", "export", file_, "--replace"}), 0) << err.str();
}

TEST_F(ArchiveCommandsTest, AJournalThatSaysSomethingElseNowIsNotMixedIn) {
  ASSERT_EQ(Run({"journal", "export", file_}), 0) << err.str();
  std::filesystem::rename(file_, journal::PartialPath(file_));
  journal = TestJournal();
  journal.Append(base::PartitionId::Case(0), "x", "another", AtHour(8));
  journal.Append(base::PartitionId::Case(0), "x", "history", AtHour(8));
  journal.Append(base::PartitionId::Case(1), "x", "\xff", AtHour(7), {{"a", "b"}});
  EXPECT_EQ(Run({"journal", "export", file_}), 1);
  EXPECT_THAT(err.str(), AllOf(HasSubstr("DATA_LOSS"), HasSubstr("the journal holds another record at 0:2")));
}

TEST_F(ArchiveCommandsTest, AnImportSaysWhatItMadeAndFindsItAgain) {
  ASSERT_EQ(Run({"journal", "export", file_}), 0) << err.str();
  const std::string into = absl::StrCat("--journal=embedded:", folder_.NewPath());
  ASSERT_EQ(Run({"journal", "import", file_, into}), 0) << err.str();
  EXPECT_THAT(out.str(), AllOf(HasSubstr(absl::StrCat("imported journal ", kTestJournalUuid, " as journal ")),
                               HasSubstr("3 records (3 written now, 0 there already)")));
  ASSERT_EQ(Run({"journal", "import", file_, into, "--output=json"}), 0) << err.str();
  EXPECT_THAT(out.str(), HasSubstr("\"written\": \"0\""));
}

TEST_F(ArchiveCommandsTest, AnImportThatCannotBeMakesNothing) {
  ASSERT_EQ(Run({"journal", "export", file_}), 0) << err.str();
  const std::string dir = folder_.NewPath();
  const std::string into = absl::StrCat("--journal=embedded:", dir);
  EXPECT_EQ(Run({"journal", "import", file_}), 2);
  EXPECT_EQ(Run({"journal", "import", file_, "--journal=mongodb:x"}), 2);
  EXPECT_THAT(err.str(), HasSubstr("--journal: expected embedded:DIR or kafka:HOST:PORT,…, found \"mongodb:x\""));
  EXPECT_EQ(Run({"journal", "import", file_, into, "--replication=0"}), 2);
  EXPECT_EQ(Run({"journal", "import", file_, into, "--journal-properties=x"}), 2);
  EXPECT_EQ(Run({"journal", "import", folder_.NewPath(), into}), 1);
  EXPECT_THAT(err.str(), HasSubstr("NOT_FOUND"));
  Put(file_, Read(file_).substr(0, 200));
  EXPECT_EQ(Run({"journal", "import", file_, into}), 1);
  EXPECT_FALSE(std::filesystem::exists(dir));
}

TEST(BytesTextTest, GrowsWithWhatItTells) {
  EXPECT_EQ(BytesText(0), "0 B");
  EXPECT_EQ(BytesText(1023), "1023 B");
  EXPECT_EQ(BytesText(1536), "1.5 KiB");
  EXPECT_EQ(BytesText(3'250'586), "3.1 MiB");
  EXPECT_EQ(BytesText(5ull * 1024 * 1024 * 1024 * 1024), "5.0 TiB");
}

}  // namespace
}  // namespace whistle::whistlectl
