// The suite passes a journal that leaves outcomes open and is right to: an append of unknown outcome that was written
// not at all, once, or twice.
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "absl/synchronization/mutex.h"
#include "gtest/gtest.h"
#include "libs/base/check.h"
#include "libs/journal/conformance/conformance.h"
#include "libs/journal/embedded/embedded_journal.h"
#include "libs/journal/embedded/test_folder.h"

namespace whistle::journal {
namespace {

// Every seventh append is of unknown outcome.
class UnsureJournal final : public Journal {
 public:
  explicit UnsureJournal(std::unique_ptr<Journal> journal) : journal_(std::move(journal)) {}

  const Identity& identity() const override { return journal_->identity(); }

  void Append(base::PartitionId partition, Record record, AppendDone done) override {
    // Held over the appends it makes, so that they keep their callers' order.
    absl::MutexLock lock(&mutex_);
    const int number = appended_++;
    if (number % 7 != 6) return journal_->Append(partition, std::move(record), std::move(done));
    const int times = number / 7 % 3;
    if (times == 0) return std::move(done)(absl::UnavailableError("not written, but who knows"));
    if (times == 2) journal_->Append(partition, record, [](const absl::StatusOr<Appended>&) {});
    journal_->Append(partition, std::move(record), [done = std::move(done)](absl::StatusOr<Appended> outcome) mutable {
      if (outcome.ok()) outcome = absl::UnavailableError("written, but who knows");
      std::move(done)(std::move(outcome));
    });
  }

  void End(base::PartitionId partition, EndDone done) override { journal_->End(partition, std::move(done)); }

  absl::StatusOr<std::unique_ptr<Reader>> OpenReader(base::PartitionId partition, base::Offset from,
                                                     std::function<void()> on_ready) override {
    return journal_->OpenReader(partition, from, std::move(on_ready));
  }

 private:
  const std::unique_ptr<Journal> journal_;
  absl::Mutex mutex_;
  int appended_ ABSL_GUARDED_BY(mutex_) = 0;
};

class UnsureHarness final : public Harness {
 public:
  UnsureHarness() { Open(); }

  Journal& journal() override { return *journal_; }

  void Reopen(Stop how) override {
    if (how == Stop::kCrash) {
      const std::string image = folder_.NewPath();
      CopyWhileOpen(dir_, image);
      dir_ = image;
    }
    journal_.reset();
    Open();
  }

  base::VirtualClock* clock() override { return &clock_; }

  std::string why_unknown() const override { return "every seventh is, on purpose"; }

 private:
  void Open() {
    EmbeddedOptions options;
    options.dir = dir_;
    options.clock = &clock_;
    options.clock_kind = ClockKind::kVirtual;
    auto opened = EmbeddedJournal::Open(options);
    WHISTLE_CHECK(opened.ok(), opened.status().ToString());
    journal_ = std::make_unique<UnsureJournal>(*std::move(opened));
  }

  TestFolder folder_;
  std::string dir_ = folder_.NewPath();
  base::VirtualClock clock_{absl::FromUnixMillis(1'240'000'000'000)};
  std::unique_ptr<Journal> journal_;
};

INSTANTIATE_TEST_SUITE_P(Unsure, JournalConformance,
                         testing::Values(ImplementationUnderTest{"EverySeventh",
                                                                 [] { return std::make_unique<UnsureHarness>(); }}),
                         NameOf);

}  // namespace
}  // namespace whistle::journal
