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

v1::CorrectEntryRequest Correct(const std::string& event_id, const std::string& path, const std::string& value_json) {
  v1::CorrectEntryRequest request;
  request.set_event_id(event_id);
  request.set_why("entered wrongly");
  auto* correction = request.add_corrections();
  correction->set_path(path);
  correction->set_value_json(value_json);
  return request;
}

// Version 4: a visit to the gas company on 2021-07-03, entered by the community.
auto GivenVisit() {
  auto scenario = GivenAccepted();
  scenario.At("2021-07-03")
      .Command(Organization("station-community"),
               Request<v1::RecordContactRequest>(
                   R"(channel: CONTACT_CHANNEL_VISIT contacted_id: "gas-company" note: "They asked again.")"));
  return scenario;
}
const common::v1::Actor kHandler = Organization("lanzhou-petition-office");

TEST(CorrectEntryTest, DoneRightPutsAnOrganizationRight) {
  GivenVisit()
      .When(kHandler, Correct("4.1", "contacted", R"("broadcast-company")"))
      .ThenEvents([](const std::vector<journal::v1::Event>& events) {
        ASSERT_EQ(events.size(), 1u);
        const auto& field = events[0].intake_entry_corrected().fields(0);
        EXPECT_EQ(field.path(), "contacted");
        EXPECT_THAT(field.was(), HasSubstr("gas-company"));
        EXPECT_THAT(field.is(), HasSubstr("broadcast-company"));
      })
      .ThenState(R"(contact_count: 1 contact_tallies { organization_id: "gas-company" }
                    contact_tallies { organization_id: "broadcast-company" count: 1 })");
}

TEST(CorrectEntryTest, DoneRightPutsADateAndATextRight) {
  GivenVisit()
      .When(kHandler, Correct("4.1", "occurred_at", R"("2021-07-02")"))
      .ThenRecorded(R"(intake_entry_corrected { event_id: "4.1" why: "entered wrongly"
          fields { path: "occurred_at" was: "\"2021-07-03T00:00:00Z\"" is: "\"2021-07-02T00:00:00Z\"" } })")
      .ThenState("last_contact_at: @2021-07-02")
      .When(kHandler, Correct("4.1", "note", R"("They asked for the last time.")"))
      .ThenRecorded("intake_entry_corrected {}")
      .When(kHandler, Correct("1.1", "title", R"("No gas")"))
      .ThenRecorded("intake_entry_corrected {}")
      .ThenState(R"(header { title: "No gas" })")
      .When(kHandler, Correct("1.1", "site.name", R"("Building No. 19")"))
      .ThenState(R"(header { site { site_id: "building-19" name: "Building No. 19" } })");
}

TEST(CorrectEntryTest, DoneRightByThePetitionersSideForItsOwnEntry) {
  GivenVisit()
      .When(Petitioner(), Correct("1.1", "demand", R"("Gas, and soon.")"))
      .ThenRecorded("intake_entry_corrected {}");
}

TEST(CorrectEntryTest, DoneRightPutsTheHandlerRight) {
  GivenAccepted()
      .When(kHandler, Correct("2.1", "handler", R"("gansu-petition-office")"))
      .ThenState(R"(header { handler { organization_id: "gansu-petition-office" superior_ids: "gansu" } })")
      .ThenFoundUnder({"handler", "gansu-petition-office"})
      .ThenNotFoundUnder({"handler", "lanzhou-petition-office"});
}

TEST(CorrectEntryTest, DoneTwiceIsRefused) {
  GivenVisit()
      .Command(kHandler, Correct("4.1", "contacted", R"("broadcast-company")"))
      .When(kHandler, Correct("4.1", "contacted", R"("broadcast-company")"))
      .ThenRejected(REJECTION_KIND_ALREADY, "entry_says_so")
      .ThenMessage(HasSubstr("5.1"))
      .When(kHandler, Correct("4.1", "note", R"("They asked again.")"))
      .ThenRejected(REJECTION_KIND_ALREADY, "entry_says_so")
      .ThenMessage(HasSubstr("4.1"))
      .When(kHandler, Correct("4.1", "contacted", R"("gas-company")"))
      .ThenRecorded("intake_entry_corrected {}")
      .ThenState(R"(contact_tallies { organization_id: "gas-company" count: 1 }
                    contact_tallies { organization_id: "broadcast-company" })");
}

TEST(CorrectEntryTest, DoneTooLateOnAMergedCaseIsRefusedAndOnAClosedOneNot) {
  GivenMerged()
      .When(Organization("lanzhou"), Correct("1.1", "title", R"("No gas")"))
      .ThenRejected(REJECTION_KIND_ILLEGAL, "case_merged");
  GivenClosed().When(kHandler, Correct("1.1", "title", R"("No gas")")).ThenRecorded("intake_entry_corrected {}");
}

TEST(CorrectEntryTest, DoneByTheWrongOneIsRefused) {
  GivenVisit()
      .When(Organization("gas-company"), Correct("4.1", "contacted", R"("broadcast-company")"))
      .ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "not_the_one")
      .When(Petitioner(), Correct("4.1", "contacted", R"("broadcast-company")"))
      .ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "not_the_one");
}

TEST(CorrectEntryTest, NoCorrectionResetsAClock) {
  GivenAccepted()
      .When(kHandler, Correct("1.1", "occurred_at", R"("2021-06-01")"))
      .ThenRejected(REJECTION_KIND_ILLEGAL, "clock_not_reset")
      .When(kHandler, Correct("3.1", "occurred_at", R"("2021-07-01")"))
      .ThenRejected(REJECTION_KIND_ILLEGAL, "clock_not_reset")
      .When(kHandler, Correct("3.1", "handling_due.due_at", R"("2031-07-01")"))
      .ThenRejected(REJECTION_KIND_INVALID, "invalid_field");
}

TEST(CorrectEntryTest, OnlyOrganizationsDatesAndTextsThatAPersonSaid) {
  for (const char* path : {"petitioner_id", "policy_version", "policy.title", "policy.handling.count", "site",
                           "site.site_id", "nothing", "", "title[0]", "site.name.x", "acceptance_due.rule"}) {
    GivenAccepted()
        .When(kHandler, Correct("1.1", path, R"("x")"))
        .ThenRejected(REJECTION_KIND_INVALID, "invalid_field")
        .ThenSubject("corrections[0].path");
  }
  GivenAccepted()
      .When(kHandler, Correct("2.1", "assigned_by", R"("gansu")"))
      .ThenRejected(REJECTION_KIND_ILLEGAL, "field_not_corrected");
}

TEST(CorrectEntryTest, ValuesAreCheckedAsTheFirstTime) {
  const auto refused = [](const std::string& path, const std::string& value_json) {
    GivenVisit()
        .When(kHandler, Correct("4.1", path, value_json))
        .ThenRejected(REJECTION_KIND_INVALID, "invalid_field")
        .ThenSubject("corrections[0].value_json");
  };
  refused("occurred_at", R"("2031-01-01")");
  refused("occurred_at", R"("1899-12-31")");
  refused("occurred_at", R"("yesterday")");
  refused("note", "17");
  refused("note", "not json");
  refused("note", "");
  refused("note", R"("\u0007")");
  refused("note", "\"" + std::string(2001, 'x') + "\"");
  refused("contacted", R"("no such id!")");
  GivenVisit()
      .When(kHandler, Correct("4.1", "contacted", R"("nobody")"))
      .ThenRejected(REJECTION_KIND_NOT_FOUND, "unknown_organization")
      .When(kHandler, Correct("1.1", "category", R"("not an identifier")"))
      .ThenRejected(REJECTION_KIND_INVALID, "invalid_field");
}

TEST(CorrectEntryTest, OnlyAnEntryOfIntakesOwn) {
  GivenClaimed()
      .When(kHandler, Correct("4.1", "text", R"("Gas is not lit.")"))
      .ThenRejected(REJECTION_KIND_ILLEGAL, "not_own_event")
      .ThenMessage(HasSubstr("SERVICE_RESPONSE"))
      .When(kHandler, Correct("9.1", "text", R"("x")"))
      .ThenRejected(REJECTION_KIND_NOT_FOUND, "unknown_event")
      .When(kHandler, Correct("nonsense", "text", R"("x")"))
      .ThenRejected(REJECTION_KIND_NOT_FOUND, "unknown_event")
      .Command(kHandler, Correct("1.1", "title", R"("No gas")"))
      .When(kHandler, Correct("5.1", "why", R"("x")"))
      .ThenRejected(REJECTION_KIND_ILLEGAL, "correction_of_correction");
}

TEST(CorrectEntryTest, UpToSixteenFieldsEachOnce) {
  v1::CorrectEntryRequest none = Correct("1.1", "title", R"("x")");
  none.clear_corrections();
  v1::CorrectEntryRequest twice = Correct("1.1", "title", R"("x")");
  *twice.add_corrections() = twice.corrections(0);
  v1::CorrectEntryRequest seventeen = twice;
  while (seventeen.corrections_size() < 17) *seventeen.add_corrections() = twice.corrections(0);
  v1::CorrectEntryRequest both = Correct("1.1", "title", R"("x")");
  *both.add_corrections() = Correct("1.1", "demand", R"("y")").corrections(0);
  GivenAccepted()
      .When(kHandler, none)
      .ThenSubject("corrections")
      .When(kHandler, seventeen)
      .ThenSubject("corrections")
      .When(kHandler, twice)
      .ThenSubject("corrections[1].path")
      .When(kHandler, both)
      .ThenRecorded(R"(intake_entry_corrected { fields { path: "title" } fields { path: "demand" } })");
}

}  // namespace
}  // namespace whistle::intake
