// The coordination service's model: whistles, joint meetings, commitments, the one list. Pure; any thread may call.
//
// Read in this order: State, Decide, Evolve, Indexes, Footprints, Agenda.
#ifndef WHISTLE_SERVICES_COORDINATION_MODEL_H_
#define WHISTLE_SERVICES_COORDINATION_MODEL_H_

#include <string>
#include <vector>

#include "libs/domain/context.h"
#include "libs/domain/model.h"
#include "libs/domain/outcome.h"
#include "whistle/common/v1/agenda.pb.h"
#include "whistle/coordination/v1/service.pb.h"
#include "whistle/coordination/v1/state.pb.h"

namespace whistle::coordination {

// --- State: one case. Bounded by limits.h.
using State = v1::CoordinationState;

// --- Decide: each command's rules; service.proto says who may give it.

// whistles.cc
domain::Outcome Decide(const State& state, const v1::BlowWhistleRequest& request, const domain::Context& context);
domain::Outcome Decide(const State& state, const v1::ReportInRequest& request, const domain::Context& context);
// The agenda's: the date of this call (see CallSubject) has passed.
domain::Outcome DecideUnanswered(const State& state, const std::string& subject, const domain::Context& context);
// meetings.cc
domain::Outcome Decide(const State& state, const v1::ConveneMeetingRequest& request, const domain::Context& context);
domain::Outcome Decide(const State& state, const v1::HoldMeetingRequest& request, const domain::Context& context);
// commitments.cc
domain::Outcome Decide(const State& state, const v1::MakeCommitmentRequest& request, const domain::Context& context);
domain::Outcome Decide(const State& state, const v1::KeepCommitmentRequest& request, const domain::Context& context);
domain::Outcome Decide(const State& state, const v1::BreakCommitmentRequest& request, const domain::Context& context);
// items.cc
domain::Outcome Decide(const State& state, const v1::ListItemRequest& request, const domain::Context& context);
domain::Outcome Decide(const State& state, const v1::ClearItemRequest& request, const domain::Context& context);
// corrections.cc
domain::Outcome Decide(const State& state, const v1::CorrectEntryRequest& request, const domain::Context& context);

// --- Evolve: folds one event of any service. Total.
void Evolve(State& state, const journal::v1::Event& event, const domain::EventRef& ref);

// --- Indexes, while the case is in this state:
//   open_commitment | organization | case | commitment      open_item | grassroots organization | case | item
std::vector<std::string> Indexes(const State& state, const std::string& case_id);

// --- Footprints, for ever (see libs/domain/entry_keys.h), each by case and by every organization that has to do with
// it:
//   whistle_of_case | case | id       whistle_of | organization | case | id
//   and so for meeting, commitment, item; and the keys of what happened to each, and of corrections
std::vector<std::string> Footprints(const State& state, const journal::v1::Event& event, const domain::EventRef& ref);

// --- Agenda: WHISTLE_UNANSWERED for each called department that has not reported in and whose date has not fired,
// while the case is open. It rests while the case is closed, declined or merged, as the response service's does.
std::vector<common::v1::AgendaItem> Agenda(const State& state, const std::string& case_id);

// "<whistle id>/<department id>": one item of the agenda for each department called.
std::string CallSubject(const std::string& whistle_id, const std::string& department_id);

domain::Model MakeModel();

}  // namespace whistle::coordination

#endif  // WHISTLE_SERVICES_COORDINATION_MODEL_H_
