#include "services/escalation/given.h"

namespace whistle::escalation {
namespace {

using ::testing::HasSubstr;
using v1::AcceptRectificationRequest;
using v1::IssueSuggestionRequest;
using v1::RejectRectificationRequest;
using v1::ReportRectificationRequest;

IssueSuggestionRequest Issue(const std::string& addressee = "gas-company",
                             const std::string& more = "kind: SUGGESTION_KIND_IMPROVE_WORK") {
  return Request<IssueSuggestionRequest>(
      absl::StrCat("addressee_id: '", addressee, "' text: 'Publish the conditions for a connection.' ", more));
}

ReportRectificationRequest Report(const std::string& id = "4.1") {
  return Request<ReportRectificationRequest>(
      absl::StrCat("letter_id: '", id, "' text: 'They are published.' evidence ", kDocument));
}

AcceptRectificationRequest Accept(const std::string& id = "4.1") {
  return Request<AcceptRectificationRequest>(absl::StrCat("letter_id: '", id, "' reason: 'they can be read'"));
}

RejectRectificationRequest Reject(const std::string& more = "") {
  return Request<RejectRectificationRequest>(
      absl::StrCat("letter_id: '4.1' reason: 'half of them are missing' ", more));
}

auto GivenIssued() {
  auto scenario = GivenInHandling();
  scenario.At("2021-08-01").Command(Organization("gansu"), Issue());
  return scenario;
}

auto GivenReported() {
  auto scenario = GivenIssued();
  scenario.At("2021-08-20").Command(Organization("gas-company"), Report());
  return scenario;
}

TEST(IssueSuggestionTest, DoneRightSetsADateToRectify) {
  GivenInHandling()
      .At("2021-08-01")
      .When(Organization("gansu"), Issue())
      .ThenRecorded(R"(suggestion_issued {
          kind: SUGGESTION_KIND_IMPROVE_WORK issued_by { organization_id: "gansu" }
          addressee { organization_id: "gas-company" superior_ids: "gansu" }
          text: "Publish the conditions for a connection."
          rectify_by { due_at @2021-09-01 rule: "rectification" days: 30 registry_version: 1 } })")
      .ThenState(R"(letters { letter_id: "4.1" status: LETTER_STATUS_ISSUED rectify_by { due_at @2021-09-01 } }
                    letters_issued: 1)")
      .ThenFoundUnder({"letter.open.to", "gas-company", "case-1", "000000000004.0001"})
      .ThenDue("kind: AGENDA_KIND_DEADLINE_APPROACHING subject: '4.1'",
               "due_at @2021-09-01 kind: AGENDA_KIND_RECTIFICATION_OVERDUE subject: '4.1'");
}

TEST(IssueSuggestionTest, DoneTwiceIsASecondLetter) {
  GivenIssued()
      .When(Organization("gansu"), Issue())
      .ThenRecorded("suggestion_issued {}")
      .ThenState("letters { letter_id: '4.1' } letters { letter_id: '5.1' } letters_issued: 2");
}

TEST(IssueSuggestionTest, DoneTooLateOnAClosedCaseIsStillRecordedAndOnAMergedOneRefused) {
  GivenInHandling()
      .Event(Organization("lanzhou"), kCaseClosed)
      .When(Organization("gansu"), Issue())
      .ThenRecorded("suggestion_issued {}");
  GivenInHandling()
      .Event(Organization("lanzhou"), kCaseMerged)
      .When(Organization("gansu"), Issue())
      .ThenRejected(REJECTION_KIND_ILLEGAL, "case_merged")
      .ThenMessage(HasSubstr("case-2"));
}

TEST(IssueSuggestionTest, DoneByTheWrongOneIsRefused) {
  // A petition office stands beside the company, not above it.
  GivenInHandling()
      .When(Organization("gansu-petition-office"), Issue())
      .ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "no_authority")
      .When(Organization("lanzhou"), Issue())
      .ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "no_authority")
      .When(Organization("gansu"), Issue("developer"))
      .ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "no_authority")
      .When(Petitioner(), Issue())
      .ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "organization_only");
}

TEST(IssueSuggestionTest, NobodyWritesToItself) {
  GivenInHandling()
      .When(Organization("gansu"), Issue("gansu"))
      .ThenRejected(REJECTION_KIND_INVALID, "invalid_field")
      .ThenSubject("addressee_id");
}

TEST(IssueSuggestionTest, APartyOrganizationsLetterComesFromOneThatLeads) {
  GivenInHandling()
      .When(Organization("broadcast-company"),
            Issue("broadcast-company-lanzhou", "kind: SUGGESTION_KIND_PARTY_ORGANIZATION"))
      .ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "not_a_party_organization")
      .When(Organization("gansu"), Issue("gas-company", "kind: SUGGESTION_KIND_PARTY_ORGANIZATION"))
      .ThenRecorded("suggestion_issued { kind: SUGGESTION_KIND_PARTY_ORGANIZATION }");
}

TEST(IssueSuggestionTest, AGivenDateAndEvidenceAreKept) {
  GivenInHandling()
      .At("2021-08-01")
      .When(Organization("gansu"), Issue("gas-company", R"(kind: SUGGESTION_KIND_REFINE_POLICY
                                                           rectify_by @2021-08-10 evidence_event_ids: "1.1")"))
      .ThenRecorded(
          R"(suggestion_issued { rectify_by { due_at @2021-08-10 rule: "given" } evidence_event_ids: "1.1" })");
}

TEST(IssueSuggestionTest, ThirtyTwoMayBeOpenAndNotOneMore) {
  auto scenario = GivenInHandling();
  for (int i = 0; i < kOpenLettersMax; ++i) scenario.Command(Organization("gansu"), Issue());
  scenario.When(Organization("gansu"), Issue()).ThenRejected(REJECTION_KIND_LIMIT, "limit_reached");
  // One settled makes room.
  scenario.Command(Organization("gas-company"), Report())
      .Command(Organization("gansu"), Accept())
      .When(Organization("gansu"), Issue())
      .ThenRecorded("suggestion_issued {}");
}

TEST(IssueSuggestionTest, NeedsAKindAnAddresseeAndAText) {
  GivenInHandling()
      .When(Organization("gansu"), Issue("gas-company", ""))
      .ThenRejected(REJECTION_KIND_INVALID, "invalid_field")
      .ThenSubject("kind")
      .When(Organization("gansu"), Issue("no-such-company"))
      .ThenRejected(REJECTION_KIND_NOT_FOUND, "unknown_organization");
}

TEST(ReportRectificationTest, DoneRightWaitsForTheIssuer) {
  GivenIssued()
      .When(Organization("gas-company"), Report())
      .ThenRecorded(R"(rectification_reported { letter_id: "4.1" reported_by { organization_id: "gas-company" }
                         text: "They are published." evidence { title: "a photograph" } })")
      .ThenState("letters { letter_id: '4.1' status: LETTER_STATUS_REPORTED rounds { reported_event_id: '5.1' } }");
}

TEST(ReportRectificationTest, DoneTwiceIsRefusedWhileTheFirstWaits) {
  GivenReported()
      .When(Organization("gas-company"), Report())
      .ThenRejected(REJECTION_KIND_ALREADY, "report_waits")
      .ThenMessage(HasSubstr("5.1"));
}

TEST(ReportRectificationTest, DoneTooLateAfterTheDateIsStillRecordedAndAfterTheLetterIsSettledRefused) {
  GivenIssued()
      .At("2021-12-01")
      .Event(testing::Agenda(), "rectification_overdue { letter_id: '4.1' due_at @2021-08-31 }")
      .Event(Organization("lanzhou"), kCaseClosed)
      .When(Organization("gas-company"), Report())
      .ThenRecorded("rectification_reported {}");
  GivenReported()
      .Command(Organization("gansu"), Accept())
      .When(Organization("gas-company"), Report())
      .ThenRejected(REJECTION_KIND_ALREADY, "letter_settled")
      .ThenMessage(HasSubstr("6.1"));
}

TEST(ReportRectificationTest, DoneByTheWrongOneIsRefused) {
  GivenIssued()
      .When(Organization("broadcast-company"), Report())
      .ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "not_the_one");
}

TEST(AcceptRectificationTest, DoneRightSettlesTheLetter) {
  GivenReported()
      .When(Organization("gansu"), Accept())
      .ThenRecorded(R"(rectification_accepted { letter_id: "4.1" accepted_by { organization_id: "gansu" }
                                                reason: "they can be read" })")
      .ThenState("settled { id: '4.1' by_event_id: '6.1' }")
      .ThenState([](const State& state) { EXPECT_EQ(state.letters_size(), 0); })
      .ThenNotFoundUnder({"letter.open", "case-1", "000000000004.0001"})
      .ThenFoundUnder({"letter", "case-1", "000000000004.0001"});
}

TEST(AcceptRectificationTest, DoneTwiceIsRefused) {
  GivenReported()
      .Command(Organization("gansu"), Accept())
      .When(Organization("gansu"), Accept())
      .ThenRejected(REJECTION_KIND_ALREADY, "letter_settled")
      .ThenMessage(HasSubstr("6.1"));
}

TEST(AcceptRectificationTest, DoneTooLateAfterTheReportWasRejectedIsRefused) {
  GivenReported()
      .Command(Organization("gansu"), Reject())
      .When(Organization("gansu"), Accept())
      .ThenRejected(REJECTION_KIND_ILLEGAL, "no_report")
      .ThenMessage(HasSubstr("6.1"));
}

TEST(AcceptRectificationTest, DoneByTheWrongOneIsRefused) {
  GivenReported()
      .When(Organization("gas-company"), Accept())
      .ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "not_the_one");
}

TEST(AcceptRectificationTest, NeedsAReportAndALetter) {
  GivenIssued()
      .When(Organization("gansu"), Accept())
      .ThenRejected(REJECTION_KIND_ILLEGAL, "no_report")
      .ThenMessage(HasSubstr("2021-09-01"))
      .When(Organization("gansu"), Accept("3.1"))
      .ThenRejected(REJECTION_KIND_NOT_FOUND, "unknown_letter");
}

TEST(RejectRectificationTest, DoneRightSetsANewDate) {
  GivenReported()
      .When(Organization("gansu"), Reject())
      .ThenRecorded(R"(rectification_rejected { letter_id: "4.1" rejected_by { organization_id: "gansu" }
          reason: "half of them are missing" rectify_by { due_at @2021-09-20 rule: "rectification" days: 30 } })")
      .ThenState(R"(letters { letter_id: "4.1" status: LETTER_STATUS_REJECTED rejected_count: 1
                              rectify_by { due_at @2021-09-20 } })");
}

TEST(RejectRectificationTest, DoneTwiceIsRefused) {
  GivenReported()
      .Command(Organization("gansu"), Reject())
      .When(Organization("gansu"), Reject())
      .ThenRejected(REJECTION_KIND_ALREADY, "report_rejected")
      .ThenMessage(HasSubstr("6.1"));
}

TEST(RejectRectificationTest, DoneTooLateAfterTheReportWasAcceptedIsRefused) {
  GivenReported()
      .Command(Organization("gansu"), Accept())
      .When(Organization("gansu"), Reject())
      .ThenRejected(REJECTION_KIND_ALREADY, "letter_settled");
}

TEST(RejectRectificationTest, DoneByTheWrongOneIsRefused) {
  GivenReported().When(Organization("lanzhou"), Reject()).ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "not_the_one");
}

TEST(RejectRectificationTest, AGivenDateHoldsUntilTheNextRejection) {
  GivenReported()
      .When(Organization("gansu"), Reject("rectify_by @2021-08-25"))
      .ThenRecorded("rectification_rejected { rectify_by { due_at @2021-08-25 rule: 'given' } }")
      .Command(Organization("gas-company"), Report())
      .ThenState("letters { status: LETTER_STATUS_REPORTED rectify_by { due_at @2021-08-25 } }")
      .Command(Organization("gansu"), Reject())
      .ThenState("letters { rejected_count: 2 rectify_by { due_at @2021-09-20 } }")
      .When(Organization("gansu"), Reject("rectify_by @2021-08-01"))
      .ThenRejected(REJECTION_KIND_INVALID, "invalid_field");
}

TEST(LettersTest, ANewDateIsNotOverdue) {
  GivenIssued()
      .At("2021-09-10")
      .Event(testing::Agenda(), "rectification_overdue { letter_id: '4.1' }")
      .ThenState("letters { overdue_event_id: '5.1' }")
      .Command(Organization("gas-company"), Report())
      .Command(Organization("gansu"), Reject())
      .ThenState([](const State& state) { EXPECT_EQ(state.letters(0).overdue_event_id(), ""); });
}

TEST(LettersTest, ASettledLetterIsNamedAsSettledEvenWhenItsSettlingIsForgotten) {
  auto scenario = GivenInHandling();
  for (int i = 0; i <= kSettledKept; ++i) {
    const std::string id = absl::StrCat(4 + 3 * i, ".1");
    scenario.Command(Organization("gansu"), Issue())
        .Command(Organization("gas-company"), Report(id))
        .Command(Organization("gansu"), Accept(id));
  }
  scenario.When(Organization("gansu"), Accept("7.1"))
      .ThenRejected(REJECTION_KIND_ALREADY, "letter_settled")
      .When(Organization("gansu"), Accept("4.1"))
      .ThenRejected(REJECTION_KIND_ILLEGAL, "letter_settled");
}

TEST(LettersTest, NoStepComesBeforeTheOneBefore) {
  GivenIssued()
      .At("2021-08-20")
      .Occurred("2021-07-31")
      .When(Organization("gas-company"), Report())
      .ThenRejected(REJECTION_KIND_INVALID, "invalid_field")
      .ThenMessage(HasSubstr("2021-08-01"))
      .Occurred("2021-08-10")
      .Command(Organization("gas-company"), Report())
      .Occurred("2021-08-09")
      .When(Organization("gansu"), Accept())
      .ThenRejected(REJECTION_KIND_INVALID, "invalid_field")
      .ThenSubject("context.occurred_at");
}

}  // namespace
}  // namespace whistle::escalation
