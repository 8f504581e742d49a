#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "rapidcheck.h"
#include "rapidcheck/gtest.h"
#include "services/registry/actors.h"
#include "services/registry/limits.h"
#include "services/registry/scenario.h"

namespace whistle::registry_chain {
namespace {

using common::v1::REJECTION_KIND_ALREADY;
using common::v1::REJECTION_KIND_ILLEGAL;
using common::v1::REJECTION_KIND_INVALID;
using common::v1::REJECTION_KIND_LIMIT;
using common::v1::REJECTION_KIND_NOT_AUTHORIZED;
using common::v1::REJECTION_KIND_NOT_FOUND;
using ::testing::HasSubstr;
using testing::Organization;
using testing::Petitioner;
using testing::Request;

v1::UpsertOrganizationRequest Upsert(absl::string_view organization) {
  return Request<v1::UpsertOrganizationRequest>(absl::StrCat("organization {", organization, "}"));
}

v1::MoveOrganizationRequest Move(absl::string_view id, absl::string_view to) {
  v1::MoveOrganizationRequest request;
  request.set_organization_id(std::string(id));
  request.set_to_superior_id(std::string(to));
  return request;
}

v1::RetireOrganizationRequest Retire(absl::string_view id) {
  v1::RetireOrganizationRequest request;
  request.set_organization_id(std::string(id));
  request.set_why("dissolved");
  return request;
}

constexpr char kWater[] = R"(organization_id: "water" name: "The water company" level: ORGANIZATION_LEVEL_CITY
                             kind: ORGANIZATION_KIND_ENTERPRISE superior_id: "lanzhou")";

TEST(UpsertOrganizationTest, DoneRightAddsAnOrganization) {
  GivenRegistry()
      .When(Organization("lanzhou"), Upsert(kWater))
      .ThenRecorded(absl::StrCat("organization_upserted { organization {", kWater, "} }"))
      .ThenState([](const State& state) { EXPECT_EQ(Find(state, "water")->name(), "The water company"); });
}

TEST(UpsertOrganizationTest, DoneRightChangesTheName) {
  GivenRegistry()
      .When(Organization("gas-company"), Upsert(R"(organization_id: "gas-company" name: "Kunlun Gas"
          level: ORGANIZATION_LEVEL_PROVINCE kind: ORGANIZATION_KIND_ENTERPRISE superior_id: "gansu")"))
      .ThenRecorded("organization_upserted {}")
      .ThenState([](const State& state) { EXPECT_EQ(Find(state, "gas-company")->name(), "Kunlun Gas"); });
}

TEST(UpsertOrganizationTest, DoneRightByAnybodyWhileTheRegistryIsEmpty) {
  GivenEmptyRegistry()
      .When(Petitioner(), Upsert(R"(organization_id: "gansu" name: "Gansu" level: ORGANIZATION_LEVEL_PROVINCE
                                    kind: ORGANIZATION_KIND_GOVERNMENT)"))
      .ThenRecorded("organization_upserted {}")
      .When(Petitioner(), Upsert(R"(organization_id: "shaanxi" name: "Shaanxi" level: ORGANIZATION_LEVEL_PROVINCE
                                    kind: ORGANIZATION_KIND_GOVERNMENT)"))
      .ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "top_only");
}

TEST(UpsertOrganizationTest, DoneTwiceSaysWhichEventMadeItSo) {
  GivenRegistry()
      .Command(Organization("gansu"), Upsert(kWater))
      .When(Organization("gansu"), Upsert(kWater))
      .ThenRejected(REJECTION_KIND_ALREADY, "organization_is_so")
      .ThenMessage(HasSubstr("13.1"));
}

TEST(UpsertOrganizationTest, DoneTooLateOnARetiredOrganizationIsRefused) {
  GivenRegistry()
      .Command(Organization("gansu"), Upsert(kWater))
      .Command(Organization("gansu"), Retire("water"))
      .When(Organization("gansu"), Upsert(kWater))
      .ThenRejected(REJECTION_KIND_ILLEGAL, "organization_retired")
      .When(Organization("gansu"), Upsert(R"(organization_id: "well" name: "A well" level: ORGANIZATION_LEVEL_CITY
                                             kind: ORGANIZATION_KIND_ENTERPRISE superior_id: "water")"))
      .ThenRejected(REJECTION_KIND_ILLEGAL, "organization_retired");
}

TEST(UpsertOrganizationTest, DoneByTheWrongOneIsRefused) {
  GivenRegistry()
      .When(Organization("chengguan"), Upsert(kWater))
      .ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "no_authority")
      .When(Petitioner(), Upsert(kWater))
      .ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "no_authority")
      .When(Organization("lanzhou"), Upsert(R"(organization_id: "builder" name: "Builder" outside_tree: true
                                               kind: ORGANIZATION_KIND_ENTERPRISE)"))
      .ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "top_only");
}

TEST(UpsertOrganizationTest, TheFirstIsTheTopOfATree) {
  GivenEmptyRegistry()
      .When(Petitioner(), Upsert(kWater))
      .ThenRejected(REJECTION_KIND_ILLEGAL, "first_is_top")
      .When(Petitioner(), Upsert(R"(organization_id: "x" name: "x" outside_tree: true
                                    kind: ORGANIZATION_KIND_ENTERPRISE)"))
      .ThenRejected(REJECTION_KIND_ILLEGAL, "first_is_top");
}

TEST(UpsertOrganizationTest, EveryFieldIsChecked) {
  const std::pair<const char*, const char*> wrong[] = {
      {R"(name: "x" level: 4 kind: 3 superior_id: "lanzhou")", "organization.organization_id"},
      {R"(organization_id: "a b" name: "x" level: 4 kind: 3)", "organization.organization_id"},
      {R"(organization_id: "x" level: 4 kind: 3)", "organization.name"},
      {R"(organization_id: "x" name: "x\001" level: 4 kind: 3)", "organization.name"},
      {R"(organization_id: "x" name: "x" kind: 3 superior_id: "lanzhou")", "organization.level"},
      {R"(organization_id: "x" name: "x" level: 77 kind: 3)", "organization.level"},
      {R"(organization_id: "x" name: "x" level: 4)", "organization.kind"},
      {R"(organization_id: "x" name: "x" level: 4 kind: 3 retired: true)", "organization.retired"},
      {R"(organization_id: "x" name: "x" level: 4 kind: 3 superior_id: "x")", "organization.superior_id"},
      {R"(organization_id: "x" name: "x" level: 4 kind: 3 superior_id: "gansu" outside_tree: true)",
       "organization.superior_id"},
  };
  for (const auto& [organization, subject] : wrong) {
    GivenRegistry()
        .When(Organization("gansu"), Upsert(organization))
        .ThenRejected(REJECTION_KIND_INVALID, "invalid_field")
        .ThenSubject(subject);
  }
}

TEST(UpsertOrganizationTest, ASuperiorMustExistStandInTheTreeAndNotBeLower) {
  const std::string organization = R"(organization_id: "x" name: "x" level: ORGANIZATION_LEVEL_CITY kind: 3 )";
  GivenRegistry()
      .When(Organization("gansu"), Upsert(organization + R"(superior_id: "nobody")"))
      .ThenRejected(REJECTION_KIND_NOT_FOUND, "unknown_organization")
      .When(Organization("gansu"), Upsert(organization + R"(superior_id: "developer")"))
      .ThenRejected(REJECTION_KIND_ILLEGAL, "superior_outside_tree")
      .When(Organization("gansu"), Upsert(organization + R"(superior_id: "chengguan")"))
      .ThenRejected(REJECTION_KIND_ILLEGAL, "superior_too_low")
      .When(Organization("gansu"), Upsert(organization + R"(superior_id: "broadcast-company-lanzhou")"))
      .ThenRecorded("organization_upserted {}");
}

TEST(UpsertOrganizationTest, WhatStandsBelowIsNeverHigher) {
  GivenRegistry()
      .When(Organization("gansu"), Upsert(R"(organization_id: "lanzhou" name: "Lanzhou city" kind: 6
                                             level: ORGANIZATION_LEVEL_STREET superior_id: "gansu")"))
      .ThenRejected(REJECTION_KIND_ILLEGAL, "level_below_subordinate");
}

TEST(UpsertOrganizationTest, OnlyAMoveChangesTheSuperior) {
  GivenRegistry()
      .When(Organization("gansu"), Upsert(R"(organization_id: "chengguan" name: "Chengguan District" kind: 6
                                             level: ORGANIZATION_LEVEL_DISTRICT superior_id: "gansu")"))
      .ThenRejected(REJECTION_KIND_ILLEGAL, "moved_by_move_only")
      .When(Organization("gansu"), Upsert(R"(organization_id: "developer" name: "the developer" kind: 3 level: 4)"))
      .ThenRejected(REJECTION_KIND_ILLEGAL, "outside_tree_is_fixed");
}

TEST(UpsertOrganizationTest, TheNumberOfOrganizationsIsLimited) {
  State state;
  for (int i = 0; i < kOrganizationsMax - 1; ++i) {
    auto* organization = state.add_organizations();
    organization->set_organization_id(absl::StrCat("o", 100000 + i));
    organization->set_level(v1::ORGANIZATION_LEVEL_CITY);
    if (i > 0) organization->set_superior_id("o100000");
    state.add_organization_versions(1);
  }
  domain::Context context;
  context.actor = Organization("o100000");
  context.version = base::Version{2};
  auto request = Upsert(R"(organization_id: "x" name: "x" level: 4 kind: 3 superior_id: "o100000")");
  const auto last = Decide(state, request, context);
  ASSERT_TRUE(std::holds_alternative<domain::Events>(last));
  Evolve(state, std::get<domain::Events>(last)[0], {"registry", "2.1", base::Version{2}, nullptr});
  EXPECT_EQ(state.organizations_size(), kOrganizationsMax);
  request.mutable_organization()->set_organization_id("y");
  const auto one_more = Decide(state, request, context);
  ASSERT_TRUE(std::holds_alternative<domain::Rejection>(one_more));
  EXPECT_EQ(std::get<domain::Rejection>(one_more).detail.kind(), REJECTION_KIND_LIMIT);
}

TEST(UpsertOrganizationTest, TheDepthOfTheTreeIsLimited) {
  auto scenario = GivenEmptyRegistry();
  scenario.Command(Petitioner(), Upsert(R"(organization_id: "d1" name: "d" level: 4 kind: 3)"));
  for (int depth = 2; depth <= kDepthMax; ++depth) {
    scenario.Command(Organization("d1"), Upsert(absl::StrCat(R"(name: "d" level: 4 kind: 3 organization_id: "d)", depth,
                                                             R"(" superior_id: "d)", depth - 1, R"(")")));
  }
  scenario
      .When(Organization("d1"),
            Upsert(absl::StrCat(R"(name: "d" level: 4 kind: 3 organization_id: "deeper" superior_id: "d)", kDepthMax,
                                R"(")")))
      .ThenRejected(REJECTION_KIND_LIMIT, "limit_reached")
      .Command(Organization("d1"), Upsert(R"(name: "d" level: 4 kind: 3 organization_id: "e1")"))
      .When(Organization("d1"), Move("d1", "e1"))
      .ThenRejected(REJECTION_KIND_LIMIT, "limit_reached");
}

TEST(MoveOrganizationTest, DoneRightGivesAnotherSuperior) {
  GivenRegistry()
      .When(Organization("gansu"), Move("chengguan-housing-bureau", "lanzhou"))
      .ThenRecorded(R"(organization_moved { organization_id: "chengguan-housing-bureau" from_superior_id: "chengguan"
                                            to_superior_id: "lanzhou" })")
      .ThenState(
          [](const State& state) { EXPECT_EQ(Find(state, "chengguan-housing-bureau")->superior_id(), "lanzhou"); });
}

TEST(MoveOrganizationTest, DoneTwiceSaysWhichEventMadeItSo) {
  GivenRegistry()
      .Command(Organization("gansu"), Move("chengguan", "gansu"))
      .When(Organization("gansu"), Move("chengguan", "gansu"))
      .ThenRejected(REJECTION_KIND_ALREADY, "organization_is_there")
      .ThenMessage(HasSubstr("13.1"));
}

TEST(MoveOrganizationTest, DoneTooLateOnARetiredOrganizationIsRefused) {
  GivenRegistry()
      .Command(Organization("gansu"), Retire("station-community"))
      .When(Organization("gansu"), Move("station-community", "chengguan"))
      .ThenRejected(REJECTION_KIND_ILLEGAL, "organization_retired");
}

TEST(MoveOrganizationTest, DoneByTheWrongOneIsRefused) {
  GivenRegistry()
      .When(Organization("chengguan"), Move("chengguan-housing-bureau", "lanzhou"))
      .ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "no_authority")
      .When(Organization("lanzhou"), Move("lanzhou", ""))
      .ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "top_only")
      .When(Petitioner(), Move("chengguan-housing-bureau", "lanzhou"))
      .ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "no_authority");
}

TEST(MoveOrganizationTest, UnderItsOwnChildIsRefused) {
  GivenRegistry()
      .When(Organization("gansu"), Move("gansu", "lanzhou"))
      .ThenRejected(REJECTION_KIND_ILLEGAL, "superior_too_low")
      .When(Organization("gansu"), Move("gansu", "gas-company"))
      .ThenRejected(REJECTION_KIND_ILLEGAL, "tree_would_loop")
      .When(Organization("gansu"), Move("gansu", "gansu"))
      .ThenRejected(REJECTION_KIND_ILLEGAL, "tree_would_loop");
}

TEST(MoveOrganizationTest, NobodyMovesWhatIsNotThere) {
  GivenRegistry()
      .When(Organization("gansu"), Move("nobody", "gansu"))
      .ThenRejected(REJECTION_KIND_NOT_FOUND, "unknown_organization")
      .When(Organization("gansu"), Move("chengguan", "nobody"))
      .ThenRejected(REJECTION_KIND_NOT_FOUND, "unknown_organization")
      .When(Organization("gansu"), Move("developer", "gansu"))
      .ThenRejected(REJECTION_KIND_ILLEGAL, "organization_outside_tree")
      .When(Organization("gansu"), Move("", "gansu"))
      .ThenRejected(REJECTION_KIND_INVALID, "invalid_field");
}

TEST(RetireOrganizationTest, DoneRightRetiresIt) {
  GivenRegistry()
      .When(Organization("railway-station-street"), Retire("station-community"))
      .ThenRecorded(R"(organization_retired { organization_id: "station-community" why: "dissolved" })")
      .ThenState([](const State& state) { EXPECT_TRUE(Find(state, "station-community")->retired()); });
}

TEST(RetireOrganizationTest, DoneTwiceSaysWhichEventMadeItSo) {
  GivenRegistry()
      .Command(Organization("gansu"), Retire("station-community"))
      .When(Organization("gansu"), Retire("station-community"))
      .ThenRejected(REJECTION_KIND_ALREADY, "organization_retired")
      .ThenMessage(HasSubstr("13.1"));
}

TEST(RetireOrganizationTest, DoneTooLateByOneThatIsRetiredItselfIsRefused) {
  GivenRegistry()
      .Command(Organization("gansu"), Retire("station-community"))
      .When(Organization("station-community"), Retire("station-community"))
      .ThenRejected(REJECTION_KIND_ILLEGAL, "organization_retired");
}

TEST(RetireOrganizationTest, DoneByTheWrongOneIsRefused) {
  GivenRegistry()
      .When(Organization("gas-company"), Retire("station-community"))
      .ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "no_authority")
      .When(Petitioner(), Retire("station-community"))
      .ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "no_authority");
}

TEST(RetireOrganizationTest, OneWithSubordinatesIsRefused) {
  GivenRegistry()
      .When(Organization("gansu"), Retire("railway-station-street"))
      .ThenRejected(REJECTION_KIND_ILLEGAL, "has_subordinates")
      .Command(Organization("gansu"), Retire("station-community"))
      .When(Organization("gansu"), Retire("railway-station-street"))
      .ThenRecorded("organization_retired {}");
}

TEST(RetireOrganizationTest, TheLastTopStays) {
  GivenEmptyRegistry()
      .Command(Petitioner(), Upsert(R"(organization_id: "a" name: "a" level: 5 kind: 6)"))
      .When(Organization("a"), Retire("a"))
      .ThenRejected(REJECTION_KIND_ILLEGAL, "last_top")
      .Command(Organization("a"), Upsert(R"(organization_id: "b" name: "b" level: 5 kind: 6)"))
      .When(Organization("a"), Retire("a"))
      .ThenRecorded("organization_retired {}");
}

// Any commands in any order: every organization reaches the top of a tree, superiors are in force and not lower, and
// somebody can act.
RC_GTEST_PROP(RegistryTreeTest, AnyCommandsKeepATree, ()) {
  auto scenario = GivenEmptyRegistry();
  scenario.Command(Petitioner(), Upsert(R"(organization_id: "o0" name: "o" level: 6 kind: 6)"));
  const auto id = [] { return absl::StrCat("o", *rc::gen::inRange(0, 8)); };
  const int commands = *rc::gen::inRange(1, 60);
  for (int i = 0; i < commands; ++i) {
    const auto actor = Organization(id());
    const std::string which = id();
    const std::string superior = *rc::gen::inRange(0, 8) == 0 ? "" : id();
    switch (*rc::gen::inRange(0, 4)) {
      case 0:
        scenario.When(actor, Move(which, superior));
        break;
      case 1:
        scenario.When(actor, Retire(which));
        break;
      default:
        scenario.When(actor, Upsert(absl::StrCat("name: \"o\" kind: 3 level: ", *rc::gen::inRange(0, 7),
                                                 " outside_tree: ", *rc::gen::inRange(0, 6) == 0,
                                                 " organization_id: \"", which, "\" superior_id: \"", superior, "\"")));
        break;
    }
  }
  const State& state = scenario.state();
  RC_ASSERT(state.organizations_size() == state.organization_versions_size());
  int tops = 0;
  for (int i = 0; i < state.organizations_size(); ++i) {
    const v1::Organization& organization = state.organizations(i);
    if (i > 0) RC_ASSERT(state.organizations(i - 1).organization_id() < organization.organization_id());
    tops += IsTop(organization) ? 1 : 0;
    const v1::Organization* at = &organization;
    for (int steps = 0; !at->superior_id().empty(); ++steps) {
      RC_ASSERT(steps < state.organizations_size());
      const v1::Organization* above = Find(state, at->superior_id());
      RC_ASSERT(above != nullptr);
      RC_ASSERT(!above->outside_tree());
      RC_ASSERT(at->retired() || !above->retired());
      RC_ASSERT(at->retired() || above->level() >= at->level());
      at = above;
    }
  }
  RC_ASSERT(tops > 0);
}

}  // namespace
}  // namespace whistle::registry_chain
