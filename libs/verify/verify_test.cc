#include "libs/verify/verify.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/verify/resume_file.h"
#include "libs/verify/verify_testing.h"
#include "libs/verify/work_folder.h"

namespace whistle::verify {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class VerificationTest : public ::testing::Test {
 protected:
  Options OptionsOf() {
    Options options;
    options.jobs = 1;
    options.clock = &clock;
    return options;
  }
  Report Run(std::vector<Stand> stands = {}) {
    auto report = Verification(OptionsOf(), &source, std::move(stands)).Run();
    EXPECT_TRUE(report.ok()) << report.status();
    return report.ok() ? *std::move(report) : Report();
  }
  // What a projection that has folded all of partition 0 says of it.
  Stand StandOf(const MemorySource& folded) {
    Problems problems(10);
    PartitionCheck check(kPartition, 1, {base::Offset{folded.End(kPartition).value - 1}}, &problems);
    folded
        .Read(kPartition, base::Offset{0},
              [&](base::Offset offset, absl::StatusOr<journal::StoredRecord> record) {
                check.Take(offset, std::move(record));
                return true;
              })
        .IgnoreError();
    Stand stand{.service = "intake", .fold_fingerprint = "f", .rows = {}, .store = nullptr, .digests = {}};
    stand.rows[kPartition] = *check.RowAt(base::Offset{folded.End(kPartition).value - 1});
    stand.rows[kPartition].set_journal_uuid(kIdentity.uuid);
    return stand;
  }

  base::VirtualClock clock{absl::FromUnixSeconds(1'700'000'000)};
  MemorySource source{1};
};

TEST_F(VerificationTest, AJournalThatIsWholeIsOk) {
  const std::string first = source.AddDecision("a", "", "1");
  source.AddDecision("a", first, "2");
  source.AddDecision("a", first, "rival");
  const Report report = Run({StandOf(source)});
  EXPECT_EQ(report.problem_count, 0u);
  EXPECT_EQ(report.decisions, 2u);
  EXPECT_EQ(report.cases, 1u);
  EXPECT_EQ(report.superseded, 1u);
  EXPECT_EQ(report.records, 5u);
  EXPECT_THAT(report.services, ElementsAre("intake"));
  EXPECT_THAT(report.not_folded, HasSubstr("told no digests"));
}

TEST_F(VerificationTest, WithoutAProjectionItSaysSo) {
  source.AddDecision("a", "", "1");
  const Report report = Run();
  EXPECT_THAT(report.services, IsEmpty());
  EXPECT_THAT(report.not_folded, HasSubstr("no projection"));
}

TEST_F(VerificationTest, AProjectionThatFoldedOtherBytesHasAnotherDigest) {
  source.AddDecision("a", "", "1");
  const Stand stand = StandOf(source);
  source.Change(1);
  const Report report = Run({stand});
  ASSERT_EQ(report.problem_count, 1u);
  EXPECT_EQ(report.problems[0].kind(), kDigest);
  EXPECT_EQ(report.problems[0].place(), "0:1");
  EXPECT_EQ(report.problems[0].service(), "intake");
}

TEST_F(VerificationTest, AProjectionBeyondTheEndIsToldWithItsPlace) {
  source.AddDecision("a", "", "1");
  source.AddDecision("b", "", "1");
  const Stand stand = StandOf(source);
  source.Drop(2);
  const Report report = Run({stand});
  ASSERT_EQ(report.problem_count, 1u);
  EXPECT_EQ(report.problems[0].kind(), kPosition);
  EXPECT_EQ(report.problems[0].place(), "0:2");
}

TEST_F(VerificationTest, AProjectionThatCountedOtherwiseIsTold) {
  source.AddDecision("a", "", "1");
  Stand stand = StandOf(source);
  stand.rows[kPartition].set_superseded(7);
  const Report report = Run({stand});
  ASSERT_EQ(report.problem_count, 1u);
  EXPECT_THAT(report.problems[0].found(), HasSubstr("7 superseded"));
}

TEST_F(VerificationTest, AProjectionOfAnotherJournalIsTold) {
  Stand stand = StandOf(source);
  stand.rows[kPartition].set_journal_uuid("another");
  const Report report = Run({stand});
  ASSERT_EQ(report.problem_count, 1u);
  EXPECT_EQ(report.problems[0].kind(), kProjection);
}

class ResumeTest : public VerificationTest {
 protected:
  // Tests run beside each other, as processes of their own.
  ResumeTest() : folder(absl::StrCat(::testing::TempDir(), "/verify-resume-", getpid())), file(folder + "/file") {
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder);
  }
  ~ResumeTest() override { std::filesystem::remove_all(folder); }

  absl::StatusOr<Report> Resume(std::vector<Stand> stands = {}) {
    Options options = OptionsOf();
    options.resume_file = file;
    options.work_dir = folder + "/work";
    return Verification(std::move(options), &source, std::move(stands)).Run();
  }

  const std::string folder;
  const std::string file;
};

TEST_F(ResumeTest, GoesOnWhereItWasAndCountsTheSame) {
  std::string head;
  for (int i = 0; i < 5; ++i) head = source.AddDecision("a", head, std::to_string(i));
  ASSERT_TRUE(Resume().ok());
  // The file of a check that came to its end is its caller's to remove; taken up again it has everything.
  source.AddDecision("a", head, "later");
  const auto report = Resume();
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->resumed, 7u);
  EXPECT_EQ(report->decisions, 6u);
  EXPECT_EQ(report->problem_count, 0u);
}

TEST_F(ResumeTest, KeepsTheDigestsThatARunningServiceTold) {
  source.AddDecision("a", "", "1");
  Stand then = StandOf(source);
  then.digests["state"].set_column_family("state");
  then.digests["state"].set_digest("00ff");
  ASSERT_TRUE(Resume({then}).ok());
  const auto kept = ReadResumeFile(file);
  ASSERT_TRUE(kept.ok() && kept->has_value()) << kept.status();
  ASSERT_EQ((*kept)->digests_size(), 1);
  EXPECT_EQ((*kept)->digests(0).service(), "intake");
  EXPECT_EQ((*kept)->digests(0).column_families(0).digest(), "00ff");
  // What it says later is of another position: what it said then is compared.
  const auto report = Resume({StandOf(source)});
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->not_folded, "");
}

TEST_F(ResumeTest, RefusesWhatIsNotWhatItHadRead) {
  source.AddDecision("a", "", "1");
  ASSERT_TRUE(Resume().ok());
  source.Change(1);
  const auto report = Resume();
  EXPECT_TRUE(absl::IsFailedPrecondition(report.status()));
  EXPECT_THAT(std::string(report.status().message()), HasSubstr("0:1 is not the one that was read"));
}

TEST_F(ResumeTest, RefusesTheFileOfAnotherJournal) {
  v1::Progress progress;
  progress.set_version(kResumeVersion);
  progress.set_journal_uuid("another");
  ASSERT_TRUE(WriteResumeFile(file, progress).ok());
  const auto report = Resume();
  EXPECT_TRUE(absl::IsFailedPrecondition(report.status()));
  EXPECT_THAT(std::string(report.status().message()), HasSubstr("check of journal another"));
}

TEST_F(ResumeTest, AFolderThatHoldsSomethingElseIsNeitherTakenNorRemoved) {
  source.AddDecision("a", "", "1");
  std::filesystem::create_directories(folder + "/work/photos");
  const auto report = Resume();
  EXPECT_TRUE(absl::IsFailedPrecondition(report.status()));
  EXPECT_THAT(std::string(report.status().message()), HasSubstr("--work-dir: " + folder + "/work is not empty"));
  EXPECT_TRUE(std::filesystem::exists(folder + "/work/photos"));
  EXPECT_FALSE(RemoveWorkFolder(folder + "/work").ok());
  EXPECT_TRUE(std::filesystem::exists(folder + "/work/photos"));
}

TEST_F(ResumeTest, WhatAnInterruptedFoldLeftIsKeptOnlyWhereItIsTakenUp) {
  source.AddDecision("a", "", "1");
  const std::string left = folder + "/work/intake";
  ASSERT_EQ(TakeWorkFolder(folder + "/work", false), absl::OkStatus());
  std::filesystem::create_directories(left);
  ASSERT_EQ(TakeWorkFolder(folder + "/work", true), absl::OkStatus());
  EXPECT_TRUE(std::filesystem::exists(left));
  ASSERT_EQ(TakeWorkFolder(folder + "/work", false), absl::OkStatus());
  EXPECT_FALSE(std::filesystem::exists(left));
  // At the end it is gone; after an error too, unless it can be gone on from.
  ASSERT_TRUE(Resume().ok());
  EXPECT_FALSE(std::filesystem::exists(folder + "/work"));
  source.Change(1);
  EXPECT_FALSE(Resume().ok());
  EXPECT_TRUE(std::filesystem::exists(folder + "/work"));
  Options options = OptionsOf();
  options.work_dir = folder + "/work";
  options.journal_uuid = "another";
  EXPECT_FALSE(Verification(std::move(options), &source, {}).Run().ok());
  EXPECT_FALSE(std::filesystem::exists(folder + "/work"));
}

TEST_F(ResumeTest, RefusesAFileThatIsDamagedOrSomethingElse) {
  source.AddDecision("a", "", "1");
  ASSERT_TRUE(Resume().ok());
  std::fstream(file, std::ios::in | std::ios::out | std::ios::binary).seekp(70).put('x');
  EXPECT_THAT(std::string(Resume().status().message()), HasSubstr("is damaged"));
  std::ofstream(file) << "a shopping list";
  EXPECT_THAT(std::string(Resume().status().message()), HasSubstr("is no check's resume file"));
  std::filesystem::remove(file);
  std::filesystem::create_directory(file);
  EXPECT_THAT(std::string(Resume().status().message()), HasSubstr("is no check's resume file"));
}

}  // namespace
}  // namespace whistle::verify
