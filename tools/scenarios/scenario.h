// A story as a file (README.md has the format): who there is, and who did what on which day, as calls of the public
// RPCs.
//
// Load checks everything that can be checked without a service: every field against the contracts, every reference
// against the steps before it. A file that loads can only be refused for what services know.
#ifndef WHISTLE_TOOLS_SCENARIOS_SCENARIO_H_
#define WHISTLE_TOOLS_SCENARIOS_SCENARIO_H_

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "tools/scenarios/registry_file.h"
#include "tools/scenarios/yaml_message.h"
#include "whistle/common/v1/errors.pb.h"
#include "whistle/common/v1/types.pb.h"

namespace whistle::scenarios {

// What a step leads one to expect. Nothing set: that the command is accepted.
struct Expectation {
  bool refused = false;
  // The rejection's reason; empty: any.
  std::string reason;
  // The rejection's kind; UNSPECIFIED: any.
  common::v1::RejectionKind kind = common::v1::REJECTION_KIND_UNSPECIFIED;
  // For a query: what the reply must hold at least; null: anything.
  std::shared_ptr<const YAML::Node> reply;
};

// One call, or (without a method) only a day to wait for. A repeated step stands here once for each time.
struct Step {
  // "gas-answers", "visits:17"; unique.
  std::string name;
  int line = 0;
  // When it happened in the world.
  absl::Time at;
  // When it was told to Whistle: `at`, unless the file says later.
  absl::Time entered;
  // Null: only let time pass.
  const google::protobuf::MethodDescriptor* method = nullptr;
  common::v1::Actor actor;
  // The case it is about, or that it registers; empty for none.
  std::string case_name;
  // The request's own fields; null for none. (Never a plain Node: assigning one changes what it was.)
  std::shared_ptr<const YAML::Node> fields;
  Expectation expectation;
  // Why the day is not certain; empty if it is.
  std::string approximate;
  // Which time of how many, from 1; 0 of 0 for a step that is not repeated.
  int number = 0;
  int count = 0;

  bool registers_case() const { return method != nullptr && method->name() == "RegisterCase"; }
};

// What the steps before have left behind: what ${…} stands for.
struct Memory {
  // By the case's name in the file.
  std::map<std::string, std::string> case_ids;
  // Event ids by the step's name; of a repeated step, the last time's.
  std::map<std::string, std::vector<std::string>> event_ids;
};

struct Scenario {
  std::string id;
  std::string title;
  std::string file;
  // Sent as the calling client: request ids are its own.
  std::string client;
  absl::TimeZone zone = absl::UTCTimeZone();
  // Where time starts; InfinitePast if the file does not say.
  absl::Time start = absl::InfinitePast();
  // Organizations and policy that must be in force first.
  RegistryContent registry;
  // In the order in which they are told: by `entered`, then as in the file.
  std::vector<Step> steps;
};

// INVALID_ARGUMENT: "file:line: field: what is wrong".
absl::StatusOr<Scenario> LoadScenario(const std::string& path);
// The same from a text; `path` is named in errors, and files that the text names are looked for beside it.
absl::StatusOr<Scenario> ParseScenario(const std::string& text, const std::string& path);

// The step's request with every ${…} filled in. `method` must not be null.
absl::StatusOr<std::unique_ptr<google::protobuf::Message>> BuildRequest(const Scenario& scenario, const Step& step,
                                                                        const Memory& memory);

// The fields that the step expects of a query's reply. The step must expect some.
absl::StatusOr<std::unique_ptr<google::protobuf::Message>> BuildExpectedReply(const Scenario& scenario,
                                                                              const Step& step, const Memory& memory);

// The words that may stand for an event in ${step.word}: an assignment is the event that made it.
const std::vector<std::string>& EventWords();

}  // namespace whistle::scenarios

#endif  // WHISTLE_TOOLS_SCENARIOS_SCENARIO_H_
