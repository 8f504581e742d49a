// The two clocks: nothing touches the statutory one, and every owner's dwell is told in turn.
#include "services/intake/clocks.h"

#include <string>
#include <vector>

#include "libs/base/time.h"
#include "services/intake/limits.h"
#include "services/intake/scenario.h"

namespace whistle::intake {
namespace {

using ::testing::ElementsAre;
using testing::Organization;
using testing::Petitioner;
using testing::Request;

constexpr const char* kRegistered = "2021-07-01T00:00:00Z";

v1::Clocks Read(const State& state, const std::string& now) {
  static const registry::Calendar kNone;
  return ClocksOf(state, {*base::TimeFromText(now), kNone}, Owners::kAll);
}

// "lanzhou 2021-07-01..2021-07-05 4", one for each owner.
std::vector<std::string> Dwells(const v1::Clocks& clocks) {
  std::vector<std::string> texts;
  for (const v1::Dwell& dwell : clocks.dwells()) {
    const auto day = [](const google::protobuf::Timestamp& time) {
      return base::TimeText(base::FromProto(time)).substr(0, 10);
    };
    texts.push_back(absl::StrCat(dwell.owner().organization_id(), " ", day(dwell.from()), "..",
                                 dwell.has_until() ? day(dwell.until()) : "", " ", dwell.days()));
  }
  return texts;
}

v1::AssignHandlerRequest Assign(const std::string& handler) {
  v1::AssignHandlerRequest request;
  request.set_handler_id(handler);
  request.set_why("w");
  return request;
}

void ExpectStatutory(const State& state, const char* now, int days) {
  const v1::Clocks clocks = Read(state, now);
  EXPECT_EQ(base::TimeText(base::FromProto(clocks.statutory_from())), kRegistered);
  EXPECT_EQ(clocks.statutory_days(), days);
}

TEST(StatutoryClockTest, ItCountsCalendarDaysFromRegistration) {
  auto scenario = GivenAccepted();
  ExpectStatutory(scenario.state(), "2021-07-01T23:59:59Z", 0);
  ExpectStatutory(scenario.state(), "2021-07-03T00:00:00Z", 1);
  ExpectStatutory(scenario.state(), "2033-07-02T00:00:00Z", 4383);
}

TEST(StatutoryClockTest, ATransferDoesNotTouchIt) {
  auto scenario = GivenAccepted();
  scenario.At("2021-07-05").Command(Organization("lanzhou"), Assign("gas-company"));
  ExpectStatutory(scenario.state(), "2021-07-11", 9);
}

TEST(StatutoryClockTest, AClosingShowsWhereItStoodAndAReopeningTakesNothingFromIt) {
  auto scenario = GivenAccepted();
  scenario.At("2021-07-11").Command(Organization("lanzhou"), Request<v1::CloseCaseRequest>(R"(why: "done")"));
  ExpectStatutory(scenario.state(), "2021-08-01", 9);
  EXPECT_EQ(base::TimeText(base::FromProto(Read(scenario.state(), "2021-08-01").statutory_until())),
            "2021-07-11T00:00:00Z");
  scenario.At("2021-07-21").Command(Petitioner(), Request<v1::ReopenCaseRequest>(R"(why: "no gas")"));
  ExpectStatutory(scenario.state(), "2021-07-31", 29);
  EXPECT_FALSE(Read(scenario.state(), "2021-07-31").has_statutory_until());
}

TEST(StatutoryClockTest, AMergeAndItsUndoingDoNotTouchIt) {
  auto scenario = GivenAccepted();
  scenario.Event(Organization("lanzhou"), "merge_completed { target_case_id: 'case-2' }");
  ExpectStatutory(scenario.state(), "2021-07-11", 9);
  scenario.At("2021-07-12")
      .Event(Organization("lanzhou"), "case_unmerged { other_case_id: 'case-2' side: MERGE_SIDE_SOURCE why: 'w' }");
  ExpectStatutory(scenario.state(), "2021-07-21", 19);
}

TEST(StatutoryClockTest, ACorrectionOfItsBeginningIsRefused) {
  GivenAccepted()
      .When(Organization("lanzhou-petition-office"),
            Request<v1::CorrectEntryRequest>(
                R"(event_id: "1.1" why: "w" corrections { path: "occurred_at" value_json: '"2021-06-30"' })"))
      .ThenRejected(common::v1::REJECTION_KIND_ILLEGAL, "clock_not_reset");
}

TEST(DwellTest, EachOwnerIsToldInTurn) {
  auto scenario = GivenAccepted();
  const std::string first = scenario.state().header().handler().organization_id();
  scenario.At("2021-07-05").Command(Organization("lanzhou"), Assign("gas-company"));
  scenario.At("2021-07-09").Command(Organization("gansu"), Assign("lanzhou"));
  EXPECT_THAT(Dwells(Read(scenario.state(), "2021-07-11")),
              ElementsAre(first + " 2021-07-01..2021-07-05 3", "gas-company 2021-07-05..2021-07-09 3",
                          "lanzhou 2021-07-09.. 1"));
}

TEST(DwellTest, ItRestsWhileTheCaseIsClosed) {
  auto scenario = GivenAccepted();
  const std::string owner = scenario.state().header().handler().organization_id();
  scenario.At("2021-07-05").Command(Organization("lanzhou"), Request<v1::CloseCaseRequest>(R"(why: "done")"));
  scenario.At("2021-07-20").Command(Petitioner(), Request<v1::ReopenCaseRequest>(R"(why: "no gas")"));
  EXPECT_THAT(Dwells(Read(scenario.state(), "2021-07-22")),
              ElementsAre(owner + " 2021-07-01..2021-07-05 3", owner + " 2021-07-20.. 1"));
}

TEST(DwellTest, ACorrectionOfATransferMovesBothItsEnds) {
  auto scenario = GivenAccepted();
  const std::string first = scenario.state().header().handler().organization_id();
  scenario.At("2021-07-05").Command(Organization("lanzhou"), Assign("gas-company"));
  const std::string id = scenario.state().header().handler_event_id();
  scenario.At("2021-07-08")
      .Event(Organization("lanzhou"),
             absl::StrCat("intake_entry_corrected { event_id: '", id,
                          R"(' why: 'w' fields { path: "occurred_at" is: '"2021-07-03T00:00:00Z"' } })"));
  EXPECT_THAT(Dwells(Read(scenario.state(), "2021-07-11")),
              ElementsAre(first + " 2021-07-01..2021-07-03 1", "gas-company 2021-07-03.. 7"));
}

TEST(DwellTest, OfManyOwnersTheLatestAreKept) {
  auto scenario = GivenAccepted();
  for (int i = 0; i < kOwnedKept; ++i) {
    scenario.Command(Organization("gansu"), Assign(i % 2 == 0 ? "gas-company" : "lanzhou"));
  }
  const v1::Clocks clocks = Read(scenario.state(), "2021-07-11");
  ASSERT_EQ(clocks.dwells_size(), kOwnedKept);
  // The first owner of all has gone.
  EXPECT_EQ(clocks.dwells(0).owner().organization_id(), "gas-company");
}

}  // namespace
}  // namespace whistle::intake
