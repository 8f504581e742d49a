// whistlectl journal, projection, agenda, clock: what operators ask of running services.
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "libs/base/check.h"
#include "libs/base/status_macros.h"
#include "libs/base/time.h"
#include "tools/whistlectl/command.h"
#include "tools/whistlectl/json.h"
#include "tools/whistlectl/methods.h"
#include "whistle/operations/v1/service.pb.h"

namespace whistle::whistlectl {
namespace {

const google::protobuf::MethodDescriptor& Method(absl::string_view name) {
  const auto method = FindMethod(absl::StrCat("operations.", name));
  WHISTLE_CHECK(method.ok(), method.status().message());
  return **method;
}

std::string TimeOf(const google::protobuf::Timestamp& time) { return base::TimeText(base::FromProto(time)); }

// "PROJECTION_HEALTH_LIVE" → "live".
std::string Plain(absl::string_view enum_name, absl::string_view prefix) {
  absl::ConsumePrefix(&enum_name, prefix);
  return absl::AsciiStrToLower(enum_name);
}

std::string PartitionName(common::v1::Topic topic, int32_t partition) {
  return topic == common::v1::TOPIC_REGISTRY ? "registry" : absl::StrCat(partition);
}

absl::Status JournalStatus(Session& session) {
  WHISTLE_ASSIGN_OR_RETURN(Client* const client, session.Connect());
  operations::v1::GetJournalStatusResponse journal;
  WHISTLE_RETURN_IF_ERROR(
      client->Call(Method("GetJournalStatus"), operations::v1::GetJournalStatusRequest(), "", journal));
  if (session.json()) {
    WHISTLE_ASSIGN_OR_RETURN(const std::string text, MessageJson(journal, JsonShape::kLines));
    session.out << text << "\n";
    return absl::OkStatus();
  }
  session.out << "journal " << Printable(journal.journal_uuid()) << " (" << Printable(journal.kind()) << ", "
              << Plain(journal::v1::ClockKind_Name(journal.clock_kind()), "CLOCK_KIND_") << " clock, made "
              << TimeOf(journal.created_at()) << "), now " << TimeOf(journal.now()) << "\n";
  Table table({"partition", "end_offset"});
  for (const auto& partition : journal.partitions()) {
    table.AddRow({PartitionName(partition.topic(), partition.partition()), absl::StrCat(partition.end_offset())});
  }
  session.Print(table);
  return absl::OkStatus();
}

absl::Status ProjectionStatus(Session& session) {
  WHISTLE_ASSIGN_OR_RETURN(Client* const client, session.Connect());
  operations::v1::GetProjectionStatusResponse all;
  // A whistled names its four every time it is asked; four processes name one each.
  std::set<std::string> named;
  for (const char* service : kServiceNames) {
    if (named.count(service) > 0) continue;
    operations::v1::GetProjectionStatusResponse response;
    WHISTLE_RETURN_IF_ERROR(
        client->Call(Method("GetProjectionStatus"), operations::v1::GetProjectionStatusRequest(), service, response));
    for (auto& projection : *response.mutable_projections()) {
      if (named.insert(projection.service()).second) *all.add_projections() = std::move(projection);
    }
  }
  if (session.json()) {
    WHISTLE_ASSIGN_OR_RETURN(const std::string text, MessageJson(all, JsonShape::kLines));
    session.out << text << "\n";
    return absl::OkStatus();
  }
  Table services({"service", "fold", "agenda_items", "agenda", "replaces_fold", "old_stores"});
  Table partitions(
      {"service", "partition", "health", "offset", "accepted", "superseded", "malformed", "digest", "reason"});
  for (const auto& projection : all.projections()) {
    services.AddRow({projection.service(), projection.fold_fingerprint(), absl::StrCat(projection.agenda_items()),
                     projection.agenda_paused() ? "paused" : "running", projection.replaces_fold(),
                     absl::StrJoin(projection.old_stores(), ", ")});
    for (const auto& partition : projection.partitions()) {
      partitions.AddRow({projection.service(), PartitionName(partition.topic(), partition.partition()),
                         Plain(operations::v1::ProjectionHealth_Name(partition.health()), "PROJECTION_HEALTH_"),
                         absl::StrCat(partition.row().offset()), absl::StrCat(partition.row().accepted()),
                         absl::StrCat(partition.row().superseded()), absl::StrCat(partition.row().malformed()),
                         absl::BytesToHexString(partition.row().digest()).substr(0, 12), partition.reason()});
    }
  }
  session.Print(services);
  session.out << "\n";
  session.Print(partitions);
  return absl::OkStatus();
}

// What is recorded when an item fires, in words.
std::string WhatFires(common::v1::AgendaKind kind) {
  switch (kind) {
    case common::v1::AGENDA_KIND_RESPONSE_OVERDUE:
      return "the answer to an assignment is overdue";
    case common::v1::AGENDA_KIND_WHISTLE_UNANSWERED:
      return "a called department has not come";
    case common::v1::AGENDA_KIND_MERGE_PROPOSAL:
      return "a merge is put before its target";
    case common::v1::AGENDA_KIND_UNMERGE_NOTICE:
      return "the target is told of an undone merge";
    case common::v1::AGENDA_KIND_DEADLINE_APPROACHING:
      return "a warning: a date is near";
    case common::v1::AGENDA_KIND_ACCEPTANCE_OVERDUE:
      return "nobody has decided on acceptance";
    case common::v1::AGENDA_KIND_HANDLING_OVERDUE:
      return "the time for handling has run out";
    case common::v1::AGENDA_KIND_REVIEW_OVERDUE:
      return "a review is not decided";
    case common::v1::AGENDA_KIND_RETURN_TERM_PASSED:
      return "not returned: first handler responsible";
    case common::v1::AGENDA_KIND_COMMITMENT_BROKEN:
      return "a commitment is not kept";
    case common::v1::AGENDA_KIND_ESCALATION_UNANSWERED:
      return "an escalation is unanswered: the next rung";
    case common::v1::AGENDA_KIND_UPGRADED_HANDLING_OVERDUE:
      return "upgraded handling is not completed";
    case common::v1::AGENDA_KIND_RECTIFICATION_OVERDUE:
      return "a letter's rectification is not reported";
    case common::v1::AGENDA_KIND_FINDING:
      return "what a rule found is told";
    case common::v1::AGENDA_KIND_FINDING_DISPROVED:
      return "a finding that was disproved is lifted";
    case common::v1::AGENDA_KIND_ESCALATION_REASON:
      return "the case is put before a higher organization";
    case common::v1::AGENDA_KIND_OWNER_AWAITED:
      return "a date is set for somebody to accept the case";
    case common::v1::AGENDA_KIND_NO_OWNER:
      return "nobody has accepted the case: a finding";
    // Of a newer service than this tool: its name is shown beside.
    default:
      return "";
  }
}

absl::Status ListAgenda(Session& session) {
  WHISTLE_RETURN_IF_ERROR(CheckServiceName(session.arguments.Get("service")));
  WHISTLE_ASSIGN_OR_RETURN(Client* const client, session.Connect());
  Table table({"due_at", "service", "kind", "fires", "case_id", "subject", "created_by"});
  std::string paused;
  for (const std::string service : kServiceNames) {
    if (session.arguments.Has("service") && session.arguments.Get("service") != service) continue;
    operations::v1::ListAgendaRequest request;
    request.set_service(service);
    request.mutable_page()->set_size(500);
    while (true) {
      operations::v1::ListAgendaResponse response;
      WHISTLE_RETURN_IF_ERROR(client->Call(Method("ListAgenda"), request, service, response));
      for (const common::v1::AgendaItem& item : response.items()) {
        table.AddRow({TimeOf(item.due_at()), service, Plain(common::v1::AgendaKind_Name(item.kind()), "AGENDA_KIND_"),
                      WhatFires(item.kind()), item.case_id(), item.subject(), item.created_by_event_id()});
      }
      if (response.paused() && request.page().token().empty()) absl::StrAppend(&paused, " ", service);
      if (response.next_page_token().empty()) break;
      request.mutable_page()->set_token(response.next_page_token());
    }
  }
  session.Print(table);
  if (!paused.empty()) session.err << "paused:" << paused << "\n";
  return absl::OkStatus();
}

// Pauses or resumes at every address that there is.
template <typename Request, typename Response>
absl::Status SwitchAgenda(Session& session, const std::string& method) {
  WHISTLE_RETURN_IF_ERROR(CheckServiceName(session.arguments.Get("service")));
  WHISTLE_ASSIGN_OR_RETURN(Client* const client, session.Connect());
  std::set<std::string> paused;
  for (const std::string service : kServiceNames) {
    if (session.arguments.Has("service") && session.arguments.Get("service") != service) continue;
    Request request;
    request.set_service(service);
    Response response;
    WHISTLE_RETURN_IF_ERROR(client->Call(Method(method), request, service, response));
    paused.insert(response.paused_services().begin(), response.paused_services().end());
    // One process may have answered for a service resumed a moment ago.
    if (method == "ResumeAgenda") paused.erase(service);
  }
  Table table({"service", "agenda"});
  for (const std::string service : kServiceNames) {
    if (session.arguments.Has("service") && session.arguments.Get("service") != service) continue;
    table.AddRow({service, paused.count(service) > 0 ? "paused" : "running"});
  }
  session.Print(table);
  return absl::OkStatus();
}

absl::Status AdvanceClock(Session& session) {
  const Arguments& arguments = session.arguments;
  operations::v1::AdvanceClockRequest request;
  request.set_without_firing(arguments.GetSwitch("without-firing"));
  if (arguments.Has("to") == arguments.Has("by")) return UsageError("give either --to=TIME or --by=DURATION");
  if (arguments.Has("to")) {
    const auto to = base::TimeFromText(arguments.Get("to"));
    if (!to.ok()) return UsageError(absl::StrCat("--to: ", to.status().message()));
    *request.mutable_to() = base::ToProto(*to);
  } else {
    const auto by = arguments.GetDuration("by");
    if (!by.ok()) return UsageError(by.status().message());
    request.set_by_ms(absl::ToInt64Milliseconds(*by));
  }
  WHISTLE_ASSIGN_OR_RETURN(Client* const client, session.Connect());
  operations::v1::AdvanceClockResponse response;
  WHISTLE_RETURN_IF_ERROR(client->Call(Method("AdvanceClock"), request, "", response));
  if (session.json()) {
    WHISTLE_ASSIGN_OR_RETURN(const std::string text, MessageJson(response, JsonShape::kLines));
    session.out << text << "\n";
    return absl::OkStatus();
  }
  Table table({"fired_at", "service", "kind", "case_id", "subject"});
  for (const auto& fired : response.fired()) {
    table.AddRow({TimeOf(fired.fired_at()), fired.service(),
                  Plain(common::v1::AgendaKind_Name(fired.item().kind()), "AGENDA_KIND_"), fired.item().case_id(),
                  fired.item().subject()});
  }
  if (table.size() > 0) session.Print(table);
  session.out << "now " << TimeOf(response.now()) << ", fired " << response.fired_count() << "\n";
  return absl::OkStatus();
}

}  // namespace

std::vector<Command> OperationsCommands() {
  const FlagSpec service{"service", "NAME", "", "only this service: intake, response, coordination or escalation"};
  return {
      Command{.words = {"journal", "status"},
              .summary = "what the journal is and where its partitions end",
              .run = JournalStatus},
      Command{.words = {"projection", "status"},
              .summary = "how far each service's projection is, and how it is",
              .run = ProjectionStatus},
      Command{.words = {"agenda", "list"},
              .summary = "what the services must do next, and when",
              .flags = {service},
              .run = ListAgenda},
      Command{.words = {"agenda", "pause"},
              .summary = "stop firing what is due; commands and queries go on",
              .flags = {service},
              .run =
                  [](Session& session) {
                    return SwitchAgenda<operations::v1::PauseAgendaRequest, operations::v1::PauseAgendaResponse>(
                        session, "PauseAgenda");
                  }},
      Command{.words = {"agenda", "resume"},
              .summary = "fire again what is due",
              .flags = {service},
              .run =
                  [](Session& session) {
                    return SwitchAgenda<operations::v1::ResumeAgendaRequest, operations::v1::ResumeAgendaResponse>(
                        session, "ResumeAgenda");
                  }},
      Command{
          .words = {"clock", "advance"},
          .summary = "move a virtual clock; what falls due on the way fires at its own time",
          .flags = {{"to", "TIME", "", "to this time: 2021-07-14 or 2021-07-14T09:30:00Z"},
                    {"by", "DURATION", "", "by this much: 36h"},
                    {"without-firing", "", "false", "pass the time as an outage would; what is due fires at the end"}},
          .run = AdvanceClock},
  };
}

}  // namespace whistle::whistlectl
