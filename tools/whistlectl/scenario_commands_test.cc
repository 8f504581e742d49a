// What `whistlectl scenario run` prints once the story is over.
#include <fstream>

#include "libs/base/time.h"
#include "tools/whistlectl/commands_testing.h"
#include "whistle/operations/v1/service.pb.h"

namespace whistle::whistlectl {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class ScenarioCommandsTest : public CommandsTest {
 protected:
  // Tests run beside one another; each has a file of its own.
  ScenarioCommandsTest()
      : file(::testing::TempDir() + "/" + ::testing::UnitTest::GetInstance()->current_test_info()->name() + ".yaml") {
    std::ofstream(file) << "scenario: rest\ntitle: Nothing happens\nsteps: [{advance_to: 2019-01-01}]\n";
  }
  void ClockIs(journal::v1::ClockKind kind) {
    auto& status = Answer<operations::v1::GetJournalStatusResponse>("GetJournalStatus");
    status.set_clock_kind(kind);
    *status.mutable_now() = base::ToProto(*base::TimeFromText("2026-01-01T00:00:00Z"));
    *Answer<operations::v1::AdvanceClockResponse>("AdvanceClock").mutable_now() = status.now();
  }

  const std::string file;
};

TEST_F(ScenarioCommandsTest, OnAVirtualClockTheStoryIsLookedBackAt) {
  ClockIs(journal::v1::CLOCK_KIND_VIRTUAL);
  ASSERT_EQ(Run({"scenario", "run", file}), 0) << err.str();
  EXPECT_THAT(out.str(), HasSubstr("no deadline fired\n"));
  EXPECT_THAT(out.str(), HasSubstr("JURISDICTION_GAP       does not occur here"));
  EXPECT_THAT(out.str(), HasSubstr("nothing was put before a higher organization by itself\n"));
  ASSERT_EQ(Run({"scenario", "run", file, "--output=json"}), 0) << err.str();
  EXPECT_THAT(out.str(), HasSubstr("\"hindsight\": {\"deadlines\": []"));
}

TEST_F(ScenarioCommandsTest, OnTheRealClockThereIsNoHindsightAndItSaysWhy) {
  ClockIs(journal::v1::CLOCK_KIND_REAL);
  ASSERT_EQ(Run({"scenario", "run", file}), 0) << err.str();
  EXPECT_THAT(out.str(), HasSubstr("no hindsight: on the real clock everything was entered late"));
  EXPECT_THAT(out.str(), Not(HasSubstr("does not occur here")));
  ASSERT_EQ(Run({"scenario", "run", file, "--output=json"}), 0) << err.str();
  EXPECT_THAT(out.str(), HasSubstr("\"hindsight\": null}"));
}

}  // namespace
}  // namespace whistle::whistlectl
