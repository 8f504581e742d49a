// whistlectl projection wait: until the projections have folded what the journal holds.
#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "libs/base/check.h"
#include "libs/base/status_macros.h"
#include "tools/whistlectl/command.h"
#include "tools/whistlectl/display.h"
#include "tools/whistlectl/methods.h"
#include "whistle/operations/v1/service.pb.h"

namespace whistle::whistlectl {
namespace {

using operations::v1::ProjectionPartition;

constexpr absl::Duration kBetweenLooks = absl::Milliseconds(200);
constexpr absl::Duration kBetweenWords = absl::Seconds(5);

const google::protobuf::MethodDescriptor& Method(absl::string_view name) {
  const auto method = FindMethod(absl::StrCat("operations.", name));
  WHISTLE_CHECK(method.ok(), method.status().message());
  return **method;
}

// Topic and partition → the offset the next record would get.
using Ends = std::map<std::pair<int, int32_t>, int64_t>;

absl::StatusOr<Ends> JournalEnds(Client& client) {
  operations::v1::GetJournalStatusResponse journal;
  WHISTLE_RETURN_IF_ERROR(
      client.Call(Method("GetJournalStatus"), operations::v1::GetJournalStatusRequest(), "", journal));
  Ends ends;
  for (const auto& partition : journal.partitions()) {
    ends[{partition.topic(), partition.partition()}] = partition.end_offset();
  }
  return ends;
}

struct Look {
  // Over all projections.
  int64_t records_missing = 0;
  // The first that will not come by waiting: "response, partition 13: halted: …".
  std::string stopped;
  // The first that is not there yet, in the same words.
  std::string missing;
};

// Whether waiting helps: what is halted or diverged needs a hand.
bool IsStopped(const ProjectionPartition& partition) {
  return partition.health() == operations::v1::PROJECTION_HEALTH_HALTED ||
         partition.health() == operations::v1::PROJECTION_HEALTH_DIVERGED;
}

std::string Describe(const std::string& service, const ProjectionPartition& partition) {
  constexpr absl::string_view kPrefix = "PROJECTION_HEALTH_";
  const std::string health = operations::v1::ProjectionHealth_Name(partition.health());
  return absl::StrCat(
      service, ", partition ",
      partition.topic() == common::v1::TOPIC_REGISTRY ? "registry" : absl::StrCat(partition.partition()), ": ",
      absl::AsciiStrToLower(absl::StripPrefix(health, kPrefix)), " at offset ", partition.row().offset(),
      partition.reason().empty() ? "" : ": ", Printable(partition.reason()));
}

absl::StatusOr<Look> LookOnce(Client& client, const std::string& only, const Ends& ends) {
  Look look;
  std::set<std::string> seen;
  for (const std::string service : kServiceNames) {
    if ((!only.empty() && only != service) || seen.count(service) > 0) continue;
    operations::v1::GetProjectionStatusResponse response;
    WHISTLE_RETURN_IF_ERROR(
        client.Call(Method("GetProjectionStatus"), operations::v1::GetProjectionStatusRequest(), service, response));
    for (const auto& projection : response.projections()) {
      if ((!only.empty() && only != projection.service()) || !seen.insert(projection.service()).second) continue;
      for (const auto& partition : projection.partitions()) {
        const auto end = ends.find({partition.topic(), partition.partition()});
        // Without a row nothing is folded yet.
        const int64_t next = partition.has_row() ? partition.row().offset() + 1 : 0;
        const int64_t missing = end == ends.end() ? 0 : std::max<int64_t>(0, end->second - next);
        look.records_missing += missing;
        if (IsStopped(partition) && look.stopped.empty()) look.stopped = Describe(projection.service(), partition);
        const bool there = missing == 0 && partition.health() == operations::v1::PROJECTION_HEALTH_LIVE;
        if (!there && look.missing.empty()) look.missing = Describe(projection.service(), partition);
      }
    }
    if (seen.count(service) == 0) return absl::InternalError(absl::StrCat(service, " did not tell of its projection"));
  }
  return look;
}

absl::Status ProjectionWait(Session& session) {
  const std::string only = session.arguments.Get("service");
  WHISTLE_RETURN_IF_ERROR(CheckServiceName(only));
  const auto patience = session.arguments.GetDuration("for");
  if (!patience.ok()) return UsageError(patience.status().message());
  const absl::Time started = absl::Now();
  const absl::Time until = started + *patience;
  absl::Time next_word = started + kBetweenWords;
  WHISTLE_ASSIGN_OR_RETURN(Client* const client, session.Connect());
  // As of the first answer: who waits wants what is there now, not what comes meanwhile.
  Ends ends;
  while (true) {
    absl::Status asked;
    Look look;
    if (ends.empty()) {
      auto read = JournalEnds(*client);
      asked = read.status();
      if (read.ok()) ends = *std::move(read);
    }
    if (asked.ok()) {
      auto looked = LookOnce(*client, only, ends);
      asked = looked.status();
      if (looked.ok()) look = *std::move(looked);
    }
    if (asked.ok()) {
      if (!look.stopped.empty()) return absl::FailedPreconditionError(look.stopped);
      if (look.missing.empty()) {
        session.out << (only.empty() ? "all projections are" : only + " is") << " live and at the journal's end\n";
        return absl::OkStatus();
      }
    } else if (!absl::IsUnavailable(asked)) {
      return asked;
    }
    const std::string waiting_for =
        asked.ok() ? absl::StrCat(look.records_missing, " records to fold; ", look.missing) : asked.ToString();
    const absl::Time now = absl::Now();
    if (now >= until) {
      return absl::DeadlineExceededError(
          absl::StrCat("waited ", absl::FormatDuration(*patience), " (--for); still: ", waiting_for));
    }
    if (now >= next_word) {
      session.err << waiting_for << "\n";
      next_word = now + kBetweenWords;
    }
    absl::SleepFor(std::min(kBetweenLooks, until - now));
  }
}

}  // namespace

std::vector<Command> ProjectionWaitCommands() {
  return {Command{
      .words = {"projection", "wait"},
      .summary = "wait until the projections are live and have folded what the journal holds",
      .details =
          "A service that does not answer yet is waited for too. One that is halted or diverged will not come by\n"
          "waiting: that is told at once, with exit status 1.",
      .flags = {{"service", "NAME", "", "only this service: intake, response, coordination or escalation"},
                {"for", "DURATION", "10m", "how long at most"}},
      .run = ProjectionWait}};
}

}  // namespace whistle::whistlectl
