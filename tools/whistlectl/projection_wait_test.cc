#include "tools/whistlectl/commands_testing.h"
#include "whistle/operations/v1/service.pb.h"

namespace whistle::whistlectl {
namespace {

using ::testing::HasSubstr;

class ProjectionWaitTest : public CommandsTest {
 protected:
  ProjectionWaitTest() {
    auto* end = Answer<operations::v1::GetJournalStatusResponse>("GetJournalStatus").add_partitions();
    end->set_topic(common::v1::TOPIC_CASES);
    end->set_partition(3);
    end->set_end_offset(10);
  }

  // What a whistled says: every service is at `offset`, but intake is as given.
  void Tell(int64_t offset, operations::v1::ProjectionHealth intake, const std::string& reason = "") {
    auto& status = Answer<operations::v1::GetProjectionStatusResponse>("GetProjectionStatus");
    for (const char* service : kServiceNames) {
      auto* projection = status.add_projections();
      projection->set_service(service);
      auto* partition = projection->add_partitions();
      partition->set_topic(common::v1::TOPIC_CASES);
      partition->set_partition(3);
      partition->set_health(service == std::string("intake") ? intake : operations::v1::PROJECTION_HEALTH_LIVE);
      if (service == std::string("intake")) partition->set_reason(reason);
      partition->mutable_row()->set_offset(offset);
    }
  }
};

TEST_F(ProjectionWaitTest, WaitsUntilTheLastRecordIsFolded) {
  Tell(7, operations::v1::PROJECTION_HEALTH_CATCHING_UP);
  Tell(8, operations::v1::PROJECTION_HEALTH_LIVE);
  Tell(9, operations::v1::PROJECTION_HEALTH_LIVE);
  EXPECT_EQ(Run({"projection", "wait"}), 0) << err.str();
  EXPECT_EQ(out.str(), "all projections are live and at the journal's end\n");
  // The journal's end once, the projections until they were there.
  EXPECT_EQ(services.sent.size(), 4);
}

TEST_F(ProjectionWaitTest, IsNotDoneBeforeItIsLive) {
  Tell(9, operations::v1::PROJECTION_HEALTH_CATCHING_UP);
  EXPECT_EQ(Run({"projection", "wait", "--for=1ms"}), 1);
  EXPECT_THAT(err.str(),
              HasSubstr("waited 1ms (--for); still: 0 records to fold; intake, partition 3: catching_up at offset 9"));
}

TEST_F(ProjectionWaitTest, LooksAtOneServiceOnly) {
  Tell(9, operations::v1::PROJECTION_HEALTH_CATCHING_UP);
  EXPECT_EQ(Run({"projection", "wait", "--service=response"}), 0) << err.str();
  EXPECT_EQ(out.str(), "response is live and at the journal's end\n");
}

TEST_F(ProjectionWaitTest, TellsAtOnceWhatWaitingWillNotMend) {
  Tell(4, operations::v1::PROJECTION_HEALTH_HALTED, "the record is of level 2");
  EXPECT_EQ(Run({"projection", "wait"}), 1);
  EXPECT_THAT(err.str(), HasSubstr("intake, partition 3: halted at offset 4: the record is of level 2"));
}

TEST_F(ProjectionWaitTest, WaitsForWhoDoesNotAnswerYet) {
  services.refusals[1] = absl::UnavailableError("nobody listens");
  Tell(9, operations::v1::PROJECTION_HEALTH_LIVE);
  EXPECT_EQ(Run({"projection", "wait"}), 0) << err.str();
}

TEST_F(ProjectionWaitTest, SaysWhoDoesNotAnswerWhenTimeIsUp) {
  for (size_t call = 1; call <= 5; ++call) services.refusals[call] = absl::UnavailableError("nobody listens");
  EXPECT_EQ(Run({"projection", "wait", "--for=1ms"}), 1);
  EXPECT_THAT(err.str(), HasSubstr("nobody listens"));
}

TEST_F(ProjectionWaitTest, EndsAtOnceOnAnyOtherError) {
  services.refusals[1] = absl::PermissionDeniedError("not you");
  EXPECT_EQ(Run({"projection", "wait"}), 1);
  EXPECT_THAT(err.str(), HasSubstr("not you"));
}

TEST_F(ProjectionWaitTest, NamesTheFlagThatIsWrong) {
  EXPECT_EQ(Run({"projection", "wait", "--service=nobody"}), 2);
  EXPECT_EQ(Run({"projection", "wait", "--for=soon"}), 2);
  EXPECT_THAT(err.str(), HasSubstr("--for"));
}

}  // namespace
}  // namespace whistle::whistlectl
