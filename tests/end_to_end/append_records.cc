// Appends records to an embedded journal of a virtual clock that no process has open, whatever they say: what a foreign
// writer would do to a topic.
//
//   printf '%s %s %s\n' 7 <key in hex> <value in hex> | append_records var/journal 2021-07-14T08:00:00Z
//
// One record a line: partition (or "registry"), key, value ("-" for an empty one), and headers, each "name=text".
// Prints each one's place, "7:123".
#include <algorithm>
#include <cstdio>
#include <iostream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/synchronization/notification.h"
#include "libs/base/clock.h"
#include "libs/base/time.h"
#include "libs/journal/embedded/embedded_journal.h"

namespace whistle::journal {
namespace {

std::string FromHex(const std::string& text) { return text == "-" ? std::string() : absl::HexStringToBytes(text); }

int Main(const std::string& dir, const std::string& stamp) {
  const auto at = base::TimeFromText(stamp);
  if (!at.ok()) {
    std::cerr << at.status() << "\n";
    return 2;
  }
  const base::VirtualClock clock(*at);
  auto journal = EmbeddedJournal::Open({.dir = dir, .clock = &clock, .clock_kind = ClockKind::kVirtual});
  if (!journal.ok()) {
    std::cerr << journal.status() << "\n";
    return 1;
  }
  for (std::string line; std::getline(std::cin, line);) {
    std::istringstream words(line);
    std::string where, key, value;
    int index = 0;
    if (!(words >> where >> key >> value) || (where != "registry" && !absl::SimpleAtoi(where, &index))) {
      std::cerr << "expected PARTITION KEY VALUE, found: " << line << "\n";
      return 2;
    }
    std::vector<std::pair<std::string, std::string>> headers;
    for (std::string header; words >> header;) {
      const size_t sign = std::min(header.find('='), header.size() - 1);
      headers.emplace_back(header.substr(0, sign), header.substr(sign + 1));
    }
    const auto partition = where == "registry" ? base::PartitionId::Registry() : base::PartitionId::Case(index);
    absl::StatusOr<Appended> appended = absl::UnknownError("not answered");
    absl::Notification answered;
    (*journal)->Append(partition, {FromHex(key), FromHex(value), std::move(headers)},
                       [&](absl::StatusOr<Appended> done) {
                         appended = std::move(done);
                         answered.Notify();
                       });
    answered.WaitForNotification();
    if (!appended.ok()) {
      std::cerr << appended.status() << "\n";
      return 1;
    }
    std::cout << where << ":" << appended->offset << "\n";
  }
  return 0;
}

}  // namespace
}  // namespace whistle::journal

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: append_records JOURNAL_FOLDER STAMP\n");
    return 2;
  }
  return whistle::journal::Main(argv[1], argv[2]);
}
