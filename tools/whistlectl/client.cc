#include "tools/whistlectl/client.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/synchronization/notification.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/generic/generic_stub.h"
#include "grpcpp/impl/codegen/proto_utils.h"
#include "grpcpp/security/credentials.h"
#include "grpcpp/support/client_callback.h"
#include "libs/rpc/status_table.h"

namespace whistle::whistlectl {
namespace {

using google::protobuf::Message;
using google::protobuf::MessageLite;
using google::protobuf::MethodDescriptor;
using GenericStub = grpc::TemplatedGenericStub<MessageLite, MessageLite>;

// A page of 500 decisions of 256 KiB is beyond any; a reply this large means the page size should be smaller.
constexpr int kReplyBytesMax = 64 * 1024 * 1024;

// A service that cannot be reached is named by its address.
absl::Status FromGrpc(const grpc::Status& status, const std::string& address) {
  const absl::Status out = rpc::FromGrpcStatus(status);
  if (out.code() != absl::StatusCode::kUnavailable) return out;
  return absl::UnavailableError(absl::StrCat(out.message(), " (asked ", address, ")"));
}

std::string PathOf(const MethodDescriptor& method) {
  return absl::StrCat("/", method.service()->full_name(), "/", method.name());
}

// Sends one request, reads replies until the stream ends or the reader has enough.
class StreamReader final : public grpc::ClientBidiReactor<MessageLite, MessageLite> {
 public:
  StreamReader(grpc::ClientContext& context, Message& response, const std::function<bool()>& on_response)
      : context_(context), response_(response), on_response_(on_response) {}

  void Begin(const Message& request) {
    StartWriteLast(&request, grpc::WriteOptions());
    StartRead(&response_);
    StartCall();
  }
  void OnReadDone(bool ok) override {
    if (!ok) return;
    if (on_response_()) {
      StartRead(&response_);
    } else {
      stopped_ = true;
      context_.TryCancel();
    }
  }
  void OnDone(const grpc::Status& status) override {
    status_ = stopped_ ? grpc::Status::OK : status;
    done_.Notify();
  }
  grpc::Status Wait() {
    done_.WaitForNotification();
    return status_;
  }

 private:
  grpc::ClientContext& context_;
  Message& response_;
  const std::function<bool()>& on_response_;
  bool stopped_ = false;
  grpc::Status status_;
  absl::Notification done_;
};

}  // namespace

GrpcClient::GrpcClient(Endpoints endpoints, std::string name, absl::Duration timeout)
    : endpoints_(std::move(endpoints)), name_(std::move(name)), timeout_(timeout) {}

const std::string& GrpcClient::AddressOf(const std::string& service) const {
  const auto own = endpoints_.by_service.find(service);
  return own == endpoints_.by_service.end() ? endpoints_.target : own->second;
}

std::shared_ptr<grpc::Channel> GrpcClient::ChannelOf(const std::string& service) {
  const std::string& address = AddressOf(service);
  std::shared_ptr<grpc::Channel>& channel = channels_[address];
  if (channel == nullptr) {
    grpc::ChannelArguments arguments;
    arguments.SetMaxReceiveMessageSize(kReplyBytesMax);
    channel = grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);
  }
  return channel;
}

namespace {

void Prepare(grpc::ClientContext& context, const std::string& client, const std::string& service,
             absl::Duration timeout) {
  context.AddMetadata("whistle-client", client);
  context.AddMetadata("whistle-service", service);
  if (timeout != absl::InfiniteDuration()) context.set_deadline(absl::ToChronoTime(absl::Now() + timeout));
}

}  // namespace

absl::Status GrpcClient::Call(const MethodDescriptor& method, const Message& request, absl::string_view service,
                              Message& response) {
  const std::string asked = service.empty() ? HomeService(method) : std::string(service);
  grpc::ClientContext context;
  Prepare(context, name_, asked, timeout_);
  GenericStub stub(ChannelOf(asked));
  absl::Notification done;
  grpc::Status status;
  const MessageLite* request_lite = &request;
  MessageLite* response_lite = &response;
  stub.UnaryCall(&context, PathOf(method), grpc::StubOptions(), request_lite, response_lite,
                 [&](const grpc::Status& result) {
                   status = result;
                   done.Notify();
                 });
  done.WaitForNotification();
  return FromGrpc(status, AddressOf(asked));
}

absl::Status GrpcClient::Stream(const MethodDescriptor& method, const Message& request, absl::string_view service,
                                Message& response, const std::function<bool()>& on_response) {
  const std::string asked = service.empty() ? HomeService(method) : std::string(service);
  grpc::ClientContext context;
  // A stream may rightly run for ever; whoever reads it stops it.
  Prepare(context, name_, asked, absl::InfiniteDuration());
  GenericStub stub(ChannelOf(asked));
  StreamReader reader(context, response, on_response);
  stub.PrepareBidiStreamingCall(&context, PathOf(method), grpc::StubOptions(), &reader);
  reader.Begin(request);
  return FromGrpc(reader.Wait(), AddressOf(asked));
}

std::string HomeService(const MethodDescriptor& method) {
  const std::vector<std::string> package = absl::StrSplit(method.file()->package(), '.');
  if (package.size() > 1) {
    for (const char* name : kServiceNames) {
      if (package[1] == name) return name;
    }
  }
  return "intake";
}

std::string DescribeStatus(const absl::Status& status) {
  std::string out = absl::StrCat(absl::StatusCodeToString(status.code()), ": ", status.message());
  const auto detail = rpc::DetailOf(status);
  if (!detail) return out;
  const auto add = [&out](absl::string_view name, absl::string_view value) {
    if (!value.empty()) absl::StrAppend(&out, "\n  ", name, ": ", value);
  };
  add("reason", detail->reason());
  add("subject", detail->subject());
  add("expected", detail->expected());
  add("found", detail->actual());
  return out;
}

}  // namespace whistle::whistlectl
