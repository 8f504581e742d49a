// case show, timeline and diff as of the past.
#include <string>

#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "tools/whistlectl/commands_testing.h"
#include "whistle/coordination/v1/service.pb.h"
#include "whistle/escalation/v1/service.pb.h"
#include "whistle/intake/v1/service.pb.h"
#include "whistle/response/v1/service.pb.h"
#include "whistle/timeline/v1/service.pb.h"

namespace whistle::whistlectl {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

template <typename Message>
void Parse(const std::string& text, Message* message) {
  ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(text, message)) << text;
}

class AsOfCommandsTest : public CommandsTest {
 protected:
  // The four services answer as of version 7, whose head is "h".
  void AnswerVersionSeven(const std::string& intake_as_of = "final: true") {
    const std::string as_of =
        R"(as_of { version: 7 head: "h" recorded_at { seconds: 1625126400 } moment { seconds: 1625126400 } )";
    Parse(as_of + intake_as_of + R"(} case { case_id: "c" version: 7 contact_count_with_merged: 99
            state { contact_count: 3 petitioner_count: 2 header { title: "Gas" status: CASE_STATUS_ACCEPTED } } }
            positions { topic: TOPIC_CASES partition: 2 offset: 8 })",
          &Answer<intake::v1::GetCaseResponse>("GetCase"));
    Parse(as_of + "final: true }", &Answer<response::v1::GetResponseCaseResponse>("GetResponseCase"));
    Parse(as_of + "final: true }", &Answer<coordination::v1::GetCoordinationCaseResponse>("GetCoordinationCase"));
    Parse(as_of + "final: true }", &Answer<escalation::v1::GetEscalationCaseResponse>("GetEscalationCase"));
  }
};

TEST_F(AsOfCommandsTest, ShowAsksIntakeForTheMomentAndTheOthersForTheVersionItAnsweredWith) {
  AnswerVersionSeven();
  EXPECT_EQ(Run({"case", "show", "c", "--recorded-by=2021-07-02"}), 0) << err.str();
  EXPECT_THAT(services.sent,
              ElementsAre(HasSubstr("GetCase case_id: \"c\" as_of { recorded_by { seconds: 1625184000 } }"),
                          HasSubstr("as_of { at_version: 7 }"), HasSubstr("as_of { at_version: 7 }"),
                          HasSubstr("offset: 8 } } case_id: \"c\" as_of { at_version: 7 }")));
  EXPECT_THAT(out.str(), HasSubstr("as of version 7, recorded 2021-07-01T08:00:00Z: final\ncase c: Gas\n"));
  EXPECT_THAT(out.str(), HasSubstr("contacts 3, petitioners 2,"));
}

TEST_F(AsOfCommandsTest, ShowSaysWhenMoreMayStillCome) {
  AnswerVersionSeven("");
  services.replies["GetCase"].clear();
  Parse(R"(as_of { version: 7 head: "h" recorded_at { seconds: 1625126400 } moment { seconds: 1625184000 } })",
        &Answer<intake::v1::GetCaseResponse>("GetCase"));
  EXPECT_EQ(Run({"case", "show", "c", "--recorded-by=2021-07-02"}), 0) << err.str();
  EXPECT_THAT(out.str(), HasSubstr("as of version 7, recorded 2021-07-01T08:00:00Z, as the records stood at "
                                   "2021-07-02T00:00:00Z: provisional, more may still be recorded by then\n"));
}

TEST_F(AsOfCommandsTest, ShowInJsonBeginsWithWhatItIsAsOf) {
  AnswerVersionSeven();
  EXPECT_EQ(Run({"case", "show", "c", "--at-version=7", "--output=json"}), 0) << err.str();
  EXPECT_THAT(services.sent[0], HasSubstr("as_of { at_version: 7 }"));
  EXPECT_THAT(out.str(), HasSubstr("{\n\"as_of\": {\"version\":\"7\""));
  EXPECT_THAT(out.str(), HasSubstr("\"final\":true"));
}

TEST_F(AsOfCommandsTest, AnotherHeadInOneServiceIsAnErrorThatNamesBoth) {
  AnswerVersionSeven();
  services.replies["GetCoordinationCase"].clear();
  Parse(R"(as_of { version: 7 head: "x" })",
        &Answer<coordination::v1::GetCoordinationCaseResponse>("GetCoordinationCase"));
  EXPECT_EQ(Run({"case", "show", "c", "--at-version=7"}), 1);
  EXPECT_THAT(err.str(), HasSubstr("coordination answers as of version 7 head 78, intake as of version 7 head 68"));
}

TEST_F(AsOfCommandsTest, MoreThanOneMomentOrNoneThatCouldBeIsAUsageError) {
  EXPECT_EQ(Run({"case", "show", "c", "--at-version=7", "--recorded-by=2021-07-02"}), 2);
  EXPECT_THAT(err.str(), HasSubstr("--at-version and --recorded-by: give one of them"));
  EXPECT_EQ(Run({"case", "show", "c", "--at-version=0"}), 2);
  EXPECT_THAT(err.str(), HasSubstr("--at-version is a version of the case, from 1"));
  EXPECT_EQ(Run({"case", "show", "c", "--recorded-by=yesterday"}), 2);
  EXPECT_THAT(err.str(), HasSubstr("--recorded-by: "));
  EXPECT_EQ(Run({"case", "timeline", "c", "--occurred-by=2021-07-02", "--at-version=7"}), 2);
  EXPECT_THAT(err.str(), HasSubstr("give one of the three"));
  EXPECT_THAT(services.sent, ElementsAre());
}

TEST_F(AsOfCommandsTest, TheTimelineByRecordedTimeSaysWhatItIsAsOfBesideTheList) {
  Parse(R"(entries { case_id: "c" version: 1 decision { events { contact_recorded {} } } }
           as_of { version: 1 recorded_at { seconds: 1625126400 } moment { seconds: 1625126400 } final: true })",
        &Answer<timeline::v1::GetTimelineResponse>("GetTimeline"));
  EXPECT_EQ(Run({"case", "timeline", "c", "--recorded-by=2021-07-02", "--output=json"}), 0) << err.str();
  EXPECT_THAT(services.sent[0], HasSubstr("recorded_by { seconds: 1625184000 }"));
  EXPECT_THAT(err.str(), HasSubstr("as of version 1, recorded 2021-07-01T08:00:00Z: final\n"));
  EXPECT_EQ(out.str().front(), '[');
}

TEST_F(AsOfCommandsTest, TheTimelineByOccurredTimeTellsOfADecisionOnlyWhatHadOccurred) {
  Parse(R"(entries { case_id: "c" version: 3 occurred_event_ids: "3.2"
                     decision { events { contact_recorded { note: "later" } }
                                events { case_closed { why: "solved" } } } }
           as_of { version: 9 })",
        &Answer<timeline::v1::GetTimelineResponse>("GetTimeline"));
  EXPECT_EQ(Run({"case", "timeline", "c", "--occurred-by=2021-07-02"}), 0) << err.str();
  EXPECT_THAT(services.sent[0], HasSubstr("occurred_by { seconds: 1625184000 }"));
  EXPECT_THAT(out.str(), HasSubstr("solved"));
  EXPECT_THAT(out.str(), Not(HasSubstr("later")));
  EXPECT_THAT(err.str(), HasSubstr("as known now, up to version 9: an entry made later may change it"));
}

class CaseDiffTest : public AsOfCommandsTest {
 protected:
  void AnswerTwoVersions() {
    const std::string two =
        R"(as_of { version: 2 head: "b" recorded_at { seconds: 1625126400 } moment { seconds: 1625126400 } final: true })";
    const std::string four =
        R"(as_of { version: 4 head: "d" recorded_at { seconds: 1625212800 } moment { seconds: 1625212800 } final: true })";
    for (const auto& [as_of, status] :
         {std::pair(two, "CASE_STATUS_ACCEPTED"), std::pair(four, "CASE_STATUS_CLOSED")}) {
      Parse(as_of + R"(case { version: 2 head: "b" state { header { status: )" + status + " } } }",
            &Answer<intake::v1::GetCaseResponse>("GetCase"));
      Parse(as_of, &Answer<response::v1::GetResponseCaseResponse>("GetResponseCase"));
      Parse(as_of, &Answer<coordination::v1::GetCoordinationCaseResponse>("GetCoordinationCase"));
      Parse(as_of, &Answer<escalation::v1::GetEscalationCaseResponse>("GetEscalationCase"));
    }
    Parse(R"(entries { version: 2 decision { events { contact_recorded { note: "before" } } } }
             entries { version: 3 recorded_at { seconds: 1625140000 } decision { events { contact_recorded { note: "once" } } } }
             entries { version: 4 recorded_at { seconds: 1625212800 } decision { events { case_closed { why: "solved" } } } })",
          &Answer<timeline::v1::GetTimelineResponse>("GetTimeline"));
  }
};

TEST_F(CaseDiffTest, TellsWhatHappenedInBetweenAndWhatThatChanged) {
  AnswerTwoVersions();
  EXPECT_EQ(Run({"case", "diff", "c", "--from=2", "--to=2021-07-03"}), 0) << err.str();
  EXPECT_THAT(services.sent[0], HasSubstr("as_of { at_version: 2 }"));
  EXPECT_THAT(services.sent[4], HasSubstr("as_of { recorded_by { seconds: 1625270400 } }"));
  EXPECT_THAT(services.sent[8], HasSubstr("at_version: 4"));
  EXPECT_THAT(out.str(), HasSubstr("  from version 2, recorded 2021-07-01T08:00:00Z: final\n"));
  EXPECT_THAT(out.str(), HasSubstr("\n3.1 "));
  EXPECT_THAT(out.str(), HasSubstr("\n4.1 "));
  EXPECT_THAT(out.str(), Not(HasSubstr("\n2.1 ")));
  EXPECT_THAT(out.str(), HasSubstr("\nintake\n    state.header.status: accepted → closed\n"));
  EXPECT_THAT(out.str(), Not(HasSubstr("\nresponse\n")));
}

TEST_F(CaseDiffTest, InJsonHasEventsAndChanges) {
  AnswerTwoVersions();
  timeline::v1::GetHeadResponse& head = Answer<timeline::v1::GetHeadResponse>("GetHead");
  head.set_version(4);
  EXPECT_EQ(Run({"case", "diff", "c", "--from=2", "--output=json"}), 0) << err.str();
  EXPECT_THAT(out.str(), HasSubstr("{\"event\": \"4.1\", \"recorded_at\": \"2021-07-02T08:00:00Z\""));
  EXPECT_THAT(out.str(),
              HasSubstr("{\"service\": \"intake\", \"field\": \"state.header.status\", \"from\": \"accepted\", "
                        "\"to\": \"closed\"}"));
}

TEST_F(CaseDiffTest, AWrongMomentIsAUsageError) {
  AnswerTwoVersions();
  EXPECT_EQ(Run({"case", "diff", "c"}), 2);
  EXPECT_THAT(err.str(), HasSubstr("--from is missing"));
  EXPECT_EQ(Run({"case", "diff", "c", "--from=0"}), 2);
  EXPECT_EQ(Run({"case", "diff", "c", "--from=2", "--to=tail"}), 2);
  EXPECT_THAT(err.str(),
              HasSubstr("--to is a version from 1, a time (2021-07-01T08:00:00Z, 2021-07-01) or head; found"));
}

TEST_F(CaseDiffTest, TheWrongWayRoundIsAUsageErrorThatSaysSo) {
  AnswerTwoVersions();
  for (const char* method : {"GetCase", "GetResponseCase", "GetCoordinationCase", "GetEscalationCase"}) {
    std::swap(services.replies[method][0], services.replies[method][1]);
  }
  EXPECT_EQ(Run({"case", "diff", "c", "--from=4", "--to=2"}), 2);
  EXPECT_THAT(err.str(), HasSubstr("--from is version 4 and --to is version 2: exchange them"));
}

}  // namespace
}  // namespace whistle::whistlectl
