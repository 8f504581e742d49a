#include "tools/whistlectl/journal_replay.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "libs/base/status_macros.h"
#include "libs/base/time.h"
#include "libs/domain/context.h"
#include "libs/domain/correction.h"
#include "libs/domain/sentence.h"
#include "tools/whistlectl/command.h"
#include "tools/whistlectl/display.h"
#include "tools/whistlectl/json.h"
#include "tools/whistlectl/methods.h"

namespace whistle::whistlectl {
namespace {

using engine::Judged;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using journal::v1::Decision;
using journal::v1::Event;

std::string TypeOf(const Event& event) {
  const Message* body = domain::BodyOf(event);
  return body == nullptr ? std::string() : body->GetDescriptor()->name();
}

}  // namespace

bool NamesOrganization(const Message& message, absl::string_view organization_id) {
  std::vector<const FieldDescriptor*> fields;
  const auto* reflection = message.GetReflection();
  reflection->ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_STRING && !field->is_repeated()) {
      const bool names = field->name() == "organization_id" || absl::EndsWith(field->name(), "superior_id");
      if (names && reflection->GetString(message, field) == organization_id) return true;
    }
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) continue;
    if (!field->is_repeated()) {
      if (NamesOrganization(reflection->GetMessage(message, field), organization_id)) return true;
      continue;
    }
    for (int i = 0; i < reflection->FieldSize(message, field); ++i) {
      if (NamesOrganization(reflection->GetRepeatedMessage(message, field, i), organization_id)) return true;
    }
  }
  return false;
}

absl::StatusOr<std::string> MatchEventType(absl::string_view text) {
  const auto plain = [](absl::string_view name) {
    return absl::AsciiStrToLower(absl::StrReplaceAll(name, {{"-", ""}, {"_", ""}}));
  };
  std::vector<std::string> known;
  const auto* body = Event::descriptor()->FindOneofByName("body");
  for (int i = 0; i < body->field_count(); ++i) {
    known.push_back(body->field(i)->message_type()->name());
    if (plain(known.back()) == plain(text)) return known.back();
  }
  const std::string near = Nearest(text, known);
  return UsageError(absl::StrCat("--type: there is no event \"", text, "\"",
                                 near.empty() ? "; the contracts name them all (journal.proto, Event)"
                                              : absl::StrCat("; did you mean ", near, "?")));
}

Replay::Replay(JournalReader& reader, ReplayFilter filter, std::ostream& out, bool json)
    : reader_(reader), filter_(std::move(filter)), out_(out), json_(json) {
  for (const base::PartitionId partition : filter_.partitions) ahead_.push_back({.partition = partition});
}

void Replay::SlowDown(double lines_per_second, std::function<void(absl::Duration)> wait) {
  lines_per_second_ = lines_per_second;
  wait_ = std::move(wait);
}

absl::Status Replay::Fill(Ahead& ahead) {
  // What lies beyond what is told need not be read.
  if (!ahead.records.empty() || ahead.next >= filter_.to) return absl::OkStatus();
  WHISTLE_ASSIGN_OR_RETURN(std::vector<ReadRecord> records, reader_.Next(ahead.partition));
  if (!records.empty()) ahead.next = records.back().place.offset.Next();
  for (ReadRecord& record : records) ahead.records.push_back(std::move(record));
  return absl::OkStatus();
}

absl::Status Replay::TellToEnd() {
  while (true) {
    Ahead* first = nullptr;
    for (Ahead& each : ahead_) {
      WHISTLE_RETURN_IF_ERROR(Fill(each));
      if (each.records.empty()) continue;
      // Equal times: the partition that comes first, and in it the offsets' order.
      if (first == nullptr || each.records.front().judged.recorded_at < first->records.front().judged.recorded_at) {
        first = &each;
      }
    }
    if (first == nullptr) return absl::OkStatus();
    const ReadRecord record = std::move(first->records.front());
    first->records.pop_front();
    WHISTLE_RETURN_IF_ERROR(Tell(record));
  }
}

absl::Status Replay::Tell(const ReadRecord& record) {
  if (record.place.offset < filter_.from || record.place.offset >= filter_.to) return absl::OkStatus();
  switch (record.judged.kind) {
    case Judged::Kind::kUnknownLevel:
      return absl::FailedPreconditionError(
          absl::StrCat("HALTED at ", record.place.ToString(), ": ", engine::WhyOf(record.judged)));
    case Judged::Kind::kAccepted:
      return TellDecision(record);
    case Judged::Kind::kSupersededByParent:
    case Judged::Kind::kSupersededByTime:
      return filter_.all ? TellDecision(record) : absl::OkStatus();
    case Judged::Kind::kMalformed:
    case Judged::Kind::kGenesis:
      break;
  }
  // Such a record names no organization and holds no event.
  if (!filter_.all || !filter_.organization_id.empty() || !filter_.event_type.empty()) return absl::OkStatus();
  if (!filter_.case_id.empty() && record.stored.record.key != filter_.case_id) return absl::OkStatus();
  return Line(record, nullptr, 0, engine::WhyOf(record.judged));
}

bool Replay::Wanted(const Decision& decision, const Event& event) const {
  if (!filter_.event_type.empty() && TypeOf(event) != filter_.event_type) return false;
  return filter_.organization_id.empty() || decision.actor().organization_id() == filter_.organization_id ||
         NamesOrganization(event, filter_.organization_id);
}

absl::Status Replay::TellDecision(const ReadRecord& record) {
  const Decision& decision = record.judged.decision;
  if (!filter_.case_id.empty() && decision.case_id() != filter_.case_id) return absl::OkStatus();
  for (int i = 0; i < decision.events_size(); ++i) {
    const Event& event = decision.events(i);
    if (!Wanted(decision, event)) continue;
    WHISTLE_RETURN_IF_ERROR(Line(record, &event, i + 1, domain::Sentence(event)));
  }
  return absl::OkStatus();
}

absl::Status Replay::Line(const ReadRecord& record, const Event* event, int number, const std::string& said) {
  if (lines_per_second_ > 0 && lines_ > 0) wait_(absl::Seconds(1 / lines_per_second_));
  ++lines_;
  const Judged& judged = record.judged;
  const bool counts = judged.kind == Judged::Kind::kAccepted;
  // What does not count has no recorded time; its own stamp says when it came.
  const std::string time = base::TimeText(counts ? judged.recorded_at : judged.stamp);
  const std::string& case_id = event == nullptr ? record.stored.record.key : judged.decision.case_id();
  const std::string event_id = counts ? domain::MakeEventId(judged.version, number) : std::string();
  if (!json_) {
    out_ << absl::StrFormat("%-12s %-24s %-17s %-24s %-6s ", record.place.ToString(), time,
                            std::string(VerdictWord(judged.kind)), Printable(case_id), counts ? event_id : "-")
         << Printable(said) << "\n";
  } else {
    out_ << "{\"position\":" << JsonString(record.place.ToString())
         << ",\"verdict\":" << JsonString(VerdictWord(judged.kind));
    if (counts) out_ << ",\"recorded_at\":" << JsonString(time);
    out_ << ",\"stamp\":" << JsonString(base::TimeText(judged.stamp)) << ",\"case_id\":" << JsonString(case_id);
    if (counts) out_ << ",\"version\":" << judged.version.value << ",\"event_id\":" << JsonString(event_id);
    if (!counts) out_ << ",\"why\":" << JsonString(engine::WhyOf(judged));
    if (event != nullptr) {
      WHISTLE_ASSIGN_OR_RETURN(const std::string body, MessageJson(*event, JsonShape::kOneLine));
      const journal::v1::RequestRef& request = judged.decision.request();
      out_ << ",\"client\":" << JsonString(request.client()) << ",\"request_id\":" << JsonString(request.request_id())
           << ",\"type\":" << JsonString(TypeOf(*event)) << ",\"sentence\":" << JsonString(said)
           << ",\"event\":" << body;
    }
    out_ << "}\n";
  }
  // Who reads on while it is told sees each line as it comes.
  out_.flush();
  return out_.good() ? absl::OkStatus() : absl::CancelledError("nobody reads what is told any more");
}

}  // namespace whistle::whistlectl
