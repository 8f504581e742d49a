#include "services/response/limits.h"
#include "services/response/response_testing.h"

namespace whistle::response {
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

TEST(AskForResponseTest, DoneRightMakesAnAssignmentWithItsDates) {
  GivenCase()
      .When(Handler(), Ask("chengguan-housing-bureau"))
      .ThenRecorded(R"(response_requested {
                         department { organization_id: "chengguan-housing-bureau" superior_ids: ["chengguan", "lanzhou", "gansu"] name: "the district's housing bureau" }
                         asked_by { organization_id: "lanzhou" }
                         handler { organization_id: "lanzhou" }
                         question: "Why is there no gas?"
                         due { due_at @2021-07-07 last_day: '2021-07-06' rule: "response" days: 5 registry_version: 1 }
                         return_by { due_at @2021-07-03 rule: "assignment_return" }
                         across_authority: false })")
      .ThenState(R"(assignment_count: 1 open_assignments { assignment_id: "4.1" due_event_id: "4.1" })")
      .ThenDue(R"(kind: AGENDA_KIND_RETURN_TERM_PASSED subject: "4.1" due_at @2021-07-03)",
               R"(kind: AGENDA_KIND_DEADLINE_APPROACHING subject: "4.1" due_at @2021-07-05T04:48:00Z)",
               R"(kind: AGENDA_KIND_RESPONSE_OVERDUE subject: "4.1" created_by_event_id: "4.1" due_at @2021-07-07)")
      .ThenFoundUnder({"open_assignment", "chengguan-housing-bureau", "case-1", "000000000004.0001"})
      .ThenFoundUnder({"assignment_of_case", "case-1", "000000000004.0001"})
      .ThenFoundUnder({"assignment_of", "chengguan-housing-bureau", "case-1", "000000000004.0001"});
}

TEST(AskForResponseTest, DoneRightCountsFromTheDayItWasAskedWhenEnteredLate) {
  GivenCase()
      .At("2021-07-03")
      .Occurred("2021-07-02")
      .When(Handler(), Ask("gas-company"))
      .ThenRecorded("occurred_at @2021-07-02 response_requested { due { due_at @2021-07-08 } }");
}

TEST(AskForResponseTest, DoneRightWithAGivenDateKeepsIt) {
  GivenCase()
      .When(Handler(),
            Request<v1::AskForResponseRequest>("department_id: 'gas-company' question: 'q' due_at @2021-07-20"))
      .ThenRecorded("response_requested { due { due_at @2021-07-20 rule: 'given' registry_version: 1 } }");
}

TEST(AskForResponseTest, DoneRightAcrossAuthorityIsRecordedAndSaysSo) {
  GivenCase().When(Handler(), Ask("gas-company")).ThenRecorded("response_requested { across_authority: true }");
  GivenCase().When(Handler(), Ask("developer")).ThenRecorded(R"(response_requested {
      department { organization_id: "developer" outside_tree: true } across_authority: true })");
}

TEST(AskForResponseTest, DoneTwiceWithTheSameQuestionIsRefusedNamingTheFirst) {
  GivenAssignment()
      .When(Handler(), Ask("gas-company"))
      .ThenRejected(REJECTION_KIND_ALREADY, "already_asked")
      .ThenMessage(HasSubstr("4.1"))
      .When(Handler(), Ask("gas-company", "Whose cable is it?"))
      .ThenRecorded("response_requested {}");
}

TEST(AskForResponseTest, DoneTooLateOnAClosedCaseIsRefused) {
  GivenCase()
      .At("2021-08-01")
      .Event(Handler(), "case_closed {}")
      .When(Handler(), Ask("gas-company"))
      .ThenRejected(REJECTION_KIND_ILLEGAL, "case_not_open")
      .ThenMessage(HasSubstr("closed since 2021-08-01"));
}

TEST(AskForResponseTest, DoneByTheWrongOneIsRefused) {
  for (const auto& actor : {Petitioner(), GasCompany(), Bureau()}) {
    GivenCase().When(actor, Ask("chengguan-housing-bureau")).ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "not_the_one");
  }
  GivenCase().When(Organization("gansu"), Ask("gas-company")).ThenRecorded("response_requested {}");
}

TEST(AskForResponseTest, UnknownOrganizationsAndBadDatesAreNamed) {
  GivenCase()
      .When(Handler(), Ask("nobody"))
      .ThenRejected(REJECTION_KIND_NOT_FOUND, "unknown_organization")
      .ThenSubject("department_id");
  GivenCase().When(Handler(), Ask("gas-company", "")).ThenRejected(REJECTION_KIND_INVALID, "invalid_field");
  for (const char* due :
       {"due_at @2021-07-01", "due_at @2021-06-01", "due_at @2032-01-01", "due_at { seconds: 99999999999999 }"}) {
    GivenCase()
        .When(Handler(),
              Request<v1::AskForResponseRequest>(absl::StrCat("department_id: 'gas-company' question: 'q' ", due)))
        .ThenRejected(REJECTION_KIND_INVALID, "invalid_field")
        .ThenSubject("due_at");
  }
}

TEST(AskForResponseTest, WithoutAHandlerItIsRefused) {
  GivenResponse()
      .At("2021-07-01")
      .Event(Petitioner(), "case_registered { title: 'No gas' policy { response { count: 5 } } }")
      .When(Handler(), Ask("gas-company"))
      .ThenRejected(REJECTION_KIND_ILLEGAL, "no_handler");
  GivenResponse().When(Handler(), Ask("gas-company")).ThenRejected(REJECTION_KIND_NOT_FOUND, "unknown_case");
}

TEST(AskForResponseTest, TheLastOpenAssignmentFitsAndOneMoreDoesNot) {
  auto scenario = GivenCase();
  for (int i = 0; i < kOpenAssignmentsMax; ++i) {
    scenario.Command(Handler(), Ask("gas-company", absl::StrCat("question ", i)));
  }
  scenario.When(Handler(), Ask("gas-company", "one more")).ThenRejected(REJECTION_KIND_LIMIT, "limit_reached");
}

auto Return(const std::string& owner = "broadcast-company") {
  return Request<v1::ReturnAssignmentRequest>(
      absl::StrCat("assignment_id: '4.1' why: 'The cable is not ours' grounds { document: 'Cable register' } ",
                   "proposed_owner_id: '", owner, "'"));
}

TEST(ReturnAssignmentTest, DoneRightEndsTheAssignment) {
  GivenAssignment()
      .At("2021-07-02T23:59:59Z")
      .When(GasCompany(), Return())
      .ThenRecorded(R"(assignment_returned { assignment_id: "4.1" department { organization_id: "gas-company" }
          proposed_owner { organization_id: "broadcast-company" superior_ids: "gansu" name: "the broadcast network company" }
          grounds { document: "Cable register" } why: "The cable is not ours" })")
      .ThenState(R"(settled_assignments { assignment_id: "4.1" returned: true settled_event_id: "5.1" })")
      .ThenState([](const State& state) { EXPECT_EQ(state.open_assignments_size(), 0); })
      .ThenNothingIsDue()
      .ThenNotFoundUnder({"open_assignment", "gas-company", "case-1", "000000000004.0001"});
}

TEST(ReturnAssignmentTest, DoneTwiceIsRefusedNamingTheFirst) {
  GivenAssignment()
      .Command(GasCompany(), Return())
      .When(GasCompany(), Return())
      .ThenRejected(REJECTION_KIND_ALREADY, "assignment_returned")
      .ThenMessage(HasSubstr("5.1"));
}

TEST(ReturnAssignmentTest, DoneTooLateMakesItTheFirstHandlerResponsible) {
  GivenAssignment()
      .At("2021-07-03")
      .When(GasCompany(), Return())
      .ThenRejected(REJECTION_KIND_ILLEGAL, "return_too_late")
      .ThenMessage(HasSubstr("首办责任"))
      // Returned in time and entered late is in time.
      .Occurred("2021-07-02T23:59:59Z")
      .When(GasCompany(), Return())
      .ThenRecorded("assignment_returned {}");
}

TEST(ReturnAssignmentTest, DoneByTheWrongOneIsRefused) {
  GivenAssignment()
      .When(Organization("broadcast-company"), Return())
      .ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "not_the_one")
      .When(Petitioner(), Return())
      .ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "not_the_one")
      .When(Organization("gansu"), Return())
      .ThenRecorded("assignment_returned { department { organization_id: 'gas-company' } }");
}

TEST(ReturnAssignmentTest, NeedsGroundsAndAnotherOwner) {
  auto no_grounds = Return();
  no_grounds.clear_grounds();
  GivenAssignment()
      .When(GasCompany(), no_grounds)
      .ThenRejected(REJECTION_KIND_INVALID, "invalid_field")
      .ThenSubject("grounds");
  auto many_grounds = Return();
  while (many_grounds.grounds_size() <= kGroundsMax) *many_grounds.add_grounds() = many_grounds.grounds(0);
  GivenAssignment().When(GasCompany(), many_grounds).ThenRejected(REJECTION_KIND_INVALID, "invalid_field");
  GivenAssignment()
      .When(GasCompany(), Return("gas-company"))
      .ThenRejected(REJECTION_KIND_INVALID, "invalid_field")
      .ThenSubject("proposed_owner_id");
  auto unknown = Return();
  unknown.set_assignment_id("9.9");
  GivenAssignment().When(GasCompany(), unknown).ThenRejected(REJECTION_KIND_NOT_FOUND, "unknown_assignment");
  unknown.set_assignment_id("the first");
  GivenAssignment().When(GasCompany(), unknown).ThenRejected(REJECTION_KIND_INVALID, "invalid_field");
}

auto Extend(int count = 3) {
  return Request<v1::GrantExtensionRequest>(
      absl::StrCat("assignment_id: '4.1' why: 'The pipe must be inspected' count: ", count));
}

TEST(GrantExtensionTest, DoneRightMovesTheDate) {
  GivenAssignment()
      .At("2021-07-05")
      .When(Handler(), Extend())
      .ThenRecorded(R"(extension_granted { assignment_id: "4.1" old_due { due_at @2021-07-07 rule: "response" }
          new_due { due_at @2021-07-10 rule: "response_extension" days: 3 registry_version: 1 } number: 1 number_max: 3 })")
      .ThenDue("kind: AGENDA_KIND_RETURN_TERM_PASSED created_by_event_id: '4.1'",
               "kind: AGENDA_KIND_DEADLINE_APPROACHING created_by_event_id: '5.1' due_at @2021-07-09T02:24:00Z",
               R"(subject: "4.1" created_by_event_id: "5.1" due_at @2021-07-10)");
}

TEST(GrantExtensionTest, DoneTwiceMovesItAgainAndTheFourthIsRefused) {
  GivenAssignment()
      .Command(Handler(), Extend())
      .Command(Handler(), Extend(1))
      .When(Handler(), Extend())
      .ThenRecorded("extension_granted { number: 3 new_due { due_at @2021-07-14 } }")
      .When(Handler(), Extend())
      .ThenRejected(REJECTION_KIND_ILLEGAL, "extensions_used_up")
      .ThenMessage(HasSubstr("at most 3"));
}

TEST(GrantExtensionTest, DoneTooLateAfterTheDateIsRefused) {
  GivenAssignment()
      .At("2021-07-07")
      .When(Handler(), Extend())
      .ThenRejected(REJECTION_KIND_ILLEGAL, "deadline_passed")
      .WhenTheAgendaRuns()
      .When(Handler(), Extend())
      .ThenRejected(REJECTION_KIND_ILLEGAL, "deadline_passed");
}

TEST(GrantExtensionTest, DoneByTheWrongOneIsRefused) {
  for (const auto& actor : {Petitioner(), GasCompany()}) {
    GivenAssignment().When(actor, Extend()).ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "not_the_one");
  }
}

TEST(GrantExtensionTest, TheLongestExtensionIsThePolicysAndOneMoreIsRefused) {
  for (const int count : {0, -1, 4}) {
    GivenAssignment()
        .When(Handler(), Extend(count))
        .ThenRejected(REJECTION_KIND_INVALID, "invalid_field")
        .ThenSubject("count");
  }
}

}  // namespace
}  // namespace whistle::response
