#include "services/escalation/queries_history.h"

#include <optional>

#include "absl/strings/str_cat.h"
#include "libs/domain/model.h"
#include "services/escalation/keys.h"

namespace whistle::escalation {
namespace {

// As many keys at a time as most things have events.
constexpr size_t kRowsAtATime = 64;

absl::Status DoesNotFit(absl::string_view what) {
  return absl::DataLossError(absl::StrCat("index and timeline do not fit: ", what));
}

// The ids that end the keys below `prefix`, in order.
absl::StatusOr<std::vector<std::string>> LastIds(const projection::Reader& reader, const std::string& prefix) {
  std::vector<std::string> ids;
  std::string after;
  while (true) {
    WHISTLE_ASSIGN_OR_RETURN(const auto rows, reader.ScanIndex(prefix, after, kRowsAtATime));
    for (const projection::Reader::IndexRow& row : rows) {
      const std::vector<std::string> parts = KeyParts(row.key);
      const auto id = parts.empty() ? std::nullopt : UnpadId(parts.back());
      if (!id) return DoesNotFit("a key does not end with an event's id");
      ids.push_back(*id);
    }
    if (rows.size() < kRowsAtATime) return ids;
    after = rows.back().cursor;
  }
}

absl::StatusOr<journal::v1::Event> ReadEvent(const projection::Reader& reader, const std::string& case_id,
                                             const std::string& event_id) {
  const auto parts = domain::ParseEventId(event_id);
  if (!parts) return DoesNotFit(event_id);
  WHISTLE_ASSIGN_OR_RETURN(const auto row, reader.FindTimeline(case_id, parts->version));
  journal::v1::Decision decision;
  if (!row || !decision.ParseFromString(row->decision()) || decision.events_size() < parts->number) {
    return DoesNotFit(absl::StrCat("case ", case_id, " has no event ", event_id));
  }
  return std::move(*decision.mutable_events(parts->number - 1));
}

}  // namespace

absl::Status VisitEventsOf(const projection::Reader& reader, const std::string& case_id, const std::string& id,
                           absl::FunctionRef<void(const journal::v1::Event&, const domain::EventRef&)> visit) {
  WHISTLE_ASSIGN_OR_RETURN(const auto event_ids, LastIds(reader, domain::IndexKey({"event", case_id, PadId(id)})));
  if (event_ids.empty()) return DoesNotFit(absl::StrCat("case ", case_id, " has no events about ", id));
  for (const std::string& event_id : event_ids) {
    WHISTLE_ASSIGN_OR_RETURN(journal::v1::Event event, ReadEvent(reader, case_id, event_id));
    WHISTLE_ASSIGN_OR_RETURN(const auto correction_ids,
                             LastIds(reader, domain::IndexKey({"correction", case_id, PadId(event_id)})));
    for (const std::string& correction_id : correction_ids) {
      WHISTLE_ASSIGN_OR_RETURN(const journal::v1::Event correction, ReadEvent(reader, case_id, correction_id));
      Correct(event, correction.escalation_entry_corrected());
    }
    const base::Version version = domain::ParseEventId(event_id)->version;
    visit(event, {.case_id = case_id, .id = event_id, .version = version, .decision = nullptr});
  }
  return absl::OkStatus();
}

}  // namespace whistle::escalation
