#include "services/response/limits.h"
#include "services/response/response_testing.h"

namespace whistle::response {
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

// Event 4.2: the gas company demands an occupancy of 70 %.
auto GivenCondition() {
  auto scenario = GivenCase();
  scenario.Command(GasCompany(), Answer("stance: STANCE_CONDITIONAL text: 'Once occupancy reaches 70 %' "
                                        "conditions { topic: 'occupancy' text: 'Occupancy of 70 %' }"));
  return scenario;
}

auto Met(const std::string& evidence = Evidence()) {
  return Request<v1::MarkConditionMetRequest>(absl::StrCat("condition_id: '4.2' text: 'Occupancy is 82 %' ", evidence));
}
auto Waive() { return Request<v1::WaiveConditionRequest>("condition_id: '4.2' why: 'It was in no rule'"); }

TEST(MarkConditionMetTest, DoneRightByTheResidentsWithEvidence) {
  GivenCondition()
      .When(Petitioner(), Met())
      .ThenRecorded(absl::StrCat(R"(condition_met { condition_id: "4.2" text: "Occupancy is 82 %"
          department { organization_id: "gas-company" } )",
                                 Evidence(), "}"))
      .ThenState([](const State& state) {
        EXPECT_EQ(state.open_conditions_size(), 0);
        EXPECT_EQ(state.settled_conditions(0).settled_event_id(), "5.1");
        EXPECT_FALSE(state.settled_conditions(0).waived());
      })
      .ThenNotFoundUnder({"open_condition", "gas-company", "case-1", "000000000004.0002"})
      .ThenFoundUnder({"thing", "case-1", "000000000004.0002", "000000000005.0001"});
}

TEST(MarkConditionMetTest, DoneRightByTheDepartmentOnItsOwnWord) {
  GivenCondition().When(GasCompany(), Met("")).ThenRecorded("condition_met {}");
  GivenCondition().When(Organization("gansu"), Met("")).ThenRecorded("condition_met {}");
  GivenCondition().When(Handler(), Met()).ThenRecorded("condition_met {}");
}

TEST(MarkConditionMetTest, DoneRightOnAClosedCaseTakesTheOpenConditionOff) {
  GivenCondition().Event(Handler(), "case_closed {}").When(Petitioner(), Met()).ThenRecorded("condition_met {}");
}

TEST(MarkConditionMetTest, DoneTwiceIsRefusedNamingTheFirst) {
  GivenCondition()
      .Command(Petitioner(), Met())
      .When(GasCompany(), Met())
      .ThenRejected(REJECTION_KIND_ALREADY, "condition_met")
      .ThenMessage(HasSubstr("5.1"));
}

TEST(MarkConditionMetTest, DoneTooLateAfterItWasWaivedIsRefused) {
  GivenCondition()
      .Command(GasCompany(), Waive())
      .When(Petitioner(), Met())
      .ThenRejected(REJECTION_KIND_ALREADY, "condition_waived")
      .ThenMessage(HasSubstr("5.1"));
}

TEST(MarkConditionMetTest, DoneByTheWrongOneIsRefused) {
  GivenCondition()
      .When(Organization("broadcast-company"), Met())
      .ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "not_the_one")
      .ThenMessage(HasSubstr("gas-company (which imposed the condition)"));
}

TEST(MarkConditionMetTest, WhoeverIsNotTheDepartmentShowsEvidence) {
  for (const auto& actor : {Petitioner(), Handler()}) {
    GivenCondition().When(actor, Met("")).ThenRejected(REJECTION_KIND_INVALID, "invalid_field").ThenSubject("evidence");
  }
  auto bad = Met();
  bad.mutable_evidence(0)->set_sha256("short");
  GivenCondition()
      .When(Petitioner(), bad)
      .ThenRejected(REJECTION_KIND_INVALID, "invalid_field")
      .ThenSubject("evidence[0].sha256");
  auto many = Met();
  while (many.evidence_size() < kEvidenceMax) *many.add_evidence() = many.evidence(0);
  GivenCondition().When(Petitioner(), many).ThenRecorded("condition_met {}");
  *many.add_evidence() = many.evidence(0);
  GivenCondition()
      .When(Petitioner(), many)
      .ThenRejected(REJECTION_KIND_INVALID, "invalid_field")
      .ThenSubject("evidence");
}

TEST(MarkConditionMetTest, AnUnknownConditionIsNotFound) {
  GivenCase().When(Petitioner(), Met()).ThenRejected(REJECTION_KIND_NOT_FOUND, "unknown_condition");
  GivenResponse().When(Petitioner(), Met()).ThenRejected(REJECTION_KIND_NOT_FOUND, "unknown_case");
}

TEST(MarkConditionMetTest, OneSettledLongAgoIsNotUnknown) {
  auto scenario = GivenCondition();
  scenario.Command(GasCompany(), Waive());
  for (int i = 0; i < kSettledKept; ++i) {
    scenario.Command(GasCompany(),
                     Answer("stance: STANCE_CONDITIONAL text: 't' conditions { topic: 'again' text: 'c' }"));
    auto waive = Waive();
    waive.set_condition_id(scenario.state().open_conditions(0).condition_id());
    scenario.Command(GasCompany(), waive);
  }
  scenario.ThenState([](const State& state) { EXPECT_EQ(state.settled_conditions_size(), kSettledKept); })
      .When(Petitioner(), Met())
      .ThenRejected(REJECTION_KIND_ILLEGAL, "condition_settled");
}

TEST(WaiveConditionTest, DoneRightDropsTheCondition) {
  GivenCondition()
      .When(GasCompany(), Waive())
      .ThenRecorded(R"(condition_waived { condition_id: "4.2" department { organization_id: "gas-company" }
          waived_by { organization_id: "gas-company" } why: "It was in no rule" })")
      .ThenState("settled_conditions { condition_id: '4.2' waived: true }");
}

TEST(WaiveConditionTest, DoneRightByASuperiorSaysWho) {
  GivenCondition()
      .When(Organization("gansu"), Waive())
      .ThenRecorded(
          "condition_waived { department { organization_id: 'gas-company' } waived_by { organization_id: 'gansu' } }");
}

TEST(WaiveConditionTest, DoneTwiceIsRefusedNamingTheFirst) {
  GivenCondition()
      .Command(GasCompany(), Waive())
      .When(GasCompany(), Waive())
      .ThenRejected(REJECTION_KIND_ALREADY, "condition_waived")
      .ThenMessage(HasSubstr("5.1"));
}

TEST(WaiveConditionTest, DoneTooLateAfterItWasMetIsRefused) {
  GivenCondition()
      .Command(Petitioner(), Met())
      .When(GasCompany(), Waive())
      .ThenRejected(REJECTION_KIND_ALREADY, "condition_met");
}

TEST(WaiveConditionTest, DoneByTheWrongOneIsRefused) {
  for (const auto& actor : {Petitioner(), Handler(), Organization("broadcast-company")}) {
    GivenCondition().When(actor, Waive()).ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "not_the_one");
  }
}

}  // namespace
}  // namespace whistle::response
