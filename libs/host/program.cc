#include "libs/host/program.h"

#include <cstdio>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/host/flags.h"

namespace whistle::host {
namespace {

// `journal`: the flag's value.
absl::Status CheckShared(const std::string& journal) {
  if (journal.empty()) {
    return absl::InvalidArgumentError(
        "--journal: this service shares its journal with the other three: name it as kafka:HOST:PORT,…; or run "
        "whistled, which holds all four services in one process");
  }
  if (absl::StartsWith(journal, "embedded:")) {
    return absl::InvalidArgumentError(absl::StrCat(
        "--journal=", journal,
        ": the embedded journal belongs to one process, and this service shares its journal with three others. Run "
        "whistled, which holds all four, or give a Kafka journal (kafka:HOST:PORT,…)"));
  }
  return absl::OkStatus();
}

int Fail(const Program& program, const absl::Status& why, int exit_status) {
  std::fprintf(stderr, "%s: %s\n", program.program, std::string(why.message()).c_str());
  return exit_status;
}

}  // namespace

int RunProgram(int argc, char** argv, const Program& program, std::vector<domain::Model> models,
               domain::Model registry_model, const std::function<Adapters(Process&)>& make_adapters) {
  ProcessOptions defaults;
  defaults.program = program.program;
  defaults.journal.journal = program.journal;
  defaults.listen = absl::StrCat("127.0.0.1:", program.port);
  defaults.metrics_listen = absl::StrCat("127.0.0.1:", program.port + 2000);
  auto options = ParseFlags(argc, argv, program.usage, std::move(defaults));
  if (!options.ok()) return Fail(program, options.status(), 2);
  if (program.shares_journal) {
    if (const absl::Status status = CheckShared(options->journal.journal); !status.ok())
      return Fail(program, status, 2);
  }
  auto process = Process::Open(*std::move(options), std::move(models), std::move(registry_model));
  if (!process.ok()) return Fail(program, process.status(), 1);
  const Adapters adapters = make_adapters(**process);
  std::vector<grpc::Service*> services;
  for (const auto& adapter : adapters) services.push_back(adapter.get());
  return (*process)->ServeUntilSignal(services);
}

}  // namespace whistle::host
