#include "services/coordination/service.h"

#include "services/coordination/queries.h"

namespace whistle::coordination {

using grpc::CallbackServerContext;
using grpc::ServerUnaryReactor;

// Both stand here so that gRPC's handlers, a template for each RPC, are compiled here and nowhere else.
CoordinationService::CoordinationService(host::Desk<Decider> desk) : desk_(desk) {}
CoordinationService::~CoordinationService() = default;

ServerUnaryReactor* CoordinationService::BlowWhistle(CallbackServerContext* context,
                                                     const v1::BlowWhistleRequest* request,
                                                     v1::BlowWhistleResponse* response) {
  return desk_.Command(context, request, response);
}

ServerUnaryReactor* CoordinationService::ReportIn(CallbackServerContext* context, const v1::ReportInRequest* request,
                                                  v1::ReportInResponse* response) {
  return desk_.Command(context, request, response);
}

ServerUnaryReactor* CoordinationService::ConveneMeeting(CallbackServerContext* context,
                                                        const v1::ConveneMeetingRequest* request,
                                                        v1::ConveneMeetingResponse* response) {
  return desk_.Command(context, request, response);
}

ServerUnaryReactor* CoordinationService::HoldMeeting(CallbackServerContext* context,
                                                     const v1::HoldMeetingRequest* request,
                                                     v1::HoldMeetingResponse* response) {
  return desk_.Command(context, request, response);
}

ServerUnaryReactor* CoordinationService::MakeCommitment(CallbackServerContext* context,
                                                        const v1::MakeCommitmentRequest* request,
                                                        v1::MakeCommitmentResponse* response) {
  return desk_.Command(context, request, response);
}

ServerUnaryReactor* CoordinationService::KeepCommitment(CallbackServerContext* context,
                                                        const v1::KeepCommitmentRequest* request,
                                                        v1::KeepCommitmentResponse* response) {
  return desk_.Command(context, request, response);
}

ServerUnaryReactor* CoordinationService::BreakCommitment(CallbackServerContext* context,
                                                         const v1::BreakCommitmentRequest* request,
                                                         v1::BreakCommitmentResponse* response) {
  return desk_.Command(context, request, response);
}

ServerUnaryReactor* CoordinationService::ListItem(CallbackServerContext* context, const v1::ListItemRequest* request,
                                                  v1::ListItemResponse* response) {
  return desk_.Command(context, request, response);
}

ServerUnaryReactor* CoordinationService::ClearItem(CallbackServerContext* context, const v1::ClearItemRequest* request,
                                                   v1::ClearItemResponse* response) {
  return desk_.Command(context, request, response);
}

ServerUnaryReactor* CoordinationService::CorrectEntry(CallbackServerContext* context,
                                                      const v1::CorrectEntryRequest* request,
                                                      v1::CorrectEntryResponse* response) {
  return desk_.Command(context, request, response);
}

ServerUnaryReactor* CoordinationService::ListWhistles(CallbackServerContext* context,
                                                      const v1::ListWhistlesRequest* request,
                                                      v1::ListWhistlesResponse* response) {
  return desk_.Query(context, request, response, &coordination::ListWhistles);
}

ServerUnaryReactor* CoordinationService::ListMeetings(CallbackServerContext* context,
                                                      const v1::ListMeetingsRequest* request,
                                                      v1::ListMeetingsResponse* response) {
  return desk_.Query(context, request, response, &coordination::ListMeetings);
}

ServerUnaryReactor* CoordinationService::ListCommitments(CallbackServerContext* context,
                                                         const v1::ListCommitmentsRequest* request,
                                                         v1::ListCommitmentsResponse* response) {
  return desk_.Query(context, request, response, &coordination::ListCommitments);
}

ServerUnaryReactor* CoordinationService::ListItems(CallbackServerContext* context, const v1::ListItemsRequest* request,
                                                   v1::ListItemsResponse* response) {
  // The answer says how old items are: by this process's clock, and the calendar in force.
  return desk_.Query(context, request, response,
                     [&service = desk_.service()](const projection::Reader& reader, const v1::ListItemsRequest& r,
                                                  v1::ListItemsResponse& reply) {
                       const auto registry = service.engine().registry();
                       return coordination::ListItems(reader, {service.clock().Now(), registry->calendar()}, r, reply);
                     });
}

ServerUnaryReactor* CoordinationService::GetCoordinationCase(CallbackServerContext* context,
                                                             const v1::GetCoordinationCaseRequest* request,
                                                             v1::GetCoordinationCaseResponse* response) {
  return desk_.Query(context, request, response, &coordination::GetCoordinationCase);
}

}  // namespace whistle::coordination
