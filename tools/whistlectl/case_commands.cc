// whistlectl case: a case's life, read and checked.
#include <algorithm>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "libs/base/check.h"
#include "libs/base/status_macros.h"
#include "libs/base/time.h"
#include "libs/domain/sentence.h"
#include "tools/whistlectl/case_diff.h"
#include "tools/whistlectl/case_filter.h"
#include "tools/whistlectl/case_moment.h"
#include "tools/whistlectl/case_positions.h"
#include "tools/whistlectl/case_view.h"
#include "tools/whistlectl/command.h"
#include "tools/whistlectl/json.h"
#include "tools/whistlectl/methods.h"
#include "tools/whistlectl/timeline.h"
#include "tools/whistlectl/words.h"
#include "whistle/intake/v1/service.pb.h"

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

// Which stretch of the timeline the flags ask for.
absl::StatusOr<timeline::v1::GetTimelineRequest> TimelineRequest(const Session& session) {
  timeline::v1::GetTimelineRequest request;
  request.set_case_id(session.Operand(0));
  WHISTLE_ASSIGN_OR_RETURN(const std::optional<common::v1::AsOf> as_of, ReadAsOf(session.arguments));
  if (as_of && as_of->has_at_version()) request.set_at_version(as_of->at_version());
  if (as_of && as_of->has_recorded_by()) *request.mutable_recorded_by() = as_of->recorded_by();
  if (!session.arguments.Has("occurred-by")) return request;
  if (as_of) return UsageError("--occurred-by goes without --at-version and --recorded-by: give one of the three");
  WHISTLE_ASSIGN_OR_RETURN(*request.mutable_occurred_by(),
                           ParseTime("occurred-by", session.arguments.Get("occurred-by")));
  return request;
}

// Of a timeline by what had occurred, only those events.
bool IsAskedFor(const timeline::v1::GetTimelineRequest& request, const timeline::v1::TimelineEntry& entry,
                const std::string& event_id) {
  const auto& occurred = entry.occurred_event_ids();
  return !request.has_occurred_by() || std::find(occurred.begin(), occurred.end(), event_id) != occurred.end();
}

absl::Status PrintTimeline(Session& session) {
  WHISTLE_RETURN_IF_ERROR(CheckServiceName(session.arguments.Get("service")));
  WHISTLE_ASSIGN_OR_RETURN(const timeline::v1::GetTimelineRequest request, TimelineRequest(session));
  WHISTLE_ASSIGN_OR_RETURN(Client* const client, session.Connect());
  WHISTLE_ASSIGN_OR_RETURN(const Timeline timeline, ReadTimeline(*client, session.arguments.Get("service"), request));
  Table table(session.json() ? std::vector<std::string>{"version", "event", "recorded_at", "occurred_at", "service",
                                                        "actor", "head", "what_happened"}
                             : std::vector<std::string>{"version", "recorded_at", "occurred_at", "service", "actor",
                                                        "what_happened"});
  for (const timeline::v1::TimelineEntry& entry : timeline.entries) {
    const journal::v1::Decision& decision = entry.decision();
    for (int i = 0; i < decision.events_size(); ++i) {
      const journal::v1::Event& event = decision.events(i);
      const std::string event_id = absl::StrCat(entry.version(), ".", i + 1);
      if (!IsAskedFor(request, entry, event_id)) continue;
      std::vector<std::string> row{absl::StrCat(entry.version())};
      if (session.json()) row.push_back(event_id);
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
  // Beside the list, which is a JSON array of events.
  if (request.has_occurred_by()) {
    session.err << "what had occurred by then as known now, up to version " << timeline.as_of->version()
                << ": an entry made later may change it\n";
  } else if (timeline.as_of) {
    session.err << "as of " << MomentText(*timeline.as_of) << "\n";
  }
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

const google::protobuf::MethodDescriptor& Method(absl::string_view name) {
  const auto method = FindMethod(name);
  WHISTLE_CHECK(method.ok(), method.status().message());
  return **method;
}

std::string TimeOf(const google::protobuf::Timestamp& time) { return base::TimeText(base::FromProto(time)); }

absl::Status Register(Session& session) {
  const Arguments& arguments = session.arguments;
  for (const char* needed : {"title", "demand", "category", "site-id", "site-name"}) {
    if (!arguments.Has(needed)) return UsageError(absl::StrCat("--", needed, " is missing"));
  }
  intake::v1::RegisterCaseRequest request;
  request.set_title(arguments.Get("title"));
  request.set_demand(arguments.Get("demand"));
  request.set_category(arguments.Get("category"));
  request.mutable_site()->set_site_id(arguments.Get("site-id"));
  request.mutable_site()->set_name(arguments.Get("site-name"));
  common::v1::CommandContext& context = *request.mutable_context();
  context.set_request_id(arguments.Has("request-id") ? arguments.Get("request-id") : NewRequestId(session.err));
  common::v1::Actor& actor = *context.mutable_actor();
  if (arguments.Get("as") == "petitioner") {
    actor.set_kind(common::v1::ACTOR_KIND_PETITIONER);
  } else {
    actor.set_kind(common::v1::ACTOR_KIND_ORGANIZATION);
    actor.set_organization_id(arguments.Get("as"));
  }
  if (arguments.Has("occurred-at")) {
    const auto occurred_at = base::TimeFromText(arguments.Get("occurred-at"));
    if (!occurred_at.ok()) return UsageError(absl::StrCat("--occurred-at: ", occurred_at.status().message()));
    *context.mutable_occurred_at() = base::ToProto(*occurred_at);
  }
  WHISTLE_ASSIGN_OR_RETURN(Client* const client, session.Connect());
  intake::v1::RegisterCaseResponse response;
  WHISTLE_RETURN_IF_ERROR(client->Call(Method("intake.RegisterCase"), request, "", response));
  const common::v1::Receipt& receipt = response.receipt();
  if (session.json()) {
    WHISTLE_ASSIGN_OR_RETURN(const std::string text, MessageJson(receipt, JsonShape::kLines));
    session.out << text << "\n";
    return absl::OkStatus();
  }
  session.out << "case " << Printable(receipt.case_id()) << " version " << receipt.version() << " head "
              << absl::BytesToHexString(receipt.head()) << (receipt.replayed() ? " (registered before)" : "") << "\n";
  return absl::OkStatus();
}

absl::Status Show(Session& session) {
  WHISTLE_ASSIGN_OR_RETURN(const std::optional<common::v1::AsOf> as_of, ReadAsOf(session.arguments));
  WHISTLE_ASSIGN_OR_RETURN(Client* const client, session.Connect());
  WHISTLE_ASSIGN_OR_RETURN(const CaseView view, ReadCaseView(*client, session.Operand(0), as_of));
  return PrintCaseView(session, view);
}

absl::Status List(Session& session) {
  const Arguments& arguments = session.arguments;
  const auto limit = arguments.GetNumber("limit");
  if (!limit.ok()) return UsageError(limit.status().message());
  WHISTLE_ASSIGN_OR_RETURN(intake::v1::ListCasesRequest request, CaseFilter(arguments));
  WHISTLE_ASSIGN_OR_RETURN(Client* const client, session.Connect());
  Table table(
      {"case_id", "status", "since", "days", "handler", "handler_days", "category", "site", "contacts", "title"});
  bool more = false;
  while (table.size() < *limit) {
    request.mutable_page()->set_size(static_cast<int>(std::min<uint64_t>(*limit - table.size(), 500)));
    intake::v1::ListCasesResponse response;
    WHISTLE_RETURN_IF_ERROR(client->Call(Method("intake.ListCases"), request, "", response));
    for (const intake::v1::CaseSummary& summary : response.cases()) {
      const intake::v1::CaseHeader& header = summary.header();
      table.AddRow({summary.case_id(), CaseStatusName(header.status()), TimeOf(header.status_since()),
                    absl::StrCat(summary.clocks().statutory_days()), header.handler().name(),
                    summary.clocks().dwells().empty() ? "" : DwellText(summary.clocks().dwells(0)), header.category(),
                    header.site().site_id(), absl::StrCat(summary.contact_count()), header.title()});
    }
    request.mutable_page()->set_token(response.next_page_token());
    more = !response.next_page_token().empty();
    if (!more) break;
  }
  session.Print(table);
  if (more) session.err << "there are more: --limit=" << 10 * *limit << "\n";
  return absl::OkStatus();
}

}  // namespace

std::vector<Command> CaseCommands() {
  std::vector<FlagSpec> list_flags = CaseFilterFlags();
  list_flags.push_back({"limit", "N", "100", "how many at the most"});
  std::vector<FlagSpec> timeline_flags = AsOfFlags();
  timeline_flags.push_back({"occurred-by", "TIME", "", "what had happened in the world by this time"});
  timeline_flags.push_back({"service", "NAME", "", "from this service's projection"});
  return {
      Command{.words = {"case", "register"},
              .summary = "begin a case",
              .details = "Texts are permanent: no names, phones or addresses of persons.",
              .flags = {{"title", "TEXT", "", "a short title"},
                        {"demand", "TEXT", "", "what is demanded"},
                        {"category", "WORD", "", "the kind of matter: gas-supply"},
                        {"site-id", "ID", "", "a stable id of the place"},
                        {"site-name", "TEXT", "", "its name"},
                        {"as", "ORGANIZATION", "petitioner", "who acts: petitioner, or an organization"},
                        {"occurred-at", "TIME", "", "when the demand was raised; without it: now"},
                        {"request-id", "ID", "", "to send the same command again; without it one is made and told"}},
              .run = Register},
      Command{
          .words = {"case", "show"},
          .operands = "ID",
          .operands_min = 1,
          .operands_max = 1,
          .summary = "where a case stands and by when what is owed, as all four services see it",
          .details =
              "As of the past it says how each of them saw it then, with the clocks of that moment; what is of other\n"
              "cases (those that it took in, or that were linked to it) is left out.",
          .flags = AsOfFlags(),
          .run = Show},
      Command{.words = {"case", "list"},
              .summary = "the cases that fit every flag that is given",
              .flags = list_flags,
              .run = List},
      Command{.words = {"case", "timeline"},
              .operands = "ID",
              .operands_min = 1,
              .operands_max = 1,
              .summary = "everything that happened in a case, one plain sentence an event",
              .details = "By recorded time it is what the records said then. By occurred time it is what had happened "
                         "by then, as\n"
                         "known now: late entries and corrected times count.",
              .flags = timeline_flags,
              .run = PrintTimeline},
      CaseDiffCommand(),
      CasePositionsCommand(),
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
