#include "libs/projection/row_text.h"

#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "google/protobuf/util/message_differencer.h"
#include "libs/projection/keys.h"
#include "whistle/common/v1/agenda.pb.h"
#include "whistle/journal/v1/journal.pb.h"
#include "whistle/projection/v1/rows.pb.h"

namespace whistle::projection {
namespace {

using google::protobuf::Message;

// What stands between two texts of a key (keys.cc).
constexpr absl::string_view kTextEnd("\0\x01", 2);
// due: seconds and nanos.
constexpr size_t kDueBytes = 12;
constexpr size_t kVersionBytes = 8;

std::string Shown(absl::string_view bytes) { return absl::CHexEscape(bytes); }

std::string Cut(std::string text, size_t chars_max) {
  if (text.size() <= chars_max) return text;
  // Not in the middle of a character.
  while (chars_max > 0 && (static_cast<unsigned char>(text[chars_max]) & 0xc0) == 0x80) --chars_max;
  text.resize(chars_max);
  return text + "…";
}

// A row may hold another message in its bytes: the part that says more than hex.
struct Parsed {
  std::unique_ptr<Message> row;
  // Null where there is none.
  std::unique_ptr<Message> inner;
};

template <typename T>
std::unique_ptr<T> ParseAs(absl::string_view value) {
  auto message = std::make_unique<T>();
  if (!message->ParseFromArray(value.data(), static_cast<int>(value.size()))) return nullptr;
  return message;
}

// Nothing if the value cannot be read, or the family has none.
std::optional<Parsed> ParseRow(Family family, absl::string_view key, absl::string_view value, const Message& state) {
  Parsed parsed;
  if (family == Family::kState) {
    auto row = ParseAs<v1::CaseRow>(value);
    parsed.inner.reset(state.New());
    if (row == nullptr || !parsed.inner->ParseFromString(row->state())) return std::nullopt;
    row->clear_state();
    parsed.row = std::move(row);
  } else if (family == Family::kTimeline) {
    auto row = ParseAs<v1::TimelineRow>(value);
    parsed.inner = std::make_unique<journal::v1::Decision>();
    if (row == nullptr || !parsed.inner->ParseFromString(row->decision())) return std::nullopt;
    row->clear_decision();
    parsed.row = std::move(row);
  } else if (family == Family::kMilestone) {
    auto row = ParseAs<v1::MilestoneRow>(value);
    parsed.inner.reset(state.New());
    if (row == nullptr || !parsed.inner->ParseFromString(row->state())) return std::nullopt;
    row->clear_state();
    parsed.row = std::move(row);
  } else if (family == Family::kAgenda) {
    parsed.row = ParseAs<common::v1::AgendaItem>(value);
  } else if (family == Family::kRequest) {
    parsed.row = ParseAs<v1::RequestRow>(value);
  } else if (family == Family::kMeta && absl::StartsWith(key, kPartitionPrefix)) {
    parsed.row = ParseAs<v1::PartitionRow>(value);
  } else if (family == Family::kMeta) {
    parsed.row = ParseAs<v1::QuarantineRow>(value);
  }
  if (parsed.row == nullptr) return std::nullopt;
  return parsed;
}

std::string TextOf(const Parsed& parsed) {
  std::string text = parsed.row->ShortDebugString();
  if (parsed.inner != nullptr) absl::StrAppend(&text, " { ", parsed.inner->ShortDebugString(), " }");
  return text;
}

// One line.
std::string FieldsThatDiffer(const Message& a, const Message& b) {
  std::string report;
  google::protobuf::util::MessageDifferencer differencer;
  differencer.ReportDifferencesToString(&report);
  if (differencer.Compare(a, b)) return "";
  return absl::StrReplaceAll(absl::StripSuffix(report, "\n"), {{"\n", "; "}});
}

}  // namespace

std::string KeyText(Family family, absl::string_view key) {
  if (family == Family::kState) return absl::StrCat("case ", Shown(key));
  if ((family == Family::kTimeline || family == Family::kMilestone) && key.size() > kVersionBytes) {
    if (const auto version = VersionOfTimelineKey(key)) {
      const absl::string_view case_id = absl::StripSuffix(key.substr(0, key.size() - kVersionBytes), kTextEnd);
      return absl::StrCat("case ", Shown(case_id), " version ", version->value);
    }
  }
  if (family == Family::kRequest) {
    const std::vector<absl::string_view> parts = absl::StrSplit(key, kTextEnd);
    if (parts.size() == 3) {
      return absl::StrCat("case ", Shown(parts[0]), " client ", Shown(parts[1]), " request ", Shown(parts[2]));
    }
  }
  if (family == Family::kIndex) {
    if (const auto entry = ParseIndexRowKey(key)) {
      // Parts of an index key end with a zero byte each.
      const std::string parts = absl::StrReplaceAll(entry->key, {{absl::string_view("\0", 1), "/"}});
      return absl::StrCat("index ", Shown(absl::StripSuffix(parts, "/")), " case ", Shown(entry->case_id));
    }
  }
  if (family == Family::kAgenda && key.size() > kDueBytes) {
    const std::pair<absl::string_view, absl::string_view> parts =
        absl::StrSplit(key.substr(kDueBytes), absl::MaxSplits(kTextEnd, 1));
    return absl::StrCat("case ", Shown(parts.first), " item ", absl::BytesToHexString(parts.second.substr(0, 4)));
  }
  if (family == Family::kMeta) {
    if (const auto partition = ParsePartitionKey(key)) return absl::StrCat("partition ", partition->ToString());
    if (absl::StartsWith(key, kQuarantinePrefix)) return absl::StrCat("quarantine ", absl::BytesToHexString(key));
  }
  return Shown(key);
}

std::string ValueText(Family family, absl::string_view key, absl::string_view value, const Message& state,
                      size_t chars_max) {
  if (family == Family::kIndex) return "there";
  const auto parsed = ParseRow(family, key, value, state);
  return Cut(parsed.has_value() ? TextOf(*parsed) : absl::StrCat("bytes ", absl::BytesToHexString(value)), chars_max);
}

std::string DifferenceText(Family family, const RowDifference& difference, absl::string_view name_a,
                           absl::string_view name_b, const Message& state, size_t chars_max) {
  if (!difference.a.has_value() || !difference.b.has_value()) {
    const std::string& value = difference.a.has_value() ? *difference.a : *difference.b;
    return absl::StrCat("only in ", difference.a.has_value() ? name_a : name_b, ": ",
                        ValueText(family, difference.key, value, state, chars_max));
  }
  const auto a = ParseRow(family, difference.key, *difference.a, state);
  const auto b = ParseRow(family, difference.key, *difference.b, state);
  if (a.has_value() && b.has_value()) {
    std::vector<std::string> parts;
    if (std::string row = FieldsThatDiffer(*a->row, *b->row); !row.empty()) parts.push_back(std::move(row));
    if (a->inner != nullptr) {
      if (std::string inner = FieldsThatDiffer(*a->inner, *b->inner); !inner.empty()) parts.push_back(std::move(inner));
    }
    if (!parts.empty()) return Cut(absl::StrJoin(parts, "; "), chars_max);
  }
  return Cut(absl::StrCat(name_a, ": bytes ", absl::BytesToHexString(*difference.a), ", ", name_b, ": bytes ",
                          absl::BytesToHexString(*difference.b)),
             chars_max);
}

}  // namespace whistle::projection
