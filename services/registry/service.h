// The registry's gRPC adapter: translates and nothing else. Commands go to the engine of the process's intake service,
// queries to its projection (libs/host/desk.h).
#ifndef WHISTLE_SERVICES_REGISTRY_SERVICE_H_
#define WHISTLE_SERVICES_REGISTRY_SERVICE_H_

#include <memory>

#include "grpcpp/impl/codegen/service_type.h"

namespace whistle::host {
class Process;
}

namespace whistle::registry_chain {

// Of a process that runs the intake service; the process outlives it. Any thread.
std::unique_ptr<grpc::Service> MakeAdapter(host::Process& process);

}  // namespace whistle::registry_chain

#endif  // WHISTLE_SERVICES_REGISTRY_SERVICE_H_
