#include "tests/bench/year/entering.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/time.h"
#include "tests/bench/year/town.h"
#include "tests/bench/year/whistled.h"
#include "whistle/coordination/v1/service.grpc.pb.h"
#include "whistle/escalation/v1/service.grpc.pb.h"
#include "whistle/intake/v1/service.grpc.pb.h"
#include "whistle/response/v1/service.grpc.pb.h"

namespace whistle::year {
namespace {

constexpr absl::Duration kCallMax = absl::Seconds(30);

// What nobody acts for: the petitioner's side.
constexpr char kPetitioner[] = "";

template <typename Request>
Request By(const char* organization_id) {
  Request request;
  common::v1::Actor& actor = *request.mutable_context()->mutable_actor();
  actor.set_kind(organization_id[0] == 0 ? common::v1::ACTOR_KIND_PETITIONER : common::v1::ACTOR_KIND_ORGANIZATION);
  actor.set_organization_id(organization_id);
  return request;
}

}  // namespace

struct Entering::DayUnderWay {
  DayUnderWay(const std::vector<CaseFile*>& the_cases, int the_day, absl::Time its_time, int in_flight)
      : cases(the_cases), day(the_day), now(its_time), running(in_flight) {}

  const std::vector<CaseFile*>& cases;
  const int day;
  const absl::Time now;
  std::atomic<size_t> next{0};
  absl::BlockingCounter running;
  absl::Mutex mutex;
  DayEntered entered ABSL_GUARDED_BY(mutex);
};

struct Entering::Stubs {
  explicit Stubs(const std::shared_ptr<grpc::Channel>& channel)
      : intake(intake::v1::IntakeService::NewStub(channel)),
        response(response::v1::ResponseService::NewStub(channel)),
        coordination(coordination::v1::CoordinationService::NewStub(channel)),
        escalation(escalation::v1::EscalationService::NewStub(channel)) {}

  const std::unique_ptr<intake::v1::IntakeService::Stub> intake;
  const std::unique_ptr<response::v1::ResponseService::Stub> response;
  const std::unique_ptr<coordination::v1::CoordinationService::Stub> coordination;
  const std::unique_ptr<escalation::v1::EscalationService::Stub> escalation;
};

Entering::Entering(const std::shared_ptr<grpc::Channel>& channel, int in_flight)
    : in_flight_(in_flight), stubs_(std::make_unique<Stubs>(channel)) {}
Entering::~Entering() = default;

DayEntered Entering::Day(const std::vector<CaseFile*>& cases, int day, absl::Time now) {
  DayUnderWay under_way(cases, day, now, in_flight_);
  for (int i = 0; i < in_flight_; ++i) Go(under_way, nullptr);
  under_way.running.Wait();
  absl::MutexLock lock(&under_way.mutex);
  return under_way.entered;
}

void Entering::Go(DayUnderWay& day, CaseFile* file) {
  while (true) {
    if (file == nullptr) {
      const size_t next = day.next.fetch_add(1);
      if (next >= day.cases.size()) {
        day.running.DecrementCount();
        return;
      }
      file = day.cases[next];
    }
    while (file->done < file->plot.size() && file->plot[file->done].day <= day.day) {
      // What was sent goes on when it is answered.
      if (Do(day, file, file->plot[file->done++])) return;
    }
    file = nullptr;
  }
}

template <typename Stub, typename Request, typename Response>
bool Entering::Send(DayUnderWay& day, CaseFile* file, Stub* stub,
                    void (Stub::*method)(grpc::ClientContext*, const Request*, Response*,
                                         std::function<void(grpc::Status)>),
                    Request request, std::string* keep) {
  struct Call {
    std::unique_ptr<grpc::ClientContext> context;
    Request request;
    Response response;
  };
  auto call = std::make_shared<Call>();
  call->context = Whistled::NewContext(kCallMax);
  request.mutable_context()->set_case_id(file->case_id);
  request.mutable_context()->set_request_id(absl::StrCat(file->number, "-", file->done));
  call->request = std::move(request);
  Call* raw = call.get();
  (stub->*method)(
      raw->context.get(), &raw->request, &raw->response, [this, &day, file, keep, call](const grpc::Status& status) {
        {
          absl::MutexLock lock(&day.mutex);
          ++day.entered.commands;
          if (!status.ok() && day.entered.refused++ == 0) {
            day.entered.first_refusal =
                absl::StrCat(Request::descriptor()->name(), " on ", file->case_id, ": ", status.error_message());
          }
        }
        const common::v1::Receipt& receipt = call->response.receipt();
        if (status.ok() && file->case_id.empty()) file->case_id = receipt.case_id();
        if (status.ok() && keep != nullptr) *keep = receipt.event_ids(0);
        Go(day, file);
      });
  return true;
}

bool Entering::Do(DayUnderWay& day, CaseFile* file, const PlannedAct& act) {
  if (act.act != Act::kRegister && file->case_id.empty()) return false;
  if (act.act <= Act::kDecideReview) return DoIntake(day, file, act);
  if (act.act <= Act::kGrantExtension) return DoResponse(day, file, act);
  if (act.act <= Act::kKeep) return DoCoordination(day, file, act);
  return DoEscalation(day, file, act);
}

bool Entering::DoIntake(DayUnderWay& day, CaseFile* file, const PlannedAct& act) {
  using Service = intake::v1::IntakeService::StubInterface::async_interface;
  Service* service = stubs_->intake->async();
  switch (act.act) {
    case Act::kRegister: {
      auto request = By<intake::v1::RegisterCaseRequest>(kPetitioner);
      request.set_title("No water on the upper floors");
      request.set_demand("The water does not reach the upper floors. They ask for a pump.");
      request.set_category("water-supply");
      request.mutable_site()->set_site_id(absl::StrCat("building-", file->number));
      request.mutable_site()->set_name("A building");
      return Send(day, file, service, &Service::RegisterCase, std::move(request));
    }
    case Act::kAssignHandler: {
      auto request = By<intake::v1::AssignHandlerRequest>(kStreet);
      request.set_handler_id(kStreet);
      return Send(day, file, service, &Service::AssignHandler, std::move(request));
    }
    case Act::kAccept:
      return Send(day, file, service, &Service::AcceptCase, By<intake::v1::AcceptCaseRequest>(kStreet));
    case Act::kExtendHandling: {
      auto request = By<intake::v1::ExtendHandlingRequest>(kDistrict);
      request.set_count(30);
      request.set_reason_told("The pump has to be ordered.");
      return Send(day, file, service, &Service::ExtendHandling, std::move(request));
    }
    case Act::kClose: {
      auto request = By<intake::v1::CloseCaseRequest>(kStreet);
      request.set_why("The pump runs.");
      return Send(day, file, service, &Service::CloseCase, std::move(request));
    }
    case Act::kReopen: {
      auto request = By<intake::v1::ReopenCaseRequest>(kPetitioner);
      request.set_why("The pump stands still.");
      return Send(day, file, service, &Service::ReopenCase, std::move(request));
    }
    case Act::kRequestReview: {
      auto request = By<intake::v1::RequestReviewRequest>(kPetitioner);
      request.set_reviewer_id(kDistrict);
      request.set_why("The pump never ran.");
      return Send(day, file, service, &Service::RequestReview, std::move(request), &file->review_id);
    }
    case Act::kRequestReReview: {
      auto request = By<intake::v1::RequestReReviewRequest>(kPetitioner);
      request.set_reviewer_id(kCity);
      request.set_why("The district did not look.");
      return Send(day, file, service, &Service::RequestReReview, std::move(request), &file->review_id);
    }
    default: {
      auto request = By<intake::v1::DecideReviewRequest>(kCity);
      request.set_review_event_id(std::exchange(file->review_id, ""));
      if (request.review_event_id().empty()) return false;
      request.set_outcome(intake::v1::REVIEW_OUTCOME_UPHELD);
      request.set_why("It runs.");
      return Send(day, file, service, &Service::DecideReview, std::move(request));
    }
  }
}

bool Entering::DoResponse(DayUnderWay& day, CaseFile* file, const PlannedAct& act) {
  using Service = response::v1::ResponseService::StubInterface::async_interface;
  Service* service = stubs_->response->async();
  if (act.act == Act::kAsk) {
    auto request = By<response::v1::AskForResponseRequest>(kStreet);
    request.set_department_id(kWater);
    request.set_question(absl::StrCat("When will there be a pump? Asked on day ", act.day, "."));
    return Send(day, file, service, &Service::AskForResponse, std::move(request), &file->assignment_id);
  }
  if (file->assignment_id.empty()) return false;
  if (act.act == Act::kReturn) {
    auto request = By<response::v1::ReturnAssignmentRequest>(kWater);
    request.set_assignment_id(std::exchange(file->assignment_id, ""));
    request.set_proposed_owner_id(kRoads);
    request.add_grounds()->set_document("Rules of the bureau");
    request.set_why("The pipe lies under the road.");
    return Send(day, file, service, &Service::ReturnAssignment, std::move(request));
  }
  if (act.act == Act::kAnswer) {
    auto request = By<response::v1::SubmitResponseRequest>(kWater);
    request.set_assignment_id(std::exchange(file->assignment_id, ""));
    request.set_stance(response::v1::STANCE_ACCEPTS);
    request.set_text("There will be a pump.");
    return Send(day, file, service, &Service::SubmitResponse, std::move(request));
  }
  auto request = By<response::v1::GrantExtensionRequest>(kStreet);
  request.set_assignment_id(file->assignment_id);
  request.set_count(3);
  request.set_why("The bureau measures first.");
  return Send(day, file, service, &Service::GrantExtension, std::move(request));
}

bool Entering::DoCoordination(DayUnderWay& day, CaseFile* file, const PlannedAct& act) {
  using Service = coordination::v1::CoordinationService::StubInterface::async_interface;
  Service* service = stubs_->coordination->async();
  switch (act.act) {
    case Act::kReportIn: {
      auto request = By<coordination::v1::ReportInRequest>(kWater);
      request.set_whistle_id(std::exchange(file->whistle_id, ""));
      if (request.whistle_id().empty()) return false;
      return Send(day, file, service, &Service::ReportIn, std::move(request));
    }
    case Act::kPromise: {
      auto request = By<coordination::v1::MakeCommitmentRequest>(kWater);
      request.set_what("A pump.");
      *request.mutable_due_at() = base::ToProto(day.now + absl::Hours(24 * act.number));
      return Send(day, file, service, &Service::MakeCommitment, std::move(request), &file->commitment_id);
    }
    case Act::kKeep: {
      auto request = By<coordination::v1::KeepCommitmentRequest>(kStreet);
      request.set_commitment_id(std::exchange(file->commitment_id, ""));
      if (request.commitment_id().empty()) return false;
      request.set_text("The pump runs.");
      return Send(day, file, service, &Service::KeepCommitment, std::move(request));
    }
    default: {
      auto request = By<coordination::v1::BlowWhistleRequest>(kStreet);
      request.set_urgency(act.act == Act::kBlowEmergency ? coordination::v1::URGENCY_EMERGENCY
                          : act.act == Act::kBlowUrgent  ? coordination::v1::URGENCY_URGENT
                                                         : coordination::v1::URGENCY_ORDINARY);
      request.set_reason("The cellar is under water.");
      request.add_department_ids(kWater);
      if (act.number > 1) request.add_department_ids(kRoads);
      return Send(day, file, service, &Service::BlowWhistle, std::move(request), &file->whistle_id);
    }
  }
}

bool Entering::DoEscalation(DayUnderWay& day, CaseFile* file, const PlannedAct& act) {
  using Service = escalation::v1::EscalationService::StubInterface::async_interface;
  Service* service = stubs_->escalation->async();
  switch (act.act) {
    case Act::kEscalate: {
      auto request = By<escalation::v1::RaiseEscalationRequest>(kStreet);
      request.set_reason("Nobody brings a pump.");
      request.add_evidence_event_ids("1.1");
      return Send(day, file, service, &Service::RaiseEscalation, std::move(request), &file->escalation_id);
    }
    case Act::kDecline: {
      auto request = By<escalation::v1::DeclineEscalationRequest>(kNation);
      request.set_escalation_id(std::exchange(file->escalation_id, ""));
      if (request.escalation_id().empty()) return false;
      request.set_reason("It is the street's.");
      return Send(day, file, service, &Service::DeclineEscalation, std::move(request));
    }
    case Act::kUpgrade: {
      auto request = By<escalation::v1::UpgradeHandlingRequest>(act.number == 1 ? kNation : kCity);
      request.set_leader_office("Office for Water");
      return Send(day, file, service, &Service::UpgradeHandling, std::move(request), &file->handling_id);
    }
    case Act::kComplete: {
      auto request = By<escalation::v1::CompleteHandlingRequest>(kNation);
      request.set_handling_id(std::exchange(file->handling_id, ""));
      if (request.handling_id().empty()) return false;
      request.add_measures()->set_text("A pump.");
      return Send(day, file, service, &Service::CompleteHandling, std::move(request));
    }
    case Act::kIssueLetter: {
      auto request = By<escalation::v1::IssueSuggestionRequest>(kDistrict);
      request.set_kind(escalation::v1::SUGGESTION_KIND_IMPROVE_WORK);
      request.set_addressee_id(kWater);
      request.set_text("Keep pumps in store.");
      return Send(day, file, service, &Service::IssueSuggestion, std::move(request), &file->letter_id);
    }
    default:
      break;
  }
  if (file->letter_id.empty()) return false;
  if (act.act == Act::kReportLetter) {
    auto request = By<escalation::v1::ReportRectificationRequest>(kWater);
    request.set_letter_id(file->letter_id);
    request.set_text("Two pumps are in store.");
    return Send(day, file, service, &Service::ReportRectification, std::move(request));
  }
  if (act.act == Act::kAcceptReport) {
    auto request = By<escalation::v1::AcceptRectificationRequest>(kDistrict);
    request.set_letter_id(file->letter_id);
    request.set_reason("Two will do.");
    return Send(day, file, service, &Service::AcceptRectification, std::move(request));
  }
  auto request = By<escalation::v1::RejectRectificationRequest>(kDistrict);
  request.set_letter_id(file->letter_id);
  request.set_reason("Two will not do.");
  return Send(day, file, service, &Service::RejectRectification, std::move(request));
}

}  // namespace whistle::year
