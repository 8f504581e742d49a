// Things in full, read from a projection: the events about a thing, found by their keys, each with its corrections,
// folded by the same functions as the stored state.
#ifndef WHISTLE_SERVICES_ESCALATION_QUERIES_HISTORY_H_
#define WHISTLE_SERVICES_ESCALATION_QUERIES_HISTORY_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libs/base/status_macros.h"
#include "libs/projection/store.h"
#include "services/escalation/records.h"

namespace whistle::escalation {

// Calls `visit` for every event about the thing, oldest first, as corrected.
absl::Status VisitEventsOf(const projection::Reader& reader, const std::string& case_id, const std::string& id,
                           absl::FunctionRef<void(const journal::v1::Event& event, const domain::EventRef& ref)> visit);

// The thing of that id, which the case must have.
template <typename Thing>
absl::StatusOr<Thing> Load(const projection::Reader& reader, const std::string& case_id, const std::string& id) {
  Thing thing;
  thing.set_case_id(case_id);
  WHISTLE_RETURN_IF_ERROR(
      VisitEventsOf(reader, case_id, id,
                    [&](const journal::v1::Event& event, const domain::EventRef& ref) { Fold(thing, event, ref); }));
  return thing;
}

}  // namespace whistle::escalation

#endif  // WHISTLE_SERVICES_ESCALATION_QUERIES_HISTORY_H_
