#include "libs/host/due_list.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/time.h"
#include "libs/domain/obligation.h"
#include "libs/projection/memory_store.h"
#include "whistle/intake/v1/state.pb.h"

namespace whistle::host {
namespace {

using common::v1::Obligation;
using operations::v1::ListDueRequest;
using operations::v1::ListDueResponse;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

absl::Time At(const std::string& text) { return *base::TimeFromText(text); }

// A service that owes what the test says.
class DueListTest : public ::testing::Test {
 protected:
  DueListTest() {
    model_.new_state = [] { return std::make_unique<intake::v1::IntakeState>(); };
    model_.obligations = [this](const google::protobuf::Message&, const std::string& case_id) {
      return owed_[case_id];
    };
    registry::v1::RegistryState state;
    state.mutable_calendar()->set_utc_offset("+08:00");
    auto& year = *state.mutable_calendar()->add_years();
    year.set_year(2021);
    year.add_days_off("2021-02-15");
    state.set_calendar_version(1);
    registry_ = std::make_unique<registry::Registry>(1, state);
  }

  void Owe(const std::string& case_id, const std::string& subject, const std::string& organization_id,
           const std::string& due_at) {
    Obligation& owed = owed_[case_id].emplace_back();
    owed.set_case_id(case_id);
    owed.set_rule("response");
    owed.set_subject(subject);
    owed.mutable_organization()->set_organization_id(organization_id);
    *owed.mutable_due()->mutable_due_at() = base::ToProto(At(due_at));
  }

  // Stores every case as the engine would.
  void Store() {
    projection::WriteSet set;
    for (const auto& [case_id, obligations] : owed_) {
      intake::v1::IntakeState state;
      state.mutable_header()->set_title("title of " + case_id);
      projection::v1::CaseRow row;
      row.set_state(state.SerializeAsString());
      set.cases.emplace_back(case_id, row);
      std::vector<std::string> keys;
      domain::AddDueKeys(obligations, &keys);
      for (std::string& key : keys) set.index_puts.push_back({std::move(key), case_id});
    }
    ASSERT_TRUE(store_.Commit(set).ok());
  }

  absl::StatusOr<ListDueResponse> Ask(const ListDueRequest& request) {
    ListDueResponse response;
    const absl::Status status = ListDue(store_, model_, *registry_, At("2021-02-12T10:00:00+08:00"), request, response);
    if (!status.ok()) return status;
    return response;
  }

  std::vector<std::string> SubjectsOf(const ListDueRequest& request) {
    const auto response = Ask(request);
    EXPECT_TRUE(response.ok()) << response.status();
    std::vector<std::string> subjects;
    for (const auto& row : response->rows()) subjects.push_back(row.obligation().subject());
    return subjects;
  }

  // Friday the 12th of February 2021 is now; Monday the 15th is off.
  void OweFive() {
    Owe("b", "tuesday", "gas", "2021-02-17T00:00:00+08:00");
    Owe("a", "wednesday", "city", "2021-02-18T00:00:00+08:00");
    Owe("a", "long-past", "gas", "2020-12-01T00:00:00+08:00");
    Owe("c", "now", "gas", "2021-02-12T10:00:00+08:00");
    Owe("c", "next-year", "city", "2022-02-01T00:00:00+08:00");
    Store();
  }

  domain::Model model_;
  std::map<std::string, std::vector<Obligation>> owed_;
  std::unique_ptr<registry::Registry> registry_;
  projection::MemoryStore store_;
};

TEST_F(DueListTest, EverythingOwedIsListedByDate) {
  OweFive();
  EXPECT_THAT(SubjectsOf({}), ElementsAre("long-past", "now", "tuesday", "wednesday", "next-year"));
  const auto response = Ask({});
  EXPECT_EQ(response->rows(0).title(), "title of a");
  EXPECT_TRUE(response->rows(0).overdue());
  EXPECT_TRUE(response->rows(1).overdue());
  EXPECT_FALSE(response->rows(2).overdue());
  EXPECT_EQ(base::FromProto(response->now()), At("2021-02-12T10:00:00+08:00"));
  EXPECT_EQ(response->next_page_token(), "");
}

TEST_F(DueListTest, AnOrganizationSeesItsOwn) {
  OweFive();
  ListDueRequest request;
  request.set_organization_id("city");
  EXPECT_THAT(SubjectsOf(request), ElementsAre("wednesday", "next-year"));
  request.set_organization_id("cit");
  EXPECT_THAT(SubjectsOf(request), IsEmpty());
}

TEST_F(DueListTest, OverdueIsWhatWasDueByNow) {
  OweFive();
  ListDueRequest request;
  request.set_overdue_only(true);
  EXPECT_THAT(SubjectsOf(request), ElementsAre("long-past", "now"));
}

TEST_F(DueListTest, WithinCountsByTheCalendarInForce) {
  OweFive();
  ListDueRequest request;
  request.mutable_within()->set_count(1);
  request.mutable_within()->set_unit(registry::v1::TERM_UNIT_CALENDAR_DAYS);
  EXPECT_THAT(SubjectsOf(request), ElementsAre("long-past", "now"));
  // The next working day is Tuesday, whose end is the date.
  request.mutable_within()->set_unit(registry::v1::TERM_UNIT_WORKING_DAYS);
  EXPECT_THAT(SubjectsOf(request), ElementsAre("long-past", "now", "tuesday"));
  request.mutable_within()->set_count(5 * 24);
  request.mutable_within()->set_unit(registry::v1::TERM_UNIT_HOURS);
  EXPECT_THAT(SubjectsOf(request), ElementsAre("long-past", "now", "tuesday"));
}

TEST_F(DueListTest, PagesFollowOneAnotherAndATokenFitsItsQueryAlone) {
  OweFive();
  ListDueRequest request;
  request.mutable_page()->set_size(2);
  std::vector<std::string> subjects;
  int pages = 0;
  for (bool more = true; more; ++pages) {
    const auto response = Ask(request);
    ASSERT_TRUE(response.ok()) << response.status();
    for (const auto& row : response->rows()) subjects.push_back(row.obligation().subject());
    request.mutable_page()->set_token(response->next_page_token());
    more = !response->next_page_token().empty();
  }
  EXPECT_THAT(subjects, ElementsAre("long-past", "now", "tuesday", "wednesday", "next-year"));
  EXPECT_EQ(pages, 3);

  request.mutable_page()->clear_token();
  const auto first = Ask(request);
  request.mutable_page()->set_token(first->next_page_token());
  request.set_organization_id("gas");
  EXPECT_THAT(std::string(Ask(request).status().message()), HasSubstr("page.token"));
}

TEST_F(DueListTest, WhatIsWrongIsNamed) {
  ListDueRequest request;
  request.mutable_within()->set_unit(registry::v1::TERM_UNIT_HOURS);
  EXPECT_THAT(std::string(Ask(request).status().message()), HasSubstr("within.count"));
  request.mutable_within()->set_count(3651);
  EXPECT_THAT(std::string(Ask(request).status().message()), HasSubstr("within.count"));
  request.mutable_within()->set_count(3650);
  request.mutable_within()->clear_unit();
  EXPECT_THAT(std::string(Ask(request).status().message()), HasSubstr("within.unit"));
  request.clear_within();
  request.set_organization_id("no such\tid");
  EXPECT_THAT(std::string(Ask(request).status().message()), HasSubstr("organization_id"));
}

TEST_F(DueListTest, AListThatContradictsTheCasesIsDataLoss) {
  OweFive();
  owed_["a"].clear();
  EXPECT_TRUE(absl::IsDataLoss(Ask({}).status()));
}

}  // namespace
}  // namespace whistle::host
