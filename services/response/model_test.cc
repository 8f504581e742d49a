// What holds for the model whatever happens.
#include <random>

#include "libs/testing/date_walk.h"
#include "services/response/limits.h"
#include "services/response/response_testing.h"

namespace whistle::response {
namespace {

using journal::v1::Event;

// An event of this service that names things that may or may not be there, and departments of some number.
Event RandomEvent(std::mt19937& random) {
  const auto id = [&] { return domain::MakeEventId(base::Version{random() % 200 + 1}, 1); };
  const auto fill = [&](common::v1::OrganizationRef* ref) {
    ref->set_organization_id(absl::StrCat("department-", random() % 100));
    ref->set_name(std::string(300, 'n'));
    ref->add_superior_ids("gansu");
  };
  Event event;
  *event.mutable_occurred_at() = base::ToProto(absl::FromUnixSeconds(1625000000 + random() % 100000));
  switch (random() % 11) {
    case 0:
      fill(event.mutable_response_requested()->mutable_department());
      *event.mutable_response_requested()->mutable_due()->mutable_due_at() = event.occurred_at();
      break;
    case 1:
      event.mutable_assignment_returned()->set_assignment_id(id());
      break;
    case 2: {
      auto& e = *event.mutable_response_submitted();
      fill(e.mutable_department());
      e.set_stance(static_cast<v1::Stance>(random() % 7));
      e.set_assignment_id(random() % 2 ? id() : "");
      for (unsigned i = random() % 4; i > 0; --i) e.add_statements()->set_topic(absl::StrCat("topic-", random() % 90));
      break;
    }
    case 3:
      fill(event.mutable_condition_imposed()->mutable_department());
      event.mutable_condition_imposed()->set_topic("topic");
      break;
    case 4:
      event.mutable_condition_met()->set_condition_id(id());
      break;
    case 5:
      event.mutable_condition_waived()->set_condition_id(id());
      break;
    case 6:
      event.mutable_extension_granted()->set_assignment_id(id());
      break;
    case 7:
      event.mutable_response_overdue()->set_assignment_id(id());
      break;
    case 8:
      event.mutable_response_overdue_lifted()->set_overdue_event_id(id());
      break;
    case 9: {
      auto& e = *event.mutable_response_entry_corrected();
      e.set_event_id(id());
      auto& field = *e.add_fields();
      field.set_path(random() % 2 ? "department" : "occurred_at");
      field.set_is(random() % 2 ? R"({"organization_id":"department-7"})" : R"("2021-07-01T00:00:00Z")");
      break;
    }
    default:
      if (random() % 2)
        event.mutable_case_closed();
      else
        event.mutable_case_registered();
      break;
  }
  return event;
}

TEST(ResponseModelTest, AnyEventsInAnyOrderLeaveABoundedState) {
  for (unsigned seed = 1; seed <= 8; ++seed) {
    std::mt19937 random(seed);
    State state;
    journal::v1::Decision decision;
    for (uint64_t version = 1; version <= 1000; ++version) {
      const Event event = RandomEvent(random);
      const domain::EventRef ref{"case-1", domain::MakeEventId(base::Version{version % 250 + 1}, 1),
                                 base::Version{version}, &decision};
      Evolve(state, event, ref);
      ASSERT_EQ(Indexes(state, "case-1"), Indexes(state, "case-1"));
      Footprints(state, event, ref);
      Agenda(state, "case-1");
    }
    EXPECT_LE(state.open_assignments_size(), kOpenAssignmentsMax) << "seed " << seed;
    EXPECT_LE(state.settled_assignments_size(), kSettledKept) << "seed " << seed;
    EXPECT_LE(state.open_conditions_size(), kOpenConditionsMax) << "seed " << seed;
    EXPECT_LE(state.settled_conditions_size(), kSettledKept) << "seed " << seed;
    EXPECT_LE(state.standings_size(), kStandingsMax) << "seed " << seed;
    EXPECT_LE(state.last_statements_size(), kLastStatementsMax) << "seed " << seed;
    EXPECT_LE(state.ByteSizeLong(), 160u * 1024) << "seed " << seed;
  }
}

TEST(ResponseModelTest, TheSameEventsGiveTheSameBytes) {
  const auto fold = [] {
    std::mt19937 random(7);
    State state;
    journal::v1::Decision decision;
    for (uint64_t version = 1; version <= 500; ++version) {
      Evolve(state, RandomEvent(random),
             {"case-1", domain::MakeEventId(base::Version{version}, 1), base::Version{version}, &decision});
    }
    return state.SerializeAsString();
  };
  EXPECT_EQ(fold(), fold());
}

TEST(ResponseModelTest, TenThousandAnswersKeepTheStateSmall) {
  State state;
  journal::v1::Decision decision;
  Event event;
  auto& answer = *event.mutable_response_submitted();
  answer.mutable_department()->set_organization_id("gas-company");
  answer.set_text(std::string(8000, 'x'));
  answer.add_statements()->set_topic("occupancy");
  for (uint64_t version = 1; version <= 10000; ++version) {
    Evolve(state, event, {"case-1", domain::MakeEventId(base::Version{version}, 1), base::Version{version}, &decision});
  }
  EXPECT_EQ(state.response_count(), 10000u);
  EXPECT_LE(state.ByteSizeLong(), 1024u);
}

TEST(ResponseModelTest, EveryDueItemIsGoneOnceItWasRun) {
  auto scenario = GivenCase();
  for (int i = 0; i < kOpenAssignmentsMax; ++i) {
    scenario.Command(Handler(), Ask("gas-company", absl::StrCat("question ", i)));
  }
  scenario.At("2022-07-01").WhenTheAgendaRuns().ThenNothingIsDue().ThenState("overdue_count: 64");
}

// Most answers that chance makes are refused for what they leave out: some say enough.
void TidyAnswer(google::protobuf::Message* message) {
  auto* answer = dynamic_cast<v1::SubmitResponseRequest*>(message);
  if (answer == nullptr || answer->assignment_id().empty()) return;
  v1::SubmitResponseRequest tidy;
  *tidy.mutable_context() = answer->context();
  tidy.set_assignment_id(answer->assignment_id());
  tidy.set_text("Ours");
  tidy.set_stance(answer->text().size() % 3 == 0 ? v1::STANCE_REPORTS_PROGRESS : v1::STANCE_ACCEPTS);
  *answer = tidy;
}

TEST(ResponseModelTest, ItsDatesAreKeptWhateverIsDone) {
  testing::DateWalk::Tally tally;
  for (unsigned seed = 1; seed <= 30 && !HasFailure(); ++seed) {
    auto scenario = GivenCase();
    testing::DateWalk walk(scenario.world(), {"case-1"}, seed);
    walk.LetTheCaseComeAndGo();
    walk.Tidy(TidyAnswer);
    for (int step = 0; step < 300 && !HasFailure(); ++step) {
      walk.Act<v1::AskForResponseRequest, v1::AskForResponseRequest, v1::ReturnAssignmentRequest,
               v1::GrantExtensionRequest, v1::SubmitResponseRequest, v1::CorrectEntryRequest, v1::CorrectEntryRequest>(
          scenario);
    }
    tally += walk.tally();
  }
  RecordProperty("tally", tally.Text());
  EXPECT_GT(tally.accepted, 500) << tally.Text();
  EXPECT_GT(tally.warned, 50) << tally.Text();
  EXPECT_GT(tally.overdue, 100) << tally.Text();
  EXPECT_GT(tally.lifted, 20) << tally.Text();
  EXPECT_GT(tally.moved, 20) << tally.Text();
}

}  // namespace
}  // namespace whistle::response
