#include "libs/entries/entries.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "libs/domain/context.h"
#include "libs/domain/correction.h"
#include "libs/domain/entry_keys.h"

namespace whistle::entries {
namespace {

using journal::v1::Event;

// Corrections of one event: it has 16 fields at the most, each rarely corrected twice.
constexpr size_t kBesideMax = 256;

absl::StatusOr<std::optional<Event>> FindEvent(const projection::Reader& reader, const std::string& case_id,
                                               const std::string& event_id) {
  const auto parts = domain::ParseEventId(event_id);
  if (!parts) return std::nullopt;
  WHISTLE_ASSIGN_OR_RETURN(const auto row, reader.FindTimeline(case_id, parts->version));
  if (!row) return std::nullopt;
  journal::v1::Decision decision;
  if (!decision.ParseFromString(row->decision())) {
    return absl::DataLossError(absl::StrCat("case ", case_id, " version ", parts->version.value, " is unreadable"));
  }
  if (parts->number > decision.events_size()) return std::nullopt;
  return decision.events(parts->number - 1);
}

const common::v1::EntryCorrected* CorrectionIn(const Event& event) {
  switch (event.body_case()) {
    case Event::kIntakeEntryCorrected:
      return &event.intake_entry_corrected();
    case Event::kResponseEntryCorrected:
      return &event.response_entry_corrected();
    case Event::kCoordinationEntryCorrected:
      return &event.coordination_entry_corrected();
    case Event::kEscalationEntryCorrected:
      return &event.escalation_entry_corrected();
    default:
      return nullptr;
  }
}

void Apply(const common::v1::EntryCorrected& corrected, Event* event) {
  const auto* field = Event::descriptor()->FindFieldByNumber(static_cast<int>(event->body_case()));
  if (field != nullptr) {
    domain::ApplyCorrection(corrected, event->GetReflection()->MutableMessage(event, field));
  }
  // Only "occurred_at" is a field of the event itself.
  common::v1::EntryCorrected date;
  for (const auto& one : corrected.fields()) {
    if (one.path() == "occurred_at") *date.add_fields() = one;
  }
  domain::ApplyCorrection(date, event);
}

absl::Status DataLoss(const std::string& case_id, const std::string& event_id) {
  return absl::DataLossError(
      absl::StrCat("the index names event ", event_id, " of case ", case_id, ", which its timeline does not hold"));
}

// The event id that a row's key ends with.
std::string LastEventId(const projection::Reader::IndexRow& row) {
  const std::vector<std::string> parts = domain::KeyParts(row.key);
  return parts.empty() ? "" : domain::EventIdFromSortable(parts.back()).value_or("");
}

}  // namespace

absl::StatusOr<std::optional<Entry>> FindEntry(const projection::Reader& reader, const std::string& case_id,
                                               const std::string& event_id) {
  WHISTLE_ASSIGN_OR_RETURN(auto event, FindEvent(reader, case_id, event_id));
  if (!event) return std::nullopt;
  Entry entry;
  entry.event_id = event_id;
  entry.event = *std::move(event);
  WHISTLE_ASSIGN_OR_RETURN(const auto rows, reader.ScanIndex(domain::BesidePrefix(case_id, event_id), "", kBesideMax));
  for (const auto& row : rows) {
    const std::string beside_id = LastEventId(row);
    WHISTLE_ASSIGN_OR_RETURN(const auto beside, FindEvent(reader, case_id, beside_id));
    if (!beside) return DataLoss(case_id, beside_id);
    if (const auto* corrected = CorrectionIn(*beside)) {
      Apply(*corrected, &entry.event);
      entry.correction_event_ids.push_back(beside_id);
    } else {
      entry.lifted_event_ids.push_back(beside_id);
    }
  }
  return entry;
}

absl::StatusOr<std::vector<Entry>> ListEntries(const projection::Reader& reader, const std::string& case_id,
                                               const std::string& thing_id) {
  WHISTLE_ASSIGN_OR_RETURN(const auto rows,
                           reader.ScanIndex(domain::ThingPrefix(case_id, thing_id), "", kThingEntriesMax));
  std::vector<Entry> entries;
  for (const auto& row : rows) {
    const std::string event_id = LastEventId(row);
    WHISTLE_ASSIGN_OR_RETURN(auto entry, FindEntry(reader, case_id, event_id));
    if (!entry) return DataLoss(case_id, event_id);
    entries.push_back(*std::move(entry));
  }
  return entries;
}

}  // namespace whistle::entries
