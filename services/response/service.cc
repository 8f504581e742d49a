#include "services/response/service.h"

#include "libs/host/desk.h"
#include "libs/host/process.h"
#include "services/response/model.h"
#include "services/response/queries.h"
#include "whistle/response/v1/service.grpc.pb.h"

namespace whistle::response {
namespace {

using Context = grpc::CallbackServerContext;
using Reactor = grpc::ServerUnaryReactor;

// Finds the overload for each request.
struct Decider {
  using State = v1::ResponseState;
  template <typename Request>
  static domain::Outcome Decide(const State& state, const Request& request, const domain::Context& context) {
    return response::Decide(state, request, context);
  }
};

class Adapter final : public v1::ResponseService::CallbackService {
 public:
  explicit Adapter(host::Desk<Decider> desk) : desk_(desk) {}

  Reactor* AskForResponse(Context* c, const v1::AskForResponseRequest* q, v1::AskForResponseResponse* r) override {
    return desk_.Command(c, q, r);
  }
  Reactor* ReturnAssignment(Context* c, const v1::ReturnAssignmentRequest* q,
                            v1::ReturnAssignmentResponse* r) override {
    return desk_.Command(c, q, r);
  }
  Reactor* SubmitResponse(Context* c, const v1::SubmitResponseRequest* q, v1::SubmitResponseResponse* r) override {
    return desk_.Command(c, q, r);
  }
  Reactor* MarkConditionMet(Context* c, const v1::MarkConditionMetRequest* q,
                            v1::MarkConditionMetResponse* r) override {
    return desk_.Command(c, q, r);
  }
  Reactor* WaiveCondition(Context* c, const v1::WaiveConditionRequest* q, v1::WaiveConditionResponse* r) override {
    return desk_.Command(c, q, r);
  }
  Reactor* GrantExtension(Context* c, const v1::GrantExtensionRequest* q, v1::GrantExtensionResponse* r) override {
    return desk_.Command(c, q, r);
  }
  Reactor* CorrectEntry(Context* c, const v1::CorrectEntryRequest* q, v1::CorrectEntryResponse* r) override {
    return desk_.Command(c, q, r);
  }
  Reactor* ListAssignments(Context* c, const v1::ListAssignmentsRequest* q, v1::ListAssignmentsResponse* r) override {
    return desk_.Query(c, q, r, &response::ListAssignments);
  }
  Reactor* ListResponses(Context* c, const v1::ListResponsesRequest* q, v1::ListResponsesResponse* r) override {
    return desk_.Query(c, q, r, &response::ListResponses);
  }
  Reactor* ListConditions(Context* c, const v1::ListConditionsRequest* q, v1::ListConditionsResponse* r) override {
    return desk_.Query(c, q, r, &response::ListConditions);
  }
  Reactor* ListStatements(Context* c, const v1::ListStatementsRequest* q, v1::ListStatementsResponse* r) override {
    return desk_.Query(c, q, r, &response::ListStatements);
  }
  Reactor* GetResponseCase(Context* c, const v1::GetResponseCaseRequest* q, v1::GetResponseCaseResponse* r) override {
    return desk_.Query(c, q, r, &response::GetResponseCase);
  }

 private:
  host::Desk<Decider> desk_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeAdapter(host::Process& process) {
  return std::make_unique<Adapter>(process.desk<Decider>("response"));
}

}  // namespace whistle::response
