// What this service's tests begin with. The case of the chronicle: Building 19's gas, before the city's petition
// office, which has no authority over the province's companies.
//
//   version 1  the case is registered          2021-07-01
//   version 2  lanzhou-petition-office has it  2021-07-01
//   version 3  it is accepted                  2021-07-01
//
// so that a test's first own decision is version 4, its event "4.1".
#ifndef WHISTLE_SERVICES_ESCALATION_GIVEN_H_
#define WHISTLE_SERVICES_ESCALATION_GIVEN_H_

#include <string>

#include "absl/strings/str_cat.h"
#include "libs/testing/scenario.h"
#include "services/escalation/limits.h"
#include "services/escalation/model.h"

namespace whistle::escalation {

using common::v1::REJECTION_KIND_ALREADY;
using common::v1::REJECTION_KIND_ILLEGAL;
using common::v1::REJECTION_KIND_INVALID;
using common::v1::REJECTION_KIND_LIMIT;
using common::v1::REJECTION_KIND_NOT_AUTHORIZED;
using common::v1::REJECTION_KIND_NOT_FOUND;
using testing::Organization;
using testing::Petitioner;
using testing::Request;

inline auto GivenEscalation() {
  return testing::Given<State>(MakeModel(), [](const auto&... arguments) { return Decide(arguments...); });
}

// The test organizations and a discipline body of the province.
inline testing::RegistryBuilder Organizations() {
  registry::v1::Organization discipline;
  discipline.set_organization_id("gansu-discipline");
  discipline.set_name("the provincial discipline body");
  discipline.set_level(registry::v1::ORGANIZATION_LEVEL_PROVINCE);
  discipline.set_kind(registry::v1::ORGANIZATION_KIND_DISCIPLINE);
  discipline.set_superior_id("gansu");
  return testing::RegistryBuilder().Add(discipline);
}

// The numbers of DOMAIN's table; nothing is found and nothing escalates by itself: for what persons do and what dates
// do.
inline registry::v1::Policy QuietPolicy() {
  registry::v1::Policy policy = testing::DefaultPolicy();
  registry::v1::FindingPolicies& findings = *policy.mutable_findings();
  for (auto* rule :
       {findings.mutable_ungrounded(), findings.mutable_contradiction(), findings.mutable_disavowed_condition(),
        findings.mutable_goalpost_moved(), findings.mutable_buck_passing(), findings.mutable_no_owner(),
        findings.mutable_silence(), findings.mutable_hollow_meetings(), findings.mutable_absent(),
        findings.mutable_broken_commitment(), findings.mutable_persistent_demand(),
        findings.mutable_closed_without_result(), findings.mutable_jurisdiction_gap()}) {
    rule->set_off(true);
  }
  policy.mutable_open_hazard()->set_when(registry::v1::ESCALATE_WHEN_NEVER);
  policy.mutable_statutory_clock()->set_when(registry::v1::ESCALATE_WHEN_NEVER);
  policy.mutable_statutory_clock()->clear_after();
  return policy;
}

inline auto GivenRegistered(const registry::v1::Policy& policy = QuietPolicy()) {
  auto scenario = GivenEscalation();
  scenario.With(Organizations())
      .At("2021-07-01")
      .Event(Petitioner(), absl::StrCat(R"(case_registered { title: "No gas" category: "gas-supply" policy_version: 1
                                             site { site_id: "building-19" name: "Building 19" } policy { )",
                                        policy.ShortDebugString(), " } }"));
  return scenario;
}

inline auto GivenInHandling(const std::string& handler = "lanzhou-petition-office",
                            const registry::v1::Policy& policy = QuietPolicy()) {
  auto scenario = GivenRegistered(policy);
  scenario
      .Event(Organization("lanzhou"), absl::StrCat("handler_assigned { handler { organization_id: '", handler, "' } }"))
      .Event(Organization(handler), absl::StrCat("case_accepted { accepted_by { organization_id: '", handler, "' } }"));
  return scenario;
}

// The same with every rule on and everything that DOMAIN's table lets escalate.
inline auto GivenLookedAt(const std::string& handler = "lanzhou-petition-office") {
  return GivenInHandling(handler, testing::DefaultPolicy());
}

// What may come over a case at any time; each one decision.
inline const char* const kCaseClosed = R"(case_closed { closed_by { organization_id: "lanzhou" } why: "gas is lit" })";
inline const char* const kCaseMerged = R"(merge_completed { target_case_id: "case-2" })";

// A document with a digest of 32 bytes.
inline const char* const kDocument =
    R"({ sha256: "01234567890123456789012345678901" size_bytes: 9 media_type: "image/png" title: "a photograph"
        location: "archive 7" })";

}  // namespace whistle::escalation

#endif  // WHISTLE_SERVICES_ESCALATION_GIVEN_H_
