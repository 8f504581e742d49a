#include "absl/strings/ascii.h"
#include "libs/domain/sentence.h"
#include "services/escalation/given.h"

namespace whistle::escalation {
namespace {

using google::protobuf::FieldDescriptor;

std::string Sentence(const std::string& text) {
  auto event = Request<journal::v1::Event>(text);
  testing::CompleteOrganizations(*Organizations().Build(), &event);
  return domain::Sentence(event);
}

TEST(EscalationSentenceTest, NamesOrganizationsAndDates) {
  EXPECT_EQ(
      Sentence(
          R"(escalation_raised { trigger: ESCALATION_TRIGGER_PERSON reason: "no answer" to { organization_id: "gansu" }
                raised_by { organization_id: "lanzhou-petition-office" } needed { organization_id: "gas-company" }
                due { due_at @2021-07-15 } })"),
      "The Municipal Bureau of Letters and Calls puts the case before Gansu Province, to answer by 2021-07-15 (needed: "
      "the gas company): no answer.");
  EXPECT_EQ(
      Sentence(R"(handling_upgraded { lead { organization_id: "gansu" } leader_office: "the vice governor's office"
                bound { organization_id: "gas-company" } bound { organization_id: "broadcast-company" }
                due { due_at @2021-07-17 } })"),
      "Gansu Province takes the case in upgraded handling, led by the vice governor's office, by 2021-07-17, binding "
      "the gas company and the broadcast network company.");
  EXPECT_EQ(Sentence(R"(accountability_opened { opened_by { organization_id: "gansu" } question: "Whose cable is it?"
                organizations { organization_id: "gas-company" } })"),
            "Gansu Province opens an accountability file on the gas company: Whose cable is it?");
  EXPECT_EQ(Sentence(R"(hazard_identified { source: "a cable in the well." severity: HAZARD_SEVERITY_MAJOR
                site { name: "Building 19" } identified_by { organization_id: "gas-company" } })"),
            "The gas company identifies a major hazard at Building 19 (nobody knows who is responsible): a cable in "
            "the well.");
  EXPECT_EQ(
      Sentence("escalation_raised { trigger: ESCALATION_TRIGGER_PERSON to { organization_id: 'gansu' } reason: 'r' }"),
      "The petitioner's side puts the case before Gansu Province, to answer: r.");
}

TEST(EscalationSentenceTest, EveryEventHasOneThatBeginsAndEndsAsASentence) {
  const auto* bodies = journal::v1::Event::descriptor()->FindOneofByName("body");
  int events = 0;
  for (int i = 0; i < bodies->field_count(); ++i) {
    const FieldDescriptor* body = bodies->field(i);
    if (body->number() < 400 || body->number() > 499) continue;
    ++events;
    journal::v1::Event event;
    event.GetReflection()->MutableMessage(&event, body);
    const std::string sentence = domain::Sentence(event);
    ASSERT_GT(sentence.size(), 10u) << body->name();
    EXPECT_TRUE(absl::ascii_isupper(sentence.front())) << sentence;
    EXPECT_EQ(sentence.back(), '.') << sentence;
  }
  EXPECT_EQ(events, 28);
}

}  // namespace
}  // namespace whistle::escalation
