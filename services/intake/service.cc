#include "services/intake/service.h"

#include "libs/host/desk.h"
#include "libs/host/process.h"
#include "services/intake/model.h"
#include "services/intake/queries.h"
#include "whistle/intake/v1/service.grpc.pb.h"

namespace whistle::intake {
namespace {

using Context = grpc::CallbackServerContext;
using Reactor = grpc::ServerUnaryReactor;

// Finds the overload for each request.
struct Decider {
  using State = v1::IntakeState;
  template <typename Request>
  static domain::Outcome Decide(const State& state, const Request& request, const domain::Context& context) {
    return intake::Decide(state, request, context);
  }
};

// A query whose answer says how late it is: by this process's clock and the calendar in force, or by those of the
// moment that it is asked as of.
template <typename Request, typename Response, typename AnswerQuery>
Reactor* AskWithClocks(host::Desk<Decider>& desk, Context* context, const Request* request, Response* response,
                       AnswerQuery answer) {
  return desk.Query(context, request, response,
                    [answer](const host::QueryMoment& moment, const Request& r, Response& reply) {
                      const auto registry = moment.registry();
                      if (!registry.ok()) return registry.status();
                      return answer(moment.reader(), {moment.now(), (*registry)->calendar()}, r, reply);
                    });
}

class Adapter final : public v1::IntakeService::CallbackService {
 public:
  explicit Adapter(host::Desk<Decider> desk) : desk_(desk) {}

  Reactor* RegisterCase(Context* c, const v1::RegisterCaseRequest* q, v1::RegisterCaseResponse* r) override {
    return desk_.Register(c, q, r);
  }
  Reactor* RecordContact(Context* c, const v1::RecordContactRequest* q, v1::RecordContactResponse* r) override {
    return desk_.Command(c, q, r);
  }
  Reactor* JoinPetitioner(Context* c, const v1::JoinPetitionerRequest* q, v1::JoinPetitionerResponse* r) override {
    return desk_.Command(c, q, r);
  }
  Reactor* AttachEvidence(Context* c, const v1::AttachEvidenceRequest* q, v1::AttachEvidenceResponse* r) override {
    return desk_.Command(c, q, r);
  }
  Reactor* AcceptCase(Context* c, const v1::AcceptCaseRequest* q, v1::AcceptCaseResponse* r) override {
    return desk_.Command(c, q, r);
  }
  Reactor* DeclineCase(Context* c, const v1::DeclineCaseRequest* q, v1::DeclineCaseResponse* r) override {
    return desk_.Command(c, q, r);
  }
  Reactor* AssignHandler(Context* c, const v1::AssignHandlerRequest* q, v1::AssignHandlerResponse* r) override {
    return desk_.Command(c, q, r);
  }
  Reactor* LinkCases(Context* c, const v1::LinkCasesRequest* q, v1::LinkCasesResponse* r) override {
    return desk_.Command(c, q, r);
  }
  Reactor* ProposeMerge(Context* c, const v1::ProposeMergeRequest* q, v1::ProposeMergeResponse* r) override {
    return desk_.Command(c, q, r);
  }
  Reactor* UnmergeCase(Context* c, const v1::UnmergeCaseRequest* q, v1::UnmergeCaseResponse* r) override {
    return desk_.Command(c, q, r);
  }
  Reactor* ConfirmResolution(Context* c, const v1::ConfirmResolutionRequest* q,
                             v1::ConfirmResolutionResponse* r) override {
    return desk_.Command(c, q, r);
  }
  Reactor* DisputeResolution(Context* c, const v1::DisputeResolutionRequest* q,
                             v1::DisputeResolutionResponse* r) override {
    return desk_.Command(c, q, r);
  }
  Reactor* RequestReview(Context* c, const v1::RequestReviewRequest* q, v1::RequestReviewResponse* r) override {
    return desk_.Command(c, q, r);
  }
  Reactor* RequestReReview(Context* c, const v1::RequestReReviewRequest* q, v1::RequestReReviewResponse* r) override {
    return desk_.Command(c, q, r);
  }
  Reactor* DecideReview(Context* c, const v1::DecideReviewRequest* q, v1::DecideReviewResponse* r) override {
    return desk_.Command(c, q, r);
  }
  Reactor* ExtendHandling(Context* c, const v1::ExtendHandlingRequest* q, v1::ExtendHandlingResponse* r) override {
    return desk_.Command(c, q, r);
  }
  Reactor* CloseCase(Context* c, const v1::CloseCaseRequest* q, v1::CloseCaseResponse* r) override {
    return desk_.Command(c, q, r);
  }
  Reactor* ReopenCase(Context* c, const v1::ReopenCaseRequest* q, v1::ReopenCaseResponse* r) override {
    return desk_.Command(c, q, r);
  }
  Reactor* RebindPolicy(Context* c, const v1::RebindPolicyRequest* q, v1::RebindPolicyResponse* r) override {
    return desk_.Command(c, q, r);
  }
  Reactor* CorrectEntry(Context* c, const v1::CorrectEntryRequest* q, v1::CorrectEntryResponse* r) override {
    return desk_.Command(c, q, r);
  }
  Reactor* GetCase(Context* c, const v1::GetCaseRequest* q, v1::GetCaseResponse* r) override {
    return AskWithClocks(desk_, c, q, r, &intake::GetCase);
  }
  Reactor* ListCases(Context* c, const v1::ListCasesRequest* q, v1::ListCasesResponse* r) override {
    return AskWithClocks(desk_, c, q, r, &intake::ListCases);
  }
  Reactor* ListContacts(Context* c, const v1::ListContactsRequest* q, v1::ListContactsResponse* r) override {
    return desk_.Query(c, q, r, &intake::ListContacts);
  }
  Reactor* ListEvidence(Context* c, const v1::ListEvidenceRequest* q, v1::ListEvidenceResponse* r) override {
    return desk_.Query(c, q, r, &intake::ListEvidence);
  }

 private:
  host::Desk<Decider> desk_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeAdapter(host::Process& process) {
  return std::make_unique<Adapter>(process.desk<Decider>("intake"));
}

}  // namespace whistle::intake
