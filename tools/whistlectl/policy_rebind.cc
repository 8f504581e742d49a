#include "tools/whistlectl/policy_rebind.h"

#include <algorithm>
#include <istream>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/base/check.h"
#include "libs/base/hash.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/status_table.h"
#include "tools/whistlectl/case_filter.h"
#include "tools/whistlectl/methods.h"
#include "tools/whistlectl/policy_rows.h"
#include "whistle/intake/v1/service.pb.h"
#include "whistle/registry/v1/service.pb.h"

namespace whistle::whistlectl {
namespace {

// Cases named in the preview; who wants all of them takes --output=json.
constexpr size_t kCasesShownMax = 50;
constexpr size_t kCasesBetweenProgress = 100;
// After so many calls in a row that nobody answered, the rest is left for the next run.
constexpr int kUnansweredMax = 3;

const google::protobuf::MethodDescriptor& Method(absl::string_view name) {
  const auto method = FindMethod(name);
  WHISTLE_CHECK(method.ok(), method.status().message());
  return **method;
}

struct Chosen {
  std::string case_id;
  std::string status;
  std::string handler_id;
  uint64_t policy_version = 0;
  std::string title;
};

// The policy that some of the chosen cases are bound to.
struct Bound {
  registry::v1::Policy policy;
  size_t cases = 0;
};

struct Plan {
  registry::v1::Policy policy;
  uint64_t policy_version = 0;
  std::vector<Chosen> cases;
  std::map<uint64_t, Bound> bound;

  std::string Name() const { return absl::StrCat("\"", policy.title(), "\" (registry version ", policy_version, ")"); }
};

std::string Count(size_t cases, absl::string_view kind = "case") {
  return absl::StrCat(cases, " ", kind, cases == 1 ? "" : "s");
}

bool IsOpen(intake::v1::CaseStatus status) {
  return status == intake::v1::CASE_STATUS_REGISTERED || status == intake::v1::CASE_STATUS_ACCEPTED;
}

// The policy in force and the open cases of the filter that are bound to an older one.
absl::StatusOr<Plan> MakePlan(Client& client, intake::v1::ListCasesRequest filter) {
  registry::v1::GetPolicyResponse in_force;
  WHISTLE_RETURN_IF_ERROR(client.Call(Method("registry.GetPolicy"), registry::v1::GetPolicyRequest(), "", in_force));
  if (!in_force.has_policy()) {
    return absl::FailedPreconditionError(
        "the registry has no policy yet; adopt one first: whistlectl registry apply deploy/policy/default.yaml");
  }
  Plan plan{.policy = in_force.policy(), .policy_version = in_force.policy_version(), .cases = {}, .bound = {}};
  filter.mutable_page()->set_size(500);
  while (true) {
    intake::v1::ListCasesResponse response;
    WHISTLE_RETURN_IF_ERROR(client.Call(Method("intake.ListCases"), filter, "", response));
    for (const intake::v1::CaseSummary& summary : response.cases()) {
      const intake::v1::CaseHeader& header = summary.header();
      if (!IsOpen(header.status()) || header.policy_version() >= plan.policy_version) continue;
      plan.cases.push_back({summary.case_id(), CaseStatusName(header.status()), header.handler().organization_id(),
                            header.policy_version(), header.title()});
      Bound& bound = plan.bound[header.policy_version()];
      if (bound.cases++ == 0) bound.policy = header.policy();
    }
    if (response.next_page_token().empty()) return plan;
    filter.mutable_page()->set_token(response.next_page_token());
  }
}

void Preview(const Plan& plan, std::ostream& out) {
  out << Count(plan.cases.size(), "open case") << (plan.cases.size() == 1 ? " is" : " are")
      << " bound to an older policy than " << Printable(plan.Name()) << "\n\n";
  Table cases({"case_id", "status", "handler", "policy_version", "title"});
  for (const Chosen& chosen : plan.cases) {
    if (cases.size() == kCasesShownMax) break;
    cases.AddRow({chosen.case_id, chosen.status, chosen.handler_id, absl::StrCat(chosen.policy_version), chosen.title});
  }
  out << cases.ToText();
  if (plan.cases.size() > kCasesShownMax) out << "… and " << plan.cases.size() - kCasesShownMax << " more\n";
  for (const auto& [version, bound] : plan.bound) {
    out << "\n"
        << Count(bound.cases) << " bound to " << Printable(absl::StrCat("\"", bound.policy.title(), "\""))
        << " (registry version " << version << "):\n";
    const std::vector<PolicyChange> changes = PolicyChanges(bound.policy, plan.policy);
    if (changes.empty()) {
      out << "no rule changes\n";
      continue;
    }
    Table table({"rule", "now", "then"});
    for (const PolicyChange& change : changes) table.AddRow({change.rule, change.now, change.then});
    out << table.ToText();
  }
  out << "\nEvery date that is set stays as it is; dates that are set from now on follow the new policy.\n";
}

// True once a person said so, or --yes did.
absl::StatusOr<bool> Confirmed(Session& session, const Plan& plan) {
  if (session.arguments.GetSwitch("yes")) return true;
  if (session.person == nullptr) {
    return UsageError("nothing was bound: there is nobody to ask here; add --yes to carry out what was shown");
  }
  session.out.flush();
  session.err << "Bind " << Count(plan.cases.size()) << " to " << Printable(plan.Name())
              << "? Type yes: " << std::flush;
  std::string answer;
  std::getline(*session.person, answer);
  return answer == "yes";
}

struct Failure {
  std::string case_id;
  std::string why;
};

struct Result {
  size_t bound = 0;
  // Another run had bound them.
  size_t bound_before = 0;
  std::vector<Failure> failures;
  size_t not_tried = 0;
};

// Sending the same again does nothing twice: the id says what was sent, and the case's own record knows it.
std::string RequestIdOf(const intake::v1::RebindPolicyRequest& request) {
  const base::Digest said = base::Sha256({request.context().actor().organization_id(), "\n", request.why()});
  return absl::StrCat("policy-rebind-", request.policy_version(), "-", said.ToShortHex());
}

bool IsUnanswered(const absl::Status& status) {
  return !rpc::DetailOf(status).has_value() &&
         (absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status) || absl::IsAborted(status));
}

Result CarryOut(Session& session, Client& client, const Plan& plan) {
  intake::v1::RebindPolicyRequest request;
  request.set_why(session.arguments.Get("why"));
  request.set_policy_version(plan.policy_version);
  common::v1::Actor& actor = *request.mutable_context()->mutable_actor();
  actor.set_kind(common::v1::ACTOR_KIND_ORGANIZATION);
  actor.set_organization_id(session.arguments.Get("as"));
  request.mutable_context()->set_request_id(RequestIdOf(request));
  Result result;
  int unanswered = 0;
  for (size_t i = 0; i < plan.cases.size(); ++i) {
    request.mutable_context()->set_case_id(plan.cases[i].case_id);
    intake::v1::RebindPolicyResponse response;
    const absl::Status status = client.Call(Method("intake.RebindPolicy"), request, "", response);
    const auto detail = rpc::DetailOf(status);
    unanswered = IsUnanswered(status) ? unanswered + 1 : 0;
    if (status.ok()) {
      ++(response.receipt().replayed() ? result.bound_before : result.bound);
    } else if (detail && detail->reason() == "policy_bound") {
      ++result.bound_before;
    } else {
      result.failures.push_back({plan.cases[i].case_id, DescribeStatus(status)});
      session.err << "case " << Printable(plan.cases[i].case_id) << ": " << Printable(result.failures.back().why)
                  << "\n";
    }
    const size_t done = i + 1;
    if (done % kCasesBetweenProgress == 0 || done == plan.cases.size()) {
      session.err << done << " of " << Count(plan.cases.size()) << "\n";
    }
    // A newer policy would be refused for every other case too: its changes are to be seen first.
    if (unanswered == kUnansweredMax || (detail && detail->reason() == "policy_changed")) {
      result.not_tried = plan.cases.size() - done;
      break;
    }
  }
  return result;
}

std::string Summary(const Plan& plan, const Result& result) {
  std::string line = absl::StrCat("bound ", Count(result.bound), " to ", plan.Name());
  if (result.bound_before > 0) absl::StrAppend(&line, ", ", result.bound_before, " bound before");
  if (!result.failures.empty()) absl::StrAppend(&line, ", ", result.failures.size(), " failed");
  if (result.not_tried > 0) absl::StrAppend(&line, ", ", result.not_tried, " not tried");
  if (!result.failures.empty()) absl::StrAppend(&line, "; the same command again goes on with these");
  return line;
}

void AppendChanges(const Plan& plan, std::string& out) {
  absl::StrAppend(&out, "\"from\": [");
  bool first = true;
  for (const auto& [version, bound] : plan.bound) {
    absl::StrAppend(&out, first ? "" : ", ", "{\"policy_version\": ", version,
                    ", \"title\": ", JsonString(bound.policy.title()), ", \"cases\": ", bound.cases,
                    ", \"changes\": [");
    first = false;
    bool first_change = true;
    for (const PolicyChange& change : PolicyChanges(bound.policy, plan.policy)) {
      absl::StrAppend(&out, first_change ? "" : ", ", "{\"rule\": ", JsonString(change.rule),
                      ", \"now\": ", JsonString(change.now), ", \"then\": ", JsonString(change.then), "}");
      first_change = false;
    }
    absl::StrAppend(&out, "]}");
  }
  absl::StrAppend(&out, "]");
}

// `result` null: only previewed.
std::string Json(const Plan& plan, const Result* result) {
  std::string out = absl::StrCat("{\"policy_version\": ", plan.policy_version,
                                 ", \"title\": ", JsonString(plan.policy.title()), ", \"cases\": [");
  for (const Chosen& chosen : plan.cases) {
    absl::StrAppend(&out, &chosen == plan.cases.data() ? "" : ", ", JsonString(chosen.case_id));
  }
  absl::StrAppend(&out, "], ");
  AppendChanges(plan, out);
  absl::StrAppend(&out, ", \"carried_out\": ", result != nullptr ? "true" : "false");
  if (result != nullptr) {
    absl::StrAppend(&out, ", \"bound\": ", result->bound, ", \"bound_before\": ", result->bound_before,
                    ", \"not_tried\": ", result->not_tried, ", \"failed\": [");
    for (const Failure& failure : result->failures) {
      absl::StrAppend(&out, &failure == result->failures.data() ? "" : ", ",
                      "{\"case_id\": ", JsonString(failure.case_id), ", \"why\": ", JsonString(failure.why), "}");
    }
    absl::StrAppend(&out, "]");
  }
  return out + "}\n";
}

absl::Status CheckFlags(const Arguments& arguments) {
  for (const char* needed : {"as", "why"}) {
    if (!arguments.Has(needed)) return UsageError(absl::StrCat("--", needed, " is missing"));
  }
  const std::vector<FlagSpec> filters = CaseFilterFlags();
  const bool filtered =
      std::any_of(filters.begin(), filters.end(), [&](const FlagSpec& flag) { return arguments.Has(flag.name); });
  if (filtered == arguments.GetSwitch("all")) {
    return UsageError("which cases? Give --handler, --status, --site, --category or --organization, or --all alone");
  }
  return absl::OkStatus();
}

absl::Status Rebind(Session& session) {
  WHISTLE_RETURN_IF_ERROR(CheckFlags(session.arguments));
  WHISTLE_ASSIGN_OR_RETURN(intake::v1::ListCasesRequest filter, CaseFilter(session.arguments));
  if (filter.status() != intake::v1::CASE_STATUS_UNSPECIFIED && !IsOpen(filter.status())) {
    return UsageError("--status is registered or accepted here: only open cases are bound to another policy");
  }
  WHISTLE_ASSIGN_OR_RETURN(Client* const client, session.Connect());
  WHISTLE_ASSIGN_OR_RETURN(const Plan plan, MakePlan(*client, std::move(filter)));
  if (plan.cases.empty()) {
    session.out << (session.json()
                        ? Json(plan, nullptr)
                        : absl::StrCat("nothing to bind: no open case that was asked for is bound to an older "
                                       "policy than ",
                                       Printable(plan.Name()), "\n"));
    return absl::OkStatus();
  }
  // Whoever confirms must have seen it; a program reads it in the answer.
  Preview(plan, session.json() ? session.err : session.out);
  const auto confirmed = Confirmed(session, plan);
  if (!confirmed.ok() || !*confirmed) {
    if (session.json()) session.out << Json(plan, nullptr);
    if (!confirmed.ok()) return confirmed.status();
    session.err << "nothing was bound\n";
    return AlreadySaid();
  }
  const Result result = CarryOut(session, *client, plan);
  session.out << (session.json() ? Json(plan, &result) : Printable(Summary(plan, result)) + "\n");
  return result.failures.empty() ? absl::OkStatus() : AlreadySaid();
}

}  // namespace

Command PolicyRebindCommand() {
  std::vector<FlagSpec> flags = {{"as", "ORGANIZATION", "", "on whose behalf: the top, or one above the handlers"},
                                 {"why", "TEXT", "", "the reason, kept in every case for ever"}};
  for (FlagSpec& flag : CaseFilterFlags()) {
    if (flag.name == "status") flag.help = "registered or accepted";
    flags.push_back(std::move(flag));
  }
  flags.push_back({"all", "", "", "every open case, in place of a filter"});
  flags.push_back({"yes", "", "", "do not ask; needed where nobody can be asked"});
  return {
      .words = {"policy", "rebind"},
      .summary = "bind the open cases that a filter picks to the policy in force",
      .details =
          "Shows the cases that are bound to an older policy and what changes for them, asks, and binds them one by\n"
          "one. Every date that is set stays; dates that are set from then on follow the new policy. Giving the\n"
          "same command again goes on where it ended. Exit status 1 if a case could not be bound.",
      .flags = std::move(flags),
      .run = Rebind};
}

}  // namespace whistle::whistlectl
