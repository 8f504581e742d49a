#include "libs/domain/level.h"

#include "services/registry/scenario.h"

namespace whistle::registry_chain {
namespace {

using common::v1::REJECTION_KIND_ALREADY;
using common::v1::REJECTION_KIND_ILLEGAL;
using common::v1::REJECTION_KIND_NOT_AUTHORIZED;
using ::testing::HasSubstr;
using testing::Organization;
using testing::Petitioner;
using testing::Request;

// The registry as a later build would decide it: one that knows level 2.
auto GivenALaterBuild() {
  auto scenario = testing::Given<State>(MakeModel(), [](const State& state, const auto& request, const auto& context) {
    using R = std::decay_t<decltype(request)>;
    if constexpr (std::is_same_v<R, v1::RaiseLevelRequest>) return DecideRaiseLevel(state, request, context, 2);
    return Decide(state, request, context);
  });
  scenario.OnCase("registry")
      .Command(Petitioner(), Request<v1::UpsertOrganizationRequest>(
                                 R"(organization { organization_id: "gansu" name: "Gansu" level: 5 kind: 6 })"));
  return scenario;
}

TEST(RaiseLevelTest, DoneRightByOneToALevelThatTheBuildKnows) {
  GivenALaterBuild()
      .When(Organization("gansu"), Request<v1::RaiseLevelRequest>("to_level: 2"))
      .ThenRecorded("level_raised { from_level: 1 to_level: 2 }")
      .ThenState("level: 2");
}

TEST(RaiseLevelTest, DoneTwiceSaysWhichEventMadeItSo) {
  GivenALaterBuild()
      .Command(Organization("gansu"), Request<v1::RaiseLevelRequest>("to_level: 2"))
      .When(Organization("gansu"), Request<v1::RaiseLevelRequest>("to_level: 2"))
      .ThenRejected(REJECTION_KIND_ALREADY, "level_raised")
      .ThenMessage(HasSubstr("2.1"));
}

TEST(RaiseLevelTest, DoneTooLateToALevelThatWasPassedIsRefused) {
  GivenALaterBuild()
      .Command(Organization("gansu"), Request<v1::RaiseLevelRequest>("to_level: 2"))
      .When(Organization("gansu"), Request<v1::RaiseLevelRequest>("to_level: 1"))
      .ThenRejected(REJECTION_KIND_ILLEGAL, "level_by_one");
}

TEST(RaiseLevelTest, DoneByTheWrongOneIsRefused) {
  GivenALaterBuild()
      .When(Petitioner(), Request<v1::RaiseLevelRequest>("to_level: 2"))
      .ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "top_only");
}

TEST(RaiseLevelTest, NoLevelIsSkipped) {
  GivenALaterBuild()
      .When(Organization("gansu"), Request<v1::RaiseLevelRequest>("to_level: 3"))
      .ThenRejected(REJECTION_KIND_ILLEGAL, "level_by_one")
      .When(Organization("gansu"), Request<v1::RaiseLevelRequest>("to_level: 1"))
      .ThenRejected(REJECTION_KIND_ILLEGAL, "level_by_one");
}

TEST(RaiseLevelTest, ALevelThatThisBuildDoesNotKnowIsRefused) {
  v1::RaiseLevelRequest request;
  request.set_to_level(domain::kLevelMax + 1);
  GivenRegistry()
      .When(Organization("gansu"), request)
      .ThenRejected(REJECTION_KIND_ILLEGAL, "level_unknown")
      .ThenMessage(HasSubstr("upgrade"));
}

}  // namespace
}  // namespace whistle::registry_chain
