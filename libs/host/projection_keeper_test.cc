#include "libs/host/projection_keeper.h"

#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/engine/testing/toy.h"
#include "libs/host/process.h"
#include "libs/host/testing/toys.h"
#include "libs/journal/embedded/test_folder.h"

namespace whistle::host {
namespace {

using operations::v1::ProjectionTask;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr absl::Duration kLong = absl::Seconds(60);

class ProjectionKeeperTest : public ::testing::Test {
 protected:
  struct NoDecider {};

  void Open(const std::string& fold = "toy-1") {
    ProcessOptions options;
    options.journal.journal = absl::StrCat("embedded:", folder_.path(), "/journal");
    options.data = absl::StrCat(folder_.path(), "/data");
    options.log_level = telemetry::LogLevel::kError;
    domain::Model model = testing::ToyIntake();
    model.fold_fingerprint = fold;
    auto process = Process::Open(options, {std::move(model)}, testing::ToyRegistry());
    ASSERT_TRUE(process.ok()) << process.status();
    process_ = *std::move(process);
    Await([this] { return Hosted().engine().IsHealthy(); });
  }
  void Close() { process_.reset(); }

  HostedService& Hosted() { return process_->desk<NoDecider>("intake").service(); }
  ProjectionKeeper& Keeper() { return Hosted().keeper(); }
  std::string Path(absl::string_view name) { return absl::StrCat(folder_.path(), "/data/intake/", name); }

  template <typename Condition>
  static void Await(Condition condition) {
    const absl::Time give_up_at = absl::Now() + kLong;
    while (!condition() && absl::Now() < give_up_at) std::this_thread::yield();
    ASSERT_TRUE(condition());
  }
  ProjectionTask AwaitTask() {
    Await([this] {
      // As the process does all the time.
      Keeper().FinishIfCaughtUp();
      return Keeper().task().has_finished_at();
    });
    return Keeper().task();
  }
  void Add(int from, int to) {
    for (int i = from; i < to; ++i) {
      absl::Notification answered;
      engine::Command command;
      command.case_id = absl::StrCat("case-", i % 5);
      command.client = "hotline";
      command.request_id = absl::StrCat("r-", i);
      command.method = "toy.Add";
      command.fingerprint = base::Sha256(command.request_id);
      command.deadline = absl::Now() + kLong;
      command.decide = engine::testing::AddUpTo(1000);
      command.done = [&](engine::Answer answer) {
        EXPECT_TRUE(std::holds_alternative<common::v1::Receipt>(answer));
        answered.Notify();
      };
      Hosted().engine().Submit(std::move(command));
      answered.WaitForNotification();
    }
  }
  std::vector<std::string> Digests() {
    std::vector<std::string> digests;
    for (const absl::string_view family : projection::kFamilyNames) {
      digests.push_back(*Hosted().store().ColumnFamilyDigest(family));
    }
    return digests;
  }

  journal::TestFolder folder_;
  std::unique_ptr<Process> process_;
};

TEST_F(ProjectionKeeperTest, ARebuiltStoreTakesOverAndTheOldOneIsKeptUntilTold) {
  Open();
  Add(0, 50);
  const std::vector<std::string> before = Digests();
  EXPECT_FALSE(Keeper().task().has_started_at());
  ASSERT_EQ(Keeper().StartRebuild({}), absl::OkStatus());
  const ProjectionTask task = AwaitTask();
  EXPECT_EQ(task.phase(), operations::v1::PROJECTION_TASK_PHASE_DONE) << task.error();
  // 50 decisions, and the genesis of each of 16 partitions and the registry.
  EXPECT_EQ(task.records_done(), 67);
  EXPECT_EQ(task.records_total(), 67);
  EXPECT_EQ(task.rows_differing(), 0u);
  EXPECT_GT(task.pause_ms(), 0);
  EXPECT_EQ(Digests(), before);
  EXPECT_THAT(Keeper().old_stores(), ElementsAre(Path("db")));
  EXPECT_THAT(std::string(Keeper().StartRebuild({}).message()), HasSubstr("discard-old intake"));
  Add(50, 60);
  const std::vector<std::string> after = Digests();
  EXPECT_THAT(*Keeper().DiscardOld(), ElementsAre(Path("db")));
  EXPECT_FALSE(std::filesystem::exists(Path("db")));
  EXPECT_THAT(*Keeper().DiscardOld(), IsEmpty());
  Close();
  Open();
  EXPECT_EQ(Digests(), after);
  EXPECT_THAT(Keeper().old_stores(), IsEmpty());
}

TEST_F(ProjectionKeeperTest, WhatAQueryStillReadsIsNotDeleted) {
  Open();
  Add(0, 5);
  std::unique_ptr<projection::Reader> snapshot = Hosted().store().Snapshot();
  ASSERT_EQ(Keeper().StartRebuild({}), absl::OkStatus());
  EXPECT_EQ(AwaitTask().phase(), operations::v1::PROJECTION_TASK_PHASE_DONE);
  EXPECT_TRUE(absl::IsUnavailable(Keeper().DiscardOld().status()));
  EXPECT_TRUE((*snapshot->FindCase("case-1")).has_value());
  snapshot.reset();
  EXPECT_EQ(Keeper().DiscardOld().status(), absl::OkStatus());
}

TEST_F(ProjectionKeeperTest, OneTaskAtATimeAndACancelledOneLeavesWhatServed) {
  Open();
  Add(0, 50);
  const std::vector<std::string> before = Digests();
  ASSERT_EQ(Keeper().StartRebuild({.records_per_second_max = 1}), absl::OkStatus());
  Await([this] { return Keeper().task().records_done() > 0; });
  EXPECT_THAT(std::string(Keeper().StartRebuild({}).message()), HasSubstr("a task runs"));
  EXPECT_THAT(std::string(Keeper().StartCheckpoint("/nowhere").message()), HasSubstr("a task runs"));
  EXPECT_THAT(std::string(Keeper().DiscardOld().status().message()), HasSubstr("a task runs"));
  EXPECT_TRUE(std::filesystem::exists(Path("db-2")));
  Keeper().CancelTask();
  EXPECT_EQ(AwaitTask().phase(), operations::v1::PROJECTION_TASK_PHASE_CANCELLED);
  EXPECT_FALSE(std::filesystem::exists(Path("db-2")));
  EXPECT_EQ(Digests(), before);
  // And another can begin; stopping the process ends it.
  ASSERT_EQ(Keeper().StartRebuild({.records_per_second_max = 1}), absl::OkStatus());
  Close();
  Open();
  EXPECT_EQ(Digests(), before);
  EXPECT_FALSE(std::filesystem::exists(Path("db-2")));
}

TEST_F(ProjectionKeeperTest, ACheckpointIsMadeWhereItIsToldAndSaysWhatIsInIt) {
  Open();
  Add(0, 10);
  EXPECT_TRUE(absl::IsInvalidArgument(Keeper().StartCheckpoint("checkpoint")));
  const std::string folder = absl::StrCat(folder_.path(), "/checkpoint");
  ASSERT_EQ(Keeper().StartCheckpoint(folder), absl::OkStatus());
  const ProjectionTask task = AwaitTask();
  EXPECT_EQ(task.phase(), operations::v1::PROJECTION_TASK_PHASE_DONE) << task.error();
  EXPECT_EQ(task.folder(), folder);
  const std::vector<std::string> digests = Digests();
  for (size_t i = 0; i < digests.size(); ++i) {
    EXPECT_EQ(task.manifest().column_families(static_cast<int>(i)).digest(), digests[i]);
  }
  ASSERT_EQ(Keeper().StartCheckpoint(folder), absl::OkStatus());
  EXPECT_THAT(AwaitTask().error(), HasSubstr("holds something"));
}

TEST_F(ProjectionKeeperTest, AStoreOfAnotherFoldIsReplacedOnceTheNewOneHasCaughtUp) {
  Open("toy-1");
  Add(0, 20);
  const std::vector<std::string> before = Digests();
  Close();
  Open("toy-2");
  EXPECT_EQ(Digests(), before);
  EXPECT_THAT(Keeper().replaces_fold(), HasSubstr("toy-1"));
  EXPECT_THAT(std::string(Keeper().StartRebuild({}).message()), HasSubstr("since the start"));
  EXPECT_THAT(std::string(Keeper().StartCheckpoint("/nowhere").message()), HasSubstr("still being filled"));
  Close();
  // It was not named: the older program has its store still, and drops what was begun.
  Open("toy-1");
  EXPECT_EQ(Keeper().replaces_fold(), "");
  EXPECT_FALSE(std::filesystem::exists(Path("db-2")));
  Close();
  Open("toy-2");
  Keeper().FinishIfCaughtUp();
  EXPECT_EQ(Keeper().replaces_fold(), "");
  EXPECT_THAT(Keeper().old_stores(), ElementsAre(Path("db")));
  Close();
  Open("toy-2");
  EXPECT_EQ(Keeper().replaces_fold(), "");
  EXPECT_EQ(Digests(), before);
}

}  // namespace
}  // namespace whistle::host
