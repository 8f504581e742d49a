#include "libs/projection/rows.h"

#include <algorithm>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "libs/base/proto.h"
#include "libs/base/status_macros.h"
#include "libs/projection/keys.h"

namespace whistle::projection {
namespace {

absl::Status Unreadable(Family family, absl::string_view key) {
  return absl::DataLossError(
      absl::StrCat("projection: a row of column family ", absl::string_view(FamilyName(family)),
                   " cannot be read as what was written; its key in hex: ", absl::BytesToHexString(key)));
}

template <typename Row>
absl::Status Parse(Family family, absl::string_view key, absl::string_view value, Row& row) {
  if (row.ParseFromArray(value.data(), static_cast<int>(value.size()))) return absl::OkStatus();
  return Unreadable(family, key);
}

// Where a scan that goes on after `cursor` begins: at the key that follows it, but never before `begin`.
std::string ScanStart(absl::string_view begin, absl::string_view cursor) {
  if (cursor.empty()) return std::string(begin);
  // The successor of a key is the key and one zero byte.
  return std::max(std::string(begin), absl::StrCat(cursor, absl::string_view("\0", 1)));
}

}  // namespace

bool IsPhysical(Family family, absl::string_view key) {
  return family == Family::kMeta && absl::StartsWith(key, kPhysicalPrefix);
}

absl::StatusOr<Family> FamilyByName(absl::string_view name) {
  for (size_t i = 0; i < kFamilyNames.size(); ++i) {
    if (kFamilyNames[i] == name) return static_cast<Family>(i);
  }
  return absl::InvalidArgumentError(
      absl::StrCat("column family \"", name, "\": expected one of ", absl::StrJoin(kFamilyNames, ", ")));
}

absl::StatusOr<std::vector<RowWrite>> EncodeWrites(const WriteSet& set) {
  std::vector<RowWrite> writes;
  writes.reserve(set.cases.size() + set.timeline.size() + set.milestones.size() + set.requests.size() +
                 set.index_puts.size() + set.index_deletes.size() + set.agenda_puts.size() + set.agenda_deletes.size() +
                 set.quarantine.size() + set.partitions.size());
  for (const WriteSet::IndexEntry& entry : set.index_deletes) {
    writes.push_back({Family::kIndex, IndexRowKey(entry.key, entry.case_id), std::nullopt});
  }
  for (const common::v1::AgendaItem& item : set.agenda_deletes) {
    writes.push_back({Family::kAgenda, AgendaKey(item, base::SerializeDeterministically(item)), std::nullopt});
  }
  for (const auto& [case_id, row] : set.cases) {
    writes.push_back({Family::kState, CaseKey(case_id), base::SerializeDeterministically(row)});
  }
  for (const WriteSet::Timeline& entry : set.timeline) {
    writes.push_back(
        {Family::kTimeline, TimelineKey(entry.case_id, entry.version), base::SerializeDeterministically(entry.row)});
  }
  for (const WriteSet::Milestone& entry : set.milestones) {
    writes.push_back(
        {Family::kMilestone, MilestoneKey(entry.case_id, entry.version), base::SerializeDeterministically(entry.row)});
  }
  for (const auto& [key, row] : set.requests) {
    writes.push_back({Family::kRequest, RequestRowKey(key), base::SerializeDeterministically(row)});
  }
  for (const WriteSet::IndexEntry& entry : set.index_puts) {
    writes.push_back({Family::kIndex, IndexRowKey(entry.key, entry.case_id), ""});
  }
  for (const common::v1::AgendaItem& item : set.agenda_puts) {
    std::string bytes = base::SerializeDeterministically(item);
    std::string key = AgendaKey(item, bytes);
    writes.push_back({Family::kAgenda, std::move(key), std::move(bytes)});
  }
  for (const v1::QuarantineRow& row : set.quarantine) {
    const common::v1::Position& position = row.position();
    const bool registry = position.topic() == common::v1::TOPIC_REGISTRY;
    if ((!registry && position.topic() != common::v1::TOPIC_CASES) || position.partition() < 0 ||
        (registry && position.partition() != 0) || position.offset() < 0) {
      return absl::InvalidArgumentError(absl::StrCat("quarantine row: expected the position of a record, found topic ",
                                                     static_cast<int>(position.topic()), ", partition ",
                                                     position.partition(), ", offset ", position.offset()));
    }
    const base::PartitionId partition =
        registry ? base::PartitionId::Registry() : base::PartitionId::Case(position.partition());
    writes.push_back({Family::kMeta, QuarantineKey(partition, base::Offset{position.offset()}),
                      base::SerializeDeterministically(row)});
  }
  for (const auto& [partition, row] : set.partitions) {
    writes.push_back({Family::kMeta, PartitionKey(partition), base::SerializeDeterministically(row)});
  }
  return writes;
}

void RowDigest::Add(absl::string_view key, absl::string_view value) {
  const auto length = [](absl::string_view bytes) {
    std::array<char, 8> out;
    for (int i = 0; i < 8; ++i) out[i] = static_cast<char>((uint64_t{bytes.size()} >> (56 - 8 * i)) & 0xff);
    return out;
  };
  const std::array<char, 8> key_length = length(key);
  const std::array<char, 8> value_length = length(value);
  digest_ = base::Sha256({digest_.bytes(), absl::string_view(key_length.data(), key_length.size()), key,
                          absl::string_view(value_length.data(), value_length.size()), value});
}

template <typename Interface>
absl::StatusOr<std::optional<v1::CaseRow>> RowReader<Interface>::FindCase(absl::string_view case_id) const {
  std::optional<v1::CaseRow> row;
  const std::string key = CaseKey(case_id);
  WHISTLE_RETURN_IF_ERROR(Lookup(
      Family::kState, key, [&](absl::string_view value) { return Parse(Family::kState, key, value, row.emplace()); }));
  return row;
}

template <typename Interface>
absl::StatusOr<std::optional<v1::RequestRow>> RowReader<Interface>::FindRequest(const RequestKey& request) const {
  std::optional<v1::RequestRow> row;
  const std::string key = RequestRowKey(request);
  WHISTLE_RETURN_IF_ERROR(Lookup(Family::kRequest, key, [&](absl::string_view value) {
    return Parse(Family::kRequest, key, value, row.emplace());
  }));
  return row;
}

template <typename Interface>
absl::StatusOr<std::optional<v1::TimelineRow>> RowReader<Interface>::FindTimeline(absl::string_view case_id,
                                                                                  base::Version version) const {
  std::optional<v1::TimelineRow> row;
  const std::string key = TimelineKey(case_id, version);
  WHISTLE_RETURN_IF_ERROR(Lookup(Family::kTimeline, key, [&](absl::string_view value) {
    return Parse(Family::kTimeline, key, value, row.emplace());
  }));
  return row;
}

template <typename Interface>
absl::StatusOr<std::optional<v1::PartitionRow>> RowReader<Interface>::FindPartition(base::PartitionId partition) const {
  std::optional<v1::PartitionRow> row;
  const std::string key = PartitionKey(partition);
  WHISTLE_RETURN_IF_ERROR(Lookup(
      Family::kMeta, key, [&](absl::string_view value) { return Parse(Family::kMeta, key, value, row.emplace()); }));
  return row;
}

template <typename Interface>
absl::StatusOr<std::vector<std::pair<base::PartitionId, v1::PartitionRow>>> RowReader<Interface>::ListPartitions()
    const {
  std::vector<std::pair<base::PartitionId, v1::PartitionRow>> rows;
  WHISTLE_RETURN_IF_ERROR(Scan(Family::kMeta, kPartitionPrefix, PrefixEnd(kPartitionPrefix),
                               [&](absl::string_view key, absl::string_view value) -> absl::StatusOr<bool> {
                                 const std::optional<base::PartitionId> partition = ParsePartitionKey(key);
                                 if (!partition.has_value()) return Unreadable(Family::kMeta, key);
                                 rows.emplace_back(*partition, v1::PartitionRow());
                                 WHISTLE_RETURN_IF_ERROR(Parse(Family::kMeta, key, value, rows.back().second));
                                 return true;
                               }));
  return rows;
}

template <typename Interface>
absl::StatusOr<std::vector<std::pair<base::Version, v1::TimelineRow>>> RowReader<Interface>::ScanTimeline(
    absl::string_view case_id, base::Version from, size_t limit, size_t bytes_max) const {
  std::vector<std::pair<base::Version, v1::TimelineRow>> rows;
  if (limit == 0) return rows;
  size_t bytes = 0;
  WHISTLE_RETURN_IF_ERROR(Scan(Family::kTimeline, TimelineKey(case_id, from), PrefixEnd(TimelinePrefix(case_id)),
                               [&](absl::string_view key, absl::string_view value) -> absl::StatusOr<bool> {
                                 bytes += value.size();
                                 if (!rows.empty() && bytes > bytes_max) return false;
                                 const std::optional<base::Version> version = VersionOfTimelineKey(key);
                                 if (!version.has_value()) return Unreadable(Family::kTimeline, key);
                                 rows.emplace_back(*version, v1::TimelineRow());
                                 WHISTLE_RETURN_IF_ERROR(Parse(Family::kTimeline, key, value, rows.back().second));
                                 return rows.size() < limit;
                               }));
  return rows;
}

template <typename Interface>
absl::StatusOr<std::optional<std::pair<base::Version, v1::MilestoneRow>>> RowReader<Interface>::FindMilestone(
    absl::string_view case_id, base::Version at) const {
  std::optional<std::pair<base::Version, v1::MilestoneRow>> milestone;
  const std::string first = MilestoneKey(case_id, base::Version{0});
  // No number follows the highest: its key and a zero byte do.
  const std::string end = absl::StrCat(MilestoneKey(case_id, at), absl::string_view("\0", 1));
  WHISTLE_RETURN_IF_ERROR(
      LookupLast(Family::kMilestone, first, end, [&](absl::string_view key, absl::string_view value) -> absl::Status {
        const std::optional<base::Version> version = VersionOfTimelineKey(key);
        if (!version.has_value()) return Unreadable(Family::kMilestone, key);
        milestone.emplace(*version, v1::MilestoneRow());
        return Parse(Family::kMilestone, key, value, milestone->second);
      }));
  return milestone;
}

template <typename Interface>
absl::StatusOr<std::vector<Reader::IndexRow>> RowReader<Interface>::ScanIndex(absl::string_view prefix,
                                                                              absl::string_view after,
                                                                              size_t limit) const {
  std::vector<Reader::IndexRow> rows;
  if (limit == 0) return rows;
  const std::string begin = IndexRowPrefix(prefix);
  WHISTLE_RETURN_IF_ERROR(Scan(Family::kIndex, ScanStart(begin, after), PrefixEnd(begin),
                               [&](absl::string_view key, absl::string_view) -> absl::StatusOr<bool> {
                                 std::optional<WriteSet::IndexEntry> entry = ParseIndexRowKey(key);
                                 if (!entry.has_value()) return Unreadable(Family::kIndex, key);
                                 rows.push_back({std::move(entry->key), std::move(entry->case_id), std::string(key)});
                                 return rows.size() < limit;
                               }));
  return rows;
}

template <typename Interface>
absl::StatusOr<std::vector<Reader::AgendaRow>> RowReader<Interface>::ScanAgenda(absl::Time until,
                                                                                absl::string_view after,
                                                                                size_t limit) const {
  std::vector<Reader::AgendaRow> rows;
  if (limit == 0 || until == absl::InfinitePast()) return rows;
  WHISTLE_RETURN_IF_ERROR(Scan(Family::kAgenda, ScanStart("", after), AgendaEnd(until),
                               [&](absl::string_view key, absl::string_view value) -> absl::StatusOr<bool> {
                                 rows.push_back({common::v1::AgendaItem(), std::string(key)});
                                 WHISTLE_RETURN_IF_ERROR(Parse(Family::kAgenda, key, value, rows.back().item));
                                 return rows.size() < limit;
                               }));
  return rows;
}

template <typename Interface>
absl::StatusOr<std::vector<v1::QuarantineRow>> RowReader<Interface>::ScanQuarantine(
    std::optional<std::pair<base::PartitionId, base::Offset>> after, size_t limit) const {
  std::vector<v1::QuarantineRow> rows;
  if (limit == 0) return rows;
  const std::string cursor = after.has_value() ? QuarantineKey(after->first, after->second) : std::string();
  WHISTLE_RETURN_IF_ERROR(Scan(Family::kMeta, ScanStart(kQuarantinePrefix, cursor), PrefixEnd(kQuarantinePrefix),
                               [&](absl::string_view key, absl::string_view value) -> absl::StatusOr<bool> {
                                 WHISTLE_RETURN_IF_ERROR(Parse(Family::kMeta, key, value, rows.emplace_back()));
                                 return rows.size() < limit;
                               }));
  return rows;
}

template <typename Interface>
absl::StatusOr<std::string> RowReader<Interface>::DigestOf(absl::string_view column_family) const {
  WHISTLE_ASSIGN_OR_RETURN(const Family family, FamilyByName(column_family));
  RowDigest digest;
  WHISTLE_RETURN_IF_ERROR(
      Scan(family, "", "", [&](absl::string_view key, absl::string_view value) -> absl::StatusOr<bool> {
        if (!IsPhysical(family, key)) digest.Add(key, value);
        return true;
      }));
  return digest.digest().ToHex();
}

template <typename Interface>
absl::StatusOr<std::vector<StoredRow>> RowReader<Interface>::Rows(Family family, absl::string_view after, size_t limit,
                                                                  size_t bytes_max) const {
  std::vector<StoredRow> rows;
  if (limit == 0) return rows;
  size_t bytes = 0;
  WHISTLE_RETURN_IF_ERROR(Scan(family, ScanStart("", after), "",
                               [&](absl::string_view key, absl::string_view value) -> absl::StatusOr<bool> {
                                 if (family == Family::kMeta && absl::StartsWith(key, kPhysicalPrefix)) return true;
                                 rows.push_back({std::string(key), std::string(value)});
                                 bytes += key.size() + value.size();
                                 return rows.size() < limit && bytes < bytes_max;
                               }));
  return rows;
}

template class RowReader<Reader>;
template class RowReader<Store>;

}  // namespace whistle::projection
