#include "services/intake/limits.h"

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "libs/base/proto.h"
#include "libs/base/time.h"
#include "libs/testing/date_walk.h"
#include "rapidcheck.h"
#include "rapidcheck/gtest.h"
#include "services/intake/scenario.h"

namespace whistle::intake {
namespace {

using common::v1::REJECTION_KIND_LIMIT;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using ::testing::HasSubstr;
using testing::Organization;
using testing::Petitioner;
using testing::Request;

v1::LinkCasesRequest Link(int i) {
  return Request<v1::LinkCasesRequest>(absl::StrCat("other_case_id: \"other-", i, "\" why: \"same\""));
}

TEST(LimitsTest, ACaseIsLinkedToSoManyOthersAndNoMore) {
  auto scenario = GivenRegistered();
  for (int i = 0; i < kLinksMax; ++i) scenario.Command(Petitioner(), Link(i));
  scenario.When(Petitioner(), Link(kLinksMax))
      .ThenRejected(REJECTION_KIND_LIMIT, "limit_reached")
      .ThenMessage(HasSubstr("at most 64"));
}

TEST(LimitsTest, ACaseTakesInSoManyOthersAndNoMore) {
  auto scenario = GivenIntake();
  scenario.OnCase("target").Command(Petitioner(), Register());
  for (int i = 0; i <= kMergedSourcesMax; ++i) {
    scenario.OnCase(absl::StrCat("source-", i))
        .Command(Petitioner(), Register())
        .Command(Organization("lanzhou"),
                 Request<v1::ProposeMergeRequest>(R"(target_case_id: "target" why: "the same")"))
        .WhenTheAgendaRuns();
    if (i < kMergedSourcesMax) scenario.ThenRecorded("merge_completed {}");
  }
  scenario.ThenRecorded("merge_withdrawn { refusal: MERGE_REFUSAL_FULL }");
}

TEST(LimitsTest, ContactsWithMoreOrganizationsAreCountedTogether) {
  testing::RegistryBuilder registry;
  for (int i = 0; i < kContactTalliesMax + 2; ++i) registry.Add(absl::StrCat("bureau-", i), "a bureau", "gansu");
  auto scenario = GivenRegistered();
  scenario.With(registry);
  for (int i = 0; i < kContactTalliesMax + 2; ++i) {
    scenario.Command(Petitioner(), Request<v1::RecordContactRequest>(
                                       absl::StrCat("channel: CONTACT_CHANNEL_CALL contacted_id: \"bureau-", i, "\"")));
  }
  scenario.ThenState("contact_count: 66 other_contact_count: 2");
}

TEST(LimitsTest, TenThousandContactsLeaveTheStateSmall) {
  auto scenario = GivenRegistered();
  State state = scenario.state();
  const size_t before = state.ByteSizeLong();
  auto event = Request<journal::v1::Event>(
      R"(occurred_at: @2021-07-01 contact_recorded { channel: CONTACT_CHANNEL_VISIT
         contacted { organization_id: "gas-company" name: "the gas company" superior_ids: "gansu" } })");
  for (uint64_t version = 2; version < 10002; ++version) {
    const base::Version at{version};
    Evolve(state, event, {"case-1", domain::MakeEventId(at, 1), at, nullptr});
  }
  EXPECT_EQ(state.contact_count(), 10000u);
  EXPECT_LT(state.ByteSizeLong(), before + 200);
}

// Any event with any content, from the descriptors: nothing is assumed about what came before.
void Fill(Message& message, int depth) {
  const auto* reflection = message.GetReflection();
  const auto* descriptor = message.GetDescriptor();
  for (int i = 0; i < descriptor->field_count(); ++i) {
    const FieldDescriptor* field = descriptor->field(i);
    if (field->real_containing_oneof() != nullptr) continue;
    if (*rc::gen::inRange(0, 4) == 0) continue;
    const std::string text = absl::StrCat("x", *rc::gen::inRange(0, 200));
    switch (field->cpp_type()) {
      case FieldDescriptor::CPPTYPE_MESSAGE:
        if (depth == 0) break;
        Fill(field->is_repeated() ? *reflection->AddMessage(&message, field)
                                  : *reflection->MutableMessage(&message, field),
             depth - 1);
        break;
      case FieldDescriptor::CPPTYPE_STRING:
        if (field->is_repeated()) {
          reflection->AddString(&message, field, text);
        } else {
          reflection->SetString(&message, field, absl::StrCat(*rc::gen::inRange(1, 40), ".", *rc::gen::inRange(1, 3)));
        }
        break;
      case FieldDescriptor::CPPTYPE_ENUM:
        if (!field->is_repeated()) reflection->SetEnumValue(&message, field, *rc::gen::inRange(0, 9));
        break;
      case FieldDescriptor::CPPTYPE_BOOL:
        if (!field->is_repeated()) reflection->SetBool(&message, field, *rc::gen::inRange(0, 2) == 1);
        break;
      default:
        break;
    }
  }
}

journal::v1::Event AnyEvent() {
  const auto* body = journal::v1::Event::descriptor()->FindOneofByName("body");
  journal::v1::Event event;
  event.mutable_occurred_at()->set_seconds(1600000000 + *rc::gen::inRange(0, 100000000));
  const auto* field = body->field(*rc::gen::inRange(0, body->field_count()));
  Fill(*event.GetReflection()->MutableMessage(&event, field), 3);
  return event;
}

RC_GTEST_PROP(IntakeEvolveTest, AnyEventsInAnyOrderAreFoldedAlikeAndTheStateStaysBounded, ()) {
  const int count = *rc::gen::inRange(1, 200);
  State state;
  State again;
  for (int i = 1; i <= count; ++i) {
    const journal::v1::Event event = AnyEvent();
    const base::Version version{static_cast<uint64_t>(i)};
    const domain::EventRef ref{"case-1", domain::MakeEventId(version, 1), version, nullptr};
    Evolve(state, event, ref);
    Evolve(again, event, ref);
    RC_ASSERT(Footprints(event, ref) == Footprints(event, ref));
  }
  RC_ASSERT(base::SerializeDeterministically(state) == base::SerializeDeterministically(again));
  RC_ASSERT(Indexes(state, "case-1") == Indexes(again, "case-1"));
  RC_ASSERT(Agenda(state, "case-1").size() == Agenda(again, "case-1").size());
  RC_ASSERT(state.ByteSizeLong() < kStateBytesMax);
  RC_ASSERT(state.linked_case_ids_size() <= kLinksMax);
  RC_ASSERT(state.merged_sources_size() <= kMergedSourcesMax);
  RC_ASSERT(state.refused_sources_size() <= kRefusedSourcesMax);
  RC_ASSERT(state.open_claims_size() <= kClaimsMax);
  RC_ASSERT(state.answered_claims_size() <= kClaimsMax);
  RC_ASSERT(state.contact_tallies_size() <= kContactTalliesMax);
  RC_ASSERT(state.recent_evidence_size() <= kRecentEvidenceMax);
}

// Whatever state the agenda finds: what it executes is no longer due.
RC_GTEST_PROP(IntakeAgendaTest, ExecutingAnItemRemovesIt, ()) {
  auto scenario = GivenIntake();
  const auto any_case = [] { return absl::StrCat("case-", *rc::gen::inRange(1, 4)); };
  const int steps = *rc::gen::inRange(1, 40);
  for (int i = 0; i < steps; ++i) {
    scenario.OnCase(any_case());
    const auto lanzhou = Organization("lanzhou");
    scenario.Later(absl::Hours(*rc::gen::inRange(0, 24 * 40)));
    switch (*rc::gen::inRange(0, 11)) {
      case 0:
      case 1:
        scenario.When(Petitioner(), Register());
        break;
      case 2:
        scenario.When(lanzhou, Request<v1::ProposeMergeRequest>(
                                   absl::StrCat("why: \"same\" target_case_id: \"", any_case(), "\"")));
        break;
      case 3:
        scenario.When(lanzhou, Request<v1::UnmergeCaseRequest>("why: \"other\""));
        break;
      case 4:
        scenario.When(lanzhou, v1::AcceptCaseRequest());
        scenario.When(lanzhou, Assign("lanzhou"));
        break;
      case 5:
        scenario.When(lanzhou, Request<v1::CloseCaseRequest>("why: \"done\""));
        break;
      case 6:
        scenario.When(lanzhou, Request<v1::ExtendHandlingRequest>("count: 5 reason_told: \"not yet\""));
        break;
      case 7:
        scenario.When(lanzhou, Request<v1::DeclineCaseRequest>(R"(why: "no" grounds { document: "Regulations" })"));
        scenario.When(Petitioner(), Request<v1::RequestReviewRequest>(R"(reviewer_id: "gansu" why: "wrong")"));
        break;
      case 8:
        scenario.When(Petitioner(), Request<v1::ReopenCaseRequest>(R"(why: "again")"));
        break;
      case 9:
        if (scenario.world().FirstDue()) scenario.WhenTheAgendaStopsAfter(*rc::gen::inRange(0, 2));
        break;
      default:
        scenario.WhenTheAgendaRuns();
        break;
    }
  }
  scenario.WhenTheAgendaRuns();
  for (int i = 1; i <= 4; ++i) {
    const std::string case_id = absl::StrCat("case-", i);
    const State& state = static_cast<const State&>(scenario.world().State(case_id));
    for (const auto& item : scenario.world().Agenda(case_id)) {
      RC_ASSERT(base::FromProto(item.due_at()) > scenario.world().now());
    }
    // A case that is merged is one that its target took in, and only such a one.
    if (state.header().status() == v1::CASE_STATUS_MERGED) {
      const State& target = static_cast<const State&>(scenario.world().State(state.header().merged_into_case_id()));
      int held = 0;
      for (const auto& source : target.merged_sources()) held += source.source_case_id() == case_id ? 1 : 0;
      RC_ASSERT(held == 1);
    }
    for (const auto& source : state.merged_sources()) {
      const State& other = static_cast<const State&>(scenario.world().State(source.source_case_id()));
      RC_ASSERT(other.header().status() == v1::CASE_STATUS_MERGED);
      RC_ASSERT(other.header().merged_into_case_id() == case_id);
    }
  }
}

TEST(IntakeAgendaTest, ItsDatesAreKeptWhateverIsDone) {
  testing::DateWalk::Tally tally;
  for (unsigned seed = 1; seed <= 40 && !HasFailure(); ++seed) {
    auto scenario = GivenRegistered();
    scenario.OnCase("case-2").Command(Petitioner(), Register());
    testing::DateWalk walk(scenario.world(), {"case-1", "case-2"}, seed);
    for (int step = 0; step < 300 && !HasFailure(); ++step) {
      walk.Act<v1::AcceptCaseRequest, v1::DeclineCaseRequest, v1::AssignHandlerRequest, v1::ExtendHandlingRequest,
               v1::CloseCaseRequest, v1::ReopenCaseRequest, v1::ProposeMergeRequest, v1::UnmergeCaseRequest,
               v1::RequestReviewRequest, v1::RequestReReviewRequest, v1::DecideReviewRequest, v1::RebindPolicyRequest,
               v1::CorrectEntryRequest, v1::CorrectEntryRequest>(scenario);
    }
    tally += walk.tally();
  }
  RecordProperty("tally", tally.Text());
  EXPECT_GT(tally.accepted, 600);
  EXPECT_GT(tally.warned, 30);
  EXPECT_GT(tally.overdue, 30);
  EXPECT_GT(tally.lifted, 5);
  EXPECT_GT(tally.moved, 5);
}

}  // namespace
}  // namespace whistle::intake
