#include "tests/bench/server.h"

#include <grpcpp/generic/generic_stub.h>

#include <filesystem>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/status_table.h"
#include "whistle/intake/v1/service.grpc.pb.h"
#include "whistle/operations/v1/service.grpc.pb.h"
#include "whistle/registry/v1/service.grpc.pb.h"

namespace whistle::bench {
namespace {

constexpr absl::Duration kStartMax = absl::Minutes(5);
constexpr absl::Duration kPollInterval = absl::Milliseconds(2);
constexpr std::chrono::seconds kCallMax{30};

void AskAsPetitioner(common::v1::CommandContext& context, std::string request_id) {
  context.set_request_id(std::move(request_id));
  context.mutable_actor()->set_kind(common::v1::ACTOR_KIND_PETITIONER);
}

// Every term ten days; nothing escalates by itself.
void FillRules(google::protobuf::Message& rules, Rules look) {
  if (auto* term = dynamic_cast<registry::v1::Term*>(&rules)) {
    term->set_count(10);
    term->set_unit(registry::v1::TERM_UNIT_CALENDAR_DAYS);
    term->set_source("ours");
    return;
  }
  if (auto* escalates = dynamic_cast<registry::v1::Escalates*>(&rules)) {
    escalates->set_when(registry::v1::ESCALATE_WHEN_NEVER);
    escalates->set_source("ours");
    return;
  }
  if (auto* finding = dynamic_cast<registry::v1::FindingPolicy*>(&rules)) finding->set_off(look == Rules::kOff);
  for (int i = 0; i < rules.GetDescriptor()->field_count(); ++i) {
    const auto* field = rules.GetDescriptor()->field(i);
    if (field->message_type() != nullptr) FillRules(*rules.GetReflection()->MutableMessage(&rules, field), look);
  }
}

registry::v1::Policy MakePolicy(Rules look) {
  registry::v1::Policy policy;
  policy.set_title("bench");
  FillRules(policy, look);
  policy.set_handling_extensions_max(1);
  policy.set_response_extensions_max(1);
  policy.set_warn_percent(70);
  policy.set_hollow_meetings(2);
  policy.set_persistent_contacts(3);
  return policy;
}

// The other process is asked until it is ready; in between it has the machine for itself.
void PauseBetweenPolls() { absl::Notification().WaitForNotificationWithTimeout(kPollInterval); }

template <typename Request, typename Response>
struct Call {
  std::unique_ptr<grpc::ClientContext> context;
  Request request;
  Response response;
};

}  // namespace

std::unique_ptr<grpc::ClientContext> Server::NewContext() const {
  auto context = std::make_unique<grpc::ClientContext>();
  context->AddMetadata("whistle-client", "bench");
  context->set_deadline(std::chrono::system_clock::now() + kCallMax);
  return context;
}

std::string Server::NewRequestId(int slot) { return absl::StrCat("b", slot, "-", next_request_.fetch_add(1)); }

absl::Status Server::Ended() const {
  return absl::UnavailableError(absl::StrCat("whistled ended; see ", dir_, "/whistled.log"));
}

absl::StatusOr<Server::Started> Server::Start() {
  const int port = FreePort();
  const absl::Time began = absl::Now();
  // A line for each command would be measured too; the figures are of the service, not of its terminal.
  child_ = std::make_unique<Child>(
      std::vector<std::string>{program_, absl::StrCat("--journal=", journal_), absl::StrCat("--data=", dir_, "/data"),
                               absl::StrCat("--listen=127.0.0.1:", port), "--metrics_listen=none",
                               "--log_level=warning"},
      absl::StrCat(dir_, "/whistled.log"));
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(-1);
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  // gRPC waits a second and more after a connection was refused, which would be measured as the server's; so it is
  // asked to connect only once there is somebody to connect to.
  while (!CanConnect(port)) {
    if (!child_->IsRunning()) return Ended();
    if (absl::Now() > began + kStartMax) return absl::DeadlineExceededError("whistled did not listen in time");
    PauseBetweenPolls();
  }
  channel_ = grpc::CreateCustomChannel(absl::StrCat("127.0.0.1:", port), grpc::InsecureChannelCredentials(), arguments);
  Started started;
  WHISTLE_RETURN_IF_ERROR(AwaitServing(began, started));
  return started;
}

absl::Status Server::AwaitServing(absl::Time began, Started& started) {
  auto operations = operations::v1::OperationsService::NewStub(channel_);
  bool live = false;
  while (!live) {
    if (!child_->IsRunning()) return Ended();
    if (absl::Now() > began + kStartMax) return absl::DeadlineExceededError("whistled was not live in time");
    auto context = NewContext();
    operations::v1::GetProjectionStatusResponse status;
    live = operations->GetProjectionStatus(context.get(), {}, &status).ok();
    for (const auto& projection : status.projections()) {
      for (const auto& partition : projection.partitions()) {
        live = live && partition.health() == operations::v1::PROJECTION_HEALTH_LIVE;
      }
    }
    if (!live) PauseBetweenPolls();
  }
  started.until_live = absl::Now() - began;
  // gRPC's own health check has no stub in Debian's package: its request is field 1, the service's name, its answer
  // field 1, where 1 means serving.
  const std::string name = "whistle.intake.v1.IntakeService";
  const std::string request = absl::StrCat("\x0a", std::string(1, static_cast<char>(name.size())), name);
  grpc::TemplatedGenericStub<grpc::ByteBuffer, grpc::ByteBuffer> health(channel_);
  while (absl::Now() < began + kStartMax) {
    auto context = NewContext();
    const grpc::Slice slice(request);
    grpc::ByteBuffer asked(&slice, 1);
    grpc::ByteBuffer answered;
    absl::Notification done;
    bool ok = false;
    health.UnaryCall(context.get(), "/grpc.health.v1.Health/Check", {}, &asked, &answered, [&](grpc::Status status) {
      ok = status.ok();
      done.Notify();
    });
    done.WaitForNotification();
    grpc::Slice answer;
    if (ok && answered.DumpToSingleSlice(&answer).ok() && answer.size() == 2 && answer.begin()[1] == 1) {
      started.until_serving = absl::Now() - began;
      return absl::OkStatus();
    }
    PauseBetweenPolls();
  }
  return absl::DeadlineExceededError("the health check never said that whistled serves");
}

absl::Status Server::Stop() {
  channel_.reset();
  const int status = child_->Stop();
  child_.reset();
  if (status == 0) return absl::OkStatus();
  return absl::InternalError(absl::StrCat("whistled ended with status ", status, "; see ", dir_, "/whistled.log"));
}

void Server::DeleteProjections() { std::filesystem::remove_all(absl::StrCat(dir_, "/data")); }

absl::Status Server::Found(Rules rules) {
  auto stub = registry::v1::RegistryService::NewStub(channel_);
  registry::v1::UpsertOrganizationRequest upsert;
  AskAsPetitioner(*upsert.mutable_context(), NewRequestId(0));
  upsert.mutable_organization()->set_organization_id("gas");
  upsert.mutable_organization()->set_name("Gas Company");
  upsert.mutable_organization()->set_level(registry::v1::ORGANIZATION_LEVEL_PROVINCE);
  upsert.mutable_organization()->set_kind(registry::v1::ORGANIZATION_KIND_ENTERPRISE);
  registry::v1::UpsertOrganizationResponse upserted;
  WHISTLE_RETURN_IF_ERROR(rpc::FromGrpcStatus(stub->UpsertOrganization(NewContext().get(), upsert, &upserted)));
  registry::v1::AdoptPolicyRequest adopt;
  AskAsPetitioner(*adopt.mutable_context(), NewRequestId(0));
  adopt.mutable_context()->mutable_actor()->set_kind(common::v1::ACTOR_KIND_ORGANIZATION);
  adopt.mutable_context()->mutable_actor()->set_organization_id("gas");
  *adopt.mutable_policy() = MakePolicy(rules);
  registry::v1::AdoptPolicyResponse adopted;
  return rpc::FromGrpcStatus(stub->AdoptPolicy(NewContext().get(), adopt, &adopted));
}

namespace {

intake::v1::RegisterCaseRequest RegisterCase(std::string request_id) {
  intake::v1::RegisterCaseRequest request;
  AskAsPetitioner(*request.mutable_context(), std::move(request_id));
  request.set_title("Building 19 has no gas");
  request.set_demand("Residents moved in and there is no gas. They ask for it to be connected.");
  request.set_category("gas-supply");
  request.mutable_site()->set_site_id("building-19");
  request.mutable_site()->set_name("Building 19, Railway Station East Road");
  return request;
}

}  // namespace

absl::StatusOr<std::vector<std::string>> Server::RegisterCases(int count) {
  auto stub = intake::v1::IntakeService::NewStub(channel_);
  std::vector<std::string> cases;
  for (int i = 0; i < count; ++i) {
    intake::v1::RegisterCaseResponse response;
    WHISTLE_RETURN_IF_ERROR(
        rpc::FromGrpcStatus(stub->RegisterCase(NewContext().get(), RegisterCase(NewRequestId(0)), &response)));
    cases.push_back(response.receipt().case_id());
  }
  return cases;
}

Figures Server::LoadRegisterCase(const LoadOptions& options) {
  auto stub = intake::v1::IntakeService::NewStub(channel_);
  return RunLoad(options, [&](int slot, Done done) {
    auto call = std::make_shared<Call<intake::v1::RegisterCaseRequest, intake::v1::RegisterCaseResponse>>();
    call->context = NewContext();
    call->request = RegisterCase(NewRequestId(slot));
    auto* c = call.get();
    stub->async()->RegisterCase(c->context.get(), &c->request, &c->response,
                                [call, done = std::move(done)](const grpc::Status& status) { done(status.ok()); });
  });
}

Figures Server::LoadRecordContact(const std::vector<std::string>& cases, const LoadOptions& options) {
  auto stub = intake::v1::IntakeService::NewStub(channel_);
  std::vector<size_t> turns(options.in_flight);
  return RunLoad(options, [&](int slot, Done done) {
    auto call = std::make_shared<Call<intake::v1::RecordContactRequest, intake::v1::RecordContactResponse>>();
    call->context = NewContext();
    AskAsPetitioner(*call->request.mutable_context(), NewRequestId(slot));
    const size_t turn = turns[slot]++;
    call->request.mutable_context()->set_case_id(
        cases[(static_cast<size_t>(slot) + turn * turns.size()) % cases.size()]);
    call->request.set_channel(intake::v1::CONTACT_CHANNEL_VISIT);
    call->request.set_contacted_id("gas");
    call->request.set_note("They asked when the gas would come, and were told that it depends on others.");
    request_bytes_ = call->request.ByteSizeLong();
    auto* c = call.get();
    stub->async()->RecordContact(c->context.get(), &c->request, &c->response,
                                 [call, done = std::move(done)](const grpc::Status& status) { done(status.ok()); });
  });
}

absl::StatusOr<Server::Journal> Server::ReadJournal() {
  auto stub = operations::v1::OperationsService::NewStub(channel_);
  operations::v1::GetJournalStatusResponse ends;
  WHISTLE_RETURN_IF_ERROR(rpc::FromGrpcStatus(stub->GetJournalStatus(NewContext().get(), {}, &ends)));
  Journal journal;
  for (const auto& partition : ends.partitions()) journal.decisions += partition.end_offset() - 1;
  // What one partition holds is like what the others hold.
  operations::v1::ReadJournalRequest request;
  request.set_topic(common::v1::TOPIC_CASES);
  const auto context = NewContext();
  const auto stream = stub->ReadJournal(context.get(), request);
  operations::v1::ReadJournalResponse record;
  size_t bytes = 0;
  int64_t records = 0;
  while (stream->Read(&record)) {
    bytes += record.key().size() + record.value().size();
    for (const auto& header : record.headers()) bytes += header.name().size() + header.value().size();
    ++records;
  }
  WHISTLE_RETURN_IF_ERROR(rpc::FromGrpcStatus(stream->Finish()));
  journal.record_bytes = bytes / static_cast<size_t>(records);
  return journal;
}

}  // namespace whistle::bench
