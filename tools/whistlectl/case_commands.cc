// whistlectl case: a case's life, read and checked.
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "libs/base/check.h"
#include "libs/base/status_macros.h"
#include "libs/base/time.h"
#include "libs/domain/sentence.h"
#include "tools/whistlectl/case_dates.h"
#include "tools/whistlectl/case_filter.h"
#include "tools/whistlectl/case_looked_at.h"
#include "tools/whistlectl/case_positions.h"
#include "tools/whistlectl/command.h"
#include "tools/whistlectl/json.h"
#include "tools/whistlectl/methods.h"
#include "tools/whistlectl/timeline.h"
#include "whistle/coordination/v1/service.pb.h"
#include "whistle/escalation/v1/service.pb.h"
#include "whistle/intake/v1/service.pb.h"
#include "whistle/response/v1/service.pb.h"

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

// One line of `case show`: what the four services have open.
void ShowOpen(Session& session, absl::string_view what, int count) {
  if (count > 0) session.out << "  open " << what << ": " << count << "\n";
}

// "12 working days".
std::string DwellText(const intake::v1::Dwell& dwell) {
  return absl::StrCat(dwell.days(), dwell.working_days() ? " working day" : " day", dwell.days() == 1 ? "" : "s");
}

// The two clocks of a case: a line for the statutory one, and one for each owner in turn.
void ShowClocks(std::ostream& out, const intake::v1::Clocks& clocks) {
  out << "  statutory clock: " << clocks.statutory_days() << (clocks.statutory_days() == 1 ? " day" : " days")
      << " from " << TimeOf(clocks.statutory_from())
      << (clocks.has_statutory_until() ? absl::StrCat(" to ", TimeOf(clocks.statutory_until()))
                                       : absl::StrCat(", going on at ", TimeOf(clocks.now())))
      << "\n";
  for (const intake::v1::Dwell& dwell : clocks.dwells()) {
    out << "  with " << Printable(dwell.owner().name()) << ": " << DwellText(dwell) << " from " << TimeOf(dwell.from())
        << (dwell.has_until() ? absl::StrCat(" to ", TimeOf(dwell.until())) : ", still") << "\n";
  }
}

absl::Status Show(Session& session) {
  WHISTLE_ASSIGN_OR_RETURN(Client* const client, session.Connect());
  const std::string case_id = session.Operand(0);
  intake::v1::GetCaseRequest intake_request;
  intake_request.set_case_id(case_id);
  intake::v1::GetCaseResponse intake_response;
  WHISTLE_RETURN_IF_ERROR(client->Call(Method("intake.GetCase"), intake_request, "", intake_response));
  // The others are asked for what intake reflects at least.
  common::v1::ReadOptions options;
  if (intake_response.positions_size() > 0) *options.mutable_min_position() = intake_response.positions(0);
  response::v1::GetResponseCaseRequest response_request;
  response_request.set_case_id(case_id);
  *response_request.mutable_options() = options;
  response::v1::GetResponseCaseResponse response_response;
  WHISTLE_RETURN_IF_ERROR(client->Call(Method("response.GetResponseCase"), response_request, "", response_response));
  coordination::v1::GetCoordinationCaseRequest coordination_request;
  coordination_request.set_case_id(case_id);
  *coordination_request.mutable_options() = options;
  coordination::v1::GetCoordinationCaseResponse coordination_response;
  WHISTLE_RETURN_IF_ERROR(
      client->Call(Method("coordination.GetCoordinationCase"), coordination_request, "", coordination_response));
  escalation::v1::GetEscalationCaseRequest escalation_request;
  escalation_request.set_case_id(case_id);
  *escalation_request.mutable_options() = options;
  escalation::v1::GetEscalationCaseResponse escalation_response;
  WHISTLE_RETURN_IF_ERROR(
      client->Call(Method("escalation.GetEscalationCase"), escalation_request, "", escalation_response));
  if (session.json()) {
    std::string out = "{";
    const std::pair<const char*, const google::protobuf::Message*> parts[] = {
        {"intake", &intake_response.case_()},
        {"response", &response_response.response_case()},
        {"coordination", &coordination_response.coordination_case()},
        {"escalation", &escalation_response.escalation_case()}};
    for (const auto& [name, message] : parts) {
      WHISTLE_ASSIGN_OR_RETURN(const std::string text, MessageJson(*message, JsonShape::kOneLine));
      absl::StrAppend(&out, out.size() == 1 ? "\n" : ",\n", JsonString(name), ": ", text);
    }
    session.out << out << "\n}\n";
    return absl::OkStatus();
  }
  const intake::v1::Case& found = intake_response.case_();
  const intake::v1::IntakeState& state = found.state();
  const intake::v1::CaseHeader& header = state.header();
  const escalation::v1::EscalationCase& account = escalation_response.escalation_case();
  std::ostream& out = session.out;
  out << "case " << Printable(case_id) << ": " << Printable(header.title()) << "\n"
      << "  " << CaseStatusName(header.status())
      << (account.account_status() == escalation::v1::ACCOUNT_STATUS_CLOSED_WITH_OPEN_ACCOUNT ? ", with open account"
                                                                                              : "")
      << " since " << TimeOf(header.status_since()) << "\n"
      << "  registered " << TimeOf(header.registered_at()) << ", " << Printable(header.category()) << ", at "
      << Printable(header.site().name()) << "\n"
      << "  handler " << (header.has_handler() ? Printable(header.handler().name()) : "none");
  if (header.has_handler()) out << " since " << TimeOf(header.handler_since());
  out << "\n";
  ShowClocks(out, found.clocks());
  out << "  demand: " << Printable(found.demand()) << "\n"
      << "  contacts " << found.contact_count_with_merged() << ", petitioners " << found.petitioner_count_with_merged()
      << ", evidence " << state.evidence_count() << ", linked cases " << state.linked_case_ids_size() << "\n";
  const response::v1::ResponseState& answers = response_response.response_case().state();
  const coordination::v1::CoordinationState& joint = coordination_response.coordination_case().state();
  out << "  assignments " << answers.assignment_count() << " (overdue " << answers.overdue_count() << "), responses "
      << answers.response_count() << ", conditions " << answers.condition_count() << ", meetings "
      << joint.meeting_count() << " (deadlocked " << joint.deadlocked_count() << ")\n";
  ShowOpen(session, "assignments", answers.open_assignments_size());
  ShowOpen(session, "conditions", answers.open_conditions_size());
  ShowOpen(session, "whistles", joint.open_whistles_size());
  ShowOpen(session, "commitments", joint.open_commitments_size());
  ShowOpen(session, "items", joint.open_items_size());
  ShowOpen(session, "suggestion letters", account.letters_size());
  ShowOpen(session, "referrals", account.referrals_size());
  ShowOpen(session, "accountability files", account.files_size());
  ShowOpen(session, "hazards", account.hazards_size());
  out << CaseLookedAt(account);
  out << "  policy " << Printable(header.policy().title()) << " (registry version " << header.policy_version() << ")\n"
      << "  version " << found.version() << " head " << absl::BytesToHexString(found.head()) << "\n\n"
      << CaseDates(state, answers, joint, account).ToText();
  return absl::OkStatus();
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
      Command{.words = {"case", "show"},
              .operands = "ID",
              .operands_min = 1,
              .operands_max = 1,
              .summary = "where a case stands and by when what is owed, as all four services see it",
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
              .flags = {{"service", "NAME", "", "from this service's projection"},
                        {"at-version", "N", "0", "only up to this version; 0: all"}},
              .run = PrintTimeline},
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
