// Where a gRPC adapter hands over: a command to the engine, a query to the projection. The adapter has one line for
// each RPC:
//
//   struct Decider {                       // beside the model: finds the overload for each request
//     using State = v1::IntakeState;
//     template <typename Request>
//     static domain::Outcome Decide(const State& state, const Request& request, const domain::Context& context) {
//       return intake::Decide(state, request, context);
//     }
//   };
//
//   grpc::ServerUnaryReactor* RecordContact(grpc::CallbackServerContext* c, const v1::RecordContactRequest* q,
//                                           v1::RecordContactResponse* r) override { return desk_.Command(c, q, r); }
//   grpc::ServerUnaryReactor* GetCase(…) override { return desk_.Query(c, q, r, &intake::GetCase); }
//
// A query whose request has a field `as_of` is answered as of the past where that is set: the same function then reads
// from a reader that knows nothing later, and the answer's `as_of` says what it is as of.
//
// A desk is a cheap value; service and runner outlive the gRPC server. Any thread.
#ifndef WHISTLE_LIBS_HOST_DESK_H_
#define WHISTLE_LIBS_HOST_DESK_H_

#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"
#include "libs/base/hash.h"
#include "libs/base/proto.h"
#include "libs/domain/validate.h"
#include "libs/engine/as_of.h"
#include "libs/engine/command.h"
#include "libs/engine/records.h"
#include "libs/host/hosted_service.h"
#include "libs/projection/store.h"
#include "libs/rpc/call_runner.h"

namespace whistle::host {

// The case id that RegisterCase's retry lands on again: 24 hex digits of SHA-256("case" ‖ 0x00 ‖ client ‖ 0x00 ‖
// request id). 96 bits: among a billion cases two share one with a chance of about 1 in 10^11, and the second would be
// refused, not mixed up.
std::string CaseIdFor(absl::string_view client, absl::string_view request_id);

// SHA-256(method ‖ 0x00 ‖ canonical request bytes).
base::Digest FingerprintOf(absl::string_view method, const google::protobuf::Message& request);

// OK or the RPC's status: a rejection with its detail, or the outside world's.
absl::StatusOr<common::v1::Receipt> ReceiptOrStatus(engine::Answer answer);

// The partition a position is about. INVALID_ARGUMENT for one that cannot be.
absl::StatusOr<base::PartitionId> PartitionOf(const common::v1::Position& position, int partition_count);

// What a read reflects: the positions of the case's partition, or of all if `case_id` is empty.
absl::StatusOr<std::vector<common::v1::Position>> PositionsOf(const projection::Reader& reader,
                                                              absl::string_view case_id, int partition_count);

// Calls `then` at once, or once the projection has reached what the options ask for.
void AwaitOptions(HostedService& service, const common::v1::ReadOptions& options, absl::Time deadline,
                  absl::AnyInvocable<void(absl::Status) &&> then);

// The moment that a query is answered as of: now, or one of the past. For queries that tell how long something goes on.
class QueryMoment {
 public:
  // As of now.
  QueryMoment(HostedService& service, const projection::Reader& reader)
      : service_(service), store_(reader), reader_(reader), now_(service.clock().Now()) {}
  // As of the past; `store` is what `past` reads from.
  QueryMoment(HostedService& service, const projection::Reader& store, const engine::AsOfReader& past,
              const engine::Moment& moment)
      : service_(service),
        store_(store),
        reader_(past),
        now_(moment.at),
        registry_version_(base::Version{past.registry_version()}) {}

  const projection::Reader& reader() const { return reader_; }
  // When clocks are read.
  absl::Time now() const { return now_; }
  // The registry in force now; as of the past the one that the version's decision was made under. Never null.
  absl::StatusOr<std::shared_ptr<const registry::Registry>> registry() const;

 private:
  HostedService& service_;
  const projection::Reader& store_;
  const projection::Reader& reader_;
  const absl::Time now_;
  const std::optional<base::Version> registry_version_;
};

// The partition that a case's decisions lie in; the registry's for its own chain.
base::PartitionId PartitionOfCase(absl::string_view case_id, int partition_count);

template <typename Decider>
class Desk {
 public:
  Desk(HostedService* service, rpc::CallRunner* runner) : service_(service), runner_(runner) {}

  // A command on the case that its context names.
  template <typename Request, typename Response>
  grpc::ServerUnaryReactor* Command(grpc::CallbackServerContext* context, const Request* request, Response* response) {
    return Run(context, request, response, [](const rpc::CallInfo&, const Request& r) -> absl::StatusOr<std::string> {
      const absl::Status ok = base::CheckIdentifier(r.context().case_id(), "context.case_id", 64);
      if (!ok.ok()) return ok;
      if (r.context().case_id() == journal::kRegistryCaseId) {
        return absl::InvalidArgumentError("context.case_id: \"registry\" is no case");
      }
      return r.context().case_id();
    });
  }

  // The command that begins a case: its id is derived from client and request id, and the context names none.
  template <typename Request, typename Response>
  grpc::ServerUnaryReactor* Register(grpc::CallbackServerContext* context, const Request* request, Response* response) {
    return Run(context, request, response,
               [](const rpc::CallInfo& info, const Request& r) -> absl::StatusOr<std::string> {
                 if (!r.context().case_id().empty()) {
                   return absl::InvalidArgumentError(
                       "context.case_id: must be empty, the id is derived from client and request id");
                 }
                 return CaseIdFor(info.client, r.context().request_id());
               });
  }

  // A command on the registry's chain.
  template <typename Request, typename Response>
  grpc::ServerUnaryReactor* RegistryCommand(grpc::CallbackServerContext* context, const Request* request,
                                            Response* response) {
    return Run(context, request, response, [](const rpc::CallInfo&, const Request& r) -> absl::StatusOr<std::string> {
      if (!r.context().case_id().empty()) {
        return absl::InvalidArgumentError("context.case_id: must be empty, the registry is no case");
      }
      return std::string(journal::kRegistryCaseId);
    });
  }

  // `answer` is called as answer(reader, request, response) → absl::Status, or with a QueryMoment in place of the
  // reader, on one moment of the projection, once it has reached the position that the request asks for. Fills
  // `positions` of the response, and `as_of` if the request has one.
  template <typename Request, typename Response, typename AnswerQuery>
  grpc::ServerUnaryReactor* Query(grpc::CallbackServerContext* context, const Request* request, Response* response,
                                  AnswerQuery answer) {
    return runner_->Run(
        context, request, response,
        [service = service_, answer](rpc::CallInfo info, Request r, rpc::Completion<Response> done) {
          // Both are used by whichever thread comes to it.
          auto shared = std::make_shared<std::pair<Request, rpc::Completion<Response>>>(std::move(r), std::move(done));
          AwaitOptions(
              *service, shared->first.options(), info.deadline, [service, answer, shared](absl::Status status) {
                std::move(shared->second)(AnswerNow<Request, Response>(*service, shared->first, status, answer));
              });
        });
  }

  HostedService& service() { return *service_; }
  rpc::CallRunner& runner() { return *runner_; }

 private:
  template <typename Request, typename Response, typename AnswerQuery>
  static absl::StatusOr<Response> AnswerNow(HostedService& service, const Request& request, const absl::Status& reached,
                                            AnswerQuery answer) {
    if (!reached.ok()) return reached;
    const std::unique_ptr<projection::Reader> reader = service.store().Snapshot();
    Response response;
    const absl::Status status = AnswerAsOf(service, *reader, request, response, answer);
    if (!status.ok()) return status;
    std::string case_id;
    if constexpr (requires { request.case_id(); }) case_id = request.case_id();
    auto positions = PositionsOf(*reader, case_id, service.journal().identity().partition_count);
    if (!positions.ok()) return positions.status();
    for (common::v1::Position& position : *positions) *response.add_positions() = std::move(position);
    return response;
  }

  template <typename Request, typename Response, typename AnswerQuery>
  static absl::Status AnswerAsOf(HostedService& service, const projection::Reader& reader, const Request& request,
                                 Response& response, AnswerQuery answer) {
    if constexpr (requires { request.as_of(); }) {
      if (request.has_as_of()) {
        const auto partition = PartitionOfCase(request.case_id(), service.journal().identity().partition_count);
        const auto moment =
            engine::ResolveAsOf(reader, request.as_of(), "as_of", request.case_id(), partition, service.clock().Now());
        if (!moment.ok()) return moment.status();
        const auto past = engine::AsOfReader::Make(reader, service.model(), request.case_id(), moment->version);
        if (!past.ok()) return past.status();
        *response.mutable_as_of() = engine::ToProto(*moment);
        return Ask(QueryMoment(service, reader, **past, *moment), request, response, answer);
      }
    }
    return Ask(QueryMoment(service, reader), request, response, answer);
  }

  template <typename Request, typename Response, typename AnswerQuery>
  static absl::Status Ask(const QueryMoment& moment, const Request& request, Response& response, AnswerQuery answer) {
    if constexpr (std::is_invocable_v<AnswerQuery, const QueryMoment&, const Request&, Response&>) {
      return answer(moment, request, response);
    } else {
      return answer(moment.reader(), request, response);
    }
  }

  template <typename Request, typename Response, typename CaseIdOf>
  grpc::ServerUnaryReactor* Run(grpc::CallbackServerContext* context, const Request* request, Response* response,
                                CaseIdOf case_id_of) {
    return runner_->Run(
        context, request, response,
        [service = service_, case_id_of](rpc::CallInfo info, Request r, rpc::Completion<Response> done) {
          absl::StatusOr<std::string> case_id = case_id_of(info, r);
          if (!case_id.ok()) return std::move(done)(case_id.status());
          auto shared = std::make_shared<const Request>(std::move(r));
          engine::Command command;
          command.case_id = *std::move(case_id);
          command.client = info.client;
          command.request_id = shared->context().request_id();
          command.method = info.method;
          command.fingerprint = FingerprintOf(info.method, *shared);
          command.deadline = info.deadline;
          command.decide = [shared](const google::protobuf::Message& state, domain::Context& ctx) -> domain::Outcome {
            if (auto no = domain::CheckCommandContext(shared->context(), ctx)) return *std::move(no);
            return Decider::Decide(static_cast<const typename Decider::State&>(state), *shared, ctx);
          };
          command.done = [done = std::move(done)](engine::Answer answer) mutable {
            absl::StatusOr<common::v1::Receipt> receipt = ReceiptOrStatus(std::move(answer));
            if (!receipt.ok()) return std::move(done)(receipt.status());
            Response reply;
            *reply.mutable_receipt() = *std::move(receipt);
            std::move(done)(std::move(reply));
          };
          // What can never be a command is refused before its request id could count as used.
          if (const absl::Status ok = base::CheckIdentifier(command.request_id, "context.request_id"); !ok.ok()) {
            return std::move(command.done)(ok);
          }
          service->engine().Submit(std::move(command));
        });
  }

  HostedService* service_;
  rpc::CallRunner* runner_;
};

}  // namespace whistle::host

#endif  // WHISTLE_LIBS_HOST_DESK_H_
