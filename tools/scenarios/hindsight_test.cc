#include "tools/scenarios/hindsight.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tools/scenarios/hindsight_testing.h"

namespace whistle::scenarios {
namespace {

using escalation::v1::FINDING_RULE_CONTRADICTION;
using escalation::v1::FINDING_RULE_NO_OWNER;
using escalation::v1::FINDING_RULE_SILENCE;
using escalation::v1::FINDING_RULE_UNGROUNDED;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kMidnight[] = "2019-07-13T00:00:00+08:00";

google::protobuf::Timestamp Stamp(const std::string& text) { return base::ToProto(TimeOf(text)); }

const Safeguard& Of(const std::vector<Safeguard>& safeguards, escalation::v1::FindingRule rule) {
  return *std::find_if(safeguards.begin(), safeguards.end(), [&](const Safeguard& s) { return s.rule == rule; });
}

TEST(FiredDatesTest, TellsOfAnAnswerThatDidNotComeWhoOwedItAndWhenItWasWarned) {
  History gas("gas");
  auto& near = *gas.Agenda("2019-07-10T17:00:00+08:00").mutable_response_deadline_approaching();
  near.set_rule("response");
  near.set_subject("65.1");
  *near.mutable_due_at() = Stamp(kMidnight);
  auto& overdue = *gas.Agenda(kMidnight).mutable_response_overdue();
  overdue.set_assignment_id("65.1");
  *overdue.mutable_department() = Organization("gas-company", "Gas company");
  *overdue.mutable_due()->mutable_due_at() = Stamp(kMidnight);

  const auto fired = FiredDates(*gas);
  ASSERT_THAT(fired, SizeIs(1));
  EXPECT_EQ(fired[0].case_name, "gas");
  EXPECT_EQ(fired[0].rule, "response");
  EXPECT_EQ(fired[0].event_id, "2.1");
  EXPECT_EQ(fired[0].fired_at, TimeOf(kMidnight));
  EXPECT_EQ(fired[0].due_at, TimeOf(kMidnight));
  EXPECT_EQ(fired[0].owed_by.organization_id(), "gas-company");
  EXPECT_EQ(fired[0].warned_at, TimeOf("2019-07-10T17:00:00+08:00"));
  EXPECT_EQ(fired[0].lifted_at, std::nullopt);
}

TEST(FiredDatesTest, AWarningOfAnotherAssignmentOrAnEarlierDateIsNotItsOwn) {
  History gas("gas");
  for (const auto& [subject, due_at] : {std::pair("66.1", kMidnight), std::pair("65.1", "2019-07-12T00:00:00+08:00")}) {
    auto& near = *gas.Agenda("2019-07-10T17:00:00+08:00").mutable_response_deadline_approaching();
    near.set_rule("response");
    near.set_subject(subject);
    *near.mutable_due_at() = Stamp(due_at);
  }
  auto& overdue = *gas.Agenda(kMidnight).mutable_response_overdue();
  overdue.set_assignment_id("65.1");
  *overdue.mutable_due()->mutable_due_at() = Stamp(kMidnight);

  const auto fired = FiredDates(*gas);
  ASSERT_THAT(fired, SizeIs(1));
  EXPECT_EQ(fired[0].warned_at, std::nullopt);
}

TEST(FiredDatesTest, OfOneWhistleEachDepartmentHasAWarningOfItsOwn) {
  History gas("gas");
  for (const auto& [called, at] :
       {std::pair("gas", "2019-07-12T09:00:00+08:00"), std::pair("network", "2019-07-12T10:00:00+08:00")}) {
    auto& near = *gas.Agenda(at).mutable_coordination_deadline_approaching();
    near.set_rule("whistle");
    near.set_subject(std::string("5.1/") + called);
    *near.mutable_due_at() = Stamp(kMidnight);
  }
  auto& unanswered = *gas.Agenda(kMidnight).mutable_whistle_unanswered();
  unanswered.set_whistle_id("5.1");
  *unanswered.mutable_department() = Organization("gas", "Gas company");
  *unanswered.mutable_due()->mutable_due_at() = Stamp(kMidnight);

  const auto fired = FiredDates(*gas);
  ASSERT_THAT(fired, SizeIs(1));
  EXPECT_EQ(fired[0].warned_at, TimeOf("2019-07-12T09:00:00+08:00"));
}

TEST(FiredDatesTest, SaysThatOneWasLiftedAndWhen) {
  History gas("gas");
  *gas.Agenda(kMidnight).mutable_handling_overdue()->mutable_due()->mutable_due_at() = Stamp(kMidnight);
  *gas.Agenda(kMidnight).mutable_acceptance_overdue()->mutable_due()->mutable_due_at() = Stamp(kMidnight);
  gas.Step("late", "2019-07-15T09:00:00+08:00").mutable_intake_overdue_lifted()->set_overdue_event_id("2.1");

  const auto fired = FiredDates(*gas);
  ASSERT_THAT(fired, SizeIs(2));
  EXPECT_EQ(fired[0].lifted_at, std::nullopt);
  EXPECT_EQ(fired[1].rule, "acceptance");
  EXPECT_EQ(fired[1].lifted_at, TimeOf("2019-07-15T09:00:00+08:00"));
}

TEST(FiredDatesTest, ThatNobodyAcceptedIsADateAndOtherFindingsAreNone) {
  History gas("gas");
  auto& awaited = *gas.Agenda("2019-07-02T10:30:00+08:00").mutable_owner_awaited();
  awaited.set_since_event_id("9.1");
  *awaited.mutable_due()->mutable_due_at() = Stamp(kMidnight);
  *awaited.mutable_holder() = Organization("bureau", "Bureau");
  gas.Finding(FINDING_RULE_NO_OWNER, kMidnight, "9.1", "Nobody.").mutable_finding_raised()->set_subject("9.1");
  gas.Finding(FINDING_RULE_SILENCE, kMidnight, "9.1", "Silence.").mutable_finding_raised()->set_subject("9.1");

  const auto fired = FiredDates(*gas);
  ASSERT_THAT(fired, SizeIs(1));
  EXPECT_EQ(fired[0].rule, "no_owner");
  EXPECT_EQ(fired[0].due_at, TimeOf(kMidnight));
  EXPECT_EQ(fired[0].owed_by.name(), "Bureau");
}

TEST(FiredDatesTest, ACommitmentThatAPersonSaysIsBrokenIsNoDateThatFired) {
  History gas("gas");
  gas.Step("renounced", "2019-07-01T09:00:00+08:00").mutable_commitment_broken()->set_commitment_id("1.2");
  EXPECT_THAT(FiredDates(*gas), IsEmpty());
  gas.Agenda(kMidnight).mutable_commitment_broken()->set_commitment_id("1.3");
  EXPECT_THAT(FiredDates(*gas), SizeIs(1));
}

TEST(FiredDatesTest, TheTimeForAReturnIsNoDebt) {
  History gas("gas");
  gas.Agenda(kMidnight).mutable_return_term_passed()->set_assignment_id("65.1");
  EXPECT_THAT(FiredDates(*gas), IsEmpty());
}

TEST(FiredDatesTest, KnowsEveryEventOfTheVocabularyThatSaysThatSomethingIsOverdue) {
  const auto* body = journal::v1::Event::descriptor()->FindOneofByName("body");
  int known = 0;
  for (int i = 0; i < body->field_count(); ++i) {
    const auto* field = body->field(i);
    const std::string& name = field->message_type()->name();
    if (!absl::EndsWith(name, "Overdue") && !absl::EndsWith(name, "Unanswered")) continue;
    ++known;
    History gas("gas");
    journal::v1::Event& event = gas.Agenda(kMidnight);
    event.GetReflection()->MutableMessage(&event, field);
    EXPECT_THAT(FiredDates(*gas), SizeIs(1)) << name;
  }
  EXPECT_EQ(known, 8);
}

TEST(SafeguardsTest, HasOneForEveryRuleEvenWhereNothingWasFound) {
  const auto safeguards = Safeguards({*History("gas")}, "story", China());
  ASSERT_THAT(safeguards, SizeIs(13));
  for (const Safeguard& safeguard : safeguards) {
    EXPECT_EQ(safeguard.times, 0);
    EXPECT_FALSE(safeguard.reality);
  }
  EXPECT_EQ(safeguards.front().rule, FINDING_RULE_UNGROUNDED);
}

TEST(SafeguardsTest, TellsTheFirstFindingItsProofAndWhatHadHappenedBeforeThatDay) {
  History gas("gas");
  gas.Step("ask", "2009-09-02T10:00:00+08:00").mutable_contact_recorded()->set_note("They ask.");
  gas.Step("answer", "2009-09-10T10:00:00+08:00").mutable_condition_imposed();
  gas.Finding(FINDING_RULE_UNGROUNDED, "2009-09-10T10:00:00+08:00", "2.1", "It cites no grounds.");
  gas.Step("answer-again", "2016-03-10T10:00:00+08:00").mutable_condition_imposed();
  gas.Finding(FINDING_RULE_UNGROUNDED, "2016-03-10T10:00:00+08:00", "4.1", "Again none.");

  const auto safeguards = Safeguards({*gas}, "story", China());
  const Safeguard& found = Of(safeguards, FINDING_RULE_UNGROUNDED);
  EXPECT_EQ(found.times, 2);
  EXPECT_EQ(found.finding_id, "3.1");
  EXPECT_EQ(found.fired_at, TimeOf("2009-09-10T10:00:00+08:00"));
  EXPECT_THAT(found.evidence_event_ids, ElementsAre("2.1"));
  EXPECT_EQ(found.text, "It cites no grounds.");
  ASSERT_TRUE(found.reality);
  EXPECT_EQ(found.reality->step, "ask");
  EXPECT_THAT(found.reality->text, ::testing::HasSubstr("They ask."));
}

TEST(SafeguardsTest, WhatTheAgendaDidIsNotRealityAndADayBeginsAtItsMidnight) {
  History gas("gas");
  gas.Step("ask", "2019-07-12T23:59:59+08:00").mutable_contact_recorded();
  gas.Step("same-day", "2019-07-13T00:00:00+08:00").mutable_contact_recorded();
  gas.Agenda("2019-07-12T23:59:59+08:00").mutable_response_overdue();
  gas.Finding(FINDING_RULE_SILENCE, "2019-07-13T05:00:00+08:00", "3.1", "Silence.");
  const auto safeguards = Safeguards({*gas}, "story", China());
  ASSERT_TRUE(Of(safeguards, FINDING_RULE_SILENCE).reality);
  EXPECT_EQ(Of(safeguards, FINDING_RULE_SILENCE).reality->step, "ask");
}

TEST(SafeguardsTest, AStepOfAnotherStoryHasNoNameHere) {
  History gas("gas");
  gas.Step("ask", "2019-07-01T09:00:00+08:00").mutable_contact_recorded();
  gas.Finding(FINDING_RULE_SILENCE, kMidnight, "1.1", "Silence.");
  EXPECT_EQ(Of(Safeguards({*gas}, "another", China()), FINDING_RULE_SILENCE).reality->step, "");
}

TEST(SafeguardsTest, CountsOverAllCasesTakesTheFirstOfAnyAndTheLiftedApart) {
  History gas("gas");
  History lamp("lamp");
  gas.Finding(FINDING_RULE_SILENCE, "2019-07-13T00:00:00+08:00", "1.1", "Later.");
  gas.Finding(FINDING_RULE_SILENCE, "2019-07-14T00:00:00+08:00", "1.2", "Later still.");
  gas.Agenda("2019-07-15T00:00:00+08:00").mutable_finding_lifted()->set_finding_id("2.1");
  lamp.Finding(FINDING_RULE_SILENCE, "2019-01-13T00:00:00+08:00", "1.1", "First.");
  lamp.Finding(FINDING_RULE_CONTRADICTION, "2019-01-13T00:00:00+08:00", "1.1", "Other.");

  const auto safeguards = Safeguards({*gas, *lamp}, "story", China());
  const Safeguard& silence = Of(safeguards, FINDING_RULE_SILENCE);
  EXPECT_EQ(silence.times, 3);
  EXPECT_EQ(silence.lifted, 1);
  EXPECT_EQ(silence.case_name, "lamp");
  EXPECT_EQ(silence.text, "First.");
  EXPECT_EQ(Of(safeguards, FINDING_RULE_CONTRADICTION).lifted, 0);
}

class HighestStoodBeforeTest : public ::testing::Test {
 protected:
  void Escalates(journal::v1::Event& event, const common::v1::OrganizationRef& to) {
    *event.mutable_escalation_raised()->mutable_to() = to;
  }

  const common::v1::OrganizationRef city = Organization("city", "City", {"province"});
  const common::v1::OrganizationRef province = Organization("province", "Province");
  History gas{"gas"};
};

TEST_F(HighestStoodBeforeTest, IsTheFirstTimeAtTheHighestRungAndTheDayOnWhichItTookTheCase) {
  Escalates(gas.Agenda("2019-07-02T10:00:00+08:00"), city);
  Escalates(gas.Agenda("2019-07-10T00:00:00+08:00"), province);
  *gas.Step("taken", "2021-07-14T09:00:00+08:00").mutable_handling_upgraded()->mutable_lead() = province;
  Escalates(gas.Agenda("2021-07-20T10:00:00+08:00"), province);

  const auto stood = HighestStoodBefore(*gas);
  ASSERT_TRUE(stood);
  EXPECT_EQ(stood->organization.organization_id(), "province");
  EXPECT_EQ(stood->escalation_id, "2.1");
  EXPECT_EQ(stood->at, TimeOf("2019-07-10T00:00:00+08:00"));
  ASSERT_TRUE(stood->taken_at);
  EXPECT_EQ(DaysBetween(stood->at, *stood->taken_at, China()), 735);
}

TEST_F(HighestStoodBeforeTest, WhatAPersonEscalatedDidNotHappenByItself) {
  Escalates(gas.Step("person", "2019-07-02T10:00:00+08:00"), province);
  EXPECT_FALSE(HighestStoodBefore(*gas));
}

TEST_F(HighestStoodBeforeTest, AnotherOrganizationThatTakesTheCaseIsNotTheOne) {
  Escalates(gas.Agenda("2019-07-10T00:00:00+08:00"), province);
  *gas.Step("taken", "2021-07-14T09:00:00+08:00").mutable_handling_upgraded()->mutable_lead() = city;
  const auto stood = HighestStoodBefore(*gas);
  ASSERT_TRUE(stood);
  EXPECT_EQ(stood->taken_at, std::nullopt);
}

TEST(DaysBetweenTest, CountsMidnightsOfTheZone) {
  EXPECT_EQ(DaysBetween(TimeOf("2019-07-09T23:00:00+08:00"), TimeOf("2019-07-10T01:00:00+08:00"), China()), 1);
  EXPECT_EQ(DaysBetween(TimeOf("2019-07-10T01:00:00+08:00"), TimeOf("2019-07-10T23:00:00+08:00"), China()), 0);
  EXPECT_EQ(DaysBetween(TimeOf("2019-07-10T01:00:00+08:00"), TimeOf("2019-07-08T23:00:00+08:00"), China()), -2);
}

}  // namespace
}  // namespace whistle::scenarios
