// The gRPC adapter: translates and nothing else. Commands go to the engine, queries to the projection
// (libs/host/desk.h).
//
// Owned by main; the desk's service and runner outlive the gRPC server it is given to. Any thread.
#ifndef WHISTLE_SERVICES_RESPONSE_SERVICE_H_
#define WHISTLE_SERVICES_RESPONSE_SERVICE_H_

#include "libs/host/desk.h"
#include "services/response/model.h"
#include "whistle/response/v1/service.grpc.pb.h"

namespace whistle::response {

// Finds the overload for each request.
struct Decider {
  using State = v1::ResponseState;
  template <typename Request>
  static domain::Outcome Decide(const State& state, const Request& request, const domain::Context& context) {
    return response::Decide(state, request, context);
  }
};

class ResponseService final : public v1::ResponseService::CallbackService {
 public:
  explicit ResponseService(host::Desk<Decider> desk);
  ~ResponseService() override;

  grpc::ServerUnaryReactor* AskForResponse(grpc::CallbackServerContext* context,
                                           const v1::AskForResponseRequest* request,
                                           v1::AskForResponseResponse* response) override;
  grpc::ServerUnaryReactor* ReturnAssignment(grpc::CallbackServerContext* context,
                                             const v1::ReturnAssignmentRequest* request,
                                             v1::ReturnAssignmentResponse* response) override;
  grpc::ServerUnaryReactor* SubmitResponse(grpc::CallbackServerContext* context,
                                           const v1::SubmitResponseRequest* request,
                                           v1::SubmitResponseResponse* response) override;
  grpc::ServerUnaryReactor* MarkConditionMet(grpc::CallbackServerContext* context,
                                             const v1::MarkConditionMetRequest* request,
                                             v1::MarkConditionMetResponse* response) override;
  grpc::ServerUnaryReactor* WaiveCondition(grpc::CallbackServerContext* context,
                                           const v1::WaiveConditionRequest* request,
                                           v1::WaiveConditionResponse* response) override;
  grpc::ServerUnaryReactor* GrantExtension(grpc::CallbackServerContext* context,
                                           const v1::GrantExtensionRequest* request,
                                           v1::GrantExtensionResponse* response) override;
  grpc::ServerUnaryReactor* CorrectEntry(grpc::CallbackServerContext* context, const v1::CorrectEntryRequest* request,
                                         v1::CorrectEntryResponse* response) override;
  grpc::ServerUnaryReactor* ListAssignments(grpc::CallbackServerContext* context,
                                            const v1::ListAssignmentsRequest* request,
                                            v1::ListAssignmentsResponse* response) override;
  grpc::ServerUnaryReactor* ListResponses(grpc::CallbackServerContext* context, const v1::ListResponsesRequest* request,
                                          v1::ListResponsesResponse* response) override;
  grpc::ServerUnaryReactor* ListConditions(grpc::CallbackServerContext* context,
                                           const v1::ListConditionsRequest* request,
                                           v1::ListConditionsResponse* response) override;
  grpc::ServerUnaryReactor* ListStatements(grpc::CallbackServerContext* context,
                                           const v1::ListStatementsRequest* request,
                                           v1::ListStatementsResponse* response) override;
  grpc::ServerUnaryReactor* GetResponseCase(grpc::CallbackServerContext* context,
                                            const v1::GetResponseCaseRequest* request,
                                            v1::GetResponseCaseResponse* response) override;

 private:
  host::Desk<Decider> desk_;
};

}  // namespace whistle::response

#endif  // WHISTLE_SERVICES_RESPONSE_SERVICE_H_
