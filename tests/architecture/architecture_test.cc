// Keeps the shape that the design draws. The first half judges the project; the second shows that every rule bites.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "absl/strings/str_join.h"
#include "tests/architecture/rules.h"
#include "tests/architecture/source_tree.h"

namespace whistle::architecture {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

SourceTree Project() { return SourceTree(WHISTLE_SOURCE_DIR); }

Dependencies Table() { return ReadDependencies(Project().Files("libs", {"libs/README.md"}).at(0).text); }

// Judges every file by a rule.
template <typename Rule>
void ExpectKept(const std::vector<SourceFile>& files, const Rule& rule) {
  ASSERT_THAT(files, testing::Not(IsEmpty()));
  Complaints complaints;
  for (const SourceFile& file : files) {
    for (std::string& complaint : rule(file)) complaints.push_back(std::move(complaint));
  }
  EXPECT_TRUE(complaints.empty()) << absl::StrJoin(complaints, "\n");
}

TEST(ArchitectureTest, DomainCodeSeesOnlyTheDomain) { ExpectKept(Project().Code(), DomainCodeSeesOnlyTheDomain); }

TEST(ArchitectureTest, LibrariesIncludeWhatTheirReadmeAllows) {
  const Dependencies table = Table();
  ASSERT_TRUE(table.contains("domain"));
  ExpectKept(Project().Code(), [&](const SourceFile& file) { return LibrariesIncludeWhatTheyMay(file, table); });
}

TEST(ArchitectureTest, TargetsLinkWhatTheReadmeAllows) {
  const Dependencies table = Table();
  ExpectKept(Project().Files("libs", {"CMakeLists.txt"}),
             [&](const SourceFile& file) { return TargetsLinkWhatTheyMay(file, table); });
}

TEST(ArchitectureTest, ForeignLibrariesStayInTheirPlace) {
  ExpectKept(Project().Code(), ForeignLibrariesStayInTheirPlace);
}

TEST(ArchitectureTest, NothingIsLeftForLater) {
  ExpectKept(Project().Code(), NothingIsLeftForLater);
  ExpectKept(Project().Files("proto", {".proto"}), NothingIsLeftForLater);
}

TEST(ArchitectureTest, TestsNeverSleep) { ExpectKept(Project().Code(), TestsNeverSleep); }

TEST(ArchitectureTest, TestsAreNeverSwitchedOff) { ExpectKept(Project().Code(), TestsAreNeverSwitchedOff); }

TEST(ArchitectureTest, ExceptionsStayOut) { ExpectKept(Project().Code(), NoExceptions); }

TEST(ArchitectureTest, ProgramsHoldNoTestCode) { ExpectKept(Project().Code(), ProgramsHoldNoTestCode); }

TEST(ArchitectureTest, EverySourceIsBuilt) {
  std::ifstream in(WHISTLE_BINARY_DIR "/compile_commands.json");
  std::ostringstream commands;
  commands << in.rdbuf();
  ASSERT_THAT(commands.str(), HasSubstr("architecture_test.cc"));
  ExpectKept(Project().Code(), [&](const SourceFile& file) { return IsCompiled(file, commands.str()); });
}

TEST(ArchitectureTest, TopLevelHoldsWhatTheDesignLists) {
  EXPECT_THAT(TopLevelHoldsWhatTheDesignLists(Project().TopLevel()), IsEmpty());
}

TEST(RulesBite, DomainCodeThatIncludesMachineryIsFound) {
  for (const char* include : {"libs/journal/journal.h", "libs/engine/engine.h", "libs/projection/store.h",
                              "libs/host/desk.h", "libs/base/clock.h", "grpcpp/grpcpp.h", "rocksdb/db.h",
                              "spdlog/spdlog.h", "services/response/model.h", "whistle/intake/v1/service.grpc.pb.h"}) {
    const SourceFile file = {"services/intake/merge.cc", std::string("#include \"") + include + "\"\n"};
    EXPECT_THAT(DomainCodeSeesOnlyTheDomain(file), SizeIs(1)) << include;
  }
  EXPECT_THAT(DomainCodeSeesOnlyTheDomain({"libs/domain/context.cc", "auto now = absl::Now();\n"}), SizeIs(1));
}

TEST(RulesBite, DomainCodeMayIncludeItsOwnWords) {
  const std::string text =
      "#include \"services/intake/model.h\"\n#include \"libs/domain/context.h\"\n#include "
      "\"libs/registry/authority.h\"\n"
      "#include \"libs/base/ids.h\"\n#include \"whistle/intake/v1/events.pb.h\"\n#include <string>\n";
  EXPECT_THAT(DomainCodeSeesOnlyTheDomain({"services/intake/merge.cc", text}), IsEmpty());
}

TEST(RulesBite, OnlyQueriesSeeTheProjectionAndOnlyAdaptersSeeTheRest) {
  const std::string projection = "#include \"libs/projection/store.h\"\n";
  EXPECT_THAT(DomainCodeSeesOnlyTheDomain({"services/intake/queries.cc", projection}), IsEmpty());
  EXPECT_THAT(DomainCodeSeesOnlyTheDomain({"services/intake/evolve.cc", projection}), SizeIs(1));
  const std::string host = "#include \"libs/host/desk.h\"\n#include <grpcpp/grpcpp.h>\n";
  EXPECT_THAT(DomainCodeSeesOnlyTheDomain({"services/intake/service.cc", host}), IsEmpty());
  EXPECT_THAT(DomainCodeSeesOnlyTheDomain({"services/intake/main.cc", host}), IsEmpty());
  EXPECT_THAT(DomainCodeSeesOnlyTheDomain({"services/intake/queries.cc", host}), SizeIs(2));
}

TEST(RulesBite, TheTableOfDependenciesIsRead) {
  const Dependencies table = ReadDependencies(
      "| library | what it is | may use |\n|---|---|---|\n| `base` | ids | nothing of ours |\n"
      "| `journal` | append | `base`, messages |\n| `host` | one service | all of the above |\n");
  EXPECT_THAT(table.at("base"), IsEmpty());
  EXPECT_THAT(table.at("journal"), ElementsAre("base", "messages"));
  EXPECT_THAT(table.at("host"), ElementsAre("base", "journal", "messages"));
}

TEST(RulesBite, ALibraryThatReachesUpIsFound) {
  const Dependencies table = {{"base", {}}, {"journal", {"base", "messages"}}, {"engine", {"journal", "base"}}};
  EXPECT_THAT(LibrariesIncludeWhatTheyMay({"libs/journal/a.cc", "#include \"libs/engine/engine.h\"\n"}, table),
              SizeIs(1));
  EXPECT_THAT(LibrariesIncludeWhatTheyMay({"libs/journal/a.cc", "#include \"whistle/x/v1/s.grpc.pb.h\"\n"}, table),
              SizeIs(1));
  EXPECT_THAT(LibrariesIncludeWhatTheyMay({"libs/journal/a.cc", "#include \"libs/base/ids.h\"\n"}, table), IsEmpty());
  EXPECT_THAT(LibrariesIncludeWhatTheyMay({"libs/unheard/a.cc", "int x;\n"}, table), SizeIs(1));
}

TEST(RulesBite, ATargetThatReachesUpIsFound) {
  const Dependencies table = {{"base", {}}, {"journal", {"base", "messages"}}, {"engine", {"journal", "base"}}};
  const std::string path = "libs/journal/embedded/CMakeLists.txt";
  EXPECT_THAT(TargetsLinkWhatTheyMay({path, "whistle_library(NAME x DEPS whistle::engine)"}, table), SizeIs(1));
  EXPECT_THAT(TargetsLinkWhatTheyMay({path, "whistle_library(NAME x\n DEPS whistle::journal whistle::proto)"}, table),
              IsEmpty());
  EXPECT_THAT(TargetsLinkWhatTheyMay(
                  {"libs/engine/CMakeLists.txt", "whistle_library(NAME y DEPS whistle::journal_embedded)"}, table),
              IsEmpty());
}

TEST(RulesBite, ForeignLibrariesOutsideTheirPlaceAreFound) {
  EXPECT_THAT(ForeignLibrariesStayInTheirPlace({"libs/engine/a.cc", "#include <rocksdb/db.h>\n"}), SizeIs(1));
  EXPECT_THAT(ForeignLibrariesStayInTheirPlace({"libs/projection/a.cc", "#include <rocksdb/db.h>\n"}), IsEmpty());
}

TEST(RulesBite, MarksOfUnfinishedWorkAreFound) {
  EXPECT_THAT(NothingIsLeftForLater({"libs/a.cc",
                                     "int x;\n// TO"
                                     "DO: more\n"}),
              ElementsAre(HasSubstr("libs/a.cc:2:")));
}

TEST(RulesBite, ASleepInATestIsFound) {
  EXPECT_THAT(TestsNeverSleep({"libs/a_test.cc", "std::this_thread::sleep_for(x);"}), SizeIs(1));
  EXPECT_THAT(TestsNeverSleep({"libs/a_test.cc", "absl::SleepFor(x);"}), SizeIs(1));
  EXPECT_THAT(TestsNeverSleep({"libs/a_test.cc", "// We never sleep_for anything.\nint asleep(int);"}), IsEmpty());
}

TEST(RulesBite, ATestSwitchedOffIsFound) {
  EXPECT_THAT(TestsAreNeverSwitchedOff({"libs/a_test.cc",
                                        "TEST(A, DISAB"
                                        "LED_B) {}"}),
              SizeIs(1));
}

TEST(RulesBite, ExceptionsAreFoundUnlessALibraryThrowsThem) {
  EXPECT_THAT(NoExceptions({"libs/a.cc", "throw 1;"}), SizeIs(1));
  EXPECT_THAT(NoExceptions({"libs/a.cc", "try { f(); } catch (...) {}"}), SizeIs(1));
  EXPECT_THAT(NoExceptions({"libs/a.cc", "try { f(); } catch (const std::exception& e) {}"}), SizeIs(1));
  EXPECT_THAT(NoExceptions({"tools/a.cc", "try { f(); } catch (const YAML::Exception& e) {}"}), IsEmpty());
  EXPECT_THAT(NoExceptions({"libs/a.cc", "// A catch of fish.\nconst char* k = \"throw\";"}), IsEmpty());
}

TEST(RulesBite, TestCodeInAProgramIsFound) {
  EXPECT_THAT(ProgramsHoldNoTestCode({"libs/a.cc", "#include \"libs/testing/scenario.h\"\n"}), SizeIs(1));
  EXPECT_THAT(
      ProgramsHoldNoTestCode({"services/x/a.cc", "#include \"services/x/x_testing.h\"\n#include <gtest/gtest.h>\n"}),
      SizeIs(2));
  EXPECT_THAT(ProgramsHoldNoTestCode({"libs/a_test.cc", "#include \"libs/testing/scenario.h\"\n"}), IsEmpty());
}

TEST(RulesBite, AnOrphanIsFound) {
  EXPECT_THAT(IsCompiled({"libs/a.cc", ""}, R"("file": "/x/libs/b.cc")"), SizeIs(1));
  EXPECT_THAT(IsCompiled({"libs/a.cc", ""}, R"("file": "/x/libs/a.cc")"), IsEmpty());
}

TEST(RulesBite, AStrangerAtTheTopIsFound) {
  EXPECT_THAT(TopLevelHoldsWhatTheDesignLists({".ci", "build", "docs", "libs"}), ElementsAre(HasSubstr("docs")));
}

TEST(CodeOnlyTest, BlanksCommentsAndLiteralsAndKeepsTheRest) {
  EXPECT_EQ(CodeOnly("a(\"x // y\"); // z\nb;"), "a(\"      \");     \nb;");
  EXPECT_EQ(CodeOnly("a /* x\ny */ b"), "a     \n     b");
  EXPECT_EQ(CodeOnly("R\"(q\"q)\" c"), "R\"     \" c");
  EXPECT_EQ(CodeOnly("10'000 + 'x'"), "10'000 + ' '");
}

}  // namespace
}  // namespace whistle::architecture
