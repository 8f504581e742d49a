#include "tools/whistlectl/journal_reader.h"

#include <optional>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "libs/base/check.h"
#include "libs/base/status_macros.h"
#include "libs/base/time.h"
#include "tools/whistlectl/command.h"
#include "tools/whistlectl/methods.h"

namespace whistle::whistlectl {
namespace {

using operations::v1::GetJournalStatusRequest;
using operations::v1::GetJournalStatusResponse;
using operations::v1::ReadJournalRequest;
using operations::v1::ReadJournalResponse;

// What one stretch holds at most: a merge keeps one of each partition.
constexpr size_t kStretchRecordsMax = 512;
constexpr size_t kStretchBytesMax = 1024 * 1024;

const google::protobuf::MethodDescriptor& Method(absl::string_view name) {
  const auto method = FindMethod(name);
  WHISTLE_CHECK(method.ok(), method.status().message());
  return **method;
}

}  // namespace

ReadJournalRequest ReadFrom(const Place& place) {
  ReadJournalRequest request;
  request.set_topic(place.partition.is_registry() ? common::v1::TOPIC_REGISTRY : common::v1::TOPIC_CASES);
  request.set_partition(place.partition.index());
  request.set_from_offset(place.offset.value);
  return request;
}

journal::StoredRecord ToStored(const ReadJournalResponse& response) {
  journal::StoredRecord stored{.offset = base::Offset{response.offset()},
                               .stamp = base::FromProto(response.stamp()),
                               .record = {.key = response.key(), .value = response.value(), .headers = {}}};
  for (const auto& header : response.headers()) stored.record.headers.emplace_back(header.name(), header.value());
  return stored;
}

absl::StatusOr<base::PartitionId> ParsePartition(absl::string_view text) {
  if (text == "registry") return base::PartitionId::Registry();
  int32_t index = 0;
  if (!absl::SimpleAtoi(text, &index) || index < 0) {
    return UsageError(absl::StrCat("a partition is a number from 0 or \"registry\", found \"", text, "\""));
  }
  return base::PartitionId::Case(index);
}

absl::StatusOr<Place> ParsePlace(absl::string_view text) {
  const size_t colon = text.find(':');
  Place place;
  if (colon == absl::string_view::npos || !absl::SimpleAtoi(text.substr(colon + 1), &place.offset.value) ||
      place.offset.value < 0) {
    return UsageError(absl::StrCat("a place is PARTITION:OFFSET, such as 7:123 or registry:4, found \"", text, "\""));
  }
  WHISTLE_ASSIGN_OR_RETURN(place.partition, ParsePartition(text.substr(0, colon)));
  return place;
}

absl::StatusOr<JournalReader> JournalReader::Open(Client& client) {
  JournalReader reader(client);
  WHISTLE_RETURN_IF_ERROR(reader.AskEnds());
  return reader;
}

absl::Status JournalReader::AskEnds() {
  GetJournalStatusResponse now;
  WHISTLE_RETURN_IF_ERROR(client_->Call(Method("operations.GetJournalStatus"), GetJournalStatusRequest(), "", now));
  if (!ends_.empty() && now.journal_uuid() != uuid()) {
    return absl::DataLossError(
        absl::StrCat("the service's journal was ", uuid(), " and is ", now.journal_uuid(), " now"));
  }
  status_ = std::move(now);
  for (const auto& partition : status_.partitions()) {
    const auto id = partition.topic() == common::v1::TOPIC_REGISTRY ? base::PartitionId::Registry()
                                                                    : base::PartitionId::Case(partition.partition());
    ends_[id] = base::Offset{partition.end_offset()};
  }
  return absl::OkStatus();
}

base::Offset JournalReader::End(base::PartitionId partition) const {
  const auto end = ends_.find(partition);
  return end == ends_.end() ? base::Offset{0} : end->second;
}

absl::Status JournalReader::CheckPartition(base::PartitionId partition) const {
  if (ends_.count(partition) > 0) return absl::OkStatus();
  return absl::NotFoundError(absl::StrCat("the journal has no partition ", partition.ToString(),
                                          ": it has registry and 0 to ", partition_count() - 1));
}

absl::StatusOr<std::vector<ReadRecord>> JournalReader::Next(base::PartitionId partition) {
  engine::JudgedPartition& judge = judged_.try_emplace(partition, partition, partition_count()).first->second;
  const base::Offset from = judge.next_offset();
  const base::Offset end = End(partition);
  std::vector<ReadRecord> records;
  if (from >= end) return records;
  const ReadJournalRequest request = ReadFrom({.partition = partition, .offset = from});
  size_t bytes = 0;
  absl::Status bad;
  ReadJournalResponse response;
  const absl::Status status = client_->Stream(Method("operations.ReadJournal"), request, "", response, [&] {
    journal::StoredRecord stored = ToStored(response);
    bytes += stored.record.value.size();
    auto judged = judge.Judge(stored);
    if (!judged.ok()) {
      bad = judged.status();
      return false;
    }
    records.push_back({.place = {.partition = partition, .offset = stored.offset},
                       .stored = std::move(stored),
                       .judged = *std::move(judged)});
    return judge.next_offset() < end && records.size() < kStretchRecordsMax && bytes < kStretchBytesMax;
  });
  // What came before the record that nothing can be said of is still true; the next call says what was wrong.
  if (!records.empty()) return records;
  WHISTLE_RETURN_IF_ERROR(bad);
  WHISTLE_RETURN_IF_ERROR(status);
  return absl::DataLossError(absl::StrCat("partition ", partition.ToString(), " was said to end at offset ", end.value,
                                          ", and gives no record from offset ", from.value, " on"));
}

absl::StatusOr<ReadRecord> ReadAt(JournalReader& reader, const Place& place,
                                  const std::function<void(const ReadRecord&)>& on_earlier) {
  WHISTLE_RETURN_IF_ERROR(reader.CheckPartition(place.partition));
  const base::Offset end = reader.End(place.partition);
  if (place.offset >= end) {
    return absl::NotFoundError(absl::StrCat("partition ", place.partition.ToString(), " ends at offset ", end.value,
                                            ": there is no record at ", place.ToString()));
  }
  while (true) {
    WHISTLE_ASSIGN_OR_RETURN(std::vector<ReadRecord> records, reader.Next(place.partition));
    for (ReadRecord& record : records) {
      if (record.place.offset == place.offset) return std::move(record);
      on_earlier(record);
    }
  }
}

absl::StatusOr<journal::StoredRecord> ReadRaw(Client& client, const Place& place) {
  std::optional<journal::StoredRecord> stored;
  ReadJournalResponse response;
  WHISTLE_RETURN_IF_ERROR(client.Stream(Method("operations.ReadJournal"), ReadFrom(place), "", response, [&] {
    stored = ToStored(response);
    return false;
  }));
  if (!stored) return absl::NotFoundError(absl::StrCat("there is no record at ", place.ToString()));
  return *std::move(stored);
}

absl::string_view VerdictWord(engine::Judged::Kind kind) {
  switch (kind) {
    case engine::Judged::Kind::kGenesis:
      return "genesis";
    case engine::Judged::Kind::kAccepted:
      return "accepted";
    case engine::Judged::Kind::kSupersededByParent:
      return "superseded-parent";
    case engine::Judged::Kind::kSupersededByTime:
      return "superseded-time";
    case engine::Judged::Kind::kMalformed:
      return "malformed";
    case engine::Judged::Kind::kUnknownLevel:
      return "unknown-level";
  }
  return "";
}

}  // namespace whistle::whistlectl
