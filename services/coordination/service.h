// The gRPC adapter: translates and nothing else. Commands go to the engine, queries to the projection
// (libs/host/desk.h).
//
// Owned by main; the desk's service and runner outlive the gRPC server it is given to. Any thread.
#ifndef WHISTLE_SERVICES_COORDINATION_SERVICE_H_
#define WHISTLE_SERVICES_COORDINATION_SERVICE_H_

#include "libs/host/desk.h"
#include "services/coordination/model.h"
#include "whistle/coordination/v1/service.grpc.pb.h"

namespace whistle::coordination {

// Finds the overload for each request.
struct Decider {
  using State = v1::CoordinationState;
  template <typename Request>
  static domain::Outcome Decide(const State& state, const Request& request, const domain::Context& context) {
    return coordination::Decide(state, request, context);
  }
};

class CoordinationService final : public v1::CoordinationService::CallbackService {
 public:
  explicit CoordinationService(host::Desk<Decider> desk);
  ~CoordinationService() override;

  grpc::ServerUnaryReactor* BlowWhistle(grpc::CallbackServerContext* context, const v1::BlowWhistleRequest* request,
                                        v1::BlowWhistleResponse* response) override;
  grpc::ServerUnaryReactor* ReportIn(grpc::CallbackServerContext* context, const v1::ReportInRequest* request,
                                     v1::ReportInResponse* response) override;
  grpc::ServerUnaryReactor* ConveneMeeting(grpc::CallbackServerContext* context,
                                           const v1::ConveneMeetingRequest* request,
                                           v1::ConveneMeetingResponse* response) override;
  grpc::ServerUnaryReactor* HoldMeeting(grpc::CallbackServerContext* context, const v1::HoldMeetingRequest* request,
                                        v1::HoldMeetingResponse* response) override;
  grpc::ServerUnaryReactor* MakeCommitment(grpc::CallbackServerContext* context,
                                           const v1::MakeCommitmentRequest* request,
                                           v1::MakeCommitmentResponse* response) override;
  grpc::ServerUnaryReactor* KeepCommitment(grpc::CallbackServerContext* context,
                                           const v1::KeepCommitmentRequest* request,
                                           v1::KeepCommitmentResponse* response) override;
  grpc::ServerUnaryReactor* BreakCommitment(grpc::CallbackServerContext* context,
                                            const v1::BreakCommitmentRequest* request,
                                            v1::BreakCommitmentResponse* response) override;
  grpc::ServerUnaryReactor* ListItem(grpc::CallbackServerContext* context, const v1::ListItemRequest* request,
                                     v1::ListItemResponse* response) override;
  grpc::ServerUnaryReactor* ClearItem(grpc::CallbackServerContext* context, const v1::ClearItemRequest* request,
                                      v1::ClearItemResponse* response) override;
  grpc::ServerUnaryReactor* CorrectEntry(grpc::CallbackServerContext* context, const v1::CorrectEntryRequest* request,
                                         v1::CorrectEntryResponse* response) override;
  grpc::ServerUnaryReactor* ListWhistles(grpc::CallbackServerContext* context, const v1::ListWhistlesRequest* request,
                                         v1::ListWhistlesResponse* response) override;
  grpc::ServerUnaryReactor* ListMeetings(grpc::CallbackServerContext* context, const v1::ListMeetingsRequest* request,
                                         v1::ListMeetingsResponse* response) override;
  grpc::ServerUnaryReactor* ListCommitments(grpc::CallbackServerContext* context,
                                            const v1::ListCommitmentsRequest* request,
                                            v1::ListCommitmentsResponse* response) override;
  grpc::ServerUnaryReactor* ListItems(grpc::CallbackServerContext* context, const v1::ListItemsRequest* request,
                                      v1::ListItemsResponse* response) override;
  grpc::ServerUnaryReactor* GetCoordinationCase(grpc::CallbackServerContext* context,
                                                const v1::GetCoordinationCaseRequest* request,
                                                v1::GetCoordinationCaseResponse* response) override;

 private:
  host::Desk<Decider> desk_;
};

}  // namespace whistle::coordination

#endif  // WHISTLE_SERVICES_COORDINATION_SERVICE_H_
