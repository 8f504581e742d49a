// The escalation service's model: what persons do about a case that does not move.
//
// State (proto/whistle/escalation/v1/state.proto), Decide, Evolve, Indexes, Footprints, Agenda, in this order. All are
// pure functions; any thread may call them. Before each Decide the command's context was checked
// (domain::CheckCommandContext). Who may give which command is said in service.proto.
#ifndef WHISTLE_SERVICES_ESCALATION_MODEL_H_
#define WHISTLE_SERVICES_ESCALATION_MODEL_H_

#include <string>
#include <vector>

#include "libs/domain/context.h"
#include "libs/domain/model.h"
#include "libs/domain/outcome.h"
#include "whistle/escalation/v1/service.pb.h"
#include "whistle/escalation/v1/state.pb.h"

namespace whistle::escalation {

using State = v1::EscalationState;

// findings.cc
domain::Outcome Decide(const State& state, const v1::AnswerFindingRequest& request, const domain::Context& context);

// escalations.cc
domain::Outcome Decide(const State& state, const v1::RaiseEscalationRequest& request, const domain::Context& context);
domain::Outcome Decide(const State& state, const v1::AddEscalationEvidenceRequest& request,
                       const domain::Context& context);
domain::Outcome Decide(const State& state, const v1::DeclineEscalationRequest& request, const domain::Context& context);

// handling.cc
domain::Outcome Decide(const State& state, const v1::UpgradeHandlingRequest& request, const domain::Context& context);
domain::Outcome Decide(const State& state, const v1::CompleteHandlingRequest& request, const domain::Context& context);

// letters.cc
domain::Outcome Decide(const State& state, const v1::IssueSuggestionRequest& request, const domain::Context& context);
domain::Outcome Decide(const State& state, const v1::ReportRectificationRequest& request,
                       const domain::Context& context);
domain::Outcome Decide(const State& state, const v1::AcceptRectificationRequest& request,
                       const domain::Context& context);
domain::Outcome Decide(const State& state, const v1::RejectRectificationRequest& request,
                       const domain::Context& context);

// accountability.cc
domain::Outcome Decide(const State& state, const v1::ReferForAccountabilityRequest& request,
                       const domain::Context& context);
domain::Outcome Decide(const State& state, const v1::OpenAccountabilityRequest& request,
                       const domain::Context& context);
domain::Outcome Decide(const State& state, const v1::RecordAccountabilityFindingRequest& request,
                       const domain::Context& context);
domain::Outcome Decide(const State& state, const v1::CloseAccountabilityRequest& request,
                       const domain::Context& context);

// hazards.cc
domain::Outcome Decide(const State& state, const v1::IdentifyHazardRequest& request, const domain::Context& context);
domain::Outcome Decide(const State& state, const v1::ReportHazardRequest& request, const domain::Context& context);
domain::Outcome Decide(const State& state, const v1::AssessHazardRequest& request, const domain::Context& context);
domain::Outcome Decide(const State& state, const v1::WarnHazardRequest& request, const domain::Context& context);
domain::Outcome Decide(const State& state, const v1::CancelHazardRequest& request, const domain::Context& context);

// corrections.cc
domain::Outcome Decide(const State& state, const v1::CorrectEntryRequest& request, const domain::Context& context);

// evolve.cc: total, never refuses; folds the events of all four services.
void Evolve(State& state, const journal::v1::Event& event, const domain::EventRef& ref);

// indexes.cc: where a case is found (keys.h says under which keys).
std::vector<std::string> Indexes(const State& state, const std::string& case_id);
std::vector<std::string> Footprints(const State& state, const journal::v1::Event& event, const domain::EventRef& ref);

// deadlines.cc: the open escalation is to be answered, the upgraded handling completed (both rest while the case is
// closed, declined or merged), each letter followed, whatever becomes of the case, and a case in handling accepted by
// somebody.
std::vector<common::v1::Obligation> Obligations(const State& state, const std::string& case_id);
// deadlines.cc: the agenda's own, when a date is near or has passed.
domain::Outcome DecideDate(const State& state, const common::v1::AgendaItem& item, const domain::Context& context);

// The dates of the obligations and when they are near; what the service looks for and finds (looking.h).
std::vector<common::v1::AgendaItem> Agenda(const State& state, const std::string& case_id);

domain::Model MakeModel();

}  // namespace whistle::escalation

#endif  // WHISTLE_SERVICES_ESCALATION_MODEL_H_
