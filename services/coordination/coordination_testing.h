// The beginning of most of this service's scenarios. Tests only.
#ifndef WHISTLE_SERVICES_COORDINATION_COORDINATION_TESTING_H_
#define WHISTLE_SERVICES_COORDINATION_COORDINATION_TESTING_H_

#include <string>

#include "absl/strings/str_cat.h"
#include "libs/testing/scenario.h"
#include "services/coordination/model.h"

namespace whistle::coordination {

inline auto GivenCoordination() {
  return testing::Given<State>(MakeModel(), [](const auto&... a) { return Decide(a...); });
}

// Versions 1 to 3, on 2021-07-01: a case in handling under this policy, handled by Lanzhou city. The first command
// makes version 4.
inline auto GivenCaseUnder(const registry::v1::Policy& policy) {
  const auto city = testing::Organization("lanzhou");
  auto scenario = GivenCoordination();
  scenario.At("2021-07-01")
      .Event(testing::Petitioner(), absl::StrCat("case_registered { title: 'No gas' policy_version: 1 policy {",
                                                 policy.ShortDebugString(), "} }"))
      .Event(city, "case_accepted { accepted_by { organization_id: 'lanzhou' } }")
      .Event(city, "handler_assigned { handler { organization_id: 'lanzhou' } }");
  return scenario;
}

// Under the test policy: whistles 2 hours, 1 day, 3 days.
inline auto GivenCase() { return GivenCaseUnder(testing::DefaultPolicy()); }

inline auto Community() { return testing::Organization("station-community"); }
inline auto Street() { return testing::Organization("railway-station-street"); }
inline auto GasCompany() { return testing::Organization("gas-company"); }
inline auto Broadcast() { return testing::Organization("broadcast-company"); }
inline auto Handler() { return testing::Organization("lanzhou"); }

// One field of an entry, put right.
inline auto Correct(const std::string& event_id, const std::string& path, const std::string& value) {
  return testing::Request<v1::CorrectEntryRequest>(absl::StrCat("event_id: '", event_id, "' why: 'Entered wrongly' ",
                                                                "corrections { path: '", path, "' value_json: '\"",
                                                                value, "\"' }"));
}

// A piece of evidence in text format.
inline std::string Evidence() {
  return absl::StrCat("evidence { sha256: '", std::string(32, 'e'),
                      "' size_bytes: 9 media_type: 'image/jpeg' title: 'The well' location: 'vault:1' }");
}

}  // namespace whistle::coordination

#endif  // WHISTLE_SERVICES_COORDINATION_COORDINATION_TESTING_H_
