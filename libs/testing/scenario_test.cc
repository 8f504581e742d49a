#include "libs/testing/scenario.h"

#include "absl/strings/str_cat.h"
#include "gtest/gtest-spi.h"
#include "libs/domain/case_header.h"
#include "libs/domain/validate.h"
#include "whistle/intake/v1/case.pb.h"

namespace whistle::testing {
namespace {

using ::testing::HasSubstr;

// The smallest service there can be: it closes a case, once; what is registered it closes itself an hour later.
struct Close {
  static const google::protobuf::Descriptor* descriptor() { return intake::v1::CaseClosed::descriptor(); }
  common::v1::CommandContext* mutable_context() { return &context; }
  common::v1::CommandContext context;
  std::string why = "done";
};

domain::Outcome Decide(const intake::v1::CaseHeader& state, const Close& request, const domain::Context& context) {
  if (state.status() == intake::v1::CASE_STATUS_CLOSED) {
    return domain::Already("case_closed", context.case_id, state.status_event_id());
  }
  if (auto no = domain::RequireOpen(state, context)) return *no;
  journal::v1::Event event = context.NewEvent();
  event.mutable_case_closed()->set_why(request.why);
  return domain::Events{event};
}

domain::Model MakeModel() {
  domain::Model model;
  model.service = common::v1::SERVICE_INTAKE;
  model.name = "smallest";
  model.new_state = [] { return std::make_unique<intake::v1::CaseHeader>(); };
  model.evolve = [](google::protobuf::Message& state, const journal::v1::Event& event, const domain::EventRef& ref) {
    domain::EvolveHeader(static_cast<intake::v1::CaseHeader&>(state), event, ref);
  };
  model.indexes = [](const google::protobuf::Message& state, const std::string&) {
    return std::vector<std::string>{
        domain::IndexKey({"site", static_cast<const intake::v1::CaseHeader&>(state).site().site_id()})};
  };
  model.footprints = [](const google::protobuf::Message&, const journal::v1::Event& event,
                        const domain::EventRef& ref) {
    std::vector<std::string> keys;
    if (event.has_case_closed()) keys.push_back(domain::IndexKey({"closed", ref.id}));
    return keys;
  };
  model.agenda = [](const google::protobuf::Message& state, const std::string& case_id) {
    std::vector<common::v1::AgendaItem> items;
    const auto& header = static_cast<const intake::v1::CaseHeader&>(state);
    if (header.status() != intake::v1::CASE_STATUS_REGISTERED) return items;
    auto& item = items.emplace_back();
    item.set_case_id(case_id);
    item.set_created_by_event_id(header.status_event_id());
    *item.mutable_due_at() = base::ToProto(base::FromProto(header.status_since()) + absl::Hours(1));
    return items;
  };
  model.next_step = [](const common::v1::AgendaItem& item, int step,
                       const google::protobuf::Message*) -> std::optional<domain::AgendaStep> {
    if (step > 0) return std::nullopt;
    return domain::AgendaStep{item.case_id(),
                              [](const google::protobuf::Message& state, const domain::Context& context) {
                                return Decide(static_cast<const intake::v1::CaseHeader&>(state), Close{}, context);
                              }};
  };
  return model;
}

auto GivenSmallest() {
  return Given<intake::v1::CaseHeader>(MakeModel(), [](const auto&... a) { return Decide(a...); });
}

constexpr char kRegistered[] = R"(case_registered { title: "No gas" site { site_id: "building-19" } })";

TEST(ScenarioTest, ACommandIsDecidedAndFolded) {
  GivenSmallest()
      .At("2021-07-01")
      .Event(Petitioner(), kRegistered)
      .At("2021-07-02")
      .When(Organization("gas-company"), Close{})
      .ThenRecorded(R"(occurred_at: @2021-07-02 case_closed { why: "done" })")
      .ThenState(R"(status: CASE_STATUS_CLOSED status_event_id: "2.1" registered_at: @2021-07-01)")
      .ThenState([](const intake::v1::CaseHeader& header) { EXPECT_EQ(header.title(), "No gas"); })
      .ThenFoundUnder({"site", "building-19"})
      .ThenFoundUnder({"closed", "2.1"})
      .ThenNotFoundUnder({"closed", "1.1"});
}

TEST(ScenarioTest, ARejectionIsAnswered) {
  GivenSmallest()
      .Event(Petitioner(), kRegistered)
      .Command(Organization("gas-company"), Close{})
      .When(Organization("gas-company"), Close{})
      .ThenRejected(common::v1::REJECTION_KIND_ALREADY, "case_closed")
      .ThenMessage(HasSubstr("2.1"))
      .ThenSubject("case-1")
      .ThenNothingWasRecorded();
}

TEST(ScenarioTest, ACommandsContextIsCheckedFirst) {
  GivenSmallest()
      .Event(Petitioner(), kRegistered)
      .When(Organization("nobody"), Close{})
      .ThenRejected(common::v1::REJECTION_KIND_NOT_FOUND, "unknown_organization")
      .Occurred("2031-01-01")
      .When(Petitioner(), Close{})
      .ThenRejected(common::v1::REJECTION_KIND_INVALID, "invalid_field");
}

TEST(ScenarioTest, OrganizationsOfGivenEventsAreCompletedFromTheRegistry) {
  GivenSmallest()
      .Events(Organization("lanzhou"),
              {kRegistered, R"(handler_assigned { handler { organization_id: "chengguan" } })"})
      .ThenState(R"(handler { organization_id: "chengguan" name: "Chengguan District"
                              superior_ids: "lanzhou" superior_ids: "gansu" } handler_event_id: "1.2")");
}

TEST(ScenarioTest, TheAgendaRunsWhatIsDueOverAllCases) {
  GivenSmallest()
      .At("2021-07-01")
      .Event(Petitioner(), kRegistered)
      .OnCase("case-2")
      .Event(Petitioner(), kRegistered)
      .ThenDue(R"(due_at: @2021-07-01T01:00:00Z case_id: "case-2")")
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded()
      .At("2021-07-01T01:00:00Z")
      .WhenTheAgendaRuns()
      .ThenRecorded("case_closed {}")
      .ThenNothingIsDue()
      .OnCase("case-1")
      .ThenRecorded("case_closed {}");
}

// A harness proves itself: what is not so fails.

TEST(ScenarioTest, AWrongExpectationFailsTheTest) {
  auto scenario = GivenSmallest();
  scenario.Event(Petitioner(), kRegistered).When(Petitioner(), Close{});
  EXPECT_NONFATAL_FAILURE(scenario.ThenRecorded(R"(case_closed { why: "other" })"), "other");
  EXPECT_NONFATAL_FAILURE(scenario.ThenRecorded(), "Which is: 1");
  EXPECT_NONFATAL_FAILURE(scenario.ThenState(R"(title: "Gas")"), "Gas");
  EXPECT_NONFATAL_FAILURE(scenario.ThenFoundUnder({"site", "building-20"}), "building-20");
  EXPECT_NONFATAL_FAILURE(scenario.ThenRejected(common::v1::REJECTION_KIND_ALREADY, "case_closed"), "accepted");
}

TEST(ScenarioTest, AnItemThatStaysFailsTheTest) {
  domain::Model model = MakeModel();
  model.agenda = [](const google::protobuf::Message&, const std::string& case_id) {
    common::v1::AgendaItem item;
    item.set_case_id(case_id);
    return std::vector<common::v1::AgendaItem>{item};
  };
  auto scenario = Given<intake::v1::CaseHeader>(model, [](const auto&... a) { return Decide(a...); });
  scenario.Event(Petitioner(), kRegistered);
  EXPECT_NONFATAL_FAILURE(scenario.WhenTheAgendaRuns(), "did not remove it");
}

}  // namespace
}  // namespace whistle::testing
