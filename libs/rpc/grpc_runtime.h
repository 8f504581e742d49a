// gRPC's own state in this process: started once, never stopped.
#ifndef WHISTLE_LIBS_RPC_GRPC_RUNTIME_H_
#define WHISTLE_LIBS_RPC_GRPC_RUNTIME_H_

#include "libs/telemetry/log.h"

namespace whistle::rpc {

// Keeps gRPC's library running until the process ends. gRPC 1.51 otherwise tears it down with the last server or
// channel, and that waits up to ten seconds for its backup poller if a large message was written just before: a fast
// shutdown, or a command-line client's exit, would hang now and then. Server::Start calls it; a program that is only a
// client calls it first thing in main. Any thread; harmless when repeated.
void KeepGrpcRunning();

// From now on what gRPC and protobuf have to say for themselves goes through `logger`, as events "grpc" and "protobuf",
// and no longer to standard error in formats of their own. They keep their hooks per process, so this is for main
// alone, before any server or channel. `logger` must live until the process ends.
void SendLibraryLogsTo(const telemetry::Logger* logger);

}  // namespace whistle::rpc

#endif  // WHISTLE_LIBS_RPC_GRPC_RUNTIME_H_
