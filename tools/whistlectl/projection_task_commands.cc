// whistlectl projection rebuild, checkpoint and their task: what is done to a projection while it serves.
#include <signal.h>

#include <cmath>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "libs/base/check.h"
#include "libs/base/status_macros.h"
#include "libs/base/time.h"
#include "tools/whistlectl/json.h"
#include "tools/whistlectl/methods.h"
#include "tools/whistlectl/projection_commands.h"
#include "whistle/operations/v1/service.pb.h"

namespace whistle::whistlectl {
namespace {

using operations::v1::ProjectionTask;

// How often the task is looked at, and how often it is told.
constexpr absl::Duration kLookInterval = absl::Milliseconds(100);
constexpr absl::Duration kTellInterval = absl::Seconds(2);

const google::protobuf::MethodDescriptor& Method(absl::string_view name) {
  const auto method = FindMethod(absl::StrCat("operations.", name));
  WHISTLE_CHECK(method.ok(), method.status().message());
  return **method;
}

// ^C is waited for instead of ending the program, so that it can be told what goes on. To be made before there are
// other threads, which then leave the signal alone too.
class Interrupt {
 public:
  Interrupt() {
    sigemptyset(&set_);
    sigaddset(&set_, SIGINT);
    pthread_sigmask(SIG_BLOCK, &set_, &before_);
  }
  ~Interrupt() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

  // Waits so long; true if ^C came.
  bool Within(absl::Duration time) {
    const timespec limit = absl::ToTimespec(time);
    return sigtimedwait(&set_, nullptr, &limit) == SIGINT;
  }

 private:
  sigset_t set_;
  sigset_t before_;
};

// "PROJECTION_TASK_PHASE_FILLING" → "filling".
std::string PhaseWord(const ProjectionTask& task) {
  const std::string name = operations::v1::ProjectionTaskPhase_Name(task.phase());
  return absl::AsciiStrToLower(absl::StripPrefix(name, "PROJECTION_TASK_PHASE_"));
}

bool IsRebuild(const ProjectionTask& task) { return task.kind() == operations::v1::PROJECTION_TASK_KIND_REBUILD; }

std::string TookText(const ProjectionTask& task) {
  const absl::Duration took = base::FromProto(task.finished_at()) - base::FromProto(task.started_at());
  return absl::StrFormat("%.1f s", absl::ToDoubleSeconds(took));
}

std::string ProgressText(const ProjectionTask& task) {
  std::string text = absl::StrCat(task.service(), ": ", PhaseWord(task));
  if (!task.column_family().empty()) absl::StrAppend(&text, " ", Printable(task.column_family()));
  if (IsRebuild(task) && task.records_total() > 0) {
    absl::StrAppend(&text, ", ", task.records_done(), " of ", task.records_total(), " records (",
                    100 * task.records_done() / task.records_total(), " %), ", std::lround(task.records_per_second()),
                    "/s");
  }
  return text;
}

std::string OutcomeText(const ProjectionTask& task) {
  if (task.phase() != operations::v1::PROJECTION_TASK_PHASE_DONE) {
    return absl::StrCat(ProgressText(task), " after ", TookText(task), task.error().empty() ? "" : ": ",
                        Printable(task.error()));
  }
  if (IsRebuild(task)) {
    return absl::StrCat(task.service(), ": rebuilt from ", task.records_done(), " records in ", TookText(task), ", ",
                        task.rows_differing(), " rows differed, stood still for ",
                        absl::StrFormat("%.1f ms", task.pause_ms()),
                        "; the old store is kept until \"whistlectl projection discard-old ", task.service(), "\"");
  }
  uint64_t rows = 0;
  for (const auto& family : task.manifest().column_families()) rows += family.rows();
  return absl::StrCat(task.service(), ": checkpoint in ", Printable(task.folder()), ", ", rows, " rows of fold ",
                      Printable(task.manifest().fold_fingerprint()), ", in ", TookText(task));
}

void PrintDifferences(Session& session, const ProjectionTask& task) {
  if (task.differences().empty()) return;
  Table table({"column_family", "row", "difference"});
  for (const auto& difference : task.differences()) {
    table.AddRow({difference.column_family(), difference.row(), difference.what()});
  }
  session.Print(table);
}

absl::Status PrintTask(Session& session, const ProjectionTask& task) {
  if (session.json()) {
    WHISTLE_ASSIGN_OR_RETURN(const std::string text, MessageJson(task, JsonShape::kLines));
    session.out << text << "\n";
    return absl::OkStatus();
  }
  PrintDifferences(session, task);
  session.out << (task.has_finished_at() ? OutcomeText(task) : ProgressText(task)) << "\n";
  return absl::OkStatus();
}

absl::StatusOr<ProjectionTask> TaskOf(Client& client, const std::string& service) {
  operations::v1::GetProjectionTaskRequest request;
  request.set_service(service);
  operations::v1::GetProjectionTaskResponse response;
  WHISTLE_RETURN_IF_ERROR(client.Call(Method("GetProjectionTask"), request, service, response));
  return response.task();
}

// The task that `begun` is, as it is now. A service that was started anew knows nothing of it, and would be waited for
// for ever.
absl::StatusOr<ProjectionTask> SameTask(Client& client, const ProjectionTask& begun, const std::string& service) {
  WHISTLE_ASSIGN_OR_RETURN(ProjectionTask task, TaskOf(client, service));
  if (base::FromProto(task.started_at()) == base::FromProto(begun.started_at())) return task;
  return absl::UnavailableError(absl::StrCat(
      service, " does not know of this task any more: ",
      task.has_started_at() ? "another was begun since" : "it was started anew, on whichever store served then",
      "; see \"whistlectl projection rebuild-status ", service, "\", and begin again if it is not done"));
}

// Tells how it goes until it is over. On ^C it goes on without us.
absl::Status Follow(Session& session, Client& client, const ProjectionTask& begun, const std::string& service,
                    Interrupt& interrupt) {
  std::string told;
  absl::Duration since_told = absl::InfiniteDuration();
  while (true) {
    WHISTLE_ASSIGN_OR_RETURN(const ProjectionTask task, SameTask(client, begun, service));
    if (task.has_finished_at()) {
      WHISTLE_RETURN_IF_ERROR(PrintTask(session, task));
      return task.phase() == operations::v1::PROJECTION_TASK_PHASE_DONE ? absl::OkStatus() : AlreadySaid();
    }
    if (std::string text = ProgressText(task); since_told >= kTellInterval && text != told) {
      session.err << text << std::endl;
      told = std::move(text);
      since_told = absl::ZeroDuration();
    }
    if (interrupt.Within(kLookInterval)) {
      session.err << "it goes on: \"whistlectl projection rebuild-status " << service
                  << "\" tells how far it is, \"whistlectl projection cancel-rebuild " << service << "\" stops it\n";
      return AlreadySaid();
    }
    since_told += kLookInterval;
  }
}

absl::StatusOr<std::string> ServiceOperand(Session& session) {
  WHISTLE_RETURN_IF_ERROR(CheckServiceName(session.Operand(0), "SERVICE"));
  return session.Operand(0);
}

// Begins what `request` asks for, and tells how it goes unless --detach.
template <typename Request, typename Response>
absl::Status Begin(Session& session, absl::string_view method, const Request& request) {
  Interrupt interrupt;
  WHISTLE_ASSIGN_OR_RETURN(Client* const client, session.Connect());
  Response response;
  WHISTLE_RETURN_IF_ERROR(client->Call(Method(method), request, request.service(), response));
  if (session.arguments.GetSwitch("detach")) return PrintTask(session, response.task());
  return Follow(session, *client, response.task(), request.service(), interrupt);
}

absl::Status RebuildOne(Session& session) {
  operations::v1::RebuildProjectionRequest request;
  WHISTLE_ASSIGN_OR_RETURN(*request.mutable_service(), ServiceOperand(session));
  request.set_take_despite_difference(session.arguments.GetSwitch("take-despite-difference"));
  if (session.arguments.Has("rate")) {
    double rate = 0;
    if (!absl::SimpleAtod(absl::StripSuffix(session.arguments.Get("rate"), "/s"), &rate) || !(rate > 0)) {
      return UsageError(absl::StrCat("--rate is a number of records a second, like 2000/s; found \"",
                                     session.arguments.Get("rate"), "\""));
    }
    request.set_records_per_second_max(rate);
  }
  return Begin<operations::v1::RebuildProjectionRequest, operations::v1::RebuildProjectionResponse>(
      session, "RebuildProjection", request);
}

absl::Status Checkpoint(Session& session) {
  operations::v1::CheckpointProjectionRequest request;
  WHISTLE_ASSIGN_OR_RETURN(*request.mutable_service(), ServiceOperand(session));
  request.set_folder(session.Operand(1));
  return Begin<operations::v1::CheckpointProjectionRequest, operations::v1::CheckpointProjectionResponse>(
      session, "CheckpointProjection", request);
}

absl::Status RebuildStatus(Session& session) {
  WHISTLE_RETURN_IF_ERROR(CheckServiceName(session.Operand(0), "SERVICE"));
  WHISTLE_ASSIGN_OR_RETURN(Client* const client, session.Connect());
  Table table({"service", "phase", "progress"});
  for (const std::string service : kServiceNames) {
    if (!session.Operand(0).empty() && session.Operand(0) != service) continue;
    WHISTLE_ASSIGN_OR_RETURN(const ProjectionTask task, TaskOf(*client, service));
    if (!session.Operand(0).empty() && task.has_started_at()) return PrintTask(session, task);
    table.AddRow({service, task.has_started_at() ? PhaseWord(task) : "-",
                  !task.has_started_at()   ? "nothing was begun since the start"
                  : task.has_finished_at() ? OutcomeText(task)
                                           : ProgressText(task)});
  }
  session.Print(table);
  return absl::OkStatus();
}

absl::Status CancelOne(Session& session) {
  WHISTLE_ASSIGN_OR_RETURN(const std::string service, ServiceOperand(session));
  Interrupt interrupt;
  WHISTLE_ASSIGN_OR_RETURN(Client* const client, session.Connect());
  operations::v1::CancelProjectionTaskRequest request;
  request.set_service(service);
  operations::v1::CancelProjectionTaskResponse response;
  WHISTLE_RETURN_IF_ERROR(client->Call(Method("CancelProjectionTask"), request, service, response));
  if (!response.task().has_started_at()) {
    session.out << service << ": nothing runs\n";
    return absl::OkStatus();
  }
  if (response.task().has_finished_at()) {
    session.err << "nothing runs; the last task had ended:\n";
    return PrintTask(session, response.task());
  }
  ProjectionTask task = response.task();
  while (!task.has_finished_at() && !interrupt.Within(kLookInterval)) {
    WHISTLE_ASSIGN_OR_RETURN(task, SameTask(*client, response.task(), service));
  }
  return PrintTask(session, task);
}

absl::Status DiscardOld(Session& session) {
  operations::v1::DiscardOldProjectionRequest request;
  WHISTLE_ASSIGN_OR_RETURN(*request.mutable_service(), ServiceOperand(session));
  WHISTLE_ASSIGN_OR_RETURN(Client* const client, session.Connect());
  operations::v1::DiscardOldProjectionResponse response;
  WHISTLE_RETURN_IF_ERROR(client->Call(Method("DiscardOldProjection"), request, request.service(), response));
  Table table({"deleted"});
  for (const std::string& path : response.discarded()) table.AddRow({path});
  session.Print(table);
  return absl::OkStatus();
}

}  // namespace

std::vector<Command> ProjectionTaskCommands() {
  const FlagSpec detach{"detach", "", "false",
                        "return as soon as it has begun; \"projection rebuild-status\" tells how it goes"};
  return {
      Command{.words = {"projection", "rebuild"},
              .operands = "SERVICE",
              .operands_min = 1,
              .operands_max = 1,
              .summary = "fill a second store from the journal, compare, and let it take the first one's place",
              .details =
                  "The service answers all the while. The old store is kept until \"projection discard-old\". If the\n"
                  "stores differ, the rows are listed and the old one serves on. ^C leaves it running.",
              .flags = {detach,
                        {"rate", "N/s", "", "fold at most so many records a second"},
                        {"take-despite-difference", "", "false",
                         "take the new store even if it differs: only if the serving one is known to be wrong"}},
              .run = RebuildOne},
      Command{.words = {"projection", "rebuild-status"},
              .operands = "[SERVICE]",
              .operands_max = 1,
              .summary = "how far a rebuild or checkpoint is, or how the last one ended",
              .run = RebuildStatus},
      Command{.words = {"projection", "cancel-rebuild"},
              .operands = "SERVICE",
              .operands_min = 1,
              .operands_max = 1,
              .summary = "stop a rebuild or checkpoint; the projection serves as before",
              .run = CancelOne},
      Command{.words = {"projection", "discard-old"},
              .operands = "SERVICE",
              .operands_min = 1,
              .operands_max = 1,
              .summary = "delete the stores that were replaced",
              .run = DiscardOld},
      Command{
          .words = {"projection", "checkpoint"},
          .operands = "SERVICE DIR",
          .operands_min = 2,
          .operands_max = 2,
          .summary = "copy a service's store, as of one moment, into a folder of the server's machine",
          .details =
              "DIR is an absolute path, empty or not there; its parent must be. \"projection restore\" brings it back.",
          .flags = {detach},
          .run = Checkpoint},
  };
}

}  // namespace whistle::whistlectl
