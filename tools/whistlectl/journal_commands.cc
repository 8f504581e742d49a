// whistlectl journal create: makes a journal on a Kafka cluster, before any service runs on it.
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "libs/base/clock.h"
#include "libs/base/status_macros.h"
#include "libs/base/time.h"
#include "libs/journal/genesis.h"
#include "libs/journal/kafka/kafka_journal.h"
#include "tools/whistlectl/command.h"

namespace whistle::whistlectl {
namespace {

absl::string_view WordOf(journal::KafkaCreation::What what) {
  switch (what) {
    case journal::KafkaCreation::What::kCreated:
      return "created";
    case journal::KafkaCreation::What::kCompleted:
      return "completed";
    case journal::KafkaCreation::What::kWasThere:
      return "there already";
  }
  return "";
}

// More copies of a record than any cluster of ours has brokers.
constexpr int kReplicationMax = 15;

absl::StatusOr<int> CountOf(const Arguments& arguments, const std::string& flag, int most) {
  const auto count = arguments.GetNumber(flag);
  if (!count.ok()) return UsageError(count.status().message());
  if (*count < 1 || *count > static_cast<uint64_t>(most)) {
    return UsageError(absl::StrCat("--", flag, ": expected 1 to ", most, ", found ", *count));
  }
  return static_cast<int>(*count);
}

absl::Status CreateJournal(Session& session) {
  const Arguments& arguments = session.arguments;
  const std::string where = arguments.Get("journal");
  absl::string_view brokers = where;
  if (!absl::ConsumePrefix(&brokers, "kafka:") || brokers.empty()) {
    return UsageError(absl::StrCat("--journal: expected kafka:HOST:PORT,…, found \"", where,
                                   "\"; an embedded journal is made by whistled on its first start"));
  }
  WHISTLE_ASSIGN_OR_RETURN(const int partitions, CountOf(arguments, "partitions", journal::kPartitionCountMax));
  WHISTLE_ASSIGN_OR_RETURN(const int replication, CountOf(arguments, "replication", kReplicationMax));
  journal::KafkaOptions options{.brokers = std::string(brokers)};
  if (arguments.Has("journal-properties")) {
    WHISTLE_ASSIGN_OR_RETURN(options.connection, journal::ReadKafkaProperties(arguments.Get("journal-properties")));
  }
  journal::ConnectionFailure failure;
  options.on_log = [&failure](absl::string_view line) { failure.Hear(line); };
  const auto creation = journal::CreateKafkaJournal(options, partitions, replication, base::RealClock().Now());
  if (!creation.ok()) return failure.Explain(creation.status());
  const journal::Identity& identity = creation->identity;
  if (session.json()) {
    Table table({"journal", "what", "partitions", "created_at"});
    table.AddRow({identity.uuid, std::string(WordOf(creation->what)), absl::StrCat(identity.partition_count),
                  base::TimeText(identity.created_at)});
    session.Print(table);
    return absl::OkStatus();
  }
  session.out << "journal " << identity.uuid << " " << WordOf(creation->what) << ": topics " << options.cases_topic
              << " (" << identity.partition_count << " partitions) and " << options.registry_topic << ", made "
              << base::TimeText(identity.created_at) << "\n";
  return absl::OkStatus();
}

}  // namespace

std::vector<Command> JournalCommands() {
  return {
      Command{.words = {"journal", "create"},
              .summary = "make a journal on a Kafka cluster: topics with the right settings, and genesis records",
              .details =
                  "Needs no running service. What is there is kept and said; what an interrupted creation left is "
                  "completed. The number of partitions is fixed for ever.",
              .flags = {{"journal", "kafka:HOST:PORT,…", "kafka:127.0.0.1:9092", "where the cluster is"},
                        {"partitions", "N", "16", "how many partitions the cases get, 1 to 256"},
                        {"replication", "N", "1", "on how many brokers each record is kept; in production 3"},
                        {"journal-properties", "FILE", "",
                         "the connection's properties, NAME=VALUE a line (security.protocol, sasl.*, ssl.*)"}},
              .run = CreateJournal},
  };
}

}  // namespace whistle::whistlectl
