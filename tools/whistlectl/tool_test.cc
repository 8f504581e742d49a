#include <sstream>

#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/rpc/status_table.h"
#include "tools/whistlectl/command.h"
#include "tools/whistlectl/methods.h"
#include "whistle/response/v1/service.pb.h"

namespace whistle::whistlectl {
namespace {

using ::testing::HasSubstr;

// Answers every call with what the test wants, and keeps what was sent.
class FakeClient final : public Client {
 public:
  explicit FakeClient(absl::Status answer, std::string* sent) : answer_(std::move(answer)), sent_(sent) {}
  absl::Status Call(const google::protobuf::MethodDescriptor& method, const google::protobuf::Message& request,
                    absl::string_view, google::protobuf::Message&) override {
    *sent_ = method.name() + " " + request.ShortDebugString();
    return answer_;
  }
  absl::Status Stream(const google::protobuf::MethodDescriptor&, const google::protobuf::Message&, absl::string_view,
                      google::protobuf::Message&, const std::function<bool()>& on_response) override {
    on_response();
    return answer_;
  }

 private:
  absl::Status answer_;
  std::string* sent_;
};

class ToolTest : public ::testing::Test {
 protected:
  int Run(const std::vector<std::string>& words) {
    out.str("");
    err.str("");
    return RunTool(
        words,
        [this](const Endpoints&, const std::string&, absl::Duration) {
          return std::make_unique<FakeClient>(answer, &sent);
        },
        out, err);
  }

  absl::Status answer;
  std::string sent;
  std::ostringstream out;
  std::ostringstream err;
};

TEST_F(ToolTest, HelpIsThereOnEveryLevelAndNotAnError) {
  EXPECT_EQ(Run({"--help"}), 0);
  for (const Command& command : AllCommands()) {
    EXPECT_THAT(out.str(), HasSubstr("whistlectl " + absl::StrJoin(command.words, " ")));
  }
  for (const Command& command : AllCommands()) {
    std::vector<std::string> words = command.words;
    words.push_back("--help");
    EXPECT_EQ(Run(words), 0) << absl::StrJoin(words, " ");
    EXPECT_THAT(out.str(), HasSubstr(command.summary));
    if (command.words.size() < 2) continue;
    EXPECT_EQ(Run({command.words[0], "--help"}), 0);
    EXPECT_THAT(out.str(), HasSubstr(command.summary));
  }
}

TEST_F(ToolTest, AWrongCommandLineIsStatusTwo) {
  EXPECT_EQ(Run({}), 2);
  EXPECT_EQ(Run({"cake"}), 2);
  EXPECT_THAT(err.str(), HasSubstr("did you mean case?"));
  EXPECT_EQ(Run({"case", "verfy", "x"}), 2);
  EXPECT_THAT(err.str(), HasSubstr("did you mean case verify?"));
  EXPECT_EQ(Run({"case", "verify"}), 2);
  EXPECT_THAT(err.str(), HasSubstr("usage: whistlectl case verify ID"));
  EXPECT_EQ(Run({"case", "verify", "x", "--output=xml"}), 2);
  EXPECT_THAT(err.str(), HasSubstr("--output is table or json, found \"xml\""));
}

TEST_F(ToolTest, CallSendsTheJsonAndGivesACommandARequestId) {
  EXPECT_EQ(
      Run({"call", "response.AskForResponse", R"({"context": {"case_id": "c"}, "question": "Where is the gas?"})"}), 0);
  EXPECT_THAT(sent, HasSubstr("AskForResponse context { case_id: \"c\" request_id: \"ctl-"));
  EXPECT_THAT(sent, HasSubstr("question: \"Where is the gas?\""));
  EXPECT_THAT(err.str(), HasSubstr("request id ctl-"));
}

TEST_F(ToolTest, CallKeepsTheRequestIdThatIsGiven) {
  EXPECT_EQ(
      Run({"call", "whistle.response.v1.ResponseService/AskForResponse", R"({"context": {"requestId": "mine"}})"}), 0);
  EXPECT_THAT(sent, HasSubstr("request_id: \"mine\""));
  EXPECT_EQ(err.str(), "");
}

TEST_F(ToolTest, CallNamesAFieldThatDoesNotExist) {
  EXPECT_EQ(Run({"call", "response.AskForResponse", R"({"qestion": "?"})"}), 2);
  EXPECT_THAT(err.str(), HasSubstr("qestion"));
  EXPECT_EQ(Run({"call", "response.AskForAnswer", "{}"}), 2);
  EXPECT_THAT(err.str(), HasSubstr("has no method \"AskForAnswer\""));
}

TEST_F(ToolTest, ARefusalPrintsWhatAProgramWouldRead) {
  common::v1::RejectionDetail detail;
  detail.set_kind(common::v1::REJECTION_KIND_ILLEGAL);
  detail.set_reason("case_closed");
  detail.set_subject("c");
  detail.set_expected("an open case");
  detail.set_actual("closed since 2021-07-16\x1b[2J");
  answer = rpc::Refused(detail, "the case is closed");
  EXPECT_EQ(Run({"call", "response.AskForResponse", "{}"}), 1);
  EXPECT_THAT(err.str(), HasSubstr("whistlectl: FAILED_PRECONDITION: the case is closed\n"
                                   "  reason: case_closed\n"
                                   "  subject: c\n"
                                   "  expected: an open case\n"
                                   "  found: closed since 2021-07-16\\u{001B}[2J\n"));
}

TEST_F(ToolTest, EveryMethodOfTheContractsIsListed) {
  EXPECT_EQ(Run({"methods"}), 0);
  EXPECT_THAT(out.str(), HasSubstr("whistle.response.v1.ResponseService/AskForResponse"));
  EXPECT_THAT(out.str(), HasSubstr("whistle.timeline.v1.TimelineService/WatchTimeline"));
  EXPECT_EQ(Run({"methods", "timeline.GetHead"}), 0);
  EXPECT_THAT(out.str(), HasSubstr("message GetHeadRequest"));
}

}  // namespace
}  // namespace whistle::whistlectl
