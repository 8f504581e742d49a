#include "libs/host/single.h"

#include <cstdio>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/host/flags.h"

namespace whistle::host {

int ExplainSingleService(int argc, char** argv, const SingleService& service) {
  ProcessOptions defaults;
  defaults.program = service.program;
  defaults.journal.clear();
  defaults.listen = absl::StrCat("127.0.0.1:", service.port);
  defaults.metrics_listen = absl::StrCat("127.0.0.1:", service.port + 2000);
  const auto options =
      ParseFlags(argc, argv,
                 absl::StrCat(service.program,
                              ": one service as a process of its own, on a Kafka journal that all services share."),
                 std::move(defaults));
  if (!options.ok()) {
    std::fprintf(stderr, "%s: %s\n", service.program, std::string(options.status().message()).c_str());
    return 2;
  }
  if (absl::StartsWith(options->journal, "embedded:")) {
    std::fprintf(
        stderr,
        "%s: --journal=%s: the embedded journal belongs to one process, and this service shares its journal with "
        "three others. Run whistled, which holds all four, or give a Kafka journal (kafka:HOST:PORT).\n",
        service.program, options->journal.c_str());
    return 2;
  }
  std::fprintf(
      stderr,
      "%s: this service needs a Kafka journal, shared with the other three, and this build has the embedded journal "
      "only. Run whistled, which holds all four services in one process.\n",
      service.program);
  return 2;
}

}  // namespace whistle::host
