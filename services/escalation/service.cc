#include "services/escalation/service.h"

#include "services/escalation/queries.h"

namespace whistle::escalation {

using grpc::CallbackServerContext;
using grpc::ServerUnaryReactor;

namespace {

// A query whose answer says how long something goes on: by this process's clock.
template <typename Request, typename Response, typename AnswerQuery>
ServerUnaryReactor* AskWithClock(host::Desk<Decider>& desk, CallbackServerContext* context, const Request* request,
                                 Response* response, AnswerQuery answer) {
  return desk.Query(
      context, request, response,
      [&service = desk.service(), answer](const projection::Reader& reader, const Request& r, Response& reply) {
        return answer(reader, service.clock().Now(), r, reply);
      });
}

}  // namespace

// Both stand here so that gRPC's handlers, a template for each RPC, are compiled here and nowhere else.
EscalationService::EscalationService(host::Desk<Decider> desk) : desk_(desk) {}
EscalationService::~EscalationService() = default;

ServerUnaryReactor* EscalationService::AnswerFinding(CallbackServerContext* context,
                                                     const v1::AnswerFindingRequest* request,
                                                     v1::AnswerFindingResponse* response) {
  return desk_.Command(context, request, response);
}

ServerUnaryReactor* EscalationService::RaiseEscalation(CallbackServerContext* context,
                                                       const v1::RaiseEscalationRequest* request,
                                                       v1::RaiseEscalationResponse* response) {
  return desk_.Command(context, request, response);
}

ServerUnaryReactor* EscalationService::AddEscalationEvidence(CallbackServerContext* context,
                                                             const v1::AddEscalationEvidenceRequest* request,
                                                             v1::AddEscalationEvidenceResponse* response) {
  return desk_.Command(context, request, response);
}

ServerUnaryReactor* EscalationService::DeclineEscalation(CallbackServerContext* context,
                                                         const v1::DeclineEscalationRequest* request,
                                                         v1::DeclineEscalationResponse* response) {
  return desk_.Command(context, request, response);
}

ServerUnaryReactor* EscalationService::UpgradeHandling(CallbackServerContext* context,
                                                       const v1::UpgradeHandlingRequest* request,
                                                       v1::UpgradeHandlingResponse* response) {
  return desk_.Command(context, request, response);
}

ServerUnaryReactor* EscalationService::CompleteHandling(CallbackServerContext* context,
                                                        const v1::CompleteHandlingRequest* request,
                                                        v1::CompleteHandlingResponse* response) {
  return desk_.Command(context, request, response);
}

ServerUnaryReactor* EscalationService::IssueSuggestion(CallbackServerContext* context,
                                                       const v1::IssueSuggestionRequest* request,
                                                       v1::IssueSuggestionResponse* response) {
  return desk_.Command(context, request, response);
}

ServerUnaryReactor* EscalationService::ReportRectification(CallbackServerContext* context,
                                                           const v1::ReportRectificationRequest* request,
                                                           v1::ReportRectificationResponse* response) {
  return desk_.Command(context, request, response);
}

ServerUnaryReactor* EscalationService::AcceptRectification(CallbackServerContext* context,
                                                           const v1::AcceptRectificationRequest* request,
                                                           v1::AcceptRectificationResponse* response) {
  return desk_.Command(context, request, response);
}

ServerUnaryReactor* EscalationService::RejectRectification(CallbackServerContext* context,
                                                           const v1::RejectRectificationRequest* request,
                                                           v1::RejectRectificationResponse* response) {
  return desk_.Command(context, request, response);
}

ServerUnaryReactor* EscalationService::ReferForAccountability(CallbackServerContext* context,
                                                              const v1::ReferForAccountabilityRequest* request,
                                                              v1::ReferForAccountabilityResponse* response) {
  return desk_.Command(context, request, response);
}

ServerUnaryReactor* EscalationService::OpenAccountability(CallbackServerContext* context,
                                                          const v1::OpenAccountabilityRequest* request,
                                                          v1::OpenAccountabilityResponse* response) {
  return desk_.Command(context, request, response);
}

ServerUnaryReactor* EscalationService::RecordAccountabilityFinding(
    CallbackServerContext* context, const v1::RecordAccountabilityFindingRequest* request,
    v1::RecordAccountabilityFindingResponse* response) {
  return desk_.Command(context, request, response);
}

ServerUnaryReactor* EscalationService::CloseAccountability(CallbackServerContext* context,
                                                           const v1::CloseAccountabilityRequest* request,
                                                           v1::CloseAccountabilityResponse* response) {
  return desk_.Command(context, request, response);
}

ServerUnaryReactor* EscalationService::IdentifyHazard(CallbackServerContext* context,
                                                      const v1::IdentifyHazardRequest* request,
                                                      v1::IdentifyHazardResponse* response) {
  return desk_.Command(context, request, response);
}

ServerUnaryReactor* EscalationService::ReportHazard(CallbackServerContext* context,
                                                    const v1::ReportHazardRequest* request,
                                                    v1::ReportHazardResponse* response) {
  return desk_.Command(context, request, response);
}

ServerUnaryReactor* EscalationService::AssessHazard(CallbackServerContext* context,
                                                    const v1::AssessHazardRequest* request,
                                                    v1::AssessHazardResponse* response) {
  return desk_.Command(context, request, response);
}

ServerUnaryReactor* EscalationService::WarnHazard(CallbackServerContext* context, const v1::WarnHazardRequest* request,
                                                  v1::WarnHazardResponse* response) {
  return desk_.Command(context, request, response);
}

ServerUnaryReactor* EscalationService::CancelHazard(CallbackServerContext* context,
                                                    const v1::CancelHazardRequest* request,
                                                    v1::CancelHazardResponse* response) {
  return desk_.Command(context, request, response);
}

ServerUnaryReactor* EscalationService::CorrectEntry(CallbackServerContext* context,
                                                    const v1::CorrectEntryRequest* request,
                                                    v1::CorrectEntryResponse* response) {
  return desk_.Command(context, request, response);
}

ServerUnaryReactor* EscalationService::GetEscalationCase(CallbackServerContext* context,
                                                         const v1::GetEscalationCaseRequest* request,
                                                         v1::GetEscalationCaseResponse* response) {
  return desk_.Query(context, request, response, &escalation::GetEscalationCase);
}

ServerUnaryReactor* EscalationService::ListEscalations(CallbackServerContext* context,
                                                       const v1::ListEscalationsRequest* request,
                                                       v1::ListEscalationsResponse* response) {
  return desk_.Query(context, request, response, &escalation::ListEscalations);
}

ServerUnaryReactor* EscalationService::ListFindings(CallbackServerContext* context,
                                                    const v1::ListFindingsRequest* request,
                                                    v1::ListFindingsResponse* response) {
  return desk_.Query(context, request, response, &escalation::ListFindings);
}

ServerUnaryReactor* EscalationService::ListSuggestionLetters(CallbackServerContext* context,
                                                             const v1::ListSuggestionLettersRequest* request,
                                                             v1::ListSuggestionLettersResponse* response) {
  return desk_.Query(context, request, response, &escalation::ListSuggestionLetters);
}

ServerUnaryReactor* EscalationService::ListAccountabilityFiles(CallbackServerContext* context,
                                                               const v1::ListAccountabilityFilesRequest* request,
                                                               v1::ListAccountabilityFilesResponse* response) {
  return desk_.Query(context, request, response, &escalation::ListAccountabilityFiles);
}

ServerUnaryReactor* EscalationService::ListHazards(CallbackServerContext* context,
                                                   const v1::ListHazardsRequest* request,
                                                   v1::ListHazardsResponse* response) {
  return desk_.Query(context, request, response, &escalation::ListHazards);
}

ServerUnaryReactor* EscalationService::GetScores(CallbackServerContext* context, const v1::GetScoresRequest* request,
                                                 v1::GetScoresResponse* response) {
  return AskWithClock(desk_, context, request, response, &escalation::GetScores);
}

ServerUnaryReactor* EscalationService::ListScoreCases(CallbackServerContext* context,
                                                      const v1::ListScoreCasesRequest* request,
                                                      v1::ListScoreCasesResponse* response) {
  return AskWithClock(desk_, context, request, response, &escalation::ListScoreCases);
}

}  // namespace whistle::escalation
