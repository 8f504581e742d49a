// whistled: all services in one process, for one machine. This file is the wiring diagram.
#include <memory>

#include "libs/host/program.h"
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

  const host::Program program{.program = "whistled",
                              .usage =
                                  "whistled: intake, response, coordination and escalation in one process.\n"
                                  "Example: whistled --journal=embedded:var/journal --data=var/data",
                              .port = 7100,
                              .journal = "embedded:var/journal"};
  const auto make_adapters = [](host::Process& process) {
    host::Adapters adapters;
    adapters.push_back(intake::MakeAdapter(process));
    adapters.push_back(registry_chain::MakeAdapter(process));
    adapters.push_back(response::MakeAdapter(process));
    adapters.push_back(coordination::MakeAdapter(process));
    adapters.push_back(escalation::MakeAdapter(process));
    return adapters;
  };
  return host::RunProgram(
      argc, argv, program,
      {intake::MakeModel(), response::MakeModel(), coordination::MakeModel(), escalation::MakeModel()},
      registry_chain::MakeModel(), make_adapters);
}
