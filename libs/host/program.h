// What every Whistle program does from its first line to its exit status: flags, journal, services, signals. A main.cc
// says which services it is made of, and nothing else.
//
//   int main(int argc, char** argv) {
//     return host::RunProgram(argc, argv, {.program = "whistle-intake", …}, {intake::MakeModel()},
//                             registry_chain::MakeModel(), [](host::Process& process) {
//                               host::Adapters adapters;
//                               adapters.push_back(intake::MakeAdapter(process));
//                               return adapters;
//                             });
//   }
#ifndef WHISTLE_LIBS_HOST_PROGRAM_H_
#define WHISTLE_LIBS_HOST_PROGRAM_H_

#include <functional>
#include <memory>
#include <vector>

#include "grpcpp/impl/codegen/service_type.h"
#include "libs/domain/model.h"
#include "libs/host/process.h"

namespace whistle::host {

struct Program {
  // "whistle-intake".
  const char* program = nullptr;
  // What --help says first.
  const char* usage = nullptr;
  // Where it listens unless told otherwise; metrics are 2000 above.
  int port = 0;
  // Where the journal is unless told otherwise; empty: it must be told.
  const char* journal = "";
  // It runs one service of four, so it needs a journal that several processes may use.
  bool shares_journal = false;
};

using Adapters = std::vector<std::unique_ptr<grpc::Service>>;

// `make_adapters` is called once the process is open. Returns the exit status: 0 after a signal, 1 for what failed, 2
// for flags that cannot be.
int RunProgram(int argc, char** argv, const Program& program, std::vector<domain::Model> models,
               domain::Model registry_model, const std::function<Adapters(Process&)>& make_adapters);

}  // namespace whistle::host

#endif  // WHISTLE_LIBS_HOST_PROGRAM_H_
