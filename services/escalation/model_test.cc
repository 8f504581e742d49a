#include <random>

#include "services/escalation/given.h"
#include "services/escalation/keys.h"
#include "services/escalation/records.h"

namespace whistle::escalation {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using journal::v1::Event;

// An id of one of the first events, now and then of one that never was.
std::string SomeId(std::mt19937& random) { return absl::StrCat(1 + random() % 60, ".1"); }

// Fills any message with small values: ids that often meet, organizations of a handful, enum numbers in and out of
// range.
void FillAtRandom(std::mt19937& random, int depth, Message* message) {
  const auto* reflection = message->GetReflection();
  for (int i = 0; i < message->GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor* field = message->GetDescriptor()->field(i);
    if (random() % 4 == 0) continue;
    switch (field->cpp_type()) {
      case FieldDescriptor::CPPTYPE_STRING:
        if (field->is_repeated()) {
          reflection->AddString(message, field, SomeId(random));
        } else {
          reflection->SetString(message, field, SomeId(random));
        }
        break;
      case FieldDescriptor::CPPTYPE_ENUM:
        if (!field->is_repeated()) reflection->SetEnumValue(message, field, static_cast<int>(random() % 8));
        break;
      case FieldDescriptor::CPPTYPE_MESSAGE:
        if (depth == 0) break;
        FillAtRandom(
            random, depth - 1,
            field->is_repeated() ? reflection->AddMessage(message, field) : reflection->MutableMessage(message, field));
        break;
      default:
        break;
    }
  }
}

Event RandomEvent(std::mt19937& random) {
  Event event;
  const auto* bodies = Event::descriptor()->FindOneofByName("body");
  const FieldDescriptor* body = bodies->field(static_cast<int>(random() % bodies->field_count()));
  FillAtRandom(random, 4, event.GetReflection()->MutableMessage(&event, body));
  event.mutable_occurred_at()->set_seconds(1'600'000'000 + static_cast<int64_t>(random() % 10'000'000));
  return event;
}

struct Folded {
  State state;
  std::vector<std::string> keys;
};

Folded FoldRandom(uint32_t seed, int count) {
  std::mt19937 random(seed);
  Folded folded;
  for (int i = 1; i <= count; ++i) {
    const Event event = RandomEvent(random);
    const domain::EventRef ref = {"case-1", domain::MakeEventId(base::Version{static_cast<uint64_t>(i)}, 1),
                                  base::Version{static_cast<uint64_t>(i)}, nullptr};
    Evolve(folded.state, event, ref);
    for (std::string& key : Footprints(folded.state, event, ref)) folded.keys.push_back(std::move(key));
    for (std::string& key : Indexes(folded.state, "case-1")) folded.keys.push_back(std::move(key));
    // Every item is of something that is owed, or that the service looks for by itself.
    std::vector<common::v1::AgendaItem> items = Agenda(folded.state, "case-1");
    std::erase_if(items, [](const common::v1::AgendaItem& item) {
      return item.kind() >= common::v1::AGENDA_KIND_FINDING && item.kind() <= common::v1::AGENDA_KIND_OWNER_AWAITED;
    });
    EXPECT_LE(items.size(), 2 * Obligations(folded.state, "case-1").size());
  }
  return folded;
}

TEST(EvolveTest, IsTotalAndTheSameEveryTimeWhateverTheOrder) {
  for (uint32_t seed = 1; seed <= 40; ++seed) {
    const Folded once = FoldRandom(seed, 200);
    const Folded again = FoldRandom(seed, 200);
    ASSERT_EQ(once.state.SerializeAsString(), again.state.SerializeAsString()) << "seed " << seed;
    ASSERT_EQ(once.keys, again.keys) << "seed " << seed;
  }
}

TEST(EvolveTest, KeepsTheStateSmallOverTwelveYears) {
  auto scenario = GivenInHandling();
  scenario.Command(
      Organization("gansu"),
      Request<v1::IssueSuggestionRequest>("kind: SUGGESTION_KIND_IMPROVE_WORK addressee_id: 'gas-company' text: 't'"));
  for (int round = 0; round < 300; ++round) {
    scenario
        .Command(Organization("gas-company"), Request<v1::ReportRectificationRequest>("letter_id: '4.1' text: 'done'"))
        .Command(Organization("gansu"), Request<v1::RejectRectificationRequest>("letter_id: '4.1' reason: 'not so'"))
        .Event(testing::Agenda(), "finding_raised { rule: FINDING_RULE_PERSISTENT_DEMAND text: 'again' }")
        .Command(Petitioner(), Request<v1::RaiseEscalationRequest>("reason: 'r' evidence_event_ids: '1.1'"));
    const std::string escalation_id = scenario.state().escalation().escalation_id();
    const auto decline =
        Request<v1::DeclineEscalationRequest>(absl::StrCat("escalation_id: '", escalation_id, "' reason: 'r'"));
    scenario.Command(Organization("gansu"), decline);
  }
  for (int i = 0; i < 2000; ++i) scenario.Event(Petitioner(), "contact_recorded {}");
  // Most of it is the latest contacts.
  EXPECT_LT(scenario.state().ByteSizeLong(), 12u * 1024) << scenario.state().DebugString();
}

// The longest name that the registry takes, six levels deep, in every place there is.
TEST(LimitsTest, TheFullestStateStaysBelowAHundredAndTwentyEightKiB) {
  testing::RegistryBuilder registry = Organizations();
  std::string superior = "gansu";
  for (int level = 0; level < 4; ++level) {
    const std::string id = absl::StrCat("organization-at-level-", level);
    registry.Add(id, std::string(100, 'n'), superior);
    superior = id;
  }
  v1::OpenAccountabilityRequest open = Request<v1::OpenAccountabilityRequest>("question: 'q'");
  v1::ReferForAccountabilityRequest refer =
      Request<v1::ReferForAccountabilityRequest>("to_organization_id: 'gansu-discipline' reason: 'r'");
  for (int i = 0; i < kConcernedMax; ++i) {
    const std::string id = absl::StrCat("organization-at-the-bottom-", i);
    registry.Add(id, std::string(100, 'n'), superior);
    open.add_organization_ids(id);
    refer.add_organization_ids(id);
  }
  auto scenario = GivenInHandling();
  scenario.With(registry);
  for (int i = 0; i < kOpenFilesMax; ++i) scenario.Command(Organization("gansu"), open);
  for (int i = 0; i < kOpenReferralsMax; ++i) scenario.Command(Organization("gansu"), refer);
  for (int i = 0; i < kOpenLettersMax; ++i) {
    v1::IssueSuggestionRequest letter;
    letter.set_kind(v1::SUGGESTION_KIND_IMPROVE_WORK);
    letter.set_addressee_id(open.organization_ids(0));
    letter.set_text(std::string(8000, 'x'));
    scenario.Command(Organization("gansu"), letter);
  }
  for (int i = 0; i < kOpenHazardsMax; ++i) {
    v1::IdentifyHazardRequest hazard;
    hazard.set_source(std::string(2000, 'x'));
    hazard.set_severity(v1::HAZARD_SEVERITY_MAJOR);
    hazard.set_responsible_id(open.organization_ids(0));
    scenario.Command(Organization("gansu"), hazard);
  }
  EXPECT_LT(scenario.state().ByteSizeLong(), 128u * 1024);
}

TEST(KeysTest, PaddedIdsComeBack) {
  EXPECT_EQ(PadId("12.3"), "000000000012.0003");
  EXPECT_EQ(UnpadId(PadId("12.3")), "12.3");
  EXPECT_EQ(UnpadId("not an id"), std::nullopt);
  EXPECT_EQ(KeyParts(domain::IndexKey({"letter.to", "gas-company", "case-1"})),
            (std::vector<std::string>{"letter.to", "gas-company", "case-1"}));
}

}  // namespace
}  // namespace whistle::escalation
