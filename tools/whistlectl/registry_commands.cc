// whistlectl registry: organizations, policy, calendar and level, as files want them and as they are in force.
#include <algorithm>
#include <map>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "libs/base/check.h"
#include "libs/base/status_macros.h"
#include "tools/scenarios/registry_apply.h"
#include "tools/scenarios/registry_file.h"
#include "tools/whistlectl/command.h"
#include "tools/whistlectl/json.h"
#include "tools/whistlectl/methods.h"
#include "tools/whistlectl/policy_rows.h"
#include "whistle/registry/v1/service.pb.h"

namespace whistle::whistlectl {
namespace {

using registry::v1::Organization;

absl::Status Apply(Session& session) {
  WHISTLE_ASSIGN_OR_RETURN(const scenarios::RegistryContent content,
                           scenarios::LoadRegistryFiles(session.arguments.operands()));
  WHISTLE_ASSIGN_OR_RETURN(Client* const client, session.Connect());
  const bool json = session.json();
  const auto tell = [&session, json](const scenarios::RegistryChange& change) {
    if (!json) session.out << Printable(change.what) << "\n";
  };
  WHISTLE_ASSIGN_OR_RETURN(const int changes,
                           scenarios::ApplyRegistry(content, *client, session.arguments.Get("as"), tell));
  if (json) {
    session.out << "{\"changes\": " << changes << "}\n";
  } else if (changes == 0) {
    session.out << "nothing to record: what the files say is in force (" << content.organizations.size()
                << " organizations" << (content.calendar ? ", the calendar" : "")
                << (content.policy ? ", the policy" : "") << ")\n";
  } else {
    session.out << changes << " change" << (changes == 1 ? "" : "s") << " recorded\n";
  }
  return absl::OkStatus();
}

std::string Plain(absl::string_view enum_name, absl::string_view prefix) {
  absl::ConsumePrefix(&enum_name, prefix);
  return absl::AsciiStrToLower(enum_name);
}

// Organizations below their superiors, indented.
class Tree {
 public:
  explicit Tree(const registry::v1::RegistryState& state) {
    for (const Organization& organization : state.organizations()) {
      below_[organization.outside_tree() ? "" : organization.superior_id()].push_back(&organization);
    }
  }

  Table Rows() {
    Add("", 0);
    return table_;
  }

 private:
  void Add(const std::string& superior, size_t depth) {
    for (const Organization* organization : below_[superior]) {
      table_.AddRow({std::string(2 * depth, ' ') + organization->organization_id(), organization->name(),
                     Plain(registry::v1::OrganizationLevel_Name(organization->level()), "ORGANIZATION_LEVEL_"),
                     Plain(registry::v1::OrganizationKind_Name(organization->kind()), "ORGANIZATION_KIND_"),
                     absl::StrCat(organization->outside_tree() ? "outside the tree" : "",
                                  organization->retired() ? "retired" : "")});
      Add(organization->organization_id(), depth + 1);
    }
  }

  std::map<std::string, std::vector<const Organization*>> below_;
  Table table_{{"organization", "name", "level", "kind", "remark"}};
};

// "China (since version 4), UTC+08:00, years 2019 to 2026".
std::string CalendarText(const registry::v1::RegistryState& state) {
  if (!state.has_calendar()) return "none yet: weekends alone are off, and days end at midnight UTC";
  const registry::v1::Calendar& calendar = state.calendar();
  std::string text = absl::StrCat(Printable(calendar.title()), " (since version ", state.calendar_version(), "), UTC",
                                  Printable(calendar.utc_offset()), calendar.years_size() == 1 ? ", year" : ", years");
  // Stretches without a gap: a year that is missing in between is seen.
  for (int i = 0; i < calendar.years_size();) {
    int last = i;
    while (last + 1 < calendar.years_size() && calendar.years(last + 1).year() == calendar.years(last).year() + 1) {
      ++last;
    }
    absl::StrAppend(&text, i == 0 ? " " : ", ", calendar.years(i).year());
    if (last > i) absl::StrAppend(&text, " to ", calendar.years(last).year());
    i = last + 1;
  }
  return text;
}

absl::Status Show(Session& session) {
  const auto method = FindMethod("registry.GetRegistry");
  WHISTLE_CHECK(method.ok(), method.status().message());
  const auto version = session.arguments.GetNumber("at-version");
  if (!version.ok()) return UsageError(version.status().message());
  WHISTLE_ASSIGN_OR_RETURN(Client* const client, session.Connect());
  registry::v1::GetRegistryRequest request;
  request.set_version(*version);
  registry::v1::GetRegistryResponse response;
  WHISTLE_RETURN_IF_ERROR(client->Call(**method, request, "", response));
  if (session.json()) {
    WHISTLE_ASSIGN_OR_RETURN(const std::string text, MessageJson(response, JsonShape::kLines));
    session.out << text << "\n";
    return absl::OkStatus();
  }
  const registry::v1::RegistryState& state = response.registry();
  session.out << "registry version " << response.version() << ", level " << std::max(1u, state.level()) << ", policy "
              << (state.has_policy()
                      ? absl::StrCat(Printable(state.policy().title()), " (since version ", state.policy_version(), ")")
                      : "none yet")
              << "\ncalendar " << CalendarText(state) << "\n\n";
  session.Print(Tree(state).Rows());
  if (!state.has_policy()) return absl::OkStatus();
  session.out << "\n";
  session.Print(PolicyTable(state.policy()));
  return absl::OkStatus();
}

// The top of the tree, on whose behalf the registry is changed unless somebody says otherwise.
absl::StatusOr<std::string> TopOfTree(Client& client) {
  const auto method = FindMethod("registry.GetRegistry");
  WHISTLE_CHECK(method.ok(), method.status().message());
  registry::v1::GetRegistryResponse response;
  WHISTLE_RETURN_IF_ERROR(client.Call(**method, registry::v1::GetRegistryRequest(), "", response));
  for (const Organization& organization : response.registry().organizations()) {
    if (!organization.outside_tree() && organization.superior_id().empty() && !organization.retired()) {
      return organization.organization_id();
    }
  }
  return absl::FailedPreconditionError(
      "the registry has no organizations yet; apply them first: whistlectl registry apply FILE");
}

absl::Status RaiseLevel(Session& session) {
  uint32_t to_level = 0;
  if (!absl::SimpleAtoi(session.Operand(0), &to_level)) {
    return UsageError(absl::StrCat("LEVEL: expected a number, found \"", session.Operand(0), "\""));
  }
  const auto method = FindMethod("registry.RaiseLevel");
  WHISTLE_CHECK(method.ok(), method.status().message());
  WHISTLE_ASSIGN_OR_RETURN(Client* const client, session.Connect());
  registry::v1::RaiseLevelRequest request;
  request.set_to_level(to_level);
  request.mutable_context()->set_request_id(NewRequestId(session.err));
  common::v1::Actor& actor = *request.mutable_context()->mutable_actor();
  actor.set_kind(common::v1::ACTOR_KIND_ORGANIZATION);
  if (session.arguments.Has("as")) {
    actor.set_organization_id(session.arguments.Get("as"));
  } else {
    WHISTLE_ASSIGN_OR_RETURN(*actor.mutable_organization_id(), TopOfTree(*client));
  }
  registry::v1::RaiseLevelResponse response;
  WHISTLE_RETURN_IF_ERROR(client->Call(**method, request, "", response));
  if (session.json()) {
    WHISTLE_ASSIGN_OR_RETURN(const std::string text, MessageJson(response.receipt(), JsonShape::kLines));
    session.out << text << "\n";
    return absl::OkStatus();
  }
  session.out << "the level is " << to_level << " from registry version " << response.receipt().version() << " on\n";
  return absl::OkStatus();
}

}  // namespace

std::vector<Command> RegistryCommands() {
  return {
      Command{.words = {"registry", "apply"},
              .operands = "DIR-or-FILE…",
              .operands_min = 1,
              .operands_max = 1000,
              .summary = "bring organizations, policy and calendar to what files say; only the difference is sent",
              .details = "The files hold `organizations`, `policy` and `calendar`; tools/scenarios/README.md has the\n"
                         "format. Organizations that no file names are left alone. Applying the same again records\n"
                         "nothing.",
              .flags = {{"as", "ORGANIZATION", "", "on whose behalf; without it: the top of the tree"}},
              .run = Apply},
      Command{.words = {"registry", "show"},
              .summary = "organizations, policy and calendar in force",
              .flags = {{"at-version", "N", "0", "as of this version of the registry; 0: now"}},
              .run = Show},
      Command{.words = {"registry", "raise-level"},
              .operands = "LEVEL",
              .operands_min = 1,
              .operands_max = 1,
              .summary = "let decisions be written in the next vocabulary, for ever",
              .details =
                  "Upgrade every instance of every service first: one that does not know the level stops at the first\n"
                  "decision written in it, says so, and goes on after its upgrade.",
              .flags = {{"as", "ORGANIZATION", "", "on whose behalf; without it: the top of the tree"}},
              .run = RaiseLevel},
  };
}

}  // namespace whistle::whistlectl
