// The gRPC adapter: translates and nothing else. Commands go to the engine, queries to the projection
// (libs/host/desk.h).
#ifndef WHISTLE_SERVICES_INTAKE_SERVICE_H_
#define WHISTLE_SERVICES_INTAKE_SERVICE_H_

#include <memory>

#include "grpcpp/impl/codegen/service_type.h"

namespace whistle::host {
class Process;
}

namespace whistle::intake {

// Of a process that runs this service; the process outlives it. Any thread.
std::unique_ptr<grpc::Service> MakeAdapter(host::Process& process);

}  // namespace whistle::intake

#endif  // WHISTLE_SERVICES_INTAKE_SERVICE_H_
