// The beginning of most of this service's scenarios. Tests only.
#ifndef WHISTLE_SERVICES_RESPONSE_RESPONSE_TESTING_H_
#define WHISTLE_SERVICES_RESPONSE_RESPONSE_TESTING_H_

#include <string>

#include "absl/strings/str_cat.h"
#include "libs/testing/scenario.h"
#include "services/response/model.h"

namespace whistle::response {

inline auto GivenResponse() {
  return testing::Given<State>(MakeModel(), [](const auto&... a) { return Decide(a...); });
}

// Versions 1 to 3, on 2021-07-01: a case in handling, handled by Lanzhou city: over the housing bureau it has
// authority, over the gas company none. The first command makes version 4.
inline auto GivenCaseUnder(const registry::v1::Policy& policy) {
  const auto city = testing::Organization("lanzhou");
  auto scenario = GivenResponse();
  scenario.At("2021-07-01")
      .Event(testing::Petitioner(), absl::StrCat("case_registered { title: 'No gas' policy_version: 1 policy {",
                                                 policy.ShortDebugString(), "} }"))
      .Event(city, "case_accepted { accepted_by { organization_id: 'lanzhou' } }")
      .Event(city, "handler_assigned { handler { organization_id: 'lanzhou' } }");
  return scenario;
}

// Under the test policy: answers 5 days, returns 1 day, 3 extensions of 3 days.
inline auto GivenCase() { return GivenCaseUnder(testing::DefaultPolicy()); }

inline auto GasCompany() { return testing::Organization("gas-company"); }
inline auto Bureau() { return testing::Organization("chengguan-housing-bureau"); }
inline auto Handler() { return testing::Organization("lanzhou"); }

inline auto Ask(const std::string& department_id, const std::string& question = "Why is there no gas?") {
  return testing::Request<v1::AskForResponseRequest>(
      absl::StrCat("department_id: '", department_id, "' question: '", question, "'"));
}
// Version 4, event 4.1: the gas company is asked on 2021-07-01, to return it by the end of 2021-07-02 or to answer by
// the end of 2021-07-06; the warning comes on 2021-07-05T04:48.
inline auto GivenAssignment() {
  auto scenario = GivenCase();
  scenario.Command(Handler(), Ask("gas-company"));
  return scenario;
}

inline auto Answer(const std::string& text) { return testing::Request<v1::SubmitResponseRequest>(text); }

// A piece of evidence in text format.
inline std::string Evidence() {
  return absl::StrCat("evidence { sha256: '", std::string(32, 'e'),
                      "' size_bytes: 9 media_type: 'application/pdf' title: 'Register' location: 'vault:1' }");
}

}  // namespace whistle::response

#endif  // WHISTLE_SERVICES_RESPONSE_RESPONSE_TESTING_H_
