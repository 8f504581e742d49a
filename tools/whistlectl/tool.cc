#include <algorithm>
#include <random>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "libs/base/status_macros.h"
#include "libs/base/text.h"
#include "tools/whistlectl/command.h"
#include "tools/whistlectl/methods.h"
#include "tools/whistlectl/projection_commands.h"

namespace whistle::whistlectl {
namespace {

constexpr char kUsagePayload[] = "whistlectl/usage";
constexpr char kSaidPayload[] = "whistlectl/said";

const std::vector<FlagSpec>& GlobalFlags() {
  static const auto* const flags = new std::vector<FlagSpec>{
      {"target", "HOST:PORT", "127.0.0.1:7100", "where a whistled listens"},
      {"intake", "HOST:PORT", "", "where the intake service listens, if not at --target"},
      {"response", "HOST:PORT", "", "where the response service listens, if not at --target"},
      {"coordination", "HOST:PORT", "", "where the coordination service listens, if not at --target"},
      {"escalation", "HOST:PORT", "", "where the escalation service listens, if not at --target"},
      {"client", "NAME", "whistlectl", "the calling client's name: request ids are scoped by it"},
      {"timeout", "DURATION", "60s", "how long one call may take"},
      {"output", "table|json", "table", "for people or for programs"},
      {"flagfile", "FILE", "", "read flags from a file, one --name=value a line"},
  };
  return *flags;
}

std::vector<FlagSpec> FlagsOf(const Command& command) {
  std::vector<FlagSpec> flags = command.flags;
  flags.insert(flags.end(), GlobalFlags().begin(), GlobalFlags().end());
  return flags;
}

std::string Usage(const Command& command) {
  return absl::StrCat("whistlectl ", absl::StrJoin(command.words, " "), command.operands.empty() ? "" : " ",
                      command.operands);
}

std::string HelpFor(const Command& command) {
  std::string out = absl::StrCat("usage: ", Usage(command), " [flags]\n\n", command.summary, "\n");
  if (!command.details.empty()) absl::StrAppend(&out, "\n", command.details, "\n");
  if (!command.flags.empty()) absl::StrAppend(&out, "\nflags:\n", DescribeFlags(command.flags));
  absl::StrAppend(&out, "\nflags of every command:\n", DescribeFlags(GlobalFlags()));
  return out;
}

// Help for everything, or for the commands that begin with `group`.
std::string HelpFor(absl::string_view group) {
  std::string out = absl::StrCat("usage: whistlectl ", group.empty() ? "COMMAND" : group, " … [flags]\n\n");
  size_t width = 0;
  std::vector<const Command*> shown;
  for (const Command& command : AllCommands()) {
    if (!group.empty() && command.words[0] != group) continue;
    shown.push_back(&command);
    width = std::max(width, Usage(command).size());
  }
  for (const Command* command : shown) {
    std::string line = absl::StrCat("  ", Usage(*command));
    line.append(width + 4 - line.size(), ' ');
    absl::StrAppend(&out, line, command->summary, "\n");
  }
  absl::StrAppend(&out, "\nEvery command has --help.\n\nflags of every command:\n", DescribeFlags(GlobalFlags()));
  return out;
}

// The command that the words begin with, and how many of them name it; null if there is none.
std::pair<const Command*, size_t> FindCommand(const std::vector<std::string>& words) {
  for (const Command& command : AllCommands()) {
    if (words.size() >= command.words.size() && std::equal(command.words.begin(), command.words.end(), words.begin())) {
      return {&command, command.words.size()};
    }
  }
  return {nullptr, 0};
}

absl::Status CheckGlobals(const Arguments& arguments) {
  const std::string& output = arguments.Get("output");
  if (output != "table" && output != "json") {
    return UsageError(absl::StrCat("--output is table or json, found \"", output, "\""));
  }
  const absl::Status client = base::CheckIdentifier(arguments.Get("client"), "--client");
  if (!client.ok()) return UsageError(client.message());
  for (const char* flag : {"target", "intake", "response", "coordination", "escalation"}) {
    const std::string& address = arguments.Get(flag);
    if (!address.empty() && !absl::StrContains(address, ":")) {
      return UsageError(absl::StrCat("--", flag, " is HOST:PORT, found \"", address, "\""));
    }
  }
  const auto timeout = arguments.GetDuration("timeout");
  return timeout.ok() ? absl::OkStatus() : UsageError(timeout.status().message());
}

absl::Status RunCommand(const Command& command, const std::vector<std::string>& rest, const ClientFactory& factory,
                        std::ostream& out, std::ostream& err, std::istream* person) {
  const auto arguments = Arguments::Parse(rest, FlagsOf(command));
  if (!arguments.ok()) return UsageError(arguments.status().message());
  if (arguments->help()) {
    out << HelpFor(command);
    return absl::OkStatus();
  }
  const size_t count = arguments->operands().size();
  if (count < command.operands_min || count > command.operands_max) {
    return UsageError(absl::StrCat("usage: ", Usage(command), " [flags]"));
  }
  WHISTLE_RETURN_IF_ERROR(CheckGlobals(*arguments));
  Session session(*arguments, factory, out, err, person);
  return command.run(session);
}

}  // namespace

absl::StatusOr<Client*> Session::Connect(absl::string_view name) {
  if (client_ == nullptr) {
    WHISTLE_ASSIGN_OR_RETURN(client_, NewClient(name));
  }
  return client_.get();
}

absl::StatusOr<std::unique_ptr<Client>> Session::NewClient(absl::string_view name) const {
  Endpoints endpoints{.target = arguments.Get("target"), .by_service = {}};
  for (const char* service : kServiceNames) {
    if (arguments.Has(service)) endpoints.by_service[service] = arguments.Get(service);
  }
  WHISTLE_ASSIGN_OR_RETURN(const absl::Duration timeout, arguments.GetDuration("timeout"));
  return factory_(endpoints, name.empty() ? arguments.Get("client") : std::string(name), timeout);
}

absl::Status UsageError(absl::string_view message) {
  absl::Status status = absl::InvalidArgumentError(message);
  status.SetPayload(kUsagePayload, absl::Cord());
  return status;
}

absl::Status AlreadySaid() {
  absl::Status status = absl::FailedPreconditionError("");
  status.SetPayload(kSaidPayload, absl::Cord());
  return status;
}

absl::Status CheckServiceName(absl::string_view name, absl::string_view where) {
  if (name.empty() || std::find(std::begin(kServiceNames), std::end(kServiceNames), name) != std::end(kServiceNames)) {
    return absl::OkStatus();
  }
  return UsageError(absl::StrCat(where, " is one of ", absl::StrJoin(kServiceNames, ", "), "; found \"", name, "\""));
}

std::string NewRequestId(std::ostream& err) {
  std::random_device random;
  const std::string made = absl::StrFormat("ctl-%08x%08x", random(), random());
  err << "request id " << made << " (give it again to send the same command again)\n";
  return made;
}

const std::vector<Command>& AllCommands() {
  static const auto* const commands = [] {
    auto* all = new std::vector<Command>();
    for (auto group : {CaseCommands(), FindingCommands(), ListCommands(), ScoreCommands(), DueCommands(),
                       RegistryCommands(), PolicyCommands(), ScenarioCommands(), JournalCommands(), ArchiveCommands(),
                       JournalReadingCommands(), JournalVerifyCommands(), QuarantineCommands(), OperationsCommands(),
                       ProjectionWaitCommands(), ProjectionTaskCommands(), ProjectionStoreCommands(), CallCommands()}) {
      all->insert(all->end(), group.begin(), group.end());
    }
    return all;
  }();
  return *commands;
}

int RunTool(const std::vector<std::string>& given, const ClientFactory& factory, std::ostream& out, std::ostream& err,
            std::istream* person) {
  // Flags may stand before the command too, where they carry their value: --target=….
  size_t flags = 0;
  while (flags < given.size() && absl::StartsWith(given[flags], "--") && absl::StrContains(given[flags], "=")) ++flags;
  std::vector<std::string> words(given.begin() + flags, given.end());
  words.insert(std::find(words.begin(), words.end(), "--"), given.begin(), given.begin() + flags);
  if (flags == given.size()) words.clear();
  if (words.empty() || words[0] == "--help" || words[0] == "-h" || words[0] == "help") {
    (words.empty() ? err : out) << HelpFor("");
    return words.empty() ? 2 : 0;
  }
  const auto [command, named_by] = FindCommand(words);
  if (command == nullptr) {
    std::set<std::string> groups;
    std::vector<std::string> known;
    for (const Command& each : AllCommands()) {
      groups.insert(each.words[0]);
      known.push_back(absl::StrJoin(each.words, " "));
    }
    const bool is_group = groups.count(words[0]) > 0;
    if (is_group && (words.size() == 1 || words[1] == "--help" || words[1] == "-h")) {
      (words.size() == 1 ? err : out) << HelpFor(words[0]);
      return words.size() == 1 ? 2 : 0;
    }
    const std::string said = is_group ? absl::StrCat(words[0], " ", words[1]) : words[0];
    if (!is_group) known.assign(groups.begin(), groups.end());
    const std::string near = Nearest(said, known);
    err << "whistlectl: unknown command \"" << Printable(said) << "\""
        << (near.empty() ? "; whistlectl --help lists what there is" : absl::StrCat("; did you mean ", near, "?"))
        << (absl::StartsWith(said, "--") ? " (before the command a flag is --name=value)" : "") << "\n";
    return 2;
  }
  const absl::Status status =
      RunCommand(*command, std::vector<std::string>(words.begin() + named_by, words.end()), factory, out, err, person);
  out.flush();
  if (status.ok()) return 0;
  if (status.GetPayload(kSaidPayload)) return 1;
  const bool usage = status.GetPayload(kUsagePayload).has_value();
  std::string text = usage ? std::string(status.message()) : DescribeStatus(status);
  err << "whistlectl: ";
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    err << (line.data() == text.data() ? "" : "\n") << Printable(line);
  }
  err << "\n";
  return usage ? 2 : 1;
}

}  // namespace whistle::whistlectl
