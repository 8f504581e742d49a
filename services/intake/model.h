// The citizen's side of a case: State, Decide, Evolve, Obligations, Indexes, Footprints, Agenda, in this order.
//
// Everything is pure; any thread may call. One .cc for each group of decisions.
#ifndef WHISTLE_SERVICES_INTAKE_MODEL_H_
#define WHISTLE_SERVICES_INTAKE_MODEL_H_

#include <optional>
#include <string>
#include <vector>

#include "libs/domain/context.h"
#include "libs/domain/model.h"
#include "libs/domain/outcome.h"
#include "whistle/intake/v1/service.pb.h"
#include "whistle/intake/v1/state.pb.h"

namespace whistle::intake {

// --- State

using State = v1::IntakeState;

// --- Decide: who may and when is said at each rpc in service.proto

// registration.cc
domain::Outcome Decide(const State& state, const v1::RegisterCaseRequest& request, const domain::Context& context);
domain::Outcome Decide(const State& state, const v1::RebindPolicyRequest& request, const domain::Context& context);
// contacts.cc
domain::Outcome Decide(const State& state, const v1::RecordContactRequest& request, const domain::Context& context);
domain::Outcome Decide(const State& state, const v1::JoinPetitionerRequest& request, const domain::Context& context);
domain::Outcome Decide(const State& state, const v1::AttachEvidenceRequest& request, const domain::Context& context);
// handling.cc
domain::Outcome Decide(const State& state, const v1::AcceptCaseRequest& request, const domain::Context& context);
domain::Outcome Decide(const State& state, const v1::DeclineCaseRequest& request, const domain::Context& context);
domain::Outcome Decide(const State& state, const v1::AssignHandlerRequest& request, const domain::Context& context);
domain::Outcome Decide(const State& state, const v1::ExtendHandlingRequest& request, const domain::Context& context);
// closing.cc
domain::Outcome Decide(const State& state, const v1::CloseCaseRequest& request, const domain::Context& context);
domain::Outcome Decide(const State& state, const v1::ReopenCaseRequest& request, const domain::Context& context);
// merge.cc
domain::Outcome Decide(const State& state, const v1::LinkCasesRequest& request, const domain::Context& context);
domain::Outcome Decide(const State& state, const v1::ProposeMergeRequest& request, const domain::Context& context);
domain::Outcome Decide(const State& state, const v1::UnmergeCaseRequest& request, const domain::Context& context);
// resolution.cc
domain::Outcome Decide(const State& state, const v1::ConfirmResolutionRequest& request, const domain::Context& context);
domain::Outcome Decide(const State& state, const v1::DisputeResolutionRequest& request, const domain::Context& context);
// review.cc
domain::Outcome Decide(const State& state, const v1::RequestReviewRequest& request, const domain::Context& context);
domain::Outcome Decide(const State& state, const v1::RequestReReviewRequest& request, const domain::Context& context);
domain::Outcome Decide(const State& state, const v1::DecideReviewRequest& request, const domain::Context& context);
// correction.cc
domain::Outcome Decide(const State& state, const v1::CorrectEntryRequest& request, const domain::Context& context);

// --- Evolve (evolve.cc)

void Evolve(State& state, const journal::v1::Event& event, const domain::EventRef& ref);

// --- Obligations (deadlines.cc)

// The decision on acceptance from registration on, the handling from acceptance on, and each open review.
std::vector<common::v1::Obligation> Obligations(const State& state, const std::string& case_id);

// --- Indexes and Footprints (indexes.cc)

std::vector<std::string> Indexes(const State& state, const std::string& case_id);
std::vector<std::string> Footprints(const journal::v1::Event& event, const domain::EventRef& ref);

// The first part of each key.
inline constexpr char kCaseIndex[] = "case";
inline constexpr char kStatusIndex[] = "status";
inline constexpr char kHandlerIndex[] = "handler";
inline constexpr char kSiteIndex[] = "site";
inline constexpr char kCategoryIndex[] = "category";
inline constexpr char kLinkedIndex[] = "linked";
// Footprints: an organization that an event of any service names; a case's contacts and evidence by their event's
// place.
inline constexpr char kOrganizationIndex[] = "organization";
inline constexpr char kContactIndex[] = "contact";
inline constexpr char kEvidenceIndex[] = "evidence";

// The key part of an event's place: sorts as the events lie. "00000000000000000007.0001".
std::string PlaceOf(const domain::EventRef& ref);
// The event id in such a part; nothing if it is not one.
std::optional<domain::EventIdParts> ParsePlace(const std::string& place);

// --- Agenda (agenda.cc)

std::vector<common::v1::AgendaItem> Agenda(const State& state, const std::string& case_id);
// A date: one step, on its own case (deadlines.cc). MERGE_PROPOSAL: step 0 asks the target, step 1 completes or
// withdraws. UNMERGE_NOTICE: step 0 tells the target, step 1 records that it was told.
std::optional<domain::AgendaStep> NextStep(const common::v1::AgendaItem& item, int step, const State* answered);

domain::Model MakeModel();

}  // namespace whistle::intake

#endif  // WHISTLE_SERVICES_INTAKE_MODEL_H_
