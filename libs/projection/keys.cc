#include "libs/projection/keys.h"

#include <algorithm>
#include <cstdint>
#include <limits>

#include "absl/strings/str_cat.h"
#include "libs/base/hash.h"
#include "libs/base/proto.h"

namespace whistle::projection {
namespace {

// Inside an escaped text 0x00 is written 0x00 0xFF; the text ends with 0x00 0x01. Both sort below every other byte, and
// the end below the escape, so that "a" < "a\0" < "a\x01" holds for the escaped forms too.
constexpr char kEscapedZero = '\xff';
constexpr char kEnd = '\x01';

// The registry's partition is listed first.
constexpr char kRegistryTopic = '\x00';
constexpr char kCasesTopic = '\x01';

template <typename Unsigned>
void AppendBigEndian(std::string& out, Unsigned value) {
  for (int shift = static_cast<int>(sizeof(Unsigned)) * 8 - 8; shift >= 0; shift -= 8) {
    out.push_back(static_cast<char>((value >> shift) & 0xff));
  }
}

uint64_t ReadBigEndian(absl::string_view bytes) {
  uint64_t value = 0;
  for (const char byte : bytes) value = (value << 8) | static_cast<uint8_t>(byte);
  return value;
}

// Negative numbers sort before positive ones once the sign bit is turned over.
uint64_t Ordered(int64_t value) { return static_cast<uint64_t>(value) ^ (uint64_t{1} << 63); }
uint32_t Ordered(int32_t value) { return static_cast<uint32_t>(value) ^ (uint32_t{1} << 31); }

void AppendEscaped(std::string& out, absl::string_view text) {
  for (const char byte : text) {
    out.push_back(byte);
    if (byte == '\0') out.push_back(kEscapedZero);
  }
}

void AppendText(std::string& out, absl::string_view text) {
  AppendEscaped(out, text);
  out.push_back('\0');
  out.push_back(kEnd);
}

// Takes one escaped text off the front of `rest`. Nothing if there is none.
std::optional<std::string> ConsumeText(absl::string_view& rest) {
  std::string text;
  for (size_t i = 0; i < rest.size(); ++i) {
    if (rest[i] != '\0') {
      text.push_back(rest[i]);
      continue;
    }
    if (++i == rest.size()) return std::nullopt;
    if (rest[i] == kEnd) {
      rest.remove_prefix(i + 1);
      return text;
    }
    if (rest[i] != kEscapedZero) return std::nullopt;
    text.push_back('\0');
  }
  return std::nullopt;
}

void AppendDue(std::string& out, int64_t seconds, int32_t nanos) {
  AppendBigEndian(out, Ordered(seconds));
  AppendBigEndian(out, Ordered(nanos));
}

void AppendPartition(std::string& out, base::PartitionId partition) {
  out.push_back(partition.is_registry() ? kRegistryTopic : kCasesTopic);
  AppendBigEndian(out, static_cast<uint32_t>(partition.index()));
}

}  // namespace

std::string CaseKey(absl::string_view case_id) { return std::string(case_id); }

std::string TimelineKey(absl::string_view case_id, base::Version version) {
  std::string key = TimelinePrefix(case_id);
  AppendBigEndian(key, version.value);
  return key;
}

std::string TimelinePrefix(absl::string_view case_id) {
  std::string key;
  key.reserve(case_id.size() + 2 + sizeof(uint64_t));
  AppendText(key, case_id);
  return key;
}

std::optional<base::Version> VersionOfTimelineKey(absl::string_view key) {
  if (!ConsumeText(key).has_value() || key.size() != sizeof(uint64_t)) return std::nullopt;
  return base::Version{ReadBigEndian(key)};
}

std::string MilestoneKey(absl::string_view case_id, base::Version version) { return TimelineKey(case_id, version); }

std::string RequestRowKey(const RequestKey& key) {
  std::string out;
  out.reserve(key.case_id.size() + key.client.size() + key.request_id.size() + 4);
  AppendText(out, key.case_id);
  AppendText(out, key.client);
  out += key.request_id;
  return out;
}

std::string IndexRowKey(absl::string_view index_key, absl::string_view case_id) {
  std::string out;
  AppendText(out, index_key);
  absl::StrAppend(&out, case_id);
  return out;
}

std::string IndexRowPrefix(absl::string_view index_prefix) {
  std::string out;
  AppendEscaped(out, index_prefix);
  return out;
}

std::optional<WriteSet::IndexEntry> ParseIndexRowKey(absl::string_view key) {
  std::optional<std::string> index_key = ConsumeText(key);
  if (!index_key.has_value()) return std::nullopt;
  return WriteSet::IndexEntry{*std::move(index_key), std::string(key)};
}

std::string AgendaKey(const common::v1::AgendaItem& item, absl::string_view item_bytes) {
  std::string out;
  AppendDue(out, item.due_at().seconds(), item.due_at().nanos());
  AppendText(out, item.case_id());
  absl::StrAppend(&out, base::Sha256(item_bytes).bytes());
  return out;
}

std::string AgendaEnd(absl::Time until) {
  if (until == absl::InfiniteFuture()) return "";
  const int64_t seconds = absl::ToUnixSeconds(until);
  // Within a second, and so never more than 999,999,999 but for times beyond what int64 seconds can say.
  const int64_t nanos = absl::ToInt64Nanoseconds(until - absl::FromUnixSeconds(seconds));
  std::string out;
  AppendDue(out, seconds, static_cast<int32_t>(std::clamp<int64_t>(nanos, -1, 999'999'999) + 1));
  return out;
}

std::string PartitionKey(base::PartitionId partition) {
  std::string out(kPartitionPrefix);
  AppendPartition(out, partition);
  return out;
}

std::optional<base::PartitionId> ParsePartitionKey(absl::string_view key) {
  if (key.size() != kPartitionPrefix.size() + 1 + sizeof(uint32_t)) return std::nullopt;
  key.remove_prefix(kPartitionPrefix.size());
  const char topic = key.front();
  const uint64_t index = ReadBigEndian(key.substr(1));
  if (topic == kRegistryTopic && index == 0) return base::PartitionId::Registry();
  if (topic != kCasesTopic || index > static_cast<uint64_t>(std::numeric_limits<int32_t>::max())) return std::nullopt;
  return base::PartitionId::Case(static_cast<int32_t>(index));
}

std::string QuarantineKey(base::PartitionId partition, base::Offset offset) {
  std::string out(kQuarantinePrefix);
  AppendPartition(out, partition);
  AppendBigEndian(out, static_cast<uint64_t>(offset.value));
  return out;
}

std::string PrefixEnd(absl::string_view prefix) {
  std::string end(prefix);
  while (!end.empty() && end.back() == '\xff') end.pop_back();
  if (!end.empty()) end.back() = static_cast<char>(static_cast<uint8_t>(end.back()) + 1);
  return end;
}

std::string AgendaRequestId(const common::v1::AgendaItem& item) {
  return absl::StrCat("agenda:", base::Sha256(base::SerializeDeterministically(item)).ToHex());
}

}  // namespace whistle::projection
