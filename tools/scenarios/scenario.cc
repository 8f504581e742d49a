#include "tools/scenarios/scenario.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "libs/base/status_macros.h"
#include "libs/base/text.h"
#include "libs/base/time.h"
#include "tools/whistlectl/methods.h"
#include "yaml-cpp/exceptions.h"

namespace whistle::scenarios {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// A repeated step is one line in a file and this many commands; a mistyped zero should not run all night.
constexpr int kRepeatMax = 10000;

std::string DateText(absl::Time time, absl::TimeZone zone) { return absl::FormatTime("%Y-%m-%d", time, zone); }

// What one ${…} stands for.
absl::StatusOr<std::string> Resolve(const Scenario& scenario, const Step& step, const Memory& memory,
                                    absl::string_view name) {
  if (name == "date") return DateText(step.at, scenario.zone);
  if (name == "approximate") {
    return step.approximate.empty() ? std::string() : absl::StrCat(" (Day approximate: ", step.approximate, ")");
  }
  if (name == "n" || name == "count") {
    if (step.count == 0) return absl::InvalidArgumentError(absl::StrCat("${", name, "} needs repeat"));
    return absl::StrCat(name == "n" ? step.number : step.count);
  }
  const std::vector<std::string> parts = absl::StrSplit(name, '.');
  if (parts.size() < 2 || parts.size() > 3) {
    return absl::InvalidArgumentError(absl::StrCat("${", name, "}: expected ${step.", EventWords()[0],
                                                   "}, ${case.name}, ${date}, ${n}, ${count} or ${approximate}"));
  }
  if (parts[0] == "case") {
    const auto found = memory.case_ids.find(parts[1]);
    if (found != memory.case_ids.end()) return found->second;
    return absl::InvalidArgumentError(
        absl::StrCat("${", name, "}: no step before this one registers a case named \"", parts[1], "\""));
  }
  const auto found = memory.event_ids.find(parts[0]);
  if (found == memory.event_ids.end()) {
    std::vector<std::string> names;
    for (const auto& [known, ids] : memory.event_ids) names.push_back(known);
    const std::string near = whistlectl::Nearest(parts[0], names);
    return absl::InvalidArgumentError(absl::StrCat("${", name, "}: no step before this one is named \"", parts[0], "\"",
                                                   near.empty() ? "" : absl::StrCat("; did you mean ", near, "?")));
  }
  if (std::find(EventWords().begin(), EventWords().end(), parts[1]) == EventWords().end()) {
    return absl::InvalidArgumentError(
        absl::StrCat("${", name, "}: \"", parts[1], "\" is none of: ", absl::StrJoin(EventWords(), ", ")));
  }
  size_t number = 1;
  if (parts.size() == 3 && (!absl::SimpleAtoi(parts[2], &number) || number < 1)) {
    return absl::InvalidArgumentError(
        absl::StrCat("${", name, "}: \"", parts[2], "\" is not an event's number from 1"));
  }
  if (number > found->second.size()) {
    return absl::InvalidArgumentError(absl::StrCat("${", name, "}: the step made ", found->second.size(), " event(s)"));
  }
  return found->second[number - 1];
}

absl::StatusOr<std::string> FillText(const Scenario& scenario, const Step& step, const Memory& memory,
                                     absl::string_view text) {
  std::string out;
  while (true) {
    const size_t begin = text.find("${");
    absl::StrAppend(&out, text.substr(0, begin));
    if (begin == absl::string_view::npos) return out;
    const size_t end = text.find('}', begin);
    if (end == absl::string_view::npos) return absl::InvalidArgumentError("${ without }");
    WHISTLE_ASSIGN_OR_RETURN(const std::string value,
                             Resolve(scenario, step, memory, text.substr(begin + 2, end - begin - 2)));
    out += value;
    text.remove_prefix(end + 1);
  }
}

// A decision holds at most 64 events.
constexpr int kEventsForChecking = 64;

Reading ReadingOf(const Scenario& scenario, const Step& step, const Memory& memory) {
  return {.file = scenario.file, .zone = scenario.zone, .fill = [&](absl::string_view text) {
            return FillText(scenario, step, memory, text);
          }};
}

absl::Status FillReply(const Scenario& scenario, const Step& step, const Memory& memory, Message& reply) {
  return FillMessage(ReadingOf(scenario, step, memory), *step.expectation.reply, "expect.reply", reply);
}

class Parser {
 public:
  Parser(const YAML::Node& root, const std::string& path) : root_(root), path_(path) { reading_.file = path; }

  absl::StatusOr<Scenario> Parse() {
    scenario_.file = path_;
    WHISTLE_RETURN_IF_ERROR(CheckKeys(reading_, root_, "",
                                      {"scenario", "title", "about", "client", "time_zone", "start", "registry",
                                       "organizations", "policy", "actors", "case", "steps"}));
    WHISTLE_RETURN_IF_ERROR(ParseHead());
    WHISTLE_RETURN_IF_ERROR(ParseRegistry());
    WHISTLE_RETURN_IF_ERROR(ParseActors());
    WHISTLE_RETURN_IF_ERROR(ParseSteps());
    std::stable_sort(scenario_.steps.begin(), scenario_.steps.end(),
                     [](const Step& a, const Step& b) { return a.entered < b.entered; });
    WHISTLE_RETURN_IF_ERROR(CheckRequests());
    return std::move(scenario_);
  }

 private:
  absl::StatusOr<std::string> Text(const YAML::Node& node, absl::string_view field) const {
    if (!node.IsScalar() || node.Scalar().empty()) return ErrorAt(reading_, node, field, "expected a text");
    return node.Scalar();
  }
  absl::StatusOr<std::string> Identifier(const YAML::Node& node, absl::string_view field) const {
    WHISTLE_ASSIGN_OR_RETURN(const std::string text, Text(node, field));
    // Request ids are made of the scenario's and a step's, with a number, and end at 128.
    const absl::Status status = base::CheckIdentifier(text, field, 48);
    if (!status.ok() || absl::StrContains(text, ":") || absl::StrContains(text, ".")) {
      return ErrorAt(reading_, node, field, "expected 1 to 48 letters, digits, - and _");
    }
    return text;
  }
  absl::StatusOr<absl::Time> Time(const YAML::Node& node, absl::string_view field) const {
    WHISTLE_ASSIGN_OR_RETURN(const std::string text, Text(node, field));
    const auto time = ParseTime(text, scenario_.zone);
    if (!time.ok()) return ErrorAt(reading_, node, field, time.status().message());
    return time;
  }

  absl::Status ParseHead() {
    for (const char* needed : {"scenario", "title", "steps"}) {
      if (!root_[needed]) return ErrorAt(reading_, root_, needed, "is missing");
    }
    WHISTLE_ASSIGN_OR_RETURN(scenario_.id, Identifier(root_["scenario"], "scenario"));
    WHISTLE_ASSIGN_OR_RETURN(scenario_.title, Text(root_["title"], "title"));
    scenario_.client = "scenario";
    if (const YAML::Node node = root_["client"]) {
      WHISTLE_ASSIGN_OR_RETURN(scenario_.client, Identifier(node, "client"));
    }
    if (const YAML::Node node = root_["time_zone"]) {
      WHISTLE_ASSIGN_OR_RETURN(const std::string text, Text(node, "time_zone"));
      const auto zone = ParseZone(text);
      if (!zone.ok()) return ErrorAt(reading_, node, "time_zone", zone.status().message());
      scenario_.zone = *zone;
      reading_.zone = *zone;
    }
    if (const YAML::Node node = root_["start"]) {
      WHISTLE_ASSIGN_OR_RETURN(scenario_.start, Time(node, "start"));
    }
    if (const YAML::Node node = root_["case"]) {
      WHISTLE_ASSIGN_OR_RETURN(default_case_, Identifier(node, "case"));
    }
    return absl::OkStatus();
  }

  absl::Status ParseRegistry() {
    if (const YAML::Node files = root_["registry"]) {
      if (!files.IsSequence()) return ErrorAt(reading_, files, "registry", "expected a list of files");
      std::vector<std::string> paths;
      for (size_t i = 0; i < files.size(); ++i) {
        WHISTLE_ASSIGN_OR_RETURN(const std::string file, Text(files[i], absl::StrCat("registry[", i, "]")));
        paths.push_back((std::filesystem::path(path_).parent_path() / file).lexically_normal().string());
      }
      const auto content = LoadRegistryFiles(paths);
      if (!content.ok()) return ErrorAt(reading_, files, "registry", content.status().message());
      scenario_.registry = *content;
    }
    return AddRegistryContent(reading_, root_, "", scenario_.registry);
  }

  absl::Status ParseActors() {
    const YAML::Node actors = root_["actors"];
    if (!actors) return absl::OkStatus();
    if (!actors.IsMap()) return ErrorAt(reading_, actors, "actors", "expected a mapping of names to actors");
    for (const auto& entry : actors) {
      const std::string field = absl::StrCat("actors.", entry.first.Scalar());
      if (actors_.count(entry.first.Scalar()) > 0) return ErrorAt(reading_, entry.first, field, "given twice");
      WHISTLE_ASSIGN_OR_RETURN(actors_[entry.first.Scalar()], ParseActor(entry.second, field));
    }
    return absl::OkStatus();
  }

  // "petitioner", an actor's name, an organization's id, or a mapping {organization, office}.
  absl::StatusOr<common::v1::Actor> ParseActor(const YAML::Node& node, const std::string& field) const {
    common::v1::Actor actor;
    std::string organization;
    if (node.IsMap()) {
      WHISTLE_RETURN_IF_ERROR(CheckKeys(reading_, node, field, {"organization", "office"}));
      if (!node["organization"]) return ErrorAt(reading_, node, absl::StrCat(field, ".organization"), "is missing");
      WHISTLE_ASSIGN_OR_RETURN(organization, Text(node["organization"], absl::StrCat(field, ".organization")));
      if (const YAML::Node office = node["office"]) {
        WHISTLE_ASSIGN_OR_RETURN(*actor.mutable_office(), Text(office, absl::StrCat(field, ".office")));
      }
    } else {
      WHISTLE_ASSIGN_OR_RETURN(organization, Text(node, field));
      const auto named = actors_.find(organization);
      if (named != actors_.end()) return named->second;
      if (organization == "petitioner") {
        actor.set_kind(common::v1::ACTOR_KIND_PETITIONER);
        return actor;
      }
    }
    const auto& known = scenario_.registry.organizations;
    if (!known.empty() && !scenario_.registry.Knows(organization)) {
      std::vector<std::string> names{"petitioner"};
      for (const auto& each : known) names.push_back(each.organization_id());
      for (const auto& [name, each] : actors_) names.push_back(name);
      const std::string near = whistlectl::Nearest(organization, names);
      return ErrorAt(
          reading_, node, field,
          absl::StrCat("\"", organization, "\" is neither petitioner, nor an actor or organization of this file",
                       near.empty() ? "" : absl::StrCat("; did you mean ", near, "?")));
    }
    actor.set_kind(common::v1::ACTOR_KIND_ORGANIZATION);
    actor.set_organization_id(organization);
    return actor;
  }

  absl::Status ParseSteps() {
    const YAML::Node steps = root_["steps"];
    if (!steps.IsSequence() || steps.size() == 0) {
      return ErrorAt(reading_, steps, "steps", "expected a list of at least one step");
    }
    for (size_t i = 0; i < steps.size(); ++i) WHISTLE_RETURN_IF_ERROR(ParseStep(steps[i], i));
    return absl::OkStatus();
  }

  absl::Status ParseStep(const YAML::Node& node, size_t index) {
    const std::string field = absl::StrCat("steps[", index, "]");
    WHISTLE_RETURN_IF_ERROR(CheckKeys(
        reading_, node, field,
        {"name", "at", "entered", "approximate", "as", "do", "case", "with", "expect", "repeat", "advance_to"}));
    Step step;
    step.line = node.Mark().line + 1;
    step.name = absl::StrCat("step-", index + 1);
    if (node["name"]) {
      WHISTLE_ASSIGN_OR_RETURN(step.name, Identifier(node["name"], absl::StrCat(field, ".name")));
    }
    if (step.name == "case" || !names_.insert(step.name).second) {
      return ErrorAt(reading_, node, absl::StrCat(field, ".name"),
                     absl::StrCat("\"", step.name, "\" is taken; each step has a name of its own"));
    }
    if (const YAML::Node to = node["advance_to"]) {
      WHISTLE_RETURN_IF_ERROR(CheckKeys(reading_, node, field, {"name", "advance_to"}));
      WHISTLE_ASSIGN_OR_RETURN(step.at, Time(to, absl::StrCat(field, ".advance_to")));
      step.entered = step.at;
      scenario_.steps.push_back(std::move(step));
      return absl::OkStatus();
    }
    WHISTLE_RETURN_IF_ERROR(ParseCall(node, field, step));
    WHISTLE_RETURN_IF_ERROR(ParseExpectation(node, field, step));
    return ParseTimes(node, field, std::move(step));
  }

  absl::Status ParseCall(const YAML::Node& node, const std::string& field, Step& step) {
    if (!node["do"]) return ErrorAt(reading_, node, absl::StrCat(field, ".do"), "is missing: intake.RecordContact");
    WHISTLE_ASSIGN_OR_RETURN(const std::string name, Text(node["do"], absl::StrCat(field, ".do")));
    const auto method = whistlectl::FindMethod(name);
    if (!method.ok()) return ErrorAt(reading_, node["do"], absl::StrCat(field, ".do"), method.status().message());
    step.method = *method;
    if (step.method->server_streaming() || step.method->client_streaming()) {
      return ErrorAt(reading_, node["do"], absl::StrCat(field, ".do"), "a step cannot call a streaming method");
    }
    if (whistlectl::IsCommand(*step.method)) {
      if (!node["as"]) {
        return ErrorAt(reading_, node, absl::StrCat(field, ".as"), "is missing: petitioner, or an organization");
      }
      WHISTLE_ASSIGN_OR_RETURN(step.actor, ParseActor(node["as"], absl::StrCat(field, ".as")));
      step.case_name = default_case_;
      if (node["case"]) {
        WHISTLE_ASSIGN_OR_RETURN(step.case_name, Identifier(node["case"], absl::StrCat(field, ".case")));
      }
      const bool of_registry = step.method->file()->package() == "whistle.registry.v1";
      if (of_registry) step.case_name.clear();
      if (step.case_name.empty() && !of_registry) {
        return ErrorAt(reading_, node, absl::StrCat(field, ".case"),
                       "is missing: name the case here, or once for all steps at the top");
      }
    }
    if (const YAML::Node with = node["with"]) {
      if (with.IsMap() && with["context"]) {
        return ErrorAt(reading_, with["context"], absl::StrCat(field, ".with.context"),
                       "is made from as, at, name and case");
      }
      step.fields = std::make_shared<const YAML::Node>(with);
    }
    return absl::OkStatus();
  }

  absl::Status ParseExpectation(const YAML::Node& node, const std::string& field, Step& step) const {
    const YAML::Node expect = node["expect"];
    if (!expect) return absl::OkStatus();
    const std::string path = absl::StrCat(field, ".expect");
    WHISTLE_RETURN_IF_ERROR(CheckKeys(reading_, expect, path, {"refused", "kind", "reply"}));
    if (const YAML::Node refused = expect["refused"]) {
      WHISTLE_ASSIGN_OR_RETURN(const std::string reason, Text(refused, absl::StrCat(path, ".refused")));
      step.expectation.refused = true;
      if (reason != "any") step.expectation.reason = reason;
    }
    if (const YAML::Node kind = expect["kind"]) {
      common::v1::RejectionDetail detail;
      YAML::Node wrapped;
      wrapped["kind"] = kind;
      WHISTLE_RETURN_IF_ERROR(FillMessage(reading_, wrapped, path, detail));
      step.expectation.refused = true;
      step.expectation.kind = detail.kind();
    }
    if (const YAML::Node reply = expect["reply"]) {
      if (step.expectation.refused) return ErrorAt(reading_, reply, path, "a refused step has no reply");
      step.expectation.reply = std::make_shared<const YAML::Node>(reply);
    }
    return absl::OkStatus();
  }

  absl::Status ParseTimes(const YAML::Node& node, const std::string& field, Step step) {
    if (const YAML::Node approximate = node["approximate"]) {
      WHISTLE_ASSIGN_OR_RETURN(step.approximate, Text(approximate, absl::StrCat(field, ".approximate")));
      if (step.approximate == "true") {
        return ErrorAt(reading_, approximate, absl::StrCat(field, ".approximate"),
                       "say what is known instead: \"the report gives only the year\"");
      }
    }
    const YAML::Node repeat = node["repeat"];
    if (repeat && node["at"]) return ErrorAt(reading_, node, field, "either at or repeat");
    if (!repeat) {
      if (!node["at"]) return ErrorAt(reading_, node, absl::StrCat(field, ".at"), "is missing");
      WHISTLE_ASSIGN_OR_RETURN(step.at, Time(node["at"], absl::StrCat(field, ".at")));
      step.entered = step.at;
      if (node["entered"]) {
        WHISTLE_ASSIGN_OR_RETURN(step.entered, Time(node["entered"], absl::StrCat(field, ".entered")));
        if (step.entered < step.at) {
          return ErrorAt(reading_, node["entered"], absl::StrCat(field, ".entered"), "is before it happened");
        }
      }
      scenario_.steps.push_back(std::move(step));
      return absl::OkStatus();
    }
    const std::string path = absl::StrCat(field, ".repeat");
    WHISTLE_RETURN_IF_ERROR(CheckKeys(reading_, repeat, path, {"count", "from", "to"}));
    for (const char* needed : {"count", "from", "to"}) {
      if (!repeat[needed]) return ErrorAt(reading_, repeat, absl::StrCat(path, ".", needed), "is missing");
    }
    if (!absl::SimpleAtoi(repeat["count"].Scalar(), &step.count) || step.count < 1 || step.count > kRepeatMax) {
      return ErrorAt(reading_, repeat["count"], absl::StrCat(path, ".count"),
                     absl::StrCat("expected a number from 1 to ", kRepeatMax));
    }
    WHISTLE_ASSIGN_OR_RETURN(const absl::Time from, Time(repeat["from"], absl::StrCat(path, ".from")));
    WHISTLE_ASSIGN_OR_RETURN(const absl::Time to, Time(repeat["to"], absl::StrCat(path, ".to")));
    if (to < from) return ErrorAt(reading_, repeat["to"], absl::StrCat(path, ".to"), "is before from");
    const std::string name = step.name;
    const int64_t days = (to - from) / absl::Hours(24);
    for (step.number = 1; step.number <= step.count; ++step.number) {
      // Whole days, so that every time is at the same hour; the last is exactly at `to`.
      const int64_t day = step.count == 1 ? 0 : days * (step.number - 1) / (step.count - 1);
      step.at = step.number == step.count && step.count > 1 ? to : from + day * absl::Hours(24);
      step.entered = step.at;
      step.name = absl::StrCat(name, ":", step.number);
      scenario_.steps.push_back(step);
    }
    return absl::OkStatus();
  }

  // Builds every request as the runner will, in its order, with made-up results.
  absl::Status CheckRequests() const {
    Memory memory;
    for (const Step& step : scenario_.steps) {
      if (step.method == nullptr) continue;
      const auto request = BuildRequest(scenario_, step, memory);
      if (!request.ok()) return request.status();
      if (step.expectation.reply) {
        const auto reply = whistlectl::NewMessage(*step.method->output_type());
        WHISTLE_RETURN_IF_ERROR(FillReply(scenario_, step, memory, *reply));
      }
      if (step.expectation.refused) continue;
      if (step.registers_case()) {
        if (memory.case_ids.count(step.case_name) > 0) {
          return Fault(step, absl::StrCat("the case \"", step.case_name, "\" is registered twice"));
        }
        memory.case_ids[step.case_name] = "case-id";
      }
      const std::string plain = step.name.substr(0, step.name.find(':'));
      memory.event_ids[plain] = std::vector<std::string>(kEventsForChecking, "1.1");
      memory.event_ids[step.name] = memory.event_ids[plain];
    }
    return absl::OkStatus();
  }

  absl::Status Fault(const Step& step, absl::string_view message) const {
    return absl::InvalidArgumentError(absl::StrCat(path_, ":", step.line, ": ", message));
  }

  const YAML::Node root_;
  const std::string path_;
  Reading reading_;
  Scenario scenario_;
  std::string default_case_;
  std::map<std::string, common::v1::Actor> actors_;
  std::set<std::string> names_;
};

absl::StatusOr<Scenario> ParseNode(const YAML::Node& root, const std::string& path) {
  try {
    return Parser(root, path).Parse();
  } catch (const YAML::Exception& error) {
    return absl::InvalidArgumentError(absl::StrCat(path, ":", error.mark.line + 1, ": ", error.msg));
  }
}

}  // namespace

const std::vector<std::string>& EventWords() {
  static const auto* const words = new std::vector<std::string>{
      "event",      "assignment", "response", "condition", "whistle", "meeting",  "commitment", "item",
      "escalation", "finding",    "letter",   "file",      "hazard",  "proposal", "upgrade",    "review"};
  return *words;
}

absl::StatusOr<Scenario> ParseScenario(const std::string& text, const std::string& path) {
  WHISTLE_ASSIGN_OR_RETURN(const YAML::Node root, LoadYamlText(text, path));
  return ParseNode(root, path);
}

absl::StatusOr<Scenario> LoadScenario(const std::string& path) {
  WHISTLE_ASSIGN_OR_RETURN(const YAML::Node root, LoadYamlFile(path));
  return ParseNode(root, path);
}

absl::StatusOr<std::unique_ptr<Message>> BuildRequest(const Scenario& scenario, const Step& step,
                                                      const Memory& memory) {
  const auto fault = [&](absl::string_view message) {
    return absl::InvalidArgumentError(absl::StrCat(scenario.file, ":", step.line, ": ", message));
  };
  std::unique_ptr<Message> request = whistlectl::NewMessage(*step.method->input_type());
  if (step.fields != nullptr && !step.fields->IsNull()) {
    WHISTLE_RETURN_IF_ERROR(FillMessage(ReadingOf(scenario, step, memory), *step.fields, "with", *request));
  }
  if (!whistlectl::IsCommand(*step.method)) return request;
  common::v1::CommandContext context;
  context.set_request_id(absl::StrCat(scenario.id, ":", step.name));
  *context.mutable_actor() = step.actor;
  *context.mutable_occurred_at() = base::ToProto(step.at);
  if (!step.case_name.empty() && !step.registers_case()) {
    const auto found = memory.case_ids.find(step.case_name);
    if (found == memory.case_ids.end()) {
      return fault(absl::StrCat("no step before this one registers the case \"", step.case_name, "\""));
    }
    context.set_case_id(found->second);
  }
  const FieldDescriptor* field = step.method->input_type()->FindFieldByName("context");
  request->GetReflection()->MutableMessage(request.get(), field)->CopyFrom(context);
  return request;
}

absl::StatusOr<std::unique_ptr<Message>> BuildExpectedReply(const Scenario& scenario, const Step& step,
                                                            const Memory& memory) {
  std::unique_ptr<Message> reply = whistlectl::NewMessage(*step.method->output_type());
  WHISTLE_RETURN_IF_ERROR(FillReply(scenario, step, memory, *reply));
  return reply;
}

}  // namespace whistle::scenarios
