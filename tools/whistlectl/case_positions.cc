#include "tools/whistlectl/case_positions.h"

#include <algorithm>
#include <string>
#include <tuple>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "libs/base/check.h"
#include "libs/base/status_macros.h"
#include "libs/domain/sentence_words.h"
#include "tools/whistlectl/findings.h"
#include "tools/whistlectl/methods.h"
#include "tools/whistlectl/words.h"
#include "whistle/response/v1/service.pb.h"

namespace whistle::whistlectl {
namespace {

using escalation::v1::Finding;
using response::v1::StatementEntry;

std::string PositionText(const response::v1::Statement& statement) {
  switch (statement.position_case()) {
    case response::v1::Statement::kHolds:
      return statement.holds() ? "it is so" : "it is not so";
    case response::v1::Statement::kValue:
      return absl::StrCat(statement.value().number(), " ", statement.value().unit());
    case response::v1::Statement::kResponsible:
      return absl::StrCat("responsible: ", domain::NamesOf(statement.responsible().organizations()));
    case response::v1::Statement::kUnknown:
      return "it is not known";
    case response::v1::Statement::POSITION_NOT_SET:
      return "";
  }
  return "";
}

std::string GroundsText(const StatementEntry& entry) {
  return absl::StrJoin(entry.grounds(), "; ", [](std::string* out, const common::v1::Grounds& grounds) {
    absl::StrAppend(out, grounds.document(), grounds.clause().empty() ? "" : " ", grounds.clause());
  });
}

std::string ReplacesText(const response::v1::Statement& statement) {
  if (statement.replaces_event_id().empty()) return "";
  return absl::StrCat(statement.replaces_event_id(), ": ", statement.replaces_why());
}

// "finding 12.1", "finding 12.1, lifted": the contradictions that the statement is part of.
std::string Contradictions(const std::vector<Finding>& findings, const StatementEntry& entry) {
  std::vector<std::string> found;
  for (const Finding& finding : findings) {
    const auto& proof = finding.raised().evidence_event_ids();
    if (finding.raised().organization().organization_id() != entry.department().organization_id() ||
        finding.raised().subject() != entry.statement().topic() ||
        std::find(proof.begin(), proof.end(), entry.response_id()) == proof.end()) {
      continue;
    }
    found.push_back(
        absl::StrCat("finding ", finding.finding_id(), finding.lifted_event_id().empty() ? "" : ", lifted"));
  }
  return absl::StrJoin(found, "; ");
}

absl::Status Show(Session& session) {
  const auto method = FindMethod("response.ListStatements");
  WHISTLE_CHECK(method.ok(), method.status().message());
  WHISTLE_ASSIGN_OR_RETURN(Client* const client, session.Connect());
  response::v1::ListStatementsRequest request;
  request.set_case_id(session.Operand(0));
  request.set_organization_id(session.arguments.Get("organization"));
  request.set_topic(session.arguments.Get("topic"));
  std::vector<StatementEntry> entries;
  escalation::v1::ListFindingsRequest contradictions;
  do {
    response::v1::ListStatementsResponse response;
    WHISTLE_RETURN_IF_ERROR(client->Call(**method, request, "", response));
    entries.insert(entries.end(), response.statements().begin(), response.statements().end());
    request.mutable_page()->set_token(response.next_page_token());
    // The findings are asked for of what the statements reflect at least.
    if (response.positions_size() > 0) {
      *contradictions.mutable_options()->mutable_min_position() = response.positions(0);
    }
  } while (!request.page().token().empty());
  contradictions.set_case_id(session.Operand(0));
  contradictions.set_rule(escalation::v1::FINDING_RULE_CONTRADICTION);
  bool more = false;
  WHISTLE_ASSIGN_OR_RETURN(const std::vector<Finding> findings, ReadFindings(*client, contradictions, 0, &more));

  // By topic and organization; within them as they were entered.
  std::stable_sort(entries.begin(), entries.end(), [](const StatementEntry& a, const StatementEntry& b) {
    return std::forward_as_tuple(a.statement().topic(), a.department().organization_id()) <
           std::forward_as_tuple(b.statement().topic(), b.department().organization_id());
  });
  Table table({"topic", "organization", "stated", "event", "position", "text", "grounds", "replaces", "contradiction"});
  for (const StatementEntry& entry : entries) {
    const response::v1::Statement& statement = entry.statement();
    table.AddRow({statement.topic(), entry.department().organization_id(), DayText(true, entry.occurred_at()),
                  entry.response_id(), PositionText(statement), statement.text(), GroundsText(entry),
                  ReplacesText(statement), Contradictions(findings, entry)});
  }
  session.Print(table);
  return absl::OkStatus();
}

}  // namespace

Command CasePositionsCommand() {
  return Command{
      .words = {"case", "positions"},
      .operands = "ID",
      .operands_min = 1,
      .operands_max = 1,
      .summary = "what each organization stated on a case, topic by topic, and what contradicts what",
      .details = "Every version stays, in the order it was entered, with what it rests on, what it replaces and why.",
      .flags = {{"organization", "ID", "", "only what this organization stated"},
                {"topic", "TOPIC", "", "only what was stated on this topic"}},
      .run = Show};
}

}  // namespace whistle::whistlectl
