// What intake's tests share: a scenario of intake's own, and the commands that most stories begin with.
#ifndef WHISTLE_SERVICES_INTAKE_SCENARIO_H_
#define WHISTLE_SERVICES_INTAKE_SCENARIO_H_

#include "libs/testing/scenario.h"
#include "services/intake/model.h"

namespace whistle::intake {

inline auto GivenIntake() {
  return testing::Given<State>(MakeModel(), [](const auto&... a) { return Decide(a...); });
}

inline v1::RegisterCaseRequest Register() {
  return testing::Request<v1::RegisterCaseRequest>(R"(
      title: "No gas in Building 19" demand: "Connect the building to the gas network." category: "gas-supply"
      site { site_id: "building-19" name: "Building 19, Railway Station East Road" })");
}

inline v1::AssignHandlerRequest Assign(const std::string& handler_id) {
  v1::AssignHandlerRequest request;
  request.set_handler_id(handler_id);
  return request;
}

// A case of 2021-07-01 in each of its states, on the scenario's present case. The handler is Lanzhou's petition office.
inline auto GivenRegistered() {
  auto scenario = GivenIntake();
  scenario.At("2021-07-01").Command(testing::Petitioner(), Register());
  return scenario;
}
template <typename S>
void Accept(S& scenario) {
  scenario.Command(testing::Organization("lanzhou"), Assign("lanzhou-petition-office"))
      .Command(testing::Organization("lanzhou-petition-office"), v1::AcceptCaseRequest());
}
// Versions: 1 registered, 2 handler assigned, 3 accepted.
inline auto GivenAccepted() {
  auto scenario = GivenRegistered();
  Accept(scenario);
  return scenario;
}
// Version 4 closes it.
inline auto GivenClosed() {
  auto scenario = GivenAccepted();
  scenario.At("2021-07-10")
      .Command(testing::Organization("lanzhou-petition-office"),
               testing::Request<v1::CloseCaseRequest>("why: \"lit\""));
  return scenario;
}
// Version 2 declines it.
inline auto GivenDeclined() {
  auto scenario = GivenRegistered();
  scenario.At("2021-07-05")
      .Command(testing::Organization("chengguan-housing-bureau"),
               testing::Request<v1::DeclineCaseRequest>(
                   R"(why: "not ours" grounds { document: "Regulations on Petition Work" clause: "22" })"));
  return scenario;
}
// On case-2, registered and open, and case-1 in it: on case-1 version 2 proposes, 3 completes; on case-2 2 accepts.
inline auto GivenMerged() {
  auto scenario = GivenRegistered();
  scenario.OnCase("case-2").Command(testing::Petitioner(), Register());
  scenario.OnCase("case-1")
      .Command(testing::Organization("lanzhou"),
               testing::Request<v1::ProposeMergeRequest>(R"(target_case_id: "case-2" why: "the same building")"))
      .WhenTheAgendaRuns();
  return scenario;
}
// Version 4: the gas company claims that it is resolved.
inline auto GivenClaimed() {
  auto scenario = GivenAccepted();
  scenario.At("2021-07-08").Event(testing::Organization("gas-company"), R"(response_submitted {
      department { organization_id: "gas-company" } stance: STANCE_CLAIMS_RESOLVED text: "Gas is lit." })");
  return scenario;
}

}  // namespace whistle::intake

#endif  // WHISTLE_SERVICES_INTAKE_SCENARIO_H_
