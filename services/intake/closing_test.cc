#include "services/intake/scenario.h"

namespace whistle::intake {
namespace {

using common::v1::REJECTION_KIND_ALREADY;
using common::v1::REJECTION_KIND_ILLEGAL;
using common::v1::REJECTION_KIND_INVALID;
using common::v1::REJECTION_KIND_NOT_AUTHORIZED;
using common::v1::REJECTION_KIND_NOT_FOUND;
using ::testing::HasSubstr;
using testing::Organization;
using testing::Petitioner;
using testing::RegistryBuilder;
using testing::Request;

v1::CloseCaseRequest Close() { return Request<v1::CloseCaseRequest>(R"(why: "Gas is lit.")"); }
v1::ReopenCaseRequest Reopen() { return Request<v1::ReopenCaseRequest>(R"(why: "The gas is off again.")"); }

TEST(CloseCaseTest, DoneRightClosesTheCase) {
  GivenAccepted()
      .At("2021-07-16")
      .When(Organization("lanzhou-petition-office"), Close())
      .ThenRecorded(R"(case_closed { closed_by { organization_id: "lanzhou-petition-office" } why: "Gas is lit." })")
      .ThenState(R"(header { status: CASE_STATUS_CLOSED status_since: @2021-07-16 } reviewable { event_id: "4.1" })")
      .ThenFoundUnder({"status", "CASE_STATUS_CLOSED"});
}

TEST(CloseCaseTest, DoneTwiceIsRefused) {
  GivenClosed()
      .When(Organization("lanzhou-petition-office"), Close())
      .ThenRejected(REJECTION_KIND_ALREADY, "case_closed")
      .ThenMessage(HasSubstr("4.1"));
}

TEST(CloseCaseTest, DoneTooLateOnADeclinedOrMergedCaseIsRefused) {
  GivenDeclined().When(Organization("lanzhou"), Close()).ThenRejected(REJECTION_KIND_ILLEGAL, "case_not_in_handling");
  GivenMerged().When(Organization("lanzhou"), Close()).ThenRejected(REJECTION_KIND_ILLEGAL, "case_not_in_handling");
}

TEST(CloseCaseTest, DoneByTheWrongOneIsRefused) {
  GivenAccepted()
      .When(Organization("gas-company"), Close())
      .ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "not_the_one")
      .When(Petitioner(), Close())
      .ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "not_the_one");
}

TEST(CloseCaseTest, NotBeforeItWasInHandlingAndOnlyWithAHandler) {
  GivenRegistered()
      .When(Organization("lanzhou"), Close())
      .ThenRejected(REJECTION_KIND_ILLEGAL, "case_not_in_handling")
      .At("2021-07-05")
      .Command(Organization("lanzhou"), v1::AcceptCaseRequest())
      .When(Organization("lanzhou"), Close())
      .ThenRejected(REJECTION_KIND_ILLEGAL, "no_handler")
      .Command(Organization("lanzhou"), Assign("lanzhou"))
      .Occurred("2021-07-04")
      .When(Organization("lanzhou"), Close())
      .ThenRejected(REJECTION_KIND_INVALID, "invalid_field");
}

TEST(CloseCaseTest, NotWhileItIsBeingMerged) {
  GivenAccepted()
      .Command(Organization("lanzhou"),
               Request<v1::ProposeMergeRequest>(R"(target_case_id: "case-2" why: "the same building")"))
      .When(Organization("lanzhou-petition-office"), Close())
      .ThenRejected(REJECTION_KIND_ILLEGAL, "merge_under_way")
      .WhenTheAgendaRuns()
      .When(Organization("lanzhou-petition-office"), Close())
      .ThenRecorded("case_closed {}");
}

TEST(ReopenCaseTest, DoneRightPutsItInHandlingAgainAndResetsNoClock) {
  GivenClosed()
      .At("2021-12-01")
      .When(Petitioner(), Reopen())
      .ThenRecorded(R"(case_reopened { why: "The gas is off again." handling_due { due_at: @2021-08-31 } })")
      .ThenState(
          R"(header { status: CASE_STATUS_ACCEPTED registered_at: @2021-07-01 } handling_due { due_at: @2021-08-31 })");
}

TEST(ReopenCaseTest, DoneRightOnADeclinedCaseCountsItsHandlingFromNow) {
  GivenDeclined()
      .At("2021-07-06")
      .When(Organization("chengguan"), Reopen())
      .ThenRecorded(
          R"(case_reopened { reopened_by { organization_id: "chengguan" } handling_due { due_at: @2021-09-05 } })");
}

TEST(ReopenCaseTest, DoneTwiceIsRefused) {
  GivenClosed()
      .Command(Petitioner(), Reopen())
      .When(Petitioner(), Reopen())
      .ThenRejected(REJECTION_KIND_ALREADY, "case_in_handling")
      .ThenMessage(HasSubstr("5.1"));
}

TEST(ReopenCaseTest, DoneTooLateOnAMergedCaseIsRefused) {
  GivenMerged().When(Petitioner(), Reopen()).ThenRejected(REJECTION_KIND_ILLEGAL, "case_merged");
}

TEST(ReopenCaseTest, DoneByTheWrongOneIsRefused) {
  GivenClosed().When(Organization("gas-company"), Reopen()).ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "not_the_one");
}

TEST(ReopenCaseTest, ACaseThatWasNeverClosedIsNotReopened) {
  GivenRegistered().When(Petitioner(), Reopen()).ThenRejected(REJECTION_KIND_ILLEGAL, "case_not_closed");
  GivenClosed()
      .Occurred("2021-07-09")
      .When(Petitioner(), Reopen())
      .ThenRejected(REJECTION_KIND_INVALID, "invalid_field");
}

}  // namespace
}  // namespace whistle::intake
