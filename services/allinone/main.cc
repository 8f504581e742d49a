// whistled: all services in one process, for one machine. This file is the wiring diagram.
#include <cstdio>
#include <string>

#include "libs/host/flags.h"
#include "libs/host/process.h"
#include "services/coordination/model.h"
#include "services/coordination/service.h"
#include "services/escalation/model.h"
#include "services/escalation/service.h"
#include "services/intake/model.h"
#include "services/intake/service.h"
#include "services/registry/model.h"
#include "services/registry/service.h"
#include "services/response/model.h"
#include "services/response/service.h"

int main(int argc, char** argv) {
  using namespace whistle;  // NOLINT: main names a part of everything.

  auto options = host::ParseFlags(argc, argv,
                                  "whistled: intake, response, coordination and escalation in one process.\n"
                                  "Example: whistled --journal=embedded:var/journal --data=var/data",
                                  host::ProcessOptions());
  if (!options.ok()) {
    std::fprintf(stderr, "whistled: %s\n", std::string(options.status().message()).c_str());
    return 2;
  }
  auto process = host::Process::Open(
      *options, {intake::MakeModel(), response::MakeModel(), coordination::MakeModel(), escalation::MakeModel()},
      registry_chain::MakeModel());
  if (!process.ok()) {
    std::fprintf(stderr, "whistled: %s\n", std::string(process.status().message()).c_str());
    return 1;
  }
  host::Process& p = **process;
  intake::IntakeService intake_adapter(p.desk<intake::Decider>("intake"));
  registry_chain::RegistryService registry_adapter(p.desk<registry_chain::Decider>("intake"));
  response::ResponseService response_adapter(p.desk<response::Decider>("response"));
  coordination::CoordinationService coordination_adapter(p.desk<coordination::Decider>("coordination"));
  escalation::EscalationService escalation_adapter(p.desk<escalation::Decider>("escalation"));
  return p.ServeUntilSignal(
      {&intake_adapter, &registry_adapter, &response_adapter, &coordination_adapter, &escalation_adapter});
}
