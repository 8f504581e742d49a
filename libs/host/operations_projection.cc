// The part of OperationsService that looks after projections: rebuilt, copied away, compared, while they serve.
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "libs/host/operations_service.h"
#include "libs/projection/checkpoint.h"
#include "libs/projection/comparison.h"

namespace whistle::host {
namespace {

using namespace operations::v1;  // NOLINT: this file speaks of little else.

// One message of rows.
constexpr size_t kRowsMax = 256;
constexpr size_t kRowBytesMax = size_t{256} << 10;

// Every request here names one service of the process. `answer` gets its keeper.
template <typename Request, typename Response, typename Answer>
grpc::ServerUnaryReactor* OfOneService(const OperationsService::Parts& parts, grpc::CallbackServerContext* context,
                                       const Request* request, Response* response, Answer answer) {
  return parts.runner->Run(
      context, request, response,
      [directory = parts.directory, answer](rpc::CallInfo, Request r, rpc::Completion<Response> done) {
        const absl::StatusOr<HostedService*> service = directory->Find(r.service());
        if (!service.ok()) return std::move(done)(service.status());
        Response reply;
        const absl::Status status = answer(**service, r, reply);
        if (!status.ok()) return std::move(done)(status);
        std::move(done)(std::move(reply));
      });
}

// All rows of a projection as of one moment. Lives on the keeper's reading thread until its stream is closed.
class ProjectionStream : public std::enable_shared_from_this<ProjectionStream> {
 public:
  ProjectionStream(HostedService* service, rpc::StreamWriter<ReadProjectionResponse> stream)
      : service_(*service), stream_(std::move(stream)) {}

  void Start() {
    stream_.OnRoom([weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->PostNext();
    });
    stream_.OnClosed([self = shared_from_this()] { self->service_.keeper().PostReading([self] { self->LetGo(); }); });
    PostNext();
  }

 private:
  void PostNext() {
    service_.keeper().PostReading([self = shared_from_this()] { self->Next(); });
  }

  void LetGo() {
    over_ = true;
    cursor_.reset();
    rows_.reset();
  }

  // Offers one message, and asks for its next turn: others read on this thread too.
  void Next() {
    if (over_) return;
    if (!pending_.has_value()) {
      const absl::Status status = Fill();
      if (!status.ok() || !pending_.has_value()) {
        LetGo();
        return stream_.Finish(status);
      }
    }
    switch (stream_.Offer(*pending_, pending_->column_family())) {
      case rpc::PushResult::kQueued:
        pending_.reset();
        return PostNext();
      case rpc::PushResult::kNoRoom:
        return;
      case rpc::PushResult::kClosed:
        return LetGo();
    }
  }

  // The next message; none after the last.
  absl::Status Fill() {
    ReadProjectionResponse message;
    if (rows_ == nullptr) {
      rows_ = service_.keeper().store().SnapshotRows();
      message.set_service(service_.name());
      message.set_fold_fingerprint(service_.fold_fingerprint());
      WHISTLE_ASSIGN_OR_RETURN(auto partitions, projection::PartitionsOf(*rows_));
      for (auto& partition : partitions) *message.add_partitions() = std::move(partition);
      pending_ = std::move(message);
      return absl::OkStatus();
    }
    for (; family_ < projection::kFamilyNames.size(); ++family_, cursor_.reset()) {
      const auto family = static_cast<projection::Family>(family_);
      if (cursor_ == nullptr) cursor_ = std::make_unique<projection::PagedRows>(*rows_, family);
      WHISTLE_RETURN_IF_ERROR(FillRows(family, message));
      if (message.rows().empty()) continue;
      pending_ = std::move(message);
      return absl::OkStatus();
    }
    return absl::OkStatus();
  }

  absl::Status FillRows(projection::Family family, ReadProjectionResponse& message) {
    message.set_column_family(std::string(projection::FamilyName(family)));
    size_t bytes = 0;
    while (static_cast<size_t>(message.rows_size()) < kRowsMax && bytes < kRowBytesMax) {
      WHISTLE_ASSIGN_OR_RETURN(std::optional<projection::Row> row, cursor_->Next());
      if (!row.has_value()) break;
      if (projection::IsPhysical(family, row->key)) continue;
      bytes += row->key.size() + row->value.size();
      ProjectionRow* out = message.add_rows();
      out->set_key(std::move(row->key));
      out->set_value(std::move(row->value));
    }
    return absl::OkStatus();
  }

  HostedService& service_;
  rpc::StreamWriter<ReadProjectionResponse> stream_;
  std::unique_ptr<projection::RowReader<projection::Reader>> rows_;
  // Of the family under way.
  std::unique_ptr<projection::PagedRows> cursor_;
  size_t family_ = 0;
  std::optional<ReadProjectionResponse> pending_;
  bool over_ = false;
};

}  // namespace

grpc::ServerUnaryReactor* OperationsService::RebuildProjection(grpc::CallbackServerContext* context,
                                                               const RebuildProjectionRequest* request,
                                                               RebuildProjectionResponse* response) {
  return OfOneService(parts_, context, request, response,
                      [](HostedService& service, const RebuildProjectionRequest& r, RebuildProjectionResponse& reply) {
                        if (!(r.records_per_second_max() >= 0)) {
                          return absl::InvalidArgumentError("records_per_second_max: expected 0 (no limit) or more");
                        }
                        const absl::Status begun =
                            service.keeper().StartRebuild({.records_per_second_max = r.records_per_second_max(),
                                                           .take_despite_difference = r.take_despite_difference()});
                        *reply.mutable_task() = service.keeper().task();
                        return begun;
                      });
}

grpc::ServerUnaryReactor* OperationsService::CheckpointProjection(grpc::CallbackServerContext* context,
                                                                  const CheckpointProjectionRequest* request,
                                                                  CheckpointProjectionResponse* response) {
  return OfOneService(
      parts_, context, request, response,
      [](HostedService& service, const CheckpointProjectionRequest& r, CheckpointProjectionResponse& reply) {
        const absl::Status begun = service.keeper().StartCheckpoint(r.folder());
        *reply.mutable_task() = service.keeper().task();
        return begun;
      });
}

grpc::ServerUnaryReactor* OperationsService::GetProjectionTask(grpc::CallbackServerContext* context,
                                                               const GetProjectionTaskRequest* request,
                                                               GetProjectionTaskResponse* response) {
  return OfOneService(parts_, context, request, response,
                      [](HostedService& service, const GetProjectionTaskRequest&, GetProjectionTaskResponse& reply) {
                        *reply.mutable_task() = service.keeper().task();
                        return absl::OkStatus();
                      });
}

grpc::ServerUnaryReactor* OperationsService::CancelProjectionTask(grpc::CallbackServerContext* context,
                                                                  const CancelProjectionTaskRequest* request,
                                                                  CancelProjectionTaskResponse* response) {
  return OfOneService(
      parts_, context, request, response,
      [](HostedService& service, const CancelProjectionTaskRequest&, CancelProjectionTaskResponse& reply) {
        service.keeper().CancelTask();
        *reply.mutable_task() = service.keeper().task();
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* OperationsService::DiscardOldProjection(grpc::CallbackServerContext* context,
                                                                  const DiscardOldProjectionRequest* request,
                                                                  DiscardOldProjectionResponse* response) {
  return OfOneService(parts_, context, request, response,
                      [](HostedService& service, const DiscardOldProjectionRequest&,
                         DiscardOldProjectionResponse& reply) -> absl::Status {
                        WHISTLE_ASSIGN_OR_RETURN(std::vector<std::string> paths, service.keeper().DiscardOld());
                        for (std::string& path : paths) reply.add_discarded(std::move(path));
                        return absl::OkStatus();
                      });
}

grpc::ServerUnaryReactor* OperationsService::GetProjectionDigests(grpc::CallbackServerContext* context,
                                                                  const GetProjectionDigestsRequest* request,
                                                                  GetProjectionDigestsResponse* response) {
  return parts_.runner->Run(
      context, request, response,
      [this](rpc::CallInfo, GetProjectionDigestsRequest r, rpc::Completion<GetProjectionDigestsResponse> done) {
        const absl::StatusOr<HostedService*> service = parts_.directory->Find(r.service());
        if (!service.ok()) return std::move(done)(service.status());
        (*service)->keeper().PostReading([service = *service, done = std::move(done)]() mutable {
          GetProjectionDigestsResponse reply;
          reply.set_fold_fingerprint(service->fold_fingerprint());
          const auto rows = service->keeper().store().SnapshotRows();
          auto partitions = projection::PartitionsOf(*rows);
          if (!partitions.ok()) return std::move(done)(partitions.status());
          auto digests = projection::DigestsOf(*rows, [&](absl::string_view column_family) {
            if (!done.abandoned()) return absl::OkStatus();
            return absl::CancelledError(absl::StrCat("nobody waits any more; stopped before ", column_family));
          });
          if (!digests.ok()) return std::move(done)(digests.status());
          for (auto& partition : *partitions) *reply.add_partitions() = std::move(partition);
          for (auto& digest : *digests) *reply.add_column_families() = std::move(digest);
          std::move(done)(std::move(reply));
        });
      });
}

grpc::ServerWriteReactor<ReadProjectionResponse>* OperationsService::ReadProjection(
    grpc::CallbackServerContext* context, const ReadProjectionRequest* request) {
  return parts_.runner->Stream<ReadProjectionResponse>(
      context, request, rpc::StreamLimits(),
      [this](rpc::CallInfo, ReadProjectionRequest r, rpc::StreamWriter<ReadProjectionResponse> stream) {
        const absl::StatusOr<HostedService*> service = parts_.directory->Find(r.service());
        if (!service.ok()) return stream.Finish(service.status());
        std::make_shared<ProjectionStream>(*service, std::move(stream))->Start();
      });
}

}  // namespace whistle::host
