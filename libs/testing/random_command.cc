#include "libs/testing/random_command.h"

#include <algorithm>
#include <array>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "libs/base/time.h"
#include "libs/domain/correction.h"
#include "whistle/common/v1/corrections.pb.h"

namespace whistle::testing {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Timestamp;

// What is named by the event that began it. Every other id names an organization.
bool NamesEvent(const std::string& name) {
  static constexpr std::array kThings = {"event",     "whistle", "meeting",    "commitment", "item",     "assignment",
                                         "condition", "finding", "escalation", "handling",   "letter",   "referral",
                                         "file",      "hazard",  "review",     "proposal",   "statement"};
  return std::any_of(kThings.begin(), kThings.end(), [&](const char* thing) {
    return absl::EndsWith(name, absl::StrCat(thing, "_id")) || absl::EndsWith(name, absl::StrCat(thing, "_ids"));
  });
}

// Under which rule the obligations about a thing stand.
const std::vector<std::pair<std::string, std::string>> kRules = {
    {"whistle_id", "whistle"},      {"commitment_id", "commitment"},
    {"assignment_id", "response"},  {"escalation_id", "escalation_rung"},
    {"letter_id", "rectification"}, {"handling_id", "upgraded_handling"},
    {"review", "review_decision"}};

// Null if nothing is owed about such a thing.
const std::string* RuleOf(const std::string& name) {
  for (const auto& [thing, rule] : kRules) {
    if (absl::StrContains(name, thing)) return &rule;
  }
  return nullptr;
}

bool NamesCase(const std::string& name) { return absl::EndsWith(name, "case_id"); }

bool IsMessage(const FieldDescriptor* field, const google::protobuf::Descriptor* type) {
  return field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE && field->message_type() == type;
}

// What may be corrected in a body, and what it is.
void ListPaths(const Message& message, const std::string& prefix,
               std::vector<std::pair<std::string, const FieldDescriptor*>>* paths) {
  const auto* reflection = message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection->ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    const int size = field->is_repeated() ? reflection->FieldSize(message, field) : 1;
    for (int i = 0; i < size; ++i) {
      const std::string path =
          absl::StrCat(prefix, field->name(), field->is_repeated() ? absl::StrCat("[", i, "]") : "");
      if (field->cpp_type() == FieldDescriptor::CPPTYPE_STRING) paths->emplace_back(path, field);
      if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) continue;
      if (IsMessage(field, Timestamp::descriptor()) || IsMessage(field, common::v1::OrganizationRef::descriptor())) {
        paths->emplace_back(path, field);
        continue;
      }
      ListPaths(field->is_repeated() ? reflection->GetRepeatedMessage(message, field, i)
                                     : reflection->GetMessage(message, field),
                path + ".", paths);
    }
  }
}

}  // namespace

CommandMaker::CommandMaker(World& world, std::string case_id, unsigned seed)
    : world_(world), case_id_(std::move(case_id)), random_(seed) {
  for (const auto& organization : world.registry().state().organizations()) {
    organization_ids_.push_back(organization.organization_id());
  }
}

void CommandMaker::Turn() {
  topic_.Clear();
  const auto owed = world_.model().obligations(world_.State(case_id_), case_id_);
  if (!owed.empty()) topic_ = owed[Below(owed.size())];
}

common::v1::Actor CommandMaker::AnyActor() {
  common::v1::Actor actor;
  actor.set_kind(common::v1::ACTOR_KIND_ORGANIZATION);
  switch (Below(6)) {
    case 0:
      actor.set_kind(common::v1::ACTOR_KIND_PETITIONER);
      break;
    case 1:
      // Above all of the tree.
      actor.set_organization_id("gansu");
      break;
    case 2:
      actor.set_organization_id(topic_.has_organization() ? topic_.organization().organization_id() : "lanzhou");
      break;
    case 3:
      actor.set_organization_id("lanzhou");
      break;
    case 4:
      actor.set_organization_id("station-community");
      break;
    default:
      actor.set_organization_id(organization_ids_[Below(organization_ids_.size())]);
      break;
  }
  return actor;
}

std::string CommandMaker::AnyOrganization() {
  if (topic_.has_organization() && OneIn(2)) return topic_.organization().organization_id();
  return organization_ids_[Below(organization_ids_.size())];
}

std::string CommandMaker::AnyEventId(const std::string& name) {
  const std::string* rule = RuleOf(name);
  const auto owed = world_.model().obligations(world_.State(case_id_), case_id_);
  if (rule != nullptr && !owed.empty() && !OneIn(12)) {
    const size_t first = Below(owed.size());
    for (size_t i = 0; i < owed.size(); ++i) {
      topic_ = owed[(first + i) % owed.size()];
      if (topic_.rule() == *rule) return std::vector<std::string>(absl::StrSplit(topic_.subject(), '/'))[0];
    }
  }
  const uint64_t version = world_.VersionOf(case_id_).value;
  return domain::MakeEventId(base::Version{version == 0 ? 1 : 1 + Below(version)}, 1 + static_cast<int>(Below(2)));
}

Timestamp CommandMaker::Past() {
  return base::ToProto(world_.now() - absl::Hours(static_cast<int>(Below(4) == 0 ? Below(480) : Below(48))));
}

Timestamp CommandMaker::Future() { return base::ToProto(world_.now() + absl::Hours(static_cast<int>(Below(600)))); }

std::string CommandMaker::Text(const std::string& name) {
  if (NamesCase(name)) return absl::StrCat("case-", 1 + Below(3));
  if (NamesEvent(name)) return AnyEventId(name);
  if (absl::EndsWith(name, "_id") || absl::EndsWith(name, "_ids")) return AnyOrganization();
  return absl::StrCat(name, "-", Below(3));
}

// A correction of one field of one of the case's entries.
void CommandMaker::FillCorrection(Message* request) {
  const auto* type = request->GetDescriptor();
  const auto* reflection = request->GetReflection();
  std::vector<std::pair<std::string, const Message*>> entries;
  for (const Accepted& accepted : world_.accepted()) {
    for (int i = 0; i < accepted.decision.events_size(); ++i) {
      const journal::v1::Event& event = accepted.decision.events(i);
      if (accepted.case_id != case_id_ || ServiceOf(event) != world_.model().service) continue;
      const Message* body = domain::BodyOf(event);
      const bool correction = body->GetDescriptor() == common::v1::EntryCorrected::descriptor();
      if (!correction || OneIn(20)) entries.emplace_back(domain::MakeEventId(accepted.version, i + 1), body);
    }
  }
  // Mostly one of the last: what is long settled has no dates.
  const size_t recent = std::min<size_t>(entries.size(), OneIn(3) ? entries.size() : 12);
  const size_t which = entries.empty() ? 0 : entries.size() - 1 - Below(recent);
  const std::string event_id = entries.empty() || OneIn(20) ? AnyEventId("event_id") : entries[which].first;
  std::vector<std::pair<std::string, const FieldDescriptor*>> paths;
  if (!entries.empty()) ListPaths(*entries[which].second, "", &paths);
  reflection->SetString(request, type->FindFieldByName("event_id"), event_id);
  reflection->SetString(request, type->FindFieldByName("why"), "entered wrongly");
  Message* correction = reflection->AddMessage(request, type->FindFieldByName("corrections"));
  const auto set = [&](const char* field, const std::string& value) {
    correction->GetReflection()->SetString(correction, correction->GetDescriptor()->FindFieldByName(field), value);
  };
  // A text moves no date.
  const auto text = [&](const auto& path) {
    return path.second->cpp_type() == FieldDescriptor::CPPTYPE_STRING && !OneIn(12);
  };
  paths.erase(std::remove_if(paths.begin(), paths.end(), text), paths.end());
  if (paths.empty() || OneIn(4)) {
    set("path", "occurred_at");
    set("value_json", absl::StrCat("\"", base::TimeText(base::FromProto(Past())), "\""));
    return;
  }
  const auto& [path, field] = paths[Below(paths.size())];
  std::string value = Text("text");
  if (IsMessage(field, Timestamp::descriptor())) {
    value = base::TimeText(base::FromProto(OneIn(3) ? Past() : Future()));
  } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
    Turn();
    value = AnyOrganization();
  }
  set("path", path);
  set("value_json", absl::StrCat("\"", value, "\""));
}

size_t CommandMaker::Times(const FieldDescriptor& field) {
  // What a request may name beside what it is about, and what it may hold several of, it can mostly do without.
  if (!field.is_repeated()) return OneIn(NamesEvent(field.name()) && RuleOf(field.name()) == nullptr ? 2 : 24) ? 0 : 1;
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) return Below(2);
  return OneIn(2) ? Below(4) : 1;
}

void CommandMaker::Fill(Message* message, int depth) {
  const auto* type = message->GetDescriptor();
  const auto* reflection = message->GetReflection();
  if (type->FindFieldByName("corrections") != nullptr) return FillCorrection(message);
  for (int i = 0; i < type->field_count(); ++i) {
    const FieldDescriptor* field = type->field(i);
    if (field->name() == "context" || (field->real_containing_oneof() != nullptr && OneIn(2))) continue;
    for (size_t times = Times(*field); times > 0; --times) {
      switch (field->cpp_type()) {
        case FieldDescriptor::CPPTYPE_STRING: {
          const std::string value =
              field->type() == FieldDescriptor::TYPE_BYTES ? std::string(32, 'e') : Text(field->name());
          if (field->is_repeated()) {
            // An organization is named once, or the command is refused for that.
            if (reflection->FieldSize(*message, field) == 0 ||
                reflection->GetRepeatedString(*message, field, 0) != value) {
              reflection->AddString(message, field, value);
            }
          } else {
            reflection->SetString(message, field, value);
          }
          break;
        }
        case FieldDescriptor::CPPTYPE_ENUM:
          if (!field->is_repeated()) {
            const size_t values = field->enum_type()->value_count();
            reflection->SetEnumValue(message, field, static_cast<int>(OneIn(12) ? 0 : 1 + Below(values - 1)));
          }
          break;
        case FieldDescriptor::CPPTYPE_INT32:
          if (!field->is_repeated()) reflection->SetInt32(message, field, 1 + static_cast<int>(Below(4)));
          break;
        case FieldDescriptor::CPPTYPE_UINT64:
          if (!field->is_repeated()) reflection->SetUInt64(message, field, 1 + Below(4));
          break;
        case FieldDescriptor::CPPTYPE_BOOL:
          if (!field->is_repeated()) reflection->SetBool(message, field, OneIn(2));
          break;
        case FieldDescriptor::CPPTYPE_MESSAGE:
          if (IsMessage(field, Timestamp::descriptor())) {
            if (!OneIn(3)) *static_cast<Timestamp*>(reflection->MutableMessage(message, field)) = Future();
          } else if (depth < 3) {
            Fill(field->is_repeated() ? reflection->AddMessage(message, field)
                                      : reflection->MutableMessage(message, field),
                 depth + 1);
          }
          break;
        default:
          break;
      }
    }
  }
}

}  // namespace whistle::testing
