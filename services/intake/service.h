// The gRPC adapter: translates and nothing else. Commands go to the engine, queries to the projection
// (libs/host/desk.h).
//
// Owned by main; the desk's service and runner outlive the gRPC server it is given to. Any thread.
#ifndef WHISTLE_SERVICES_INTAKE_SERVICE_H_
#define WHISTLE_SERVICES_INTAKE_SERVICE_H_

#include "libs/host/desk.h"
#include "services/intake/model.h"
#include "whistle/intake/v1/service.grpc.pb.h"

namespace whistle::intake {

// Finds the overload for each request.
struct Decider {
  using State = v1::IntakeState;
  template <typename Request>
  static domain::Outcome Decide(const State& state, const Request& request, const domain::Context& context) {
    return intake::Decide(state, request, context);
  }
};

class IntakeService final : public v1::IntakeService::CallbackService {
 public:
  explicit IntakeService(host::Desk<Decider> desk);
  ~IntakeService() override;

  grpc::ServerUnaryReactor* RegisterCase(grpc::CallbackServerContext* context, const v1::RegisterCaseRequest* request,
                                         v1::RegisterCaseResponse* response) override;
  grpc::ServerUnaryReactor* RecordContact(grpc::CallbackServerContext* context, const v1::RecordContactRequest* request,
                                          v1::RecordContactResponse* response) override;
  grpc::ServerUnaryReactor* JoinPetitioner(grpc::CallbackServerContext* context,
                                           const v1::JoinPetitionerRequest* request,
                                           v1::JoinPetitionerResponse* response) override;
  grpc::ServerUnaryReactor* AttachEvidence(grpc::CallbackServerContext* context,
                                           const v1::AttachEvidenceRequest* request,
                                           v1::AttachEvidenceResponse* response) override;
  grpc::ServerUnaryReactor* AcceptCase(grpc::CallbackServerContext* context, const v1::AcceptCaseRequest* request,
                                       v1::AcceptCaseResponse* response) override;
  grpc::ServerUnaryReactor* DeclineCase(grpc::CallbackServerContext* context, const v1::DeclineCaseRequest* request,
                                        v1::DeclineCaseResponse* response) override;
  grpc::ServerUnaryReactor* AssignHandler(grpc::CallbackServerContext* context, const v1::AssignHandlerRequest* request,
                                          v1::AssignHandlerResponse* response) override;
  grpc::ServerUnaryReactor* LinkCases(grpc::CallbackServerContext* context, const v1::LinkCasesRequest* request,
                                      v1::LinkCasesResponse* response) override;
  grpc::ServerUnaryReactor* ProposeMerge(grpc::CallbackServerContext* context, const v1::ProposeMergeRequest* request,
                                         v1::ProposeMergeResponse* response) override;
  grpc::ServerUnaryReactor* UnmergeCase(grpc::CallbackServerContext* context, const v1::UnmergeCaseRequest* request,
                                        v1::UnmergeCaseResponse* response) override;
  grpc::ServerUnaryReactor* ConfirmResolution(grpc::CallbackServerContext* context,
                                              const v1::ConfirmResolutionRequest* request,
                                              v1::ConfirmResolutionResponse* response) override;
  grpc::ServerUnaryReactor* DisputeResolution(grpc::CallbackServerContext* context,
                                              const v1::DisputeResolutionRequest* request,
                                              v1::DisputeResolutionResponse* response) override;
  grpc::ServerUnaryReactor* RequestReview(grpc::CallbackServerContext* context, const v1::RequestReviewRequest* request,
                                          v1::RequestReviewResponse* response) override;
  grpc::ServerUnaryReactor* RequestReReview(grpc::CallbackServerContext* context,
                                            const v1::RequestReReviewRequest* request,
                                            v1::RequestReReviewResponse* response) override;
  grpc::ServerUnaryReactor* DecideReview(grpc::CallbackServerContext* context, const v1::DecideReviewRequest* request,
                                         v1::DecideReviewResponse* response) override;
  grpc::ServerUnaryReactor* ExtendHandling(grpc::CallbackServerContext* context,
                                           const v1::ExtendHandlingRequest* request,
                                           v1::ExtendHandlingResponse* response) override;
  grpc::ServerUnaryReactor* CloseCase(grpc::CallbackServerContext* context, const v1::CloseCaseRequest* request,
                                      v1::CloseCaseResponse* response) override;
  grpc::ServerUnaryReactor* ReopenCase(grpc::CallbackServerContext* context, const v1::ReopenCaseRequest* request,
                                       v1::ReopenCaseResponse* response) override;
  grpc::ServerUnaryReactor* RebindPolicy(grpc::CallbackServerContext* context, const v1::RebindPolicyRequest* request,
                                         v1::RebindPolicyResponse* response) override;
  grpc::ServerUnaryReactor* CorrectEntry(grpc::CallbackServerContext* context, const v1::CorrectEntryRequest* request,
                                         v1::CorrectEntryResponse* response) override;
  grpc::ServerUnaryReactor* GetCase(grpc::CallbackServerContext* context, const v1::GetCaseRequest* request,
                                    v1::GetCaseResponse* response) override;
  grpc::ServerUnaryReactor* ListCases(grpc::CallbackServerContext* context, const v1::ListCasesRequest* request,
                                      v1::ListCasesResponse* response) override;
  grpc::ServerUnaryReactor* ListContacts(grpc::CallbackServerContext* context, const v1::ListContactsRequest* request,
                                         v1::ListContactsResponse* response) override;
  grpc::ServerUnaryReactor* ListEvidence(grpc::CallbackServerContext* context, const v1::ListEvidenceRequest* request,
                                         v1::ListEvidenceResponse* response) override;

 private:
  host::Desk<Decider> desk_;
};

}  // namespace whistle::intake

#endif  // WHISTLE_SERVICES_INTAKE_SERVICE_H_
