#include "services/intake/service.h"

#include "services/intake/queries.h"

namespace whistle::intake {

using grpc::CallbackServerContext;
using grpc::ServerUnaryReactor;

// Both stand here so that gRPC's handlers, a template for each RPC, are compiled here and nowhere else.
namespace {

// A query whose answer says how late it is: by this process's clock and the calendar in force, or by those of the
// moment that it is asked as of.
template <typename Request, typename Response, typename AnswerQuery>
ServerUnaryReactor* AskWithClocks(host::Desk<Decider>& desk, CallbackServerContext* context, const Request* request,
                                  Response* response, AnswerQuery answer) {
  return desk.Query(context, request, response,
                    [answer](const host::QueryMoment& moment, const Request& r, Response& reply) {
                      const auto registry = moment.registry();
                      if (!registry.ok()) return registry.status();
                      return answer(moment.reader(), {moment.now(), (*registry)->calendar()}, r, reply);
                    });
}

}  // namespace

IntakeService::IntakeService(host::Desk<Decider> desk) : desk_(desk) {}
IntakeService::~IntakeService() = default;

ServerUnaryReactor* IntakeService::RegisterCase(CallbackServerContext* context, const v1::RegisterCaseRequest* request,
                                                v1::RegisterCaseResponse* response) {
  return desk_.Register(context, request, response);
}

ServerUnaryReactor* IntakeService::RecordContact(CallbackServerContext* context,
                                                 const v1::RecordContactRequest* request,
                                                 v1::RecordContactResponse* response) {
  return desk_.Command(context, request, response);
}

ServerUnaryReactor* IntakeService::JoinPetitioner(CallbackServerContext* context,
                                                  const v1::JoinPetitionerRequest* request,
                                                  v1::JoinPetitionerResponse* response) {
  return desk_.Command(context, request, response);
}

ServerUnaryReactor* IntakeService::AttachEvidence(CallbackServerContext* context,
                                                  const v1::AttachEvidenceRequest* request,
                                                  v1::AttachEvidenceResponse* response) {
  return desk_.Command(context, request, response);
}

ServerUnaryReactor* IntakeService::AcceptCase(CallbackServerContext* context, const v1::AcceptCaseRequest* request,
                                              v1::AcceptCaseResponse* response) {
  return desk_.Command(context, request, response);
}

ServerUnaryReactor* IntakeService::DeclineCase(CallbackServerContext* context, const v1::DeclineCaseRequest* request,
                                               v1::DeclineCaseResponse* response) {
  return desk_.Command(context, request, response);
}

ServerUnaryReactor* IntakeService::AssignHandler(CallbackServerContext* context,
                                                 const v1::AssignHandlerRequest* request,
                                                 v1::AssignHandlerResponse* response) {
  return desk_.Command(context, request, response);
}

ServerUnaryReactor* IntakeService::LinkCases(CallbackServerContext* context, const v1::LinkCasesRequest* request,
                                             v1::LinkCasesResponse* response) {
  return desk_.Command(context, request, response);
}

ServerUnaryReactor* IntakeService::ProposeMerge(CallbackServerContext* context, const v1::ProposeMergeRequest* request,
                                                v1::ProposeMergeResponse* response) {
  return desk_.Command(context, request, response);
}

ServerUnaryReactor* IntakeService::UnmergeCase(CallbackServerContext* context, const v1::UnmergeCaseRequest* request,
                                               v1::UnmergeCaseResponse* response) {
  return desk_.Command(context, request, response);
}

ServerUnaryReactor* IntakeService::ConfirmResolution(CallbackServerContext* context,
                                                     const v1::ConfirmResolutionRequest* request,
                                                     v1::ConfirmResolutionResponse* response) {
  return desk_.Command(context, request, response);
}

ServerUnaryReactor* IntakeService::DisputeResolution(CallbackServerContext* context,
                                                     const v1::DisputeResolutionRequest* request,
                                                     v1::DisputeResolutionResponse* response) {
  return desk_.Command(context, request, response);
}

ServerUnaryReactor* IntakeService::RequestReview(CallbackServerContext* context,
                                                 const v1::RequestReviewRequest* request,
                                                 v1::RequestReviewResponse* response) {
  return desk_.Command(context, request, response);
}

ServerUnaryReactor* IntakeService::RequestReReview(CallbackServerContext* context,
                                                   const v1::RequestReReviewRequest* request,
                                                   v1::RequestReReviewResponse* response) {
  return desk_.Command(context, request, response);
}

ServerUnaryReactor* IntakeService::DecideReview(CallbackServerContext* context, const v1::DecideReviewRequest* request,
                                                v1::DecideReviewResponse* response) {
  return desk_.Command(context, request, response);
}

ServerUnaryReactor* IntakeService::ExtendHandling(CallbackServerContext* context,
                                                  const v1::ExtendHandlingRequest* request,
                                                  v1::ExtendHandlingResponse* response) {
  return desk_.Command(context, request, response);
}

ServerUnaryReactor* IntakeService::CloseCase(CallbackServerContext* context, const v1::CloseCaseRequest* request,
                                             v1::CloseCaseResponse* response) {
  return desk_.Command(context, request, response);
}

ServerUnaryReactor* IntakeService::ReopenCase(CallbackServerContext* context, const v1::ReopenCaseRequest* request,
                                              v1::ReopenCaseResponse* response) {
  return desk_.Command(context, request, response);
}

ServerUnaryReactor* IntakeService::RebindPolicy(CallbackServerContext* context, const v1::RebindPolicyRequest* request,
                                                v1::RebindPolicyResponse* response) {
  return desk_.Command(context, request, response);
}

ServerUnaryReactor* IntakeService::CorrectEntry(CallbackServerContext* context, const v1::CorrectEntryRequest* request,
                                                v1::CorrectEntryResponse* response) {
  return desk_.Command(context, request, response);
}

ServerUnaryReactor* IntakeService::GetCase(CallbackServerContext* context, const v1::GetCaseRequest* request,
                                           v1::GetCaseResponse* response) {
  return AskWithClocks(desk_, context, request, response, &intake::GetCase);
}

ServerUnaryReactor* IntakeService::ListCases(CallbackServerContext* context, const v1::ListCasesRequest* request,
                                             v1::ListCasesResponse* response) {
  return AskWithClocks(desk_, context, request, response, &intake::ListCases);
}

ServerUnaryReactor* IntakeService::ListContacts(CallbackServerContext* context, const v1::ListContactsRequest* request,
                                                v1::ListContactsResponse* response) {
  return desk_.Query(context, request, response, &intake::ListContacts);
}

ServerUnaryReactor* IntakeService::ListEvidence(CallbackServerContext* context, const v1::ListEvidenceRequest* request,
                                                v1::ListEvidenceResponse* response) {
  return desk_.Query(context, request, response, &intake::ListEvidence);
}

}  // namespace whistle::intake
