#include "libs/domain/sentence.h"

#include <set>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/testing/scenario_registry.h"
#include "libs/testing/scenario_world.h"

namespace whistle::domain {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

// Of an event in text format; organizations are completed from the test registry.
std::string Told(const std::string& text) {
  journal::v1::Event event;
  testing::ParseText(text, &event);
  testing::CompleteOrganizations(*testing::RegistryBuilder().Build(), &event);
  return Sentence(event);
}

TEST(SentenceTest, EveryEventTypeIsASentence) {
  const auto* body = journal::v1::Event::descriptor()->FindOneofByName("body");
  for (int i = 0; i < body->field_count(); ++i) {
    journal::v1::Event event;
    event.GetReflection()->MutableMessage(&event, body->field(i));
    const std::string sentence = Sentence(event);
    EXPECT_GT(sentence.size(), 10u) << body->field(i)->name();
    EXPECT_THAT(sentence, EndsWith(".")) << body->field(i)->name();
    EXPECT_THAT(sentence, Not(HasSubstr("cannot read"))) << body->field(i)->name();
  }
}

TEST(SentenceTest, ATextThatBringsItsOwnEndIsNotEndedTwice) {
  EXPECT_EQ(Told(R"pb(case_registered {
                        title: "No gas"
                        site { name: "Building 19" }
                        demand: "Connect the building."
                      })pb"),
            "A case begins: No gas, Building 19: Connect the building.");
  EXPECT_EQ(Told(R"pb(case_registered {
                        title: "No gas"
                        site { name: "Building 19" }
                        demand: "When?"
                      })pb"),
            "A case begins: No gas, Building 19: When?");
}

TEST(SentenceTest, AnEventThatIsNotKnownSaysSo) {
  EXPECT_EQ(Sentence(journal::v1::Event()), "An event that this version of Whistle cannot read.");
}

TEST(SentenceTest, TheCitizensSideIsTold) {
  EXPECT_EQ(Told(R"(case_registered { title: "No gas" demand: "Connect us" site { name: "Building 19" } })"),
            "A case begins: No gas, Building 19: Connect us.");
  EXPECT_EQ(
      Told(R"(policy_rebound { policy { title: "new" } policy_version: 9 from_policy_version: 3 why: "It is fairer"
                                     bound_by { organization_id: "lanzhou" } })"),
      "Lanzhou city binds the case to the policy \"new\" of registry version 9, until now that of 3; dates that are "
      "set stay: It is fairer.");
  EXPECT_EQ(Told(R"(contact_recorded { channel: CONTACT_CHANNEL_VISIT contacted { organization_id: "gas-company" } })"),
            "Petitioners go to the gas company.");
  EXPECT_EQ(Told(R"(contact_recorded { channel: CONTACT_CHANNEL_LETTER contacted { organization_id: "gas-company" }
                                       note: "Where is\nthe gas?" recorded_by { organization_id: "station-community" } })"),
            "Petitioners write to the gas company: Where is the gas? (entered by the station community).");
  EXPECT_EQ(Told(R"(case_accepted { accepted_by { organization_id: "lanzhou-petition-office" }
                                    handling_due { due_at: @2021-09-01 } })"),
            "The Municipal Bureau of Letters and Calls accepts the case, to be handled by 2021-09-01.");
  EXPECT_EQ(Told(R"(handler_assigned { handler { organization_id: "gansu" } assigned_by { organization_id: "gansu" }
                                       from { organization_id: "lanzhou" } })"),
            "Gansu Province takes the case, until now with Lanzhou city.");
  EXPECT_EQ(Told(R"(case_declined { declined_by { organization_id: "chengguan" } why: "not ours"
                                    grounds { document: "Regulations" clause: "22" } })"),
            "Chengguan District does not accept the case: not ours (on Regulations 22).");
  EXPECT_EQ(Told(R"(resolution_confirmed { claimed_by { organization_id: "gas-company" }
                                           satisfaction: SATISFACTION_SATISFIED })"),
            "The petitioner's side confirms what the gas company had claimed: it is resolved. They are satisfied.");
  EXPECT_EQ(Told(R"(merge_withdrawn { target_case_id: "c2" refusal: MERGE_REFUSAL_CLOSED })"),
            "This case goes on by itself; case c2 did not take it in: it is closed.");
}

TEST(SentenceTest, ACorrectionSaysWhatWasAndWhatIs) {
  EXPECT_EQ(
      Told(R"(intake_entry_corrected { event_id: "4.1" why: "misheard" fields {
                path: "contacted" was: "{\"organization_id\":\"gas-company\",\"name\":\"the gas company\"}"
                is: "{\"organization_id\":\"lanzhou\",\"name\":\"Lanzhou city\"}" }
                fields { path: "note" was: "\"a\"" is: "\"b\"" } })"),
      "Entry 4.1 is corrected: contacted was the gas company, is Lanzhou city; note was \"a\", is \"b\": misheard.");
}

TEST(SentenceTest, TheRegistryIsTold) {
  EXPECT_EQ(Told(R"(organization_upserted { organization { name: "the gas company" superior_id: "gansu" } })"),
            "The gas company is in the registry, below gansu.");
  EXPECT_EQ(Told(R"(organization_moved { organization_id: "a" from_superior_id: "b" })"),
            "Organization a moves from b to the top.");
}

}  // namespace
}  // namespace whistle::domain
