// A service's model, as engine and projection see it: pure functions over the service's own state message.
//
// The functions must be deterministic and read nothing but their arguments: live work, replay and rebuild in ten years
// run the same ones, in every instance, and must come to the same bytes. Any thread may call them.
#ifndef WHISTLE_LIBS_DOMAIN_MODEL_H_
#define WHISTLE_LIBS_DOMAIN_MODEL_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"
#include "libs/domain/context.h"
#include "libs/domain/outcome.h"
#include "whistle/common/v1/agenda.pb.h"

namespace whistle::domain {

// What an agenda item asks for next. Most items are one decision on their own case; a cross-case conversation goes to
// the other case first, and comes home with its answer.
struct AgendaStep {
  // The case to decide on.
  std::string case_id;
  // Decides on that case's state (a `State` of the same service).
  std::function<Outcome(const google::protobuf::Message& state, const Context& context)> decide;
};

struct Model {
  // Who writes these events.
  common::v1::Service service = common::v1::SERVICE_UNSPECIFIED;
  // "intake": the name in logs, metrics and folders.
  std::string name;
  // Names the version of the fold: raised by hand whenever Evolve, Indexes, Footprints or Agenda says something else
  // about an old journal (a golden test fails until it is). A store with another fingerprint is rebuilt at start.
  std::string fold_fingerprint;

  // An empty state: of a case without decisions.
  std::function<std::unique_ptr<google::protobuf::Message>()> new_state;

  // Folds one event of any service into the state. Total: never refuses, whatever the order.
  std::function<void(google::protobuf::Message& state, const journal::v1::Event& event, const EventRef& ref)> evolve;

  // The index keys (see IndexKey) under which the case is found while it is in this state. The store keeps them true by
  // difference.
  std::function<std::vector<std::string>(const google::protobuf::Message& state, const std::string& case_id)> indexes;

  // The index keys that one event leaves for ever, for what grows without bound (an organization's responses, a case's
  // meetings). `state` is the state after the event.
  std::function<std::vector<std::string>(const google::protobuf::Message& state, const journal::v1::Event& event,
                                         const EventRef& ref)>
      footprints;

  // The first parts of the footprints' keys that are <first part> | case | … | id of the event that left it (sortable:
  // libs/domain/entry_keys.h): what is below them as of a version is what has an id up to it. No other index can be
  // read as of the past.
  std::vector<std::string> dated_indexes;

  // What is owed by a date in this state; see libs/domain/obligation.h.
  std::function<std::vector<common::v1::Obligation>(const google::protobuf::Message& state, const std::string& case_id)>
      obligations;

  // What is due in this state, and when. Two items that are equal are one.
  std::function<std::vector<common::v1::AgendaItem>(const google::protobuf::Message& state, const std::string& case_id)>
      agenda;

  // What the due item asks for, step 0 first. `answered` is the state of the case that the step before decided on,
  // after it was decided (or refused); null for step 0. Nothing when all is said. The last step must remove the item
  // from its case's agenda.
  std::function<std::optional<AgendaStep>(const common::v1::AgendaItem& item, int step,
                                          const google::protobuf::Message* answered)>
      next_step;
};

// An index key: each part followed by 0x00, which no identifier and no text contains. A prefix of parts finds all keys
// below it. The same parts always give the same key; the first part names the index.
inline std::string IndexKey(const std::vector<std::string>& parts) {
  std::string key;
  for (const std::string& part : parts) {
    key += part;
    key.push_back('\0');
  }
  return key;
}

}  // namespace whistle::domain

#endif  // WHISTLE_LIBS_DOMAIN_MODEL_H_
