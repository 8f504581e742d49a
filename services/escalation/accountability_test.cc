#include "services/escalation/given.h"

namespace whistle::escalation {
namespace {

using ::testing::HasSubstr;
using v1::CloseAccountabilityRequest;
using v1::IssueSuggestionRequest;
using v1::OpenAccountabilityRequest;
using v1::RecordAccountabilityFindingRequest;
using v1::ReferForAccountabilityRequest;
using v1::RejectRectificationRequest;
using v1::ReportRectificationRequest;

ReferForAccountabilityRequest Refer(const std::string& more = "organization_ids: ['broadcast-company']") {
  return Request<ReferForAccountabilityRequest>(
      absl::StrCat("to_organization_id: 'gansu-discipline' reason: 'two years without an answer' ", more));
}

OpenAccountabilityRequest Open(const std::string& more = "organization_ids: ['gas-company', 'broadcast-company']") {
  return Request<OpenAccountabilityRequest>(absl::StrCat("question: 'How did the cable come into the well?' ", more));
}

RecordAccountabilityFindingRequest Record(
    const std::string& more = "responsible_organization_ids: 'broadcast-company'") {
  return Request<RecordAccountabilityFindingRequest>(
      absl::StrCat("file_id: '4.1' text: 'It was laid in 2011 without a permit.' ", more));
}

CloseAccountabilityRequest Close(const std::string& id = "4.1") {
  return Request<CloseAccountabilityRequest>(absl::StrCat("file_id: '", id, "' conclusion: 'a warning was given'"));
}

auto GivenLetter() {
  auto scenario = GivenInHandling();
  scenario.At("2021-08-01")
      .Command(Organization("gansu"), Request<IssueSuggestionRequest>(R"(kind: SUGGESTION_KIND_PURSUE_ACCOUNTABILITY
                                        addressee_id: "broadcast-company" text: "Say who laid the cable.")"));
  return scenario;
}

auto GivenReferred() {
  auto scenario = GivenInHandling();
  scenario.Command(Organization("gansu"), Refer());
  return scenario;
}

auto GivenOpened() {
  auto scenario = GivenInHandling();
  scenario.At("2021-08-01").Command(Organization("gansu"), Open());
  return scenario;
}

TEST(ReferForAccountabilityTest, DoneRightFromALetterWhoseDatePassed) {
  GivenLetter()
      .At("2021-09-01")
      .When(Organization("gansu"), Refer("letter_id: '4.1'"))
      .ThenRecorded(R"(referred_for_accountability { letter_id: "4.1" referred_by { organization_id: "gansu" }
          to { organization_id: "gansu-discipline" } organizations { organization_id: "broadcast-company" }
          reason: "two years without an answer" })")
      .ThenState("referrals { referral_id: '5.1' } letters { letter_id: '4.1' referral_id: '5.1' }");
}

TEST(ReferForAccountabilityTest, DoneRightWithoutALetter) {
  GivenInHandling()
      .When(Organization("gansu"), Refer())
      .ThenRecorded("referred_for_accountability { organizations { organization_id: 'broadcast-company' } }");
}

TEST(ReferForAccountabilityTest, DoneTwiceFromTheSameLetterIsRefused) {
  GivenLetter()
      .At("2021-09-01")
      .Command(Organization("gansu"), Refer("letter_id: '4.1'"))
      .When(Organization("gansu"), Refer("letter_id: '4.1'"))
      .ThenRejected(REJECTION_KIND_ALREADY, "letter_referred")
      .ThenMessage(HasSubstr("5.1"));
}

TEST(ReferForAccountabilityTest, DoneTooLateOnAClosedCaseIsStillRecordedAndOnAMergedOneRefused) {
  GivenInHandling()
      .Event(Organization("lanzhou"), kCaseClosed)
      .When(Organization("gansu"), Refer())
      .ThenRecorded("referred_for_accountability {}");
  GivenInHandling()
      .Event(Organization("lanzhou"), kCaseMerged)
      .When(Organization("gansu"), Refer())
      .ThenRejected(REJECTION_KIND_ILLEGAL, "case_merged");
  // What was begun before the merge is carried to its end.
  GivenLetter()
      .Event(Organization("lanzhou"), kCaseMerged)
      .At("2021-09-01")
      .When(Organization("gansu"), Refer("letter_id: '4.1'"))
      .ThenRecorded("referred_for_accountability {}");
}

TEST(ReferForAccountabilityTest, DoneByTheWrongOneIsRefused) {
  GivenInHandling()
      .When(Organization("lanzhou"), Refer())
      .ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "no_authority")
      .When(Organization("broadcast-company"), Refer())
      .ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "oneself")
      .When(Petitioner(), Refer())
      .ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "organization_only");
}

TEST(ReferForAccountabilityTest, ALetterThatIsNotDueIsNotReferred) {
  GivenLetter()
      .At("2021-08-31")
      .When(Organization("gansu"), Refer("letter_id: '4.1'"))
      .ThenRejected(REJECTION_KIND_ILLEGAL, "letter_not_due")
      .ThenMessage(HasSubstr("2021-09-01"))
      .Command(Organization("broadcast-company"),
               Request<ReportRectificationRequest>("letter_id: '4.1' text: 'It is not clear.'"))
      .When(Organization("gansu"), Refer("letter_id: '4.1'"))
      .ThenRejected(REJECTION_KIND_ILLEGAL, "report_waits")
      .Command(Organization("gansu"), Request<RejectRectificationRequest>("letter_id: '4.1' reason: 'no answer'"))
      .When(Organization("gansu"), Refer("letter_id: '4.1'"))
      .ThenRecorded("referred_for_accountability {}");
}

TEST(ReferForAccountabilityTest, GoesToOneThatJudgesAndIsNotConcerned) {
  GivenInHandling()
      .When(Organization("gansu"), Request<ReferForAccountabilityRequest>(R"(to_organization_id: "gas-company"
                                       reason: "r" organization_ids: "broadcast-company")"))
      .ThenRejected(REJECTION_KIND_INVALID, "invalid_field")
      .ThenSubject("to_organization_id")
      .When(Organization("gansu"), Refer("organization_ids: 'gansu-discipline'"))
      .ThenRejected(REJECTION_KIND_INVALID, "invalid_field")
      .ThenSubject("to_organization_id");
}

TEST(ReferForAccountabilityTest, SixteenMayWaitAndNotOneMore) {
  auto scenario = GivenInHandling();
  for (int i = 0; i < kOpenReferralsMax; ++i) scenario.Command(Organization("gansu"), Refer());
  scenario.When(Organization("gansu"), Refer()).ThenRejected(REJECTION_KIND_LIMIT, "limit_reached");
}

TEST(OpenAccountabilityTest, DoneRightStaysOpen) {
  GivenInHandling()
      .When(Organization("gansu"), Open("organization_ids: 'gas-company' evidence_event_ids: '1.1'"))
      .ThenRecorded(R"(accountability_opened { opened_by { organization_id: "gansu" }
          question: "How did the cable come into the well?" organizations { organization_id: "gas-company" }
          evidence_event_ids: "1.1" })")
      .ThenState("files { file_id: '4.1' status: ACCOUNTABILITY_STATUS_OPEN } files_opened: 1")
      .ThenFoundUnder({"file.open.about", "gas-company", "case-1", "000000000004.0001"})
      .Event(Organization("lanzhou"), kCaseClosed)
      .ThenState("header { status: CASE_STATUS_CLOSED } files { file_id: '4.1' }");
}

TEST(OpenAccountabilityTest, ByAReferralWhoHasNoAuthorityOfItsOwnMay) {
  GivenReferred()
      .When(Organization("gansu-discipline"), Open("organization_ids: 'broadcast-company'"))
      .ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "no_authority")
      .When(Organization("gansu-discipline"), Open("referral_id: '4.1' organization_ids: ['gas-company']"))
      .ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "no_authority")
      .When(Organization("gansu-discipline"), Open("referral_id: '4.1'"))
      .ThenRecorded(
          "accountability_opened { referral_id: '4.1' organizations { organization_id: 'broadcast-company' } }")
      .ThenState("files { file_id: '5.1' } settled { id: '4.1' by_event_id: '5.1' }")
      .ThenState([](const State& state) { EXPECT_EQ(state.referrals_size(), 0); });
}

TEST(OpenAccountabilityTest, DoneTwiceOnOneReferralIsRefused) {
  GivenReferred()
      .Command(Organization("gansu-discipline"), Open("referral_id: '4.1'"))
      .When(Organization("gansu-discipline"), Open("referral_id: '4.1'"))
      .ThenRejected(REJECTION_KIND_ALREADY, "referral_settled")
      .ThenMessage(HasSubstr("5.1"));
}

TEST(OpenAccountabilityTest, DoneTwiceOfItsOwnAccordIsASecondFile) {
  GivenOpened()
      .When(Organization("gansu"), Open())
      .ThenRecorded("accountability_opened {}")
      .ThenState("files { file_id: '4.1' } files { file_id: '5.1' }");
}

TEST(OpenAccountabilityTest, DoneTooLateOnAClosedCaseIsStillRecordedAndOnAMergedOneRefused) {
  GivenInHandling()
      .Event(Organization("lanzhou"), kCaseClosed)
      .When(Organization("gansu"), Open())
      .ThenRecorded("accountability_opened {}");
  GivenInHandling()
      .Event(Organization("lanzhou"), kCaseMerged)
      .When(Organization("gansu"), Open())
      .ThenRejected(REJECTION_KIND_ILLEGAL, "case_merged");
}

TEST(OpenAccountabilityTest, DoneByTheWrongOneIsRefused) {
  GivenInHandling()
      .When(Organization("lanzhou"), Open())
      .ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "no_authority")
      .When(Organization("gas-company"), Open("organization_ids: 'gas-company'"))
      .ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "oneself");
  GivenReferred()
      .When(Organization("lanzhou"), Open("referral_id: '4.1'"))
      .ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "not_the_one");
}

TEST(OpenAccountabilityTest, SixteenMayBeOpenAndConcernEightEach) {
  testing::RegistryBuilder registry = Organizations();
  OpenAccountabilityRequest request = Open("");
  for (int i = 0; i < kConcernedMax; ++i) {
    registry.Add(absl::StrCat("company-", i), "a company", "gansu");
    request.add_organization_ids(absl::StrCat("company-", i));
  }
  auto scenario = GivenInHandling();
  scenario.With(registry);
  for (int i = 0; i < kOpenFilesMax; ++i) scenario.Command(Organization("gansu"), request);
  scenario.When(Organization("gansu"), request).ThenRejected(REJECTION_KIND_LIMIT, "limit_reached");
  request.add_organization_ids("gas-company");
  GivenInHandling()
      .With(registry)
      .When(Organization("gansu"), request)
      .ThenRejected(REJECTION_KIND_INVALID, "invalid_field")
      .ThenSubject("organization_ids");
}

TEST(RecordAccountabilityFindingTest, DoneRightAnswersTheFile) {
  GivenOpened()
      .When(Organization("gansu"), Record())
      .ThenRecorded(R"(accountability_finding_recorded { file_id: "4.1" recorded_by { organization_id: "gansu" }
          text: "It was laid in 2011 without a permit." responsible { organization_id: "broadcast-company" } })")
      .ThenState("files { file_id: '4.1' status: ACCOUNTABILITY_STATUS_ANSWERED findings_count: 1 }");
}

TEST(RecordAccountabilityFindingTest, DoneTwiceIsASecondFinding) {
  GivenOpened()
      .Command(Organization("gansu"), Record())
      .When(Organization("gansu"), Record(""))
      .ThenRecorded("accountability_finding_recorded {}")
      .ThenState("files { findings_count: 2 }");
}

TEST(RecordAccountabilityFindingTest, DoneTooLateAfterTheFileWasClosedIsRefusedAndAfterTheCaseWasNot) {
  GivenOpened()
      .Event(Organization("lanzhou"), kCaseClosed)
      .Command(Organization("gansu"), Record())
      .Command(Organization("gansu"), Close())
      .When(Organization("gansu"), Record())
      .ThenRejected(REJECTION_KIND_ALREADY, "file_settled")
      .ThenMessage(HasSubstr("7.1"));
}

TEST(RecordAccountabilityFindingTest, DoneByTheWrongOneIsRefused) {
  GivenOpened()
      .When(Organization("broadcast-company"), Record())
      .ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "not_the_one")
      .When(Organization("gansu-discipline"), Record())
      .ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "not_the_one");
}

TEST(RecordAccountabilityFindingTest, WhoIsConcernedDoesNotJudgeEvenAsASuperior) {
  // The city opens a file on a bureau and on its own superior's company only by a referral from above; here the
  // referral concerns the city itself, and the petition office below it keeps the file.
  GivenInHandling()
      .Event(Organization("gansu"), R"(referred_for_accountability { to { organization_id: "lanzhou-petition-office" }
                                         organizations { organization_id: "lanzhou" } })")
      .Command(Organization("lanzhou-petition-office"), Open("referral_id: '4.1'"))
      .When(Organization("lanzhou"),
            Request<RecordAccountabilityFindingRequest>("file_id: '5.1' text: 'The city did all it could.'"))
      .ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "oneself");
}

TEST(RecordAccountabilityFindingTest, NamesOnlyThoseConcernedOrBelow) {
  GivenReferred()
      .Command(Organization("gansu-discipline"), Open("referral_id: '4.1'"))
      .When(Organization("gansu-discipline"),
            Request<RecordAccountabilityFindingRequest>(
                "file_id: '5.1' text: 't' responsible_organization_ids: 'gas-company'"))
      .ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "no_authority")
      .When(Organization("gansu-discipline"),
            Request<RecordAccountabilityFindingRequest>(
                "file_id: '5.1' text: 't' responsible_organization_ids: 'broadcast-company'"))
      .ThenRecorded("accountability_finding_recorded {}");
}

TEST(CloseAccountabilityTest, DoneRightWithAConclusion) {
  GivenOpened()
      .Command(Organization("gansu"), Record())
      .When(Organization("gansu"), Close())
      .ThenRecorded(R"(accountability_closed { file_id: "4.1" closed_by { organization_id: "gansu" }
                                               conclusion: "a warning was given" })")
      .ThenState("settled { id: '4.1' by_event_id: '6.1' }")
      .ThenState([](const State& state) { EXPECT_EQ(state.files_size(), 0); })
      .ThenFoundUnder({"file.about", "gas-company", "case-1", "000000000004.0001"})
      .ThenNotFoundUnder({"file.open.about", "gas-company", "case-1", "000000000004.0001"});
}

TEST(CloseAccountabilityTest, DoneTwiceIsRefused) {
  GivenOpened()
      .Command(Organization("gansu"), Record())
      .Command(Organization("gansu"), Close())
      .When(Organization("gansu"), Close())
      .ThenRejected(REJECTION_KIND_ALREADY, "file_settled")
      .ThenMessage(HasSubstr("6.1"));
}

TEST(CloseAccountabilityTest, DoneTooLateOnAClosedCaseIsStillRecorded) {
  GivenOpened()
      .Command(Organization("gansu"), Record())
      .Event(Organization("lanzhou"), kCaseClosed)
      .When(Organization("gansu"), Close())
      .ThenRecorded("accountability_closed {}");
}

TEST(CloseAccountabilityTest, DoneByTheWrongOneIsRefused) {
  GivenOpened()
      .Command(Organization("gansu"), Record())
      .When(Organization("gas-company"), Close())
      .ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "not_the_one");
}

TEST(CloseAccountabilityTest, AFileThatNobodyAnsweredStaysOpen) {
  GivenOpened()
      .When(Organization("gansu"), Close())
      .ThenRejected(REJECTION_KIND_ILLEGAL, "not_answered")
      .When(Organization("gansu"), Close("3.1"))
      .ThenRejected(REJECTION_KIND_NOT_FOUND, "unknown_file");
}

TEST(AccountabilityTest, NoStepComesBeforeTheOneBefore) {
  GivenOpened()
      .At("2021-08-10")
      .Occurred("2021-07-31")
      .When(Organization("gansu"), Record())
      .ThenRejected(REJECTION_KIND_INVALID, "invalid_field")
      .ThenSubject("context.occurred_at");
  GivenReferred()
      .At("2021-08-10")
      .Occurred("2021-06-30")
      .When(Organization("gansu-discipline"), Open("referral_id: '4.1'"))
      .ThenRejected(REJECTION_KIND_INVALID, "invalid_field")
      .ThenSubject("context.occurred_at");
}

}  // namespace
}  // namespace whistle::escalation
