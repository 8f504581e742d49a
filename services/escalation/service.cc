#include "services/escalation/service.h"

#include "libs/host/desk.h"
#include "libs/host/process.h"
#include "services/escalation/model.h"
#include "services/escalation/queries.h"
#include "whistle/escalation/v1/service.grpc.pb.h"

namespace whistle::escalation {
namespace {

using Context = grpc::CallbackServerContext;
using Reactor = grpc::ServerUnaryReactor;

// Finds the overload for each request.
struct Decider {
  using State = v1::EscalationState;
  template <typename Request>
  static domain::Outcome Decide(const State& state, const Request& request, const domain::Context& context) {
    return escalation::Decide(state, request, context);
  }
};

// A query whose answer says how long something goes on: by this process's clock.
template <typename Request, typename Response, typename AnswerQuery>
Reactor* AskWithClock(host::Desk<Decider>& desk, Context* context, const Request* request, Response* response,
                      AnswerQuery answer) {
  return desk.Query(
      context, request, response,
      [&service = desk.service(), answer](const projection::Reader& reader, const Request& r, Response& reply) {
        return answer(reader, service.clock().Now(), r, reply);
      });
}

class Adapter final : public v1::EscalationService::CallbackService {
 public:
  explicit Adapter(host::Desk<Decider> desk) : desk_(desk) {}

  Reactor* AnswerFinding(Context* c, const v1::AnswerFindingRequest* q, v1::AnswerFindingResponse* r) override {
    return desk_.Command(c, q, r);
  }
  Reactor* RaiseEscalation(Context* c, const v1::RaiseEscalationRequest* q, v1::RaiseEscalationResponse* r) override {
    return desk_.Command(c, q, r);
  }
  Reactor* AddEscalationEvidence(Context* c, const v1::AddEscalationEvidenceRequest* q,
                                 v1::AddEscalationEvidenceResponse* r) override {
    return desk_.Command(c, q, r);
  }
  Reactor* DeclineEscalation(Context* c, const v1::DeclineEscalationRequest* q,
                             v1::DeclineEscalationResponse* r) override {
    return desk_.Command(c, q, r);
  }
  Reactor* UpgradeHandling(Context* c, const v1::UpgradeHandlingRequest* q, v1::UpgradeHandlingResponse* r) override {
    return desk_.Command(c, q, r);
  }
  Reactor* CompleteHandling(Context* c, const v1::CompleteHandlingRequest* q,
                            v1::CompleteHandlingResponse* r) override {
    return desk_.Command(c, q, r);
  }
  Reactor* IssueSuggestion(Context* c, const v1::IssueSuggestionRequest* q, v1::IssueSuggestionResponse* r) override {
    return desk_.Command(c, q, r);
  }
  Reactor* ReportRectification(Context* c, const v1::ReportRectificationRequest* q,
                               v1::ReportRectificationResponse* r) override {
    return desk_.Command(c, q, r);
  }
  Reactor* AcceptRectification(Context* c, const v1::AcceptRectificationRequest* q,
                               v1::AcceptRectificationResponse* r) override {
    return desk_.Command(c, q, r);
  }
  Reactor* RejectRectification(Context* c, const v1::RejectRectificationRequest* q,
                               v1::RejectRectificationResponse* r) override {
    return desk_.Command(c, q, r);
  }
  Reactor* ReferForAccountability(Context* c, const v1::ReferForAccountabilityRequest* q,
                                  v1::ReferForAccountabilityResponse* r) override {
    return desk_.Command(c, q, r);
  }
  Reactor* OpenAccountability(Context* c, const v1::OpenAccountabilityRequest* q,
                              v1::OpenAccountabilityResponse* r) override {
    return desk_.Command(c, q, r);
  }
  Reactor* RecordAccountabilityFinding(Context* c, const v1::RecordAccountabilityFindingRequest* q,
                                       v1::RecordAccountabilityFindingResponse* r) override {
    return desk_.Command(c, q, r);
  }
  Reactor* CloseAccountability(Context* c, const v1::CloseAccountabilityRequest* q,
                               v1::CloseAccountabilityResponse* r) override {
    return desk_.Command(c, q, r);
  }
  Reactor* IdentifyHazard(Context* c, const v1::IdentifyHazardRequest* q, v1::IdentifyHazardResponse* r) override {
    return desk_.Command(c, q, r);
  }
  Reactor* ReportHazard(Context* c, const v1::ReportHazardRequest* q, v1::ReportHazardResponse* r) override {
    return desk_.Command(c, q, r);
  }
  Reactor* AssessHazard(Context* c, const v1::AssessHazardRequest* q, v1::AssessHazardResponse* r) override {
    return desk_.Command(c, q, r);
  }
  Reactor* WarnHazard(Context* c, const v1::WarnHazardRequest* q, v1::WarnHazardResponse* r) override {
    return desk_.Command(c, q, r);
  }
  Reactor* CancelHazard(Context* c, const v1::CancelHazardRequest* q, v1::CancelHazardResponse* r) override {
    return desk_.Command(c, q, r);
  }
  Reactor* CorrectEntry(Context* c, const v1::CorrectEntryRequest* q, v1::CorrectEntryResponse* r) override {
    return desk_.Command(c, q, r);
  }
  Reactor* GetEscalationCase(Context* c, const v1::GetEscalationCaseRequest* q,
                             v1::GetEscalationCaseResponse* r) override {
    return desk_.Query(c, q, r, &escalation::GetEscalationCase);
  }
  Reactor* ListEscalations(Context* c, const v1::ListEscalationsRequest* q, v1::ListEscalationsResponse* r) override {
    return desk_.Query(c, q, r, &escalation::ListEscalations);
  }
  Reactor* ListFindings(Context* c, const v1::ListFindingsRequest* q, v1::ListFindingsResponse* r) override {
    return desk_.Query(c, q, r, &escalation::ListFindings);
  }
  Reactor* ListSuggestionLetters(Context* c, const v1::ListSuggestionLettersRequest* q,
                                 v1::ListSuggestionLettersResponse* r) override {
    return desk_.Query(c, q, r, &escalation::ListSuggestionLetters);
  }
  Reactor* ListAccountabilityFiles(Context* c, const v1::ListAccountabilityFilesRequest* q,
                                   v1::ListAccountabilityFilesResponse* r) override {
    return desk_.Query(c, q, r, &escalation::ListAccountabilityFiles);
  }
  Reactor* ListHazards(Context* c, const v1::ListHazardsRequest* q, v1::ListHazardsResponse* r) override {
    return desk_.Query(c, q, r, &escalation::ListHazards);
  }
  Reactor* GetScores(Context* c, const v1::GetScoresRequest* q, v1::GetScoresResponse* r) override {
    return AskWithClock(desk_, c, q, r, &escalation::GetScores);
  }
  Reactor* ListScoreCases(Context* c, const v1::ListScoreCasesRequest* q, v1::ListScoreCasesResponse* r) override {
    return AskWithClock(desk_, c, q, r, &escalation::ListScoreCases);
  }

 private:
  host::Desk<Decider> desk_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeAdapter(host::Process& process) {
  return std::make_unique<Adapter>(process.desk<Decider>("escalation"));
}

}  // namespace whistle::escalation
