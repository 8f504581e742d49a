// What Decide may know beside the state and the command. All of it is fixed before Decide is called, so that Decide is
// pure.
#ifndef WHISTLE_LIBS_DOMAIN_CONTEXT_H_
#define WHISTLE_LIBS_DOMAIN_CONTEXT_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "libs/base/ids.h"
#include "libs/registry/registry.h"
#include "whistle/common/v1/types.pb.h"
#include "whistle/journal/v1/journal.pb.h"

namespace whistle::domain {

// The accepted history (and what is pending before this command) of the case that is decided on: for what grows for
// ever and is not in the state.
class History {
 public:
  virtual ~History() = default;

  // Nothing if the case has no event of that id.
  virtual std::optional<journal::v1::Event> FindEvent(absl::string_view event_id) const = 0;
};

struct Context {
  // The case.
  std::string case_id;
  // The decision's decided_at: this instance's clock, at least the case's last. Whole milliseconds.
  absl::Time now;
  // When the command says it happened in the world; `now` if it does not say.
  absl::Time occurred_at;
  // Who gives the command; already checked (an organization exists and is not retired).
  common::v1::Actor actor;
  // The version this decision would make.
  base::Version version;
  // At least as new as the one the case's last decision was made under. Never null.
  const registry::Registry* registry = nullptr;
  // Never null.
  const History* history = nullptr;
  // 32 lower-case hex digits, random for each attempt: for a petitioner's id, which must say nothing of anybody.
  std::string entropy;

  // The id of this decision's event number `number`, from 1.
  std::string EventId(int number) const;
  // An event that occurred at `occurred_at`, without a body yet.
  journal::v1::Event NewEvent() const;
};

// Whose event it is and where: what Evolve may know beside the event.
struct EventRef {
  std::string case_id;
  // "<version>.<number from 1>".
  std::string id;
  base::Version version;
  // The event's decision, for its actor, service and registry version. Outlives the call.
  const journal::v1::Decision* decision = nullptr;
};

// The id of event number `number`, from 1, of the decision that made `version`.
std::string MakeEventId(base::Version version, int number);

// The version and number in an event id; nothing if it is not one.
struct EventIdParts {
  base::Version version;
  int number = 0;
};
std::optional<EventIdParts> ParseEventId(absl::string_view event_id);

}  // namespace whistle::domain

#endif  // WHISTLE_LIBS_DOMAIN_CONTEXT_H_
