// whistlectl score: how an organization did in a period, and what each number counted.
#include <cmath>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "libs/base/check.h"
#include "libs/base/status_macros.h"
#include "libs/base/time.h"
#include "tools/whistlectl/command.h"
#include "tools/whistlectl/json.h"
#include "tools/whistlectl/methods.h"
#include "tools/whistlectl/words.h"
#include "whistle/escalation/v1/service.pb.h"

namespace whistle::whistlectl {
namespace {

namespace v1 = escalation::v1;

const google::protobuf::MethodDescriptor& Method(absl::string_view name) {
  const auto method = FindMethod(name);
  WHISTLE_CHECK(method.ok(), method.status().message());
  return **method;
}

// "12.5": days of 24 hours.
std::string Days(bool known, const google::protobuf::Duration& span) {
  return known ? absl::StrFormat("%.1f", static_cast<double>(span.seconds()) / (24 * 60 * 60)) : "";
}

void PrintNumbers(Session& session, const v1::Scores& scores) {
  std::ostream& out = session.out;
  out << Printable(scores.organization_id()) << ": what began from " << DayText(true, scores.from()) << " to before "
      << DayText(true, scores.until()) << ", and what has become of it by "
      << base::TimeText(base::FromProto(scores.now())) << "\n\n";
  Table numbers({"measure", "count"});
  for (const v1::ScoreCount& count : scores.counts()) {
    numbers.AddRow({EnumWords(*v1::ScoreMeasure_descriptor(), count.measure()), absl::StrCat(count.count())});
  }
  Table rates({"rate", "percent", "part", "whole"});
  for (const v1::ScoreRate& rate : scores.rates()) {
    rates.AddRow({EnumWords(*v1::ScoreRateKind_descriptor(), rate.kind()),
                  rate.whole() == 0 ? "-" : absl::StrFormat("%.1f", 100.0 * rate.part() / rate.whole()),
                  absl::StrCat(rate.part()), absl::StrCat(rate.whole())});
  }
  Table days({"days", "count", "median", "percentile_90", "total"});
  const auto add = [&](const char* what, const v1::ScoreSpread& spread) {
    days.AddRow({what, absl::StrCat(spread.count()), Days(spread.has_median(), spread.median()),
                 Days(spread.has_percentile_90(), spread.percentile_90()), Days(spread.has_total(), spread.total())});
  };
  add("from asked to answered", scores.answer_time());
  add("owned a case as handler", scores.dwell());
  Table findings({"finding", "standing", "lifted"});
  for (const v1::ScoreFindings& of_rule : scores.findings()) {
    findings.AddRow({EnumWords(*v1::FindingRule_descriptor(), of_rule.rule()), absl::StrCat(of_rule.standing()),
                     absl::StrCat(of_rule.lifted())});
  }
  out << numbers.ToText() << "\n" << rates.ToText() << "\n" << days.ToText();
  if (findings.size() > 0) out << "\n" << findings.ToText();
}

absl::Status ShowCases(Session& session, v1::ListScoreCasesRequest request) {
  WHISTLE_ASSIGN_OR_RETURN(Client* const client, session.Connect());
  Table table({"case_id", "event", "began_at", "outcome_event", "outcome_at", "rule"});
  request.mutable_page()->set_size(500);
  do {
    v1::ListScoreCasesResponse response;
    WHISTLE_RETURN_IF_ERROR(client->Call(Method("escalation.ListScoreCases"), request, "", response));
    for (const v1::ScoreCase& one : response.cases()) {
      table.AddRow(
          {one.case_id(), one.event_id(), DayText(true, one.began_at()), one.outcome_event_id(),
           DayText(one.has_outcome_at(), one.outcome_at()),
           one.rule() == v1::FINDING_RULE_UNSPECIFIED ? "" : EnumWords(*v1::FindingRule_descriptor(), one.rule())});
    }
    request.mutable_page()->set_token(response.next_page_token());
  } while (!request.page().token().empty());
  session.Print(table);
  return absl::OkStatus();
}

absl::Status Show(Session& session) {
  const Arguments& arguments = session.arguments;
  for (const char* needed : {"from", "until"}) {
    if (!arguments.Has(needed)) return UsageError(absl::StrCat("--", needed, " is missing"));
  }
  WHISTLE_ASSIGN_OR_RETURN(const auto from, ParseTime("from", arguments.Get("from")));
  WHISTLE_ASSIGN_OR_RETURN(const auto until, ParseTime("until", arguments.Get("until")));
  if (arguments.Has("rule") && !arguments.Has("cases")) return UsageError("--rule goes with --cases");
  if (arguments.Has("cases")) {
    v1::ListScoreCasesRequest request;
    request.set_organization_id(session.Operand(0));
    *request.mutable_from() = from;
    *request.mutable_until() = until;
    WHISTLE_ASSIGN_OR_RETURN(const int measure,
                             ParseEnum(*v1::ScoreMeasure_descriptor(), "cases", arguments.Get("cases")));
    request.set_measure(static_cast<v1::ScoreMeasure>(measure));
    if (arguments.Has("rule")) {
      WHISTLE_ASSIGN_OR_RETURN(const int rule, ParseEnum(*v1::FindingRule_descriptor(), "rule", arguments.Get("rule")));
      request.set_rule(static_cast<v1::FindingRule>(rule));
    }
    return ShowCases(session, std::move(request));
  }
  v1::GetScoresRequest request;
  request.set_organization_id(session.Operand(0));
  *request.mutable_from() = from;
  *request.mutable_until() = until;
  WHISTLE_ASSIGN_OR_RETURN(Client* const client, session.Connect());
  v1::GetScoresResponse response;
  WHISTLE_RETURN_IF_ERROR(client->Call(Method("escalation.GetScores"), request, "", response));
  if (!session.json()) {
    PrintNumbers(session, response.scores());
    return absl::OkStatus();
  }
  WHISTLE_ASSIGN_OR_RETURN(const std::string text, MessageJson(response.scores(), JsonShape::kLines));
  session.out << text << "\n";
  return absl::OkStatus();
}

}  // namespace

std::vector<Command> ScoreCommands() {
  return {Command{
      .words = {"score", "show"},
      .operands = "ORGANIZATION",
      .operands_min = 1,
      .operands_max = 1,
      .summary = "how an organization did: what began in a period, and what has become of it",
      .details =
          "Claimed and confirmed resolutions are two rates, never one. Corrections and lifted overdues are counted as\n"
          "the records say now. --cases names what one number counted.",
      .flags = {{"from", "TIME", "", "what began from then on: 2021-01-01"},
                {"until", "TIME", "", "and before then: 2022-01-01"},
                {"cases", "MEASURE", "", "the cases and events that this number counted: unanswered"},
                {"rule", "RULE", "", "with --cases=findings-standing or findings-lifted, of this rule alone"}},
      .run = Show}};
}

}  // namespace whistle::whistlectl
