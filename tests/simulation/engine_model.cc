// A brute-force model around the shipped engine: random histories of several instances on one journal, with lag,
// pauses, crashes, wrong clocks, a registry that is folded late, and appends that are late, doubled, lost or of unknown
// outcome. Only journal, store and clock are replaced.
//
//   engine_model --histories=1000000 --seed=1
//   engine_model --seed=1 --only=4711 --verbose        one history again, step by step
//
// It ends with one line, and with status 1 and the command that repeats the history if a promise was broken.
#include <cstdint>
#include <cstdio>
#include <string>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "tests/simulation/model_checker.h"
#include "tests/simulation/model_world.h"

ABSL_FLAG(uint64_t, histories, 100000, "how many random histories");
ABSL_FLAG(uint64_t, seed, 1, "the seed of the whole run");
ABSL_FLAG(int64_t, only, -1, "run this history alone");
ABSL_FLAG(bool, verbose, false, "print every step");
ABSL_FLAG(bool, expect_violation, false,
          "succeed if and only if a promise is broken: for an engine with a rule taken out");

namespace whistle::engine::model {
namespace {

int Main() {
  const uint64_t histories = absl::GetFlag(FLAGS_histories);
  const uint64_t seed = absl::GetFlag(FLAGS_seed);
  const int64_t only = absl::GetFlag(FLAGS_only);
  Figures figures;
  for (uint64_t n = only >= 0 ? static_cast<uint64_t>(only) : 0; n < histories || only >= 0; ++n) {
    World world(seed * 1'000'003 + n, absl::GetFlag(FLAGS_verbose));
    world.Run();
    std::string fault = world.fault();
    if (fault.empty()) fault = Check(world, figures);
    if (!fault.empty()) {
      std::printf("history %lu of seed %lu: %s\nagain: engine_model --seed=%lu --only=%lu --verbose\n", n, seed,
                  fault.c_str(), seed, n);
      return absl::GetFlag(FLAGS_expect_violation) ? 0 : 1;
    }
    if (only >= 0) break;
    if (n % 100000 == 99999) std::fprintf(stderr, "%lu histories\n", n + 1);
  }
  std::printf(
      "histories %lu acknowledged %ld refused %ld of-them-by-registry %ld unavailable %ld aborted %ld wrong-time %ld; "
      "no promise broken\n",
      only >= 0 ? 1 : histories, figures.acknowledged, figures.refused, figures.refused_by_registry,
      figures.unavailable, figures.aborted, figures.wrong_time);
  return absl::GetFlag(FLAGS_expect_violation) ? 1 : 0;
}

}  // namespace
}  // namespace whistle::engine::model

int main(int argc, char** argv) {
  absl::ParseCommandLine(argc, argv);
  return whistle::engine::model::Main();
}
