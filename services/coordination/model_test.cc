// What holds for the model whatever happens.
#include <random>

#include "libs/testing/date_walk.h"
#include "services/coordination/coordination_testing.h"
#include "services/coordination/limits.h"

namespace whistle::coordination {
namespace {

using journal::v1::Event;

// An event of this service that names things that may or may not be there, and organizations of some number.
Event RandomEvent(std::mt19937& random) {
  const auto id = [&] { return domain::MakeEventId(base::Version{random() % 200 + 1}, 1); };
  const auto fill = [&](common::v1::OrganizationRef* ref) {
    ref->set_organization_id(absl::StrCat("department-", random() % 100));
    ref->set_name(std::string(100, 'n'));
    ref->add_superior_ids("gansu");
  };
  Event event;
  *event.mutable_occurred_at() = base::ToProto(absl::FromUnixSeconds(1625000000 + random() % 100000));
  switch (random() % 13) {
    case 0:
      for (int i = 0; i < kCalledMax; ++i) {
        auto& called = *event.mutable_whistle_blown()->add_called();
        fill(called.mutable_department());
        if (random() % 8) called.mutable_due()->mutable_due_at()->set_seconds(1625000000 + random() % 1000000);
      }
      break;
    case 1:
      event.mutable_department_reported_in()->set_whistle_id(id());
      fill(event.mutable_department_reported_in()->mutable_department());
      break;
    case 2:
      event.mutable_whistle_unanswered()->set_whistle_id(id());
      fill(event.mutable_whistle_unanswered()->mutable_department());
      break;
    case 3:
      for (int i = 0; i < kMeetingOrganizationsMax; ++i) fill(event.mutable_meeting_convened()->add_invited());
      break;
    case 4:
      event.mutable_meeting_held()->set_meeting_id(random() % 2 ? id() : "");
      break;
    case 5:
      fill(event.mutable_commitment_made()->mutable_organization());
      fill(event.mutable_commitment_made()->mutable_recorded_by());
      break;
    case 6:
      event.mutable_commitment_kept()->set_commitment_id(id());
      break;
    case 7:
      event.mutable_commitment_broken()->set_commitment_id(id());
      break;
    case 8:
      fill(event.mutable_item_listed()->mutable_listed_by());
      fill(event.mutable_item_listed()->mutable_responsible());
      break;
    case 9:
      event.mutable_item_cleared()->set_item_id(id());
      break;
    case 10:
      event.mutable_coordination_overdue_lifted()->set_overdue_event_id(id());
      break;
    case 11: {
      auto& e = *event.mutable_coordination_entry_corrected();
      e.set_event_id(id());
      auto& field = *e.add_fields();
      constexpr const char* kPaths[] = {"called[3].department", "department", "occurred_at", "responsible"};
      field.set_path(kPaths[random() % 4]);
      field.set_is(random() % 2 ? R"({"organization_id":"department-7"})" : R"("2021-07-01T00:00:00Z")");
      break;
    }
    default:
      if (random() % 2) {
        event.mutable_case_closed();
      } else {
        event.mutable_case_registered();
      }
      break;
  }
  return event;
}

TEST(CoordinationModelTest, AnyEventsInAnyOrderLeaveABoundedState) {
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
    EXPECT_LE(state.open_whistles_size(), kOpenWhistlesMax) << "seed " << seed;
    EXPECT_LE(state.settled_whistles_size(), kSettledWhistlesKept) << "seed " << seed;
    EXPECT_LE(state.open_meetings_size(), kOpenMeetingsMax) << "seed " << seed;
    EXPECT_LE(state.past_meetings_size(), kSettledKept) << "seed " << seed;
    EXPECT_LE(state.open_commitments_size(), kOpenCommitmentsMax) << "seed " << seed;
    EXPECT_LE(state.kept_commitments_size(), kSettledKept) << "seed " << seed;
    EXPECT_LE(state.open_items_size(), kOpenItemsMax) << "seed " << seed;
    EXPECT_LE(state.cleared_items_size(), kSettledKept) << "seed " << seed;
    EXPECT_LE(state.ByteSizeLong(), 160u * 1024) << "seed " << seed;
  }
}

TEST(CoordinationModelTest, TheSameEventsGiveTheSameBytes) {
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

TEST(CoordinationModelTest, TenThousandMeetingsKeepTheStateSmall) {
  State state;
  journal::v1::Decision decision;
  Event event;
  event.mutable_meeting_held()->set_minutes(std::string(8000, 'x'));
  for (uint64_t version = 1; version <= 10000; ++version) {
    Evolve(state, event, {"case-1", domain::MakeEventId(base::Version{version}, 1), base::Version{version}, &decision});
  }
  EXPECT_EQ(state.meeting_count(), 10000u);
  EXPECT_LE(state.ByteSizeLong(), 4096u);
}

TEST(CoordinationModelTest, EveryDueItemIsGoneOnceItWasRun) {
  auto scenario = GivenCase();
  for (int i = 0; i < kOpenWhistlesMax; ++i) {
    scenario.Command(Community(),
                     testing::Request<v1::BlowWhistleRequest>("urgency: URGENCY_ORDINARY reason: 'r' department_ids: "
                                                              "['gas-company', 'broadcast-company', 'developer']"));
  }
  scenario.At("2022-07-01").WhenTheAgendaRuns().ThenNothingIsDue().ThenState([](const State& state) {
    EXPECT_EQ(state.open_whistles_size(), 0);
  });
}

// Some requests more often than others: what is corrected is where dates go wrong.
template <typename... Requests>
testing::DateWalk::Tally WalkThroughDates(unsigned seeds) {
  testing::DateWalk::Tally tally;
  for (unsigned seed = 1; seed <= seeds && !::testing::Test::HasFailure(); ++seed) {
    auto scenario = GivenCase();
    testing::DateWalk walk(scenario.world(), {"case-1"}, seed);
    walk.LetTheCaseComeAndGo();
    for (int step = 0; step < 300 && !::testing::Test::HasFailure(); ++step) {
      walk.Act<Requests..., v1::CorrectEntryRequest, v1::CorrectEntryRequest, v1::CorrectEntryRequest>(scenario);
    }
    tally += walk.tally();
  }
  ::testing::Test::RecordProperty("tally", tally.Text());
  return tally;
}

TEST(CoordinationModelTest, ItsDatesAreKeptWhateverIsDone) {
  const auto tally =
      WalkThroughDates<v1::BlowWhistleRequest, v1::ReportInRequest, v1::HoldMeetingRequest, v1::MakeCommitmentRequest,
                       v1::KeepCommitmentRequest, v1::BreakCommitmentRequest, v1::ListItemRequest>(30);
  EXPECT_GT(tally.accepted, 1000);
  EXPECT_GT(tally.warned, 100);
  EXPECT_GT(tally.overdue, 100);
  EXPECT_GT(tally.lifted, 30);
  EXPECT_GT(tally.moved, 20);
}

TEST(CoordinationModelTest, TheDatesOfWhistlesAreKeptWhateverIsDone) {
  const auto tally = WalkThroughDates<v1::BlowWhistleRequest, v1::ReportInRequest, v1::ReportInRequest>(30);
  EXPECT_GT(tally.overdue, 100);
  EXPECT_GT(tally.lifted, 50);
  EXPECT_GT(tally.moved, 20);
}

}  // namespace
}  // namespace whistle::coordination
