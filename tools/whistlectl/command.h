// What a command of whistlectl is, and what it may use.
#ifndef WHISTLE_TOOLS_WHISTLECTL_COMMAND_H_
#define WHISTLE_TOOLS_WHISTLECTL_COMMAND_H_

#include <functional>
#include <istream>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "tools/whistlectl/arguments.h"
#include "tools/whistlectl/client.h"
#include "tools/whistlectl/display.h"

namespace whistle::whistlectl {

// Makes the client for one run; tests give another.
using ClientFactory =
    std::function<std::unique_ptr<Client>(const Endpoints& endpoints, const std::string& name, absl::Duration timeout)>;

// One run of one command.
class Session {
 public:
  Session(const Arguments& arguments, const ClientFactory& factory, std::ostream& out, std::ostream& err,
          std::istream* person = nullptr)
      : arguments(arguments), out(out), err(err), person(person), factory_(factory) {}

  const Arguments& arguments;
  std::ostream& out;
  std::ostream& err;
  // Where somebody at a terminal answers what is asked on `err`; null where there is nobody.
  std::istream* const person;

  bool json() const { return arguments.Get("output") == "json"; }
  // Operand `i`, from 0; empty if it was not given.
  std::string Operand(size_t i) const {
    return i < arguments.operands().size() ? arguments.operands()[i] : std::string();
  }
  // Prints rows as --output says.
  void Print(const Table& table) const { out << (json() ? table.ToJson() : table.ToText()); }

  // The client of this run, by the name that --client gives (or `name`, if it is not empty).
  absl::StatusOr<Client*> Connect(absl::string_view name = "");
  // Another one, for a caller that has several calls under way. Any thread.
  absl::StatusOr<std::unique_ptr<Client>> NewClient(absl::string_view name = "") const;

 private:
  const ClientFactory& factory_;
  std::unique_ptr<Client> client_;
};

struct Command {
  // "case", "timeline".
  std::vector<std::string> words;
  // "ID", as --help shows it.
  std::string operands = {};
  size_t operands_min = 0;
  size_t operands_max = 0;
  // One line.
  std::string summary;
  // What more there is to say; may be empty.
  std::string details = {};
  // Beside the global ones.
  std::vector<FlagSpec> flags = {};
  std::function<absl::Status(Session&)> run = {};
};

// A wrong command line: exit status 2, where everything else that fails is 1.
absl::Status UsageError(absl::string_view message);

// Something to say on its own is the last line already: exit status 1, and no "ERROR" line.
absl::Status AlreadySaid();

// OK if `name` is empty or one of the four services. `where` it was named: a flag, or the operand SERVICE.
absl::Status CheckServiceName(absl::string_view name, absl::string_view where = "--service");

// A random request id, told on `err`, so that a command whose outcome stays unknown can be sent again.
std::string NewRequestId(std::ostream& err);

// In the order of --help.
const std::vector<Command>& AllCommands();

// Everything but main: exit status 0 done, 1 refused or failed, 2 wrong command line.
// `person` as in Session.
int RunTool(const std::vector<std::string>& given, const ClientFactory& factory, std::ostream& out, std::ostream& err,
            std::istream* person = nullptr);

// The groups of commands; each file one.
std::vector<Command> CaseCommands();
std::vector<Command> RegistryCommands();
std::vector<Command> PolicyCommands();
std::vector<Command> ScenarioCommands();
std::vector<Command> ArchiveCommands();
std::vector<Command> JournalCommands();
std::vector<Command> JournalReadingCommands();
std::vector<Command> JournalVerifyCommands();
std::vector<Command> QuarantineCommands();
std::vector<Command> OperationsCommands();
std::vector<Command> ProjectionWaitCommands();
std::vector<Command> DueCommands();
std::vector<Command> FindingCommands();
std::vector<Command> ListCommands();
std::vector<Command> ScoreCommands();
std::vector<Command> CallCommands();

}  // namespace whistle::whistlectl

#endif  // WHISTLE_TOOLS_WHISTLECTL_COMMAND_H_
