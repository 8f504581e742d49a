#include "libs/journal/kafka/kafka_options.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace whistle::journal {
namespace {

// Of these only what says how a connection is made and who we are on it. A new name goes here only after asking what it
// could do to an acknowledged record.
constexpr std::array<absl::string_view, 8> kConnectionProperties = {
    "security.protocol",        "client.id",
    "broker.address.family",    "broker.address.ttl",
    "socket.keepalive.enable",  "enable.ssl.certificate.verification",
    "socket.send.buffer.bytes", "socket.receive.buffer.bytes",
};
constexpr std::array<absl::string_view, 2> kConnectionPrefixes = {"ssl.", "sasl."};

// The longest name there is has some fifty characters; what is longer was meant as a value.
constexpr size_t kNameBytesMax = 64;

bool IsTopicName(absl::string_view name) {
  if (name.empty() || name.size() > 249 || name == "." || name == "..") return false;
  return absl::c_all_of(name, [](char c) { return absl::ascii_isalnum(c) || c == '.' || c == '_' || c == '-'; });
}

absl::Status CheckBrokers(absl::string_view brokers) {
  if (brokers.empty()) return absl::InvalidArgumentError("brokers: HOST:PORT,… expected, found nothing");
  for (const absl::string_view broker : absl::StrSplit(brokers, ',')) {
    const size_t colon = broker.rfind(':');
    const absl::string_view host = broker.substr(0, colon == absl::string_view::npos ? 0 : colon);
    // An IPv6 address stands in brackets.
    const bool named = !host.empty() && (host.find(':') == absl::string_view::npos || host.back() == ']');
    int port = 0;
    if (!named || !absl::SimpleAtoi(broker.substr(colon + 1), &port) || port < 1 || port > 65535) {
      return absl::InvalidArgumentError(
          absl::StrCat("brokers: HOST:PORT,… expected, the port from 1 to 65535, found \"", broker, "\""));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckConnectionProperty(absl::string_view name) {
  if (absl::c_linear_search(kConnectionProperties, name)) return absl::OkStatus();
  for (const absl::string_view prefix : kConnectionPrefixes) {
    if (absl::StartsWith(name, prefix)) return absl::OkStatus();
  }
  if (name == "bootstrap.servers" || name == "metadata.broker.list") {
    return absl::InvalidArgumentError(
        absl::StrCat("property ", name, ": the brokers are named by the journal's address"));
  }
  if (name.size() > kNameBytesMax) return absl::InvalidArgumentError("a property's name is too long");
  return absl::InvalidArgumentError(absl::StrCat(
      "property ", name, " is refused: only how the connection is made can be set (security.protocol, ssl.*, sasl.*, ",
      "client.id, …), for anything else could change what the journal promises"));
}

absl::Status CheckKafkaOptions(const KafkaOptions& options) {
  if (absl::Status status = CheckBrokers(options.brokers); !status.ok()) return status;
  for (const std::string& topic : {options.cases_topic, options.registry_topic}) {
    if (!IsTopicName(topic)) return absl::InvalidArgumentError(absl::StrCat("\"", topic, "\" is no topic's name"));
  }
  if (options.cases_topic == options.registry_topic) {
    return absl::InvalidArgumentError("cases and registry need a topic each");
  }
  for (const auto& [name, value] : options.connection) {
    if (absl::Status status = CheckConnectionProperty(name); !status.ok()) return status;
  }
  const auto bounded = [](absl::Duration duration, absl::Duration least, absl::Duration most, absl::string_view name) {
    if (duration >= least && duration <= most) return absl::OkStatus();
    return absl::InvalidArgumentError(absl::StrCat(name, ": ", absl::FormatDuration(least), " to ",
                                                   absl::FormatDuration(most), " expected, found ",
                                                   absl::FormatDuration(duration)));
  };
  absl::Status status;
  // Within the window in which an attempt can still count, so that an unknown outcome settles.
  status.Update(bounded(options.append_timeout, absl::Milliseconds(100), absl::Seconds(14), "append_timeout"));
  status.Update(bounded(options.linger, absl::ZeroDuration(), absl::Milliseconds(100), "linger"));
  status.Update(bounded(options.end_timeout, absl::Milliseconds(100), absl::Minutes(1), "end_timeout"));
  status.Update(bounded(options.heartbeat, absl::Milliseconds(10), absl::Minutes(1), "heartbeat"));
  status.Update(bounded(options.fetch_wait, absl::Milliseconds(1), absl::Milliseconds(900), "fetch_wait"));
  for (const auto& [name, duration] :
       {std::pair{"unreachable_after", options.unreachable_after}, std::pair{"shrunk_after", options.shrunk_after},
        std::pair{"confirm_every", options.confirm_every},
        std::pair{"confirm_idle_every", options.confirm_idle_every}}) {
    status.Update(bounded(duration, absl::Milliseconds(100), absl::Minutes(10), name));
  }
  if (options.in_flight_records_max < 1 || options.in_flight_records_max > 1'000'000) {
    status.Update(absl::InvalidArgumentError("in_flight_records_max: 1 to 1000000 expected"));
  }
  if (options.in_flight_bytes_max < 512 * 1024 || options.in_flight_bytes_max > size_t{1} << 30) {
    status.Update(absl::InvalidArgumentError("in_flight_bytes_max: 512 KiB to 1 GiB expected"));
  }
  if (options.read_ahead_bytes_max < 1024 || options.read_ahead_bytes_max > size_t{1} << 30) {
    status.Update(absl::InvalidArgumentError("read_ahead_bytes_max: 1 KiB to 1 GiB expected"));
  }
  return status;
}

absl::StatusOr<KafkaProperties> ReadKafkaProperties(const std::string& path) {
  std::ifstream file(path);
  if (!file) {
    const int error = errno;
    const std::string message = absl::StrCat("cannot read Kafka properties from ", path, ": ", std::strerror(error));
    return error == EACCES ? absl::PermissionDeniedError(message) : absl::NotFoundError(message);
  }
  KafkaProperties properties;
  int number = 0;
  for (std::string line; std::getline(file, line);) {
    ++number;
    const absl::string_view text = absl::StripAsciiWhitespace(line);
    if (text.empty() || text.front() == '#') continue;
    const auto refuse = [&](absl::string_view why) {
      return absl::InvalidArgumentError(absl::StrCat(path, ", line ", number, ": ", why));
    };
    const size_t equals = text.find('=');
    if (equals == absl::string_view::npos) return refuse("name=value expected");
    const absl::string_view name = absl::StripTrailingAsciiWhitespace(text.substr(0, equals));
    const absl::string_view value = absl::StripLeadingAsciiWhitespace(text.substr(equals + 1));
    if (name.empty()) return refuse("a name is missing before =");
    // A name has only these; anything else may be a secret that lost its line, and is not repeated.
    if (!absl::c_all_of(name, [](char c) { return absl::ascii_isalnum(c) || c == '.' || c == '_'; })) {
      return refuse("what stands before = is no property's name");
    }
    if (absl::Status status = CheckConnectionProperty(name); !status.ok()) return refuse(status.message());
    for (const auto& [earlier, ignored] : properties) {
      if (earlier == name) return refuse(absl::StrCat("property ", name, " is there twice"));
    }
    properties.emplace_back(name, value);
  }
  if (file.bad()) return absl::UnavailableError(absl::StrCat("cannot read Kafka properties from ", path));
  return properties;
}

void ConnectionFailure::Hear(absl::string_view line) {
  // "FAIL [thrd:NAME]: ADDRESS: REASON (after 3ms in state …)". What fails because we let go of the client is no
  // reason.
  if (!absl::StartsWith(line, "FAIL ") || absl::StrContains(line, "Broker handle destroyed")) return;
  const size_t thread_end = line.find("]: ");
  if (thread_end != absl::string_view::npos) line.remove_prefix(thread_end + 3);
  absl::MutexLock lock(&mutex_);
  last_ = std::string(line.substr(0, line.rfind(" (after ")));
}

absl::Status ConnectionFailure::Explain(const absl::Status& status) const {
  absl::MutexLock lock(&mutex_);
  if (!absl::IsUnavailable(status) || last_.empty()) return status;
  return absl::UnavailableError(absl::StrCat(status.message(), "; ", last_));
}

}  // namespace whistle::journal
