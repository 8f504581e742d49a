// The policy and the calendar that ship are ones that can be adopted.
#include <cstring>
#include <map>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/registry/model.h"
#include "tools/scenarios/registry_file.h"

namespace whistle::registry_chain {
namespace {

TEST(DefaultPolicyTest, ItIsReadAndSound) {
  const auto content = scenarios::LoadRegistryFiles({WHISTLE_SOURCE_DIR "/deploy/policy/default.yaml"});
  ASSERT_TRUE(content.ok()) << content.status();
  ASSERT_TRUE(content->policy.has_value());
  const auto no = CheckPolicy(*content->policy, "policy");
  EXPECT_FALSE(no.has_value()) << no->message;
}

// "5 working_days (a county's published rule (2024))" of every term; "after 2 (ours)" of everything that escalates.
std::map<std::string, std::string> RowsOf(const google::protobuf::Message& message) {
  std::map<std::string, std::string> rows;
  for (int i = 0; i < message.GetDescriptor()->field_count(); ++i) {
    const auto* field = message.GetDescriptor()->field(i);
    const auto* reflection = message.GetReflection();
    if (field->message_type() == nullptr) {
      if (field->cpp_type() == google::protobuf::FieldDescriptor::CPPTYPE_INT32) {
        rows[field->name()] = absl::StrCat(reflection->GetInt32(message, field));
      }
      continue;
    }
    const auto& part = reflection->GetMessage(message, field);
    if (const auto* term = dynamic_cast<const v1::Term*>(&part)) {
      std::string unit = absl::AsciiStrToLower(v1::TermUnit_Name(term->unit()).substr(strlen("TERM_UNIT_")));
      rows[field->name()] =
          absl::StrCat(term->off() ? "off " : "", term->count(), " ", unit, " (", term->source(), ")");
    } else if (const auto* escalates = dynamic_cast<const v1::Escalates*>(&part)) {
      std::string when =
          absl::AsciiStrToLower(v1::EscalateWhen_Name(escalates->when()).substr(strlen("ESCALATE_WHEN_")));
      if (escalates->after() > 0) absl::StrAppend(&when, " ", escalates->after());
      rows[field->name()] = absl::StrCat(when, " (", escalates->source(), ")");
    } else {
      for (const auto& [name, row] : RowsOf(part)) rows[absl::StrCat(field->name(), ".", name)] = row;
    }
  }
  return rows;
}

TEST(DefaultPolicyTest, ItIsDomainsTableAndEveryNumberHasItsSource) {
  const auto content = scenarios::LoadRegistryFiles({WHISTLE_SOURCE_DIR "/deploy/policy/default.yaml"});
  ASSERT_TRUE(content.ok()) << content.status();
  const std::string regulations = "(Regulations on Petition Work (信访工作条例))";
  const std::string county = "(a county's published rule (2024))";
  const std::map<std::string, std::string> table = {
      {"acceptance", "15 calendar_days " + regulations},
      {"handling", "60 calendar_days " + regulations},
      {"handling_extension_max", "30 calendar_days " + regulations},
      {"handling_extensions_max", "1"},
      {"review_request", "30 calendar_days " + regulations},
      {"review_decision", "30 calendar_days " + regulations},
      {"response", "5 working_days " + county},
      {"response_extension_max", "3 working_days " + county},
      {"response_extensions_max", "3"},
      {"assignment_return", "1 working_days " + county},
      {"whistle_emergency", "2 hours (ours)"},
      {"whistle_urgent", "1 working_days (ours)"},
      {"whistle_ordinary", "3 working_days (ours)"},
      {"escalation_rung", "5 working_days (ours)"},
      {"upgraded_handling", "5 working_days (ours; the chronicle's took two days)"},
      {"no_owner", "10 working_days (ours)"},
      {"rectification", "30 calendar_days (ours)"},
      {"warn_percent", "70"},
      {"hollow_meetings", "2"},
      {"persistent_contacts", "3"},
      {"findings.ungrounded.escalates", "never (ours)"},
      {"findings.contradiction.escalates", "never (ours)"},
      {"findings.disavowed_condition.escalates", "at_once (ours)"},
      {"findings.goalpost_moved.escalates", "at_once (ours)"},
      {"findings.buck_passing.escalates", "at_once (ours)"},
      {"findings.no_owner.escalates", "never (ours)"},
      {"findings.silence.escalates", "after 2 (ours)"},
      {"findings.hollow_meetings.escalates", "after 1 (ours)"},
      {"findings.absent.escalates", "never (ours)"},
      {"findings.broken_commitment.escalates", "after 2 (ours)"},
      {"findings.persistent_demand.escalates", "after 2 (ours)"},
      {"findings.closed_without_result.escalates", "never (ours)"},
      {"findings.jurisdiction_gap.escalates", "at_once (ours)"},
      {"open_hazard", "at_once (ours)"},
      {"statutory_clock", "after 1 (ours)"},
  };
  EXPECT_EQ(RowsOf(*content->policy), table);
}

TEST(ChinaCalendarTest, ItIsReadAndSoundAndEveryYearCitesItsNotice) {
  const auto content = scenarios::LoadRegistryFiles({WHISTLE_SOURCE_DIR "/deploy/policy/calendars"});
  ASSERT_TRUE(content.ok()) << content.status();
  ASSERT_TRUE(content->calendar.has_value());
  EXPECT_EQ(content->calendar->utc_offset(), "+08:00");
  ASSERT_EQ(content->calendar->years_size(), 8);
  for (int i = 0; i < 8; ++i) {
    const auto& year = content->calendar->years(i);
    EXPECT_EQ(year.year(), 2019 + i);
    // Its own notice, by title and number; it is of the year before.
    EXPECT_THAT(year.source(), ::testing::HasSubstr(absl::StrCat("关于", 2019 + i, "年部分节假日安排的通知")));
    EXPECT_THAT(year.source(), ::testing::HasSubstr(absl::StrCat("国办发明电〔", 2018 + i, "〕")));
    // Sixteen days and more are off by every notice, and some of them are made up for.
    EXPECT_GE(year.days_off_size(), 16) << year.year();
    EXPECT_GE(year.workdays_size(), 5) << year.year();
  }
}

}  // namespace
}  // namespace whistle::registry_chain
