// whistlectl case: a case's life, read and checked.
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "libs/base/status_macros.h"
#include "libs/base/time.h"
#include "libs/domain/sentence.h"
#include "tools/whistlectl/command.h"
#include "tools/whistlectl/timeline.h"

namespace whistle::whistlectl {
namespace {

std::string ServiceName(common::v1::Service service) {
  absl::string_view name = common::v1::Service_Name(service);
  absl::ConsumePrefix(&name, "SERVICE_");
  return absl::AsciiStrToLower(name);
}

std::string ActorName(const common::v1::Actor& actor) {
  switch (actor.kind()) {
    case common::v1::ACTOR_KIND_PETITIONER:
      return "petitioner";
    case common::v1::ACTOR_KIND_ORGANIZATION:
      return actor.office().empty() ? actor.organization_id()
                                    : absl::StrCat(actor.organization_id(), " (", actor.office(), ")");
    case common::v1::ACTOR_KIND_AGENDA:
      return "agenda";
    default:
      return "(not said)";
  }
}

absl::Status PrintTimeline(Session& session) {
  WHISTLE_RETURN_IF_ERROR(CheckServiceName(session.arguments.Get("service")));
  const auto at_version = session.arguments.GetNumber("at-version");
  if (!at_version.ok()) return UsageError(at_version.status().message());
  WHISTLE_ASSIGN_OR_RETURN(Client* const client, session.Connect());
  WHISTLE_ASSIGN_OR_RETURN(const auto entries, ReadTimeline(*client, session.arguments.Get("service"),
                                                            session.Operand(0), *at_version, nullptr));
  Table table(session.json() ? std::vector<std::string>{"version", "event", "recorded_at", "occurred_at", "service",
                                                        "actor", "head", "what_happened"}
                             : std::vector<std::string>{"version", "recorded_at", "occurred_at", "service", "actor",
                                                        "what_happened"});
  for (const timeline::v1::TimelineEntry& entry : entries) {
    const journal::v1::Decision& decision = entry.decision();
    for (int i = 0; i < decision.events_size(); ++i) {
      const journal::v1::Event& event = decision.events(i);
      std::vector<std::string> row{absl::StrCat(entry.version())};
      if (session.json()) row.push_back(absl::StrCat(entry.version(), ".", i + 1));
      row.push_back(base::TimeText(base::FromProto(entry.recorded_at())));
      row.push_back(base::TimeText(base::FromProto(event.occurred_at())));
      row.push_back(ServiceName(decision.service()));
      row.push_back(ActorName(decision.actor()));
      if (session.json()) row.push_back(absl::BytesToHexString(entry.head()));
      row.push_back(domain::Sentence(event));
      table.AddRow(std::move(row));
    }
  }
  session.Print(table);
  return absl::OkStatus();
}

absl::Status Verify(Session& session) {
  WHISTLE_ASSIGN_OR_RETURN(Client* const client, session.Connect());
  const std::string case_id = session.Operand(0);
  WHISTLE_ASSIGN_OR_RETURN(const Verdict verdict, VerifyCase(*client, case_id));
  if (session.json()) {
    std::string differences;
    for (const std::string& line : verdict.differences) {
      absl::StrAppend(&differences, differences.empty() ? "" : ", ", JsonString(line));
    }
    session.out << "{\"agree\": " << (verdict.agree ? "true" : "false") << ", \"case_id\": " << JsonString(case_id)
                << ", \"version\": " << verdict.version << ", \"head\": \"" << verdict.head << "\", \"differences\": ["
                << differences << "]}\n";
  } else {
    for (const std::string& line : verdict.differences) session.out << Printable(line) << "\n";
    session.out << Printable(verdict.LastLine(case_id)) << "\n";
  }
  return verdict.agree ? absl::OkStatus() : AlreadySaid();
}

}  // namespace

std::vector<Command> CaseCommands() {
  return {
      Command{.words = {"case", "timeline"},
              .operands = "ID",
              .operands_min = 1,
              .operands_max = 1,
              .summary = "everything that happened in a case, one plain sentence an event",
              .flags = {{"service", "NAME", "", "from this service's projection"},
                        {"at-version", "N", "0", "only up to this version; 0: all"}},
              .run = PrintTimeline},
      Command{
          .words = {"case", "verify"},
          .operands = "ID",
          .operands_min = 1,
          .operands_max = 1,
          .summary = "recompute a case's chain of hashes in all four services, and compare them",
          .details =
              "Ends with \"4 projections agree: case ID version N head HEX\", or says which differ and where, with\n"
              "exit status 1.",
          .run = Verify},
  };
}

}  // namespace whistle::whistlectl
