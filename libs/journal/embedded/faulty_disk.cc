#include "libs/journal/embedded/faulty_disk.h"

#include <utility>

#include "absl/strings/match.h"

namespace whistle::journal {
namespace {

class FaultyFile final : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  FaultyFile(std::unique_ptr<rocksdb::FSWritableFile> file, SyncControl& control)
      : FSWritableFileOwnerWrapper(std::move(file)), control_(control) {}

  rocksdb::IOStatus Sync(const rocksdb::IOOptions& options, rocksdb::IODebugContext* debug) override {
    rocksdb::IOStatus status = control_.OnSync();
    return status.ok() ? FSWritableFileOwnerWrapper::Sync(options, debug) : status;
  }
  rocksdb::IOStatus Fsync(const rocksdb::IOOptions& options, rocksdb::IODebugContext* debug) override {
    return Sync(options, debug);
  }

 private:
  SyncControl& control_;
};

class FaultyFileSystem final : public rocksdb::FileSystemWrapper {
 public:
  explicit FaultyFileSystem(SyncControl& control)
      : FileSystemWrapper(rocksdb::FileSystem::Default()), control_(control) {}

  const char* Name() const override { return "FaultyFileSystem"; }

  rocksdb::IOStatus NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* file,
                                    rocksdb::IODebugContext* debug) override {
    rocksdb::IOStatus status = FileSystemWrapper::NewWritableFile(name, options, file, debug);
    if (status.ok() && absl::EndsWith(name, ".log")) *file = std::make_unique<FaultyFile>(std::move(*file), control_);
    return status;
  }

 private:
  SyncControl& control_;
};

}  // namespace

void SyncControl::Hold() {
  absl::MutexLock lock(&mutex_);
  hold_ = true;
}

void SyncControl::Release() {
  absl::MutexLock lock(&mutex_);
  hold_ = false;
}

void SyncControl::AwaitHeld() {
  absl::MutexLock lock(&mutex_);
  const auto held = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return held_ > 0; };
  mutex_.Await(absl::Condition(&held));
}

void SyncControl::FailNext(int count) {
  absl::MutexLock lock(&mutex_);
  to_fail_ = count;
}

int SyncControl::synced() const {
  absl::MutexLock lock(&mutex_);
  return synced_;
}

rocksdb::IOStatus SyncControl::OnSync() {
  absl::MutexLock lock(&mutex_);
  const auto may_go = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return !hold_; };
  ++held_;
  mutex_.Await(absl::Condition(&may_go));
  --held_;
  if (to_fail_ > 0) {
    --to_fail_;
    return rocksdb::IOStatus::IOError("the test's disk failed to sync");
  }
  ++synced_;
  return rocksdb::IOStatus::OK();
}

std::unique_ptr<rocksdb::Env> MakeFaultyEnv(SyncControl& control) {
  return rocksdb::NewCompositeEnv(std::make_shared<FaultyFileSystem>(control));
}

}  // namespace whistle::journal
