// The coordination service's model: whistles, joint meetings, commitments, the one list. Pure; any thread may call.
//
// Read in this order: State, Decide, Evolve, Obligations, Indexes, Footprints, Agenda.
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
// deadlines.cc. The agenda's: the item's date is near or has passed.
domain::Outcome DecideDate(const State& state, const common::v1::AgendaItem& item, const domain::Context& context);

// --- Evolve: folds one event of any service. Total.
void Evolve(State& state, const journal::v1::Event& event, const domain::EventRef& ref);

// --- Obligations: each department called until it has reported in (rule "whistle", CallSubject), each commitment until
// it is kept (rule "commitment", its id), overdue or not. They rest while the case is closed, declined or merged.
std::vector<common::v1::Obligation> Obligations(const State& state, const std::string& case_id);

// "<whistle id>/<department id>": one obligation for each department called.
std::string CallSubject(const std::string& whistle_id, const std::string& department_id);
struct CallId {
  std::string whistle_id;
  std::string department_id;
};
// The way back.
CallId ParseCallSubject(const std::string& subject);

// --- Indexes, while the case is in this state:
//   open_commitment | organization | case | commitment      open_item | grassroots organization | case | item
//   and the due keys of its obligations (libs/domain/obligation.h)
std::vector<std::string> Indexes(const State& state, const std::string& case_id);

// --- Footprints, for ever (see libs/domain/entry_keys.h), each by case and by every organization that has to do with
// it:
//   whistle_of_case | case | id       whistle_of | organization | case | id
//   and so for meeting, commitment, item; and the keys of what happened to each, and of corrections
std::vector<std::string> Footprints(const State& state, const journal::v1::Event& event, const domain::EventRef& ref);

// --- Agenda: the dates of the obligations and their warnings; nothing else.
std::vector<common::v1::AgendaItem> Agenda(const State& state, const std::string& case_id);

domain::Model MakeModel();

}  // namespace whistle::coordination

#endif  // WHISTLE_SERVICES_COORDINATION_MODEL_H_
