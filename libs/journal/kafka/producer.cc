#include "libs/journal/kafka/producer.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "libs/base/status_macros.h"

namespace whistle::journal {
namespace {

// How long the thread waits for outcomes before it looks for a broken client; outcomes end the wait at once.
constexpr int kPollMilliseconds = 100;
// A producer that breaks at once (no right to write, say) is not replaced more often.
constexpr absl::Duration kRenewEvery = absl::Seconds(1);

size_t KeyAndHeadersBytes(const Record& record) {
  size_t bytes = record.key.size();
  for (const auto& [name, value] : record.headers) bytes += name.size() + value.size();
  return bytes;
}

absl::Status CheckRecord(const Record& record) {
  if (record.value.size() > kRecordValueBytesMax) {
    return absl::InvalidArgumentError(
        absl::StrCat("a record's value has at most ", kRecordValueBytesMax, " bytes; found ", record.value.size()));
  }
  if (const size_t bytes = KeyAndHeadersBytes(record); bytes > kKafkaKeyAndHeadersBytesMax) {
    return absl::InvalidArgumentError(
        absl::StrCat("a record's key and headers have at most ", kKafkaKeyAndHeadersBytesMax, " bytes; found ", bytes));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<KafkaProducer>> KafkaProducer::Make(const KafkaOptions& options,
                                                                   OnAppended on_appended) {
  std::unique_ptr<KafkaProducer> self(new KafkaProducer(options, std::move(on_appended)));
  WHISTLE_ASSIGN_OR_RETURN(std::shared_ptr<KafkaClient> client, self->MakeClient());
  {
    absl::MutexLock lock(&self->mutex_);
    self->client_ = std::move(client);
  }
  self->thread_ = std::thread([raw = self.get()] { raw->Run(); });
  return self;
}

KafkaProducer::KafkaProducer(KafkaOptions options, OnAppended on_appended)
    : options_(std::move(options)), on_appended_(std::move(on_appended)) {}

KafkaProducer::~KafkaProducer() {
  stopping_ = true;
  if (thread_.joinable()) thread_.join();
}

absl::StatusOr<std::shared_ptr<KafkaClient>> KafkaProducer::MakeClient() const {
  WHISTLE_ASSIGN_OR_RETURN(std::unique_ptr<KafkaClient> client,
                           KafkaClient::Make(options_, ClientPurpose::kProduce, &KafkaProducer::Delivered));
  return std::shared_ptr<KafkaClient>(std::move(client));
}

std::shared_ptr<KafkaClient> KafkaProducer::client() const {
  absl::MutexLock lock(&mutex_);
  return client_;
}

absl::Status KafkaProducer::Admit(const Record& record, size_t bytes) {
  if (!options_.importing) WHISTLE_RETURN_IF_ERROR(CheckRecord(record));
  absl::MutexLock lock(&mutex_);
  if (records_ >= options_.in_flight_records_max || bytes_ + bytes > options_.in_flight_bytes_max) {
    return absl::ResourceExhaustedError(absl::StrCat("too much is under way to the journal: ", records_, " records, ",
                                                     bytes_, " bytes; at most ", options_.in_flight_records_max,
                                                     " and ", options_.in_flight_bytes_max));
  }
  ++records_;
  bytes_ += bytes;
  return absl::OkStatus();
}

void KafkaProducer::Leave(size_t bytes) {
  absl::MutexLock lock(&mutex_);
  --records_;
  bytes_ -= bytes;
}

void KafkaProducer::Append(base::PartitionId partition, Record record, Journal::AppendDone done) {
  const size_t bytes = record.value.size() + KeyAndHeadersBytes(record);
  if (absl::Status status = Admit(record, bytes); !status.ok()) return std::move(done)(std::move(status));
  const std::shared_ptr<KafkaClient> client = this->client();
  auto in_flight = std::make_unique<InFlight>(InFlight{this, partition, bytes, std::move(done)});

  rd_kafka_headers_t* headers = nullptr;
  if (!record.headers.empty()) {
    headers = rd_kafka_headers_new(record.headers.size());
    for (const auto& [name, value] : record.headers) {
      rd_kafka_header_add(headers, name.data(), static_cast<ssize_t>(name.size()), value.data(),
                          static_cast<ssize_t>(value.size()));
    }
  }
  // Given back by Delivered.
  InFlight* const opaque = in_flight.get();
  // An empty key or value is one of no bytes, not a missing one: librdkafka tells them apart by the pointer.
  rd_kafka_vu_t arguments[] = {
      {.vtype = RD_KAFKA_VTYPE_RKT, .u = {.rkt = client->topic(partition)}},
      {.vtype = RD_KAFKA_VTYPE_PARTITION, .u = {.i32 = partition.index()}},
      {.vtype = RD_KAFKA_VTYPE_MSGFLAGS, .u = {.i = RD_KAFKA_MSG_F_COPY}},
      {.vtype = RD_KAFKA_VTYPE_KEY, .u = {.mem = {record.key.data(), record.key.size()}}},
      {.vtype = RD_KAFKA_VTYPE_VALUE, .u = {.mem = {record.value.data(), record.value.size()}}},
      {.vtype = RD_KAFKA_VTYPE_OPAQUE, .u = {.ptr = opaque}},
      {.vtype = RD_KAFKA_VTYPE_HEADERS, .u = {.headers = headers}},
  };
  const size_t count = std::size(arguments) - (headers == nullptr ? 1 : 0);
  rd_kafka_error_t* const error = rd_kafka_produceva(client->get(), arguments, count);
  if (error == nullptr) {
    in_flight.release();
    return;
  }

  // It was not taken, and headers with it: still ours.
  const rd_kafka_resp_err_t code = rd_kafka_error_code(error);
  rd_kafka_error_destroy(error);
  if (headers != nullptr) rd_kafka_headers_destroy(headers);
  Leave(bytes);
  if (code == RD_KAFKA_RESP_ERR__QUEUE_FULL) {
    return std::move(in_flight->done)(absl::ResourceExhaustedError("too much is under way to the journal"));
  }
  if (code == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE) {
    return std::move(in_flight->done)(absl::InvalidArgumentError("the record is larger than the producer takes"));
  }
  std::move(in_flight->done)(KafkaUnavailable("the record could not be sent", code));
}

absl::StatusOr<Appended> KafkaProducer::Outcome(const rd_kafka_message_t& message) {
  if (message.err != RD_KAFKA_RESP_ERR_NO_ERROR) {
    // Whatever librdkafka says of it (NOT_PERSISTED included): a request that it gave up may still be on its way.
    return KafkaUnavailable("the record was not acknowledged, and may appear later or never", message.err);
  }
  rd_kafka_timestamp_type_t type = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
  const int64_t stamp = rd_kafka_message_timestamp(&message, &type);
  // It is there, and nobody says where: a try that was answered as a repetition of one too long ago.
  if (message.offset < 0) return absl::UnavailableError("the record was acknowledged without its place");
  if (type != RD_KAFKA_TIMESTAMP_LOG_APPEND_TIME) {
    return absl::UnavailableError(
        "the record was acknowledged without the broker's stamp: the topic's message.timestamp.type is not "
        "LogAppendTime");
  }
  return Appended{base::Offset{message.offset}, absl::FromUnixMillis(stamp)};
}

void KafkaProducer::Delivered(const rd_kafka_message_t& message) {
  const std::unique_ptr<InFlight> in_flight(static_cast<InFlight*>(message._private));
  absl::StatusOr<Appended> outcome = Outcome(message);
  in_flight->producer->Leave(in_flight->bytes);
  if (outcome.ok()) in_flight->producer->on_appended_(in_flight->partition, outcome->offset);
  std::move(in_flight->done)(std::move(outcome));
}

void KafkaProducer::Run() {
  while (!stopping_) {
    const std::shared_ptr<KafkaClient> client = this->client();
    rd_kafka_poll(client->get(), kPollMilliseconds);
    if (rd_kafka_fatal_error(client->get(), nullptr, 0) == RD_KAFKA_RESP_ERR_NO_ERROR) continue;
    // An import's records may not come to lie behind a gap: whoever imports looks where it ends, with a new journal.
    if (options_.importing) {
      GiveUp(*client);
    } else {
      Renew(client);
    }
  }
  const std::shared_ptr<KafkaClient> client = this->client();
  rd_kafka_flush(client->get(), KafkaMilliseconds(options_.append_timeout));
  GiveUp(*client);
}

void KafkaProducer::Renew(const std::shared_ptr<KafkaClient>& broken) {
  char why[256] = {};
  const rd_kafka_resp_err_t code = rd_kafka_fatal_error(broken->get(), why, sizeof(why));
  if (options_.on_log) {
    options_.on_log(absl::StrCat("the producer failed and is replaced: ", KafkaErrorText(code), " ", why));
  }
  // First a new one, so that new appends go on; then the old one's, which can only be unknown.
  absl::StatusOr<std::shared_ptr<KafkaClient>> fresh = MakeClient();
  if (fresh.ok()) {
    absl::MutexLock lock(&mutex_);
    client_ = *std::move(fresh);
  }
  GiveUp(*broken);
  const absl::Time next = absl::Now() + kRenewEvery;
  while (!stopping_ && absl::Now() < next) rd_kafka_poll(client()->get(), kPollMilliseconds);
}

void KafkaProducer::GiveUp(KafkaClient& client) {
  rd_kafka_purge(client.get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
  while (rd_kafka_outq_len(client.get()) > 0) rd_kafka_poll(client.get(), kPollMilliseconds);
}

}  // namespace whistle::journal
