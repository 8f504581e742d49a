#include "libs/domain/context.h"

#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "libs/base/time.h"

namespace whistle::domain {

std::string Context::EventId(int number) const { return MakeEventId(version, number); }

journal::v1::Event Context::NewEvent() const {
  journal::v1::Event event;
  *event.mutable_occurred_at() = base::ToProto(occurred_at);
  return event;
}

std::string MakeEventId(base::Version version, int number) { return absl::StrCat(version.value, ".", number); }

std::optional<EventIdParts> ParseEventId(absl::string_view event_id) {
  const std::pair<absl::string_view, absl::string_view> parts = absl::StrSplit(event_id, absl::MaxSplits('.', 1));
  EventIdParts out;
  if (!absl::SimpleAtoi(parts.first, &out.version.value) || !absl::SimpleAtoi(parts.second, &out.number)) {
    return std::nullopt;
  }
  // One spelling only: "07.1" and "+7.1" are not ids.
  if (out.version.value == 0 || out.number < 1 || MakeEventId(out.version, out.number) != event_id) return std::nullopt;
  return out;
}

}  // namespace whistle::domain
