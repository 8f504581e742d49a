// What stands behind a scenario: several cases of one service in memory, decided and folded as the engine does it.
//
// Tests use scenario.h; this is its machine room, free of templates. Not for use by several threads.
#ifndef WHISTLE_LIBS_TESTING_SCENARIO_WORLD_H_
#define WHISTLE_LIBS_TESTING_SCENARIO_WORLD_H_

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "google/protobuf/message.h"
#include "libs/domain/context.h"
#include "libs/domain/model.h"
#include "libs/domain/outcome.h"
#include "libs/registry/registry.h"
#include "whistle/common/v1/agenda.pb.h"
#include "whistle/common/v1/types.pb.h"
#include "whistle/journal/v1/journal.pb.h"

namespace whistle::testing {

// One accepted decision and the case version it made.
struct Accepted {
  std::string case_id;
  base::Version version;
  journal::v1::Decision decision;
};

class World {
 public:
  using DecideOn =
      std::function<domain::Outcome(const google::protobuf::Message& state, const domain::Context& context)>;

  explicit World(domain::Model model);
  World(World&&) = default;
  World& operator=(World&&) = default;

  const domain::Model& model() const { return model_; }
  absl::Time now() const { return now_; }
  const registry::Registry& registry() const { return *registry_; }

  // Time never goes back.
  void AdvanceTo(absl::Time to);
  void SetRegistry(std::shared_ptr<const registry::Registry> registry) { registry_ = std::move(registry); }

  // The state of a case, empty before its first decision. Valid until the case's next decision.
  const google::protobuf::Message& State(const std::string& case_id);
  base::Version VersionOf(const std::string& case_id) const;
  std::vector<journal::v1::Decision> Decisions(const std::string& case_id) const;

  // CheckCommandContext, then `decide`; folds what it decided.
  domain::Outcome Command(const std::string& case_id, const common::v1::CommandContext& command,
                          const DecideOn& decide);

  // Folds events that some service decided on, without asking anybody.
  void Record(const std::string& case_id, common::v1::Service service, const common::v1::Actor& actor,
              const std::vector<journal::v1::Event>& events);

  // The agenda of one case, in due order.
  std::vector<common::v1::AgendaItem> Agenda(const std::string& case_id);
  // The first item that is due now, over all cases, in order of (due_at, case id, item).
  std::optional<common::v1::AgendaItem> FirstDue();
  // Runs one item through its steps, as the engine does. Every step's rejection is added to `rejections`. A step that
  // was carried out before (an item run a second time) is not carried out again.
  // `steps_max` below the item's number of steps leaves it half done, as a crash would.
  void RunItem(const common::v1::AgendaItem& item, std::vector<domain::Rejection>* rejections, int steps_max = 1000);

  // The keys under which a case is found: its indexes and what its events left for ever.
  std::set<std::string> Keys(const std::string& case_id);

  // Every decision since the world began, in order.
  const std::vector<Accepted>& accepted() const { return accepted_; }

 private:
  struct Case {
    std::unique_ptr<google::protobuf::Message> state;
    std::vector<journal::v1::Decision> decisions;
    std::set<std::string> footprints;
    // Requests carried out: agenda items only.
    std::set<std::string> requests;
  };

  Case& Find(const std::string& case_id);
  domain::Context NewContext(const std::string& case_id);
  domain::Outcome Decide(const std::string& case_id, domain::Context context, const domain::History& history,
                         const DecideOn& decide);
  void Fold(const std::string& case_id, journal::v1::Decision decision);

  domain::Model model_;
  std::shared_ptr<const registry::Registry> registry_;
  absl::Time now_;
  std::map<std::string, Case> cases_;
  std::vector<Accepted> accepted_;
  int entropy_ = 0;
};

// The service whose hundred the event's body lies in.
common::v1::Service ServiceOf(const journal::v1::Event& event);

// Reads a text-format message in which `@2021-07-15` or `@2021-07-15T08:00:00Z` stands for a Timestamp's fields. Aborts
// on a text that is not one: the test is wrong.
void ParseText(absl::string_view text, google::protobuf::Message* message);

// Completes every OrganizationRef that has nothing but an id from the registry.
void CompleteOrganizations(const registry::Registry& registry, google::protobuf::Message* message);

// What `expected` says that `actual` does not; empty if `actual` says it all. Fields that `expected` leaves out are not
// compared; a list that it names is compared as a whole.
std::string Missing(const google::protobuf::Message& expected, const google::protobuf::Message& actual);

}  // namespace whistle::testing

#endif  // WHISTLE_LIBS_TESTING_SCENARIO_WORLD_H_
