// whistlectl journal replay and inspect on a journal of a test's own.
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "tools/whistlectl/journal_replay.h"
#include "tools/whistlectl/journal_testing.h"

namespace whistle::whistlectl {
namespace {

using ::testing::AllOf;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

class JournalReplayTest : public JournalToolTest {
 protected:
  std::vector<std::string> Lines() const { return absl::StrSplit(out.str(), '\n', absl::SkipEmpty()); }
};

TEST_F(JournalReplayTest, TellsWhatCountsInTheOrderInWhichItWasRecorded) {
  const std::string a = CaseIn(0);
  const std::string b = CaseIn(1);
  const std::string first = journal.Visit(a, "", "station", AtHour(9));
  journal.Visit(b, "", "station", AtHour(8));
  journal.Visit(a, first, "station", AtHour(11));
  journal.Visit(b, "1:1", "station", AtHour(10));
  ASSERT_EQ(Run({"journal", "replay"}), 0) << err.str();
  EXPECT_THAT(
      Lines(),
      ElementsAre(AllOf(StartsWith("1:1 "), HasSubstr("2021-07-14T08:00:00Z"), HasSubstr(" accepted "), HasSubstr(b),
                        HasSubstr(" 1.1 "), HasSubstr("Petitioners go to Station community")),
                  AllOf(StartsWith("0:1 "), HasSubstr(a), HasSubstr(" 1.1 ")),
                  AllOf(StartsWith("1:2 "), HasSubstr(b), HasSubstr(" 2.1 ")),
                  AllOf(StartsWith("0:2 "), HasSubstr("2021-07-14T11:00:00Z"), HasSubstr(a), HasSubstr(" 2.1 "))));
}

TEST_F(JournalReplayTest, TellsEqualTimesByPartitionAndOffset) {
  journal.Visit(CaseIn(1), "", "station", AtHour(9));
  journal.Visit(CaseIn(0), "", "station", AtHour(9));
  journal.Visit(CaseIn(0, 1), "", "station", AtHour(9));
  ASSERT_EQ(Run({"journal", "replay"}), 0) << err.str();
  EXPECT_THAT(Lines(), ElementsAre(StartsWith("0:1 "), StartsWith("0:2 "), StartsWith("1:1 ")));
}

TEST_F(JournalReplayTest, TellsATimeThatNeverGoesBackInAPartition) {
  journal.Visit(CaseIn(0), "", "station", AtHour(9, 3));
  journal.Visit(CaseIn(0, 1), "", "station", AtHour(9, 1));
  ASSERT_EQ(Run({"journal", "replay"}), 0) << err.str();
  EXPECT_THAT(Lines(), ElementsAre(HasSubstr("09:00:03Z"), HasSubstr("09:00:03Z")));
}

TEST_F(JournalReplayTest, LeavesOutWhatDoesNotCountUnlessAsked) {
  const std::string a = CaseIn(0);
  journal.Visit(a, "", "station", AtHour(9));
  journal.Visit(a, "", "elsewhere", AtHour(10));
  journal.Visit(CaseIn(0, 1), "", "station", AtHour(11), absl::Seconds(16));
  journal.Append(base::PartitionId::Case(0), "x", "\xff\xff", AtHour(12));
  ASSERT_EQ(Run({"journal", "replay", "--partition=0"}), 0) << err.str();
  EXPECT_THAT(Lines(), ElementsAre(StartsWith("0:1 ")));
  ASSERT_EQ(Run({"journal", "replay", "--partition=0", "--all"}), 0) << err.str();
  EXPECT_THAT(
      Lines(),
      ElementsAre(AllOf(StartsWith("0:0 "), HasSubstr(" genesis ")), AllOf(StartsWith("0:1 "), HasSubstr(" accepted ")),
                  AllOf(StartsWith("0:2 "), HasSubstr(" superseded-parent "), HasSubstr(a), HasSubstr(" - ")),
                  AllOf(StartsWith("0:3 "), HasSubstr(" superseded-time "), HasSubstr("T11:00:16Z")),
                  AllOf(StartsWith("0:4 "), HasSubstr(" malformed "), HasSubstr("envelope: not a decision"))));
}

TEST_F(JournalReplayTest, TellsOnlyWhatIsAskedFor) {
  const std::string a = CaseIn(0);
  const std::string b = CaseIn(1);
  journal.Visit(a, "", "station", AtHour(9));
  journal.Visit(a, "0:1", "company", AtHour(10));
  journal.Visit(b, "", "company", AtHour(11));
  ASSERT_EQ(Run({"journal", "replay", "--case", a}), 0) << err.str();
  EXPECT_THAT(Lines(), ElementsAre(StartsWith("0:1 "), StartsWith("0:2 ")));
  ASSERT_EQ(Run({"journal", "replay", "--organization=company"}), 0) << err.str();
  EXPECT_THAT(Lines(), ElementsAre(StartsWith("0:2 "), StartsWith("1:1 ")));
  ASSERT_EQ(Run({"journal", "replay", "--organization=chengguan"}), 0) << err.str();
  EXPECT_THAT(Lines(), IsEmpty()) << "it is named only as their superior";
  ASSERT_EQ(Run({"journal", "replay", "--type=contact-recorded", "--partition=1"}), 0) << err.str();
  EXPECT_THAT(Lines(), ElementsAre(StartsWith("1:1 ")));
  ASSERT_EQ(Run({"journal", "replay", "--type=CaseClosed"}), 0) << err.str();
  EXPECT_THAT(Lines(), IsEmpty());
}

TEST_F(JournalReplayTest, JudgesAStretchByAllThatLiesBeforeIt) {
  const std::string a = CaseIn(0);
  journal.Visit(a, "", "station", AtHour(9));
  journal.Visit(a, "0:1", "station", AtHour(10));
  journal.Visit(a, "0:1", "station", AtHour(11));
  journal.Visit(a, "0:2", "station", AtHour(12));
  ASSERT_EQ(Run({"journal", "replay", "--partition=0", "--from=2", "--to=4", "--all"}), 0) << err.str();
  EXPECT_THAT(Lines(), ElementsAre(AllOf(StartsWith("0:2 "), HasSubstr(" accepted "), HasSubstr(" 2.1 ")),
                                   AllOf(StartsWith("0:3 "), HasSubstr(" superseded-parent "))));
}

TEST_F(JournalReplayTest, TellsPartitionsOfMoreRecordsThanOneStretchHolds) {
  constexpr int kVisits = 1500;
  std::string last[2];
  for (int i = 0; i < kVisits; ++i) {
    const std::string a = journal.Visit(CaseIn(0), last[0], "station", AtHour(9, 2 * i));
    const std::string b = journal.Visit(CaseIn(1), last[1], "station", AtHour(9, 2 * i + 1));
    last[0] = a;
    last[1] = b;
  }
  ASSERT_EQ(Run({"journal", "replay"}), 0) << err.str();
  const std::vector<std::string> lines = Lines();
  ASSERT_EQ(lines.size(), 2u * kVisits);
  for (int i = 0; i < kVisits; ++i) {
    ASSERT_THAT(lines[2 * i], StartsWith(absl::StrCat("0:", i + 1, " ")));
    ASSERT_THAT(lines[2 * i + 1], StartsWith(absl::StrCat("1:", i + 1, " ")));
  }
}

TEST_F(JournalReplayTest, OfACaseThatIsNotThereItSaysThatNothingIsRecorded) {
  journal.Visit(CaseIn(0), "", "station", AtHour(9));
  ASSERT_EQ(Run({"journal", "replay", "--case", "no-such-case"}), 0) << err.str();
  EXPECT_EQ(out.str(), "");
  EXPECT_THAT(err.str(), HasSubstr("nothing that was asked for is recorded"));
}

TEST_F(JournalReplayTest, AsJsonIsOneObjectALine) {
  const std::string a = CaseIn(0);
  journal.Visit(a, "", "station", AtHour(9));
  journal.Visit(a, "", "station", AtHour(10));
  ASSERT_EQ(Run({"journal", "replay", "--case", a, "--all", "--output=json"}), 0) << err.str();
  ASSERT_EQ(Lines().size(), 2u);
  EXPECT_THAT(Lines(), Each(AllOf(StartsWith("{\"position\":\"0:"), ::testing::EndsWith("}"))));
  EXPECT_THAT(Lines()[0], AllOf(HasSubstr("\"recorded_at\":\"2021-07-14T09:00:00Z\""), HasSubstr("\"version\":1"),
                                HasSubstr("\"event_id\":\"1.1\""), HasSubstr("\"type\":\"ContactRecorded\""),
                                HasSubstr("\"client\":\"hotline\",\"request_id\":\"r\""),
                                HasSubstr("\"sentence\":\"Petitioners go to"), HasSubstr("\"event\":{")));
  EXPECT_THAT(Lines()[1],
              AllOf(HasSubstr("\"verdict\":\"superseded-parent\""), HasSubstr("\"why\":\"it names no parent"),
                    Not(HasSubstr("recorded_at\"")), Not(HasSubstr("\"version\""))));
}

TEST_F(JournalReplayTest, OnlyReads) {
  journal.Visit(CaseIn(0), "", "station", AtHour(9));
  ASSERT_EQ(Run({"journal", "replay", "--all"}), 0) << err.str();
  EXPECT_EQ(std::set<std::string>(called.begin(), called.end()),
            (std::set<std::string>{"GetJournalStatus", "ReadJournal"}));
}

TEST_F(JournalReplayTest, FollowsWhatIsAppendedUntilTheServiceIsGone) {
  const std::string a = CaseIn(0);
  journal.Visit(a, "", "station", AtHour(9));
  before_status = [&](int asked) {
    if (asked == 2) journal.Visit(a, "0:1", "station", AtHour(10));
    return asked < 4 ? absl::OkStatus() : absl::UnavailableError("gone");
  };
  EXPECT_EQ(Run({"journal", "replay", "--follow"}), 1);
  EXPECT_THAT(err.str(), HasSubstr("UNAVAILABLE: gone"));
  EXPECT_THAT(Lines(), ElementsAre(StartsWith("0:1 "), AllOf(StartsWith("0:2 "), HasSubstr(" 2.1 "))));
}

TEST_F(JournalReplayTest, WaitsBetweenLinesAsLongAsTheRateSays) {
  journal.Visit(CaseIn(0), "", "station", AtHour(9));
  journal.Visit(CaseIn(0), "0:1", "station", AtHour(10));
  journal.Visit(CaseIn(0), "0:2", "station", AtHour(11));
  JournalClient client(&journal, &called, nullptr, {});
  auto reader = JournalReader::Open(client);
  ASSERT_TRUE(reader.ok()) << reader.status();
  Replay replay(*reader, {.partitions = {base::PartitionId::Case(0)}}, out, false);
  std::vector<absl::Duration> waited;
  replay.SlowDown(4, [&waited](absl::Duration pause) { waited.push_back(pause); });
  ASSERT_TRUE(replay.TellToEnd().ok());
  EXPECT_EQ(replay.lines(), 3u);
  EXPECT_THAT(waited, ElementsAre(absl::Milliseconds(250), absl::Milliseconds(250)));
}

TEST_F(JournalReplayTest, HaltsAtALevelThatItDoesNotKnow) {
  journal.Visit(CaseIn(0), "", "station", AtHour(9));
  journal::v1::Decision later;
  ASSERT_TRUE(later.ParseFromString(journal.RecordsOf(base::PartitionId::Case(0))[1].record.value));
  later.set_level(99);
  journal.AppendDecision(later, AtHour(10));
  EXPECT_EQ(Run({"journal", "replay", "--partition=0"}), 1);
  EXPECT_THAT(Lines(), ElementsAre(StartsWith("0:1 ")));
  EXPECT_THAT(err.str(), HasSubstr("HALTED at 0:2: it is of level 99 and this build knows level"));
  EXPECT_EQ(Run({"journal", "replay", "--partition=0", "--to=2"}), 0) << "what lies before it can be told";
  EXPECT_THAT(Lines(), ElementsAre(StartsWith("0:1 ")));
}

TEST_F(JournalReplayTest, AWrongCommandLineSaysWhatWouldDo) {
  const auto says = [this](const std::string& flag, int status) {
    EXPECT_EQ(Run({"journal", "replay", flag}), status) << flag;
    return err.str();
  };
  EXPECT_THAT(says("--from=3", 2), HasSubstr("offsets of one partition: give --partition or --case"));
  EXPECT_THAT(says("--partition=x", 2), HasSubstr("a number from 0 or \"registry\", found \"x\""));
  EXPECT_THAT(says("--partition=7", 1), HasSubstr("it has registry and 0 to 1"));
  EXPECT_THAT(says("--type=contact-recoded", 2), HasSubstr("did you mean ContactRecorded?"));
  for (const char* rate : {"0", "-1", "nan", "inf", "fast", "5/m"}) {
    EXPECT_THAT(says(absl::StrCat("--rate=", rate), 2), HasSubstr("expected events a second")) << rate;
  }
  EXPECT_EQ(Run({"journal", "replay", "--partition=0", "--from=3", "--to=3"}), 2);
}

using JournalInspectTest = JournalToolTest;

TEST_F(JournalInspectTest, SaysWhyARecordCounts) {
  const std::string a = CaseIn(0);
  journal.Visit(a, "", "station", AtHour(9));
  journal.Visit(a, "0:1", "station", AtHour(10), absl::Seconds(2));
  ASSERT_EQ(Run({"journal", "inspect", "0:2"}), 0) << err.str();
  const std::string first = journal.HashAt("0:1").ToHex();
  EXPECT_THAT(out.str(), HasSubstr("record       0:2\n"));
  EXPECT_THAT(out.str(), HasSubstr("key          " + a + "\n"));
  EXPECT_THAT(out.str(), HasSubstr("stamp        2021-07-14T10:00:02Z\n"));
  EXPECT_THAT(out.str(), HasSubstr("sha256       " + journal.HashAt("0:2").ToHex() + "\n"));
  EXPECT_THAT(out.str(), HasSubstr("header       ce_type: whistle.intake.v1.ContactRecorded\n"));
  EXPECT_THAT(out.str(), HasSubstr("verdict      accepted\n"));
  EXPECT_THAT(out.str(),
              HasSubstr("its parent " + first +
                        " is the head before it; decided_at 2021-07-14T10:00:00Z, "
                        "2s before the stamp 2021-07-14T10:00:02Z, plausible is at most 15s before and 5s after"));
  EXPECT_THAT(out.str(), HasSubstr("version 1, the case's head from 0:1 on"));
  EXPECT_THAT(out.str(), HasSubstr("\"contact_recorded\""));
  EXPECT_THAT(out.str(), HasSubstr("00000000  0a "));
}

TEST_F(JournalInspectTest, SaysWhyAStaleOneDoesNotAndWhatItsParentWas) {
  const std::string a = CaseIn(0);
  journal.Visit(a, "", "station", AtHour(9));
  journal.Visit(a, "0:1", "station", AtHour(10));
  journal.Visit(a, "0:1", "station", AtHour(10, 1));
  ASSERT_EQ(Run({"journal", "inspect", "0:3"}), 0) << err.str();
  EXPECT_THAT(out.str(), HasSubstr("verdict      superseded-parent\n"));
  EXPECT_THAT(out.str(), HasSubstr("its parent " + journal.HashAt("0:1").ToHex() + " is not the head before it, " +
                                   journal.HashAt("0:2").ToHex() + ", version 2 at offset 2"));
  EXPECT_THAT(out.str(), HasSubstr("version 1, the case's head from 0:1 on"));
  EXPECT_THAT(out.str(), Not(HasSubstr("the same bytes")));
}

TEST_F(JournalInspectTest, SeesARecordThatWasAppendedTwice) {
  journal.Visit(CaseIn(0), "", "station", AtHour(9));
  const journal::Record again = journal.RecordsOf(base::PartitionId::Case(0))[1].record;
  journal.Append(base::PartitionId::Case(0), again.key, again.value, AtHour(9, 1));
  ASSERT_EQ(Run({"journal", "inspect", "0:2"}), 0) << err.str();
  EXPECT_THAT(out.str(), HasSubstr("verdict      superseded-parent\n"));
  EXPECT_THAT(out.str(), HasSubstr("the same bytes were accepted at 0:1"));
}

TEST_F(JournalInspectTest, ShowsAsManyBytesAsAreWantedAndAllOfThemAsJson) {
  journal.Append(base::PartitionId::Registry(), "x\x1b[2J", std::string("\xff") + std::string(40, 'a'), AtHour(9));
  ASSERT_EQ(Run({"journal", "inspect", "registry:1", "--bytes=20"}), 0) << err.str();
  EXPECT_THAT(out.str(), HasSubstr("key          x\\u{001B}[2J\n"));
  EXPECT_THAT(out.str(), HasSubstr("verdict      malformed\n"));
  EXPECT_THAT(out.str(), HasSubstr("00000000  ff 61 61 61 61 61 61 61 61 61 61 61 61 61 61 61  |.aaaaaaaaaaaaaaa|\n"));
  EXPECT_THAT(out.str(), HasSubstr("00000010  61 61 61 61                                      |aaaa|\n… 21 more\n"));
  ASSERT_EQ(Run({"journal", "inspect", "registry:1", "--output=json"}), 0) << err.str();
  std::string all = "ff";
  for (int i = 0; i < 40; ++i) all += "61";
  EXPECT_THAT(out.str(), HasSubstr("\"bytes\":\"" + all + "\"}\n"));
}

TEST_F(JournalInspectTest, DecodesAGenesisRecord) {
  ASSERT_EQ(Run({"journal", "inspect", "1:0"}), 0) << err.str();
  EXPECT_THAT(out.str(), HasSubstr("verdict      genesis\n"));
  EXPECT_THAT(out.str(), HasSubstr(absl::StrCat("\"journal_uuid\": \"", kTestJournalUuid, "\"")));
}

TEST_F(JournalInspectTest, NamesWhereAPartitionEnds) {
  EXPECT_EQ(Run({"journal", "inspect", "1:1"}), 1);
  EXPECT_THAT(err.str(), HasSubstr("NOT_FOUND: partition 1 ends at offset 1: there is no record at 1:1"));
  EXPECT_EQ(Run({"journal", "inspect", "9:1"}), 1);
  EXPECT_EQ(Run({"journal", "inspect", "nine"}), 2);
  EXPECT_THAT(err.str(), HasSubstr("a place is PARTITION:OFFSET"));
  EXPECT_EQ(Run({"journal", "inspect", "1:-1"}), 2);
}

}  // namespace
}  // namespace whistle::whistlectl
