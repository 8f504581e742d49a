// whistlectl journal quarantine on a journal of a test's own.
#include <string>

#include "tools/whistlectl/journal_testing.h"

namespace whistle::whistlectl {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class QuarantineTest : public JournalToolTest {
 protected:
  QuarantineTest() {
    journal.Visit(CaseIn(1), "", "station", AtHour(8));
    journal.Append(base::PartitionId::Case(1), "x", "\xff\xff", AtHour(9));
    auto* row = quarantine.add_rows();
    row->mutable_position()->set_topic(common::v1::TOPIC_CASES);
    row->mutable_position()->set_partition(1);
    row->mutable_position()->set_offset(2);
    row->set_reason("envelope: not a decision");
    row->set_record_hash(journal.HashAt("1:2").ToBytes());
    *row->mutable_stamp() = base::ToProto(AtHour(9));
  }
};

TEST_F(QuarantineTest, ListsWhereWhyAndUnderWhichWordItIsExplained) {
  ASSERT_EQ(Run({"journal", "quarantine", "list"}), 0) << err.str();
  EXPECT_THAT(out.str(), HasSubstr("1:2 "));
  EXPECT_THAT(out.str(), HasSubstr("2021-07-14T09:00:00Z"));
  EXPECT_THAT(out.str(), HasSubstr("not-a-decision"));
  EXPECT_THAT(out.str(), HasSubstr("envelope: not a decision"));
  EXPECT_THAT(out.str(), HasSubstr(journal.HashAt("1:2").ToHex()));
  EXPECT_THAT(out.str(), HasSubstr(" 2     ffff"));
}

TEST_F(QuarantineTest, ListsAsManyBytesAsAreWanted) {
  ASSERT_EQ(Run({"journal", "quarantine", "list", "--bytes=1", "--output=json"}), 0) << err.str();
  EXPECT_THAT(out.str(), HasSubstr("\"bytes\": \"ff…\""));
  ASSERT_EQ(Run({"journal", "quarantine", "list", "--bytes=0", "--output=json"}), 0) << err.str();
  EXPECT_THAT(out.str(), Not(HasSubstr("ff…")));
  EXPECT_THAT(called, ::testing::ElementsAre("ListQuarantine"));
}

TEST_F(QuarantineTest, SaysThatTheJournalHoldsAnotherRecordThanTheOneListed) {
  *quarantine.add_rows() = quarantine.rows(0);
  quarantine.mutable_rows(0)->set_record_hash(std::string(32, 'x'));
  EXPECT_EQ(Run({"journal", "quarantine", "list"}), 1);
  // And hides nothing of the list.
  EXPECT_THAT(out.str(), HasSubstr("unread"));
  EXPECT_THAT(out.str(), HasSubstr(" 2     ffff"));
  EXPECT_THAT(err.str(), HasSubstr("DATA_LOSS: the record at 1:2 hashes to " + journal.HashAt("1:2").ToHex()));
}

TEST_F(QuarantineTest, ListsAReasonThatThisBuildDoesNotKnow) {
  quarantine.mutable_rows(0)->set_reason("of a later release");
  ASSERT_EQ(Run({"journal", "quarantine", "list", "--output=json"}), 0) << err.str();
  EXPECT_THAT(out.str(), HasSubstr("of a later release"));
}

TEST_F(QuarantineTest, ShowsTheBytesAndWhatToDo) {
  ASSERT_EQ(Run({"journal", "quarantine", "show", "1:2"}), 0) << err.str();
  EXPECT_THAT(out.str(), HasSubstr("key          x\n"));
  EXPECT_THAT(out.str(), HasSubstr("00000000  ff ff "));
  EXPECT_THAT(out.str(), HasSubstr("counts for nobody"));
  EXPECT_THAT(out.str(), HasSubstr("not-a-decision  (\"envelope: not a decision\")\n  meaning: "));
  ASSERT_EQ(Run({"journal", "quarantine", "show", "1:2", "--output=json"}), 0) << err.str();
  EXPECT_THAT(out.str(), HasSubstr("\"bytes\":\"ffff\"}"));
}

TEST_F(QuarantineTest, ShowsNothingThatIsNotMalformed) {
  EXPECT_EQ(Run({"journal", "quarantine", "show", "1:1"}), 1);
  EXPECT_THAT(err.str(), HasSubstr("NOT_FOUND: the record at 1:1 is not malformed but accepted; see journal inspect"));
}

TEST_F(QuarantineTest, ExplainsOneReasonOrAllAndAsksNoService) {
  ASSERT_EQ(Run({"journal", "quarantine", "explain", "event field 100 is not SERVICE_RESPONSE's own at level 1"}), 0);
  EXPECT_THAT(out.str(), HasSubstr("foreign-event"));
  EXPECT_THAT(out.str(), Not(HasSubstr("wrong-partition")));
  ASSERT_EQ(Run({"journal", "quarantine", "explain"}), 0);
  EXPECT_THAT(out.str(), HasSubstr("wrong-partition"));
  EXPECT_TRUE(called.empty());
  EXPECT_EQ(Run({"journal", "quarantine", "explain", "nonsense"}), 2);
}

}  // namespace
}  // namespace whistle::whistlectl
