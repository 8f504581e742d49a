#include "libs/domain/validate.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/time.h"
#include "libs/testing/scenario.h"

namespace whistle::domain {
namespace {

using ::testing::HasSubstr;

const absl::Time kNow = *base::TimeFromText("2021-07-01T12:00:00Z");

// What CheckCommandContext says; "" if nothing.
std::string Checked(const common::v1::CommandContext& command, Context* filled = nullptr) {
  const auto registry = testing::RegistryBuilder().Retire("station-community").Build();
  Context context;
  context.now = kNow;
  context.registry = registry.get();
  const auto no = CheckCommandContext(command, context);
  if (filled != nullptr) *filled = context;
  return no ? no->detail.subject() + ": " + no->message : "";
}

common::v1::CommandContext Command() {
  return testing::Request<common::v1::CommandContext>(
      R"(request_id: "r1" actor { kind: ACTOR_KIND_ORGANIZATION organization_id: "gas-company" office: "duty desk" })");
}

TEST(CheckCommandContextTest, WhatIsNotSaidIsNowAndTheAssuranceIsOurs) {
  Context context;
  common::v1::CommandContext command = Command();
  command.mutable_actor()->set_assurance(common::v1::ASSURANCE_UNSPECIFIED);
  EXPECT_EQ(Checked(command, &context), "");
  EXPECT_EQ(context.occurred_at, kNow);
  EXPECT_EQ(context.actor.assurance(), common::v1::ASSURANCE_SELF_DECLARED);
}

TEST(CheckCommandContextTest, RequestIdsAreCheckedAndTheAgendasAreItsOwn) {
  common::v1::CommandContext command = Command();
  for (const std::string& id : {std::string(), std::string("a b"), std::string(129, 'x'), std::string("agenda:1")}) {
    command.set_request_id(id);
    EXPECT_THAT(Checked(command), HasSubstr("context.request_id")) << id;
  }
  command.set_request_id(std::string(128, 'x'));
  EXPECT_EQ(Checked(command), "");
}

TEST(CheckCommandContextTest, DatesAreInTheWorldsPast) {
  common::v1::CommandContext command = Command();
  const auto at = [&](int64_t seconds, int32_t nanos = 0) {
    command.mutable_occurred_at()->set_seconds(seconds);
    command.mutable_occurred_at()->set_nanos(nanos);
    return Checked(command);
  };
  EXPECT_THAT(at(253402300800), HasSubstr("context.occurred_at"));  // The year 10000.
  EXPECT_THAT(at(-2208988801), HasSubstr("context.occurred_at"));   // The last second of 1899.
  EXPECT_EQ(at(-2208988800), "");
  EXPECT_EQ(at(absl::ToUnixSeconds(kNow)), "");
  EXPECT_THAT(at(absl::ToUnixSeconds(kNow), 1000000), HasSubstr("not after now"));
  EXPECT_THAT(at(0, -1), HasSubstr("context.occurred_at"));
}

TEST(CheckCommandContextTest, ActorsAreWhoTheySayTheyAreAsFarAsTheRegistryKnows) {
  const std::pair<const char*, const char*> wrong[] = {
      {"", "context.actor.kind"},
      {"kind: ACTOR_KIND_AGENDA", "context.actor.kind"},
      {"kind: ACTOR_KIND_ORGANIZATION", "context.actor.organization_id"},
      {"kind: ACTOR_KIND_ORGANIZATION organization_id: 'nobody'", "context.actor.organization_id"},
      {"kind: ACTOR_KIND_ORGANIZATION organization_id: 'station-community'", "context.actor.organization_id"},
      {"kind: ACTOR_KIND_ORGANIZATION organization_id: 'gansu' petitioner_id: 'p'", "context.actor.petitioner_id"},
      {"kind: ACTOR_KIND_ORGANIZATION organization_id: 'gansu' office: '\\001'", "context.actor.office"},
      {"kind: ACTOR_KIND_PETITIONER organization_id: 'gansu'", "context.actor.organization_id"},
      {"kind: ACTOR_KIND_PETITIONER petitioner_id: 'a b'", "context.actor.petitioner_id"},
  };
  for (const auto& [actor, subject] : wrong) {
    common::v1::CommandContext command = Command();
    *command.mutable_actor() = testing::Request<common::v1::Actor>(actor);
    EXPECT_THAT(Checked(command), ::testing::StartsWith(subject)) << actor;
  }
}

}  // namespace
}  // namespace whistle::domain
