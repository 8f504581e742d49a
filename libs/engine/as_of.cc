#include "libs/engine/as_of.h"

#include <algorithm>
#include <limits>

#include "absl/strings/str_cat.h"
#include "libs/base/proto.h"
#include "libs/base/status_macros.h"
#include "libs/base/text.h"
#include "libs/base/time.h"
#include "libs/domain/entry_keys.h"
#include "libs/engine/milestones.h"
#include "whistle/journal/v1/journal.pb.h"

namespace whistle::engine {
namespace {

using projection::Reader;
using projection::v1::CaseRow;
using projection::v1::TimelineRow;

// What one read of the timeline takes at a time: some hundred decisions.
constexpr size_t kRowsAtATime = 256;
constexpr size_t kBytesAtATime = size_t{1} << 20;

absl::Status Unreadable(absl::string_view case_id, uint64_t version) {
  return absl::DataLossError(
      absl::StrCat("case ", case_id, " version ", version, " cannot be read; rebuild the projection"));
}

absl::StatusOr<TimelineRow> RequireRow(const Reader& reader, absl::string_view case_id, base::Version version) {
  WHISTLE_ASSIGN_OR_RETURN(std::optional<TimelineRow> row, reader.FindTimeline(case_id, version));
  if (!row) return Unreadable(case_id, version.value);
  return *std::move(row);
}

absl::StatusOr<CaseRow> RequireCase(const Reader& reader, const std::string& case_id) {
  WHISTLE_RETURN_IF_ERROR(base::CheckIdentifier(case_id, "case_id", 64));
  WHISTLE_ASSIGN_OR_RETURN(std::optional<CaseRow> row, reader.FindCase(case_id));
  if (!row) return absl::NotFoundError(absl::StrCat("case_id: there is no case ", case_id));
  return *std::move(row);
}

absl::StatusOr<Moment> MomentOf(const Reader& reader, const std::string& case_id, base::Version version) {
  WHISTLE_ASSIGN_OR_RETURN(const TimelineRow row, RequireRow(reader, case_id, version));
  const absl::Time recorded_at = base::FromProto(row.recorded_at());
  return Moment{.version = version,
                .head = base::Sha256(row.decision()),
                .recorded_at = recorded_at,
                .at = recorded_at,
                .final = true};
}

// The case's last version recorded at or before `time`; 0 if there is none. Recorded time never falls within a case.
absl::StatusOr<base::Version> LastRecordedBy(const Reader& reader, const std::string& case_id, uint64_t head,
                                             absl::Time time) {
  uint64_t by_then = 0;
  for (uint64_t later = head + 1; later - by_then > 1;) {
    const uint64_t middle = by_then + (later - by_then) / 2;
    WHISTLE_ASSIGN_OR_RETURN(const TimelineRow row, RequireRow(reader, case_id, base::Version{middle}));
    (base::FromProto(row.recorded_at()) <= time ? by_then : later) = middle;
  }
  return base::Version{by_then};
}

// Folds the versions after `done` up to `version`.
absl::Status FoldForward(const Reader& reader, const domain::Model& model, absl::string_view case_id,
                         base::Version done, base::Version version, google::protobuf::Message& state) {
  journal::v1::Decision decision;
  while (done < version) {
    const size_t wanted = std::min<uint64_t>(kRowsAtATime, version.value - done.value);
    WHISTLE_ASSIGN_OR_RETURN(const auto rows, reader.ScanTimeline(case_id, done.Next(), wanted, kBytesAtATime));
    if (rows.empty()) return Unreadable(case_id, done.Next().value);
    for (const auto& [row_version, row] : rows) {
      if (row_version != done.Next() || !decision.ParseFromString(row.decision())) {
        return Unreadable(case_id, done.Next().value);
      }
      done = row_version;
      EvolveState(model, decision, done, state);
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<google::protobuf::Message>> StateAsOf(const Reader& reader, const domain::Model& model,
                                                                     absl::string_view case_id, base::Version version) {
  std::unique_ptr<google::protobuf::Message> state = model.new_state();
  WHISTLE_ASSIGN_OR_RETURN(const auto milestone, reader.FindMilestone(case_id, version));
  if (milestone && !state->ParseFromString(milestone->second.state())) {
    return Unreadable(case_id, milestone->first.value);
  }
  const base::Version from = milestone ? milestone->first : base::Version{0};
  WHISTLE_RETURN_IF_ERROR(FoldForward(reader, model, case_id, from, version, *state));
  return state;
}

absl::StatusOr<Moment> AtVersion(const Reader& reader, base::Version version, absl::string_view field,
                                 const std::string& case_id) {
  if (version.value == 0) {
    return absl::InvalidArgumentError(absl::StrCat(field, ": versions count from 1, the first decision; found 0"));
  }
  WHISTLE_ASSIGN_OR_RETURN(const CaseRow row, RequireCase(reader, case_id));
  if (version.value > row.version()) {
    return absl::OutOfRangeError(
        absl::StrCat(field, ": the case is at version ", row.version(), ", not yet at ", version.value));
  }
  return MomentOf(reader, case_id, version);
}

absl::StatusOr<Moment> RecordedBy(const Reader& reader, absl::Time time, absl::string_view field,
                                  const std::string& case_id, base::PartitionId partition, absl::Time now) {
  if (time > now) {
    return absl::InvalidArgumentError(absl::StrCat(field, ": ", base::TimeText(time), " is after now, which is ",
                                                   base::TimeText(now), " by this service's clock"));
  }
  WHISTLE_ASSIGN_OR_RETURN(const CaseRow row, RequireCase(reader, case_id));
  WHISTLE_ASSIGN_OR_RETURN(const base::Version version, LastRecordedBy(reader, case_id, row.version(), time));
  if (version.value == 0) {
    WHISTLE_ASSIGN_OR_RETURN(const Moment first, MomentOf(reader, case_id, base::Version{1}));
    return absl::NotFoundError(absl::StrCat("case_id: case ", case_id, " was not registered yet by ",
                                            base::TimeText(time), "; its first decision was recorded at ",
                                            base::TimeText(first.recorded_at)));
  }
  WHISTLE_ASSIGN_OR_RETURN(Moment moment, MomentOf(reader, case_id, version));
  moment.at = time;
  WHISTLE_ASSIGN_OR_RETURN(const auto folded, reader.FindPartition(partition));
  // What comes next may have the very time of the last one, not an earlier one.
  moment.final = folded && folded->has_recorded_at() && base::FromProto(folded->recorded_at()) > time;
  return moment;
}

absl::StatusOr<Moment> ResolveAsOf(const Reader& reader, const common::v1::AsOf& as_of, absl::string_view field,
                                   const std::string& case_id, base::PartitionId partition, absl::Time now) {
  const std::string recorded_by = absl::StrCat(field, ".recorded_by");
  switch (as_of.moment_case()) {
    case common::v1::AsOf::kAtVersion:
      return AtVersion(reader, base::Version{as_of.at_version()}, absl::StrCat(field, ".at_version"), case_id);
    case common::v1::AsOf::kRecordedBy:
      WHISTLE_RETURN_IF_ERROR(base::CheckTimestamp(as_of.recorded_by(), recorded_by));
      return RecordedBy(reader, base::FromProto(as_of.recorded_by()), recorded_by, case_id, partition, now);
    case common::v1::AsOf::MOMENT_NOT_SET:
      break;
  }
  return absl::InvalidArgumentError(absl::StrCat(field, ": expected at_version or recorded_by, found neither"));
}

common::v1::AnsweredAsOf ToProto(const Moment& moment) {
  common::v1::AnsweredAsOf answered;
  answered.set_version(moment.version.value);
  answered.set_head(moment.head.ToBytes());
  *answered.mutable_recorded_at() = base::ToProto(moment.recorded_at);
  *answered.mutable_moment() = base::ToProto(moment.at);
  answered.set_final(moment.final);
  return answered;
}

absl::StatusOr<std::unique_ptr<AsOfReader>> AsOfReader::Make(const Reader& reader, const domain::Model& model,
                                                             const std::string& case_id, base::Version version) {
  std::unique_ptr<AsOfReader> past(new AsOfReader(reader, model, case_id));
  WHISTLE_ASSIGN_OR_RETURN(const TimelineRow last, RequireRow(reader, case_id, version));
  journal::v1::Decision decision;
  if (!decision.ParseFromString(last.decision())) return Unreadable(case_id, version.value);
  WHISTLE_ASSIGN_OR_RETURN(const auto state, StateAsOf(reader, model, case_id, version));
  past->row_.set_version(version.value);
  past->row_.set_head(base::Sha256(last.decision()).ToBytes());
  *past->row_.mutable_decided_at() = decision.decided_at();
  past->row_.set_registry_version(decision.registry_version());
  past->row_.set_state(base::SerializeDeterministically(*state));
  return past;
}

absl::Status AsOfReader::NotAsOf(absl::string_view what) const {
  return absl::InternalError(absl::StrCat("as_of: the answer would need ", what, ", of which version ", row_.version(),
                                          " of case ", case_id_, " says nothing; ask it without as_of"));
}

absl::StatusOr<std::optional<CaseRow>> AsOfReader::FindCase(absl::string_view case_id) const {
  if (case_id != case_id_) return NotAsOf(absl::StrCat("case ", case_id));
  return row_;
}

absl::StatusOr<std::optional<TimelineRow>> AsOfReader::FindTimeline(absl::string_view case_id,
                                                                    base::Version version) const {
  if (case_id != case_id_) return NotAsOf(absl::StrCat("case ", case_id));
  if (version > this->version()) return std::nullopt;
  return reader_.FindTimeline(case_id, version);
}

absl::StatusOr<std::vector<std::pair<base::Version, TimelineRow>>> AsOfReader::ScanTimeline(absl::string_view case_id,
                                                                                            base::Version from,
                                                                                            size_t limit,
                                                                                            size_t bytes_max) const {
  if (case_id != case_id_) return NotAsOf(absl::StrCat("case ", case_id));
  if (from > version()) return std::vector<std::pair<base::Version, TimelineRow>>();
  const uint64_t left = version().value - from.value + 1;
  return reader_.ScanTimeline(case_id, from, std::min<uint64_t>(limit, left), bytes_max);
}

absl::StatusOr<std::vector<Reader::IndexRow>> AsOfReader::ScanIndex(absl::string_view prefix, absl::string_view after,
                                                                    size_t limit) const {
  const std::vector<std::string> asked = domain::KeyParts(prefix);
  const bool dated = asked.size() >= 2 && asked[1] == case_id_ &&
                     std::find(dated_indexes_.begin(), dated_indexes_.end(), asked[0]) != dated_indexes_.end();
  if (!dated) return NotAsOf(absl::StrCat("the index \"", asked.empty() ? "" : asked[0], "\""));
  std::vector<IndexRow> kept;
  std::string cursor(after);
  while (kept.size() < limit) {
    WHISTLE_ASSIGN_OR_RETURN(std::vector<IndexRow> rows, reader_.ScanIndex(prefix, cursor, limit));
    for (IndexRow& row : rows) {
      cursor = row.cursor;
      const std::vector<std::string> parts = domain::KeyParts(row.key);
      const auto id = domain::EventIdFromSortable(parts.back());
      const auto event = id ? domain::ParseEventId(*id) : std::nullopt;
      if (!event) return absl::DataLossError(absl::StrCat("a key of index \"", asked[0], "\" does not end with an id"));
      if (event->version <= version()) {
        kept.push_back(std::move(row));
        if (kept.size() == limit) return kept;
      } else if (parts.size() == asked.size() + 1) {
        // Only the id is left to differ, and ids ascend.
        return kept;
      }
    }
    if (rows.size() < limit) return kept;
  }
  return kept;
}

absl::StatusOr<std::optional<projection::v1::RequestRow>> AsOfReader::FindRequest(const projection::RequestKey&) const {
  return NotAsOf("request ids");
}

absl::StatusOr<std::optional<projection::v1::PartitionRow>> AsOfReader::FindPartition(base::PartitionId) const {
  return NotAsOf("partitions");
}

absl::StatusOr<std::vector<std::pair<base::PartitionId, projection::v1::PartitionRow>>> AsOfReader::ListPartitions()
    const {
  return NotAsOf("partitions");
}

absl::StatusOr<std::optional<std::pair<base::Version, projection::v1::MilestoneRow>>> AsOfReader::FindMilestone(
    absl::string_view, base::Version) const {
  return NotAsOf("milestones");
}

absl::StatusOr<std::vector<Reader::AgendaRow>> AsOfReader::ScanAgenda(absl::Time, absl::string_view, size_t) const {
  return NotAsOf("the agenda");
}

absl::StatusOr<std::vector<projection::v1::QuarantineRow>> AsOfReader::ScanQuarantine(
    std::optional<std::pair<base::PartitionId, base::Offset>>, size_t) const {
  return NotAsOf("the quarantine list");
}

}  // namespace whistle::engine
