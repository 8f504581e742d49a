#include "libs/host/operations_service.h"

#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "libs/base/proto.h"
#include "libs/base/status_macros.h"
#include "libs/base/time.h"
#include "libs/host/desk.h"
#include "libs/host/due_list.h"
#include "libs/projection/paging.h"

namespace whistle::host {
namespace {

using namespace operations::v1;  // NOLINT: this file speaks of little else.

common::v1::Topic TopicOf(base::PartitionId id) {
  return id.is_registry() ? common::v1::TOPIC_REGISTRY : common::v1::TOPIC_CASES;
}

ProjectionHealth ToProto(engine::PartitionHealth health) {
  switch (health) {
    case engine::PartitionHealth::kCatchingUp:
      return PROJECTION_HEALTH_CATCHING_UP;
    case engine::PartitionHealth::kLive:
      return PROJECTION_HEALTH_LIVE;
    case engine::PartitionHealth::kHalted:
      return PROJECTION_HEALTH_HALTED;
    case engine::PartitionHealth::kDiverged:
      return PROJECTION_HEALTH_DIVERGED;
    case engine::PartitionHealth::kUnreachable:
      return PROJECTION_HEALTH_UNREACHABLE;
  }
  return PROJECTION_HEALTH_UNSPECIFIED;
}

// The services that a request for one of them, or for all, is about.
absl::StatusOr<std::vector<HostedService*>> Selected(const Directory& directory, const std::string& name) {
  if (name.empty()) return directory.services();
  WHISTLE_ASSIGN_OR_RETURN(HostedService* const service, directory.Find(name));
  return std::vector<HostedService*>{service};
}

std::vector<std::string> PausedNames(const Directory& directory) {
  std::vector<std::string> names;
  for (HostedService* service : directory.services()) {
    if (service->engine().agenda_paused()) names.push_back(service->name());
  }
  return names;
}

// Answers at once from what the process knows.
template <typename Request, typename Response, typename AnswerNow>
grpc::ServerUnaryReactor* Now(rpc::CallRunner* runner, grpc::CallbackServerContext* context, const Request* request,
                              Response* response, AnswerNow answer) {
  return runner->Run(context, request, response, [answer](rpc::CallInfo, Request r, rpc::Completion<Response> done) {
    Response reply;
    const absl::Status status = answer(r, reply);
    if (!status.ok()) return std::move(done)(status);
    std::move(done)(std::move(reply));
  });
}

// One reader of the raw journal. Lives on the Pumps thread until its stream is closed.
class JournalStream : public std::enable_shared_from_this<JournalStream> {
 public:
  JournalStream(Pumps* pumps, rpc::StreamWriter<ReadJournalResponse> stream)
      : pumps_(pumps), stream_(std::move(stream)) {}

  void End(const absl::Status& status) { stream_.Finish(status); }

  void Start(journal::Journal* journal, base::PartitionId partition, base::Offset from, base::Offset until) {
    stream_.OnRoom([weak = weak_from_this()] {
      const auto self = weak.lock();
      if (!self) return;
      self->pumps_->Post([self] {
        if (self->pump_) self->pump_->Wake();
      });
    });
    stream_.OnClosed([self = shared_from_this()] {
      self->pumps_->Post([self] {
        if (self->pump_) self->pump_->Stop();
      });
    });
    Pump::Sink sink;
    sink.take = [this, partition](const journal::StoredRecord& record) { return Take(partition, record); };
    sink.limit = [] { return base::Offset{std::numeric_limits<int64_t>::max()}; };
    sink.done = [this](absl::Status status) { stream_.Finish(status); };
    auto pump = Pump::Start(pumps_, journal, partition, from, until, std::move(sink));
    if (!pump.ok()) return stream_.Finish(pump.status());
    pump_ = *std::move(pump);
  }

 private:
  // The journal is read no faster than the consumer takes it, so nobody need be cut off.
  Pump::Taken Take(base::PartitionId partition, const journal::StoredRecord& record) {
    ReadJournalResponse response;
    response.set_offset(record.offset.value);
    *response.mutable_stamp() = base::ToProto(record.stamp);
    response.set_key(record.record.key);
    response.set_value(record.record.value);
    for (const auto& [name, value] : record.record.headers) {
      RecordHeader* header = response.add_headers();
      header->set_name(name);
      header->set_value(value);
    }
    switch (stream_.Offer(std::move(response),
                          absl::StrCat("partition ", partition.ToString(), " offset ", record.offset.value))) {
      case rpc::PushResult::kQueued:
        return Pump::Taken::kYes;
      case rpc::PushResult::kNoRoom:
        return Pump::Taken::kNoRoom;
      case rpc::PushResult::kClosed:
        break;
    }
    return Pump::Taken::kEnough;
  }

  Pumps* const pumps_;
  rpc::StreamWriter<ReadJournalResponse> stream_;
  std::shared_ptr<Pump> pump_;
};

}  // namespace

OperationsService::OperationsService(Parts parts) : parts_(std::move(parts)) {}
OperationsService::~OperationsService() = default;

grpc::ServerWriteReactor<ReadJournalResponse>* OperationsService::ReadJournal(grpc::CallbackServerContext* context,
                                                                              const ReadJournalRequest* request) {
  return parts_.runner->Stream<ReadJournalResponse>(
      context, request, rpc::StreamLimits(),
      [this](rpc::CallInfo, ReadJournalRequest wanted, rpc::StreamWriter<ReadJournalResponse> stream) {
        common::v1::Position at;
        at.set_topic(wanted.topic());
        at.set_partition(wanted.partition());
        at.set_offset(wanted.from_offset());
        const auto partition = PartitionOf(at, parts_.journal->identity().partition_count);
        if (!partition.ok()) return stream.Finish(partition.status());
        auto reader = std::make_shared<JournalStream>(parts_.pumps, std::move(stream));
        const base::Offset from{wanted.from_offset()};
        parts_.journal->End(*partition, [this, reader, partition = *partition, from,
                                         follow = wanted.follow()](absl::StatusOr<base::Offset> end) {
          if (!end.ok()) return reader->End(end.status());
          const base::Offset until = follow ? base::Offset{std::numeric_limits<int64_t>::max()} : *end;
          parts_.pumps->Post(
              [this, reader, partition, from, until] { reader->Start(parts_.journal, partition, from, until); });
        });
      });
}

grpc::ServerUnaryReactor* OperationsService::GetJournalStatus(grpc::CallbackServerContext* context,
                                                              const GetJournalStatusRequest* request,
                                                              GetJournalStatusResponse* response) {
  return parts_.runner->Run(
      context, request, response,
      [this](rpc::CallInfo, GetJournalStatusRequest, rpc::Completion<GetJournalStatusResponse> done) {
        const journal::Identity& identity = parts_.journal->identity();
        const std::vector<base::PartitionId> partitions = journal::AllPartitions(identity.partition_count);
        struct Gather {
          absl::Mutex mutex;
          size_t left ABSL_GUARDED_BY(mutex);
          absl::Status status ABSL_GUARDED_BY(mutex);
          GetJournalStatusResponse response ABSL_GUARDED_BY(mutex);
          std::optional<rpc::Completion<GetJournalStatusResponse>> done ABSL_GUARDED_BY(mutex);
        };
        auto gather = std::make_shared<Gather>();
        {
          absl::MutexLock lock(&gather->mutex);
          gather->left = partitions.size();
          gather->done.emplace(std::move(done));
          GetJournalStatusResponse& r = gather->response;
          r.set_journal_uuid(identity.uuid);
          r.set_kind(parts_.journal_kind);
          r.set_partition_count(identity.partition_count);
          r.set_clock_kind(identity.clock_kind == journal::ClockKind::kReal ? journal::v1::CLOCK_KIND_REAL
                                                                            : journal::v1::CLOCK_KIND_VIRTUAL);
          *r.mutable_created_at() = base::ToProto(identity.created_at);
          *r.mutable_now() = base::ToProto(parts_.clock->Now());
          for (const base::PartitionId id : partitions) {
            JournalPartition* row = r.add_partitions();
            row->set_topic(TopicOf(id));
            row->set_partition(id.index());
          }
        }
        for (size_t i = 0; i < partitions.size(); ++i) {
          parts_.journal->End(partitions[i], [gather, i](absl::StatusOr<base::Offset> end) {
            absl::MutexLock lock(&gather->mutex);
            if (end.ok()) gather->response.mutable_partitions(static_cast<int>(i))->set_end_offset(end->value);
            gather->status.Update(end.status());
            if (--gather->left > 0) return;
            if (gather->status.ok()) {
              (*std::move(gather->done))(std::move(gather->response));
            } else {
              (*std::move(gather->done))(gather->status);
            }
          });
        }
      });
}

grpc::ServerUnaryReactor* OperationsService::GetProjectionStatus(grpc::CallbackServerContext* context,
                                                                 const GetProjectionStatusRequest* request,
                                                                 GetProjectionStatusResponse* response) {
  return Now(parts_.runner, context, request, response,
             [this](const GetProjectionStatusRequest&, GetProjectionStatusResponse& reply) -> absl::Status {
               for (HostedService* service : parts_.directory->services()) {
                 Projection* projection = reply.add_projections();
                 projection->set_service(service->name());
                 projection->set_fold_fingerprint(service->fold_fingerprint());
                 for (const engine::PartitionStatus& status : service->engine().Status()) {
                   ProjectionPartition* partition = projection->add_partitions();
                   partition->set_topic(TopicOf(status.partition));
                   partition->set_partition(status.partition.index());
                   partition->set_health(ToProto(status.health));
                   partition->set_reason(status.reason);
                   if (status.row) *partition->mutable_row() = *status.row;
                 }
                 WHISTLE_ASSIGN_OR_RETURN(const uint64_t items, service->store().CountAgenda());
                 projection->set_agenda_items(items);
                 projection->set_agenda_paused(service->engine().agenda_paused());
                 for (std::string& path : service->keeper().old_stores()) projection->add_old_stores(std::move(path));
                 projection->set_replaces_fold(service->keeper().replaces_fold());
                 if (ProjectionTask task = service->keeper().task(); task.has_started_at()) {
                   *projection->mutable_task() = std::move(task);
                 }
               }
               return absl::OkStatus();
             });
}

grpc::ServerUnaryReactor* OperationsService::ListAgenda(grpc::CallbackServerContext* context,
                                                        const ListAgendaRequest* request,
                                                        ListAgendaResponse* response) {
  const absl::StatusOr<HostedService*> asked = parts_.directory->For(*context);
  return Now(parts_.runner, context, request, response,
             [this, asked](const ListAgendaRequest& r, ListAgendaResponse& reply) -> absl::Status {
               WHISTLE_RETURN_IF_ERROR(asked.status());
               HostedService* service = *asked;
               if (!r.service().empty()) {
                 WHISTLE_ASSIGN_OR_RETURN(service, parts_.directory->Find(r.service()));
               }
               WHISTLE_ASSIGN_OR_RETURN(const int size, projection::PageSize(r.page()));
               ListAgendaRequest query = r;
               query.clear_page();
               const std::string query_bytes = base::SerializeDeterministically(query);
               std::string after;
               if (!r.page().token().empty()) {
                 WHISTLE_ASSIGN_OR_RETURN(after, projection::DecodeToken(query_bytes, r.page().token()));
               }
               const absl::Time until = r.has_due_by() ? base::FromProto(r.due_by()) : absl::InfiniteFuture();
               WHISTLE_ASSIGN_OR_RETURN(const auto rows, service->store().ScanAgenda(until, after, size));
               for (const auto& row : rows) *reply.add_items() = row.item;
               if (rows.size() == static_cast<size_t>(size)) {
                 reply.set_next_page_token(projection::EncodeToken(query_bytes, rows.back().cursor));
               }
               reply.set_paused(service->engine().agenda_paused());
               return absl::OkStatus();
             });
}

grpc::ServerUnaryReactor* OperationsService::ListDue(grpc::CallbackServerContext* context,
                                                     const ListDueRequest* request, ListDueResponse* response) {
  const absl::StatusOr<HostedService*> asked = parts_.directory->For(*context);
  return parts_.runner->Run(
      context, request, response,
      [this, asked](rpc::CallInfo info, ListDueRequest r, rpc::Completion<ListDueResponse> done) {
        const absl::StatusOr<HostedService*> found = r.service().empty() ? asked : parts_.directory->Find(r.service());
        if (!found.ok()) return std::move(done)(found.status());
        HostedService* const service = *found;
        // Both are used by whichever thread comes to it.
        auto shared = std::make_shared<std::pair<ListDueRequest, rpc::Completion<ListDueResponse>>>(std::move(r),
                                                                                                    std::move(done));
        AwaitOptions(*service, shared->first.options(), info.deadline, [this, service, shared](absl::Status status) {
          ListDueResponse reply;
          const std::unique_ptr<projection::Reader> reader = service->store().Snapshot();
          if (status.ok()) {
            status = host::ListDue(*reader, service->model(), *service->engine().registry(), parts_.clock->Now(),
                                   shared->first, reply);
          }
          auto positions = PositionsOf(*reader, "", service->journal().identity().partition_count);
          status.Update(positions.status());
          if (!status.ok()) return std::move(shared->second)(status);
          for (common::v1::Position& position : *positions) *reply.add_positions() = std::move(position);
          std::move(shared->second)(std::move(reply));
        });
      });
}

grpc::ServerUnaryReactor* OperationsService::PauseAgenda(grpc::CallbackServerContext* context,
                                                         const PauseAgendaRequest* request,
                                                         PauseAgendaResponse* response) {
  return Now(parts_.runner, context, request, response,
             [this](const PauseAgendaRequest& r, PauseAgendaResponse& reply) -> absl::Status {
               WHISTLE_ASSIGN_OR_RETURN(const auto services, Selected(*parts_.directory, r.service()));
               for (HostedService* service : services) WHISTLE_RETURN_IF_ERROR(service->PauseAgenda());
               for (std::string& name : PausedNames(*parts_.directory)) reply.add_paused_services(std::move(name));
               return absl::OkStatus();
             });
}

grpc::ServerUnaryReactor* OperationsService::ResumeAgenda(grpc::CallbackServerContext* context,
                                                          const ResumeAgendaRequest* request,
                                                          ResumeAgendaResponse* response) {
  return Now(parts_.runner, context, request, response,
             [this](const ResumeAgendaRequest& r, ResumeAgendaResponse& reply) -> absl::Status {
               WHISTLE_ASSIGN_OR_RETURN(const auto services, Selected(*parts_.directory, r.service()));
               for (HostedService* service : services) WHISTLE_RETURN_IF_ERROR(service->ResumeAgenda());
               if (parts_.virtual_time != nullptr) parts_.virtual_time->Nudge();
               for (std::string& name : PausedNames(*parts_.directory)) reply.add_paused_services(std::move(name));
               return absl::OkStatus();
             });
}

grpc::ServerUnaryReactor* OperationsService::ListQuarantine(grpc::CallbackServerContext* context,
                                                            const ListQuarantineRequest* request,
                                                            ListQuarantineResponse* response) {
  const absl::StatusOr<HostedService*> asked = parts_.directory->For(*context);
  return Now(parts_.runner, context, request, response,
             [asked](const ListQuarantineRequest& r, ListQuarantineResponse& reply) -> absl::Status {
               WHISTLE_RETURN_IF_ERROR(asked.status());
               WHISTLE_ASSIGN_OR_RETURN(const int size, projection::PageSize(r.page()));
               std::optional<std::pair<base::PartitionId, base::Offset>> after;
               if (!r.page().token().empty()) {
                 WHISTLE_ASSIGN_OR_RETURN(const std::string cursor, projection::DecodeToken("", r.page().token()));
                 common::v1::Position position;
                 if (!position.ParseFromString(cursor))
                   return absl::InvalidArgumentError("page.token: not one of ours");
                 after.emplace(position.topic() == common::v1::TOPIC_REGISTRY
                                   ? base::PartitionId::Registry()
                                   : base::PartitionId::Case(position.partition()),
                               base::Offset{position.offset()});
               }
               WHISTLE_ASSIGN_OR_RETURN(const auto rows, (*asked)->store().ScanQuarantine(after, size));
               for (const auto& row : rows) *reply.add_rows() = row;
               if (rows.size() == static_cast<size_t>(size)) {
                 reply.set_next_page_token(
                     projection::EncodeToken("", base::SerializeDeterministically(rows.back().position())));
               }
               return absl::OkStatus();
             });
}

grpc::ServerUnaryReactor* OperationsService::AdvanceClock(grpc::CallbackServerContext* context,
                                                          const AdvanceClockRequest* request,
                                                          AdvanceClockResponse* response) {
  return parts_.runner->Run(context, request, response,
                            [this](rpc::CallInfo, AdvanceClockRequest r, rpc::Completion<AdvanceClockResponse> done) {
                              if (parts_.virtual_time == nullptr) {
                                return std::move(done)(absl::FailedPreconditionError(
                                    "this process runs on a real clock, which nobody moves; start whistled with "
                                    "--clock=virtual on a journal of its own"));
                              }
                              VirtualTime::Advance advance;
                              advance.to = parts_.clock->Now();
                              advance.without_firing = r.without_firing();
                              switch (r.target_case()) {
                                case AdvanceClockRequest::kTo:
                                  if (const absl::Status ok = base::CheckTimestamp(r.to(), "to"); !ok.ok())
                                    return std::move(done)(ok);
                                  advance.to = base::FromProto(r.to());
                                  break;
                                case AdvanceClockRequest::kByMs:
                                  if (r.by_ms() < 0)
                                    return std::move(done)(absl::InvalidArgumentError("by_ms: expected 0 or more"));
                                  advance.by = absl::Milliseconds(r.by_ms());
                                  break;
                                case AdvanceClockRequest::TARGET_NOT_SET:
                                  return std::move(done)(absl::InvalidArgumentError("to or by_ms: one must be given"));
                              }
                              parts_.virtual_time->AdvanceTo(
                                  advance,
                                  [done = std::move(done)](absl::StatusOr<AdvanceClockResponse> result) mutable {
                                    std::move(done)(std::move(result));
                                  });
                            });
}

}  // namespace whistle::host
