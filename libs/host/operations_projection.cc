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

// What a projection holds as of one moment, message by message. Lives on the keeper's reading thread until its stream
// is closed.
template <typename Response>
class SnapshotStream : public std::enable_shared_from_this<SnapshotStream<Response>> {
 public:
  SnapshotStream(HostedService* service, rpc::StreamWriter<Response> stream)
      : service_(*service), stream_(std::move(stream)) {}
  virtual ~SnapshotStream() = default;

  void Start() {
    stream_.OnRoom([weak = this->weak_from_this()] {
      if (const auto self = weak.lock()) self->PostNext();
    });
    stream_.OnClosed(
        [self = this->shared_from_this()] { self->service_.keeper().PostReading([self] { self->LetGo(); }); });
    PostNext();
  }

 protected:
  HostedService& service() { return service_; }
  const projection::RowReader<projection::Reader>& rows() const { return *rows_; }

  // What a turn came to: a message, rows that were read towards one, or nothing more.
  enum class Turn { kMessage, kReadOn, kEnd };

 private:
  // Whose snapshot it is goes into the first message.
  virtual void FillFirst(Response& message) = 0;
  // One turn: some hundred rows, so that others get theirs, and a caller that has gone or a stop is heard.
  virtual absl::StatusOr<Turn> Fill(Response& message) = 0;
  virtual std::string Label(const Response& message) const = 0;
  virtual void ForgetRows() {}

  void PostNext() {
    service_.keeper().PostReading([self = this->shared_from_this()] { self->Next(); });
  }

  void LetGo() {
    over_ = true;
    ForgetRows();
    rows_.reset();
  }

  // Offers one message, and asks for its next turn: others read on this thread too.
  void Next() {
    if (over_) return;
    if (!pending_.has_value()) {
      const absl::StatusOr<Turn> turn = MakeNext();
      if (!turn.ok() || *turn == Turn::kEnd) {
        LetGo();
        return stream_.Finish(turn.status());
      }
      if (*turn == Turn::kReadOn) return PostNext();
    }
    switch (stream_.Offer(*pending_, Label(*pending_))) {
      case rpc::PushResult::kQueued:
        pending_.reset();
        return PostNext();
      case rpc::PushResult::kNoRoom:
        return;
      case rpc::PushResult::kClosed:
        return LetGo();
    }
  }

  absl::StatusOr<Turn> MakeNext() {
    Response message;
    if (rows_ == nullptr) {
      rows_ = service_.keeper().store().SnapshotRows();
      WHISTLE_ASSIGN_OR_RETURN(auto partitions, projection::PartitionsOf(*rows_));
      message.set_fold_fingerprint(service_.fold_fingerprint());
      for (auto& partition : partitions) *message.add_partitions() = std::move(partition);
      FillFirst(message);
      pending_ = std::move(message);
      return Turn::kMessage;
    }
    WHISTLE_ASSIGN_OR_RETURN(const Turn turn, Fill(message));
    if (turn == Turn::kMessage) pending_ = std::move(message);
    return turn;
  }

  HostedService& service_;
  rpc::StreamWriter<Response> stream_;
  std::unique_ptr<projection::RowReader<projection::Reader>> rows_;
  std::optional<Response> pending_;
  bool over_ = false;
};

// All rows, some hundred a message.
class RowStream final : public SnapshotStream<ReadProjectionResponse> {
 public:
  using SnapshotStream::SnapshotStream;

 private:
  void FillFirst(ReadProjectionResponse& message) override { message.set_service(service().name()); }
  std::string Label(const ReadProjectionResponse& message) const override { return message.column_family(); }
  void ForgetRows() override { cursor_.reset(); }

  absl::StatusOr<Turn> Fill(ReadProjectionResponse& message) override {
    for (; family_ < projection::kFamilyNames.size(); ++family_, cursor_.reset()) {
      const auto family = static_cast<projection::Family>(family_);
      if (cursor_ == nullptr) cursor_ = std::make_unique<projection::PagedRows>(rows(), family);
      WHISTLE_RETURN_IF_ERROR(FillRows(family, message));
      if (!message.rows().empty()) return Turn::kMessage;
    }
    return Turn::kEnd;
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

  // Of the family under way.
  std::unique_ptr<projection::PagedRows> cursor_;
  size_t family_ = 0;
};

// What all rows come to, a column family a message.
class DigestStream final : public SnapshotStream<GetProjectionDigestsResponse> {
 public:
  using SnapshotStream::SnapshotStream;

 private:
  void FillFirst(GetProjectionDigestsResponse&) override {}
  std::string Label(const GetProjectionDigestsResponse& message) const override {
    return message.column_family().column_family();
  }

  void ForgetRows() override { digest_.reset(); }

  absl::StatusOr<Turn> Fill(GetProjectionDigestsResponse& message) override {
    if (family_ == projection::kFamilyNames.size()) return Turn::kEnd;
    if (digest_ == nullptr) {
      digest_ = std::make_unique<projection::DigestReader>(rows(), static_cast<projection::Family>(family_));
    }
    WHISTLE_ASSIGN_OR_RETURN(const bool more, digest_->ReadOn());
    if (more) return Turn::kReadOn;
    *message.mutable_column_family() = digest_->digest();
    digest_.reset();
    ++family_;
    return Turn::kMessage;
  }

  // Of the family under way.
  std::unique_ptr<projection::DigestReader> digest_;
  size_t family_ = 0;
};

// Streams one projection's rows, in one form or the other.
template <typename Stream, typename Response, typename Request>
grpc::ServerWriteReactor<Response>* StreamOfOneService(const OperationsService::Parts& parts,
                                                       grpc::CallbackServerContext* context, const Request* request) {
  return parts.runner->template Stream<Response>(
      context, request, rpc::StreamLimits(),
      [directory = parts.directory](rpc::CallInfo, Request r, rpc::StreamWriter<Response> stream) {
        const absl::StatusOr<HostedService*> service = directory->Find(r.service());
        if (!service.ok()) return stream.Finish(service.status());
        std::make_shared<Stream>(*service, std::move(stream))->Start();
      });
}

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

grpc::ServerWriteReactor<GetProjectionDigestsResponse>* OperationsService::GetProjectionDigests(
    grpc::CallbackServerContext* context, const GetProjectionDigestsRequest* request) {
  return StreamOfOneService<DigestStream, GetProjectionDigestsResponse>(parts_, context, request);
}

grpc::ServerWriteReactor<ReadProjectionResponse>* OperationsService::ReadProjection(
    grpc::CallbackServerContext* context, const ReadProjectionRequest* request) {
  return StreamOfOneService<RowStream, ReadProjectionResponse>(parts_, context, request);
}

}  // namespace whistle::host
