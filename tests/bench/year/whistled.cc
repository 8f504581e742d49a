#include "tests/bench/year/whistled.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "libs/base/status_macros.h"
#include "libs/base/time.h"
#include "libs/rpc/status_table.h"
#include "whistle/operations/v1/service.grpc.pb.h"
#include "whistle/registry/v1/service.grpc.pb.h"

namespace whistle::year {
namespace {

constexpr absl::Duration kStartMax = absl::Minutes(1);
constexpr absl::Duration kPollInterval = absl::Milliseconds(5);
constexpr absl::Duration kCallMax = absl::Seconds(55);
// However much falls due at one moment.
constexpr absl::Duration kAdvanceMax = absl::Hours(2);
constexpr absl::Duration kReadMax = absl::Hours(1);

// The other process is asked until it is ready; in between it has the machine for itself.
void PauseBetweenPolls() { absl::Notification().WaitForNotificationWithTimeout(kPollInterval); }

void ActAs(common::v1::CommandContext& context, const std::string& request_id, const std::string& organization_id) {
  context.set_request_id(request_id);
  context.mutable_actor()->set_kind(common::v1::ACTOR_KIND_ORGANIZATION);
  context.mutable_actor()->set_organization_id(organization_id);
}

}  // namespace

Whistled::Whistled(const std::string& program, const std::string& dir, int port, absl::Time clock_start)
    : log_(absl::StrCat(dir, "/whistled.log")),
      child_({program, absl::StrCat("--journal=embedded:", dir, "/journal"), absl::StrCat("--data=", dir, "/data"),
              absl::StrCat("--listen=127.0.0.1:", port), "--metrics_listen=none", "--log_level=warning",
              "--clock=virtual", absl::StrCat("--virtual_start=", base::TimeText(clock_start))},
             log_) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(-1);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 50);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 200);
  channel_ = grpc::CreateCustomChannel(absl::StrCat("127.0.0.1:", port), grpc::InsecureChannelCredentials(), arguments);
}

std::unique_ptr<grpc::ClientContext> Whistled::NewContext(absl::Duration timeout) {
  auto context = std::make_unique<grpc::ClientContext>();
  context->AddMetadata("whistle-client", "year");
  context->set_deadline(absl::ToChronoTime(absl::Now() + timeout));
  return context;
}

absl::StatusOr<std::unique_ptr<Whistled>> Whistled::Start(const std::string& program, const std::string& dir,
                                                          absl::Time clock_start) {
  std::unique_ptr<Whistled> whistled(new Whistled(program, dir, bench::FreePort(), clock_start));
  WHISTLE_RETURN_IF_ERROR(whistled->AwaitLive());
  return whistled;
}

absl::Status Whistled::AwaitLive() {
  auto operations = operations::v1::OperationsService::NewStub(channel_);
  const absl::Time give_up_at = absl::Now() + kStartMax;
  while (absl::Now() < give_up_at) {
    if (!child_.IsRunning()) return absl::UnavailableError(absl::StrCat("whistled ended; see ", log_));
    operations::v1::GetProjectionStatusResponse status;
    bool live = operations->GetProjectionStatus(NewContext(kCallMax).get(), {}, &status).ok();
    for (const auto& projection : status.projections()) {
      for (const auto& partition : projection.partitions()) {
        live = live && partition.health() == operations::v1::PROJECTION_HEALTH_LIVE;
      }
    }
    if (live) return absl::OkStatus();
    PauseBetweenPolls();
  }
  return absl::DeadlineExceededError(absl::StrCat("whistled was not live in time; see ", log_));
}

absl::Status Whistled::Stop() {
  channel_.reset();
  const int status = child_.Stop();
  if (status == 0) return absl::OkStatus();
  return absl::InternalError(absl::StrCat("whistled ended with status ", status, "; see ", log_));
}

absl::Status Whistled::Adopt(const scenarios::RegistryContent& content) {
  auto stub = registry::v1::RegistryService::NewStub(channel_);
  const std::string top = content.organizations.front().organization_id();
  for (const registry::v1::Organization& organization : content.organizations) {
    registry::v1::UpsertOrganizationRequest request;
    ActAs(*request.mutable_context(), organization.organization_id(), top);
    // There is nobody to be yet.
    if (organization.organization_id() == top) {
      request.mutable_context()->mutable_actor()->clear_organization_id();
      request.mutable_context()->mutable_actor()->set_kind(common::v1::ACTOR_KIND_PETITIONER);
    }
    *request.mutable_organization() = organization;
    registry::v1::UpsertOrganizationResponse response;
    WHISTLE_RETURN_IF_ERROR(
        rpc::FromGrpcStatus(stub->UpsertOrganization(NewContext(kCallMax).get(), request, &response)));
  }
  registry::v1::AdoptPolicyRequest policy;
  ActAs(*policy.mutable_context(), "policy", top);
  *policy.mutable_policy() = *content.policy;
  registry::v1::AdoptPolicyResponse policy_adopted;
  WHISTLE_RETURN_IF_ERROR(rpc::FromGrpcStatus(stub->AdoptPolicy(NewContext(kCallMax).get(), policy, &policy_adopted)));
  registry::v1::AdoptCalendarRequest calendar;
  ActAs(*calendar.mutable_context(), "calendar", top);
  *calendar.mutable_calendar() = *content.calendar;
  registry::v1::AdoptCalendarResponse calendar_adopted;
  return rpc::FromGrpcStatus(stub->AdoptCalendar(NewContext(kCallMax).get(), calendar, &calendar_adopted));
}

absl::Status Whistled::AdvanceClock(absl::Time to, bool without_firing) {
  auto stub = operations::v1::OperationsService::NewStub(channel_);
  operations::v1::AdvanceClockRequest request;
  *request.mutable_to() = base::ToProto(to);
  request.set_without_firing(without_firing);
  const absl::Time give_up_at = absl::Now() + kAdvanceMax;
  while (true) {
    operations::v1::AdvanceClockResponse response;
    const absl::Status status = rpc::FromGrpcStatus(stub->AdvanceClock(NewContext(kCallMax).get(), request, &response));
    // It goes on without us, and the next call is answered once it is done.
    if (!absl::IsDeadlineExceeded(status) || absl::Now() > give_up_at) return status;
  }
}

absl::Status Whistled::ReadJournal(const OnRecord& on_record) {
  auto stub = operations::v1::OperationsService::NewStub(channel_);
  operations::v1::GetJournalStatusResponse journal;
  WHISTLE_RETURN_IF_ERROR(rpc::FromGrpcStatus(stub->GetJournalStatus(NewContext(kCallMax).get(), {}, &journal)));
  for (int partition = 0; partition < journal.partition_count(); ++partition) {
    operations::v1::ReadJournalRequest request;
    request.set_topic(common::v1::TOPIC_CASES);
    request.set_partition(partition);
    request.set_from_offset(1);
    const auto context = NewContext(kReadMax);
    const auto stream = stub->ReadJournal(context.get(), request);
    operations::v1::ReadJournalResponse record;
    absl::Status status;
    while (status.ok() && stream->Read(&record)) status = on_record(partition, record);
    if (!status.ok()) context->TryCancel();
    const absl::Status ended = rpc::FromGrpcStatus(stream->Finish());
    WHISTLE_RETURN_IF_ERROR(status);
    WHISTLE_RETURN_IF_ERROR(ended);
  }
  return absl::OkStatus();
}

}  // namespace whistle::year
