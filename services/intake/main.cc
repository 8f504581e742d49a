// whistle-intake: the intake service, and the registry's commands, as a process of its own. This file is the wiring
// diagram.
#include <memory>

#include "libs/host/program.h"
#include "services/intake/model.h"
#include "services/intake/service.h"
#include "services/registry/model.h"
#include "services/registry/service.h"

int main(int argc, char** argv) {
  using namespace whistle;  // NOLINT: main names a part of everything.

  const host::Program program{.program = "whistle-intake",
                              .usage =
                                  "whistle-intake: the intake service, and the registry's commands, on a Kafka journal "
                                  "that all services share.\n"
                                  "Example: whistle-intake --journal=kafka:127.0.0.1:9092 --data=var/data",
                              .port = 7101,
                              .shares_journal = true};
  const auto make_adapters = [](host::Process& process) {
    host::Adapters adapters;
    adapters.push_back(intake::MakeAdapter(process));
    adapters.push_back(registry_chain::MakeAdapter(process));
    return adapters;
  };
  return host::RunProgram(argc, argv, program, {intake::MakeModel()}, registry_chain::MakeModel(), make_adapters);
}
