#include "services/escalation/given.h"

namespace whistle::escalation {
namespace {

using ::testing::HasSubstr;
using v1::CompleteHandlingRequest;
using v1::RaiseEscalationRequest;
using v1::UpgradeHandlingRequest;

UpgradeHandlingRequest Upgrade(
    const std::string& more = "bound_organization_ids: ['gas-company', 'broadcast-company-lanzhou']") {
  return Request<UpgradeHandlingRequest>(absl::StrCat("leader_office: 'office of the vice governor' ", more));
}

CompleteHandlingRequest Complete(const std::string& id = "4.1") {
  return Request<CompleteHandlingRequest>(absl::StrCat(
      "handling_id: '", id, "' measures { text: 'The cable was moved.' organization_id: 'broadcast-company' }",
      " measures { text: 'Gas was lit.' }"));
}

auto GivenUpgraded() {
  auto scenario = GivenInHandling();
  scenario.At("2021-07-12").Command(Organization("gansu"), Upgrade());
  return scenario;
}

TEST(UpgradeHandlingTest, DoneRightBindsAllWithAnOfficeAndADate) {
  GivenInHandling()
      .At("2021-07-12")
      .When(Organization("gansu"), Upgrade())
      .ThenRecorded(R"(handling_upgraded {
          upgraded_by { organization_id: "gansu" } lead { organization_id: "gansu" }
          leader_office: "office of the vice governor" handler { organization_id: "lanzhou-petition-office" }
          bound { organization_id: "gas-company" } bound { organization_id: "broadcast-company-lanzhou" }
          due { due_at @2021-07-18 rule: "upgraded_handling" days: 5 registry_version: 1 } })")
      .ThenState(R"(handling { handling_id: "4.1" status: UPGRADED_HANDLING_STATUS_ACTIVE } handlings_upgraded: 1)")
      .ThenDue("due_at @2021-07-16T04:48:00Z kind: AGENDA_KIND_DEADLINE_APPROACHING subject: '4.1'",
               "due_at @2021-07-18 kind: AGENDA_KIND_UPGRADED_HANDLING_OVERDUE subject: '4.1'");
}

TEST(UpgradeHandlingTest, DoneTwiceByTheSameLeadIsRefused) {
  GivenUpgraded()
      .When(Organization("gansu"), Upgrade())
      .ThenRejected(REJECTION_KIND_ALREADY, "already_upgraded")
      .ThenMessage(HasSubstr("4.1"));
}

TEST(UpgradeHandlingTest, DoneTooLateOnAClosedCaseIsRefused) {
  GivenInHandling()
      .Event(Organization("lanzhou"), kCaseClosed)
      .When(Organization("gansu"), Upgrade())
      .ThenRejected(REJECTION_KIND_ILLEGAL, "case_not_open");
}

TEST(UpgradeHandlingTest, DoneByTheWrongOneIsRefused) {
  GivenInHandling()
      .When(Organization("lanzhou"), Upgrade())
      .ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "no_authority")
      .ThenSubject("bound_organization_ids[0]")
      .When(Organization("gansu-petition-office"), Upgrade(""))
      .ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "no_authority")
      .ThenSubject("lead_organization_id")
      .When(Organization("lanzhou"), Upgrade("lead_organization_id: 'gansu'"))
      .ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "not_the_one")
      .When(Petitioner(), Upgrade(""))
      .ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "organization_only");
}

TEST(UpgradeHandlingTest, NobodyBindsAnOrganizationOutsideTheTree) {
  GivenInHandling()
      .When(Organization("gansu"), Upgrade("bound_organization_ids: 'developer'"))
      .ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "no_authority")
      .ThenMessage(HasSubstr("outside the tree"));
}

TEST(UpgradeHandlingTest, TheHandlerItselfIsNotHigher) {
  GivenInHandling("lanzhou")
      .When(Organization("lanzhou"), Upgrade(""))
      .ThenRejected(REJECTION_KIND_ILLEGAL, "lead_is_handler");
}

TEST(UpgradeHandlingTest, ASuperiorMayNameALowerLeadThatStandsAboveTheHandler) {
  GivenInHandling()
      .When(Organization("gansu"), Upgrade("lead_organization_id: 'lanzhou'"))
      .ThenRecorded(
          "handling_upgraded { upgraded_by { organization_id: 'gansu' } lead { organization_id: 'lanzhou' } }");
}

TEST(UpgradeHandlingTest, AnswersTheOpenEscalationAndOnlyTheOneAskedMay) {
  const auto raise =
      Request<RaiseEscalationRequest>("reason: 'r' evidence_event_ids: '1.1' needed_organization_ids: 'gas-company'");
  GivenInHandling()
      .Command(Petitioner(), raise)
      .When(Organization("lanzhou"), Upgrade(""))
      .ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "not_the_one")
      .When(Organization("gansu"), Upgrade())
      .ThenRecorded("handling_upgraded { escalation_id: '4.1' }")
      .ThenState(R"(last_escalation { escalation_id: "4.1" status: ESCALATION_STATUS_UPGRADED
                                      settled_by_event_id: "5.1" })")
      .ThenState([](const State& state) { EXPECT_FALSE(state.has_escalation()); });
}

TEST(UpgradeHandlingTest, AHigherOrganizationTakesOverFromALowerOneAndNotTheReverse) {
  GivenInHandling()
      .Command(Organization("lanzhou"), Upgrade(""))
      .When(Organization("gansu"), Upgrade())
      .ThenRecorded("handling_upgraded { replaces_handling_id: '4.1' }")
      .ThenState(R"(handling { handling_id: "5.1" }
                    last_handling { handling_id: "4.1" status: UPGRADED_HANDLING_STATUS_REPLACED
                                    settled_by_event_id: "5.1" })")
      .When(Organization("lanzhou"), Upgrade(""))
      .ThenRejected(REJECTION_KIND_ILLEGAL, "handled_higher_up");
}

TEST(UpgradeHandlingTest, AGivenDateIsAfterTheAct) {
  GivenInHandling()
      .At("2021-07-12")
      .When(Organization("gansu"), Upgrade("due_at @2021-07-14"))
      .ThenRecorded("handling_upgraded { due { due_at @2021-07-14 rule: 'given' } }");
  GivenInHandling()
      .At("2021-07-12")
      .When(Organization("gansu"), Upgrade("due_at @2021-07-12"))
      .ThenRejected(REJECTION_KIND_INVALID, "invalid_field")
      .ThenSubject("due_at");
}

TEST(UpgradeHandlingTest, NeedsTheLeadersOffice) {
  GivenInHandling()
      .When(Organization("gansu"), Request<UpgradeHandlingRequest>(""))
      .ThenRejected(REJECTION_KIND_INVALID, "invalid_field")
      .ThenSubject("leader_office");
}

TEST(UpgradeHandlingTest, BindsAtMostThirtyTwo) {
  testing::RegistryBuilder registry = Organizations();
  UpgradeHandlingRequest request = Upgrade("");
  for (int i = 0; i < kBoundMax; ++i) {
    registry.Add(absl::StrCat("company-", i), "a company", "gansu");
    request.add_bound_organization_ids(absl::StrCat("company-", i));
  }
  GivenInHandling().With(registry).When(Organization("gansu"), request).ThenRecorded("handling_upgraded {}");
  request.add_bound_organization_ids("gas-company");
  GivenInHandling()
      .With(registry)
      .When(Organization("gansu"), request)
      .ThenRejected(REJECTION_KIND_INVALID, "invalid_field")
      .ThenSubject("bound_organization_ids");
}

TEST(CompleteHandlingTest, DoneRightNamesTheMeasuresAndLeavesTheCaseOpen) {
  GivenUpgraded()
      .At("2021-07-14")
      .When(Organization("gansu"), Complete())
      .ThenRecorded(R"(handling_completed { handling_id: "4.1" completed_by { organization_id: "gansu" }
          measures { text: "The cable was moved." organization { organization_id: "broadcast-company" } }
          measures { text: "Gas was lit." } })")
      .ThenState(R"(header { status: CASE_STATUS_ACCEPTED }
                    last_handling { handling_id: "4.1" status: UPGRADED_HANDLING_STATUS_COMPLETED
                                    settled_by_event_id: "5.1" settled_at @2021-07-14 })")
      .ThenState([](const State& state) { EXPECT_FALSE(state.has_handling()); });
}

TEST(CompleteHandlingTest, DoneTwiceIsRefused) {
  GivenUpgraded()
      .Command(Organization("gansu"), Complete())
      .When(Organization("gansu"), Complete())
      .ThenRejected(REJECTION_KIND_ALREADY, "handling_settled")
      .ThenMessage(HasSubstr("5.1"));
}

TEST(CompleteHandlingTest, DoneTooLateOnAClosedCaseIsRefused) {
  GivenUpgraded()
      .Event(Organization("lanzhou"), kCaseClosed)
      .When(Organization("gansu"), Complete())
      .ThenRejected(REJECTION_KIND_ILLEGAL, "case_not_open");
}

TEST(CompleteHandlingTest, DoneTooLateAfterItsDateIsStillRecorded) {
  GivenUpgraded()
      .At("2021-09-01")
      .Event(testing::Agenda(), "upgraded_handling_overdue { handling_id: '4.1' due_at @2021-07-17 }")
      .ThenState("handling { overdue_event_id: '5.1' }")
      .When(Organization("gansu"), Complete())
      .ThenRecorded("handling_completed { handling_id: '4.1' }");
}

TEST(CompleteHandlingTest, DoneByTheWrongOneIsRefused) {
  GivenUpgraded()
      .When(Organization("gas-company"), Complete())
      .ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "not_the_one")
      .When(Organization("lanzhou-petition-office"), Complete())
      .ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "not_the_one");
}

TEST(CompleteHandlingTest, NeedsAMeasureAndAtMostSixteen) {
  auto request = Request<CompleteHandlingRequest>("handling_id: '4.1'");
  GivenUpgraded()
      .When(Organization("gansu"), request)
      .ThenRejected(REJECTION_KIND_INVALID, "invalid_field")
      .ThenSubject("measures");
  for (int i = 0; i < kMeasuresMax; ++i) request.add_measures()->set_text("done");
  GivenUpgraded().When(Organization("gansu"), request).ThenRecorded("handling_completed {}");
  request.add_measures()->set_text("one more");
  GivenUpgraded().When(Organization("gansu"), request).ThenRejected(REJECTION_KIND_INVALID, "invalid_field");
}

TEST(CompleteHandlingTest, WhatWasNeverUpgradedIsUnknown) {
  GivenInHandling()
      .When(Organization("gansu"), Complete("3.1"))
      .ThenRejected(REJECTION_KIND_NOT_FOUND, "unknown_handling");
}

TEST(CompleteHandlingTest, ComesNotBeforeHandlingWasUpgraded) {
  GivenUpgraded()
      .At("2021-07-14")
      .Occurred("2021-07-11")
      .When(Organization("gansu"), Complete())
      .ThenRejected(REJECTION_KIND_INVALID, "invalid_field")
      .ThenSubject("context.occurred_at");
}

TEST(CompleteHandlingTest, ALateEntryOfWhatWasDoneBeforeTheCaseWasClosedIsRecorded) {
  GivenUpgraded()
      .At("2021-07-15")
      .Event(Organization("lanzhou"), kCaseClosed)
      .At("2021-07-16")
      .Occurred("2021-07-14")
      .When(Organization("gansu"), Complete())
      .ThenRecorded("handling_completed { handling_id: '4.1' }");
}

}  // namespace
}  // namespace whistle::escalation
