// Index keys that every service can leave as footprints, so that queries find what happened to a thing without the
// state having to keep it.
//
// A thing (an assignment, a meeting) is named by the id of the event that created it. Grammar, each part followed by
// 0x00:
//   "thing" case thing event        one for each event about the thing, the creating one included, in order
//   "beside" case event event       one for each EntryCorrected and OverdueLifted, under the event it stands beside
// Event ids stand in keys as 12 digits of version and 4 of number, so that they sort: "12.3" is "000000000012.0003".
//
// Pure functions; any thread may call.
#ifndef WHISTLE_LIBS_DOMAIN_ENTRY_KEYS_H_
#define WHISTLE_LIBS_DOMAIN_ENTRY_KEYS_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace whistle::domain {

// "12.3" → "000000000012.0003"; what is no event id stays as it is (and sorts after).
std::string SortableEventId(absl::string_view event_id);
// The way back; nothing if it is not one.
std::optional<std::string> EventIdFromSortable(absl::string_view sortable);

std::string ThingKey(absl::string_view case_id, absl::string_view thing_id, absl::string_view event_id);
std::string ThingPrefix(absl::string_view case_id, absl::string_view thing_id);
std::string BesideKey(absl::string_view case_id, absl::string_view old_event_id, absl::string_view event_id);
std::string BesidePrefix(absl::string_view case_id, absl::string_view old_event_id);

// The parts of a key made by IndexKey.
std::vector<std::string> KeyParts(absl::string_view key);

}  // namespace whistle::domain

#endif  // WHISTLE_LIBS_DOMAIN_ENTRY_KEYS_H_
