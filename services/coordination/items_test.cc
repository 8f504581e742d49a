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
using testing::Petitioner;
using testing::Request;

auto List(const std::string& problem = "A cable in the gas well") {
  return Request<v1::ListItemRequest>(
      absl::StrCat("responsible_id: 'broadcast-company' problem: '", problem, "' due_at @2021-08-01"));
}
auto Clear() {
  return Request<v1::ClearItemRequest>(absl::StrCat("item_id: '4.1' how: 'The cable is gone' ", Evidence()));
}
// Event 4.1.
auto GivenItem() {
  auto scenario = GivenCase();
  scenario.Command(Community(), List());
  return scenario;
}

TEST(ListItemTest, DoneRightPutsTheProblemOnTheList) {
  GivenCase()
      .When(Community(), List())
      .ThenRecorded(R"(item_listed { listed_by { organization_id: "station-community" }
          responsible { organization_id: "broadcast-company" superior_ids: "gansu" name: "the broadcast network company" }
          problem: "A cable in the gas well" due { due_at @2021-08-01 rule: "given" } across_authority: true })")
      .ThenState("item_count: 1 open_items { item_id: '4.1' }")
      .ThenFoundUnder({"open_item", "station-community", "case-1", "000000000004.0001"})
      .ThenFoundUnder({"item_of", "station-community", "case-1", "000000000004.0001"})
      .ThenFoundUnder({"item_of_case", "case-1", "000000000004.0001"});
}

TEST(ListItemTest, DoneRightWithoutADate) {
  auto request = List();
  request.clear_due_at();
  GivenCase().When(Community(), request).ThenEvents([](const domain::Events& events) {
    EXPECT_FALSE(events.at(0).item_listed().has_due());
  });
}

TEST(ListItemTest, DoneTwiceIsRefusedWhileItIsOnTheList) {
  GivenItem()
      .When(Community(), List())
      .ThenRejected(REJECTION_KIND_ALREADY, "item_listed")
      .ThenMessage(HasSubstr("4.1"))
      .When(Street(), List())
      .ThenRecorded("item_listed {}")
      .Command(Community(), Clear())
      .When(Community(), List())
      .ThenRecorded("item_listed {}");
}

TEST(ListItemTest, DoneTooLateOnAClosedCaseIsRefused) {
  GivenCase()
      .Event(Handler(), "case_closed {}")
      .When(Community(), List())
      .ThenRejected(REJECTION_KIND_ILLEGAL, "case_not_open");
}

TEST(ListItemTest, DoneByTheWrongOneIsRefused) {
  for (const auto& actor : {Petitioner(), Handler(), GasCompany()}) {
    GivenCase().When(actor, List()).ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "grassroots_only");
  }
}

TEST(ListItemTest, NamesTheFieldThatIsWrong) {
  auto request = List();
  request.clear_problem();
  GivenCase().When(Community(), request).ThenRejected(REJECTION_KIND_INVALID, "invalid_field").ThenSubject("problem");
  request = List();
  request.set_responsible_id("nobody");
  GivenCase().When(Community(), request).ThenRejected(REJECTION_KIND_NOT_FOUND, "unknown_organization");
  GivenCase()
      .At("2021-08-01")
      .When(Community(), List())
      .ThenRejected(REJECTION_KIND_INVALID, "invalid_field")
      .ThenSubject("due_at");
}

TEST(ListItemTest, TheLastOpenItemFitsAndOneMoreDoesNot) {
  auto scenario = GivenCase();
  for (int i = 0; i < kOpenItemsMax; ++i) scenario.Command(Community(), List(absl::StrCat("problem ", i)));
  scenario.When(Community(), List("one more")).ThenRejected(REJECTION_KIND_LIMIT, "limit_reached");
}

TEST(ClearItemTest, DoneRightTakesItOffTheList) {
  GivenItem()
      .When(Community(), Clear())
      .ThenRecorded(absl::StrCat("item_cleared { item_id: '4.1' listed_by { organization_id: 'station-community' } "
                                 "responsible { organization_id: 'broadcast-company' } how: 'The cable is gone' ",
                                 Evidence(), "}"))
      .ThenState("cleared_items { item_id: '4.1' cleared_event_id: '5.1' }")
      .ThenNotFoundUnder({"open_item", "station-community", "case-1", "000000000004.0001"});
}

TEST(ClearItemTest, DoneRightOnAClosedCase) {
  GivenItem().Event(Handler(), "case_closed {}").When(Community(), Clear()).ThenRecorded("item_cleared {}");
}

TEST(ClearItemTest, DoneTwiceIsRefusedNamingTheFirst) {
  GivenItem()
      .Command(Community(), Clear())
      .When(Community(), Clear())
      .ThenRejected(REJECTION_KIND_ALREADY, "item_cleared")
      .ThenMessage(HasSubstr("5.1"));
}

TEST(ClearItemTest, DoneTooLateWhenItWasClearedLongAgoIsRefused) {
  auto scenario = GivenItem();
  scenario.Command(Community(), Clear());
  for (int i = 0; i < kSettledKept; ++i) {
    scenario.Command(Community(), List(absl::StrCat("problem ", i)));
    auto clear = Clear();
    clear.set_item_id(scenario.state().open_items(0).item_id());
    scenario.Command(Community(), clear);
  }
  scenario.When(Community(), Clear()).ThenRejected(REJECTION_KIND_ILLEGAL, "item_settled");
}

TEST(ClearItemTest, DoneByTheWrongOneIsRefused) {
  for (const auto& actor : {Petitioner(), Broadcast()}) {
    GivenItem().When(actor, Clear()).ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "not_the_one");
  }
  GivenItem().When(Street(), Clear()).ThenRecorded("item_cleared {}");
}

TEST(ClearItemTest, AnUnknownItemIsNotFound) {
  GivenCase().When(Community(), Clear()).ThenRejected(REJECTION_KIND_NOT_FOUND, "unknown_item");
  auto many = Clear();
  while (many.evidence_size() <= kEvidenceMax) *many.add_evidence() = many.evidence(0);
  GivenItem().When(Community(), many).ThenRejected(REJECTION_KIND_INVALID, "invalid_field").ThenSubject("evidence");
}

}  // namespace
}  // namespace whistle::coordination
