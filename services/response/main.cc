// whistle-response: the department response service, as a process of its own. This file is the wiring diagram.
#include <memory>

#include "libs/host/program.h"
#include "services/registry/model.h"
#include "services/response/model.h"
#include "services/response/service.h"

int main(int argc, char** argv) {
  using namespace whistle;  // NOLINT: main names a part of everything.

  const host::Program program{
      .program = "whistle-response",
      .usage =
          "whistle-response: the department response service, on a Kafka journal that all services share.\n"
          "Example: whistle-response --journal=kafka:127.0.0.1:9092 --data=var/data",
      .port = 7102,
      .shares_journal = true};
  const auto make_adapters = [](host::Process& process) {
    host::Adapters adapters;
    adapters.push_back(response::MakeAdapter(process));
    return adapters;
  };
  return host::RunProgram(argc, argv, program, {response::MakeModel()}, registry_chain::MakeModel(), make_adapters);
}
