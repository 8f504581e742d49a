// What may be said about a connection, and what never may.
#include "libs/journal/kafka/kafka_options.h"

#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/journal/kafka/client.h"

namespace whistle::journal {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Pair;

class PropertiesFile {
 public:
  explicit PropertiesFile(const std::string& text) {
    std::string name = ::testing::TempDir() + "kafka.properties.XXXXXX";
    const int file = ::mkstemp(name.data());
    EXPECT_GE(file, 0);
    ::close(file);
    path_ = name;
    std::ofstream(path_) << text;
  }
  ~PropertiesFile() { ::unlink(path_.c_str()); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

absl::Status ReadText(const std::string& text) {
  const PropertiesFile file(text);
  return ReadKafkaProperties(file.path()).status();
}

TEST(KafkaPropertiesTest, LinesAreNamesAndValuesAndTheRestIsBlankOrAComment) {
  const PropertiesFile file(
      "# how we reach the brokers\n"
      "security.protocol=SASL_SSL\n"
      "\n"
      "  sasl.mechanism = SCRAM-SHA-512  \n"
      "sasl.password=a=b # not a comment\n");
  const auto properties = ReadKafkaProperties(file.path());
  ASSERT_TRUE(properties.ok()) << properties.status();
  EXPECT_THAT(*properties, ElementsAre(Pair("security.protocol", "SASL_SSL"), Pair("sasl.mechanism", "SCRAM-SHA-512"),
                                       Pair("sasl.password", "a=b # not a comment")));
}

TEST(KafkaPropertiesTest, ABadLineIsNamedByItsNumberAndNeverRepeated) {
  for (const std::string bad : {"hunter2", "=hunter2", "hun ter2=x", "-----BEGIN hunter2 KEY-----=", "\xE5\x85\xB0="}) {
    const absl::Status status = ReadText("security.protocol=SSL\n\n" + bad + "\n");
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << bad;
    EXPECT_THAT(std::string(status.message()), HasSubstr("line 3")) << bad;
    EXPECT_THAT(std::string(status.message()), Not(HasSubstr("ter2"))) << bad;
  }
}

TEST(KafkaPropertiesTest, APropertyThatChangesWhatIsPromisedIsRefusedByName) {
  for (const std::string name :
       {"acks", "request.required.acks", "enable.idempotence", "auto.offset.reset", "isolation.level", "check.crcs",
        "message.timeout.ms", "allow.auto.create.topics", "group.id", "transactional.id", "compression.codec",
        "plugin.library.paths", "debug", "client.rack", "test.mock.num.brokers", "bootstrap.servers"}) {
    const absl::Status status = ReadText("# one\n" + name + "=hunter2\n");
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << name;
    EXPECT_THAT(std::string(status.message()), HasSubstr(name));
    EXPECT_THAT(std::string(status.message()), HasSubstr("line 2"));
    EXPECT_THAT(std::string(status.message()), Not(HasSubstr("hunter2")));
    KafkaOptions options{.brokers = "localhost:9092"};
    options.connection = {{name, "hunter2"}};
    EXPECT_EQ(CheckKafkaOptions(options).code(), absl::StatusCode::kInvalidArgument) << name;
  }
}

TEST(KafkaPropertiesTest, APropertyThatIsThereTwiceIsRefused) {
  const absl::Status status = ReadText("sasl.password=hunter2\nsasl.password=hunter3\n");
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr("line 2"));
  EXPECT_THAT(std::string(status.message()), Not(HasSubstr("hunter")));
}

TEST(KafkaPropertiesTest, AFileThatIsNotThereIsNamed) {
  const absl::Status status = ReadKafkaProperties("/nowhere/kafka.properties").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(status.message()), HasSubstr("/nowhere/kafka.properties"));
}

TEST(KafkaOptionsTest, TheDefaultsWithBrokersAreFine) {
  EXPECT_TRUE(CheckKafkaOptions({.brokers = "kafka-1:9092,[::1]:9092"}).ok());
}

TEST(KafkaOptionsTest, BrokersAreHostsAndPorts) {
  for (const std::string brokers : {"", "kafka", "kafka:", ":9092", "kafka:9092,", "kafka:port", "kafka:0",
                                    "kafka:65536", "kafka:9092:9093", "::1:9092"}) {
    EXPECT_EQ(CheckKafkaOptions({.brokers = brokers}).code(), absl::StatusCode::kInvalidArgument) << brokers;
  }
}

TEST(KafkaOptionsTest, TheTwoTopicsAreTwoAndHaveNames) {
  KafkaOptions options{.brokers = "kafka:9092"};
  options.registry_topic = options.cases_topic;
  EXPECT_EQ(CheckKafkaOptions(options).code(), absl::StatusCode::kInvalidArgument);
  options.registry_topic = "with space";
  EXPECT_EQ(CheckKafkaOptions(options).code(), absl::StatusCode::kInvalidArgument);
  options.registry_topic = std::string(250, 'x');
  EXPECT_EQ(CheckKafkaOptions(options).code(), absl::StatusCode::kInvalidArgument);
  options.registry_topic = std::string(249, 'x');
  EXPECT_TRUE(CheckKafkaOptions(options).ok());
}

TEST(KafkaOptionsTest, AnAppendIsGivenUpWhileAnAttemptCanStillCount) {
  KafkaOptions options{.brokers = "kafka:9092"};
  options.append_timeout = absl::Seconds(14);
  EXPECT_TRUE(CheckKafkaOptions(options).ok());
  options.append_timeout = absl::Seconds(15);
  EXPECT_EQ(CheckKafkaOptions(options).code(), absl::StatusCode::kInvalidArgument);
}

TEST(KafkaClientTest, ASecretThatLibrdkafkaCannotTakeIsNotRepeated) {
  KafkaOptions options{.brokers = "localhost:9092"};
  options.connection = {{"security.protocol", "hunter2"}};
  const absl::Status status = KafkaClient::Make(options, ClientPurpose::kRead).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr("security.protocol"));
  EXPECT_THAT(std::string(status.message()), Not(HasSubstr("hunter2")));
}

TEST(KafkaClientTest, TheSettingsAreThoseTheDesignSays) {
  const KafkaOptions options{.brokers = "kafka:9092"};
  const auto of = [&](ClientPurpose purpose) {
    std::map<std::string, std::string> settings;
    for (const auto& [name, value] : ClientProperties(options, purpose)) settings[name] = value;
    return settings;
  };
  auto produce = of(ClientPurpose::kProduce);
  EXPECT_EQ(produce["enable.idempotence"], "true");
  EXPECT_EQ(produce["acks"], "all");
  EXPECT_EQ(produce["message.timeout.ms"], "10000");
  EXPECT_EQ(produce["linger.ms"], "0.500");
  for (const ClientPurpose purpose : {ClientPurpose::kRead, ClientPurpose::kAsk}) {
    auto read = of(purpose);
    EXPECT_EQ(read["auto.offset.reset"], "error");
    EXPECT_EQ(read["check.crcs"], "true");
    EXPECT_EQ(read["enable.auto.commit"], "false");
    EXPECT_EQ(read["isolation.level"], "read_uncommitted");
    EXPECT_FALSE(read.contains("group.id"));
  }
  for (const ClientPurpose purpose :
       {ClientPurpose::kProduce, ClientPurpose::kRead, ClientPurpose::kAsk, ClientPurpose::kAdmin}) {
    auto any = of(purpose);
    EXPECT_EQ(any["allow.auto.create.topics"], "false");
    EXPECT_EQ(any["socket.nagle.disable"], "true");
    EXPECT_TRUE(KafkaClient::Make(options, purpose).ok());
  }
}

TEST(ConnectionFailureTest, SaysWhyTheClusterCannotBeReached) {
  ConnectionFailure failure;
  const absl::Status unreachable = absl::UnavailableError("the Kafka cluster cannot be reached");
  EXPECT_EQ(failure.Explain(unreachable), unreachable);
  failure.Hear(
      "FAIL [thrd:sasl_ssl://127.0.0.1:9093/bootstrap]: sasl_ssl://127.0.0.1:9093/bootstrap: SASL authentication "
      "error: "
      "Authentication failed: Invalid username or password (after 302ms in state AUTH_REQ)");
  failure.Hear("ERROR [thrd:x]: 1/1 brokers are down");
  failure.Hear(
      "FAIL [thrd:x]: x: SaslAuthenticateRequest failed: Local: Broker handle destroyed (after 0ms in state DOWN)");
  EXPECT_EQ(failure.Explain(unreachable).message(),
            "the Kafka cluster cannot be reached; sasl_ssl://127.0.0.1:9093/bootstrap: SASL authentication error: "
            "Authentication failed: Invalid username or password");
  EXPECT_EQ(failure.Explain(absl::NotFoundError("no journal")), absl::NotFoundError("no journal"));
}

}  // namespace
}  // namespace whistle::journal
