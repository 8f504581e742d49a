// Review and re-review, and the term within which each may be asked for: one suite for each row of the policy table.
#include "services/intake/deadlines_testing.h"

namespace whistle::intake {
namespace {

using common::v1::REJECTION_KIND_ILLEGAL;
using common::v1::REJECTION_KIND_INVALID;
using testing::DefaultPolicy;
using ::testing::HasSubstr;
using testing::Organization;
using testing::Petitioner;
using testing::RegistryBuilder;
using testing::Request;

const common::v1::Actor kDistrict = Organization("chengguan");
const common::v1::Actor kCity = Organization("lanzhou");

v1::RequestReviewRequest Review(const std::string& reviewer_id = "chengguan") {
  v1::RequestReviewRequest request;
  request.set_reviewer_id(reviewer_id);
  request.set_why("It is theirs.");
  return request;
}
v1::RequestReReviewRequest ReReview() {
  return Request<v1::RequestReReviewRequest>(R"(reviewer_id: "lanzhou" why: "Still theirs.")");
}
v1::DecideReviewRequest DecideOn(const std::string& review_event_id) {
  v1::DecideReviewRequest request;
  request.set_review_event_id(review_event_id);
  request.set_outcome(v1::REVIEW_OUTCOME_UPHELD);
  request.set_why("The street repairs the pipes.");
  return request;
}

// Declined on 2021-07-05 (2.1); the district's review asked for on 2021-07-10 (3.1): to be decided by the end of
// 2021-08-09. Warned at 70 % of the 31 days to that midnight.
auto GivenReview() {
  auto scenario = GivenDeclined();
  scenario.At("2021-07-10").Command(Petitioner(), Review());
  return scenario;
}
// The same when it was not decided: 4.1 says so, on 2021-08-10.
auto GivenReviewOverdue() {
  auto scenario = GivenReview();
  scenario.At("2021-08-10").WhenTheAgendaRuns();
  return scenario;
}
// Decided on 2021-07-20 (4.1); the city's re-review asked for on 2021-07-25 (5.1): to be decided by the end of
// 2021-08-24.
auto GivenReReview() {
  auto scenario = GivenReview();
  scenario.At("2021-07-20").Command(kDistrict, DecideOn("3.1")).At("2021-07-25").Command(Petitioner(), ReReview());
  return scenario;
}
// The same when it was not decided: 6.1 says so, on 2021-08-25.
auto GivenReReviewOverdue() {
  auto scenario = GivenReReview();
  scenario.At("2021-08-25").WhenTheAgendaRuns();
  return scenario;
}

TEST(ReviewDeadlineTest, FiresOnce) {
  GivenReview()
      .ThenFoundUnder({"due_of", "chengguan", DateKey("2021-08-10"), "case-1", "review_decision", "3.1"})
      .At("2021-08-10")
      .WhenTheAgendaRuns()
      .ThenRecorded(R"(occurred_at: @2021-08-10 review_overdue { review_event_id: "3.1"
          reviewer { organization_id: "chengguan" superior_ids: "lanzhou" superior_ids: "gansu" }
          due { due_at: @2021-08-10 last_day: "2021-08-09" rule: "review_decision" days: 30 } })")
      .ThenState(R"(review { overdue_event_id: "4.1" })")
      .ThenFoundUnder({"overdue", "review_decision", "chengguan", "case-1", "3.1"})
      .ThenNothingIsDue()
      .At("2022-08-10")
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
}

TEST(ReviewDeadlineTest, NotASecondEarly) {
  GivenReview()
      .At("2021-08-01")
      .WhenTheAgendaRuns()
      .At("2021-08-09T23:59:59Z")
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded()
      .At("2021-08-10")
      .WhenTheAgendaRuns()
      .ThenRecorded("review_overdue {}");
}

TEST(ReviewDeadlineTest, NotAfterItWasMet) {
  GivenReview()
      .At("2021-08-09T23:59:59Z")
      .Command(kDistrict, DecideOn("3.1"))
      .ThenNothingIsDue()
      .At("2021-08-10")
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
}

TEST(ReviewDeadlineTest, WarnsOnceAtTheShare) {
  GivenReview()
      .At("2021-07-31T16:47:59Z")
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded()
      .At("2021-07-31T16:48:00Z")
      .WhenTheAgendaRuns()
      .ThenRecorded(R"(intake_deadline_approaching { subject: "3.1" due_at: @2021-08-10 rule: "review_decision"
                                                     organization { organization_id: "chengguan" } })")
      .ThenState(R"(review { warned_event_id: "4.1" })")
      .ThenDue("kind: AGENDA_KIND_REVIEW_OVERDUE subject: '3.1'")
      .At("2021-08-09")
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
}

TEST(ReviewDeadlineTest, AWarningAfterTheDateIsTheOverdue) {
  GivenReview().At("2021-09-10").WhenTheAgendaRuns().ThenRecorded("review_overdue {}").ThenNothingIsDue();
}

TEST(ReviewDeadlineTest, ALateEntryLiftsIt) {
  GivenReviewOverdue()
      .At("2021-08-15")
      .Occurred("2021-08-09T23:59:59Z")
      .When(kDistrict, DecideOn("3.1"))
      .ThenRecorded("review_decided {}", R"(intake_overdue_lifted { overdue_event_id: "4.1" proof_event_id: "5.1" })")
      .ThenState([](const State& state) { EXPECT_EQ(state.review().overdue_event_id(), ""); });
  GivenReviewOverdue()
      .At("2021-08-15")
      .Occurred("2021-08-10")
      .When(kDistrict, DecideOn("3.1"))
      .ThenRecorded("review_decided {}")
      .ThenState(R"(review { overdue_event_id: "4.1" })");
}

TEST(ReviewDeadlineTest, ALateEntryThatReturnsTheCaseLiftsItToo) {
  v1::DecideReviewRequest returned = DecideOn("3.1");
  returned.set_outcome(v1::REVIEW_OUTCOME_RETURNED);
  GivenReviewOverdue()
      .At("2021-08-15")
      .Occurred("2021-08-01")
      .When(kDistrict, returned)
      .ThenRecorded("review_decided {}", "case_reopened { handling_due { due_at: @2021-10-01 } }",
                    R"(intake_overdue_lifted { overdue_event_id: "4.1" proof_event_id: "5.1" })");
}

TEST(ReviewDeadlineTest, FollowsACorrection) {
  GivenReviewOverdue()
      .At("2021-08-15")
      .Command(kDistrict, DecideOn("3.1"))
      .When(kDistrict, Correct("5.1", "occurred_at", "2021-08-01"))
      .ThenRecorded("intake_entry_corrected {}",
                    R"(intake_overdue_lifted { overdue_event_id: "4.1" proof_event_id: "6.1" })")
      .ThenState([](const State& state) { EXPECT_EQ(state.review().overdue_event_id(), ""); })
      .When(kDistrict, Correct("5.1", "occurred_at", "2021-07-09"))
      .ThenRejected(REJECTION_KIND_INVALID, "invalid_field");
}

TEST(ReviewDeadlineTest, FollowsACorrectionOfTheTimeItWasAskedFor) {
  GivenReview()
      .At("2021-08-01")
      .WhenTheAgendaRuns()
      .When(Petitioner(), Correct("3.1", "occurred_at", "2021-07-06"))
      .ThenEvents([](const std::vector<journal::v1::Event>& events) {
        ASSERT_EQ(events.size(), 1u);
        const common::v1::EntryCorrected& corrected = events[0].intake_entry_corrected();
        ASSERT_EQ(corrected.fields_size(), 2);
        EXPECT_EQ(corrected.fields(1).path(), "due");
        EXPECT_THAT(corrected.fields(1).was(), HasSubstr("2021-08-10T00:00:00Z"));
        EXPECT_THAT(corrected.fields(1).is(), HasSubstr("2021-08-06T00:00:00Z"));
      })
      .ThenState(R"(review { due { due_at: @2021-08-06 last_day: "2021-08-05" } requested_at: @2021-07-06
                             due_event_id: "5.1" })")
      // Of the new date nobody was warned yet.
      .ThenDue("kind: AGENDA_KIND_DEADLINE_APPROACHING due_at: @2021-07-27T16:48:00Z created_by_event_id: '5.1'",
               "kind: AGENDA_KIND_REVIEW_OVERDUE due_at: @2021-08-06 created_by_event_id: '5.1'")
      .At("2021-08-06")
      .WhenTheAgendaRuns()
      .ThenRecorded("review_overdue { due { due_at: @2021-08-06 } }");
}

TEST(ReviewDeadlineTest, ACorrectionThatPutsTheDateAfterNowLiftsItAndFiresByTheNewOne) {
  GivenReviewOverdue()
      .At("2021-08-12")
      .When(Petitioner(), Correct("3.1", "occurred_at", "2021-07-20"))
      .ThenRecorded("intake_entry_corrected {}",
                    R"(intake_overdue_lifted { overdue_event_id: "4.1" proof_event_id: "5.1" })")
      .ThenDue("kind: AGENDA_KIND_DEADLINE_APPROACHING", "kind: AGENDA_KIND_REVIEW_OVERDUE due_at: @2021-08-20")
      // And back to where it was: the date has passed after all.
      .Command(Petitioner(), Correct("3.1", "occurred_at", "2021-07-10"))
      .WhenTheAgendaRuns()
      .ThenRecorded("review_overdue { due { due_at: @2021-08-10 } }")
      .ThenNothingIsDue();
}

TEST(ReviewDeadlineTest, ACorrectedTimeOfAskingMakesADecisionTimelyThatSeemedLate) {
  GivenReviewOverdue()
      .At("2021-08-12")
      .Command(kDistrict, DecideOn("3.1"))
      .When(Petitioner(), Correct("3.1", "occurred_at", "2021-07-20"))
      .ThenRecorded("intake_entry_corrected {}",
                    R"(intake_overdue_lifted { overdue_event_id: "4.1" proof_event_id: "6.1" })");
}

TEST(ReviewDeadlineTest, ItIsNotAskedForBeforeWhatItIsAbout) {
  GivenReview()
      .When(Petitioner(), Correct("3.1", "occurred_at", "2021-07-04"))
      .ThenRejected(REJECTION_KIND_INVALID, "invalid_field")
      .ThenMessage(HasSubstr("not before what the act rests on"));
}

TEST(ReviewDeadlineTest, SwitchedOffNothingFires) {
  registry::v1::Policy policy = DefaultPolicy();
  policy.mutable_review_decision()->set_off(true);
  auto scenario = GivenIntake();
  scenario.With(RegistryBuilder().WithPolicy(policy))
      .Command(Petitioner(), Register())
      .Command(Organization("chengguan-housing-bureau"),
               Request<v1::DeclineCaseRequest>(R"(why: "not ours" grounds { document: "Regulations" })"))
      .At("2021-07-10")
      .Command(Petitioner(), Review())
      .ThenNothingIsDue()
      .When(Petitioner(), Correct("3.1", "occurred_at", "2021-07-09"))
      .ThenRecorded("intake_entry_corrected { fields { path: 'occurred_at' } }")
      .At("2031-07-10")
      .When(kDistrict, DecideOn("3.1"))
      .ThenRecorded("review_decided {}");
}

TEST(ReviewDeadlineTest, RestsWhileTheCaseIsMergedAndGoesOnByItsOldDate) {
  auto scenario = GivenClaimed();
  scenario.Command(Petitioner(), Review("gansu")).OnCase("case-2").Command(Petitioner(), Register()).OnCase("case-1");
  scenario.Command(kOffice, Request<v1::ProposeMergeRequest>(R"(target_case_id: "case-2" why: "the same")"))
      .WhenTheAgendaRuns()
      .ThenNothingIsDue()
      .At("2021-08-20")
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded()
      .Command(kCity, Request<v1::UnmergeCaseRequest>(R"(why: "another building")"))
      .WhenTheAgendaRuns()
      .ThenState([](const State& state) { EXPECT_NE(state.review().overdue_event_id(), ""); })
      .ThenFoundUnder({"overdue", "review_decision", "gansu", "case-1", "5.1"});
}

TEST(ReReviewDeadlineTest, FiresOnce) {
  GivenReReview()
      .At("2021-08-25")
      .WhenTheAgendaRuns()
      .ThenRecorded(R"(review_overdue { review_event_id: "5.1" reviewer { organization_id: "lanzhou" }
                                        due { due_at: @2021-08-25 last_day: "2021-08-24" } })")
      .ThenState(R"(re_review { overdue_event_id: "6.1" })")
      .ThenFoundUnder({"overdue", "review_decision", "lanzhou", "case-1", "5.1"})
      .ThenNothingIsDue()
      .At("2022-08-25")
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
}

TEST(ReReviewDeadlineTest, NotASecondEarly) {
  GivenReReview()
      .At("2021-08-20")
      .WhenTheAgendaRuns()
      .At("2021-08-24T23:59:59Z")
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded()
      .At("2021-08-25")
      .WhenTheAgendaRuns()
      .ThenRecorded("review_overdue {}");
}

TEST(ReReviewDeadlineTest, NotAfterItWasMet) {
  GivenReReview()
      .At("2021-08-24T23:59:59Z")
      .Command(kCity, DecideOn("5.1"))
      .ThenNothingIsDue()
      .At("2021-08-25")
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
}

TEST(ReReviewDeadlineTest, WarnsOnceAtTheShare) {
  GivenReReview()
      .At("2021-08-15T16:47:59Z")
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded()
      .At("2021-08-15T16:48:00Z")
      .WhenTheAgendaRuns()
      .ThenRecorded(R"(intake_deadline_approaching { subject: "5.1" due_at: @2021-08-25 rule: "review_decision"
                                                     organization { organization_id: "lanzhou" } })")
      .ThenState(R"(re_review { warned_event_id: "6.1" })")
      .ThenDue("kind: AGENDA_KIND_REVIEW_OVERDUE subject: '5.1'");
}

TEST(ReReviewDeadlineTest, AWarningAfterTheDateIsTheOverdue) {
  GivenReReview().At("2021-12-01").WhenTheAgendaRuns().ThenRecorded("review_overdue {}").ThenNothingIsDue();
}

TEST(ReReviewDeadlineTest, ALateEntryLiftsIt) {
  GivenReReviewOverdue()
      .At("2021-09-01")
      .Occurred("2021-08-24T23:59:59Z")
      .When(kCity, DecideOn("5.1"))
      .ThenRecorded("review_decided {}", R"(intake_overdue_lifted { overdue_event_id: "6.1" proof_event_id: "7.1" })")
      .ThenState([](const State& state) { EXPECT_EQ(state.re_review().overdue_event_id(), ""); });
}

TEST(ReReviewDeadlineTest, FollowsACorrection) {
  GivenReReviewOverdue()
      .At("2021-09-01")
      .Command(kCity, DecideOn("5.1"))
      .When(kCity, Correct("7.1", "occurred_at", "2021-08-20"))
      .ThenRecorded("intake_entry_corrected {}",
                    R"(intake_overdue_lifted { overdue_event_id: "6.1" proof_event_id: "8.1" })");
  GivenReReviewOverdue()
      .At("2021-08-26")
      .When(Petitioner(), Correct("5.1", "occurred_at", "2021-08-01"))
      .ThenRecorded("intake_entry_corrected { fields { path: 'occurred_at' } fields { path: 'due' } }",
                    R"(intake_overdue_lifted { overdue_event_id: "6.1" proof_event_id: "7.1" })")
      .ThenState(R"(re_review { due { due_at: @2021-09-01 } due_event_id: "7.1" })")
      .When(Petitioner(), Correct("5.1", "occurred_at", "2021-07-19"))
      .ThenRejected(REJECTION_KIND_INVALID, "invalid_field");
}

TEST(ReReviewDeadlineTest, SwitchedOffNothingFires) {
  registry::v1::Policy policy = DefaultPolicy();
  policy.mutable_review_decision()->set_off(true);
  GivenReview()
      .At("2021-07-20")
      .Command(kDistrict, DecideOn("3.1"))
      .With(RegistryBuilder().WithPolicy(policy).Version(9))
      .Command(kDistrict, Request<v1::ReopenCaseRequest>(R"(why: "new facts")"))
      .Command(Organization("gansu"), Request<v1::RebindPolicyRequest>(R"(why: "no dates for reviews")"))
      .At("2021-07-25")
      .Command(Petitioner(), ReReview())
      .ThenState([](const State& state) { EXPECT_FALSE(state.re_review().due().has_due_at()); })
      .ThenDue("subject: 'handling'", "subject: 'handling'");
}

TEST(ReviewRequestTermTest, LimitsAskingForAReviewToItsLastDay) {
  GivenDeclined()
      .At("2021-08-05")
      .When(Petitioner(), Review())
      .ThenRejected(REJECTION_KIND_ILLEGAL, "review_term_passed")
      .ThenMessage(HasSubstr("within 30 calendar days, until 2021-08-05T00:00:00Z"));
  GivenDeclined().At("2021-08-04T23:59:59.999Z").When(Petitioner(), Review()).ThenRecorded("review_requested {}");
}

TEST(ReviewRequestTermTest, LimitsAskingForAReReviewToItsLastDay) {
  const auto reviewed = [] {
    auto scenario = GivenReview();
    scenario.At("2021-07-20").Command(kDistrict, DecideOn("3.1"));
    return scenario;
  };
  reviewed().At("2021-08-20").When(Petitioner(), ReReview()).ThenRejected(REJECTION_KIND_ILLEGAL, "review_term_passed");
  reviewed().At("2021-08-19T23:59:59.999Z").When(Petitioner(), ReReview()).ThenRecorded("re_review_requested {}");
}

TEST(ReviewRequestTermTest, AskedInTimeAndEnteredLateItIsRecorded) {
  GivenDeclined()
      .At("2021-09-01")
      .Occurred("2021-08-04")
      .When(Petitioner(), Review())
      .ThenRecorded("review_requested { due { due_at: @2021-09-04 } }");
}

TEST(ReviewRequestTermTest, FollowsACorrection) {
  GivenDeclined()
      .Command(kDistrict, Correct("2.1", "occurred_at", "2021-07-02"))
      .At("2021-08-02")
      .When(Petitioner(), Review())
      .ThenRejected(REJECTION_KIND_ILLEGAL, "review_term_passed")
      .Occurred("2021-08-01T23:59:59Z")
      .When(Petitioner(), Review())
      .ThenRecorded("review_requested {}");
  auto reviewed = GivenReview();
  reviewed.At("2021-07-20")
      .Command(kDistrict, DecideOn("3.1"))
      .Command(kDistrict, Correct("4.1", "occurred_at", "2021-07-12"))
      .At("2021-08-12")
      .When(Petitioner(), ReReview())
      .ThenRejected(REJECTION_KIND_ILLEGAL, "review_term_passed")
      .Occurred("2021-08-11T23:59:59Z")
      .When(Petitioner(), ReReview())
      .ThenRecorded("re_review_requested {}");
}

TEST(ReviewRequestTermTest, SwitchedOffItIsNeverTooLate) {
  registry::v1::Policy policy = DefaultPolicy();
  policy.mutable_review_request()->set_off(true);
  auto scenario = GivenIntake();
  scenario.With(RegistryBuilder().WithPolicy(policy))
      .Command(Petitioner(), Register())
      .Command(Organization("chengguan-housing-bureau"),
               Request<v1::DeclineCaseRequest>(R"(why: "not ours" grounds { document: "Regulations" })"))
      .At("2031-07-10")
      .When(Petitioner(), Review())
      .ThenRecorded("review_requested { due { due_at: @2031-08-10 } }")
      .Command(kDistrict, DecideOn("3.1"))
      .At("2041-07-10")
      .When(Petitioner(), ReReview())
      .ThenRecorded("re_review_requested {}");
}

}  // namespace
}  // namespace whistle::intake
