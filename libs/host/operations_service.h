// OperationsService, served alike by every service (proto/whistle/operations/v1/service.proto).
#ifndef WHISTLE_LIBS_HOST_OPERATIONS_SERVICE_H_
#define WHISTLE_LIBS_HOST_OPERATIONS_SERVICE_H_

#include <string>

#include "libs/base/clock.h"
#include "libs/host/directory.h"
#include "libs/host/pump.h"
#include "libs/host/virtual_time.h"
#include "libs/rpc/call_runner.h"
#include "whistle/operations/v1/service.grpc.pb.h"

namespace whistle::host {

class OperationsService final : public operations::v1::OperationsService::CallbackService {
 public:
  struct Parts {
    const Directory* directory = nullptr;
    rpc::CallRunner* runner = nullptr;
    Pumps* pumps = nullptr;
    journal::Journal* journal = nullptr;
    // "embedded" or "kafka".
    std::string journal_kind;
    const base::Clock* clock = nullptr;
    // Null on a real clock.
    VirtualTime* virtual_time = nullptr;
  };

  // All parts outlive the gRPC server.
  explicit OperationsService(Parts parts);
  ~OperationsService() override;

  grpc::ServerWriteReactor<operations::v1::ReadJournalResponse>* ReadJournal(
      grpc::CallbackServerContext* context, const operations::v1::ReadJournalRequest* request) override;
  grpc::ServerUnaryReactor* GetJournalStatus(grpc::CallbackServerContext* context,
                                             const operations::v1::GetJournalStatusRequest* request,
                                             operations::v1::GetJournalStatusResponse* response) override;
  grpc::ServerUnaryReactor* GetProjectionStatus(grpc::CallbackServerContext* context,
                                                const operations::v1::GetProjectionStatusRequest* request,
                                                operations::v1::GetProjectionStatusResponse* response) override;
  grpc::ServerUnaryReactor* ListAgenda(grpc::CallbackServerContext* context,
                                       const operations::v1::ListAgendaRequest* request,
                                       operations::v1::ListAgendaResponse* response) override;
  grpc::ServerUnaryReactor* ListDue(grpc::CallbackServerContext* context, const operations::v1::ListDueRequest* request,
                                    operations::v1::ListDueResponse* response) override;
  grpc::ServerUnaryReactor* PauseAgenda(grpc::CallbackServerContext* context,
                                        const operations::v1::PauseAgendaRequest* request,
                                        operations::v1::PauseAgendaResponse* response) override;
  grpc::ServerUnaryReactor* ResumeAgenda(grpc::CallbackServerContext* context,
                                         const operations::v1::ResumeAgendaRequest* request,
                                         operations::v1::ResumeAgendaResponse* response) override;
  grpc::ServerUnaryReactor* ListQuarantine(grpc::CallbackServerContext* context,
                                           const operations::v1::ListQuarantineRequest* request,
                                           operations::v1::ListQuarantineResponse* response) override;
  grpc::ServerUnaryReactor* AdvanceClock(grpc::CallbackServerContext* context,
                                         const operations::v1::AdvanceClockRequest* request,
                                         operations::v1::AdvanceClockResponse* response) override;
  // On projections: operations_projection.cc.
  grpc::ServerUnaryReactor* RebuildProjection(grpc::CallbackServerContext* context,
                                              const operations::v1::RebuildProjectionRequest* request,
                                              operations::v1::RebuildProjectionResponse* response) override;
  grpc::ServerUnaryReactor* CheckpointProjection(grpc::CallbackServerContext* context,
                                                 const operations::v1::CheckpointProjectionRequest* request,
                                                 operations::v1::CheckpointProjectionResponse* response) override;
  grpc::ServerUnaryReactor* GetProjectionTask(grpc::CallbackServerContext* context,
                                              const operations::v1::GetProjectionTaskRequest* request,
                                              operations::v1::GetProjectionTaskResponse* response) override;
  grpc::ServerUnaryReactor* CancelProjectionTask(grpc::CallbackServerContext* context,
                                                 const operations::v1::CancelProjectionTaskRequest* request,
                                                 operations::v1::CancelProjectionTaskResponse* response) override;
  grpc::ServerUnaryReactor* DiscardOldProjection(grpc::CallbackServerContext* context,
                                                 const operations::v1::DiscardOldProjectionRequest* request,
                                                 operations::v1::DiscardOldProjectionResponse* response) override;
  grpc::ServerWriteReactor<operations::v1::GetProjectionDigestsResponse>* GetProjectionDigests(
      grpc::CallbackServerContext* context, const operations::v1::GetProjectionDigestsRequest* request) override;
  grpc::ServerWriteReactor<operations::v1::ReadProjectionResponse>* ReadProjection(
      grpc::CallbackServerContext* context, const operations::v1::ReadProjectionRequest* request) override;

 private:
  const Parts parts_;
};

}  // namespace whistle::host

#endif  // WHISTLE_LIBS_HOST_OPERATIONS_SERVICE_H_
