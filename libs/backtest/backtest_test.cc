#include "libs/backtest/backtest.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/backtest/backtest_testing.h"
#include "libs/backtest/compare.h"

namespace whistle::backtest {
namespace {

using registry::v1::Policy;
using testing::DefaultPolicy;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::Organization;
using testing::Petitioner;
using ::testing::SizeIs;

// Before the district, which has authority over its housing bureau alone; accepted on the day of registration.
LiveCase GivenCase(const Policy& policy = DefaultPolicy()) {
  LiveCase live(policy);
  live.At("2021-07-01")
      .Does<intake::v1::RegisterCaseRequest>(Petitioner(),
                                             R"(title: "No gas" demand: "Connect the building." category: "gas-supply"
                           site { site_id: "building-19" name: "Building 19" })");
  live.Does<intake::v1::AssignHandlerRequest>(Organization("chengguan"), "handler_id: 'chengguan'");
  live.Does<intake::v1::AcceptCaseRequest>(Organization("chengguan"), "");
  return live;
}

// The housing bureau is asked; the assignment's id.
std::string Ask(LiveCase& live, const std::string& department = "chengguan-housing-bureau") {
  return live.Does<response::v1::AskForResponseRequest>(
      Organization("chengguan"), absl::StrCat("department_id: '", department, "' question: 'Where is the gas?'"))[0];
}

// The id of the first event of a kind; empty if there is none.
std::string IdOf(const Decisions& decisions, bool (journal::v1::Event::*is)() const) {
  for (size_t i = 0; i < decisions.size(); ++i) {
    for (int n = 0; n < decisions[i].events_size(); ++n) {
      if ((decisions[i].events(n).*is)()) return domain::MakeEventId(base::Version{i + 1}, n + 1);
    }
  }
  return "";
}

// "finding silence of chengguan-housing-bureau: 2021-07-07T00:00:00Z → 2021-07-04T00:00:00Z", without warnings.
std::vector<std::string> Differences(const TwoHistories& histories) {
  std::vector<std::string> told;
  for (const Pair& pair : PairUp(histories, false)) {
    if (!pair.differs()) continue;
    const auto at = [](const std::optional<Fired>& fired) { return fired ? base::TimeText(fired->at) : "never"; };
    told.push_back(absl::StrCat(NameOf(pair.any().kind), " ", pair.any().rule, " of ",
                                pair.any().organization.organization_id(), ": ", at(pair.then), " → ", at(pair.would)));
  }
  return told;
}

// The other world is the recorded one, event by event.
void ExpectTheSameHistory(const LiveCase& live, const TwoHistories& histories) {
  ASSERT_EQ(histories.other.size(), live.decisions().size());
  for (size_t i = 0; i < histories.other.size(); ++i) {
    journal::v1::Decision recorded = live.decisions()[i];
    journal::v1::Decision other = histories.other[i];
    // A request is the journal's affair; what is decided anew is nobody's.
    recorded.clear_request();
    other.clear_request();
    EXPECT_EQ(other.ShortDebugString(), recorded.ShortDebugString()) << "version " << i + 1;
  }
  EXPECT_THAT(Differences(histories), IsEmpty());
  EXPECT_THAT(histories.rests_on, IsEmpty());
  EXPECT_THAT(histories.stuck, IsEmpty());
}

// A case in which much fires: two silences, contacts, a deadlock, a gap of authority, rungs that nobody answers.
void MuchGoesWrong(LiveCase& live) {
  const std::string asked = Ask(live);
  live.At("2021-07-02");
  Ask(live, "gas-company");
  for (const char* day : {"2021-07-03", "2021-07-04", "2021-07-05", "2021-07-09", "2021-07-10", "2021-07-11"}) {
    live.At(day).Does<intake::v1::RecordContactRequest>(
        Petitioner(), "channel: CONTACT_CHANNEL_VISIT contacted_id: 'gas-company' note: 'Again.'");
  }
  live.At("2021-07-12")
      .Does<response::v1::SubmitResponseRequest>(
          Organization("chengguan-housing-bureau"),
          absl::StrCat("assignment_id: '", asked, "' stance: STANCE_REFUSES text: 'It is not ours.'"));
  live.Does<coordination::v1::BlowWhistleRequest>(
      Organization("station-community"),
      "urgency: URGENCY_URGENT reason: 'No gas.' department_ids: 'chengguan-housing-bureau'");
  live.At("2021-09-20");
}

TEST(BacktestTest, UnderTheSamePolicyNothingDiffers) {
  LiveCase live = GivenCase();
  MuchGoesWrong(live);
  const TwoHistories histories = live.Under(DefaultPolicy());
  ExpectTheSameHistory(live, histories);
  EXPECT_EQ(histories.title, "No gas");
  // It was no quiet case.
  EXPECT_GT(histories.then.size(), 15u);
  EXPECT_GT(live.decisions().size(), 30u);
}

TEST(BacktestTest, UnderTheSamePolicyNothingDiffersOnAClockThatFiresLate) {
  LiveCase live = GivenCase();
  live.Late(absl::Seconds(6));
  MuchGoesWrong(live);
  ExpectTheSameHistory(live, live.Under(DefaultPolicy()));
}

TEST(BacktestTest, UnderTheSamePolicyNothingDiffersAfterAnOutage) {
  LiveCase live = GivenCase();
  live.Paused(true);
  const std::string asked = Ask(live);
  // Answered after its date, and the agenda never told: it told nothing in the other world either.
  live.At("2021-07-10")
      .Does<response::v1::SubmitResponseRequest>(
          Organization("chengguan-housing-bureau"),
          absl::StrCat("assignment_id: '", asked, "' stance: STANCE_ACCEPTS text: 'We will.'"));
  live.Paused(false);
  Ask(live, "gas-company");
  live.At("2021-07-12").Paused(true).At("2021-08-01").Paused(false).At("2021-09-20");
  ExpectTheSameHistory(live, live.Under(DefaultPolicy()));
}

TEST(BacktestTest, UnderTheSamePolicyWhatIsDueAndHasNotFiredYetIsNoDifference) {
  LiveCase live = GivenCase();
  Ask(live);
  live.Paused(true).At("2021-07-20");
  ExpectTheSameHistory(live, live.Under(DefaultPolicy()));
}

// Asked on the 1st: five days are over when the 6th ends, two when the 3rd does.
TEST(BacktestTest, AShorterTermFiresEarlier) {
  LiveCase live = GivenCase();
  Ask(live);
  live.At("2021-07-10");
  const TwoHistories histories = live.Under(PolicyWith([](Policy& p) { p.mutable_response()->set_count(2); }));
  EXPECT_THAT(Differences(histories),
              ElementsAre("overdue response of chengguan-housing-bureau: 2021-07-07T00:00:00Z → 2021-07-04T00:00:00Z",
                          "finding silence of chengguan-housing-bureau: 2021-07-07T00:00:00Z → 2021-07-04T00:00:00Z"));
  EXPECT_THAT(histories.rests_on, IsEmpty());
}

// Answered on the 8th: in time with ten days, late with five.
TEST(BacktestTest, ALongerTermDoesNotFireWhereTheAnswerCameInTime) {
  LiveCase live = GivenCase();
  const std::string asked = Ask(live);
  live.At("2021-07-08")
      .Does<response::v1::SubmitResponseRequest>(
          Organization("chengguan-housing-bureau"),
          absl::StrCat("assignment_id: '", asked, "' stance: STANCE_ACCEPTS text: 'We will.'"));
  live.At("2021-07-20");
  const TwoHistories histories = live.Under(PolicyWith([](Policy& p) { p.mutable_response()->set_count(10); }));
  EXPECT_THAT(Differences(histories),
              ElementsAre("overdue response of chengguan-housing-bureau: 2021-07-07T00:00:00Z → never",
                          "finding silence of chengguan-housing-bureau: 2021-07-07T00:00:00Z → never"));
}

// The shorter term puts an overdue, a finding and a warning before the answer: it has another version in the other
// world, and still answers the assignment that was asked there.
TEST(BacktestTest, WhatPersonsNameIsNamedByTheOtherWorldsIds) {
  LiveCase live = GivenCase();
  live.At("2021-07-02");
  const std::string first = Ask(live);
  live.At("2021-07-06");
  const std::string second = Ask(live, "gas-company");
  live.At("2021-07-06T12:00:00Z")
      .Does<response::v1::SubmitResponseRequest>(
          Organization("gas-company"),
          absl::StrCat("assignment_id: '", second, "' stance: STANCE_ACCEPTS text: 'We will.'"));
  live.At("2021-07-20");
  const TwoHistories histories = live.Under(PolicyWith([](Policy& p) { p.mutable_response()->set_count(2); }));
  // Had the answer not settled the second assignment, it would be overdue on the 9th.
  EXPECT_THAT(Differences(histories),
              ElementsAre("overdue response of chengguan-housing-bureau: 2021-07-08T00:00:00Z → 2021-07-05T00:00:00Z",
                          "finding silence of chengguan-housing-bureau: 2021-07-08T00:00:00Z → 2021-07-05T00:00:00Z"));
  std::vector<std::string> answered;
  for (const journal::v1::Decision& decision : histories.other) {
    for (const journal::v1::Event& event : decision.events()) {
      if (event.has_response_submitted()) answered.push_back(event.response_submitted().assignment_id());
    }
  }
  EXPECT_THAT(answered, SizeIs(1));
  EXPECT_NE(answered[0], second);
}

// The city declines on the 8th the escalation that came on the 7th. In the other world it came on the 5th, and would
// climb when the 10th ends, were it not declined too.
TEST(BacktestTest, AnActOnWhatTheAgendaDidIsOnTheSameThingInTheOtherWorldWheneverItCame) {
  LiveCase live = GivenCase();
  for (const char* day : {"2021-07-02", "2021-07-03", "2021-07-04", "2021-07-05", "2021-07-06", "2021-07-07"}) {
    live.At(day).Does<intake::v1::RecordContactRequest>(
        Petitioner(), "channel: CONTACT_CHANNEL_VISIT contacted_id: 'chengguan' note: 'Again.'");
  }
  live.At("2021-07-08");
  const std::string escalation = IdOf(live.decisions(), &journal::v1::Event::has_escalation_raised);
  live.Does<escalation::v1::DeclineEscalationRequest>(
      Organization("lanzhou"), absl::StrCat("escalation_id: '", escalation, "' reason: 'The district can.'"));
  live.At("2021-07-12");
  const TwoHistories histories = live.Under(PolicyWith([](Policy& p) { p.set_persistent_contacts(2); }));
  EXPECT_THAT(histories.rests_on, IsEmpty());
  const std::string theirs = IdOf(histories.other, &journal::v1::Event::has_escalation_raised);
  EXPECT_NE(theirs, escalation);
  const auto declined =
      std::find_if(histories.other.begin(), histories.other.end(),
                   [](const journal::v1::Decision& decision) { return decision.events(0).has_escalation_declined(); });
  ASSERT_NE(declined, histories.other.end());
  EXPECT_EQ(declined->events(0).escalation_declined().escalation_id(), theirs);
  EXPECT_EQ(IdOf(histories.other, &journal::v1::Event::has_escalation_unanswered), "");
}

TEST(BacktestTest, AnActOnWhatWouldNotHaveHappenedIsReplayedAndTold) {
  LiveCase live = GivenCase();
  Ask(live);
  live.At("2021-07-08");
  const std::string finding = IdOf(live.decisions(), &journal::v1::Event::has_finding_raised);
  ASSERT_NE(finding, "");
  const std::string answer = live.Does<escalation::v1::AnswerFindingRequest>(
      Organization("chengguan-housing-bureau"), absl::StrCat("finding_id: '", finding, "' text: 'We were busy.'"))[0];
  live.At("2021-07-09");
  const TwoHistories histories = live.Under(PolicyWith([](Policy& p) { p.mutable_response()->set_count(30); }));
  ASSERT_THAT(histories.rests_on, SizeIs(1));
  EXPECT_EQ(histories.rests_on[0].event_id, answer);
  EXPECT_EQ(histories.rests_on[0].what, "FindingAnswered");
  EXPECT_EQ(histories.rests_on[0].missing_event_id, finding);
  EXPECT_TRUE(std::any_of(histories.other.begin(), histories.other.end(), [](const journal::v1::Decision& decision) {
    return decision.events(0).has_finding_answered();
  }));
}

// Two days from the 1st end with the 3rd; three more with the 6th. Five and three: the 9th.
TEST(BacktestTest, AnExtensionIsAddedToTheDateThatTheOtherPolicySets) {
  LiveCase live = GivenCase();
  const std::string asked = Ask(live);
  live.At("2021-07-02")
      .Does<response::v1::GrantExtensionRequest>(
          Organization("chengguan"), absl::StrCat("assignment_id: '", asked, "' count: 3 why: 'The pipe is long.'"));
  live.At("2021-07-20");
  const TwoHistories histories = live.Under(PolicyWith([](Policy& p) { p.mutable_response()->set_count(2); }));
  EXPECT_THAT(Differences(histories),
              ElementsAre("overdue response of chengguan-housing-bureau: 2021-07-10T00:00:00Z → 2021-07-07T00:00:00Z",
                          "finding silence of chengguan-housing-bureau: 2021-07-10T00:00:00Z → 2021-07-07T00:00:00Z"));
}

TEST(BacktestTest, AGivenDateStays) {
  LiveCase live = GivenCase();
  live.Does<response::v1::AskForResponseRequest>(
      Organization("chengguan"),
      "department_id: 'chengguan-housing-bureau' question: 'Where is the gas?' due_at: @2021-07-04");
  live.At("2021-07-20");
  EXPECT_THAT(Differences(live.Under(PolicyWith([](Policy& p) { p.mutable_response()->set_count(2); }))), IsEmpty());
}

TEST(BacktestTest, ARuleThatIsSwitchedOffFindsNothingAndOneSwitchedOnLooksAtThePast) {
  const Policy off = PolicyWith([](Policy& p) { p.mutable_findings()->mutable_silence()->set_off(true); });
  LiveCase live = GivenCase();
  Ask(live);
  live.At("2021-07-20");
  EXPECT_THAT(Differences(live.Under(off)),
              ElementsAre("finding silence of chengguan-housing-bureau: 2021-07-07T00:00:00Z → never"));

  LiveCase without = GivenCase(off);
  Ask(without);
  without.At("2021-07-20");
  EXPECT_THAT(Differences(without.Under(DefaultPolicy())),
              ElementsAre("finding silence of chengguan-housing-bureau: never → 2021-07-07T00:00:00Z"));
}

// Six visits, one a day: with three a finding on the 4th and the 7th, with two on the 3rd, the 5th and the 7th. Two of
// them put the case before the city: on the 7th, and on the 5th.
TEST(BacktestTest, AnEscalationComesEarlierWithTheFindingsItRestsOn) {
  LiveCase live = GivenCase();
  for (const char* day : {"2021-07-02", "2021-07-03", "2021-07-04", "2021-07-05", "2021-07-06", "2021-07-07"}) {
    live.At(day).Does<intake::v1::RecordContactRequest>(
        Petitioner(), "channel: CONTACT_CHANNEL_VISIT contacted_id: 'chengguan' note: 'Again.'");
  }
  live.At("2021-07-08");
  const TwoHistories histories = live.Under(PolicyWith([](Policy& p) { p.set_persistent_contacts(2); }));
  EXPECT_THAT(Differences(histories),
              ElementsAre("finding persistent_demand of : 2021-07-04T00:00:00Z → 2021-07-03T00:00:00Z",
                          "finding persistent_demand of : 2021-07-07T00:00:00Z → 2021-07-05T00:00:00Z",
                          "escalation persistent_demand of lanzhou: 2021-07-07T00:00:00Z → 2021-07-05T00:00:00Z",
                          "finding persistent_demand of : never → 2021-07-07T00:00:00Z"));
  const auto stood = StoodBeforeHighest(histories);
  ASSERT_TRUE(stood.has_value());
  EXPECT_EQ(stood->organization.organization_id(), "lanzhou");
  EXPECT_EQ(base::TimeText(*stood->would), "2021-07-05T00:00:00Z");
  EXPECT_EQ(base::TimeText(*stood->then), "2021-07-07T00:00:00Z");
}

TEST(BacktestTest, AMergesConversationIsReplayedAsItHappened) {
  LiveCase live = GivenCase();
  Ask(live);
  live.At("2021-07-02");
  const std::string proposal = live.Does<intake::v1::ProposeMergeRequest>(
      Organization("chengguan"), "target_case_id: 'case-2' why: 'The same building.'")[0];
  live.Records(testing::Agenda(), "agenda:merge",
               absl::StrCat("occurred_at: @2021-07-02 merge_completed { target_case_id: 'case-2' proposal_event_id: '",
                            proposal, "' accepted_event_id: '5.1' }"));
  live.At("2021-07-20");
  // Merged on the 2nd: nothing falls due in a case that rests, whatever the term.
  const TwoHistories histories = live.Under(PolicyWith([](Policy& p) { p.mutable_response()->set_count(2); }));
  EXPECT_THAT(Differences(histories), IsEmpty());
  EXPECT_THAT(histories.stuck, IsEmpty());
  ASSERT_TRUE(histories.other.back().events(0).has_merge_completed());
  // Another case's event keeps its name.
  EXPECT_EQ(histories.other.back().events(0).merge_completed().accepted_event_id(), "5.1");
}

}  // namespace
}  // namespace whistle::backtest
