#include "tools/scenarios/yaml_message.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <system_error>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/timestamp.pb.h"
#include "libs/base/status_macros.h"
#include "libs/base/time.h"
#include "tools/whistlectl/methods.h"
#include "yaml-cpp/exceptions.h"

namespace whistle::scenarios {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

// A file for people; what is larger was not written by one.
constexpr size_t kFileBytesMax = 4 * 1024 * 1024;

std::string Join(absl::string_view path, absl::string_view name) {
  return path.empty() ? std::string(name) : absl::StrCat(path, ".", name);
}

// "OrganizationLevel" → "ORGANIZATION_LEVEL_": what buf's rules put before each value's name.
std::string EnumPrefix(const EnumDescriptor& type) {
  std::string prefix;
  for (size_t i = 0; i < type.name().size(); ++i) {
    if (i > 0 && absl::ascii_isupper(type.name()[i])) prefix.push_back('_');
    prefix.push_back(absl::ascii_toupper(type.name()[i]));
  }
  return prefix + "_";
}

std::string ShortName(const EnumValueDescriptor& value) {
  absl::string_view name = value.name();
  const std::string prefix = EnumPrefix(*value.type());
  if (absl::StartsWith(name, prefix)) name.remove_prefix(prefix.size());
  return absl::AsciiStrToLower(name);
}

const EnumValueDescriptor* FindEnumValue(const EnumDescriptor& type, absl::string_view text) {
  std::string wanted = absl::AsciiStrToLower(text);
  std::replace(wanted.begin(), wanted.end(), ' ', '_');
  std::replace(wanted.begin(), wanted.end(), '-', '_');
  for (int i = 0; i < type.value_count(); ++i) {
    const EnumValueDescriptor* value = type.value(i);
    if (value->name() == text || ShortName(*value) == wanted) return value;
  }
  return nullptr;
}

std::string EnumChoices(const EnumDescriptor& type) {
  std::vector<std::string> names;
  for (int i = 0; i < type.value_count(); ++i) {
    if (type.value(i)->number() != 0) names.push_back(ShortName(*type.value(i)));
  }
  return absl::StrJoin(names, ", ");
}

std::vector<std::string> FieldNames(const Descriptor& type) {
  std::vector<std::string> names;
  for (int i = 0; i < type.field_count(); ++i) names.push_back(type.field(i)->name());
  return names;
}

class Filler {
 public:
  explicit Filler(const Reading& reading) : reading_(reading) {}

  absl::Status Fill(const YAML::Node& node, absl::string_view path, Message& message) const {
    if (message.GetDescriptor()->full_name() == "google.protobuf.Timestamp") return FillTime(node, path, message);
    if (!node.IsMap()) {
      return ErrorAt(reading_, node, path,
                     absl::StrCat("expected a mapping with the fields of ", message.GetDescriptor()->full_name(), ": ",
                                  absl::StrJoin(FieldNames(*message.GetDescriptor()), ", ")));
    }
    std::set<const FieldDescriptor*> seen;
    for (const auto& entry : node) {
      if (!entry.first.IsScalar()) return ErrorAt(reading_, entry.first, path, "a key is a word");
      const std::string key = entry.first.Scalar();
      const FieldDescriptor* field = FindField(*message.GetDescriptor(), key);
      if (field == nullptr) return UnknownField(entry.first, path, *message.GetDescriptor());
      const std::string field_path = Join(path, field->name());
      if (!seen.insert(field).second) return ErrorAt(reading_, entry.first, field_path, "given twice");
      for (const FieldDescriptor* other : seen) {
        if (other != field && field->real_containing_oneof() != nullptr &&
            field->real_containing_oneof() == other->real_containing_oneof()) {
          return ErrorAt(reading_, entry.first, field_path,
                         absl::StrCat("only one of ", other->name(), " and ", field->name(), " can be given"));
        }
      }
      // A value that is not there has no line of its own.
      if (entry.second.IsNull()) return ErrorAt(reading_, entry.first, field_path, "has no value");
      WHISTLE_RETURN_IF_ERROR(FillField(entry.second, field_path, *field, message));
    }
    return absl::OkStatus();
  }

 private:
  static const FieldDescriptor* FindField(const Descriptor& type, const std::string& key) {
    const FieldDescriptor* field = type.FindFieldByName(key);
    return field != nullptr ? field : type.FindFieldByCamelcaseName(key);
  }

  absl::Status UnknownField(const YAML::Node& key, absl::string_view path, const Descriptor& type) const {
    const std::vector<std::string> names = FieldNames(type);
    const std::string near = whistlectl::Nearest(key.Scalar(), names);
    return ErrorAt(reading_, key, Join(path, key.Scalar()),
                   absl::StrCat(type.full_name(), " has no such field; ",
                                near.empty() ? absl::StrCat("it has: ", absl::StrJoin(names, ", "))
                                             : absl::StrCat("did you mean ", near, "?")));
  }

  absl::Status FillField(const YAML::Node& node, const std::string& path, const FieldDescriptor& field,
                         Message& message) const {
    if (!field.is_repeated()) return FillValue(node, path, field, message);
    if (!node.IsSequence()) return ErrorAt(reading_, node, path, "expected a list: lines that begin with \"- \"");
    for (size_t i = 0; i < node.size(); ++i) {
      WHISTLE_RETURN_IF_ERROR(FillValue(node[i], absl::StrCat(path, "[", i, "]"), field, message));
    }
    return absl::OkStatus();
  }

  absl::Status FillTime(const YAML::Node& node, absl::string_view path, Message& message) const {
    if (!node.IsScalar()) return ErrorAt(reading_, node, path, "expected a date or a time");
    const auto text = Text(node, path);
    if (!text.ok()) return text.status();
    const auto time = ParseTime(*text, reading_.zone);
    if (!time.ok()) return ErrorAt(reading_, node, path, time.status().message());
    message.CopyFrom(base::ToProto(*time));
    return absl::OkStatus();
  }

  absl::StatusOr<std::string> Text(const YAML::Node& node, absl::string_view path) const {
    if (!node.IsScalar()) return ErrorAt(reading_, node, path, "expected a text");
    if (reading_.fill == nullptr) return node.Scalar();
    auto filled = reading_.fill(node.Scalar());
    if (!filled.ok()) return ErrorAt(reading_, node, path, filled.status().message());
    return filled;
  }

  // Sets a singular field, or adds to a repeated one.
  absl::Status FillValue(const YAML::Node& node, const std::string& path, const FieldDescriptor& field,
                         Message& message) const {
    const Reflection* r = message.GetReflection();
    const bool add = field.is_repeated();
    if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      return Fill(node, path, add ? *r->AddMessage(&message, &field) : *r->MutableMessage(&message, &field));
    }
    WHISTLE_ASSIGN_OR_RETURN(const std::string text, Text(node, path));
    const auto number = [&](auto set, auto append, auto value) -> absl::Status {
      if (!absl::SimpleAtoi(text, &value)) {
        return ErrorAt(reading_, node, path, absl::StrCat("expected a whole number, found \"", text, "\""));
      }
      add ? (r->*append)(&message, &field, value) : (r->*set)(&message, &field, value);
      return absl::OkStatus();
    };
    switch (field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_INT32:
        return number(&Reflection::SetInt32, &Reflection::AddInt32, int32_t{0});
      case FieldDescriptor::CPPTYPE_INT64:
        return number(&Reflection::SetInt64, &Reflection::AddInt64, int64_t{0});
      case FieldDescriptor::CPPTYPE_UINT32:
        return number(&Reflection::SetUInt32, &Reflection::AddUInt32, uint32_t{0});
      case FieldDescriptor::CPPTYPE_UINT64:
        return number(&Reflection::SetUInt64, &Reflection::AddUInt64, uint64_t{0});
      case FieldDescriptor::CPPTYPE_BOOL: {
        if (text != "true" && text != "false") {
          return ErrorAt(reading_, node, path, absl::StrCat("expected true or false, found \"", text, "\""));
        }
        add ? r->AddBool(&message, &field, text == "true") : r->SetBool(&message, &field, text == "true");
        return absl::OkStatus();
      }
      case FieldDescriptor::CPPTYPE_ENUM: {
        const EnumValueDescriptor* value = FindEnumValue(*field.enum_type(), text);
        if (value == nullptr) {
          return ErrorAt(reading_, node, path,
                         absl::StrCat("\"", text, "\" is none of: ", EnumChoices(*field.enum_type())));
        }
        add ? r->AddEnum(&message, &field, value) : r->SetEnum(&message, &field, value);
        return absl::OkStatus();
      }
      case FieldDescriptor::CPPTYPE_STRING: {
        std::string value = text;
        if (field.type() == FieldDescriptor::TYPE_BYTES) {
          const bool hex = text.size() % 2 == 0 && std::all_of(text.begin(), text.end(), absl::ascii_isxdigit);
          if (!hex) return ErrorAt(reading_, node, path, "expected an even number of hexadecimal digits");
          value = absl::HexStringToBytes(text);
        }
        add ? r->AddString(&message, &field, value) : r->SetString(&message, &field, value);
        return absl::OkStatus();
      }
      case FieldDescriptor::CPPTYPE_DOUBLE:
      case FieldDescriptor::CPPTYPE_FLOAT:
      case FieldDescriptor::CPPTYPE_MESSAGE:
        break;
    }
    return ErrorAt(reading_, node, path, "a field of this type cannot be written in YAML");
  }

  const Reading& reading_;
};

}  // namespace

namespace {

// What a person does about it that YAML's own words do not say.
std::string YamlFault(const std::string& text, const std::string& file, const YAML::Exception& error) {
  int line = 0;
  for (const absl::string_view content : absl::StrSplit(text, '\n')) {
    ++line;
    if (line > error.mark.line + 1) break;
    const absl::string_view indent = content.substr(0, content.find_first_not_of(" \t"));
    if (absl::StrContains(indent, "\t")) return absl::StrCat(file, ":", line, ": indented with a tab: use spaces");
  }
  return absl::StrCat(file, ":", error.mark.line + 1, ": not YAML, here or in a line above: ", error.msg);
}

}  // namespace

absl::StatusOr<YAML::Node> LoadYamlText(const std::string& text, const std::string& file) {
  try {
    const std::vector<YAML::Node> documents = YAML::LoadAll(text);
    if (documents.empty()) return absl::InvalidArgumentError(absl::StrCat(file, ":1: the file is empty"));
    if (documents.size() > 1) {
      return absl::InvalidArgumentError(
          absl::StrCat(file, ":", documents[1].Mark().line + 1, ": a second document begins, expected one"));
    }
    return documents.front();
  } catch (const YAML::Exception& error) {
    return absl::InvalidArgumentError(YamlFault(text, file, error));
  }
}

absl::StatusOr<YAML::Node> LoadYamlFile(const std::string& path) {
  std::error_code error;
  std::ifstream stream;
  // A folder opens, and fails when it is read.
  if (!std::filesystem::is_directory(path, error)) stream.open(path, std::ios::binary);
  if (!stream.is_open()) return absl::InvalidArgumentError(absl::StrCat(path, ": cannot be read"));
  const std::string text((std::istreambuf_iterator<char>(stream)), std::istreambuf_iterator<char>());
  if (text.size() > kFileBytesMax) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": at most ", kFileBytesMax, " bytes"));
  }
  return LoadYamlText(text, path);
}

YAML::Node KeyNode(const YAML::Node& node, absl::string_view key) {
  for (const auto& entry : node) {
    if (entry.first.IsScalar() && entry.first.Scalar() == key) return entry.first;
  }
  return node;
}

YAML::Node NodeOf(const YAML::Node& node, absl::string_view path) {
  YAML::Node at = node;
  for (const absl::string_view step : absl::StrSplit(path, absl::ByAnyChar(".["), absl::SkipEmpty())) {
    size_t place = 0;
    if (absl::EndsWith(step, "]") && absl::SimpleAtoi(step.substr(0, step.size() - 1), &place)) {
      if (!at.IsSequence() || place >= at.size()) return at;
      at.reset(at[place]);
      continue;
    }
    if (!at.IsMap()) return at;
    const auto found = std::find_if(at.begin(), at.end(), [&](const auto& entry) {
      // In either spelling that a field's name may have.
      std::string key;
      for (const char c : entry.first.Scalar()) {
        if (absl::ascii_isupper(c)) key.push_back('_');
        key.push_back(absl::ascii_tolower(c));
      }
      return key == step;
    });
    if (found == at.end()) return at;
    at.reset(found->second);
  }
  return at;
}

absl::Status ErrorAt(const Reading& reading, const YAML::Node& node, absl::string_view field,
                     absl::string_view message) {
  return absl::InvalidArgumentError(
      absl::StrCat(reading.file, ":", node.Mark().line + 1, ": ", field, field.empty() ? "" : ": ", message));
}

absl::Status FillMessage(const Reading& reading, const YAML::Node& node, absl::string_view path, Message& message) {
  try {
    return Filler(reading).Fill(node, path, message);
  } catch (const YAML::Exception& error) {
    return absl::InvalidArgumentError(
        absl::StrCat(reading.file, ":", error.mark.line + 1, ": ", path, ": ", error.msg));
  }
}

absl::Status CheckKeys(const Reading& reading, const YAML::Node& node, absl::string_view path,
                       const std::vector<std::string>& allowed) {
  if (!node.IsMap()) {
    return ErrorAt(reading, node, path,
                   absl::StrCat("expected a mapping with some of: ", absl::StrJoin(allowed, ", ")));
  }
  std::set<std::string> seen;
  for (const auto& entry : node) {
    if (!entry.first.IsScalar()) return ErrorAt(reading, entry.first, path, "a key is a word");
    const std::string& key = entry.first.Scalar();
    if (std::find(allowed.begin(), allowed.end(), key) == allowed.end()) {
      const std::string near = whistlectl::Nearest(key, allowed);
      return ErrorAt(reading, entry.first, Join(path, key),
                     near.empty() ? absl::StrCat("unknown; there are: ", absl::StrJoin(allowed, ", "))
                                  : absl::StrCat("unknown; did you mean ", near, "?"));
    }
    if (!seen.insert(key).second) return ErrorAt(reading, entry.first, Join(path, key), "given twice");
  }
  return absl::OkStatus();
}

absl::StatusOr<absl::Time> ParseTime(absl::string_view text, absl::TimeZone zone) {
  absl::Time time;
  std::string error;
  if (absl::ParseTime(absl::RFC3339_full, text, &time, &error) ||
      absl::ParseTime("%Y-%m-%d", text, zone, &time, &error) ||
      absl::ParseTime("%Y-%m-%d %H:%M", text, zone, &time, &error)) {
    google::protobuf::Timestamp proto = base::ToProto(time);
    WHISTLE_RETURN_IF_ERROR(base::CheckTimestamp(proto, absl::StrCat("\"", text, "\"")));
    return time;
  }
  return absl::InvalidArgumentError(absl::StrCat("\"", text,
                                                 "\" is not a time: expected 2019-07-03, 2019-07-03 09:30 or "
                                                 "2019-07-03T09:30:00+08:00"));
}

absl::StatusOr<absl::TimeZone> ParseZone(absl::string_view text) {
  if (text == "UTC") return absl::UTCTimeZone();
  int hours = 0;
  int minutes = 0;
  const bool shaped = text.size() == 6 && (text[0] == '+' || text[0] == '-') && text[3] == ':';
  if (!shaped || !absl::SimpleAtoi(text.substr(1, 2), &hours) || !absl::SimpleAtoi(text.substr(4, 2), &minutes) ||
      hours < 0 || hours > 14 || minutes < 0 || minutes > 59) {
    return absl::InvalidArgumentError(absl::StrCat("\"", text, "\" is not a time zone: expected UTC or +08:00"));
  }
  const int seconds = (hours * 60 + minutes) * 60;
  return absl::FixedTimeZone(text[0] == '-' ? -seconds : seconds);
}

}  // namespace whistle::scenarios
