// whistle-escalation: the escalation service, with findings and accountability, as a process of its own. This file is
// the wiring diagram.
#include <memory>

#include "libs/host/program.h"
#include "services/escalation/model.h"
#include "services/escalation/service.h"
#include "services/registry/model.h"

int main(int argc, char** argv) {
  using namespace whistle;  // NOLINT: main names a part of everything.

  const host::Program program{.program = "whistle-escalation",
                              .usage =
                                  "whistle-escalation: the escalation service, with findings and accountability, on a "
                                  "Kafka journal that all services share.\n"
                                  "Example: whistle-escalation --journal=kafka:127.0.0.1:9092 --data=var/data",
                              .port = 7104,
                              .shares_journal = true};
  const auto make_adapters = [](host::Process& process) {
    host::Adapters adapters;
    adapters.push_back(escalation::MakeAdapter(process));
    return adapters;
  };
  return host::RunProgram(argc, argv, program, {escalation::MakeModel()}, registry_chain::MakeModel(), make_adapters);
}
