#include "services/response/limits.h"
#include "services/response/response_testing.h"

namespace whistle::response {
namespace {

using common::v1::REJECTION_KIND_ALREADY;
using common::v1::REJECTION_KIND_ILLEGAL;
using common::v1::REJECTION_KIND_INVALID;
using common::v1::REJECTION_KIND_LIMIT;
using common::v1::REJECTION_KIND_NOT_AUTHORIZED;
using common::v1::REJECTION_KIND_NOT_FOUND;
using ::testing::HasSubstr;
using testing::Organization;
using testing::Petitioner;

constexpr char kConditional[] = R"(stance: STANCE_CONDITIONAL text: 'Connected once occupancy reaches 70 %'
    conditions { topic: 'occupancy' text: 'Occupancy of 70 %' })";
constexpr char kAccepts[] = "stance: STANCE_ACCEPTS text: 'We will connect it'";

TEST(SubmitResponseTest, DoneRightAnswersTheAssignment) {
  GivenAssignment()
      .When(GasCompany(), Answer(absl::StrCat("assignment_id: '4.1' ", kAccepts)))
      .ThenRecorded(R"(response_submitted { assignment_id: "4.1" stance: STANCE_ACCEPTS text: "We will connect it"
          department { organization_id: "gas-company" superior_ids: "gansu" name: "the gas company" } })")
      .ThenState(
          R"(response_count: 1 settled_assignments { assignment_id: "4.1" settled_event_id: "5.1" returned: false }
          standings { department { organization_id: "gas-company" } event_id: "5.1" stance: STANCE_ACCEPTS })")
      .ThenNothingIsDue()
      .ThenFoundUnder({"response_of", "gas-company", "case-1", "000000000005.0001"})
      .ThenFoundUnder({"response_of_case", "case-1", "000000000005.0001"})
      .ThenFoundUnder({"thing", "case-1", "000000000004.0001", "000000000005.0001"});
}

TEST(SubmitResponseTest, DoneRightUnaskedWithConditionsImposesThem) {
  GivenCase()
      .When(GasCompany(), Answer(absl::StrCat(
                              kConditional, " grounds { document: 'House rules' clause: '4' }",
                              " conditions { topic: 'meters' text: 'New meters' grounds { document: 'Meter rule' } }")))
      .ThenRecorded("response_submitted { stance: STANCE_CONDITIONAL grounds { document: 'House rules' clause: '4' } }",
                    R"(condition_imposed { response_event_id: "4.1" department { organization_id: "gas-company" }
                        topic: "occupancy" text: "Occupancy of 70 %" grounds { document: "House rules" clause: "4" } })",
                    "condition_imposed { topic: 'meters' grounds { document: 'Meter rule' } }")
      .ThenState(
          "condition_count: 2 open_conditions { condition_id: '4.2' topic: 'occupancy' } "
          "open_conditions { condition_id: '4.3' topic: 'meters' }")
      .ThenFoundUnder({"open_condition", "gas-company", "case-1", "000000000004.0002"})
      .ThenFoundUnder({"condition_of", "gas-company", "case-1", "000000000004.0003"});
}

TEST(SubmitResponseTest, DoneRightWithoutGroundsIsRecordedAsItIs) {
  GivenCase()
      .When(GasCompany(), Answer("stance: STANCE_REFUSES text: 'Too expensive'"))
      .ThenEvents([](const domain::Events& events) {
        ASSERT_EQ(events.size(), 1u);
        EXPECT_EQ(events[0].response_submitted().grounds_size(), 0);
      });
}

TEST(SubmitResponseTest, DoneRightStatesEachKindOfPosition) {
  GivenCase()
      .When(GasCompany(), Answer(R"(stance: STANCE_REPORTS_PROGRESS text: 'What we know'
          statements { topic: 'rule' holds: false text: 'No such rule' }
          statements { topic: 'meters' holds: true text: 'They have expired' }
          statements { topic: 'price' value { number: '0940.00' unit: 'yuan' } text: '940 yuan' }
          statements { topic: 'cable' responsible { organization_ids: ['broadcast-company', 'developer'] } text: 'Theirs' }
          statements { topic: 'well' unknown: true text: 'It is not clear' })"))
      .ThenEvents([](const domain::Events& events) {
        const auto& said = events.at(0).response_submitted().statements();
        ASSERT_EQ(said.size(), 5);
        EXPECT_TRUE(said[0].has_holds());
        EXPECT_FALSE(said[0].holds());
        EXPECT_TRUE(said[1].holds());
        EXPECT_EQ(said[2].value().number(), "940");
        EXPECT_EQ(said[3].responsible().organizations(0).superior_ids(0), "gansu");
        EXPECT_TRUE(said[3].responsible().organizations(1).outside_tree());
        EXPECT_TRUE(said[4].unknown());
      })
      .ThenState([](const State& state) { EXPECT_EQ(state.last_statements_size(), 5); });
}

TEST(SubmitResponseTest, DoneRightDefersToNamedOrganizationsAndTakesItBack) {
  const std::string defers = "stance: STANCE_DEFERS text: 'Ask them' defers_to_ids: 'gas-company'";
  auto scenario = GivenCase();
  scenario.When(Organization("broadcast-company"), Answer(defers))
      .ThenRecorded(
          "response_submitted { defers_to { organization_id: 'gas-company' name: 'the gas company' superior_ids: "
          "'gansu' } }")
      .ThenState("standings { deferral_event_id: '4.1' }")
      .When(Organization("broadcast-company"),
            Answer("stance: STANCE_REPORTS_PROGRESS text: 'It is not clear' withdraws_event_id: '4.1'"))
      .ThenRecorded("response_submitted { withdraws_event_id: '4.1' }")
      .ThenState([](const State& state) { EXPECT_EQ(state.standings(0).deferral_event_id(), ""); })
      .When(Organization("broadcast-company"),
            Answer("stance: STANCE_REPORTS_PROGRESS text: 'Still not' withdraws_event_id: '4.1'"))
      .ThenRejected(REJECTION_KIND_ILLEGAL, "no_such_deferral");
  scenario.When(GasCompany(), Answer(defers))
      .ThenRejected(REJECTION_KIND_INVALID, "invalid_field")
      .ThenSubject("defers_to_ids[0]");
}

TEST(SubmitResponseTest, DoneTwiceOnOneAssignmentIsRefusedAndUnaskedIsAnotherAnswer) {
  GivenAssignment()
      .Command(GasCompany(), Answer(absl::StrCat("assignment_id: '4.1' ", kAccepts)))
      .When(GasCompany(), Answer(absl::StrCat("assignment_id: '4.1' ", kAccepts)))
      .ThenRejected(REJECTION_KIND_ALREADY, "assignment_answered")
      .ThenMessage(HasSubstr("5.1"))
      .When(GasCompany(), Answer(kAccepts))
      .ThenRecorded("response_submitted {}")
      .ThenState("response_count: 2");
}

TEST(SubmitResponseTest, DoneTwiceWithTheSameConditionIsRefusedWhileItIsOpen) {
  GivenCase()
      .Command(GasCompany(), Answer(kConditional))
      .When(GasCompany(), Answer(kConditional))
      .ThenRejected(REJECTION_KIND_ALREADY, "condition_open")
      .ThenMessage(HasSubstr("4.2"))
      .When(GasCompany(), Answer("stance: STANCE_CONDITIONAL text: 'As we said'"))
      .ThenRecorded("response_submitted { stance: STANCE_CONDITIONAL }");
}

TEST(SubmitResponseTest, DoneTooLateForTheDateIsRecordedAndTheOverdueStands) {
  GivenAssignment()
      .At("2021-07-07")
      .WhenTheAgendaRuns()
      .When(GasCompany(), Answer(absl::StrCat("assignment_id: '4.1' ", kAccepts)))
      .ThenRecorded("response_submitted { assignment_id: '4.1' }")
      .ThenState("overdue_count: 1 settled_assignments { overdue_event_id: '6.1' }");
}

TEST(SubmitResponseTest, GivenInTimeAndEnteredLateLiftsTheOverdue) {
  GivenAssignment()
      .At("2021-07-10")
      .WhenTheAgendaRuns()
      .Occurred("2021-07-06T23:59:59Z")
      .When(GasCompany(), Answer(absl::StrCat("assignment_id: '4.1' ", kAccepts)))
      .ThenRecorded("response_submitted { assignment_id: '4.1' }",
                    R"(response_overdue_lifted { overdue_event_id: "6.1" proof_event_id: "7.1"
                        why: "The answer was given on 2021-07-06T23:59:59Z, before the date (2021-07-07T00:00:00Z), and entered late." })")
      .ThenState([](const State& state) {
        EXPECT_EQ(state.overdue_count(), 0u);
        EXPECT_EQ(state.settled_assignments(0).overdue_event_id(), "");
      })
      .ThenFoundUnder({"beside", "case-1", "000000000006.0001", "000000000007.0002"});
}

TEST(SubmitResponseTest, ExactlyOnTheDateIsLate) {
  GivenAssignment()
      .At("2021-07-10")
      .WhenTheAgendaRuns()
      .Occurred("2021-07-07")
      .When(GasCompany(), Answer(absl::StrCat("assignment_id: '4.1' ", kAccepts)))
      .ThenRecorded("response_submitted {}");
}

TEST(SubmitResponseTest, DoneTooLateOnAClosedCaseIsRefusedButStatementsAreHeard) {
  auto scenario = GivenAssignment();
  scenario.At("2021-08-01").Event(Handler(), "case_closed {}").At("2021-09-01");
  scenario.When(GasCompany(), Answer(absl::StrCat("assignment_id: '4.1' ", kAccepts)))
      .ThenRejected(REJECTION_KIND_ILLEGAL, "case_not_open")
      .ThenMessage(HasSubstr("statements alone"));
  scenario
      .When(GasCompany(), Answer("stance: STANCE_REPORTS_PROGRESS text: 'Asked by reporters' "
                                 "statements { topic: 'occupancy' holds: false text: 'We have no such rule' }"))
      .ThenRecorded("response_submitted {}");
  scenario.Occurred("2021-07-20").When(GasCompany(), Answer(kAccepts)).ThenRecorded("response_submitted {}");
}

TEST(SubmitResponseTest, OnAMergedCaseEverythingGoesToTheTarget) {
  GivenCase()
      .Event(Handler(), "merge_completed { target_case_id: 'case-2' }")
      .At("2021-07-02")
      .When(GasCompany(), Answer("stance: STANCE_REPORTS_PROGRESS text: 'Well'"))
      .ThenRejected(REJECTION_KIND_ILLEGAL, "case_not_open")
      .ThenMessage(HasSubstr("merged into another case case-2"));
}

TEST(SubmitResponseTest, DoneByTheWrongOneIsRefused) {
  const auto for_gas_company = Answer(absl::StrCat("department_id: 'gas-company' ", kAccepts));
  for (const auto& actor : {Petitioner(), Handler(), Organization("broadcast-company")}) {
    GivenCase().When(actor, for_gas_company).ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "not_the_one");
  }
  GivenCase().When(Petitioner(), Answer(kAccepts)).ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "organization_only");
  GivenAssignment()
      .When(Bureau(), Answer(absl::StrCat("assignment_id: '4.1' ", kAccepts)))
      .ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "not_the_one")
      .When(Bureau(), Answer(absl::StrCat("assignment_id: '4.1' department_id: 'chengguan-housing-bureau' ", kAccepts)))
      .ThenRejected(REJECTION_KIND_INVALID, "invalid_field");
  GivenCase()
      .When(Organization("gansu"), for_gas_company)
      .ThenRecorded("response_submitted { department { organization_id: 'gas-company' } }");
}

TEST(SubmitResponseTest, ProgressDoesNotSettleTheAssignment) {
  GivenAssignment()
      .When(GasCompany(), Answer("assignment_id: '4.1' stance: STANCE_REPORTS_PROGRESS text: 'Looking'"))
      .ThenState("open_assignments { progress_event_id: '5.1' progress_at @2021-07-01 }")
      .ThenDue("kind: AGENDA_KIND_RETURN_TERM_PASSED", "kind: AGENDA_KIND_DEADLINE_APPROACHING",
               "kind: AGENDA_KIND_RESPONSE_OVERDUE subject: '4.1' due_at @2021-07-07");
}

TEST(SubmitResponseTest, AStatementReplacesTheDepartmentsLastOneAndSaysWhy) {
  const std::string said =
      "stance: STANCE_REPORTS_PROGRESS text: 't' statements { topic: 'cable' text: 's' unknown: true ";
  auto scenario = GivenCase();
  scenario.Command(GasCompany(), Answer(said + "}"))
      .When(GasCompany(), Answer(said + "replaces_event_id: '4.1' replaces_why: 'We found the plan' }"))
      .ThenRecorded(
          "response_submitted { statements { replaces_event_id: '4.1' replaces_why: 'We found the plan' "
          "topic: 'cable' text: 's' unknown: true } }")
      .ThenState("last_statements { department_id: 'gas-company' topic: 'cable' event_id: '5.1' }");
  scenario.When(GasCompany(), Answer(said + "replaces_event_id: '4.1' replaces_why: 'again' }"))
      .ThenRejected(REJECTION_KIND_ILLEGAL, "not_the_last_statement")
      .ThenMessage(HasSubstr("5.1"));
  scenario.When(GasCompany(), Answer(said + "replaces_event_id: '5.1' }"))
      .ThenRejected(REJECTION_KIND_INVALID, "invalid_field");
  scenario.When(Bureau(), Answer(said + "replaces_event_id: '5.1' replaces_why: 'theirs' }"))
      .ThenRejected(REJECTION_KIND_NOT_FOUND, "unknown_statement");
}

TEST(SubmitResponseTest, AStatementSpeaksOfAKnownConditionOpenOrSettled) {
  const std::string about =
      "stance: STANCE_REPORTS_PROGRESS text: 't' "
      "statements { topic: 'occupancy' text: 'no rule' holds: false condition_id: ";
  GivenCase()
      .Command(GasCompany(), Answer(kConditional))
      .When(GasCompany(), Answer(about + "'4.2' }"))
      .ThenRecorded("response_submitted {}")
      .When(GasCompany(), Answer(about + "'4.1' }"))
      .ThenRejected(REJECTION_KIND_NOT_FOUND, "unknown_condition")
      .Event(GasCompany(), "condition_waived { condition_id: '4.2' }")
      .When(GasCompany(), Answer(about + "'4.2' }"))
      .ThenRecorded("response_submitted {}");
}

TEST(SubmitResponseTest, NamesTheFieldThatIsWrong) {
  struct Wrong {
    const char* request;
    const char* subject;
  };
  const Wrong wrongs[] = {
      {"text: 't'", "stance"},
      {"stance: STANCE_ACCEPTS", "text"},
      {"stance: STANCE_CONDITIONAL text: 't'", "conditions"},
      {"stance: STANCE_ACCEPTS text: 't' conditions { topic: 'x' text: 'x' }", "conditions"},
      {"stance: STANCE_CONDITIONAL text: 't' conditions { topic: 'not an id' text: 'x' }", "conditions[0].topic"},
      {"stance: STANCE_DEFERS text: 't'", "defers_to_ids"},
      {"stance: STANCE_ACCEPTS text: 't' defers_to_ids: 'gansu'", "defers_to_ids"},
      {"stance: STANCE_DEFERS text: 't' defers_to_ids: ['gansu', 'gansu']", "defers_to_ids[1]"},
      {"stance: STANCE_ACCEPTS text: 't' statements { topic: 'x' text: 's' }", "statements[0]"},
      {"stance: STANCE_ACCEPTS text: 't' statements { topic: 'x' holds: true }", "statements[0].text"},
      {"stance: STANCE_ACCEPTS text: 't' statements { topic: 'x' text: 's' value { number: '7O' unit: 'yuan' } }",
       "statements[0].value.number"},
      {"stance: STANCE_ACCEPTS text: 't' statements { topic: 'x' text: 's' value { number: '7' } }",
       "statements[0].value.unit"},
      {"stance: STANCE_ACCEPTS text: 't' statements { topic: 'x' text: 's' unknown: false }", "statements[0].unknown"},
      {"stance: STANCE_ACCEPTS text: 't' statements { topic: 'x' text: 's' responsible {} }",
       "statements[0].responsible.organization_ids"},
      {"stance: STANCE_ACCEPTS text: 't' statements { topic: 'x' text: 's' holds: true } "
       "statements { topic: 'x' text: 's' holds: false }",
       "statements[1].topic"},
      {"stance: STANCE_ACCEPTS text: 't' grounds {}", "grounds[0].document"},
  };
  for (const Wrong& wrong : wrongs) {
    SCOPED_TRACE(wrong.request);
    GivenCase()
        .When(GasCompany(), Answer(wrong.request))
        .ThenRejected(REJECTION_KIND_INVALID, "invalid_field")
        .ThenSubject(wrong.subject);
  }
}

TEST(SubmitResponseTest, ComesNotBeforeItWasAsked) {
  GivenAssignment()
      .Occurred("2021-06-30")
      .When(GasCompany(), Answer(absl::StrCat("assignment_id: '4.1' ", kAccepts)))
      .ThenRejected(REJECTION_KIND_INVALID, "invalid_field")
      .ThenSubject("context.occurred_at");
}

TEST(SubmitResponseTest, CarriesAsMuchAsItsLimitsAndNoMore) {
  const auto with = [](int statements, int conditions, int grounds, int deferrals) {
    auto request = Answer(deferrals > 0 ? "stance: STANCE_DEFERS" : "stance: STANCE_CONDITIONAL");
    request.set_text(std::string(kResponseTextBytesMax, 'x'));
    for (int i = 0; i < statements; ++i) {
      auto& statement = *request.add_statements();
      statement.set_topic(absl::StrCat("topic-", i));
      statement.set_text("s");
      statement.set_unknown(true);
    }
    for (int i = 0; i < conditions; ++i) {
      auto& condition = *request.add_conditions();
      condition.set_topic(absl::StrCat("topic-", i));
      condition.set_text("c");
    }
    for (int i = 0; i < grounds; ++i) request.add_grounds()->set_document("Rule");
    for (int i = 0; i < deferrals; ++i) request.add_defers_to_ids(absl::StrCat("department-", i));
    return request;
  };
  testing::RegistryBuilder registry;
  for (int i = 0; i <= kNamedOrganizationsMax; ++i) registry.Add(absl::StrCat("department-", i), "D", "lanzhou");
  const auto refused = [&](v1::SubmitResponseRequest request, const std::string& subject) {
    GivenCase()
        .With(registry)
        .When(GasCompany(), std::move(request))
        .ThenRejected(REJECTION_KIND_INVALID, "invalid_field")
        .ThenSubject(subject);
  };
  GivenCase().With(registry).Command(GasCompany(), with(kStatementsMax, kConditionsMax, kGroundsMax, 0));
  GivenCase().With(registry).Command(GasCompany(), with(0, 0, 0, kNamedOrganizationsMax));
  refused(with(kStatementsMax + 1, 1, 0, 0), "statements");
  refused(with(0, kConditionsMax + 1, 0, 0), "conditions");
  refused(with(0, 1, kGroundsMax + 1, 0), "grounds");
  refused(with(0, 0, 0, kNamedOrganizationsMax + 1), "defers_to_ids");
  auto long_text = with(0, 1, 0, 0);
  long_text.mutable_text()->push_back('x');
  refused(long_text, "text");
}

TEST(SubmitResponseTest, OpenConditionsTopicsAndDepartmentsHaveTheirLimits) {
  auto conditions = GivenCase();
  for (int i = 0; i < kOpenConditionsMax; ++i) {
    conditions.Command(
        GasCompany(),
        Answer(absl::StrCat("stance: STANCE_CONDITIONAL text: 't' conditions { topic: 'topic-", i, "' text: 'c' }")));
  }
  conditions.When(GasCompany(), Answer(kConditional)).ThenRejected(REJECTION_KIND_LIMIT, "limit_reached");

  auto topics = GivenCase();
  const auto speak = [](int i) {
    return Answer(absl::StrCat("stance: STANCE_REPORTS_PROGRESS text: 't' statements { topic: 'topic-", i,
                               "' text: 's' unknown: true }"));
  };
  for (int i = 0; i < kLastStatementsMax; ++i) topics.Command(GasCompany(), speak(i));
  topics.When(GasCompany(), speak(kLastStatementsMax)).ThenRejected(REJECTION_KIND_LIMIT, "limit_reached");
  topics.When(GasCompany(), speak(0)).ThenRecorded("response_submitted {}");

  testing::RegistryBuilder registry;
  for (int i = 0; i <= kStandingsMax; ++i) registry.Add(absl::StrCat("department-", i), "D", "lanzhou");
  auto departments = GivenCase();
  departments.With(registry);
  for (int i = 0; i < kStandingsMax; ++i) {
    departments.Command(Organization(absl::StrCat("department-", i)), Answer(kAccepts));
  }
  departments.When(Organization(absl::StrCat("department-", kStandingsMax)), Answer(kAccepts))
      .ThenRejected(REJECTION_KIND_LIMIT, "limit_reached");
}

}  // namespace
}  // namespace whistle::response
