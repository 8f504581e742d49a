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
using testing::Request;

v1::ConfirmResolutionRequest Confirm(const std::string& claim_event_id = "") {
  v1::ConfirmResolutionRequest request;
  request.set_claim_event_id(claim_event_id);
  request.set_satisfaction(v1::SATISFACTION_PARTLY_SATISFIED);
  return request;
}

v1::DisputeResolutionRequest Dispute(const std::string& claim_event_id = "") {
  v1::DisputeResolutionRequest request;
  request.set_claim_event_id(claim_event_id);
  request.set_why("There is no gas on the top floor.");
  return request;
}

// The broadcast company claims it as well: version 5.
auto GivenTwoClaims() {
  auto scenario = GivenClaimed();
  scenario.At("2021-07-09").Event(Organization("broadcast-company"), R"(response_submitted {
      department { organization_id: "broadcast-company" } stance: STANCE_CLAIMS_RESOLVED text: "Moved." })");
  return scenario;
}

TEST(ConfirmResolutionTest, DoneRightConfirmsWhatWasClaimed) {
  GivenClaimed()
      .At("2021-07-10")
      .When(Petitioner(), Confirm())
      .ThenRecorded(R"(resolution_confirmed { claim_event_id: "4.1" claimed_by { organization_id: "gas-company" }
                                              satisfaction: SATISFACTION_PARTLY_SATISFIED })")
      .ThenState(R"(answered_claims { claim_event_id: "4.1" answer_event_id: "5.1" confirmed: true })")
      .ThenState([](const State& state) { EXPECT_TRUE(state.open_claims().empty()); });
}

TEST(ConfirmResolutionTest, DoneRightAfterTheCaseWasClosed) {
  GivenClaimed()
      .Command(Organization("lanzhou"), Request<v1::CloseCaseRequest>(R"(why: "lit")"))
      .When(Petitioner(), Confirm())
      .ThenRecorded("resolution_confirmed {}");
}

TEST(ConfirmResolutionTest, DoneRightForTheUpgradedHandling) {
  GivenAccepted()
      .Event(Organization("gansu"), R"(handling_completed { completed_by { organization_id: "gansu" } })")
      .When(Petitioner(), Confirm())
      .ThenRecorded(R"(resolution_confirmed { claim_event_id: "4.1" claimed_by { organization_id: "gansu" } })");
}

TEST(ConfirmResolutionTest, DoneTwiceIsRefused) {
  GivenClaimed()
      .Command(Petitioner(), Confirm())
      .When(Petitioner(), Confirm())
      .ThenRejected(REJECTION_KIND_ALREADY, "claim_confirmed")
      .ThenMessage(HasSubstr("5.1"))
      .When(Petitioner(), Confirm("4.1"))
      .ThenRejected(REJECTION_KIND_ALREADY, "claim_confirmed");
}

TEST(ConfirmResolutionTest, DoneTooLateAfterItWasDisputedOrMergedIsRefused) {
  GivenClaimed()
      .Command(Petitioner(), Dispute())
      .When(Petitioner(), Confirm("4.1"))
      .ThenRejected(REJECTION_KIND_ALREADY, "claim_disputed");
  GivenMerged().When(Petitioner(), Confirm()).ThenRejected(REJECTION_KIND_ILLEGAL, "case_merged");
}

TEST(ConfirmResolutionTest, DoneByTheWrongOneIsRefused) {
  GivenClaimed()
      .When(Organization("gas-company"), Confirm())
      .ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "petitioner_only")
      .When(Organization("gansu"), Confirm())
      .ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "petitioner_only");
}

TEST(ConfirmResolutionTest, WhatNobodyClaimedIsRefused) {
  GivenAccepted()
      .Event(Organization("gas-company"), R"(response_submitted {
          department { organization_id: "gas-company" } stance: STANCE_ACCEPTS text: "We come." })")
      .When(Petitioner(), Confirm())
      .ThenRejected(REJECTION_KIND_ILLEGAL, "nothing_claimed")
      .When(Petitioner(), Confirm("4.1"))
      .ThenRejected(REJECTION_KIND_ILLEGAL, "nothing_claimed")
      .When(Petitioner(), Confirm("9.1"))
      .ThenRejected(REJECTION_KIND_NOT_FOUND, "unknown_event");
  GivenRegistered().When(Petitioner(), Confirm()).ThenRejected(REJECTION_KIND_ILLEGAL, "case_not_in_handling");
}

TEST(ConfirmResolutionTest, EachOrganizationsLastClaimStands) {
  GivenTwoClaims()
      .When(Petitioner(), Confirm("4.1"))
      .ThenRecorded(R"(resolution_confirmed { claimed_by { organization_id: "gas-company" } })")
      .When(Petitioner(), Confirm())
      .ThenRecorded(R"(resolution_confirmed { claimed_by { organization_id: "broadcast-company" } })")
      .Event(Organization("gas-company"), R"(response_submitted {
          department { organization_id: "gas-company" } stance: STANCE_CLAIMS_RESOLVED text: "Lit again." })")
      .Event(Organization("gas-company"), R"(response_submitted {
          department { organization_id: "gas-company" } stance: STANCE_CLAIMS_RESOLVED text: "And again." })")
      .When(Petitioner(), Confirm("8.1"))
      .ThenRejected(REJECTION_KIND_ILLEGAL, "claim_superseded")
      .When(Petitioner(), Confirm("9.1"))
      .ThenRecorded("resolution_confirmed {}");
}

TEST(ConfirmResolutionTest, SatisfactionIsSaidAndTheDateIsNotBeforeTheClaim) {
  GivenClaimed()
      .When(Petitioner(), v1::ConfirmResolutionRequest())
      .ThenRejected(REJECTION_KIND_INVALID, "invalid_field")
      .ThenSubject("satisfaction")
      .Occurred("2021-07-07")
      .When(Petitioner(), Confirm())
      .ThenRejected(REJECTION_KIND_INVALID, "invalid_field")
      .ThenSubject("context.occurred_at");
}

TEST(ConfirmResolutionTest, ACorrectedDepartmentIsTheOneThatClaimed) {
  GivenClaimed()
      .Event(Organization("gas-company"), R"(response_entry_corrected { event_id: "4.1" why: "wrong company" fields {
          path: "department" was: "{}"
          is: "{\"organization_id\":\"broadcast-company\",\"name\":\"the broadcast network company\"}" } })")
      .When(Petitioner(), Confirm())
      .ThenRecorded(R"(resolution_confirmed { claimed_by { organization_id: "broadcast-company" } })");
}

TEST(DisputeResolutionTest, DoneRightDisputesWhatWasClaimed) {
  GivenClaimed()
      .When(Petitioner(), Dispute())
      .ThenRecorded(R"(resolution_disputed { claim_event_id: "4.1" claimed_by { organization_id: "gas-company" }
                                             why: "There is no gas on the top floor." })")
      .ThenState(R"(answered_claims { claim_event_id: "4.1" answer_event_id: "5.1" })");
}

TEST(DisputeResolutionTest, DoneTwiceIsRefused) {
  GivenClaimed()
      .Command(Petitioner(), Dispute())
      .When(Petitioner(), Dispute())
      .ThenRejected(REJECTION_KIND_ALREADY, "claim_disputed");
}

TEST(DisputeResolutionTest, DoneTooLateAfterItWasConfirmedIsRefused) {
  GivenClaimed()
      .Command(Petitioner(), Confirm())
      .When(Petitioner(), Dispute())
      .ThenRejected(REJECTION_KIND_ALREADY, "claim_confirmed");
}

TEST(DisputeResolutionTest, DoneByTheWrongOneIsRefused) {
  GivenClaimed()
      .When(Organization("broadcast-company"), Dispute())
      .ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "petitioner_only");
}

TEST(DisputeResolutionTest, ItSaysWhatIsNotResolved) {
  GivenClaimed()
      .When(Petitioner(), v1::DisputeResolutionRequest())
      .ThenRejected(REJECTION_KIND_INVALID, "invalid_field")
      .ThenSubject("why");
}

}  // namespace
}  // namespace whistle::intake
