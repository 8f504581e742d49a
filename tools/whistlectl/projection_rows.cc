#include "tools/whistlectl/projection_rows.h"

#include <deque>
#include <filesystem>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "libs/base/check.h"
#include "libs/base/status_macros.h"
#include "libs/projection/checkpoint.h"
#include "libs/projection/rocks_store.h"
#include "tools/whistlectl/methods.h"
#include "whistle/operations/v1/service.pb.h"

namespace whistle::whistlectl {
namespace {

using operations::v1::ReadProjectionResponse;
using projection::Family;
using projection::Row;

// Messages of a few hundred rows that may wait here: some MiB.
constexpr size_t kMessagesMax = 16;

class FolderSide final : public ProjectionSide {
 public:
  static absl::StatusOr<std::unique_ptr<ProjectionSide>> Open(const std::string& dir) {
    auto side = std::make_unique<FolderSide>();
    std::error_code error;
    std::string service = std::filesystem::path(dir).filename().string();
    if (std::filesystem::exists(dir + "/MANIFEST", error)) {
      WHISTLE_ASSIGN_OR_RETURN(const auto manifest, projection::ReadManifest(dir));
      service = manifest.service();
    }
    WHISTLE_ASSIGN_OR_RETURN(side->store_, projection::RocksStore::OpenToRead(dir));
    side->rows_ = side->store_->SnapshotRows();
    side->service_ = std::move(service);
    side->fold_fingerprint_ = side->store_->fold_fingerprint();
    WHISTLE_ASSIGN_OR_RETURN(side->partitions_, projection::PartitionsOf(*side->rows_));
    return side;
  }

  std::unique_ptr<projection::RowCursor> Rows(Family family) override {
    return std::make_unique<projection::PagedRows>(*rows_, family);
  }

 private:
  // In this order: the snapshot goes before its store.
  std::unique_ptr<projection::RocksStore> store_;
  std::unique_ptr<projection::RowReader<projection::Reader>> rows_;
};

// A stream is pushed, a comparison pulls: a thread and a short queue stand between them.
class RunningSide final : public ProjectionSide {
 public:
  static absl::StatusOr<std::unique_ptr<ProjectionSide>> Open(std::unique_ptr<Client> client,
                                                              const std::string& service) {
    auto side = std::make_unique<RunningSide>();
    side->client_ = std::move(client);
    side->thread_ = std::thread([raw = side.get(), service] { raw->Receive(service); });
    WHISTLE_ASSIGN_OR_RETURN(const bool there, side->AwaitMessage());
    if (!there) return absl::InternalError(absl::StrCat(service, " sent nothing"));
    absl::MutexLock lock(&side->mutex_);
    const ReadProjectionResponse& first = side->messages_.front();
    side->service_ = first.service();
    side->fold_fingerprint_ = first.fold_fingerprint();
    side->partitions_.assign(first.partitions().begin(), first.partitions().end());
    side->messages_.pop_front();
    return side;
  }

  ~RunningSide() override {
    {
      absl::MutexLock lock(&mutex_);
      closed_ = true;
    }
    thread_.join();
  }

  std::unique_ptr<projection::RowCursor> Rows(Family family) override {
    return std::make_unique<Cursor>(this, std::string(projection::FamilyName(family)));
  }

 private:
  class Cursor final : public projection::RowCursor {
   public:
    Cursor(RunningSide* side, std::string family) : side_(*side), family_(std::move(family)) {}

    absl::StatusOr<std::optional<Row>> Next() override {
      while (true) {
        WHISTLE_ASSIGN_OR_RETURN(const bool there, side_.AwaitMessage());
        if (!there) return std::optional<Row>();
        absl::MutexLock lock(&side_.mutex_);
        ReadProjectionResponse& message = side_.messages_.front();
        // The next family's: this one is at its end.
        if (message.column_family() != family_) return std::optional<Row>();
        if (at_ < message.rows_size()) {
          auto* row = message.mutable_rows(at_++);
          return std::optional<Row>(Row{std::move(*row->mutable_key()), std::move(*row->mutable_value())});
        }
        side_.messages_.pop_front();
        at_ = 0;
      }
    }

   private:
    RunningSide& side_;
    const std::string family_;
    int at_ = 0;
  };

  void Receive(const std::string& service) {
    const auto method = FindMethod("operations.ReadProjection");
    WHISTLE_CHECK(method.ok(), method.status().message());
    operations::v1::ReadProjectionRequest request;
    request.set_service(service);
    ReadProjectionResponse response;
    const absl::Status status = client_->Stream(**method, request, service, response, [&] {
      absl::MutexLock lock(&mutex_);
      const auto room = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
        return closed_ || messages_.size() < kMessagesMax;
      };
      mutex_.Await(absl::Condition(&room));
      if (closed_) return false;
      messages_.push_back(std::move(response));
      response.Clear();
      return true;
    });
    absl::MutexLock lock(&mutex_);
    ended_ = status;
  }

  // True once there is a message; false once there will be none.
  absl::StatusOr<bool> AwaitMessage() {
    absl::MutexLock lock(&mutex_);
    const auto known = [this]()
                           ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return !messages_.empty() || ended_.has_value(); };
    mutex_.Await(absl::Condition(&known));
    if (!messages_.empty()) return true;
    WHISTLE_RETURN_IF_ERROR(*ended_);
    return false;
  }

  std::unique_ptr<Client> client_;
  absl::Mutex mutex_;
  std::deque<ReadProjectionResponse> messages_ ABSL_GUARDED_BY(mutex_);
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
  std::optional<absl::Status> ended_ ABSL_GUARDED_BY(mutex_);
  std::thread thread_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<ProjectionSide>> OpenFolderSide(const std::string& dir) { return FolderSide::Open(dir); }

absl::StatusOr<std::unique_ptr<ProjectionSide>> OpenRunningSide(std::unique_ptr<Client> client,
                                                                const std::string& service) {
  return RunningSide::Open(std::move(client), service);
}

}  // namespace whistle::whistlectl
