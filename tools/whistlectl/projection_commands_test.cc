#include <unistd.h>

#include <filesystem>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "libs/base/proto.h"
#include "libs/base/time.h"
#include "libs/projection/checkpoint.h"
#include "libs/projection/rocks_store.h"
#include "tools/whistlectl/commands_testing.h"
#include "whistle/operations/v1/service.pb.h"

namespace whistle::whistlectl {
namespace {

using operations::v1::ProjectionTask;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ProjectionCommandsTest : public CommandsTest {
 protected:
  // A rebuild of intake that has got so far.
  static void SetRebuild(ProjectionTask& task, operations::v1::ProjectionTaskPhase phase, int64_t done, int64_t total) {
    task.set_service("intake");
    task.set_kind(operations::v1::PROJECTION_TASK_KIND_REBUILD);
    task.set_phase(phase);
    task.mutable_started_at()->set_seconds(1000);
    task.set_records_done(done);
    task.set_records_total(total);
    task.set_records_per_second(2500.4);
  }
  void Begun() {
    SetRebuild(*Answer<operations::v1::RebuildProjectionResponse>("RebuildProjection").mutable_task(),
               operations::v1::PROJECTION_TASK_PHASE_FILLING, 0, 0);
  }
  ProjectionTask& NextTask() {
    return *Answer<operations::v1::GetProjectionTaskResponse>("GetProjectionTask").mutable_task();
  }
};

TEST_F(ProjectionCommandsTest, ARebuildIsFollowedAndItsPauseTold) {
  Begun();
  SetRebuild(NextTask(), operations::v1::PROJECTION_TASK_PHASE_FILLING, 2500, 10000);
  ProjectionTask& done = NextTask();
  SetRebuild(done, operations::v1::PROJECTION_TASK_PHASE_DONE, 10000, 10000);
  done.mutable_finished_at()->set_seconds(1004);
  done.set_pause_ms(3.14);
  EXPECT_EQ(Run({"projection", "rebuild", "intake", "--rate=2500/s"}), 0) << err.str();
  EXPECT_THAT(err.str(), HasSubstr("intake: filling, 2500 of 10000 records (25 %), 2500/s"));
  EXPECT_THAT(out.str(),
              HasSubstr("intake: rebuilt from 10000 records in 4.0 s, 0 rows differed, stood still for 3.1 ms; the "
                        "old store is kept until \"whistlectl projection discard-old intake\""));
  EXPECT_THAT(services.sent, ElementsAre("RebuildProjection@intake service: \"intake\" records_per_second_max: 2500",
                                         "GetProjectionTask@intake service: \"intake\"",
                                         "GetProjectionTask@intake service: \"intake\""));
}

TEST_F(ProjectionCommandsTest, WhatDiffersIsListedAndTheCommandFails) {
  Begun();
  ProjectionTask& failed = NextTask();
  SetRebuild(failed, operations::v1::PROJECTION_TASK_PHASE_FAILED, 10, 10);
  failed.mutable_finished_at()->set_seconds(1001);
  failed.set_error("the rebuilt store differs");
  auto* difference = failed.add_differences();
  difference->set_column_family("state");
  difference->set_row("case c-7");
  difference->set_what("modified: contacts: 3 -> 4");
  EXPECT_EQ(Run({"projection", "rebuild", "intake", "--take-despite-difference"}), 1);
  EXPECT_THAT(out.str(), AllOf(HasSubstr("case c-7"), HasSubstr("modified: contacts: 3 -> 4"), HasSubstr("failed"),
                               HasSubstr("the rebuilt store differs")));
  EXPECT_THAT(services.sent.front(), HasSubstr("take_despite_difference: true"));
}

TEST_F(ProjectionCommandsTest, DetachedItBeginsAndIsNotFollowed) {
  auto& reply = Answer<operations::v1::CheckpointProjectionResponse>("CheckpointProjection");
  reply.mutable_task()->set_service("intake");
  reply.mutable_task()->set_kind(operations::v1::PROJECTION_TASK_KIND_CHECKPOINT);
  reply.mutable_task()->set_phase(operations::v1::PROJECTION_TASK_PHASE_COPYING);
  EXPECT_EQ(Run({"projection", "checkpoint", "intake", "/backup/intake", "--detach"}), 0) << err.str();
  EXPECT_EQ(out.str(), "intake: copying\n");
  EXPECT_THAT(services.sent, ElementsAre("CheckpointProjection@intake service: \"intake\" folder: \"/backup/intake\""));
}

TEST_F(ProjectionCommandsTest, AServiceThatIsNoneIsNamedAsTheOperandItIs) {
  EXPECT_EQ(Run({"projection", "rebuild", "taxes"}), 2);
  EXPECT_THAT(err.str(), HasSubstr("SERVICE is one of intake, response, coordination, escalation; found \"taxes\""));
}

TEST_F(ProjectionCommandsTest, TheStatusOfAllServicesIsATable) {
  SetRebuild(NextTask(), operations::v1::PROJECTION_TASK_PHASE_COMPARING, 10, 10);
  NextTask();
  EXPECT_EQ(Run({"projection", "rebuild-status"}), 0) << err.str();
  EXPECT_THAT(out.str(), AllOf(HasSubstr("intake        comparing"), HasSubstr("nothing was begun since the start")));
}

TEST_F(ProjectionCommandsTest, ACancelledTaskIsWaitedFor) {
  SetRebuild(*Answer<operations::v1::CancelProjectionTaskResponse>("CancelProjectionTask").mutable_task(),
             operations::v1::PROJECTION_TASK_PHASE_FILLING, 1, 10);
  ProjectionTask& over = NextTask();
  SetRebuild(over, operations::v1::PROJECTION_TASK_PHASE_CANCELLED, 1, 10);
  over.mutable_finished_at()->set_seconds(1002);
  EXPECT_EQ(Run({"projection", "cancel-rebuild", "intake"}), 0) << err.str();
  EXPECT_THAT(out.str(), HasSubstr("intake: cancelled, 1 of 10 records (10 %), 2500/s after 2.0 s"));
}

TEST_F(ProjectionCommandsTest, ATaskThatTheServiceDoesNotKnowAnyMoreIsNotWaitedForForEver) {
  Begun();
  SetRebuild(NextTask(), operations::v1::PROJECTION_TASK_PHASE_FILLING, 2500, 10000);
  // Started anew between two looks.
  NextTask();
  EXPECT_EQ(Run({"projection", "rebuild", "intake"}), 1);
  EXPECT_THAT(err.str(), AllOf(HasSubstr("intake does not know of this task any more: it was started anew"),
                               HasSubstr("rebuild-status intake")));
}

TEST_F(ProjectionCommandsTest, AnothersTaskIsNotTakenForOurs) {
  Begun();
  ProjectionTask& other = NextTask();
  SetRebuild(other, operations::v1::PROJECTION_TASK_PHASE_DONE, 10, 10);
  other.mutable_started_at()->set_seconds(2000);
  other.mutable_finished_at()->set_seconds(2001);
  EXPECT_EQ(Run({"projection", "rebuild", "intake"}), 1) << "it is another's that is done";
  EXPECT_THAT(err.str(), HasSubstr("another was begun since"));
}

TEST_F(ProjectionCommandsTest, ACancelledTaskThatIsNotKnownAnyMoreIsNotWaitedForForEver) {
  SetRebuild(*Answer<operations::v1::CancelProjectionTaskResponse>("CancelProjectionTask").mutable_task(),
             operations::v1::PROJECTION_TASK_PHASE_FILLING, 1, 10);
  NextTask();
  EXPECT_EQ(Run({"projection", "cancel-rebuild", "intake"}), 1);
}

TEST_F(ProjectionCommandsTest, CancellingWhatHasEndedSaysThatNothingRuns) {
  ProjectionTask& ended = *Answer<operations::v1::CancelProjectionTaskResponse>("CancelProjectionTask").mutable_task();
  SetRebuild(ended, operations::v1::PROJECTION_TASK_PHASE_DONE, 10, 10);
  ended.mutable_finished_at()->set_seconds(1002);
  EXPECT_EQ(Run({"projection", "cancel-rebuild", "intake"}), 0) << err.str();
  EXPECT_THAT(err.str(), HasSubstr("nothing runs; the last task had ended"));
}

TEST_F(ProjectionCommandsTest, OldStoresThatWereDeletedAreNamed) {
  Answer<operations::v1::DiscardOldProjectionResponse>("DiscardOldProjection").add_discarded("/data/intake/db");
  EXPECT_EQ(Run({"projection", "discard-old", "intake"}), 0) << err.str();
  EXPECT_THAT(out.str(), HasSubstr("/data/intake/db"));
}

// A store that has folded one record of a journal.
std::unique_ptr<projection::RocksStore> StoreOf(const std::string& dir, const std::string& journal_uuid) {
  auto store = projection::RocksStore::Open({.dir = dir, .fold_fingerprint = "test"});
  EXPECT_TRUE(store.ok()) << store.status();
  projection::WriteSet set;
  projection::v1::PartitionRow row;
  row.set_journal_uuid(journal_uuid);
  set.partitions.emplace_back(base::PartitionId::Case(0), row);
  EXPECT_EQ((*store)->Commit(set), absl::OkStatus());
  return *std::move(store);
}

TEST_F(ProjectionCommandsTest, ACheckpointOfAnotherJournalIsRefusedNamingTheStoreThatSaysSoAndTheWayOut) {
  const std::string folder = absl::StrCat(::testing::TempDir(), "/whistlectl-restore-", getpid());
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  const std::string checkpoint = folder + "/checkpoint";
  const auto made = projection::MakeCheckpoint(
      *StoreOf(folder + "/source", "uuid-new"), "intake", absl::UnixEpoch(), checkpoint,
      [](absl::string_view) { return absl::OkStatus(); }, [] { return absl::OkStatus(); });
  ASSERT_TRUE(made.ok()) << made.status();
  StoreOf(folder + "/data/response", "uuid-old").reset();
  EXPECT_EQ(Run({"projection", "restore", checkpoint, "intake", "--data=" + folder + "/data"}), 1);
  EXPECT_THAT(err.str(), AllOf(HasSubstr("the checkpoint is of journal uuid-new, and the store in " + folder +
                                         "/data/response of journal uuid-old"),
                               HasSubstr("say so with --journal-uuid=uuid-new")));
  // Then it goes on, to what the checkpoint's fold is.
  EXPECT_EQ(
      Run({"projection", "restore", checkpoint, "intake", "--data=" + folder + "/data", "--journal-uuid=uuid-new"}), 1);
  EXPECT_THAT(err.str(), HasSubstr("of fold test, expected intake-"));
  std::filesystem::remove_all(folder);
}

TEST_F(ProjectionCommandsTest, AWrongCommandLineNamesWhatWouldDo) {
  EXPECT_EQ(Run({"projection", "rebuild", "intak"}), 2);
  EXPECT_THAT(err.str(), HasSubstr("intake, response"));
  EXPECT_EQ(Run({"projection", "rebuild", "intake", "--rate=fast"}), 2);
  EXPECT_THAT(err.str(), HasSubstr("2000/s"));
  EXPECT_EQ(Run({"projection", "rebuild", "intake", "--rate=0"}), 2);
  EXPECT_EQ(Run({"projection", "restore", "/backup/intake", "intake"}), 2);
  EXPECT_THAT(err.str(), HasSubstr("--data"));
  EXPECT_EQ(Run({"projection", "restore", "/backup/intake", "intaka", "--data=/data"}), 2);
  EXPECT_EQ(Run({"projection", "diff", "intake"}), 2);
  EXPECT_EQ(Run({"projection", "diff", "/nowhere/at-all", "/nowhere/at-all"}), 1);
  EXPECT_THAT(err.str(), HasSubstr("neither a projection's folder nor a checkpoint"));
  EXPECT_TRUE(services.sent.empty());
}

}  // namespace
}  // namespace whistle::whistlectl
