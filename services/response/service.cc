#include "services/response/service.h"

#include "services/response/queries.h"

namespace whistle::response {

using grpc::CallbackServerContext;
using grpc::ServerUnaryReactor;

// Both stand here so that gRPC's handlers, a template for each RPC, are compiled here and nowhere else.
ResponseService::ResponseService(host::Desk<Decider> desk) : desk_(desk) {}
ResponseService::~ResponseService() = default;

ServerUnaryReactor* ResponseService::AskForResponse(CallbackServerContext* context,
                                                    const v1::AskForResponseRequest* request,
                                                    v1::AskForResponseResponse* response) {
  return desk_.Command(context, request, response);
}

ServerUnaryReactor* ResponseService::ReturnAssignment(CallbackServerContext* context,
                                                      const v1::ReturnAssignmentRequest* request,
                                                      v1::ReturnAssignmentResponse* response) {
  return desk_.Command(context, request, response);
}

ServerUnaryReactor* ResponseService::SubmitResponse(CallbackServerContext* context,
                                                    const v1::SubmitResponseRequest* request,
                                                    v1::SubmitResponseResponse* response) {
  return desk_.Command(context, request, response);
}

ServerUnaryReactor* ResponseService::MarkConditionMet(CallbackServerContext* context,
                                                      const v1::MarkConditionMetRequest* request,
                                                      v1::MarkConditionMetResponse* response) {
  return desk_.Command(context, request, response);
}

ServerUnaryReactor* ResponseService::WaiveCondition(CallbackServerContext* context,
                                                    const v1::WaiveConditionRequest* request,
                                                    v1::WaiveConditionResponse* response) {
  return desk_.Command(context, request, response);
}

ServerUnaryReactor* ResponseService::GrantExtension(CallbackServerContext* context,
                                                    const v1::GrantExtensionRequest* request,
                                                    v1::GrantExtensionResponse* response) {
  return desk_.Command(context, request, response);
}

ServerUnaryReactor* ResponseService::CorrectEntry(CallbackServerContext* context,
                                                  const v1::CorrectEntryRequest* request,
                                                  v1::CorrectEntryResponse* response) {
  return desk_.Command(context, request, response);
}

ServerUnaryReactor* ResponseService::ListAssignments(CallbackServerContext* context,
                                                     const v1::ListAssignmentsRequest* request,
                                                     v1::ListAssignmentsResponse* response) {
  return desk_.Query(context, request, response, &response::ListAssignments);
}

ServerUnaryReactor* ResponseService::ListResponses(CallbackServerContext* context,
                                                   const v1::ListResponsesRequest* request,
                                                   v1::ListResponsesResponse* response) {
  return desk_.Query(context, request, response, &response::ListResponses);
}

ServerUnaryReactor* ResponseService::ListConditions(CallbackServerContext* context,
                                                    const v1::ListConditionsRequest* request,
                                                    v1::ListConditionsResponse* response) {
  return desk_.Query(context, request, response, &response::ListConditions);
}

ServerUnaryReactor* ResponseService::ListStatements(CallbackServerContext* context,
                                                    const v1::ListStatementsRequest* request,
                                                    v1::ListStatementsResponse* response) {
  return desk_.Query(context, request, response, &response::ListStatements);
}

ServerUnaryReactor* ResponseService::GetResponseCase(CallbackServerContext* context,
                                                     const v1::GetResponseCaseRequest* request,
                                                     v1::GetResponseCaseResponse* response) {
  return desk_.Query(context, request, response, &response::GetResponseCase);
}

}  // namespace whistle::response
