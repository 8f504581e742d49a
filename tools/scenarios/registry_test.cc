#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tools/scenarios/fake_services.h"
#include "tools/scenarios/registry_apply.h"
#include "tools/scenarios/registry_file.h"

namespace whistle::scenarios {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char kOrganizations[] = R"(organizations:
  - {organization_id: developer, name: Developer, kind: enterprise, outside_tree: true}
  - {organization_id: branch, name: Branch, level: city, kind: enterprise, superior_id: network}
  - {organization_id: network, name: Network, level: province, kind: enterprise, superior_id: gansu}
  - {organization_id: gansu, name: Gansu, level: province, kind: government}
)";

// The policy that ships, below the organizations above.
std::string WithPolicy() {
  std::ifstream file(POLICY_FILE);
  std::stringstream text;
  text << kOrganizations << file.rdbuf();
  return text.str();
}

absl::StatusOr<RegistryContent> Content(const std::string& text) {
  RegistryContent content;
  const Reading reading{.file = "orgs.yaml", .zone = absl::UTCTimeZone(), .fill = nullptr};
  const auto node = LoadYamlText(text, "orgs.yaml");
  if (!node.ok()) return node.status();
  const absl::Status status = AddRegistryContent(reading, *node, "", content);
  if (!status.ok()) return status;
  return content;
}

// What is in force once everything of `content` was carried out.
registry::v1::RegistryState InForce(const RegistryContent& content) {
  registry::v1::RegistryState state;
  for (const auto& organization : content.organizations) *state.add_organizations() = organization;
  if (content.policy) *state.mutable_policy() = *content.policy;
  return state;
}

std::vector<std::string> Plan(const registry::v1::RegistryState& in_force, const RegistryContent& content) {
  const auto changes = PlanRegistry(in_force, content);
  if (!changes.ok()) return {std::string(changes.status().message())};
  std::vector<std::string> lines;
  for (const RegistryChange& change : *changes) lines.push_back(change.what);
  return lines;
}

TEST(RegistryPlanTest, SuperiorsComeBeforeThoseBelowThemAndTheTreeBeforeWhatStandsOutside) {
  EXPECT_THAT(Plan({}, *Content(WithPolicy())),
              ElementsAre("add gansu (Gansu)", "add network (Network)", "add branch (Branch)",
                          "add developer (Developer)", "adopt the policy Whistle's default policy"));
}

TEST(RegistryPlanTest, TheSameAgainNeedsNothing) {
  const RegistryContent content = *Content(WithPolicy());
  EXPECT_THAT(Plan(InForce(content), content), IsEmpty());
}

TEST(RegistryPlanTest, OnlyTheDifferenceIsSent) {
  registry::v1::RegistryState in_force = InForce(*Content(WithPolicy()));
  RegistryContent content = *Content(WithPolicy());
  content.organizations[1].set_name("Lanzhou branch");
  content.organizations[1].set_superior_id("gansu");
  content.policy->set_warn_percent(80);
  EXPECT_THAT(Plan(in_force, content), ElementsAre("change branch (Lanzhou branch)", "move branch below gansu",
                                                   "adopt the policy Whistle's default policy"));
}

TEST(RegistryPlanTest, ACalendarIsAdoptedOnceAndAgainOnlyWhenItHasChanged) {
  const std::string text =
      "calendar:\n  title: China\n  utc_offset: \"+08:00\"\n  years:\n"
      "    - {year: 2024, source: notice, days_off: [\"2024-01-01\"]}\n";
  const RegistryContent content = *Content(text);
  EXPECT_THAT(Plan({}, content), ElementsAre("adopt the calendar China"));
  registry::v1::RegistryState in_force;
  *in_force.mutable_calendar() = *content.calendar;
  EXPECT_THAT(Plan(in_force, content), IsEmpty());
  in_force.mutable_calendar()->mutable_years(0)->add_workdays("2024-02-04");
  EXPECT_THAT(Plan(in_force, content), ElementsAre("adopt the calendar China"));
}

TEST(RegistryPlanTest, WhatNoFileNamesIsLeftAlone) {
  registry::v1::RegistryState in_force = InForce(*Content(kOrganizations));
  EXPECT_THAT(
      Plan(in_force, *Content("organizations:\n  - {organization_id: gansu, name: Gansu, level: province, kind: "
                              "government}\n")),
      IsEmpty());
}

TEST(RegistryPlanTest, AnUnknownSuperiorNamesItsLine) {
  EXPECT_THAT(Plan({}, *Content("organizations:\n  - {organization_id: a, superior_id: b}\n")),
              ElementsAre("orgs.yaml:2: superior_id: there is no organization b, neither in the files nor in force"));
}

TEST(RegistryPlanTest, ACircleNamesItsLine) {
  EXPECT_THAT(Plan({}, *Content("organizations:\n  - {organization_id: a, superior_id: b}\n  - {organization_id: b, "
                                "superior_id: a}\n")),
              ElementsAre("orgs.yaml:2: a stands, through its superiors, below itself"));
}

TEST(RegistryPlanTest, ARetiredIdIsNeverUsedAgain) {
  registry::v1::RegistryState in_force = InForce(*Content(kOrganizations));
  in_force.mutable_organizations(1)->set_retired(true);
  EXPECT_THAT(Plan(in_force, *Content(kOrganizations)),
              ElementsAre("orgs.yaml:3: branch was retired, and an id is never used again"));
}

TEST(RegistryFileTest, AWrongFieldNamesItsLine) {
  EXPECT_THAT(
      std::string(Content("organizations:\n  - {organization_id: a, levl: city}\n").status().message()),
      HasSubstr("orgs.yaml:2: organizations[0].levl: whistle.registry.v1.Organization has no such field; did you "
                "mean level?"));
  EXPECT_THAT(std::string(Content("organizations:\n  - {organization_id: a, level: village}\n").status().message()),
              HasSubstr("orgs.yaml:2: organizations[0].level: \"village\" is none of: community, street, district"));
  EXPECT_THAT(std::string(Content("policy:\n  response: {count: five}\n").status().message()),
              HasSubstr("orgs.yaml:2: policy.response.count: expected a whole number, found \"five\""));
}

TEST(RegistryFileTest, APolicyThatCouldNotBeAdoptedNamesTheLineBeforeAnythingIsSent) {
  const std::string text = WithPolicy();
  const auto error = [&](const std::string& from, const std::string& to) {
    std::string changed = text;
    EXPECT_EQ(absl::StrReplaceAll({{from, to}}, &changed), 1) << from;
    return std::string(Content(changed).status().message());
  };
  const auto line = [&](const std::string& words) {
    return absl::StrCat("orgs.yaml:", 1 + std::count(text.begin(), text.begin() + text.find(words), '\n'), ": ");
  };
  EXPECT_EQ(error("no_owner: {count: 10", "no_owner: {count: 0"),
            line("no_owner: {count") + "policy.no_owner.count: expected 1 to 3650, found 0 or nothing");
  EXPECT_EQ(
      error("{when: after, after: 2, source: ours}}\n    hollow", "{when: after, source: ours}}\n    hollow"),
      line("silence: {escalates") + "policy.findings.silence.escalates.after: expected 1 to 64, found 0 or nothing");
  // What is missing is missing from the mapping that should hold it.
  EXPECT_EQ(error("    silence: {escalates: {when: after, after: 2, source: ours}}\n", ""),
            line("    ungrounded:") +
                "policy.findings.silence: expected {escalates} (`off: true` switches a rule off), found nothing");
  EXPECT_EQ(error("  warn_percent: 70\n", "  warnPercent: 100\n"),
            line("  warn_percent: 70") + "policy.warn_percent: expected 1 to 99, found 100");
}

TEST(RegistryFileTest, AFolderIsReadInTheOrderOfItsNames) {
  const std::string folder = absl::StrCat(::testing::TempDir(), "/registry-folder");
  std::filesystem::create_directories(folder);
  std::ofstream(folder + "/b.yaml") << "organizations: [{organization_id: b}]\n";
  std::ofstream(folder + "/a.yaml") << "organizations: [{organization_id: a}]\n";
  std::ofstream(folder + "/README.md") << "not YAML: [\n";
  const auto content = LoadRegistryFiles({folder});
  ASSERT_TRUE(content.ok()) << content.status();
  ASSERT_EQ(content->organizations.size(), 2u);
  EXPECT_EQ(content->organizations[0].organization_id(), "a");
  EXPECT_THAT(std::string(LoadRegistryFiles({folder + "/none.yaml"}).status().message()), HasSubstr("cannot be read"));
}

TEST(RegistryApplyTest, TheFirstOrganizationIsAddedByAnybodyAndTheRestByTheTop) {
  FakeServices services;
  const auto sent = ApplyRegistry(*Content(WithPolicy()), services, "", nullptr);
  ASSERT_TRUE(sent.ok()) << sent.status();
  EXPECT_EQ(*sent, 5);
  EXPECT_EQ(services.sent[0].context.actor().kind(), common::v1::ACTOR_KIND_PETITIONER);
  for (size_t i = 1; i < services.sent.size(); ++i) {
    EXPECT_EQ(services.sent[i].context.actor().organization_id(), "gansu");
  }
}

TEST(RegistryApplyTest, ARefusalNamesTheLineItFollowsFrom) {
  FakeServices services;
  services.refusals["UpsertOrganization"] = absl::PermissionDeniedError("top only");
  EXPECT_THAT(std::string(ApplyRegistry(*Content(kOrganizations), services, "", nullptr).status().message()),
              HasSubstr("orgs.yaml:5: add gansu (Gansu): PERMISSION_DENIED: top only"));
}

}  // namespace
}  // namespace whistle::scenarios
