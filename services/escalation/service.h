// The gRPC adapter: translates and nothing else. Commands go to the engine, queries to the projection
// (libs/host/desk.h).
//
// Owned by main; the desk's service and runner outlive the gRPC server it is given to. Any thread.
#ifndef WHISTLE_SERVICES_ESCALATION_SERVICE_H_
#define WHISTLE_SERVICES_ESCALATION_SERVICE_H_

#include "libs/host/desk.h"
#include "services/escalation/model.h"
#include "whistle/escalation/v1/service.grpc.pb.h"

namespace whistle::escalation {

// Finds the overload for each request.
struct Decider {
  using State = v1::EscalationState;
  template <typename Request>
  static domain::Outcome Decide(const State& state, const Request& request, const domain::Context& context) {
    return escalation::Decide(state, request, context);
  }
};

class EscalationService final : public v1::EscalationService::CallbackService {
 public:
  explicit EscalationService(host::Desk<Decider> desk);
  ~EscalationService() override;

  grpc::ServerUnaryReactor* AnswerFinding(grpc::CallbackServerContext* context, const v1::AnswerFindingRequest* request,
                                          v1::AnswerFindingResponse* response) override;
  grpc::ServerUnaryReactor* RaiseEscalation(grpc::CallbackServerContext* context,
                                            const v1::RaiseEscalationRequest* request,
                                            v1::RaiseEscalationResponse* response) override;
  grpc::ServerUnaryReactor* AddEscalationEvidence(grpc::CallbackServerContext* context,
                                                  const v1::AddEscalationEvidenceRequest* request,
                                                  v1::AddEscalationEvidenceResponse* response) override;
  grpc::ServerUnaryReactor* DeclineEscalation(grpc::CallbackServerContext* context,
                                              const v1::DeclineEscalationRequest* request,
                                              v1::DeclineEscalationResponse* response) override;
  grpc::ServerUnaryReactor* UpgradeHandling(grpc::CallbackServerContext* context,
                                            const v1::UpgradeHandlingRequest* request,
                                            v1::UpgradeHandlingResponse* response) override;
  grpc::ServerUnaryReactor* CompleteHandling(grpc::CallbackServerContext* context,
                                             const v1::CompleteHandlingRequest* request,
                                             v1::CompleteHandlingResponse* response) override;
  grpc::ServerUnaryReactor* IssueSuggestion(grpc::CallbackServerContext* context,
                                            const v1::IssueSuggestionRequest* request,
                                            v1::IssueSuggestionResponse* response) override;
  grpc::ServerUnaryReactor* ReportRectification(grpc::CallbackServerContext* context,
                                                const v1::ReportRectificationRequest* request,
                                                v1::ReportRectificationResponse* response) override;
  grpc::ServerUnaryReactor* AcceptRectification(grpc::CallbackServerContext* context,
                                                const v1::AcceptRectificationRequest* request,
                                                v1::AcceptRectificationResponse* response) override;
  grpc::ServerUnaryReactor* RejectRectification(grpc::CallbackServerContext* context,
                                                const v1::RejectRectificationRequest* request,
                                                v1::RejectRectificationResponse* response) override;
  grpc::ServerUnaryReactor* ReferForAccountability(grpc::CallbackServerContext* context,
                                                   const v1::ReferForAccountabilityRequest* request,
                                                   v1::ReferForAccountabilityResponse* response) override;
  grpc::ServerUnaryReactor* OpenAccountability(grpc::CallbackServerContext* context,
                                               const v1::OpenAccountabilityRequest* request,
                                               v1::OpenAccountabilityResponse* response) override;
  grpc::ServerUnaryReactor* RecordAccountabilityFinding(grpc::CallbackServerContext* context,
                                                        const v1::RecordAccountabilityFindingRequest* request,
                                                        v1::RecordAccountabilityFindingResponse* response) override;
  grpc::ServerUnaryReactor* CloseAccountability(grpc::CallbackServerContext* context,
                                                const v1::CloseAccountabilityRequest* request,
                                                v1::CloseAccountabilityResponse* response) override;
  grpc::ServerUnaryReactor* IdentifyHazard(grpc::CallbackServerContext* context,
                                           const v1::IdentifyHazardRequest* request,
                                           v1::IdentifyHazardResponse* response) override;
  grpc::ServerUnaryReactor* ReportHazard(grpc::CallbackServerContext* context, const v1::ReportHazardRequest* request,
                                         v1::ReportHazardResponse* response) override;
  grpc::ServerUnaryReactor* AssessHazard(grpc::CallbackServerContext* context, const v1::AssessHazardRequest* request,
                                         v1::AssessHazardResponse* response) override;
  grpc::ServerUnaryReactor* WarnHazard(grpc::CallbackServerContext* context, const v1::WarnHazardRequest* request,
                                       v1::WarnHazardResponse* response) override;
  grpc::ServerUnaryReactor* CancelHazard(grpc::CallbackServerContext* context, const v1::CancelHazardRequest* request,
                                         v1::CancelHazardResponse* response) override;
  grpc::ServerUnaryReactor* CorrectEntry(grpc::CallbackServerContext* context, const v1::CorrectEntryRequest* request,
                                         v1::CorrectEntryResponse* response) override;
  grpc::ServerUnaryReactor* GetEscalationCase(grpc::CallbackServerContext* context,
                                              const v1::GetEscalationCaseRequest* request,
                                              v1::GetEscalationCaseResponse* response) override;
  grpc::ServerUnaryReactor* ListEscalations(grpc::CallbackServerContext* context,
                                            const v1::ListEscalationsRequest* request,
                                            v1::ListEscalationsResponse* response) override;
  grpc::ServerUnaryReactor* ListFindings(grpc::CallbackServerContext* context, const v1::ListFindingsRequest* request,
                                         v1::ListFindingsResponse* response) override;
  grpc::ServerUnaryReactor* ListSuggestionLetters(grpc::CallbackServerContext* context,
                                                  const v1::ListSuggestionLettersRequest* request,
                                                  v1::ListSuggestionLettersResponse* response) override;
  grpc::ServerUnaryReactor* ListAccountabilityFiles(grpc::CallbackServerContext* context,
                                                    const v1::ListAccountabilityFilesRequest* request,
                                                    v1::ListAccountabilityFilesResponse* response) override;
  grpc::ServerUnaryReactor* ListHazards(grpc::CallbackServerContext* context, const v1::ListHazardsRequest* request,
                                        v1::ListHazardsResponse* response) override;
  grpc::ServerUnaryReactor* GetScores(grpc::CallbackServerContext* context, const v1::GetScoresRequest* request,
                                      v1::GetScoresResponse* response) override;
  grpc::ServerUnaryReactor* ListScoreCases(grpc::CallbackServerContext* context,
                                           const v1::ListScoreCasesRequest* request,
                                           v1::ListScoreCasesResponse* response) override;

 private:
  host::Desk<Decider> desk_;
};

}  // namespace whistle::escalation

#endif  // WHISTLE_SERVICES_ESCALATION_SERVICE_H_
