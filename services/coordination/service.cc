#include "services/coordination/service.h"

#include "libs/host/desk.h"
#include "libs/host/process.h"
#include "services/coordination/model.h"
#include "services/coordination/queries.h"
#include "whistle/coordination/v1/service.grpc.pb.h"

namespace whistle::coordination {
namespace {

using Context = grpc::CallbackServerContext;
using Reactor = grpc::ServerUnaryReactor;

// Finds the overload for each request.
struct Decider {
  using State = v1::CoordinationState;
  template <typename Request>
  static domain::Outcome Decide(const State& state, const Request& request, const domain::Context& context) {
    return coordination::Decide(state, request, context);
  }
};

class Adapter final : public v1::CoordinationService::CallbackService {
 public:
  explicit Adapter(host::Desk<Decider> desk) : desk_(desk) {}

  Reactor* BlowWhistle(Context* c, const v1::BlowWhistleRequest* q, v1::BlowWhistleResponse* r) override {
    return desk_.Command(c, q, r);
  }
  Reactor* ReportIn(Context* c, const v1::ReportInRequest* q, v1::ReportInResponse* r) override {
    return desk_.Command(c, q, r);
  }
  Reactor* ConveneMeeting(Context* c, const v1::ConveneMeetingRequest* q, v1::ConveneMeetingResponse* r) override {
    return desk_.Command(c, q, r);
  }
  Reactor* HoldMeeting(Context* c, const v1::HoldMeetingRequest* q, v1::HoldMeetingResponse* r) override {
    return desk_.Command(c, q, r);
  }
  Reactor* MakeCommitment(Context* c, const v1::MakeCommitmentRequest* q, v1::MakeCommitmentResponse* r) override {
    return desk_.Command(c, q, r);
  }
  Reactor* KeepCommitment(Context* c, const v1::KeepCommitmentRequest* q, v1::KeepCommitmentResponse* r) override {
    return desk_.Command(c, q, r);
  }
  Reactor* BreakCommitment(Context* c, const v1::BreakCommitmentRequest* q, v1::BreakCommitmentResponse* r) override {
    return desk_.Command(c, q, r);
  }
  Reactor* ListItem(Context* c, const v1::ListItemRequest* q, v1::ListItemResponse* r) override {
    return desk_.Command(c, q, r);
  }
  Reactor* ClearItem(Context* c, const v1::ClearItemRequest* q, v1::ClearItemResponse* r) override {
    return desk_.Command(c, q, r);
  }
  Reactor* CorrectEntry(Context* c, const v1::CorrectEntryRequest* q, v1::CorrectEntryResponse* r) override {
    return desk_.Command(c, q, r);
  }
  Reactor* ListWhistles(Context* c, const v1::ListWhistlesRequest* q, v1::ListWhistlesResponse* r) override {
    return desk_.Query(c, q, r, &coordination::ListWhistles);
  }
  Reactor* ListMeetings(Context* c, const v1::ListMeetingsRequest* q, v1::ListMeetingsResponse* r) override {
    return desk_.Query(c, q, r, &coordination::ListMeetings);
  }
  Reactor* ListCommitments(Context* c, const v1::ListCommitmentsRequest* q, v1::ListCommitmentsResponse* r) override {
    return desk_.Query(c, q, r, &coordination::ListCommitments);
  }
  Reactor* ListItems(Context* c, const v1::ListItemsRequest* q, v1::ListItemsResponse* r) override {
    // The answer says how old items are: by this process's clock, and the calendar in force.
    return desk_.Query(
        c, q, r,
        [&service = desk_.service()](const projection::Reader& reader, const v1::ListItemsRequest& r,
                                     v1::ListItemsResponse& reply) {
          const auto registry = service.engine().registry();
          return coordination::ListItems(reader, {service.clock().Now(), registry->calendar()}, r, reply);
        });
  }
  Reactor* GetCoordinationCase(Context* c, const v1::GetCoordinationCaseRequest* q,
                               v1::GetCoordinationCaseResponse* r) override {
    return desk_.Query(c, q, r, &coordination::GetCoordinationCase);
  }

 private:
  host::Desk<Decider> desk_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeAdapter(host::Process& process) {
  return std::make_unique<Adapter>(process.desk<Decider>("coordination"));
}

}  // namespace whistle::coordination
