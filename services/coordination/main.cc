// whistle-coordination: the joint coordination service, as a process of its own. This file is the wiring diagram.
#include <memory>

#include "libs/host/program.h"
#include "services/coordination/model.h"
#include "services/coordination/service.h"
#include "services/registry/model.h"

int main(int argc, char** argv) {
  using namespace whistle;  // NOLINT: main names a part of everything.

  const host::Program program{
      .program = "whistle-coordination",
      .usage =
          "whistle-coordination: the joint coordination service, on a Kafka journal that all services share.\n"
          "Example: whistle-coordination --journal=kafka:127.0.0.1:9092 --data=var/data",
      .port = 7103,
      .shares_journal = true};
  const auto make_adapters = [](host::Process& process) {
    host::Adapters adapters;
    adapters.push_back(coordination::MakeAdapter(process));
    return adapters;
  };
  return host::RunProgram(argc, argv, program, {coordination::MakeModel()}, registry_chain::MakeModel(), make_adapters);
}
