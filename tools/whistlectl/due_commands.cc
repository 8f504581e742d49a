// whistlectl due: what is owed by a date, over all services.
#include <algorithm>
#include <optional>
#include <tuple>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
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

using operations::v1::DueRow;
using operations::v1::ListDueRequest;
using operations::v1::ListDueResponse;
using registry::v1::Term;

// A row, and the service that keeps it.
struct Found {
  std::string service;
  DueRow row;
};

const google::protobuf::MethodDescriptor& ListDueMethod() {
  const auto method = FindMethod("operations.ListDue");
  WHISTLE_CHECK(method.ok(), method.status().message());
  return **method;
}

// "3wd", "5d", "12h".
absl::StatusOr<Term> ParseWithin(absl::string_view text) {
  Term term;
  absl::string_view number = text;
  if (absl::ConsumeSuffix(&number, "wd")) {
    term.set_unit(registry::v1::TERM_UNIT_WORKING_DAYS);
  } else if (absl::ConsumeSuffix(&number, "d")) {
    term.set_unit(registry::v1::TERM_UNIT_CALENDAR_DAYS);
  } else if (absl::ConsumeSuffix(&number, "h")) {
    term.set_unit(registry::v1::TERM_UNIT_HOURS);
  }
  int count = 0;
  if (term.unit() == registry::v1::TERM_UNIT_UNSPECIFIED || !absl::SimpleAtoi(number, &count) || count < 1) {
    return UsageError(absl::StrCat("--within: expected working days (3wd), days (5d) or hours (12h), found \"",
                                   Printable(text), "\""));
  }
  term.set_count(count);
  return term;
}

// "2 d 3 h", "45 min": the two largest parts.
std::string Span(absl::Duration span) {
  const int64_t minutes = absl::ToInt64Minutes(span);
  if (minutes < 60) return absl::StrCat(minutes, " min");
  if (minutes < 24 * 60) return absl::StrCat(minutes / 60, " h ", minutes % 60, " min");
  return absl::StrCat(minutes / (24 * 60), " d ", minutes / 60 % 24, " h");
}

// "overdue for 2 d 3 h, on record by event 7.1", "in 5 d 0 h, warned".
std::string Standing(const DueRow& row, absl::Time now) {
  const common::v1::Obligation& owed = row.obligation();
  const absl::Time due_at = base::FromProto(owed.due().due_at());
  if (!owed.overdue_event_id().empty()) {
    const std::string record = absl::StrCat("on record by event ", owed.overdue_event_id());
    return row.overdue() ? absl::StrCat("overdue for ", Span(now - due_at), ", ", record) : record;
  }
  if (row.overdue()) return absl::StrCat("overdue for ", Span(now - due_at));
  return absl::StrCat("in ", Span(due_at - now), owed.warned_event_id().empty() ? "" : ", warned");
}

absl::StatusOr<std::vector<Found>> AskAll(Session& session, const ListDueRequest& wanted, absl::Time* now) {
  WHISTLE_ASSIGN_OR_RETURN(Client* const client, session.Connect());
  std::vector<Found> found;
  for (const std::string service : kServiceNames) {
    if (session.arguments.Has("service") && session.arguments.Get("service") != service) continue;
    ListDueRequest request = wanted;
    request.set_service(service);
    request.mutable_page()->set_size(500);
    while (true) {
      ListDueResponse response;
      WHISTLE_RETURN_IF_ERROR(client->Call(ListDueMethod(), request, service, response));
      for (const DueRow& row : response.rows()) found.push_back({service, row});
      *now = base::FromProto(response.now());
      if (response.next_page_token().empty()) break;
      request.mutable_page()->set_token(response.next_page_token());
    }
  }
  const auto order = [](const Found& one) {
    const common::v1::Obligation& owed = one.row.obligation();
    return std::make_tuple(base::FromProto(owed.due().due_at()), owed.case_id(), owed.rule(), owed.subject());
  };
  std::stable_sort(found.begin(), found.end(), [&](const Found& a, const Found& b) { return order(a) < order(b); });
  return found;
}

absl::Status Due(Session& session) {
  const Arguments& arguments = session.arguments;
  WHISTLE_RETURN_IF_ERROR(CheckServiceName(arguments.Get("service")));
  ListDueRequest request;
  request.set_organization_id(arguments.Get("organization"));
  request.set_overdue_only(arguments.GetSwitch("overdue"));
  if (arguments.Has("within")) {
    if (request.overdue_only()) return UsageError("give either --within or --overdue");
    WHISTLE_ASSIGN_OR_RETURN(*request.mutable_within(), ParseWithin(arguments.Get("within")));
  }
  absl::Time now;
  WHISTLE_ASSIGN_OR_RETURN(const std::vector<Found> found, AskAll(session, request, &now));
  Table table({"due", "standing", "rule", "organization", "case_id", "title", "subject", "service", "set_by",
               "policy_version", "calendar_version"});
  for (const Found& one : found) {
    const common::v1::Obligation& owed = one.row.obligation();
    const common::v1::DueDate& due = owed.due();
    table.AddRow({due.last_day().empty() ? base::TimeText(base::FromProto(due.due_at())) : due.last_day(),
                  Standing(one.row, now), owed.rule(),
                  owed.has_organization() ? owed.organization().organization_id() : "nobody", owed.case_id(),
                  one.row.title(), owed.subject(), one.service, owed.due_event_id(),
                  absl::StrCat(due.registry_version()), absl::StrCat(due.calendar_version())});
  }
  session.Print(table);
  return absl::OkStatus();
}

}  // namespace

std::vector<Command> DueCommands() {
  return {Command{
      .words = {"due"},
      .summary = "what is owed by a date, overdue and to come, over all services",
      .details = "A date in days is shown as its last day. What is overdue stays listed until it is settled.",
      .flags = {{"organization", "ID", "", "only what this organization owes"},
                {"within", "TIME", "",
                 "only what is due within this time: working days by the calendar in force (3wd), days (5d) or hours "
                 "(12h); what is overdue is"},
                {"overdue", "", "false", "only what is overdue"},
                {"service", "NAME", "", "only this service: intake, response, coordination or escalation"}},
      .run = Due}};
}

}  // namespace whistle::whistlectl
