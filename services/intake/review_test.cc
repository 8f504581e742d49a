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

v1::RequestReviewRequest Review(const std::string& reviewer_id = "chengguan") {
  v1::RequestReviewRequest request;
  request.set_reviewer_id(reviewer_id);
  request.set_why("It is theirs.");
  return request;
}

v1::RequestReReviewRequest ReReview(const std::string& reviewer_id = "lanzhou") {
  v1::RequestReReviewRequest request;
  request.set_reviewer_id(reviewer_id);
  request.set_why("Still theirs.");
  return request;
}

v1::DecideReviewRequest DecideOn(const std::string& review_event_id,
                                 v1::ReviewOutcome outcome = v1::REVIEW_OUTCOME_UPHELD) {
  v1::DecideReviewRequest request;
  request.set_review_event_id(review_event_id);
  request.set_outcome(outcome);
  request.set_why("The street repairs the pipes.");
  return request;
}

// Declined by the district's housing bureau on 2021-07-05 (2.1); review asked of the district (3.1).
auto GivenReview() {
  auto scenario = GivenDeclined();
  scenario.At("2021-07-10").Command(Petitioner(), Review());
  return scenario;
}
// The district upholds it on 2021-07-20 (4.1).
auto GivenReviewed() {
  auto scenario = GivenReview();
  scenario.At("2021-07-20").Command(Organization("chengguan"), DecideOn("3.1"));
  return scenario;
}

TEST(RequestReviewTest, DoneRightPutsTheDecliningBeforeASuperior) {
  GivenDeclined()
      .At("2021-07-10")
      .When(Petitioner(), Review())
      .ThenRecorded(R"(review_requested { about_event_id: "2.1" reviewer { organization_id: "chengguan" }
          why: "It is theirs." due { due_at: @2021-08-10 rule: "review_decision" days: 30 } })")
      .ThenState(R"(review { review_event_id: "3.1" about_event_id: "2.1" requested_at: @2021-07-10 })");
}

TEST(RequestReviewTest, DoneRightOnAClaimAndOnAClosing) {
  GivenClaimed().When(Petitioner(), Review("gansu")).ThenRecorded(R"(review_requested { about_event_id: "4.1" })");
  GivenClosed().When(Petitioner(), Review("lanzhou")).ThenRecorded(R"(review_requested { about_event_id: "4.1" })");
}

TEST(RequestReviewTest, DoneTwiceIsRefused) {
  GivenReview()
      .When(Petitioner(), Review())
      .ThenRejected(REJECTION_KIND_ALREADY, "review_requested")
      .ThenMessage(HasSubstr("3.1"));
  GivenReviewed().When(Petitioner(), Review()).ThenRejected(REJECTION_KIND_ALREADY, "review_requested");
}

TEST(RequestReviewTest, DoneTooLateAfterThePolicysTermIsRefused) {
  GivenDeclined()
      .At("2021-08-05")
      .When(Petitioner(), Review())
      .ThenRejected(REJECTION_KIND_ILLEGAL, "review_term_passed")
      .ThenMessage(HasSubstr("30 calendar days"))
      .Occurred("2021-08-04T23:59:59.999Z")
      .When(Petitioner(), Review())
      .ThenRecorded("review_requested {}");
}

TEST(RequestReviewTest, DoneByTheWrongOneIsRefused) {
  GivenDeclined()
      .When(Organization("station-community"), Review())
      .ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "petitioner_only");
}

TEST(RequestReviewTest, OnlyASuperiorOfWhoDecidedReviews) {
  GivenDeclined()
      .When(Petitioner(), Review("chengguan-housing-bureau"))
      .ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "reviewer_not_superior")
      .When(Petitioner(), Review("gas-company"))
      .ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "reviewer_not_superior")
      .When(Petitioner(), Review("nobody"))
      .ThenRejected(REJECTION_KIND_NOT_FOUND, "unknown_organization")
      .When(Petitioner(), Review("gansu"))
      .ThenRecorded("review_requested {}");
}

TEST(RequestReviewTest, ThereIsSomethingToReviewAndOneReviewAtATime) {
  GivenAccepted().When(Petitioner(), Review()).ThenRejected(REJECTION_KIND_ILLEGAL, "nothing_to_review");
  GivenClaimed()
      .Command(Petitioner(), Review("gansu"))
      .Command(Organization("lanzhou"), Request<v1::CloseCaseRequest>(R"(why: "lit")"))
      .When(Petitioner(), Review("gansu"))
      .ThenRejected(REJECTION_KIND_ILLEGAL, "review_open")
      .Command(Organization("gansu"), DecideOn("5.1"))
      .When(Petitioner(), Review("gansu"))
      .ThenRecorded(R"(review_requested { about_event_id: "6.1" })");
}

TEST(RequestReReviewTest, DoneRightPutsTheReviewBeforeAHigherOne) {
  GivenReviewed()
      .At("2021-07-25")
      .When(Petitioner(), ReReview())
      .ThenRecorded(R"(re_review_requested { about_event_id: "4.1" reviewer { organization_id: "lanzhou" }
          why: "Still theirs." due { due_at: @2021-08-25 } })")
      .ThenState(R"(re_review { review_event_id: "5.1" re_review: true })");
}

TEST(RequestReReviewTest, DoneTwiceIsRefused) {
  GivenReviewed()
      .Command(Petitioner(), ReReview())
      .When(Petitioner(), ReReview())
      .ThenRejected(REJECTION_KIND_ALREADY, "re_review_requested")
      .ThenMessage(HasSubstr("5.1"));
}

TEST(RequestReReviewTest, DoneTooLateAfterThePolicysTermIsRefused) {
  GivenReviewed()
      .At("2021-08-20")
      .When(Petitioner(), ReReview())
      .ThenRejected(REJECTION_KIND_ILLEGAL, "review_term_passed");
}

TEST(RequestReReviewTest, DoneByTheWrongOneIsRefused) {
  GivenReviewed()
      .When(Organization("chengguan-housing-bureau"), ReReview())
      .ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "petitioner_only")
      .When(Petitioner(), ReReview("chengguan"))
      .ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "reviewer_not_superior");
}

TEST(RequestReReviewTest, OnlyADecidedReviewIsReReviewed) {
  GivenDeclined().When(Petitioner(), ReReview()).ThenRejected(REJECTION_KIND_ILLEGAL, "review_not_decided");
  GivenReview().When(Petitioner(), ReReview()).ThenRejected(REJECTION_KIND_ILLEGAL, "review_not_decided");
}

TEST(DecideReviewTest, DoneRightDecides) {
  GivenReview()
      .At("2021-07-20")
      .When(Organization("chengguan"), DecideOn("3.1"))
      .ThenRecorded(R"(review_decided { review_event_id: "3.1" outcome: REVIEW_OUTCOME_UPHELD
                                        decided_by { organization_id: "chengguan" } })")
      .ThenState(
          R"(review { decided_event_id: "4.1" decided_at: @2021-07-20 } header { status: CASE_STATUS_DECLINED })");
}

TEST(DecideReviewTest, DoneRightReturnedReopensTheCase) {
  GivenReview()
      .At("2021-07-20")
      .When(Organization("lanzhou"), DecideOn("3.1", v1::REVIEW_OUTCOME_RETURNED))
      .ThenRecorded(
          R"(review_decided { outcome: REVIEW_OUTCOME_RETURNED })",
          R"(case_reopened { reopened_by { organization_id: "lanzhou" } handling_due { due_at: @2021-09-19 } })")
      .ThenState("header { status: CASE_STATUS_ACCEPTED }");
}

TEST(DecideReviewTest, DoneRightForTheReReview) {
  GivenReviewed()
      .Command(Petitioner(), ReReview())
      .When(Organization("lanzhou"), DecideOn("5.1", v1::REVIEW_OUTCOME_CHANGED))
      .ThenRecorded(R"(review_decided { review_event_id: "5.1" })")
      .ThenState(R"(re_review { decided_event_id: "6.1" } review { decided_event_id: "4.1" })");
}

TEST(DecideReviewTest, DoneTwiceIsRefused) {
  GivenReviewed()
      .When(Organization("chengguan"), DecideOn("3.1"))
      .ThenRejected(REJECTION_KIND_ALREADY, "review_decided")
      .ThenMessage(HasSubstr("4.1"));
}

TEST(DecideReviewTest, DoneTooLateAfterANewerReviewIsRefused) {
  GivenReviewed()
      .Command(Petitioner(), Request<v1::ReopenCaseRequest>(R"(why: "new facts")"))
      .Command(Organization("lanzhou"), Assign("lanzhou-petition-office"))
      .Command(Organization("lanzhou"), Request<v1::CloseCaseRequest>(R"(why: "done")"))
      .Command(Petitioner(), Review("gansu"))
      .When(Organization("chengguan"), DecideOn("3.1"))
      .ThenRejected(REJECTION_KIND_ILLEGAL, "review_not_open");
}

TEST(DecideReviewTest, DoneByTheWrongOneIsRefused) {
  GivenReview()
      .When(Organization("chengguan-housing-bureau"), DecideOn("3.1"))
      .ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "not_the_one")
      .When(Petitioner(), DecideOn("3.1"))
      .ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "not_the_one");
}

TEST(DecideReviewTest, EveryFieldIsChecked) {
  GivenReview()
      .When(Organization("chengguan"), DecideOn("9.1"))
      .ThenRejected(REJECTION_KIND_NOT_FOUND, "unknown_review")
      .When(Organization("chengguan"), DecideOn("2.1"))
      .ThenRejected(REJECTION_KIND_NOT_FOUND, "unknown_review")
      .When(Organization("chengguan"), DecideOn(""))
      .ThenRejected(REJECTION_KIND_NOT_FOUND, "unknown_review")
      .When(Organization("chengguan"), DecideOn("3.1", v1::REVIEW_OUTCOME_UNSPECIFIED))
      .ThenRejected(REJECTION_KIND_INVALID, "invalid_field")
      .ThenSubject("outcome")
      .Occurred("2021-07-09")
      .When(Organization("chengguan"), DecideOn("3.1"))
      .ThenRejected(REJECTION_KIND_INVALID, "invalid_field")
      .ThenSubject("context.occurred_at");
}

}  // namespace
}  // namespace whistle::intake
