#include "libs/domain/correction.h"

#include <optional>
#include <set>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/json_util.h"
#include "libs/base/time.h"
#include "libs/domain/validate.h"

namespace whistle::domain {
namespace {

using common::v1::EntryCorrected;
using common::v1::OrganizationRef;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Timestamp;

// As many as the longest event has fields worth correcting; keeps the decision far below its byte limit.
constexpr int kCorrectionsMax = 16;
// Long enough that a repeated correction is met by its first while anybody still remembers it; 64 × ~60 bytes.
constexpr int kLogMax = 64;
constexpr absl::string_view kOccurredAt = "occurred_at";

// Where a path ended: a field of `parent`, and its place if it is a list.
struct Leaf {
  Message* parent = nullptr;
  const FieldDescriptor* field = nullptr;
  int index = -1;
  // "conditions.text" for "conditions[0].text".
  std::string plain;
};

const google::protobuf::FieldDescriptor* BodyField(const journal::v1::Event& event) {
  return journal::v1::Event::descriptor()->FindFieldByNumber(static_cast<int>(event.body_case()));
}

bool Is(const FieldDescriptor* field, const google::protobuf::Descriptor* type) {
  return field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE && field->message_type() == type;
}

// Follows `path`; nothing if it leads nowhere in this message.
std::optional<Leaf> Follow(Message* message, absl::string_view path) {
  Leaf leaf;
  const std::vector<std::string> steps = absl::StrSplit(path, '.');
  for (size_t i = 0; i < steps.size(); ++i) {
    std::string name = steps[i];
    leaf.index = -1;
    if (const size_t bracket = name.find('['); bracket != std::string::npos) {
      if (!absl::EndsWith(name, "]") ||
          !absl::SimpleAtoi(name.substr(bracket + 1, name.size() - bracket - 2), &leaf.index) || leaf.index < 0) {
        return std::nullopt;
      }
      name.resize(bracket);
    }
    leaf.parent = message;
    leaf.field = message->GetDescriptor()->FindFieldByName(name);
    if (leaf.field == nullptr || leaf.field->is_repeated() != (leaf.index >= 0)) return std::nullopt;
    const auto* reflection = message->GetReflection();
    if (leaf.index >= 0 && leaf.index >= reflection->FieldSize(*message, leaf.field)) return std::nullopt;
    absl::StrAppend(&leaf.plain, i == 0 ? "" : ".", name);
    if (i + 1 == steps.size()) return leaf;
    if (leaf.field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) return std::nullopt;
    // An organization is put right as a whole; its path of superiors comes from the registry.
    if (Is(leaf.field, OrganizationRef::descriptor())) return std::nullopt;
    if (leaf.index < 0 && !reflection->HasField(*message, leaf.field)) return std::nullopt;
    message = leaf.index >= 0 ? reflection->MutableRepeatedMessage(message, leaf.field, leaf.index)
                              : reflection->MutableMessage(message, leaf.field);
  }
  return std::nullopt;
}

// Ids tie entries together and the rules' names tie dates to the policy: neither is a text. A policy's numbers change
// by a policy alone.
bool MayBeCorrected(const Leaf& leaf) {
  const google::protobuf::Descriptor* in = leaf.parent->GetDescriptor();
  if (in->file()->package() == "whistle.registry.v1") return false;
  if (Is(leaf.field, OrganizationRef::descriptor())) return true;
  if (in == common::v1::DueDate::descriptor()) {
    // What else a date says (when it is near, from when it counts) follows from it.
    return leaf.field->number() == common::v1::DueDate::kDueAtFieldNumber &&
           static_cast<const common::v1::DueDate&>(*leaf.parent).rule() == "given";
  }
  if (Is(leaf.field, Timestamp::descriptor())) return true;
  return leaf.field->type() == FieldDescriptor::TYPE_STRING && !absl::EndsWith(leaf.field->name(), "_id") &&
         !absl::EndsWith(leaf.field->name(), "_ids");
}

std::string ToJson(const Message& message) {
  std::string json;
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  // What we print we built ourselves; it cannot fail.
  (void)google::protobuf::util::MessageToJsonString(message, &json, options);
  return json;
}

std::string TextJson(absl::string_view text) {
  google::protobuf::Value value;
  value.set_string_value(std::string(text));
  return ToJson(value);
}

bool FromJson(absl::string_view json, Message* message) {
  return google::protobuf::util::JsonStringToMessage(std::string(json.data(), json.size()), message).ok();
}

std::string JsonOf(const Leaf& leaf) {
  const auto* reflection = leaf.parent->GetReflection();
  if (leaf.field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) {
    return TextJson(leaf.index >= 0 ? reflection->GetRepeatedString(*leaf.parent, leaf.field, leaf.index)
                                    : reflection->GetString(*leaf.parent, leaf.field));
  }
  if (leaf.index < 0 && !reflection->HasField(*leaf.parent, leaf.field)) return "null";
  return ToJson(leaf.index >= 0 ? reflection->GetRepeatedMessage(*leaf.parent, leaf.field, leaf.index)
                                : reflection->GetMessage(*leaf.parent, leaf.field));
}

std::variant<std::string, Rejection> TimeJson(absl::string_view value, absl::string_view at, bool past_only,
                                              const Context& context) {
  const auto time = base::TimeFromText(value);
  if (!time.ok()) return Invalid(at, "a time (RFC 3339)", value);
  const Timestamp stamp = base::ToProto(*time);
  if (const auto status = base::CheckTimestamp(stamp, at); !status.ok()) {
    return Invalid(at, "a time from 1900 to 9999", value);
  }
  if (past_only && *time > context.now) {
    return Invalid(at, absl::StrCat("a time not after now (", base::TimeText(context.now), ")"), value);
  }
  return ToJson(stamp);
}

// What the leaf should say, as protobuf JSON.
std::variant<std::string, Rejection> Wanted(const Leaf& leaf, const CorrectionWish& correction, absl::string_view at,
                                            const CorrectionLimits& limits, const Context& context) {
  google::protobuf::Value value;
  const std::string value_at = absl::StrCat(at, ".value_json");
  if (auto no = CheckText(correction.value_json, value_at, {.bytes_max = 16000})) return *std::move(no);
  if (!FromJson(correction.value_json, &value) || value.kind_case() != google::protobuf::Value::kStringValue) {
    return Invalid(value_at, "a JSON string", correction.value_json);
  }
  if (Is(leaf.field, Timestamp::descriptor())) return TimeJson(value.string_value(), value_at, false, context);
  if (Is(leaf.field, OrganizationRef::descriptor())) {
    auto organization = ResolveOrganization(value.string_value(), value_at, context);
    if (auto* no = std::get_if<Rejection>(&organization)) return std::move(*no);
    return ToJson(std::get<OrganizationRef>(organization));
  }
  const auto limit = limits.find(leaf.plain);
  const size_t bytes_max = limit == limits.end() ? 2000 : limit->second;
  if (auto no = CheckText(value.string_value(), value_at, {.bytes_max = bytes_max})) return *std::move(no);
  return TextJson(value.string_value());
}

// What an earlier correction made of the field, and which one.
std::optional<std::pair<std::string, std::string>> CorrectedLast(const common::v1::CorrectionLog& log,
                                                                 absl::string_view event_id, absl::string_view path,
                                                                 const Context& context) {
  for (auto entry = log.entries().rbegin(); entry != log.entries().rend(); ++entry) {
    if (event_id != entry->event_id() || path != entry->path()) continue;
    const auto by = context.history->FindEvent(entry->by_event_id());
    if (!by) return std::nullopt;
    for (const auto& field : static_cast<const EntryCorrected&>(*BodyOf(*by)).fields()) {
      if (path == field.path()) return std::make_pair(field.is(), entry->by_event_id());
    }
  }
  return std::nullopt;
}

std::optional<Rejection> CheckEntry(common::v1::Service service, absl::string_view event_id,
                                    const std::optional<journal::v1::Event>& entry) {
  const FieldDescriptor* body = entry ? BodyField(*entry) : nullptr;
  if (body == nullptr) {
    return NotFound("unknown_event", "event_id",
                    absl::StrCat("event_id: the case has no event \"", event_id,
                                 "\"; the timeline names each event (\"<version>.<number>\")"));
  }
  const int owner = body->number() / 100;
  if (owner != service) {
    return Illegal("not_own_event", "event_id",
                   absl::StrCat("a correction by the service that wrote it (",
                                common::v1::Service_Name(static_cast<common::v1::Service>(owner)), ")"),
                   absl::StrCat("event ", event_id, " is not one of this service"));
  }
  if (body->message_type() == EntryCorrected::descriptor()) {
    return Illegal("correction_of_correction", "event_id", "another correction of the entry itself",
                   absl::StrCat("event ", event_id, " is a correction"));
  }
  return std::nullopt;
}

}  // namespace

const Message* BodyOf(const journal::v1::Event& event) {
  const FieldDescriptor* field = BodyField(event);
  return field == nullptr ? nullptr : &event.GetReflection()->GetMessage(event, field);
}

Message* MutableBodyOf(journal::v1::Event* event) {
  const FieldDescriptor* field = BodyField(*event);
  return field == nullptr ? nullptr : event->GetReflection()->MutableMessage(event, field);
}

Outcome DecideCorrection(common::v1::Service service, absl::string_view event_id,
                         const std::vector<CorrectionWish>& corrections, absl::string_view why,
                         const common::v1::CorrectionLog& log, const CorrectionLimits& limits, const Context& context) {
  if (auto no = CheckText(why, "why")) return *std::move(no);
  if (corrections.empty() || corrections.size() > kCorrectionsMax) {
    return Invalid("corrections", absl::StrCat("1 to ", kCorrectionsMax), absl::StrCat(corrections.size()));
  }
  std::optional<journal::v1::Event> entry = context.history->FindEvent(event_id);
  if (auto no = CheckEntry(service, event_id, entry)) return *std::move(no);
  Message* body = MutableBodyOf(&*entry);

  EntryCorrected corrected;
  corrected.set_event_id(std::string(event_id));
  corrected.set_why(std::string(why));
  std::set<std::string> seen;
  for (int i = 0; i < static_cast<int>(corrections.size()); ++i) {
    const CorrectionWish& correction = corrections[i];
    const std::string at = absl::StrCat("corrections[", i, "]");
    const bool occurred = correction.path == kOccurredAt;
    const std::optional<Leaf> leaf = Follow(occurred ? &*entry : body, correction.path);
    if (!leaf || !MayBeCorrected(*leaf)) {
      if (auto no = CheckText(correction.path, absl::StrCat(at, ".path"), {.bytes_max = 200})) return *std::move(no);
      return Invalid(absl::StrCat(at, ".path"),
                     absl::StrCat("occurred_at, or an organization, date or text of ", body->GetDescriptor()->name(),
                                  " (never an id, a number or a date set by a rule)"),
                     absl::StrCat("\"", correction.path, "\""));
    }
    if (!seen.insert(correction.path).second) {
      return Invalid(absl::StrCat(at, ".path"), "each field once", correction.path);
    }
    auto wanted = Wanted(*leaf, correction, at, limits, context);
    if (auto* no = std::get_if<Rejection>(&wanted)) return std::move(*no);
    if (occurred) {
      google::protobuf::Value value;
      (void)FromJson(correction.value_json, &value);
      auto past = TimeJson(value.string_value(), absl::StrCat(at, ".value_json"), true, context);
      if (auto* no = std::get_if<Rejection>(&past)) return std::move(*no);
    }
    const auto last = CorrectedLast(log, event_id, correction.path, context);
    auto* field = corrected.add_fields();
    field->set_path(correction.path);
    field->set_was(last ? last->first : JsonOf(*leaf));
    field->set_is(std::get<std::string>(wanted));
    if (field->was() == field->is()) {
      return Already("entry_says_so", absl::StrCat(at, ".value_json"), last ? last->second : std::string(event_id));
    }
  }
  journal::v1::Event event = context.NewEvent();
  const auto* own = journal::v1::Event::descriptor()->FindFieldByNumber(100 * service + 92);
  event.GetReflection()->MutableMessage(&event, own)->CopyFrom(corrected);
  return Events{std::move(event)};
}

void EvolveCorrections(const EntryCorrected& corrected, const EventRef& ref, common::v1::CorrectionLog& log) {
  for (const auto& field : corrected.fields()) {
    common::v1::CorrectionLog kept;
    for (const auto& entry : log.entries()) {
      if (entry.event_id() != corrected.event_id() || entry.path() != field.path()) *kept.add_entries() = entry;
    }
    auto* added = kept.add_entries();
    added->set_event_id(corrected.event_id());
    added->set_path(field.path());
    added->set_by_event_id(ref.id);
    const int surplus = kept.entries_size() - kLogMax;
    if (surplus > 0) kept.mutable_entries()->DeleteSubrange(0, surplus);
    log.Swap(&kept);
  }
}

void AddFollowingDate(absl::string_view path, const common::v1::DueDate& was, const common::v1::DueDate& is,
                      EntryCorrected* corrected) {
  auto* field = corrected->add_fields();
  field->set_path(std::string(path));
  field->set_was(ToJson(was));
  field->set_is(ToJson(is));
}

journal::v1::Event AsCorrected(absl::string_view event_id, journal::v1::Event entry,
                               const common::v1::CorrectionLog& log, const Context& context) {
  for (const auto& logged : log.entries()) {
    if (event_id != logged.event_id()) continue;
    const auto by = context.history->FindEvent(logged.by_event_id());
    const Message* body = by ? BodyOf(*by) : nullptr;
    if (body == nullptr || body->GetDescriptor() != EntryCorrected::descriptor()) continue;
    EntryCorrected one;
    for (const auto& field : static_cast<const EntryCorrected&>(*body).fields()) {
      if (field.path() == logged.path()) *one.add_fields() = field;
    }
    ApplyCorrection(one, logged.path() == kOccurredAt ? &entry : MutableBodyOf(&entry));
  }
  return entry;
}

bool ApplyCorrection(const EntryCorrected& corrected, Message* entry) {
  bool any = false;
  for (const auto& field : corrected.fields()) {
    const std::optional<Leaf> leaf = Follow(entry, field.path());
    if (!leaf) continue;
    const auto* reflection = leaf->parent->GetReflection();
    if (leaf->field->type() == FieldDescriptor::TYPE_STRING) {
      google::protobuf::Value value;
      if (!FromJson(field.is(), &value)) continue;
      if (leaf->index >= 0) {
        reflection->SetRepeatedString(leaf->parent, leaf->field, leaf->index, value.string_value());
      } else {
        reflection->SetString(leaf->parent, leaf->field, value.string_value());
      }
      any = true;
    } else if (Is(leaf->field, OrganizationRef::descriptor()) || Is(leaf->field, Timestamp::descriptor()) ||
               Is(leaf->field, common::v1::DueDate::descriptor())) {
      Message* target = leaf->index >= 0 ? reflection->MutableRepeatedMessage(leaf->parent, leaf->field, leaf->index)
                                         : reflection->MutableMessage(leaf->parent, leaf->field);
      target->Clear();
      any = FromJson(field.is(), target) || any;
    }
  }
  return any;
}

}  // namespace whistle::domain
