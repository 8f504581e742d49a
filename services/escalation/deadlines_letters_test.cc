// The dates of suggestion letters: what they name is put right by then, or goes on for accountability.
#include "services/escalation/given.h"

namespace whistle::escalation {
namespace {

// Sent by the province on 2021-07-20 as event 4.1: by 2021-08-20.
auto GivenLetter() {
  auto scenario = GivenInHandling();
  scenario.At("2021-07-20")
      .Command(Organization("gansu"),
               Request<v1::IssueSuggestionRequest>(
                   "kind: SUGGESTION_KIND_IMPROVE_WORK addressee_id: 'broadcast-company' text: 'Find out.'"));
  return scenario;
}
// When an event occurred, put right.
auto Correct(const std::string& event_id, const std::string& time) {
  return Request<v1::CorrectEntryRequest>(absl::StrCat(
      "event_id: '", event_id, "' why: 'misread' corrections { path: 'occurred_at' value_json: '\"", time, "\"' }"));
}
auto Report() { return Request<v1::ReportRectificationRequest>("letter_id: '4.1' text: 'It was found out.'"); }

TEST(RectificationDeadlineTest, FiresOnce) {
  GivenLetter()
      .ThenState("letters { rectify_by { due_at @2021-08-20 } due_event_id: '4.1' }")
      .At("2021-08-20")
      .WhenTheAgendaRuns()
      .ThenRecorded("rectification_overdue { letter_id: '4.1' addressee { organization_id: 'broadcast-company' } }",
                    "referred_for_accountability { letter_id: '4.1' to { organization_id: 'gansu' } }")
      .ThenNothingIsDue()
      .At("2022-08-20")
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
}

TEST(RectificationDeadlineTest, NotASecondEarly) {
  GivenLetter()
      .At("2021-08-19")
      .WhenTheAgendaRuns()
      .ThenRecorded("escalation_deadline_approaching { subject: '4.1' rule: 'rectification' }")
      .At("2021-08-19T23:59:59Z")
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
}

TEST(RectificationDeadlineTest, NotAfterItWasMet) {
  GivenLetter()
      .At("2021-08-01")
      .Command(Organization("broadcast-company"), Report())
      .ThenNothingIsDue()
      .At("2022-08-20")
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
}

TEST(RectificationDeadlineTest, WarnsOnceAtTheShare) {
  GivenLetter()
      .At("2021-08-10T16:47:59Z")
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded()
      .At("2021-08-10T16:48:00Z")
      .WhenTheAgendaRuns()
      .ThenRecorded(
          "escalation_deadline_approaching { subject: '4.1' rule: 'rectification' due_at @2021-08-20 "
          "organization { organization_id: 'broadcast-company' } }")
      .At("2021-08-19")
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
}

TEST(RectificationDeadlineTest, FollowsACorrection) {
  GivenLetter()
      .At("2021-08-20")
      .WhenTheAgendaRuns()
      .When(Organization("gansu"), Correct("4.1", "2021-07-25"))
      .ThenRecorded(
          "escalation_entry_corrected { event_id: '4.1' fields { path: 'occurred_at' } fields { path: 'rectify_by' } }",
          "escalation_overdue_lifted { overdue_event_id: '5.1' proof_event_id: '6.1' }")
      .ThenState("letters { overdue_event_id: '' rectify_by { due_at @2021-08-25 } due_event_id: '6.1' }")
      .At("2021-08-24T23:59:59Z")
      .WhenTheAgendaRuns()
      .ThenRecorded("escalation_deadline_approaching { due_at @2021-08-25 }")
      .At("2021-08-25")
      .WhenTheAgendaRuns()
      .ThenRecorded("rectification_overdue { letter_id: '4.1' due_at @2021-08-25 }");
}

TEST(RectificationDeadlineTest, FollowsACorrectionThereAndBack) {
  GivenLetter()
      .At("2021-08-20")
      .WhenTheAgendaRuns()
      .Command(Organization("gansu"), Correct("4.1", "2021-07-25"))
      .Command(Organization("gansu"), Correct("4.1", "2021-07-20"))
      .WhenTheAgendaRuns()
      .ThenRecorded("rectification_overdue { letter_id: '4.1' due_at @2021-08-20 }")
      .ThenNothingIsDue();
}

TEST(RectificationDeadlineTest, FollowsACorrectionOfARejection) {
  GivenLetter()
      .At("2021-08-01")
      .Command(Organization("broadcast-company"), Report())
      .At("2021-08-02")
      .Command(Organization("gansu"), Request<v1::RejectRectificationRequest>("letter_id: '4.1' reason: 'no answer'"))
      .ThenState("letters { rectify_by { due_at @2021-09-02 } due_event_id: '6.1' }")
      .At("2021-08-03")
      .Command(Organization("gansu"), Correct("6.1", "2021-08-01"))
      .ThenState("letters { rectify_by { due_at @2021-09-01 } due_event_id: '7.1' }");
}

TEST(RectificationDeadlineTest, SwitchedOffNothingFires) {
  registry::v1::Policy policy = QuietPolicy();
  policy.mutable_rectification()->set_off(true);
  GivenInHandling("lanzhou-petition-office", policy)
      .Command(Organization("gansu"),
               Request<v1::IssueSuggestionRequest>(
                   "kind: SUGGESTION_KIND_IMPROVE_WORK addressee_id: 'broadcast-company' text: 'Find out.'"))
      .ThenNothingIsDue()
      .At("2031-01-01")
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
}

TEST(RectificationDeadlineTest, ARejectionSetsADateOfItsOwnWithAWarning) {
  GivenLetter()
      .At("2021-08-20")
      .WhenTheAgendaRuns()
      .At("2021-08-21")
      .Command(Organization("broadcast-company"), Report())
      .At("2021-08-22")
      .Command(Organization("gansu"), Request<v1::RejectRectificationRequest>("letter_id: '4.1' reason: 'no answer'"))
      .ThenState("letters { due_event_id: '7.1' overdue_event_id: '' rectify_by { due_at @2021-09-22 } }")
      .At("2021-09-21")
      .WhenTheAgendaRuns()
      .ThenRecorded("escalation_deadline_approaching { subject: '4.1' due_at @2021-09-22 }")
      .At("2021-09-22")
      .WhenTheAgendaRuns()
      .ThenRecorded("rectification_overdue { letter_id: '4.1' due_at @2021-09-22 }");
}

TEST(RectificationDeadlineTest, ALateEntryLiftsIt) {
  GivenLetter()
      .At("2021-08-20")
      .WhenTheAgendaRuns()
      .At("2021-08-25")
      .Occurred("2021-08-19")
      .When(Organization("broadcast-company"), Report())
      .ThenRecorded("rectification_reported {}",
                    "escalation_overdue_lifted { overdue_event_id: '5.1' proof_event_id: '6.1' }")
      .ThenState("letters { overdue_event_id: '' }");
}

TEST(RectificationDeadlineTest, ItDoesNotRestWhileTheCaseIsClosed) {
  GivenLetter()
      .Event(Organization("lanzhou"), kCaseClosed)
      .At("2021-08-20")
      .WhenTheAgendaRuns()
      .ThenRecorded("rectification_overdue { letter_id: '4.1' }", "referred_for_accountability { letter_id: '4.1' }");
}

}  // namespace
}  // namespace whistle::escalation
