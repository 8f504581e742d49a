// BUCK_PASSING: deferrals that close a loop, or reach three hops with nobody accepting; a deferral withdrawn without
// accepting.
#include "services/escalation/rules/given_rule_testing.h"

namespace whistle::escalation {
namespace {

constexpr auto kRule = v1::FINDING_RULE_BUCK_PASSING;

constexpr const char* kGas = "gas-company";
constexpr const char* kCable = "broadcast-company";
constexpr const char* kBuilder = "developer";
constexpr const char* kCity = "lanzhou";
constexpr const char* kDistrict = "chengguan";

std::string Defers(const std::string& from, const std::vector<std::string>& to, const std::string& rest = "") {
  std::string text = absl::StrCat("stance: STANCE_DEFERS ", rest);
  for (const std::string& id : to) absl::StrAppend(&text, " defers_to { organization_id: '", id, "' }");
  return Answer(from, text);
}
std::string Accepts(const std::string& department, const std::string& rest = "") {
  return Answer(department, absl::StrCat("stance: STANCE_ACCEPTS ", rest));
}
std::string Withdraws(const std::string& event_id) { return absl::StrCat("withdraws_event_id: '", event_id, "'"); }

// One answer a day from 2021-07-02 on, as the decisions 4, 5, …; whoever speaks.
auto GivenAnswers(const std::vector<std::string>& answers) {
  auto scenario = GivenRule(kRule);
  for (const std::string& answer : answers) scenario.Later(absl::Hours(24)).Event(Organization(kGas), answer);
  return scenario;
}

std::string Raised(const std::string& organization, const std::vector<std::string>& evidence,
                   const std::string& rest = "") {
  std::string text = absl::StrCat("finding_raised { rule: FINDING_RULE_BUCK_PASSING organization { organization_id: '",
                                  organization, "' } ");
  for (const std::string& id : evidence) absl::StrAppend(&text, "evidence_event_ids: '", id, "' ");
  return absl::StrCat(text, rest, " }");
}

// --- loops

TEST(BuckPassingRuleTest, FiresWhereTwoDeferToOneAnother) {
  GivenAnswers({Defers(kGas, {kCable}), Defers(kCable, {kGas})})
      .WhenTheAgendaRuns()
      .ThenRecorded(Raised(kCable, {"4.1", "5.1"},
                           "others { organization_id: 'gas-company' } subject: '5.1' count: 2 text: 'Those who are to "
                           "act defer to one another: the gas company → the broadcast network company → the gas "
                           "company.'"))
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded()
      .ThenNothingIsDue();
}

TEST(BuckPassingRuleTest, ToDeferToOneThatAcceptsIsHonest) {
  GivenAnswers({Defers(kGas, {kCable}), Accepts(kCable)}).ThenNothingIsDue();
}

TEST(BuckPassingRuleTest, FiresWhereThreeDeferInACircle) {
  GivenAnswers({Defers(kGas, {kCable}), Defers(kCable, {kBuilder}), Defers(kBuilder, {kGas})})
      .WhenTheAgendaRuns()
      .ThenRecorded(Raised(kBuilder, {"4.1", "5.1", "6.1"},
                           "others { organization_id: 'gas-company' } others { organization_id: 'broadcast-company' } "
                           "count: 3 text: 'Those who are to act defer to one another: the gas company → the broadcast "
                           "network company → the developer → the gas company.'"))
      .ThenNothingIsDue();
}

TEST(BuckPassingRuleTest, ACircleOfDifferentOnesIsHonest) {
  // Two hops meet in the same place, or leave from it; none leads back.
  GivenAnswers({Defers(kGas, {kBuilder}), Defers(kCable, {kBuilder})}).ThenNothingIsDue();
  GivenAnswers({Defers(kGas, {kCable, kBuilder}), Defers(kCity, {kGas})}).ThenNothingIsDue();
}

TEST(BuckPassingRuleTest, FindsTheLoopAmongAllThatAreNamed) {
  GivenAnswers({Defers(kGas, {kCity, kBuilder}), Defers(kBuilder, {kDistrict, kGas})})
      .WhenTheAgendaRuns()
      .ThenRecorded(Raised(kBuilder, {"4.1", "5.1"}, "others { organization_id: 'gas-company' } count: 2"));
}

TEST(BuckPassingRuleTest, YearsMayLieBetween) {
  GivenAnswers({Defers(kGas, {kCable})})
      .At("2033-07-01")
      .Event(Organization(kCable), Defers(kCable, {kGas}))
      .WhenTheAgendaRuns()
      .ThenRecorded(Raised(kCable, {"4.1", "5.1"}));
}

// --- three hops

TEST(BuckPassingRuleTest, FiresOnThreeHopsWithNobodyAccepting) {
  GivenAnswers({Defers(kGas, {kCable}), Defers(kCable, {kBuilder}), Defers(kBuilder, {kCity})})
      .WhenTheAgendaRuns()
      .ThenRecorded(
          Raised(kBuilder, {"4.1", "5.1", "6.1"},
                 "others { organization_id: 'gas-company' } others { organization_id: 'broadcast-company' } others { "
                 "organization_id: 'lanzhou' } subject: '6.1' count: 3 text: 'Each defers to the next, and nobody "
                 "accepts: the gas company → the broadcast network company → the developer → Lanzhou city.'"))
      .ThenNothingIsDue();
}

TEST(BuckPassingRuleTest, TwoHopsAreHonest) {
  GivenAnswers({Defers(kGas, {kCable}), Defers(kCable, {kBuilder})}).ThenNothingIsDue();
  // Three deferrals, but no three in a row.
  GivenAnswers({Defers(kGas, {kCable}), Defers(kCable, {kBuilder}), Defers(kCity, {kCable})}).ThenNothingIsDue();
}

TEST(BuckPassingRuleTest, ThreeHopsAreFoundInWhateverOrderTheyWereMade) {
  GivenAnswers({Defers(kCable, {kBuilder}), Defers(kBuilder, {kCity}), Defers(kGas, {kCable})})
      .WhenTheAgendaRuns()
      .ThenRecorded(Raised(kGas, {"4.1", "5.1", "6.1"}, "count: 3"));
  GivenAnswers({Defers(kGas, {kCable}), Defers(kBuilder, {kCity}), Defers(kCable, {kBuilder})})
      .WhenTheAgendaRuns()
      .ThenRecorded(Raised(kCable, {"4.1", "5.1", "6.1"}, "count: 3"));
}

TEST(BuckPassingRuleTest, WhereOneOnTheWayAcceptedItIsHonest) {
  GivenAnswers({Defers(kGas, {kCable}), Accepts(kCable), Defers(kCable, {kBuilder}), Defers(kBuilder, {kCity})})
      .ThenNothingIsDue();
  GivenAnswers({Defers(kGas, {kCable}), Accepts(kGas), Defers(kCable, {kBuilder}), Defers(kBuilder, {kCity})})
      .ThenNothingIsDue();
  GivenAnswers({Accepts(kCity), Defers(kGas, {kCable}), Defers(kCable, {kBuilder}), Defers(kBuilder, {kCity})})
      .ThenNothingIsDue();
  GivenAnswers({Defers(kGas, {kCable}), Answer(kCable, "stance: STANCE_CLAIMS_RESOLVED"), Defers(kCable, {kBuilder}),
                Defers(kBuilder, {kCity})})
      .ThenNothingIsDue();
}

TEST(BuckPassingRuleTest, ToDeferToOneThatHadAcceptedIsHonestUntilThatOneDefersToo) {
  GivenAnswers({Accepts(kCable), Defers(kGas, {kCable})})
      .ThenNothingIsDue()
      .Event(Organization(kCable), Defers(kCable, {kGas}))
      .WhenTheAgendaRuns()
      .ThenRecorded(Raised(kCable, {"5.1", "6.1"}));
}

TEST(BuckPassingRuleTest, StaysWhenOneOfThemAcceptsAfterwards) {
  GivenAnswers({Defers(kGas, {kCable}), Defers(kCable, {kGas})})
      .WhenTheAgendaRuns()
      .Later(absl::Hours(1))
      .Event(Organization(kGas), Accepts(kGas))
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
}

TEST(BuckPassingRuleTest, ItDoesNotMatterThatOneAcceptedBeforeAnybodyLooked) {
  GivenAnswers({Defers(kGas, {kCable}), Defers(kCable, {kGas}), Accepts(kGas)})
      .WhenTheAgendaRuns()
      .ThenRecorded(Raised(kCable, {"4.1", "5.1"}));
}

// --- withdrawals

TEST(BuckPassingRuleTest, FiresWhereADeferralIsWithdrawnWithoutAccepting) {
  GivenAnswers({Defers(kGas, {kCable}), Answer(kGas, "stance: STANCE_REPORTS_PROGRESS " + Withdraws("4.1"))})
      .WhenTheAgendaRuns()
      .ThenRecorded(Raised(kGas, {"4.1", "5.1"},
                           "subject: '4.1' count: 0 text: 'the gas company takes back that others are to act, and does "
                           "not accept the matter itself.'"))
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded()
      .ThenNothingIsDue();
}

TEST(BuckPassingRuleTest, ToWithdrawAndAcceptIsHonest) {
  GivenAnswers({Defers(kGas, {kCable}), Accepts(kGas, Withdraws("4.1"))}).ThenNothingIsDue();
  GivenAnswers({Defers(kGas, {kCable}), Answer(kGas, "stance: STANCE_CLAIMS_RESOLVED " + Withdraws("4.1"))})
      .ThenNothingIsDue();
}

TEST(BuckPassingRuleTest, ToWithdrawOnceItHasAcceptedIsHonest) {
  GivenAnswers(
      {Defers(kGas, {kCable}), Accepts(kGas), Answer(kGas, "stance: STANCE_REPORTS_PROGRESS " + Withdraws("4.1"))})
      .ThenNothingIsDue();
}

TEST(BuckPassingRuleTest, FiresWhereItIsWithdrawnForARefusalOrForAnotherOne) {
  GivenAnswers({Defers(kGas, {kCable}), Answer(kGas, "stance: STANCE_REFUSES " + Withdraws("4.1"))})
      .WhenTheAgendaRuns()
      .ThenRecorded(Raised(kGas, {"4.1", "5.1"}));
  GivenAnswers({Defers(kGas, {kCable}), Defers(kGas, {kBuilder}, Withdraws("4.1"))})
      .WhenTheAgendaRuns()
      .ThenRecorded(Raised(kGas, {"4.1", "5.1"}));
}

TEST(BuckPassingRuleTest, WhatWasWithdrawnAndAcceptedClosesNoLoop) {
  GivenAnswers({Defers(kGas, {kCable}), Accepts(kGas, Withdraws("4.1")), Defers(kCable, {kGas})}).ThenNothingIsDue();
}

TEST(BuckPassingRuleTest, AWithdrawalAfterTheLoopCountsAlone) {
  GivenAnswers({Defers(kGas, {kCable}), Defers(kCable, {kGas}),
                Answer(kGas, "stance: STANCE_REPORTS_PROGRESS " + Withdraws("4.1"))})
      .WhenTheAgendaRuns()
      .ThenRecorded(Raised(kCable, {"4.1", "5.1"}), Raised(kGas, {"6.1"}, "subject: '4.1'"))
      .ThenNothingIsDue();
}

// --- once

TEST(BuckPassingRuleTest, EachDeferralCountsOnce) {
  auto scenario = GivenAnswers({Defers(kGas, {kCable}), Defers(kCable, {kGas})});
  scenario.WhenTheAgendaRuns()
      .ThenRecorded(Raised(kCable, {"4.1", "5.1"}))
      .Event(Organization(kGas), Defers(kGas, {kCable}))
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
  for (int i = 0; i < 57; ++i) {
    scenario.Later(absl::Hours(24))
        .Event(Organization(kGas), i % 2 == 0 ? Defers(kCable, {kGas}) : Defers(kGas, {kCable}))
        .WhenTheAgendaRuns();
  }
  // Sixty deferrals to and fro are thirty loops.
  scenario.ThenState("finding_counts { rule: FINDING_RULE_BUCK_PASSING raised: 30 last_finding_id: '93.1' }");
}

TEST(BuckPassingRuleTest, ALongWayIsFoundEveryThreeHops) {
  GivenAnswers({Defers(kGas, {kCable}), Defers(kCable, {kBuilder}), Defers(kBuilder, {kCity}),
                Defers(kCity, {kDistrict}), Defers(kDistrict, {"gansu"}), Defers("gansu", {"station-community"})})
      .WhenTheAgendaRuns()
      .ThenRecorded(Raised(kBuilder, {"4.1", "5.1", "6.1"}), Raised("gansu", {"7.1", "8.1", "9.1"}))
      .ThenNothingIsDue();
}

TEST(BuckPassingRuleTest, AnHopThatClosesTwoLoopsClosesTheShorterOne) {
  GivenAnswers({Defers(kGas, {kCable}), Defers(kCable, {kBuilder}), Defers(kGas, {kBuilder}), Defers(kBuilder, {kGas})})
      .WhenTheAgendaRuns()
      .ThenRecorded(Raised(kBuilder, {"6.1", "7.1"}, "count: 2"))
      .ThenNothingIsDue();
}

// --- what is entered late

TEST(BuckPassingRuleTest, AHopEnteredLateClosesTheLoopOfItsTime) {
  auto scenario = GivenRule(kRule);
  scenario.At("2021-07-20")
      .Event(Organization(kCable), Defers(kCable, {kGas}))
      .At("2021-07-25")
      .Occurred("2021-07-05")
      .Event(Organization(kGas), Defers(kGas, {kCable}))
      .WhenTheAgendaRuns()
      .ThenRecorded(Raised(kCable, {"5.1", "4.1"}, "subject: '4.1'"));
}

TEST(BuckPassingRuleTest, ALoopOfTheTimeBeforeOneAcceptedIsFoundThoughEnteredLate) {
  auto scenario = GivenRule(kRule);
  scenario.At("2021-07-02")
      .Event(Organization(kGas), Defers(kGas, {kCable}))
      .At("2021-07-20")
      .Event(Organization(kGas), Accepts(kGas))
      .At("2021-07-21")
      .Occurred("2021-07-10")
      .Event(Organization(kCable), Defers(kCable, {kGas}))
      .WhenTheAgendaRuns()
      .ThenRecorded(Raised(kCable, {"4.1", "6.1"}));
}

TEST(BuckPassingRuleTest, AHopEnteredLateOfTheTimeAfterOneAcceptedIsHonest) {
  auto scenario = GivenRule(kRule);
  scenario.At("2021-07-02")
      .Event(Organization(kGas), Defers(kGas, {kCable}))
      .At("2021-07-05")
      .Event(Organization(kGas), Accepts(kGas))
      .At("2021-07-21")
      .Occurred("2021-07-10")
      .Event(Organization(kCable), Defers(kCable, {kGas}))
      .ThenNothingIsDue();
}

TEST(BuckPassingRuleTest, AnAcceptanceEnteredLateDisprovesALoop) {
  auto scenario = GivenRule(kRule);
  scenario.At("2021-07-02")
      .Event(Organization(kGas), Defers(kGas, {kCable}))
      .At("2021-07-10")
      .Event(Organization(kCable), Defers(kCable, {kGas}))
      .WhenTheAgendaRuns()
      .ThenRecorded(Raised(kCable, {"4.1", "5.1"}))
      .At("2021-07-20")
      .Occurred("2021-07-05")
      .Event(Organization(kCable), Accepts(kCable))
      .WhenTheAgendaRuns()
      .ThenRecorded(
          "finding_lifted { finding_id: '6.1' proof_event_id: '7.1' why: 'By then one of them had accepted the "
          "matter, or taken its deferral back.' }")
      // It was wrong: it accepted afterwards.
      .Event(Organization(kCable), PutRightTime("response", "7.1", "2021-07-15"))
      .WhenTheAgendaRuns()
      .ThenRecorded(Raised(kCable, {"4.1", "5.1"}));
}

TEST(BuckPassingRuleTest, AnAcceptanceFromBeforeEnteredLateDisprovesAChain) {
  auto scenario = GivenRule(kRule);
  scenario.At("2021-07-10")
      .Event(Organization(kGas), Defers(kGas, {kCable}))
      .Event(Organization(kCable), Defers(kCable, {kBuilder}))
      .Event(Organization(kBuilder), Defers(kBuilder, {kCity}))
      .WhenTheAgendaRuns()
      .ThenRecorded(Raised(kBuilder, {"4.1", "5.1", "6.1"}))
      .At("2021-07-20")
      .Occurred("2021-07-05")
      .Event(Organization(kCity), Accepts(kCity))
      .WhenTheAgendaRuns()
      .ThenRecorded("finding_lifted { finding_id: '7.1' proof_event_id: '8.1' }");
}

TEST(BuckPassingRuleTest, AnAcceptanceOfSomebodyElseEnteredLateDisprovesNothing) {
  auto scenario = GivenRule(kRule);
  scenario.At("2021-07-02")
      .Event(Organization(kGas), Defers(kGas, {kCable}))
      .At("2021-07-10")
      .Event(Organization(kCable), Defers(kCable, {kGas}))
      .WhenTheAgendaRuns()
      .At("2021-07-20")
      .Occurred("2021-07-05")
      .Event(Organization(kBuilder), Accepts(kBuilder))
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
}

TEST(BuckPassingRuleTest, AWithdrawalEnteredLateDisprovesALoopAndIsFoundItself) {
  auto scenario = GivenRule(kRule);
  scenario.At("2021-07-02")
      .Event(Organization(kGas), Defers(kGas, {kCable}))
      .At("2021-07-10")
      .Event(Organization(kCable), Defers(kCable, {kGas}))
      .WhenTheAgendaRuns()
      .ThenRecorded(Raised(kCable, {"4.1", "5.1"}))
      .At("2021-07-20")
      .Occurred("2021-07-05")
      .Event(Organization(kGas), Answer(kGas, "stance: STANCE_REPORTS_PROGRESS " + Withdraws("4.1")))
      .WhenTheAgendaRuns()
      .ThenEvents([](const std::vector<journal::v1::Event>& events) {
        int lifted = 0;
        int raised = 0;
        for (const auto& event : events) {
          if (event.has_finding_lifted() && event.finding_lifted().finding_id() == "6.1") ++lifted;
          if (event.finding_raised().organization().organization_id() == kGas) ++raised;
        }
        EXPECT_EQ(events.size(), 2u);
        EXPECT_EQ(lifted, 1);
        EXPECT_EQ(raised, 1);
      });
}

TEST(BuckPassingRuleTest, AnAcceptanceEnteredLateDisprovesAWithdrawal) {
  auto scenario = GivenRule(kRule);
  scenario.At("2021-07-02")
      .Event(Organization(kGas), Defers(kGas, {kCable}))
      .At("2021-07-10")
      .Event(Organization(kGas), Answer(kGas, "stance: STANCE_REPORTS_PROGRESS " + Withdraws("4.1")))
      .WhenTheAgendaRuns()
      .ThenRecorded(Raised(kGas, {"4.1", "5.1"}))
      .At("2021-07-20")
      .Occurred("2021-07-08")
      .Event(Organization(kGas), Accepts(kGas))
      .WhenTheAgendaRuns()
      .ThenRecorded("finding_lifted { finding_id: '6.1' proof_event_id: '7.1' }");
}

// --- corrections

TEST(BuckPassingRuleTest, IsLiftedWhereItDeferredToSomebodyElse) {
  GivenAnswers({Defers(kGas, {kCable}), Defers(kCable, {kGas})})
      .WhenTheAgendaRuns()
      .Event(Organization(kGas), PutRightOrganization("response", "4.1", "defers_to[0]", kBuilder))
      .WhenTheAgendaRuns()
      .ThenRecorded(
          "finding_lifted { finding_id: '6.1' proof_event_id: '7.1' why: 'By what is known now, this is not who "
          "deferred to whom.' }")
      .Event(Organization(kGas), PutRightOrganization("response", "4.1", "defers_to[0]", kCable))
      .WhenTheAgendaRuns()
      .ThenRecorded(Raised(kCable, {"4.1", "5.1"}));
}

TEST(BuckPassingRuleTest, IsLiftedWhereAnotherOneDeferredAndRaisedWhereThatClosesALoop) {
  GivenAnswers({Defers(kBuilder, {kGas}), Defers(kGas, {kCable}), Defers(kCable, {kGas})})
      .WhenTheAgendaRuns()
      .ThenRecorded(Raised(kCable, {"5.1", "6.1"}))
      .Event(Organization(kGas), PutRightOrganization("response", "6.1", "department", kCity))
      .WhenTheAgendaRuns()
      .ThenRecorded("finding_lifted { finding_id: '7.1' proof_event_id: '8.1' }")
      .Event(Organization(kGas), PutRightOrganization("response", "5.1", "defers_to[0]", kBuilder))
      .WhenTheAgendaRuns()
      .ThenRecorded(Raised(kGas, {"4.1", "5.1"}));
}

TEST(BuckPassingRuleTest, IsLiftedWhereWhatTookAnAcceptanceBackWasAnotherOnes) {
  GivenAnswers({Defers(kGas, {kCable}), Accepts(kGas), Answer(kGas, "stance: STANCE_REFUSES"),
                Answer(kGas, "stance: STANCE_REPORTS_PROGRESS " + Withdraws("4.1"))})
      .WhenTheAgendaRuns()
      .ThenRecorded(Raised(kGas, {"4.1", "7.1"}))
      .Event(Organization(kGas), PutRightOrganization("response", "6.1", "department", kCable))
      .WhenTheAgendaRuns()
      .ThenRecorded("finding_lifted { finding_id: '8.1' proof_event_id: '9.1' }");
}

TEST(BuckPassingRuleTest, IsLiftedWhereTheDeferralTakenBackWasAnotherOnes) {
  GivenAnswers({Defers(kGas, {kCable}), Defers(kCable, {kGas}),
                Answer(kGas, "stance: STANCE_REPORTS_PROGRESS " + Withdraws("4.1"))})
      .WhenTheAgendaRuns()
      .ThenRecorded(Raised(kCable, {"4.1", "5.1"}), Raised(kGas, {"6.1"}))
      .Event(Organization(kGas), PutRightOrganization("response", "4.1", "department", kBuilder))
      .WhenTheAgendaRuns()
      .ThenRecorded("finding_lifted { finding_id: '7.1' proof_event_id: '9.1' }",
                    "finding_lifted { finding_id: '8.1' proof_event_id: '9.1' }");
}

TEST(BuckPassingRuleTest, AnotherTimeChangesWhoClosedTheLoop) {
  GivenAnswers({Defers(kGas, {kCable}), Defers(kCable, {kGas})})
      .WhenTheAgendaRuns()
      .ThenRecorded(Raised(kCable, {"4.1", "5.1"}))
      .Event(Organization(kCable), PutRightTime("response", "5.1", "2021-06-20"))
      .WhenTheAgendaRuns()
      .ThenRecorded("finding_lifted { finding_id: '6.1' proof_event_id: '7.1' }", Raised(kGas, {"5.1", "4.1"}));
}

TEST(BuckPassingRuleTest, ACorrectionThatMakesOneDeferToItselfIsNoLoop) {
  GivenAnswers({Defers(kGas, {kCable})})
      .Event(Organization(kGas), PutRightOrganization("response", "4.1", "department", kCable))
      .ThenNothingIsDue();
}

TEST(BuckPassingRuleTest, StaysWhenItIsAnsweredOrAWordIsPutRight) {
  GivenAnswers({Defers(kGas, {kCable}), Defers(kCable, {kGas})})
      .WhenTheAgendaRuns()
      .Command(Organization(kCable), Request<v1::AnswerFindingRequest>("finding_id: '6.1' text: 'It is theirs.'"))
      .Event(Organization(kGas),
             "response_entry_corrected { event_id: '4.1' why: 'w' fields { path: 'text' is: '\"x\"' } }")
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
}

TEST(BuckPassingRuleTest, WhatIsFreedCountsAgain) {
  GivenAnswers({Defers(kGas, {kCable}), Defers(kCable, {kGas})})
      .WhenTheAgendaRuns()
      .Later(absl::Hours(1))
      .Event(Organization(kGas), Defers(kBuilder, {kGas}))
      .Event(Organization(kGas), PutRightOrganization("response", "4.1", "defers_to[0]", kBuilder))
      .WhenTheAgendaRuns()
      .ThenRecorded("finding_lifted { finding_id: '6.1' proof_event_id: '8.1' }", Raised(kBuilder, {"4.1", "7.1"}));
}

TEST(BuckPassingRuleTest, SwitchedOffNothingIsRaised) {
  GivenInHandling()
      .Event(Organization(kGas), Defers(kGas, {kCable}))
      .Event(Organization(kCable), Defers(kCable, {kGas}))
      .ThenNothingIsDue();
}

}  // namespace
}  // namespace whistle::escalation
