#include "tests/bench/year/ledger.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

namespace whistle::year {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

// Seconds from the start of the year.
absl::Time At(int64_t seconds) { return absl::FromUnixSeconds(1'700'000'000 + seconds); }

std::string Stamp(int64_t seconds) { return absl::StrCat("{ seconds: ", 1'700'000'000 + seconds, " }"); }

// A date: due, warned of.
std::string Due(int64_t due, int64_t warn) {
  return absl::StrCat("{ due_at ", Stamp(due), " warn_at ", Stamp(warn), " }");
}

// What the journal holds of one case, one decision after another.
class Story {
 public:
  explicit Story(std::vector<Outage> outages = {}) : ledger_(std::move(outages)) {}

  // Each text is an event.
  Story& Decided(int64_t at, const std::vector<std::string>& events, bool by_agenda = false) {
    journal::v1::Decision decision;
    for (const std::string& text : events) {
      EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, decision.add_events())) << text;
    }
    if (by_agenda) decision.mutable_actor()->set_kind(common::v1::ACTOR_KIND_AGENDA);
    ledger_.Add("case-1", ++version_, At(at), decision);
    return *this;
  }
  Story& Fired(int64_t at, const std::vector<std::string>& events) { return Decided(at, events, /*by_agenda=*/true); }
  Verdict Close(int64_t at) { return ledger_.Close(At(at)); }

 private:
  Ledger ledger_;
  uint64_t version_ = 0;
};

std::string Registered() { return absl::StrCat("case_registered { acceptance_due ", Due(100, 70), " }"); }
std::string Warned(const std::string& rule, const std::string& subject, int64_t due) {
  return absl::StrCat("intake_deadline_approaching { rule: '", rule, "' subject: '", subject, "' due_at ", Stamp(due),
                      " }");
}
std::string AcceptanceWarned() { return Warned("acceptance", "acceptance", 100); }
std::string AcceptanceOverdue() { return "acceptance_overdue { }"; }

// A rung before an organization, whose superiors stand in the event.
std::string Raised(const std::string& to, int64_t due, const std::string& previous) {
  return absl::StrCat("escalation_raised { trigger: ",
                      previous.empty() ? "ESCALATION_TRIGGER_PERSON" : "ESCALATION_TRIGGER_RUNG_UNANSWERED",
                      " to { organization_id: '", to, "' } due { due_at ", Stamp(due), " } previous_escalation_id: '",
                      previous, "' }");
}
std::string Unanswered(const std::string& id, const std::string& to, const std::string& superior,
                       const std::string& next) {
  return absl::StrCat("escalation_unanswered { escalation_id: '", id, "' to { organization_id: '", to,
                      "' superior_ids: '", superior, "' } next { organization_id: '", next, "' } }");
}

TEST(LedgerTest, WhatFiredOnceAtItsTimeIsWithoutFault) {
  const Verdict verdict =
      Story().Decided(0, {Registered()}).Fired(70, {AcceptanceWarned()}).Fired(100, {AcceptanceOverdue()}).Close(1000);
  EXPECT_THAT(verdict.faults, IsEmpty()) << ::testing::PrintToString(verdict.examples);
  EXPECT_EQ(verdict.had_to_fire, 2);
  EXPECT_EQ(verdict.fired, 2);
  EXPECT_THAT(verdict.lateness_ms, ElementsAre(0, 0));
  EXPECT_EQ(verdict.cases_open, 1);
}

TEST(LedgerTest, WhatWasDoneInTimeDoesNotHaveToFire) {
  const Verdict verdict = Story()
                              .Decided(0, {Registered()})
                              .Decided(69, {absl::StrCat("case_accepted { handling_due ", Due(2000, 1500), " }")})
                              .Close(1000);
  EXPECT_THAT(verdict.faults, IsEmpty()) << ::testing::PrintToString(verdict.examples);
  EXPECT_EQ(verdict.had_to_fire, 0);
  EXPECT_EQ(verdict.rules.at("acceptance").met, 1);
}

TEST(LedgerTest, ADateThatDidNotFireIsMissing) {
  const Verdict verdict = Story().Decided(0, {Registered()}).Fired(70, {AcceptanceWarned()}).Close(100);
  EXPECT_THAT(verdict.faults, ElementsAre(Pair(Fault::kMissing, 1)));
  EXPECT_THAT(verdict.examples, ElementsAre(HasSubstr("acceptance acceptance, due")));
}

TEST(LedgerTest, AWarningThatDidNotFireIsMissingAlsoIfThePromiseWasKeptAfterIt) {
  const Verdict verdict = Story()
                              .Decided(0, {Registered()})
                              .Decided(80, {absl::StrCat("case_accepted { handling_due ", Due(2000, 1500), " }")})
                              .Close(1000);
  EXPECT_THAT(verdict.faults, ElementsAre(Pair(Fault::kMissing, 1)));
  EXPECT_THAT(verdict.examples, ElementsAre(HasSubstr("the warning of acceptance")));
}

TEST(LedgerTest, WhatFiredASecondTimeIsTwice) {
  const Verdict verdict = Story()
                              .Decided(0, {Registered()})
                              .Fired(70, {AcceptanceWarned()})
                              .Fired(70, {AcceptanceWarned()})
                              .Fired(100, {AcceptanceOverdue()})
                              .Fired(100, {AcceptanceOverdue()})
                              .Close(1000);
  EXPECT_THAT(verdict.faults, ElementsAre(Pair(Fault::kTwice, 2)));
}

TEST(LedgerTest, WhatFiredBeforeItsTimeIsEarly) {
  const Verdict verdict =
      Story().Decided(0, {Registered()}).Fired(69, {AcceptanceWarned()}).Fired(99, {AcceptanceOverdue()}).Close(1000);
  EXPECT_THAT(verdict.faults, ElementsAre(Pair(Fault::kEarly, 2)));
}

TEST(LedgerTest, WhatFiredSecondsAfterItsTimeIsLate) {
  const Verdict verdict =
      Story().Decided(0, {Registered()}).Fired(70, {AcceptanceWarned()}).Fired(102, {AcceptanceOverdue()}).Close(1000);
  EXPECT_THAT(verdict.faults, ElementsAre(Pair(Fault::kLate, 1)));
  EXPECT_THAT(verdict.lateness_ms, ElementsAre(0, 2000));
}

TEST(LedgerTest, WhatFiredThoughItWasDoneInTimeFiredForNothing) {
  const Verdict verdict = Story()
                              .Decided(0, {Registered()})
                              .Decided(60, {absl::StrCat("case_accepted { handling_due ", Due(2000, 1500), " }")})
                              .Fired(100, {AcceptanceOverdue()})
                              .Close(1000);
  EXPECT_THAT(verdict.faults, ElementsAre(Pair(Fault::kForNothing, 1)));
}

TEST(LedgerTest, ADateThatWasPutOffFiresAtTheNewOneAndNotAtTheOld) {
  const auto accepted = absl::StrCat("case_accepted { handling_due ", Due(400, 300), " }");
  const auto extended = absl::StrCat("handling_extended { due ", Due(800, 700), " }");
  const Verdict right = Story()
                            .Decided(0, {Registered()})
                            .Decided(50, {accepted})
                            .Fired(300, {Warned("handling", "handling", 400)})
                            .Decided(350, {extended})
                            .Fired(700, {Warned("handling", "handling", 800)})
                            .Fired(800, {"handling_overdue { }"})
                            .Close(1000);
  EXPECT_THAT(right.faults, IsEmpty()) << ::testing::PrintToString(right.examples);
  EXPECT_EQ(right.had_to_fire, 3);
  const Verdict wrong = Story()
                            .Decided(0, {Registered()})
                            .Decided(50, {accepted})
                            .Fired(300, {Warned("handling", "handling", 400)})
                            .Decided(350, {extended})
                            .Fired(400, {"handling_overdue { }"})
                            .Close(600);
  EXPECT_THAT(wrong.faults, ElementsAre(Pair(Fault::kEarly, 1)));
}

TEST(LedgerTest, WhatIsOwedAgainAndDoneAtOneMomentFiresOrNot) {
  const auto reopened = [](Story& story) -> Story& {
    return story.Decided(0, {absl::StrCat("case_accepted { handling_due ", Due(9000, 8000), " }")})
        .Decided(10, {absl::StrCat("commitment_made { due ", Due(900, 300), " }")})
        .Decided(200, {"case_closed { }"})
        .Decided(500, {absl::StrCat("case_reopened { handling_due ", Due(9000, 8000), " }")});
  };
  const std::string kept = "commitment_kept { commitment_id: '2.1' }";
  Story at_once, a_second_later;
  const Verdict verdict = reopened(at_once).Decided(500, {kept}).Close(1000);
  EXPECT_THAT(verdict.faults, IsEmpty()) << ::testing::PrintToString(verdict.examples);
  EXPECT_THAT(reopened(a_second_later).Decided(501, {kept}).Close(1000).faults, ElementsAre(Pair(Fault::kMissing, 1)));
}

TEST(LedgerTest, AClosedCaseRestsAndWhatPassedMeanwhileFiresWhenItIsReopened) {
  const auto closed_and_reopened = [](Story& story) -> Story& {
    return story.Decided(0, {Registered()})
        .Decided(50, {absl::StrCat("case_accepted { handling_due ", Due(400, 300), " }")})
        .Decided(200, {"case_closed { }"})
        .Decided(500, {absl::StrCat("case_reopened { handling_due ", Due(400, 300), " }")});
  };
  Story right;
  EXPECT_THAT(closed_and_reopened(right).Fired(500, {"handling_overdue { }"}).Close(1000).faults, IsEmpty());
  Story missing;
  EXPECT_THAT(closed_and_reopened(missing).Close(1000).faults, ElementsAre(Pair(Fault::kMissing, 1)));
}

TEST(LedgerTest, WhatWasDueInAnOutageFiresOnceAtItsEndWithoutAWarningThatCameTooLate) {
  const std::vector<Outage> outages = {{At(60), At(600)}};
  EXPECT_THAT(Story(outages).Decided(0, {Registered()}).Fired(600, {AcceptanceOverdue()}).Close(1000).faults,
              IsEmpty());
  EXPECT_THAT(Story(outages).Decided(0, {Registered()}).Fired(602, {AcceptanceOverdue()}).Close(1000).faults,
              ElementsAre(Pair(Fault::kLate, 1)));
  EXPECT_THAT(Story(outages).Decided(0, {Registered()}).Close(1000).faults, ElementsAre(Pair(Fault::kMissing, 1)));
}

TEST(LedgerTest, AnEscalationClimbsToTheNextSuperiorAndCountsFromThere) {
  const Verdict verdict = Story()
                              .Decided(0, {Raised("district", 100, "")})
                              .Fired(100, {Unanswered("1.1", "district", "city", "city"), Raised("city", 200, "1.1")})
                              .Fired(200, {Unanswered("2.2", "city", "nation", "nation"), Raised("nation", 999, "2.2")})
                              .Close(300);
  EXPECT_THAT(verdict.faults, IsEmpty()) << ::testing::PrintToString(verdict.examples);
  EXPECT_EQ(verdict.rules.at("escalation_rung").passed, 2);
}

TEST(LedgerTest, TwoRungsAtOneMomentAreFound) {
  const std::vector<Outage> outages = {{At(60), At(600)}};
  const Verdict verdict = Story(outages)
                              .Decided(0, {Raised("district", 100, "")})
                              .Fired(600, {Unanswered("1.1", "district", "city", "city"), Raised("city", 200, "1.1")})
                              .Fired(600, {Unanswered("2.2", "city", "nation", "nation"), Raised("nation", 999, "2.2")})
                              .Close(700);
  EXPECT_THAT(verdict.faults, ElementsAre(Pair(Fault::kTwoRungs, 1)));
}

TEST(LedgerTest, ARungThatIsLeftOutIsFound) {
  const Verdict verdict =
      Story()
          .Decided(0, {Raised("district", 100, "")})
          .Fired(100, {Unanswered("1.1", "district", "city", "nation"), Raised("nation", 999, "1.1")})
          .Close(300);
  ASSERT_TRUE(verdict.faults.contains(Fault::kTwoRungs)) << ::testing::PrintToString(verdict.examples);
}

TEST(LedgerTest, TwoRungsInOneDecisionAreFound) {
  const Verdict verdict = Story()
                              .Decided(0, {Raised("district", 100, "")})
                              .Fired(100, {Unanswered("1.1", "district", "city", "city"), Raised("city", 500, "1.1"),
                                           Raised("city", 500, "2.2")})
                              .Close(300);
  ASSERT_TRUE(verdict.faults.contains(Fault::kTwoRungs)) << ::testing::PrintToString(verdict.examples);
}

TEST(LedgerTest, ALetterThatWasNotGoodEnoughHasANewDate) {
  const Verdict verdict =
      Story()
          .Decided(0, {absl::StrCat("suggestion_issued { rectify_by { due_at ", Stamp(100), " } }")})
          .Decided(50, {"rectification_reported { letter_id: '1.1' }"})
          .Decided(60,
                   {absl::StrCat("rectification_rejected { letter_id: '1.1' rectify_by { due_at ", Stamp(160), " } }")})
          .Fired(160, {"rectification_overdue { letter_id: '1.1' }"})
          .Close(300);
  EXPECT_THAT(verdict.faults, IsEmpty()) << ::testing::PrintToString(verdict.examples);
  EXPECT_EQ(verdict.had_to_fire, 1);
}

TEST(LedgerTest, NobodyIsWarnedOfTheTimeForAReturn) {
  const Verdict verdict =
      Story()
          .Decided(0, {absl::StrCat("response_requested { due ", Due(500, 350), " return_by ", Due(100, 70), " }")})
          .Fired(100, {"return_term_passed { assignment_id: '1.1' }"})
          .Close(300);
  EXPECT_THAT(verdict.faults, IsEmpty()) << ::testing::PrintToString(verdict.examples);
  EXPECT_EQ(verdict.had_to_fire, 1);
}

TEST(LedgerTest, WhatNoPlotLeadsToIsNotPassedOver) {
  const Verdict verdict = Story().Decided(0, {"intake_entry_corrected { event_id: '1.1' }"}).Close(10);
  EXPECT_THAT(verdict.faults, ElementsAre(Pair(Fault::kUnforeseen, 1)));
}

}  // namespace
}  // namespace whistle::year
