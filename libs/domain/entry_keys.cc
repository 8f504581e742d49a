#include "libs/domain/entry_keys.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "libs/domain/context.h"
#include "libs/domain/model.h"

namespace whistle::domain {

std::string SortableEventId(absl::string_view event_id) {
  const auto parts = ParseEventId(event_id);
  if (!parts) return std::string(event_id);
  return absl::StrFormat("%012d.%04d", parts->version.value, parts->number);
}

std::optional<std::string> EventIdFromSortable(absl::string_view sortable) {
  const std::vector<absl::string_view> parts = absl::StrSplit(sortable, '.');
  uint64_t version = 0;
  int number = 0;
  if (parts.size() != 2 || !absl::SimpleAtoi(parts[0], &version) || !absl::SimpleAtoi(parts[1], &number)) {
    return std::nullopt;
  }
  return MakeEventId(base::Version{version}, number);
}

std::string ThingKey(absl::string_view case_id, absl::string_view thing_id, absl::string_view event_id) {
  return IndexKey({"thing", std::string(case_id), SortableEventId(thing_id), SortableEventId(event_id)});
}

std::string ThingPrefix(absl::string_view case_id, absl::string_view thing_id) {
  return IndexKey({"thing", std::string(case_id), SortableEventId(thing_id)});
}

std::string BesideKey(absl::string_view case_id, absl::string_view old_event_id, absl::string_view event_id) {
  return IndexKey({"beside", std::string(case_id), SortableEventId(old_event_id), SortableEventId(event_id)});
}

std::string BesidePrefix(absl::string_view case_id, absl::string_view old_event_id) {
  return IndexKey({"beside", std::string(case_id), SortableEventId(old_event_id)});
}

std::vector<std::string> KeyParts(absl::string_view key) {
  std::vector<std::string> parts = absl::StrSplit(key, '\0');
  if (!parts.empty() && parts.back().empty()) parts.pop_back();
  return parts;
}

}  // namespace whistle::domain
