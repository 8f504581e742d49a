// The last word to calls that reach a server while gRPC tears it down: UNAVAILABLE. gRPC's own would be CANCELLED,
// which to a client means that nobody wants the answer any more.
//
// A call passes the door before gRPC looks at whether the server still runs, so once the door is shut no call meets a
// server that is half gone. Any thread.
#ifndef WHISTLE_LIBS_RPC_DOOR_H_
#define WHISTLE_LIBS_RPC_DOOR_H_

#include <grpcpp/security/auth_metadata_processor.h>

#include <atomic>

#include "libs/rpc/admission.h"
#include "libs/rpc/status_table.h"

namespace whistle::rpc {

class Door final : public grpc::AuthMetadataProcessor {
 public:
  // For good.
  void Shut() { shut_ = true; }

  // Never waits, so gRPC need not call it on a thread of its own.
  bool IsBlocking() const override { return false; }
  grpc::Status Process(const InputMetadata&, grpc::AuthContext*, OutputMetadata*, OutputMetadata*) override {
    return shut_ ? ToGrpcStatus(Stopping()) : grpc::Status::OK;
  }

 private:
  std::atomic<bool> shut_{false};
};

}  // namespace whistle::rpc

#endif  // WHISTLE_LIBS_RPC_DOOR_H_
