// The response service's model: what departments are asked and what they answer. Pure; any thread may call.
//
// Read in this order: State, Decide, Evolve, Indexes, Footprints, Agenda.
#ifndef WHISTLE_SERVICES_RESPONSE_MODEL_H_
#define WHISTLE_SERVICES_RESPONSE_MODEL_H_

#include <string>
#include <vector>

#include "libs/domain/context.h"
#include "libs/domain/model.h"
#include "libs/domain/outcome.h"
#include "whistle/common/v1/agenda.pb.h"
#include "whistle/response/v1/service.pb.h"
#include "whistle/response/v1/state.pb.h"

namespace whistle::response {

// --- State: one case. Bounded by limits.h.
using State = v1::ResponseState;

// --- Decide: each command's rules; service.proto says who may give it.

// assignments.cc
domain::Outcome Decide(const State& state, const v1::AskForResponseRequest& request, const domain::Context& context);
domain::Outcome Decide(const State& state, const v1::ReturnAssignmentRequest& request, const domain::Context& context);
domain::Outcome Decide(const State& state, const v1::GrantExtensionRequest& request, const domain::Context& context);
// submit.cc
domain::Outcome Decide(const State& state, const v1::SubmitResponseRequest& request, const domain::Context& context);
// conditions.cc
domain::Outcome Decide(const State& state, const v1::MarkConditionMetRequest& request, const domain::Context& context);
domain::Outcome Decide(const State& state, const v1::WaiveConditionRequest& request, const domain::Context& context);
// deadlines.cc: the agenda's own, when a date is near or has passed
domain::Outcome DecideDate(const State& state, const common::v1::AgendaItem& item, const domain::Context& context);
// corrections.cc
domain::Outcome Decide(const State& state, const v1::CorrectEntryRequest& request, const domain::Context& context);

// --- Evolve: folds one event of any service. Total.
void Evolve(State& state, const journal::v1::Event& event, const domain::EventRef& ref);

// --- Obligations (deadlines.cc): the answer to each open assignment, overdue or not; and until that time has passed,
// its return. They rest while the case is closed, declined or merged: nobody waits then, and on reopening the old dates
// hold.
std::vector<common::v1::Obligation> Obligations(const State& state, const std::string& case_id);

// --- Indexes, while the case is in this state, beside those of what is due (libs/domain/obligation.h):
//   open_assignment | organization | case | assignment      open_condition | organization | case | condition
std::vector<std::string> Indexes(const State& state, const std::string& case_id);

// --- Footprints, for ever (see libs/domain/entry_keys.h):
//   assignment_of_case | case | id       assignment_of | organization | case | id
//   response_of_case | case | id         response_of | organization | case | id
//   condition_of_case | case | id        condition_of | organization | case | id
//   and the keys of what happened to each assignment and condition, and of corrections
std::vector<std::string> Footprints(const State& state, const journal::v1::Event& event, const domain::EventRef& ref);

// --- Agenda: the dates of the obligations, and when they are near.
std::vector<common::v1::AgendaItem> Agenda(const State& state, const std::string& case_id);

domain::Model MakeModel();

}  // namespace whistle::response

#endif  // WHISTLE_SERVICES_RESPONSE_MODEL_H_
