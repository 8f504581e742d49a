#include "services/registry/queries.h"

#include "libs/testing/scenario_store.h"
#include "services/registry/scenario.h"

namespace whistle::registry_chain {
namespace {

using testing::Ask;
using testing::AskInVain;
using ::testing::ElementsAre;
using testing::Organization;
using testing::Project;
using testing::Request;

// Versions 1 to 12 are the organizations, 13 the policy, 14 retires the community.
auto GivenAFullRegistry() {
  auto scenario = GivenRegistry();
  v1::AdoptPolicyRequest adopt;
  *adopt.mutable_policy() = testing::DefaultPolicy();
  scenario.Command(Organization("gansu"), adopt)
      .Command(Organization("gansu"),
               Request<v1::RetireOrganizationRequest>("organization_id: 'station-community' why: 'merged'"));
  return scenario;
}

std::vector<std::string> IdsOf(const v1::ListOrganizationsResponse& response) {
  std::vector<std::string> ids;
  for (const auto& organization : response.organizations()) ids.push_back(organization.organization_id());
  return ids;
}

TEST(GetOrganizationTest, ItComesWithItsPath) {
  auto scenario = GivenAFullRegistry();
  projection::MemoryStore store;
  Project(scenario.world(), {"registry"}, store);
  const auto response = Ask<v1::GetOrganizationResponse>(
      store, GetOrganization, Request<v1::GetOrganizationRequest>("organization_id: 'chengguan'"));
  EXPECT_EQ(response.organization().name(), "Chengguan District");
  EXPECT_THAT(response.ref().superior_ids(), ElementsAre("lanzhou", "gansu"));
  EXPECT_EQ(AskInVain<v1::GetOrganizationResponse>(store, GetOrganization,
                                                   Request<v1::GetOrganizationRequest>("organization_id: 'nobody'"))
                .code(),
            absl::StatusCode::kNotFound);
}

TEST(ListOrganizationsTest, PagesMeetAndRetiredOnesAreLeftOut) {
  auto scenario = GivenAFullRegistry();
  projection::MemoryStore store;
  Project(scenario.world(), {"registry"}, store);
  auto request = Request<v1::ListOrganizationsRequest>("superior_id: 'gansu' page { size: 2 }");
  const auto first = Ask<v1::ListOrganizationsResponse>(store, ListOrganizations, request);
  EXPECT_THAT(IdsOf(first), ElementsAre("broadcast-company", "gansu-petition-office"));
  request.mutable_page()->set_token(first.next_page_token());
  const auto second = Ask<v1::ListOrganizationsResponse>(store, ListOrganizations, request);
  EXPECT_THAT(IdsOf(second), ElementsAre("gas-company", "lanzhou"));
  EXPECT_EQ(second.next_page_token(), "");
  EXPECT_EQ(
      Ask<v1::ListOrganizationsResponse>(store, ListOrganizations, v1::ListOrganizationsRequest()).organizations_size(),
      11);
  EXPECT_EQ(Ask<v1::ListOrganizationsResponse>(store, ListOrganizations,
                                               Request<v1::ListOrganizationsRequest>("include_retired: true"))
                .organizations_size(),
            12);
}

TEST(GetPolicyTest, ItIsTheOneInForceOrNone) {
  projection::MemoryStore empty;
  EXPECT_FALSE(Ask<v1::GetPolicyResponse>(empty, GetPolicy, v1::GetPolicyRequest()).has_policy());
  auto scenario = GivenAFullRegistry();
  projection::MemoryStore store;
  Project(scenario.world(), {"registry"}, store);
  const auto response = Ask<v1::GetPolicyResponse>(store, GetPolicy, v1::GetPolicyRequest());
  EXPECT_EQ(response.policy().title(), "test policy");
  EXPECT_EQ(response.policy_version(), 13u);
}

TEST(GetCalendarTest, ItIsTheOneInForceOrNone) {
  projection::MemoryStore empty;
  EXPECT_FALSE(Ask<v1::GetCalendarResponse>(empty, GetCalendar, v1::GetCalendarRequest()).has_calendar());
  auto scenario = GivenAFullRegistry();
  scenario.Command(Organization("gansu"),
                   Request<v1::AdoptCalendarRequest>("calendar { title: 'China' utc_offset: '+08:00' "
                                                     "years { year: 2024 source: 'notice' days_off: '2024-01-01' } }"));
  projection::MemoryStore store;
  Project(scenario.world(), {"registry"}, store);
  const auto response = Ask<v1::GetCalendarResponse>(store, GetCalendar, v1::GetCalendarRequest());
  EXPECT_EQ(response.calendar().title(), "China");
  EXPECT_EQ(response.calendar_version(), 15u);
}

TEST(GetRegistryTest, AnOldVersionIsFoldedAgain) {
  auto scenario = GivenAFullRegistry();
  projection::MemoryStore store;
  Project(scenario.world(), {"registry"}, store);
  const auto now = Ask<v1::GetRegistryResponse>(store, GetRegistry, v1::GetRegistryRequest());
  EXPECT_EQ(now.version(), 14u);
  EXPECT_EQ(now.registry().organizations_size(), 12);
  EXPECT_TRUE(now.registry().has_policy());
  const auto then = Ask<v1::GetRegistryResponse>(store, GetRegistry, Request<v1::GetRegistryRequest>("version: 3"));
  EXPECT_EQ(then.version(), 3u);
  EXPECT_EQ(then.registry().organizations_size(), 3);
  EXPECT_FALSE(then.registry().has_policy());
  EXPECT_EQ(
      AskInVain<v1::GetRegistryResponse>(store, GetRegistry, Request<v1::GetRegistryRequest>("version: 15")).code(),
      absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace whistle::registry_chain
