#include "tools/whistlectl/record_view.h"

#include <algorithm>
#include <memory>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "libs/base/status_macros.h"
#include "libs/base/time.h"
#include "tools/whistlectl/display.h"
#include "tools/whistlectl/json.h"
#include "whistle/journal/v1/journal.pb.h"

namespace whistle::whistlectl {
namespace {

using engine::Judged;

constexpr size_t kBytesPerLine = 16;

// What the value decodes to, whether it counts or not; null where the bytes are no such message.
std::unique_ptr<google::protobuf::Message> Decoded(const ReadRecord& record) {
  std::unique_ptr<google::protobuf::Message> message;
  if (record.judged.kind == Judged::Kind::kGenesis) {
    message = std::make_unique<journal::v1::Genesis>();
  } else {
    message = std::make_unique<journal::v1::Decision>();
  }
  if (!message->ParseFromString(record.stored.record.value)) return nullptr;
  return message;
}

bool CanBeJudged(const Judged& judged) { return judged.kind == Judged::Kind::kAccepted || judged.superseded(); }

}  // namespace

void Earlier::Add(const ReadRecord& record) {
  if (record.judged.kind != Judged::Kind::kAccepted) return;
  accepted_[record.judged.hash] = {
      .case_id = record.judged.decision.case_id(), .version = record.judged.version, .place = record.place};
}

std::string Earlier::ParentOf(const ReadRecord& record) const {
  if (!CanBeJudged(record.judged)) return "";
  const journal::v1::Decision& decision = record.judged.decision;
  const auto parent = base::Digest::FromBytes(decision.parent());
  if (!parent) return "";
  const auto found = accepted_.find(*parent);
  if (found == accepted_.end() || found->second.case_id != decision.case_id()) {
    return "no accepted decision of this case before it";
  }
  return absl::StrCat("version ", found->second.version.value, ", the case's head from ",
                      found->second.place.ToString(), " on");
}

std::string Earlier::SameBytes(const ReadRecord& record) const {
  const auto found = accepted_.find(record.judged.hash);
  return found == accepted_.end() ? std::string() : found->second.place.ToString();
}

std::string HexDump(absl::string_view bytes, size_t most) {
  std::string out;
  const size_t shown = std::min(bytes.size(), most);
  for (size_t at = 0; at < shown; at += kBytesPerLine) {
    const absl::string_view line = bytes.substr(at, std::min(kBytesPerLine, shown - at));
    std::string hex;
    std::string text;
    for (const char c : line) {
      absl::StrAppendFormat(&hex, " %02x", static_cast<unsigned char>(c));
      text.push_back(c >= ' ' && c <= '~' ? c : '.');
    }
    absl::StrAppendFormat(&out, "%08x %-48s  |%s|\n", at, hex, text);
  }
  if (shown < bytes.size()) absl::StrAppend(&out, "… ", bytes.size() - shown, " more\n");
  return out;
}

absl::StatusOr<std::string> RecordText(const ReadRecord& record, const Earlier& earlier, size_t bytes_most) {
  const Judged& judged = record.judged;
  const journal::Record& raw = record.stored.record;
  std::string out;
  const auto line = [&out](absl::string_view name, absl::string_view value) {
    absl::StrAppendFormat(&out, "%-12s %s\n", name, Printable(value));
  };
  line("record", record.place.ToString());
  line("key", raw.key);
  line("stamp", base::TimeText(judged.stamp));
  if (!judged.carried_stamp.empty()) {
    line("", absl::StrCat("carried over; imported at ", base::TimeText(record.stored.stamp)));
  }
  line("size", absl::StrCat(raw.value.size(), " bytes"));
  line("sha256", judged.hash.ToHex());
  for (const auto& [name, value] : raw.headers) line("header", absl::StrCat(name, ": ", value));
  line("verdict", VerdictWord(judged.kind));
  line("why", engine::WhyOf(judged));
  if (judged.kind == Judged::Kind::kAccepted) {
    line("version", absl::StrCat(judged.version.value));
    line("recorded_at", base::TimeText(judged.recorded_at));
  }
  if (CanBeJudged(judged)) {
    const std::string& parent = judged.decision.parent();
    line("parent", parent.empty() ? "none" : absl::BytesToHexString(parent));
    if (const std::string which = earlier.ParentOf(record); !which.empty()) line("", which);
    line("head", judged.head_before ? absl::StrCat(judged.head_before->hash.ToHex()) : "none");
    if (judged.head_before) {
      line("", absl::StrCat("version ", judged.head_before->version.value, ", the case's head from ",
                            Place{record.place.partition, judged.head_before->offset}.ToString(), " on"));
    }
    line("decided_at", base::TimeText(base::FromProto(judged.decision.decided_at())));
  }
  if (const std::string same = earlier.SameBytes(record); !same.empty()) {
    line("", absl::StrCat("the same bytes were accepted at ", same));
  }
  if (const auto decoded = Decoded(record)) {
    WHISTLE_ASSIGN_OR_RETURN(const std::string json, MessageJson(*decoded, JsonShape::kLines));
    absl::StrAppend(&out, "decoded\n", json, "\n");
  } else {
    line("decoded", "the bytes are no decision that this build can read");
  }
  absl::StrAppend(&out, "bytes\n", HexDump(raw.value, bytes_most));
  return out;
}

absl::StatusOr<std::string> RecordJson(const ReadRecord& record, const Earlier& earlier) {
  const Judged& judged = record.judged;
  const journal::Record& raw = record.stored.record;
  std::string out =
      absl::StrCat("{\"position\":", JsonString(record.place.ToString()), ",\"key\":", JsonString(raw.key),
                   ",\"stamp\":", JsonString(base::TimeText(judged.stamp)), ",\"size\":", raw.value.size(),
                   ",\"sha256\":", JsonString(judged.hash.ToHex()));
  if (!judged.carried_stamp.empty()) {
    absl::StrAppend(&out, ",\"imported_at\":", JsonString(base::TimeText(record.stored.stamp)));
  }
  absl::StrAppend(&out, ",\"headers\":[");
  for (size_t i = 0; i < raw.headers.size(); ++i) {
    absl::StrAppend(&out, i == 0 ? "" : ",", "{\"name\":", JsonString(raw.headers[i].first),
                    ",\"value\":", JsonString(raw.headers[i].second), "}");
  }
  absl::StrAppend(&out, "],\"verdict\":", JsonString(VerdictWord(judged.kind)),
                  ",\"why\":", JsonString(engine::WhyOf(judged)));
  if (judged.kind == Judged::Kind::kAccepted) {
    absl::StrAppend(&out, ",\"version\":", judged.version.value,
                    ",\"recorded_at\":", JsonString(base::TimeText(judged.recorded_at)));
  }
  if (CanBeJudged(judged)) {
    absl::StrAppend(&out, ",\"parent\":", JsonString(absl::BytesToHexString(judged.decision.parent())),
                    ",\"parent_was\":", JsonString(earlier.ParentOf(record)),
                    ",\"head\":", JsonString(judged.head_before ? judged.head_before->hash.ToHex() : std::string()));
    if (judged.head_before) {
      absl::StrAppend(&out, ",\"head_version\":", judged.head_before->version.value, ",\"head_position\":",
                      JsonString(Place{record.place.partition, judged.head_before->offset}.ToString()));
    }
    absl::StrAppend(&out,
                    ",\"decided_at\":", JsonString(base::TimeText(base::FromProto(judged.decision.decided_at()))));
  }
  if (const std::string same = earlier.SameBytes(record); !same.empty()) {
    absl::StrAppend(&out, ",\"same_bytes_at\":", JsonString(same));
  }
  if (const auto decoded = Decoded(record)) {
    WHISTLE_ASSIGN_OR_RETURN(const std::string json, MessageJson(*decoded, JsonShape::kOneLine));
    absl::StrAppend(&out, ",\"decoded\":", json);
  }
  return absl::StrCat(out, ",\"bytes\":", JsonString(absl::BytesToHexString(raw.value)), "}");
}

}  // namespace whistle::whistlectl
