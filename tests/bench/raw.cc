#include "tests/bench/raw.h"

#include <grpcpp/grpcpp.h>
#include <rocksdb/db.h>
#include <signal.h>

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/check.h"
#include "libs/rpc/testing/echo.grpc.pb.h"

namespace whistle::bench {
namespace {

using rpc::testing::EchoRequest;
using rpc::testing::EchoResponse;

class RawEcho final : public rpc::testing::EchoService::CallbackService {
 public:
  grpc::ServerUnaryReactor* Echo(grpc::CallbackServerContext* context, const EchoRequest* request,
                                 EchoResponse* response) override {
    response->set_text(request->text());
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }
};

struct Call {
  grpc::ClientContext context;
  EchoRequest request;
  EchoResponse response;
};

}  // namespace

int ServeEcho(int port) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  RawEcho echo;
  grpc::ServerBuilder builder;
  builder.AddListeningPort(absl::StrCat("127.0.0.1:", port), grpc::InsecureServerCredentials());
  builder.RegisterService(&echo);
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (server == nullptr) return 1;
  int signal = 0;
  sigwait(&signals, &signal);
  server->Shutdown();
  return 0;
}

Figures LoadEcho(int port, size_t text_bytes, const LoadOptions& options) {
  auto stub = rpc::testing::EchoService::NewStub(
      grpc::CreateChannel(absl::StrCat("127.0.0.1:", port), grpc::InsecureChannelCredentials()));
  const std::string text(text_bytes, 'x');
  return RunLoad(options, [&](int, Done done) {
    auto call = std::make_shared<Call>();
    call->context.set_wait_for_ready(true);
    call->context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
    call->request.set_text(text);
    Call* c = call.get();
    stub->async()->Echo(&c->context, &c->request, &c->response,
                        [call, done = std::move(done)](const grpc::Status& status) { done(status.ok()); });
  });
}

Figures WriteSyncedBatches(const std::string& dir, int records, size_t record_bytes, const LoadOptions& options) {
  rocksdb::Options open;
  open.create_if_missing = true;
  rocksdb::DB* opened = nullptr;
  const rocksdb::Status status = rocksdb::DB::Open(open, dir, &opened);
  WHISTLE_CHECK(status.ok(), "the raw RocksDB does not open");
  const std::unique_ptr<rocksdb::DB> db(opened);
  rocksdb::WriteOptions synced;
  synced.sync = true;
  const std::string value(record_bytes, 'x');
  uint64_t next = 0;
  return RunLoad(options, [&](int, const Done& done) {
    rocksdb::WriteBatch batch;
    for (int i = 0; i < records; ++i) {
      std::string key(12, '\0');
      // Sixteen partitions, each key behind the last of its partition: as the journal's keys are.
      key[3] = static_cast<char>(next % 16);
      for (int byte = 0; byte < 8; ++byte) key[11 - byte] = static_cast<char>((next / 16) >> (8 * byte));
      ++next;
      batch.Put(key, value);
    }
    done(db->Write(synced, &batch).ok());
  });
}

}  // namespace whistle::bench
