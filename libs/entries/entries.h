// A service's entries as they stand now: events from the timeline, with their corrections applied, and everything that
// happened to one thing in order. What queries are made of, where the state keeps only what is open.
//
//   WHISTLE_ASSIGN_OR_RETURN(const auto entries, ListEntries(reader, case_id, assignment_id));
//   for (const Entry& entry : entries) …
//
// Reads the footprints of libs/domain/entry_keys.h. Functions of one moment of a projection; any thread may call.
// DATA_LOSS when an index names what the timeline does not hold.
#ifndef WHISTLE_LIBS_ENTRIES_ENTRIES_H_
#define WHISTLE_LIBS_ENTRIES_ENTRIES_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/projection/store.h"
#include "whistle/journal/v1/journal.pb.h"

namespace whistle::entries {

struct Entry {
  std::string event_id;
  // As corrected; the timeline has it as it was entered.
  journal::v1::Event event;
  // The EntryCorrected and OverdueLifted events that stand beside it, oldest first.
  std::vector<std::string> correction_event_ids;
  std::vector<std::string> lifted_event_ids;
};

// Nothing if the case has no such event.
absl::StatusOr<std::optional<Entry>> FindEntry(const projection::Reader& reader, const std::string& case_id,
                                               const std::string& event_id);

// Everything that happened to a thing, in order; empty if there is no such thing. At most kThingEntriesMax.
absl::StatusOr<std::vector<Entry>> ListEntries(const projection::Reader& reader, const std::string& case_id,
                                               const std::string& thing_id);

// A thing has few entries (an assignment: asked, extended thrice, overdue, reported on, answered). Progress may be
// reported without end; a list shows the first so many.
inline constexpr int kThingEntriesMax = 256;

}  // namespace whistle::entries

#endif  // WHISTLE_LIBS_ENTRIES_ENTRIES_H_
