// whistlectl finding: what the rules that look have found, with the events that prove it and what was answered.
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "libs/base/check.h"
#include "libs/base/status_macros.h"
#include "libs/domain/context.h"
#include "libs/domain/sentence.h"
#include "libs/domain/sentence_words.h"
#include "tools/whistlectl/command.h"
#include "tools/whistlectl/findings.h"
#include "tools/whistlectl/json.h"
#include "tools/whistlectl/timeline.h"
#include "tools/whistlectl/words.h"

namespace whistle::whistlectl {
namespace {

namespace v1 = escalation::v1;

std::string RuleWords(const v1::Finding& finding) {
  return EnumWords(*v1::FindingRule_descriptor(), finding.raised().rule());
}

absl::Status List(Session& session) {
  const Arguments& arguments = session.arguments;
  const auto limit = arguments.GetNumber("limit");
  if (!limit.ok()) return UsageError(limit.status().message());
  v1::ListFindingsRequest request;
  request.set_case_id(arguments.Get("case"));
  request.set_organization_id(arguments.Get("organization"));
  request.set_standing_only(arguments.GetSwitch("standing"));
  if (arguments.Has("rule")) {
    WHISTLE_ASSIGN_OR_RETURN(const int rule, ParseEnum(*v1::FindingRule_descriptor(), "rule", arguments.Get("rule")));
    request.set_rule(static_cast<v1::FindingRule>(rule));
  }
  if (arguments.Has("from")) {
    WHISTLE_ASSIGN_OR_RETURN(*request.mutable_raised_from(), ParseTime("from", arguments.Get("from")));
  }
  if (arguments.Has("until")) {
    WHISTLE_ASSIGN_OR_RETURN(*request.mutable_raised_until(), ParseTime("until", arguments.Get("until")));
  }
  WHISTLE_ASSIGN_OR_RETURN(Client* const client, session.Connect());
  bool more = false;
  WHISTLE_ASSIGN_OR_RETURN(const std::vector<v1::Finding> findings, ReadFindings(*client, request, *limit, &more));
  Table table({"raised", "rule", "organization", "case_id", "finding", "what", "evidence", "answers", "lifted_by"});
  for (const v1::Finding& finding : findings) {
    const v1::FindingRaised& raised = finding.raised();
    table.AddRow({DayText(true, finding.raised_at()), RuleWords(finding), raised.organization().organization_id(),
                  finding.case_id(), finding.finding_id(), raised.text(),
                  absl::StrJoin(raised.evidence_event_ids(), " "), absl::StrCat(finding.answers_size()),
                  finding.lifted_event_id()});
  }
  session.Print(table);
  if (more) session.err << "there are more: --limit=" << 10 * *limit << "\n";
  return absl::OkStatus();
}

// "  12.1  2021-07-15  The gas company answers: …"
void Tell(std::ostream& out, const std::vector<timeline::v1::TimelineEntry>& timeline, const std::string& event_id) {
  const auto parts = domain::ParseEventId(event_id);
  if (!parts || parts->version.value < 1 || parts->version.value > timeline.size() ||
      parts->number > timeline[parts->version.value - 1].decision().events_size()) {
    out << "  " << Printable(event_id) << "  (not in the timeline)\n";
    return;
  }
  const journal::v1::Event& event = timeline[parts->version.value - 1].decision().events(parts->number - 1);
  out << "  " << event_id << "  " << DayText(true, event.occurred_at()) << "  " << Printable(domain::Sentence(event))
      << "\n";
}

void Print(std::ostream& out, const v1::Finding& finding, const std::vector<timeline::v1::TimelineEntry>& timeline) {
  const v1::FindingRaised& raised = finding.raised();
  out << "finding " << finding.finding_id() << " of case " << Printable(finding.case_id()) << ": " << RuleWords(finding)
      << (finding.lifted_event_id().empty() ? ", stands" : ", lifted") << "\n"
      << "  raised " << DayText(true, finding.raised_at()) << ", about "
      << (raised.has_organization() ? Printable(domain::NameOf(raised.organization())) : "the case as a whole");
  if (!raised.others().empty()) out << ", with " << Printable(domain::NamesOf(raised.others()));
  out << "\n  " << Printable(raised.text()) << "\n";
  if (raised.threshold() > 0) {
    out << "  counted " << raised.count() << ", the policy says " << raised.threshold()
        << (raised.has_counted_from() ? absl::StrCat(", from ", DayText(true, raised.counted_from())) : "") << "\n";
  }
  out << "\nproved by\n";
  for (const std::string& event_id : raised.evidence_event_ids()) Tell(out, timeline, event_id);
  out << "\nanswers" << (finding.answers().empty() ? ": none" : "") << "\n";
  for (const v1::FindingAnswer& answer : finding.answers()) {
    out << "  " << answer.event_id() << "  " << DayText(true, answer.answered_at()) << "  "
        << Printable(domain::Begin(domain::NameOf(answer.answered().answered_by()))) << ": "
        << Printable(absl::StrCat(answer.answered().text(), domain::On(answer.answered().grounds()))) << "\n";
  }
  if (finding.lifted_event_id().empty()) return;
  out << "\nlifted by " << finding.lifted_event_id() << ": " << Printable(finding.lifted().why()) << "\n";
  Tell(out, timeline, finding.lifted().proof_event_id());
}

absl::Status Show(Session& session) {
  WHISTLE_ASSIGN_OR_RETURN(Client* const client, session.Connect());
  v1::ListFindingsRequest request;
  request.set_case_id(session.Operand(0));
  bool more = false;
  WHISTLE_ASSIGN_OR_RETURN(const std::vector<v1::Finding> findings, ReadFindings(*client, request, 0, &more));
  for (const v1::Finding& finding : findings) {
    if (finding.finding_id() != session.Operand(1)) continue;
    if (session.json()) {
      WHISTLE_ASSIGN_OR_RETURN(const std::string text, MessageJson(finding, JsonShape::kLines));
      session.out << text << "\n";
      return absl::OkStatus();
    }
    WHISTLE_ASSIGN_OR_RETURN(const auto timeline, ReadTimeline(*client, "escalation", session.Operand(0), 0, nullptr));
    Print(session.out, finding, timeline);
    return absl::OkStatus();
  }
  return absl::NotFoundError(absl::StrCat("case ", session.Operand(0), " has no finding ", session.Operand(1),
                                          "; whistlectl finding list --case=", session.Operand(0), " lists them"));
}

}  // namespace

std::vector<Command> FindingCommands() {
  return {
      Command{.words = {"finding", "list"},
              .summary = "what the rules found, by case, organization, rule and date",
              .details = "In order of case and then of time. A finding that a correction or a late entry disproved\n"
                         "stays listed, with the event that lifted it.",
              .flags = {{"case", "ID", "", "only of this case"},
                        {"organization", "ID", "", "only about this organization"},
                        {"rule", "RULE", "", "only of this rule: silence"},
                        {"from", "TIME", "", "only those raised from then on: 2021-01-01"},
                        {"until", "TIME", "", "only those raised before then"},
                        {"standing", "", "false", "only those that stand"},
                        {"limit", "N", "100", "how many at the most"}},
              .run = List},
      Command{.words = {"finding", "show"},
              .operands = "CASE ID",
              .operands_min = 2,
              .operands_max = 2,
              .summary = "one finding: the events that prove it, in sentences, and what was answered",
              .run = Show}};
}

}  // namespace whistle::whistlectl
