#include "libs/host/timeline_query.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "libs/base/proto.h"
#include "libs/base/status_macros.h"
#include "libs/base/text.h"
#include "libs/base/time.h"
#include "libs/domain/context.h"
#include "libs/domain/correction.h"
#include "libs/engine/as_of.h"
#include "libs/host/desk.h"
#include "libs/projection/paging.h"

namespace whistle::host {
namespace {

using journal::v1::Decision;
using projection::Reader;
using timeline::v1::GetTimelineRequest;
using timeline::v1::GetTimelineResponse;
using timeline::v1::TimelineEntry;

// Half of what a reply may have, as each decision is in it twice, in bytes and decoded.
constexpr size_t kPageBytesMax = 4 * 1024 * 1024;
// What looking through a timeline reads at a time.
constexpr size_t kRowsAtATime = 512;
constexpr size_t kBytesAtATime = size_t{1} << 20;
// The path of an event's own time in a correction.
constexpr absl::string_view kOccurredAt = "occurred_at";

struct Range {
  base::Version from;
  base::Version last;
};

absl::Status Unreadable(const std::string& case_id, base::Version version) {
  return absl::DataLossError(absl::StrCat("case ", case_id, " version ", version.value,
                                          ": the stored decision cannot be read; rebuild the projection"));
}

// Calls `visit` as visit(version, row) → StatusOr<bool> for every version of the range until it says no more.
template <typename Visit>
absl::Status VisitRows(const Reader& reader, const std::string& case_id, Range range, Visit visit) {
  while (range.from <= range.last) {
    WHISTLE_ASSIGN_OR_RETURN(const auto rows, reader.ScanTimeline(case_id, range.from, kRowsAtATime, kBytesAtATime));
    if (rows.empty()) return Unreadable(case_id, range.from);
    for (const auto& [version, row] : rows) {
      if (version > range.last) return absl::OkStatus();
      WHISTLE_ASSIGN_OR_RETURN(const bool more, visit(version, row));
      if (!more) return absl::OkStatus();
      range.from = version.Next();
    }
  }
  return absl::OkStatus();
}

const common::v1::EntryCorrected* CorrectionIn(const journal::v1::Event& event) {
  const google::protobuf::Message* body = domain::BodyOf(event);
  if (body == nullptr || body->GetDescriptor() != common::v1::EntryCorrected::descriptor()) return nullptr;
  return static_cast<const common::v1::EntryCorrected*>(body);
}

// When events happened by their last correction, by event id: of those alone whose time was corrected. The time of an
// event is told by whichever service wrote it; a later correction replaces an earlier one.
absl::StatusOr<std::map<std::string, absl::Time>> CorrectedTimes(const Reader& reader, const std::string& case_id,
                                                                 base::Version head) {
  std::map<std::string, absl::Time> times;
  WHISTLE_RETURN_IF_ERROR(
      VisitRows(reader, case_id, {base::Version{1}, head},
                [&](base::Version version, const projection::v1::TimelineRow& row) -> absl::StatusOr<bool> {
                  // A correction names the path in plain bytes: what has not even those need not be decoded, so that
                  // ten thousand decisions are looked through in milliseconds.
                  if (!absl::StrContains(row.decision(), kOccurredAt)) return true;
                  Decision decision;
                  if (!decision.ParseFromString(row.decision())) return Unreadable(case_id, version);
                  for (const journal::v1::Event& event : decision.events()) {
                    const common::v1::EntryCorrected* corrected = CorrectionIn(event);
                    if (corrected == nullptr) continue;
                    common::v1::EntryCorrected date;
                    for (const auto& field : corrected->fields()) {
                      if (field.path() == kOccurredAt) *date.add_fields() = field;
                    }
                    journal::v1::Event entry;
                    if (domain::ApplyCorrection(date, &entry)) {
                      times[corrected->event_id()] = base::FromProto(entry.occurred_at());
                    }
                  }
                  return true;
                }));
  return times;
}

// Fills a response with entries until it has enough, by count or bytes.
class Page {
 public:
  Page(int size, GetTimelineResponse& response) : size_(size), response_(response) {}
  bool full() const { return response_.entries_size() == size_ || bytes_ >= kPageBytesMax; }
  void Add(TimelineEntry entry) {
    bytes_ += entry.decision_bytes().size();
    *response_.add_entries() = std::move(entry);
  }

 private:
  const int size_;
  size_t bytes_ = 0;
  GetTimelineResponse& response_;
};

// The events of the entry that had happened by `time`.
void AddOccurred(const std::map<std::string, absl::Time>& corrected, absl::Time time, TimelineEntry& entry) {
  for (int i = 0; i < entry.decision().events_size(); ++i) {
    const std::string id = domain::MakeEventId(base::Version{entry.version()}, i + 1);
    const auto found = corrected.find(id);
    const absl::Time occurred =
        found == corrected.end() ? base::FromProto(entry.decision().events(i).occurred_at()) : found->second;
    if (occurred <= time) entry.add_occurred_event_ids(id);
  }
}

// The stretch that begins at `range.from`; the version at which the next page begins, if there is more.
absl::StatusOr<std::optional<base::Version>> FillPage(const Reader& reader, const std::string& case_id, Range range,
                                                      std::optional<absl::Time> occurred_by, Page page) {
  std::map<std::string, absl::Time> corrected;
  if (occurred_by) {
    WHISTLE_ASSIGN_OR_RETURN(const auto row, reader.FindCase(case_id));
    WHISTLE_ASSIGN_OR_RETURN(corrected, CorrectedTimes(reader, case_id, base::Version{row->version()}));
  }
  std::optional<base::Version> next;
  WHISTLE_RETURN_IF_ERROR(
      VisitRows(reader, case_id, range,
                [&](base::Version version, const projection::v1::TimelineRow& row) -> absl::StatusOr<bool> {
                  if (page.full()) {
                    next = version;
                    return false;
                  }
                  WHISTLE_ASSIGN_OR_RETURN(TimelineEntry entry, MakeTimelineEntry(case_id, version, row));
                  if (occurred_by) AddOccurred(corrected, *occurred_by, entry);
                  if (!occurred_by || entry.occurred_event_ids_size() > 0) page.Add(std::move(entry));
                  return true;
                }));
  return next;
}

absl::Status CheckAtMostOne(const GetTimelineRequest& request) {
  std::vector<std::string> given;
  if (request.at_version() != 0) given.push_back("at_version");
  if (request.has_recorded_by()) given.push_back("recorded_by");
  if (request.has_occurred_by()) given.push_back("occurred_by");
  if (given.size() <= 1) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(given[1], ": at most one of at_version, recorded_by and occurred_by, found ", given[0], " too"));
}

// As of when the question is, if not all is asked for.
absl::StatusOr<std::optional<engine::Moment>> MomentOf(const Reader& reader, absl::Time now, int partition_count,
                                                       const GetTimelineRequest& request, base::Version head) {
  WHISTLE_RETURN_IF_ERROR(CheckAtMostOne(request));
  const std::string& case_id = request.case_id();
  if (request.at_version() != 0) {
    WHISTLE_ASSIGN_OR_RETURN(engine::Moment moment,
                             engine::AtVersion(reader, base::Version{request.at_version()}, "at_version", case_id));
    return moment;
  }
  if (request.has_recorded_by()) {
    WHISTLE_RETURN_IF_ERROR(base::CheckTimestamp(request.recorded_by(), "recorded_by"));
    WHISTLE_ASSIGN_OR_RETURN(engine::Moment moment,
                             engine::RecordedBy(reader, base::FromProto(request.recorded_by()), "recorded_by", case_id,
                                                PartitionOfCase(case_id, partition_count), now));
    return moment;
  }
  if (!request.has_occurred_by()) return std::nullopt;
  WHISTLE_RETURN_IF_ERROR(base::CheckTimestamp(request.occurred_by(), "occurred_by"));
  const absl::Time time = base::FromProto(request.occurred_by());
  if (time > now) {
    return absl::InvalidArgumentError(absl::StrCat("occurred_by: ", base::TimeText(time), " is after now, which is ",
                                                   base::TimeText(now), " by this service's clock"));
  }
  WHISTLE_ASSIGN_OR_RETURN(engine::Moment moment, engine::AtVersion(reader, head, "case_id", case_id));
  moment.at = time;
  moment.final = false;
  return moment;
}

}  // namespace

absl::StatusOr<TimelineEntry> MakeTimelineEntry(const std::string& case_id, base::Version version,
                                                const projection::v1::TimelineRow& row) {
  TimelineEntry entry;
  entry.set_case_id(case_id);
  entry.set_version(version.value);
  entry.set_head(base::Sha256(row.decision()).ToBytes());
  *entry.mutable_position() = row.position();
  *entry.mutable_recorded_at() = row.recorded_at();
  entry.set_decision_bytes(row.decision());
  if (!entry.mutable_decision()->ParseFromString(row.decision())) return Unreadable(case_id, version);
  return entry;
}

absl::Status GetTimeline(const Reader& reader, absl::Time now, int partition_count, const GetTimelineRequest& request,
                         GetTimelineResponse& response) {
  WHISTLE_RETURN_IF_ERROR(base::CheckIdentifier(request.case_id(), "case_id", 64));
  WHISTLE_ASSIGN_OR_RETURN(const int size, projection::PageSize(request.page()));
  GetTimelineRequest query = request;
  query.clear_page();
  query.clear_options();
  const std::string query_bytes = base::SerializeDeterministically(query);
  base::Version from{1};
  if (!request.page().token().empty()) {
    WHISTLE_ASSIGN_OR_RETURN(const std::string cursor, projection::DecodeToken(query_bytes, request.page().token()));
    if (!absl::SimpleAtoi(cursor, &from.value) || from.value == 0) {
      return absl::InvalidArgumentError("page.token: not one of ours");
    }
  }
  WHISTLE_ASSIGN_OR_RETURN(const auto row, reader.FindCase(request.case_id()));
  if (!row) return absl::NotFoundError(absl::StrCat("there is no case ", request.case_id(), " in this projection"));
  const base::Version head{row->version()};
  WHISTLE_ASSIGN_OR_RETURN(const std::optional<engine::Moment> moment,
                           MomentOf(reader, now, partition_count, request, head));
  if (moment) *response.mutable_as_of() = engine::ToProto(*moment);
  std::optional<absl::Time> occurred_by;
  if (request.has_occurred_by()) occurred_by = moment->at;
  WHISTLE_ASSIGN_OR_RETURN(
      const std::optional<base::Version> next,
      FillPage(reader, request.case_id(), {from, moment ? moment->version : head}, occurred_by, Page(size, response)));
  if (next) response.set_next_page_token(projection::EncodeToken(query_bytes, absl::StrCat(next->value)));
  return absl::OkStatus();
}

}  // namespace whistle::host
