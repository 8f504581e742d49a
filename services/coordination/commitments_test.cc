#include "services/coordination/coordination_testing.h"
#include "services/coordination/limits.h"

namespace whistle::coordination {
namespace {

using common::v1::REJECTION_KIND_ALREADY;
using common::v1::REJECTION_KIND_ILLEGAL;
using common::v1::REJECTION_KIND_INVALID;
using common::v1::REJECTION_KIND_LIMIT;
using common::v1::REJECTION_KIND_NOT_AUTHORIZED;
using common::v1::REJECTION_KIND_NOT_FOUND;
using ::testing::HasSubstr;
using testing::Organization;
using testing::Petitioner;
using testing::Request;

auto Commit(const std::string& organization = "") {
  return Request<v1::MakeCommitmentRequest>(
      absl::StrCat("organization_id: '", organization, "' what: 'Move the cable' due_at @2021-07-10"));
}
auto Keep(const std::string& id = "4.2", const std::string& evidence = Evidence()) {
  return Request<v1::KeepCommitmentRequest>(
      absl::StrCat("commitment_id: '", id, "' text: 'The cable is gone' ", evidence));
}
auto Break(const std::string& id = "4.2") {
  return Request<v1::BreakCommitmentRequest>(absl::StrCat("commitment_id: '", id, "' why: 'The cable is still there'"));
}
// Event 4.2, made in a meeting that the community held on 2021-07-01: the broadcast company moves the cable by
// 2021-07-10.
auto GivenCommitment() {
  auto scenario = GivenCase();
  scenario.Command(
      Community(),
      Request<v1::HoldMeetingRequest>(
          "outcome: MEETING_OUTCOME_AGREED attended_ids: 'broadcast-company' topics: 't' minutes: 'm' "
          "commitments { organization_id: 'broadcast-company' what: 'Move the cable' due_at @2021-07-10 }"));
  return scenario;
}

TEST(MakeCommitmentTest, DoneRightPromisesByItsOwnDate) {
  GivenCase()
      .When(Broadcast(), Commit())
      .ThenRecorded(
          "commitment_made { organization { organization_id: 'broadcast-company' superior_ids: 'gansu' "
          "name: 'the broadcast network company' } what: 'Move the cable' meeting_id: '' "
          "due { due_at @2021-07-10 rule: 'given' } recorded_by { organization_id: 'broadcast-company' } }")
      .ThenState("open_commitments { commitment_id: '4.1' due_event_id: '4.1' }")
      .ThenFoundUnder({"commitment_of", "broadcast-company", "case-1", "000000000004.0001"})
      .ThenFoundUnder({"open_commitment", "broadcast-company", "case-1", "000000000004.0001"});
}

TEST(MakeCommitmentTest, DoneTwiceIsAnotherPromise) {
  GivenCase()
      .Command(Broadcast(), Commit())
      .When(Broadcast(), Commit())
      .ThenRecorded("commitment_made {}")
      .ThenState("commitment_count: 2");
}

TEST(MakeCommitmentTest, DoneTooLateOnAClosedCaseOrForYesterdayIsRefused) {
  GivenCase()
      .Event(Handler(), "case_closed {}")
      .When(Broadcast(), Commit())
      .ThenRejected(REJECTION_KIND_ILLEGAL, "case_not_open");
  GivenCase()
      .At("2021-07-10")
      .When(Broadcast(), Commit())
      .ThenRejected(REJECTION_KIND_INVALID, "invalid_field")
      .ThenSubject("due_at");
}

TEST(MakeCommitmentTest, DoneByTheWrongOneIsRefused) {
  GivenCase()
      .When(GasCompany(), Commit("broadcast-company"))
      .ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "not_the_one")
      .When(Petitioner(), Commit("broadcast-company"))
      .ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "not_the_one")
      .When(Organization("broadcast-company"), Commit("broadcast-company-lanzhou"))
      .ThenRecorded(
          "commitment_made { organization { organization_id: 'broadcast-company-lanzhou' } "
          "recorded_by { organization_id: 'broadcast-company' } }");
}

TEST(MakeCommitmentTest, TheLastOpenCommitmentFitsAndOneMoreDoesNot) {
  auto scenario = GivenCase();
  for (int i = 0; i < kOpenCommitmentsMax; ++i) scenario.Command(Broadcast(), Commit());
  scenario.When(Broadcast(), Commit()).ThenRejected(REJECTION_KIND_LIMIT, "limit_reached");
}

TEST(KeepCommitmentTest, DoneRightByWhoPromisedWithEvidence) {
  GivenCommitment()
      .At("2021-07-09")
      .When(Broadcast(), Keep())
      .ThenRecorded(absl::StrCat("commitment_kept { commitment_id: '4.2' text: 'The cable is gone' organization { "
                                 "organization_id: 'broadcast-company' } ",
                                 Evidence(), "}"))
      .ThenState("kept_commitments { commitment_id: '4.2' kept_event_id: '5.1' }")
      .ThenState([](const State& state) { EXPECT_EQ(state.open_commitments_size(), 0); })
      .ThenNotFoundUnder({"open_commitment", "broadcast-company", "case-1", "000000000004.0002"});
}

TEST(KeepCommitmentTest, DoneRightByAWitnessWithout) {
  for (const auto& actor : {Community(), Street(), Handler()}) {
    GivenCommitment().When(actor, Keep("4.2", "")).ThenRecorded("commitment_kept {}");
  }
}

TEST(KeepCommitmentTest, DoneTwiceIsRefusedNamingTheFirst) {
  GivenCommitment()
      .Command(Broadcast(), Keep())
      .When(Broadcast(), Keep())
      .ThenRejected(REJECTION_KIND_ALREADY, "commitment_kept")
      .ThenMessage(HasSubstr("5.1"));
}

TEST(KeepCommitmentTest, DoneTooLateIsRecordedAndTheBreachStands) {
  GivenCommitment()
      .At("2021-07-10")
      .Command(Community(), Break())
      .At("2021-07-12")
      .When(Broadcast(), Keep())
      .ThenRecorded("commitment_kept {}")
      .ThenState("kept_commitments { commitment_id: '4.2' broken_event_id: '5.1' }");
}

TEST(KeepCommitmentTest, DoneInTimeAndEnteredLateLiftsTheBreach) {
  GivenCommitment()
      .At("2021-07-10")
      .Command(Community(), Break())
      .Occurred("2021-07-09")
      .When(Broadcast(), Keep())
      .ThenRecorded("commitment_kept {}",
                    "coordination_overdue_lifted { overdue_event_id: '5.1' proof_event_id: '6.1' }")
      .ThenState([](const State& state) { EXPECT_EQ(state.kept_commitments(0).broken_event_id(), ""); });
}

TEST(KeepCommitmentTest, DoneByTheWrongOneIsRefused) {
  for (const auto& actor : {Petitioner(), GasCompany()}) {
    GivenCommitment().When(actor, Keep()).ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "not_the_one");
  }
}

TEST(KeepCommitmentTest, WhoPromisedShowsEvidence) {
  GivenCommitment()
      .When(Broadcast(), Keep("4.2", ""))
      .ThenRejected(REJECTION_KIND_INVALID, "invalid_field")
      .ThenSubject("evidence");
  // Its own record of its own promise is no witness.
  GivenCase()
      .Command(Broadcast(), Commit())
      .When(Broadcast(), Keep("4.1", ""))
      .ThenRejected(REJECTION_KIND_INVALID, "invalid_field")
      .When(Broadcast(), Keep("4.1"))
      .ThenRecorded("commitment_kept {}");
  auto many = Keep();
  while (many.evidence_size() <= kEvidenceMax) *many.add_evidence() = many.evidence(0);
  GivenCommitment().When(Broadcast(), many).ThenRejected(REJECTION_KIND_INVALID, "invalid_field");
}

TEST(KeepCommitmentTest, AnUnknownOneIsNotFound) {
  GivenCase().When(Broadcast(), Keep()).ThenRejected(REJECTION_KIND_NOT_FOUND, "unknown_commitment");
}

TEST(BreakCommitmentTest, DoneRightAfterItsDate) {
  GivenCommitment()
      .At("2021-07-10")
      .When(Community(), Break())
      .ThenRecorded(
          "commitment_broken { commitment_id: '4.2' organization { organization_id: 'broadcast-company' } "
          "due { due_at @2021-07-10 } why: 'The cable is still there' renounced: false }")
      .ThenState("open_commitments { commitment_id: '4.2' broken_event_id: '5.1' }");
}

TEST(BreakCommitmentTest, DoneRightAtAnyTimeByWhoPromised) {
  GivenCommitment().When(Broadcast(), Break()).ThenRecorded("commitment_broken { renounced: true }");
}

TEST(BreakCommitmentTest, DoneTwiceIsRefusedNamingTheFirst) {
  GivenCommitment()
      .Command(Broadcast(), Break())
      .When(Broadcast(), Break())
      .ThenRejected(REJECTION_KIND_ALREADY, "commitment_broken")
      .ThenMessage(HasSubstr("5.1"));
}

TEST(BreakCommitmentTest, DoneTooLateAfterItWasKeptIsRefused) {
  GivenCommitment()
      .Command(Broadcast(), Keep())
      .At("2021-07-11")
      .When(Community(), Break())
      .ThenRejected(REJECTION_KIND_ALREADY, "commitment_kept");
}

TEST(BreakCommitmentTest, DoneTooEarlyIsRefused) {
  GivenCommitment()
      .At("2021-07-09T23:59:59Z")
      .When(Community(), Break())
      .ThenRejected(REJECTION_KIND_ILLEGAL, "not_yet_due")
      .ThenMessage(HasSubstr("2021-07-10"));
}

TEST(BreakCommitmentTest, DoneByTheWrongOneIsRefused) {
  for (const auto& actor : {Petitioner(), GasCompany()}) {
    GivenCommitment().At("2021-07-10").When(actor, Break()).ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "not_the_one");
  }
}

}  // namespace
}  // namespace whistle::coordination
