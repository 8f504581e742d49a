// How a Kafka cluster is reached, and how much is asked of it. Plain values, any thread.
//
//   KafkaOptions options{.brokers = "kafka-1:9092,kafka-2:9092"};
//   WHISTLE_ASSIGN_OR_RETURN(options.connection, ReadKafkaProperties("/etc/whistle/kafka.properties"));
#ifndef WHISTLE_LIBS_JOURNAL_KAFKA_KAFKA_OPTIONS_H_
#define WHISTLE_LIBS_JOURNAL_KAFKA_KAFKA_OPTIONS_H_

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "libs/journal/journal.h"

namespace whistle::journal {

inline constexpr absl::string_view kCasesTopic = "whistle.journal";
inline constexpr absl::string_view kRegistryTopic = "whistle.registry";

// Names and values of librdkafka's properties.
using KafkaProperties = std::vector<std::pair<std::string, std::string>>;

struct KafkaOptions {
  // "HOST:PORT,…": some brokers of the cluster; the others are learned from them.
  std::string brokers = {};
  std::string cases_topic = std::string(kCasesTopic);
  std::string registry_topic = std::string(kRegistryTopic);
  // How the connection is made (TLS, SASL): security.protocol, sasl.*, ssl.*, and a few more. Everything else is
  // refused by name, for it could change what the journal promises. Values are never printed.
  KafkaProperties connection = {};

  // After this an append that nobody acknowledged is answered as unknown.
  absl::Duration append_timeout = absl::Seconds(10);
  // How long a record waits for company before it is sent. Long enough for records that are appended at the same
  // moment, short beside a round trip.
  absl::Duration linger = absl::Microseconds(500);
  // How much may be under way; more is answered RESOURCE_EXHAUSTED. As in the embedded journal.
  size_t in_flight_records_max = 16 * 1024;
  size_t in_flight_bytes_max = 64 * 1024 * 1024;

  // After this a question for a partition's end is answered UNAVAILABLE.
  absl::Duration end_timeout = absl::Seconds(5);
  // How often every partition's end is asked for, so that an outage is noticed when nothing happens.
  absl::Duration heartbeat = absl::Seconds(1);
  // A partition whose end nobody could say for so long is out of reach: its readers answer UNAVAILABLE. Longer than an
  // ordinary change of leader takes.
  absl::Duration unreachable_after = absl::Seconds(3);
  // A partition that ends before what was read from it, for so long and with its genesis as it was, was truncated.
  // Until then it is UNAVAILABLE, for a deposed leader that is cut off from the others looks the same; who leads is
  // asked anew every 5 s, of any broker.
  absl::Duration shrunk_after = absl::Seconds(30);

  // How long a broker holds a fetch that finds nothing. Bounds also how long a new reader waits to be served beside
  // others.
  absl::Duration fetch_wait = absl::Milliseconds(100);
  // How much is read ahead for each reader, beside one more fetch of at most 1 MiB.
  size_t read_ahead_bytes_max = 2 * 1024 * 1024;
  // A reader that gives out records confirms at least this often that what it gave out before is still there. It does
  // so at once after a lost connection, a change of leader or an error.
  absl::Duration confirm_every = absl::Seconds(5);
  // The same for readers to which nothing happens.
  absl::Duration confirm_idle_every = absl::Seconds(15);

  // For an import alone: a journal that is made now says that it was imported from there; one that is there is opened
  // though its import is unfinished; records of any size that the topics take are taken; and an append is waited for as
  // long as it takes, for after one that failed none may come: then all fail, until the journal is opened again.
  std::optional<ImportedFrom> importing = std::nullopt;

  // What librdkafka has to say: one line, without secrets. Called from its threads; must not block. Null: nobody hears.
  std::function<void(absl::string_view line)> on_log = nullptr;

  // librdkafka's mock cluster: it has no topic settings to check, and its records carry no stamps of the broker's.
  // For tests only.
  bool mock_cluster = false;
};

// OK if the options can be; INVALID_ARGUMENT names what cannot, a refused property by its name. Open and
// CreateKafkaJournal call it.
absl::Status CheckKafkaOptions(const KafkaOptions& options);

// OK if a connection may be made with the property called `name`; INVALID_ARGUMENT says why not.
absl::Status CheckConnectionProperty(absl::string_view name);

// Reads a file of lines "name=value"; blank lines, and lines that begin with #, count for nothing. NOT_FOUND or
// PERMISSION_DENIED if it cannot be read; INVALID_ARGUMENT for a bad line or a refused property, with the line's number
// and never its value.
absl::StatusOr<KafkaProperties> ReadKafkaProperties(const std::string& path);

// Why a connection failed. librdkafka's errors say only that it did; that the password is wrong, or the certificate not
// to be trusted, it tells its log. Any thread.
class ConnectionFailure {
 public:
  // A line for KafkaOptions::on_log.
  void Hear(absl::string_view line);
  // An UNAVAILABLE with the last failure after it, if one was heard; anything else as it is.
  absl::Status Explain(const absl::Status& status) const;

 private:
  mutable absl::Mutex mutex_;
  std::string last_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace whistle::journal

#endif  // WHISTLE_LIBS_JOURNAL_KAFKA_KAFKA_OPTIONS_H_
