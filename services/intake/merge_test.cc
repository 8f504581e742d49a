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

v1::LinkCasesRequest Link(const std::string& other_case_id) {
  v1::LinkCasesRequest request;
  request.set_other_case_id(other_case_id);
  request.set_why("the same building's property certificates");
  return request;
}

v1::ProposeMergeRequest Merge(const std::string& target_case_id) {
  v1::ProposeMergeRequest request;
  request.set_target_case_id(target_case_id);
  request.set_why("the same building");
  return request;
}

v1::UnmergeCaseRequest Unmerge() { return Request<v1::UnmergeCaseRequest>(R"(why: "another building after all")"); }

// What is due of a case that is registered and nothing else.
constexpr char kWarning[] = R"(kind: AGENDA_KIND_DEADLINE_APPROACHING subject: "acceptance")";
constexpr char kAcceptance[] = "kind: AGENDA_KIND_ACCEPTANCE_OVERDUE";

// case-1 and case-2, both registered.
auto GivenTwoCases() {
  auto scenario = GivenRegistered();
  scenario.OnCase("case-2").Command(Petitioner(), Register()).OnCase("case-1");
  return scenario;
}

TEST(LinkCasesTest, DoneRightIsFoundFromTheOtherCase) {
  GivenRegistered()
      .When(Petitioner(), Link("case-2"))
      .ThenRecorded(R"(cases_linked { other_case_id: "case-2" why: "the same building's property certificates" })")
      .ThenState(R"(linked_case_ids: "case-2" linked_event_ids: "2.1")")
      .ThenFoundUnder({"linked", "case-2"});
}

TEST(LinkCasesTest, DoneTwiceIsRefused) {
  GivenRegistered()
      .Command(Organization("lanzhou"), Link("case-2"))
      .When(Petitioner(), Link("case-2"))
      .ThenRejected(REJECTION_KIND_ALREADY, "cases_linked")
      .ThenMessage(HasSubstr("2.1"));
}

TEST(LinkCasesTest, DoneTooLateOnAMergedCaseIsRefusedAndOnAClosedOneNot) {
  GivenMerged().When(Petitioner(), Link("case-3")).ThenRejected(REJECTION_KIND_ILLEGAL, "case_merged");
  GivenClosed().When(Petitioner(), Link("case-3")).ThenRecorded("cases_linked {}");
}

TEST(LinkCasesTest, DoneByTheWrongOneIsRefused) {
  GivenRegistered()
      .When(Organization("nobody"), Link("case-2"))
      .ThenRejected(REJECTION_KIND_NOT_FOUND, "unknown_organization");
}

TEST(LinkCasesTest, ToItselfIsRefused) {
  GivenRegistered()
      .When(Petitioner(), Link("case-1"))
      .ThenRejected(REJECTION_KIND_INVALID, "invalid_field")
      .ThenSubject("other_case_id")
      .When(Petitioner(), Link(""))
      .ThenRejected(REJECTION_KIND_INVALID, "invalid_field");
}

TEST(ProposeMergeTest, DoneRightIsPutBeforeTheTargetAndCompleted) {
  GivenTwoCases()
      .Command(Petitioner(), v1::JoinPetitionerRequest())
      .At("2021-07-02")
      .When(Organization("lanzhou"), Merge("case-2"))
      .ThenRecorded(R"(merge_proposed { target_case_id: "case-2" proposed_by { organization_id: "lanzhou" } })")
      .ThenDue(R"(kind: AGENDA_KIND_MERGE_PROPOSAL subject: "3.1" other_case_id: "case-2" due_at: @2021-07-02)",
               kWarning, kAcceptance)
      .WhenTheAgendaRuns()
      .ThenRecorded(R"(merge_completed { target_case_id: "case-2" proposal_event_id: "3.1" accepted_event_id: "2.1"
                                         petitioner_count: 2 })")
      .ThenState(R"(header { status: CASE_STATUS_MERGED merged_into_case_id: "case-2"
                             status_before_merge: CASE_STATUS_REGISTERED })")
      .ThenNothingIsDue()
      .OnCase("case-2")
      .ThenRecorded(R"(merge_accepted { source_case_id: "case-1" proposal_event_id: "3.1" })")
      .ThenState(R"(merged_sources { source_case_id: "case-1" proposal_event_id: "3.1" accepted_event_id: "2.1" }
                    header { status: CASE_STATUS_REGISTERED })")
      .ThenDue(kWarning, kAcceptance);
}

TEST(ProposeMergeTest, DoneTwiceIsRefused) {
  GivenTwoCases()
      .Command(Organization("lanzhou"), Merge("case-2"))
      .When(Organization("lanzhou"), Merge("case-2"))
      .ThenRejected(REJECTION_KIND_ALREADY, "merge_proposed")
      .ThenMessage(HasSubstr("2.1"))
      .When(Organization("lanzhou"), Merge("case-3"))
      .ThenRejected(REJECTION_KIND_ILLEGAL, "merge_under_way");
}

TEST(ProposeMergeTest, DoneTooLateOnAClosedOrMergedCaseIsRefused) {
  GivenClosed().When(Organization("lanzhou"), Merge("case-2")).ThenRejected(REJECTION_KIND_ILLEGAL, "case_not_open");
  GivenMerged().When(Organization("lanzhou"), Merge("case-2")).ThenRejected(REJECTION_KIND_ILLEGAL, "case_not_open");
}

TEST(ProposeMergeTest, DoneByTheWrongOneIsRefused) {
  GivenTwoCases()
      .When(Petitioner(), Merge("case-2"))
      .ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "organization_only")
      .Command(Organization("lanzhou"), Assign("lanzhou-petition-office"))
      .When(Organization("gas-company"), Merge("case-2"))
      .ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "not_the_one");
}

TEST(ProposeMergeTest, IntoItselfIsRefused) {
  GivenRegistered()
      .When(Organization("lanzhou"), Merge("case-1"))
      .ThenRejected(REJECTION_KIND_INVALID, "invalid_field")
      .ThenSubject("target_case_id");
}

// case-1 is to go into case-2 (2.1), and case-2 into case-1 (2.1).
auto GivenEachIntoTheOther() {
  auto scenario = GivenTwoCases();
  scenario.Command(Organization("lanzhou"), Merge("case-2"))
      .OnCase("case-2")
      .Command(Organization("lanzhou"), Merge("case-1"))
      .OnCase("case-1");
  return scenario;
}

TEST(ProposeMergeTest, EachIntoTheOtherNeverMakesALoop) {
  GivenEachIntoTheOther()
      .WhenTheAgendaRuns()
      .ThenRecorded("merge_withdrawn { refusal: MERGE_REFUSAL_OPEN_PROPOSAL refused_event_id: '3.1' }",
                    "merge_accepted { source_case_id: 'case-2' }")
      .ThenState("header { status: CASE_STATUS_REGISTERED }")
      .ThenDue(kWarning, kAcceptance)
      .OnCase("case-2")
      .ThenState("header { status: CASE_STATUS_MERGED merged_into_case_id: 'case-1' }")
      .ThenNothingIsDue();
}

TEST(ProposeMergeTest, EachIntoTheOtherAtTheSameMomentLeavesBothAsTheyAre) {
  auto scenario = GivenEachIntoTheOther();
  // Both have asked before either hears the answer.
  std::vector<domain::Rejection> rejections;
  const auto first = scenario.world().Agenda("case-1").at(0);
  const auto second = scenario.world().Agenda("case-2").at(0);
  scenario.world().RunItem(first, &rejections, 1);
  scenario.world().RunItem(second, &rejections, 1);
  scenario.WhenTheAgendaRuns()
      .ThenRecorded("merge_withdrawn { refusal: MERGE_REFUSAL_OPEN_PROPOSAL }")
      .ThenState("header { status: CASE_STATUS_REGISTERED }")
      .ThenDue(kWarning, kAcceptance)
      .OnCase("case-2")
      .ThenRecorded("merge_withdrawn { refusal: MERGE_REFUSAL_OPEN_PROPOSAL }")
      .ThenState("header { status: CASE_STATUS_REGISTERED }")
      .ThenDue(kWarning, kAcceptance);
  EXPECT_TRUE(rejections.empty());
}

TEST(ProposeMergeTest, AClosedTargetRefuses) {
  auto scenario = GivenClosed();
  scenario.OnCase("case-2")
      .Command(Petitioner(), Register())
      .Command(Organization("lanzhou"), Merge("case-1"))
      .WhenTheAgendaRuns()
      .ThenRecorded(R"(merge_withdrawn { target_case_id: "case-1" proposal_event_id: "2.1"
                                         refusal: MERGE_REFUSAL_CLOSED refused_event_id: "5.1" })")
      .ThenState("header { status: CASE_STATUS_REGISTERED }")
      .OnCase("case-1")
      .ThenRecorded(R"(merge_refused { source_case_id: "case-2" refusal: MERGE_REFUSAL_CLOSED })")
      .ThenState(R"(refused_sources { source_case_id: "case-2" proposal_event_id: "2.1" refused_event_id: "5.1" })");
}

TEST(ProposeMergeTest, ADeclinedOrMergedTargetRefuses) {
  auto declined = GivenDeclined();
  declined.OnCase("case-2")
      .Command(Petitioner(), Register())
      .Command(Organization("lanzhou"), Merge("case-1"))
      .WhenTheAgendaRuns()
      .ThenRecorded("merge_withdrawn { refusal: MERGE_REFUSAL_DECLINED }");
  auto merged = GivenMerged();
  merged.OnCase("case-3")
      .Command(Petitioner(), Register())
      .Command(Organization("lanzhou"), Merge("case-1"))
      .WhenTheAgendaRuns()
      .ThenRecorded("merge_withdrawn { refusal: MERGE_REFUSAL_MERGED }");
}

TEST(ProposeMergeTest, AnUnknownTargetIsNoReasonToWaitForEver) {
  auto scenario = GivenRegistered();
  scenario.Command(Organization("lanzhou"), Merge("nowhere"))
      .WhenTheAgendaRuns()
      .ThenState("header { status: CASE_STATUS_REGISTERED }")
      .ThenDue(kWarning, kAcceptance);
  ASSERT_EQ(scenario.rejections().size(), 1u);
  EXPECT_EQ(scenario.rejections()[0].detail.reason(), "unknown_case");
  ASSERT_EQ(scenario.Recorded().size(), 1u);
  EXPECT_EQ(scenario.Recorded()[0].merge_withdrawn().refusal(), v1::MERGE_REFUSAL_UNKNOWN_CASE);
}

TEST(ProposeMergeTest, AConversationCutShortGoesOnWhereItStood) {
  GivenTwoCases()
      .Command(Organization("lanzhou"), Merge("case-2"))
      .WhenTheAgendaStopsAfter(1)
      .ThenNothingWasRecorded()
      .ThenDue("kind: AGENDA_KIND_MERGE_PROPOSAL", kWarning, kAcceptance)
      .OnCase("case-2")
      .Command(Organization("lanzhou"), v1::AcceptCaseRequest())
      .Command(Organization("lanzhou"), Assign("lanzhou"))
      .Command(Organization("lanzhou"), Request<v1::CloseCaseRequest>(R"(why: "done")"))
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded()
      .OnCase("case-1")
      .ThenRecorded(R"(merge_completed { target_case_id: "case-2" accepted_event_id: "2.1" })");
}

TEST(ProposeMergeTest, AfterAWithdrawalAnotherTargetMayBeTried) {
  GivenTwoCases()
      .Command(Organization("lanzhou"), Merge("nowhere"))
      .WhenTheAgendaRuns()
      .When(Organization("lanzhou"), Merge("case-2"))
      .ThenRecorded("merge_proposed {}")
      .WhenTheAgendaRuns()
      .ThenRecorded("merge_completed {}");
}

TEST(UnmergeCaseTest, DoneRightGoesOnWhereItStoodAndTellsTheOther) {
  GivenMerged()
      .At("2021-07-05")
      .When(Organization("lanzhou"), Unmerge())
      .ThenRecorded(R"(case_unmerged { other_case_id: "case-2" side: MERGE_SIDE_SOURCE
                                       why: "another building after all" })")
      .ThenState(R"(header { status: CASE_STATUS_REGISTERED registered_at: @2021-07-01 })")
      .ThenDue(R"(kind: AGENDA_KIND_UNMERGE_NOTICE subject: "4.1" other_case_id: "case-2")", kWarning, kAcceptance)
      .WhenTheAgendaRuns()
      .ThenRecorded(R"(case_unmerged { other_case_id: "case-2" side: MERGE_SIDE_SOURCE completed: true })")
      .ThenDue(kWarning, kAcceptance)
      .OnCase("case-2")
      .ThenRecorded(R"(case_unmerged { other_case_id: "case-1" side: MERGE_SIDE_TARGET completed: true })")
      .ThenState([](const State& state) { EXPECT_TRUE(state.merged_sources().empty()); });
}

TEST(UnmergeCaseTest, DoneTwiceIsRefused) {
  GivenMerged()
      .Command(Organization("lanzhou"), Unmerge())
      .When(Organization("lanzhou"), Unmerge())
      .ThenRejected(REJECTION_KIND_ALREADY, "case_unmerged")
      .ThenMessage(HasSubstr("4.1"));
}

TEST(UnmergeCaseTest, DoneTooLateOnACaseThatIsNotMergedIsRefused) {
  GivenClosed().When(Organization("lanzhou"), Unmerge()).ThenRejected(REJECTION_KIND_ILLEGAL, "case_not_merged");
  GivenMerged()
      .OnCase("case-2")
      .When(Organization("lanzhou"), Unmerge())
      .ThenRejected(REJECTION_KIND_ILLEGAL, "case_not_merged");
}

TEST(UnmergeCaseTest, DoneByTheWrongOneIsRefused) {
  GivenMerged().When(Petitioner(), Unmerge()).ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "organization_only");
}

TEST(UnmergeCaseTest, MergedAgainOnlyOnceTheOtherWasTold) {
  GivenMerged()
      .Command(Organization("lanzhou"), Unmerge())
      .When(Organization("lanzhou"), Merge("case-2"))
      .ThenRejected(REJECTION_KIND_ILLEGAL, "unmerge_under_way")
      .WhenTheAgendaRuns()
      .Command(Organization("lanzhou"), Merge("case-2"))
      .WhenTheAgendaRuns()
      .ThenRecorded("merge_completed {}")
      .Command(Organization("lanzhou"), Unmerge())
      .WhenTheAgendaRuns()
      .ThenState("header { status: CASE_STATUS_REGISTERED }");
}

TEST(UnmergeCaseTest, ACaseThatWasClosedWhenItsTargetTookItInIsOpenAsBefore) {
  auto scenario = GivenAccepted();
  scenario.OnCase("case-2").Command(Petitioner(), Register()).OnCase("case-1");
  scenario.Command(Organization("lanzhou"), Merge("case-2"))
      .WhenTheAgendaRuns()
      .Command(Organization("lanzhou"), Unmerge())
      .WhenTheAgendaRuns()
      .ThenState("header { status: CASE_STATUS_ACCEPTED } handling_due { due_at: @2021-08-31 }");
}

}  // namespace
}  // namespace whistle::intake
