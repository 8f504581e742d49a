#include "libs/testing/scenario_registry.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/check.h"

namespace whistle::testing {
namespace {

using registry::v1::Escalates;
using registry::v1::EscalateWhen;
using registry::v1::Organization;
using registry::v1::OrganizationKind;
using registry::v1::OrganizationLevel;
using registry::v1::Policy;
using registry::v1::Term;
using registry::v1::TermUnit;

Organization Make(absl::string_view id, absl::string_view name, OrganizationLevel level, OrganizationKind kind,
                  absl::string_view superior_id) {
  Organization organization;
  organization.set_organization_id(std::string(id));
  organization.set_name(std::string(name));
  organization.set_level(level);
  organization.set_kind(kind);
  organization.set_superior_id(std::string(superior_id));
  return organization;
}

void Set(Term* term, int count, TermUnit unit = registry::v1::TERM_UNIT_CALENDAR_DAYS) {
  term->set_count(count);
  term->set_unit(unit);
  term->set_source("ours");
}

void Set(Escalates* escalates, EscalateWhen when, int after = 0) {
  escalates->set_when(when);
  escalates->set_after(after);
  escalates->set_source("ours");
}

// DOMAIN's last two rows: what puts a case before a higher organization by itself.
void SetEscalations(Policy& policy) {
  using namespace registry::v1;  // NOLINT: a table of enumerators.
  FindingPolicies& findings = *policy.mutable_findings();
  Set(findings.mutable_ungrounded()->mutable_escalates(), ESCALATE_WHEN_NEVER);
  Set(findings.mutable_contradiction()->mutable_escalates(), ESCALATE_WHEN_NEVER);
  Set(findings.mutable_disavowed_condition()->mutable_escalates(), ESCALATE_WHEN_AT_ONCE);
  Set(findings.mutable_goalpost_moved()->mutable_escalates(), ESCALATE_WHEN_AT_ONCE);
  Set(findings.mutable_buck_passing()->mutable_escalates(), ESCALATE_WHEN_AT_ONCE);
  Set(findings.mutable_no_owner()->mutable_escalates(), ESCALATE_WHEN_NEVER);
  Set(findings.mutable_silence()->mutable_escalates(), ESCALATE_WHEN_AFTER, 2);
  Set(findings.mutable_hollow_meetings()->mutable_escalates(), ESCALATE_WHEN_AFTER, 1);
  Set(findings.mutable_absent()->mutable_escalates(), ESCALATE_WHEN_NEVER);
  Set(findings.mutable_broken_commitment()->mutable_escalates(), ESCALATE_WHEN_AFTER, 2);
  Set(findings.mutable_persistent_demand()->mutable_escalates(), ESCALATE_WHEN_AFTER, 2);
  Set(findings.mutable_closed_without_result()->mutable_escalates(), ESCALATE_WHEN_NEVER);
  Set(findings.mutable_jurisdiction_gap()->mutable_escalates(), ESCALATE_WHEN_AT_ONCE);
  Set(policy.mutable_open_hazard(), ESCALATE_WHEN_AT_ONCE);
  Set(policy.mutable_statutory_clock(), ESCALATE_WHEN_AFTER, 1);
}

}  // namespace

Policy DefaultPolicy() {
  Policy policy;
  policy.set_title("test policy");
  Set(policy.mutable_acceptance(), 15);
  Set(policy.mutable_handling(), 60);
  Set(policy.mutable_handling_extension_max(), 30);
  policy.set_handling_extensions_max(1);
  Set(policy.mutable_review_request(), 30);
  Set(policy.mutable_review_decision(), 30);
  Set(policy.mutable_response(), 5);
  Set(policy.mutable_response_extension_max(), 3);
  policy.set_response_extensions_max(3);
  Set(policy.mutable_assignment_return(), 1);
  Set(policy.mutable_whistle_emergency(), 2, registry::v1::TERM_UNIT_HOURS);
  Set(policy.mutable_whistle_urgent(), 1);
  Set(policy.mutable_whistle_ordinary(), 3);
  Set(policy.mutable_escalation_rung(), 5);
  Set(policy.mutable_upgraded_handling(), 5);
  Set(policy.mutable_no_owner(), 10);
  Set(policy.mutable_rectification(), 30);
  policy.set_warn_percent(70);
  policy.set_hollow_meetings(2);
  policy.set_persistent_contacts(3);
  SetEscalations(policy);
  return policy;
}

RegistryBuilder::RegistryBuilder() {
  using namespace registry::v1;  // NOLINT: a table of enumerators.
  const auto province = ORGANIZATION_LEVEL_PROVINCE;
  const auto city = ORGANIZATION_LEVEL_CITY;
  const auto district = ORGANIZATION_LEVEL_DISTRICT;
  const auto office = ORGANIZATION_KIND_PETITION_OFFICE;
  const auto government = ORGANIZATION_KIND_GOVERNMENT;
  const auto enterprise = ORGANIZATION_KIND_ENTERPRISE;
  const auto grassroots = ORGANIZATION_KIND_GRASSROOTS;
  Add(Make("gansu", "Gansu Province", province, government, ""));
  Add(Make("gansu-petition-office", "the provincial Bureau of Letters and Calls", province, office, "gansu"));
  Add(Make("gas-company", "the gas company", province, enterprise, "gansu"));
  Add(Make("broadcast-company", "the broadcast network company", province, enterprise, "gansu"));
  Add(Make("broadcast-company-lanzhou", "its Lanzhou branch", city, enterprise, "broadcast-company"));
  Add(Make("lanzhou", "Lanzhou city", city, government, "gansu"));
  Add(Make("lanzhou-petition-office", "the Municipal Bureau of Letters and Calls", city, office, "lanzhou"));
  Add(Make("chengguan", "Chengguan District", district, government, "lanzhou"));
  Add(Make("chengguan-housing-bureau", "the district's housing bureau", district, ORGANIZATION_KIND_DEPARTMENT,
           "chengguan"));
  Add(Make("railway-station-street", "Railway Station Street", ORGANIZATION_LEVEL_STREET, grassroots, "chengguan"));
  Add(Make("station-community", "the station community", ORGANIZATION_LEVEL_COMMUNITY, grassroots,
           "railway-station-street"));
  Add("developer", "the developer", "");
  WithPolicy(DefaultPolicy());
}

RegistryBuilder RegistryBuilder::Empty() { return RegistryBuilder(Nothing{}); }

RegistryBuilder& RegistryBuilder::Add(absl::string_view organization_id, absl::string_view name,
                                      absl::string_view superior_id) {
  Organization organization = Make(organization_id, name, registry::v1::ORGANIZATION_LEVEL_UNSPECIFIED,
                                   registry::v1::ORGANIZATION_KIND_DEPARTMENT, superior_id);
  if (superior_id.empty()) {
    organization.set_outside_tree(true);
    organization.set_kind(registry::v1::ORGANIZATION_KIND_ENTERPRISE);
  } else {
    const int below = Get(superior_id).level() - 1;
    organization.set_level(below < 1 ? registry::v1::ORGANIZATION_LEVEL_COMMUNITY
                                     : static_cast<OrganizationLevel>(below));
  }
  return Add(std::move(organization));
}

RegistryBuilder& RegistryBuilder::Add(Organization organization) {
  *state_.add_organizations() = std::move(organization);
  return *this;
}

RegistryBuilder& RegistryBuilder::Move(absl::string_view organization_id, absl::string_view superior_id) {
  Get(organization_id).set_superior_id(std::string(superior_id));
  return *this;
}

RegistryBuilder& RegistryBuilder::Retire(absl::string_view organization_id) {
  Get(organization_id).set_retired(true);
  return *this;
}

RegistryBuilder& RegistryBuilder::WithPolicy(Policy policy) {
  *state_.mutable_policy() = std::move(policy);
  state_.set_policy_version(version_);
  return *this;
}

RegistryBuilder& RegistryBuilder::WithoutPolicy() {
  state_.clear_policy();
  state_.clear_policy_version();
  return *this;
}

RegistryBuilder& RegistryBuilder::Version(uint64_t version) {
  version_ = version;
  if (state_.has_policy()) state_.set_policy_version(version);
  return *this;
}

std::shared_ptr<const registry::Registry> RegistryBuilder::Build() const {
  return std::make_shared<const registry::Registry>(version_, state_);
}

Organization& RegistryBuilder::Get(absl::string_view organization_id) {
  for (Organization& organization : *state_.mutable_organizations()) {
    if (organization.organization_id() == organization_id) return organization;
  }
  base::CheckFailed(__FILE__, __LINE__, "organization", absl::StrCat("the test registry has no ", organization_id));
}

}  // namespace whistle::testing
