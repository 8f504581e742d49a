// whistlectl call, whistlectl methods: anything the contracts offer, as JSON.
#include <fstream>
#include <iostream>
#include <memory>
#include <sstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/util/json_util.h"
#include "libs/base/status_macros.h"
#include "tools/whistlectl/command.h"
#include "tools/whistlectl/json.h"
#include "tools/whistlectl/methods.h"
#include "whistle/common/v1/types.pb.h"

namespace whistle::whistlectl {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::MethodDescriptor;

absl::StatusOr<std::string> ReadAll(std::istream& stream, const std::string& name) {
  std::ostringstream text;
  if (!stream || !(text << stream.rdbuf())) return UsageError(absl::StrCat("cannot read ", name));
  return text.str();
}

absl::StatusOr<std::string> RequestJson(const std::string& operand) {
  if (operand.empty()) return "{}";
  if (operand == "-") return ReadAll(std::cin, "the standard input");
  if (!absl::StartsWith(operand, "@")) return operand;
  std::ifstream file(operand.substr(1), std::ios::binary);
  return ReadAll(file, operand.substr(1));
}

// A command without a request id is given one.
void GiveRequestId(Message& request, std::ostream& err) {
  const FieldDescriptor* field = request.GetDescriptor()->FindFieldByName("context");
  Message* context = request.GetReflection()->MutableMessage(&request, field);
  const FieldDescriptor* id = context->GetDescriptor()->FindFieldByName("request_id");
  if (!context->GetReflection()->GetString(*context, id).empty()) return;
  context->GetReflection()->SetString(context, id, NewRequestId(err));
}

absl::Status RunCall(Session& session) {
  const auto method = FindMethod(session.Operand(0));
  if (!method.ok()) return UsageError(method.status().message());
  if ((*method)->client_streaming()) return UsageError("methods that take a stream cannot be called from here");
  WHISTLE_ASSIGN_OR_RETURN(const std::string json, RequestJson(session.Operand(1)));
  const std::unique_ptr<Message> request = NewMessage(*(*method)->input_type());
  const auto parsed = google::protobuf::util::JsonStringToMessage(json, request.get());
  if (!parsed.ok()) {
    return UsageError(absl::StrCat("the request is not a ", (*method)->input_type()->full_name(), ": ",
                                   std::string(parsed.message()), "; whistlectl methods ", session.Operand(0),
                                   " shows its fields"));
  }
  if (IsCommand(**method)) GiveRequestId(*request, session.err);
  WHISTLE_ASSIGN_OR_RETURN(Client* const client, session.Connect());
  const std::unique_ptr<Message> response = NewMessage(*(*method)->output_type());
  const std::string& service = session.arguments.Get("service");
  WHISTLE_RETURN_IF_ERROR(CheckServiceName(service));
  if (!(*method)->server_streaming()) {
    WHISTLE_RETURN_IF_ERROR(client->Call(**method, *request, service, *response));
    WHISTLE_ASSIGN_OR_RETURN(const std::string text, MessageJson(*response, JsonShape::kLines));
    session.out << text << "\n";
    return absl::OkStatus();
  }
  absl::Status unprintable;
  WHISTLE_RETURN_IF_ERROR(client->Stream(**method, *request, service, *response, [&] {
    const auto text = MessageJson(*response, JsonShape::kOneLine);
    unprintable = text.status();
    if (text.ok()) session.out << *text << std::endl;
    return text.ok() && session.out.good();
  }));
  return unprintable;
}

absl::Status ListMethods(Session& session) {
  if (!session.Operand(0).empty()) {
    const auto method = FindMethod(session.Operand(0));
    if (!method.ok()) return UsageError(method.status().message());
    session.out << (*method)->DebugString() << (*method)->input_type()->DebugString()
                << (*method)->output_type()->DebugString();
    return absl::OkStatus();
  }
  Table table({"method", "kind", "request"});
  for (const google::protobuf::ServiceDescriptor* service : AllServices()) {
    for (int i = 0; i < service->method_count(); ++i) {
      const MethodDescriptor& method = *service->method(i);
      table.AddRow({absl::StrCat(service->full_name(), "/", method.name()),
                    IsCommand(method)           ? "command"
                    : method.server_streaming() ? "stream"
                                                : "query",
                    method.input_type()->full_name()});
    }
  }
  session.Print(table);
  return absl::OkStatus();
}

}  // namespace

std::vector<Command> CallCommands() {
  return {
      Command{.words = {"call"},
              .operands = "METHOD [JSON|@FILE|-]",
              .operands_min = 1,
              .operands_max = 2,
              .summary = "call any method with a request as JSON",
              .details =
                  "METHOD is whistle.intake.v1.IntakeService/RecordContact or, short, intake.RecordContact.\n"
                  "The reply is JSON; of a stream, one line a reply. A refusal prints its reason, subject, what was\n"
                  "expected and what was found, and exits with 1.",
              .flags = {{"service", "NAME", "", "whose projection answers timeline and operations methods"}},
              .run = RunCall},
      Command{.words = {"methods"},
              .operands = "[METHOD]",
              .operands_min = 0,
              .operands_max = 1,
              .summary = "list what can be called, or show one method's messages",
              .details = "",
              .flags = {},
              .run = ListMethods},
  };
}

}  // namespace whistle::whistlectl
