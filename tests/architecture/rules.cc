#include "tests/architecture/rules.h"

#include <algorithm>
#include <regex>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace whistle::architecture {
namespace {

// "base" of "libs/base/hash.h"; empty for anything that is not under `top`.
std::string FolderUnder(const std::string& path, const std::string& top) {
  if (!absl::StartsWith(path, top + "/")) return "";
  const size_t begin = top.size() + 1;
  const size_t end = path.find('/', begin);
  return end == std::string::npos ? "" : path.substr(begin, end - begin);
}

bool IsStub(const std::string& include) { return absl::EndsWith(include, ".grpc.pb.h"); }
bool IsMessage(const std::string& include) { return absl::EndsWith(include, ".pb.h") && !IsStub(include); }

// Line numbers and texts of the code lines that match.
Complaints Lines(const SourceFile& file, const std::string& text, const std::regex& pattern,
                 const std::string& complaint) {
  Complaints complaints;
  int number = 0;
  for (const auto line : absl::StrSplit(text, '\n')) {
    ++number;
    if (std::regex_search(line.begin(), line.end(), pattern)) {
      complaints.push_back(absl::StrCat(file.path, ":", number, ": ", complaint));
    }
  }
  return complaints;
}

void Append(Complaints& to, Complaints more) { to.insert(to.end(), more.begin(), more.end()); }

}  // namespace

Dependencies ReadDependencies(const std::string& libs_readme) {
  static const std::regex kRow(R"(^\|\s*`(\w+)`\s*\|[^|]*\|([^|]*)\|)");
  static const std::regex kName(R"(`(\w+)`)");
  Dependencies dependencies;
  std::set<std::string> above = {"messages"};
  for (const auto piece : absl::StrSplit(libs_readme, '\n')) {
    const std::string line(piece);
    std::smatch row;
    if (!std::regex_search(line, row, kRow)) continue;
    const std::string library = row[1];
    const std::string may = row[2];
    std::set<std::string>& uses = dependencies[library];
    for (auto it = std::sregex_iterator(may.begin(), may.end(), kName); it != std::sregex_iterator(); ++it)
      uses.insert((*it)[1]);
    if (absl::StrContains(may, "messages")) uses.insert("messages");
    // Stubs are messages and services.
    if (absl::StrContains(may, "stubs")) uses.insert({"messages", "stubs"});
    if (absl::StrContains(may, "all of the above")) uses.insert(above.begin(), above.end());
    above.insert(uses.begin(), uses.end());
    above.insert(library);
  }
  return dependencies;
}

bool IsDomainCode(const std::string& path) {
  if (IsTestCode(path)) return false;
  const std::string library = FolderUnder(path, "libs");
  if (library == "base" || library == "domain" || library == "registry") return true;
  const std::string service = FolderUnder(path, "services");
  if (service.empty() || service == "allinone") return false;
  const std::string name = FileName(path);
  return name != "service.h" && name != "service.cc" && name != "main.cc";
}

Complaints DomainCodeSeesOnlyTheDomain(const SourceFile& file) {
  Complaints complaints;
  if (!IsDomainCode(file.path)) return complaints;
  const std::string service = FolderUnder(file.path, "services");
  const bool query = !service.empty() && absl::StartsWith(FileName(file.path), "queries");
  for (const std::string& include : Includes(file.text)) {
    const std::string library = FolderUnder(include, "libs");
    const std::string other = FolderUnder(include, "services");
    std::string why;
    if (!library.empty()) {
      const bool known = library == "base" || library == "domain" || library == "registry";
      if (!known && !(query && (library == "projection" || library == "entries"))) why = "is not the domain's";
      if (include == "libs/base/clock.h" && FolderUnder(file.path, "libs") != "base") why = "is a clock";
    } else if (!other.empty() && other != service) {
      why = "belongs to another service: services meet in messages only";
    } else if (IsStub(include) || absl::StartsWith(include, "grpc")) {
      why = "is gRPC";
    } else if (absl::StartsWith(include, "rocksdb/")) {
      why = "is RocksDB";
    } else if (absl::StartsWith(include, "spdlog/")) {
      why = "is logging";
    } else if (absl::StartsWith(include, "librdkafka/")) {
      why = "is Kafka";
    } else if (include == "thread" || include == "mutex" || include == "fstream" || include == "filesystem") {
      why = "has no place in a pure function";
    }
    if (!why.empty()) complaints.push_back(absl::StrCat(file.path, ": includes ", include, ", which ", why));
  }
  static const std::regex kClock(
      R"(absl::Now\(|GetCurrentTimeNanos|\w+_clock::now|\b(clock_)?gettime(ofday)?\(|\btime\(\s*(nullptr|NULL|0)\s*\))");
  if (FolderUnder(file.path, "libs") != "base") {
    Append(complaints, Lines(file, CodeOnly(file.text), kClock, "reads a clock; the time comes in the Context"));
  }
  return complaints;
}

Complaints LibrariesIncludeWhatTheyMay(const SourceFile& file, const Dependencies& dependencies) {
  Complaints complaints;
  const std::string library = FolderUnder(file.path, "libs");
  if (library.empty() || IsTestCode(file.path)) return complaints;
  const auto row = dependencies.find(library);
  if (row == dependencies.end())
    return {absl::StrCat(file.path, ": libs/", library, " is missing in the table of libs/README.md")};
  for (const std::string& include : Includes(file.text)) {
    std::string used = FolderUnder(include, "libs");
    if (absl::StartsWith(include, "whistle/")) used = IsStub(include) ? "stubs" : IsMessage(include) ? "messages" : "";
    if (!FolderUnder(include, "services").empty()) used = "services";
    if (used.empty() || used == library || row->second.contains(used)) continue;
    complaints.push_back(absl::StrCat(file.path, ": includes ", include, "; libs/README.md allows ", library,
                                      " to use: ", absl::StrJoin(row->second, ", ")));
  }
  return complaints;
}

Complaints ForeignLibrariesStayInTheirPlace(const SourceFile& file) {
  struct Place {
    std::string prefix;
    std::vector<std::string> where;
  };
  // A second user of one of these wants a seam, not a second place that knows its habits.
  static const std::vector<Place> kPlaces = {
      {"rocksdb/", {"libs/journal/embedded/", "libs/projection/"}},
      {"grpcpp/", {"libs/rpc/", "libs/host/", "services/", "tools/"}},
      {"grpc/", {"libs/rpc/", "libs/host/"}},
      {"spdlog/", {"libs/telemetry/"}},
      {"httplib.h", {"libs/telemetry/"}},
      {"openssl/", {"libs/base/", "libs/journal/"}},
      {"yaml-cpp/", {"tools/"}},
      {"librdkafka/", {"libs/journal/kafka/"}},
  };
  Complaints complaints;
  if (IsTestCode(file.path)) return complaints;
  for (const std::string& include : Includes(file.text)) {
    for (const Place& place : kPlaces) {
      if (!absl::StartsWith(include, place.prefix)) continue;
      const bool allowed = std::any_of(place.where.begin(), place.where.end(),
                                       [&](const std::string& where) { return absl::StartsWith(file.path, where); });
      if (!allowed) {
        complaints.push_back(
            absl::StrCat(file.path, ": includes ", include, ", which belongs in ", absl::StrJoin(place.where, " or ")));
      }
    }
  }
  return complaints;
}

Complaints TargetsLinkWhatTheyMay(const SourceFile& cmake, const Dependencies& dependencies) {
  Complaints complaints;
  const std::string library = FolderUnder(cmake.path, "libs");
  const auto row = dependencies.find(library);
  if (row == dependencies.end()) return complaints;
  static const std::regex kLibrary(R"(whistle_library\(([^)]*)\))");
  static const std::regex kDependency(R"(whistle::(\w+))");
  for (auto it = std::sregex_iterator(cmake.text.begin(), cmake.text.end(), kLibrary); it != std::sregex_iterator();
       ++it) {
    const std::string call = (*it)[1];
    for (auto dep = std::sregex_iterator(call.begin(), call.end(), kDependency); dep != std::sregex_iterator(); ++dep) {
      std::string used = (*dep)[1];
      if (used == "proto") used = "messages";
      // journal_embedded is a part of journal.
      std::string owner = used;
      while (!dependencies.contains(owner) && owner != "messages" && owner != "stubs" &&
             absl::StrContains(owner, '_')) {
        owner = owner.substr(0, owner.rfind('_'));
      }
      if (owner == library || row->second.contains(owner)) continue;
      complaints.push_back(absl::StrCat(cmake.path, ": links whistle::", std::string((*dep)[1]),
                                        "; libs/README.md allows ", library,
                                        " to use: ", absl::StrJoin(row->second, ", ")));
    }
  }
  return complaints;
}

Complaints NothingIsLeftForLater(const SourceFile& file) {
  // Written so that this file does not complain about itself.
  static const std::regex kMarks(
      "\\b(TO"
      "DO|FIX"
      "ME|X"
      "XX|HA"
      "CK)\\b");
  return Lines(file, file.text, kMarks, "leaves something for later; do it, or open an issue");
}

Complaints TestsNeverSleep(const SourceFile& file) {
  if (!absl::EndsWith(file.path, "_test.cc") && !absl::StartsWith(file.path, "tests/")) return {};
  static const std::regex kSleep(R"(\b(sleep_for|sleep_until|SleepFor|usleep|nanosleep)\b|\bsleep\()");
  return Lines(file, CodeOnly(file.text), kSleep, "sleeps; wait for a condition");
}

Complaints TestsAreNeverSwitchedOff(const SourceFile& file) {
  static const std::regex kOff(
      "DISAB"
      "LED_");
  return Lines(file, CodeOnly(file.text), kOff, "switches a test off; mend it or delete it");
}

Complaints NoExceptions(const SourceFile& file) {
  if (IsTestCode(file.path)) return {};
  static const std::regex kThrow(R"(\bthrow\b)");
  // What a library throws is caught by its name, where it is called.
  static const std::regex kCatch(R"(\bcatch\b(?!\s*\(\s*const (YAML|httplib|std::filesystem)::))");
  const std::string code = CodeOnly(file.text);
  Complaints complaints = Lines(file, code, kCatch, "catches what no library of ours throws");
  // There a throw is how a constant expression refuses, at compile time.
  if (file.path != "libs/telemetry/log.h")
    Append(complaints, Lines(file, code, kThrow, "throws; return an absl::Status"));
  return complaints;
}

Complaints ProgramsHoldNoTestCode(const SourceFile& file) {
  Complaints complaints;
  if (IsTestCode(file.path)) return complaints;
  for (const std::string& include : Includes(file.text)) {
    const bool test_code =
        IsTestCode(include) || absl::StartsWith(include, "gtest/") || absl::StartsWith(include, "gmock/");
    if (test_code) complaints.push_back(absl::StrCat(file.path, ": includes ", include, ", which only tests may"));
  }
  return complaints;
}

Complaints IsCompiled(const SourceFile& file, const std::string& compile_commands) {
  if (!absl::EndsWith(file.path, ".cc") || absl::StrContains(compile_commands, absl::StrCat("/", file.path, "\"")))
    return {};
  return {absl::StrCat(file.path, ": no CMakeLists.txt names it, so nothing builds it")};
}

Complaints TopLevelHoldsWhatTheDesignLists(const std::vector<std::string>& names) {
  static const std::set<std::string> kListed = {"CMakeLists.txt", "README.md", "deploy", "libs",
                                                "proto",          "services",  "tests",  "tools"};
  static const std::set<std::string> kIgnored = {"build", "node_modules", "var"};
  Complaints complaints;
  for (const std::string& name : names) {
    if (absl::StartsWith(name, ".") || absl::StartsWith(name, "build-")) continue;
    if (kListed.contains(name) || kIgnored.contains(name)) continue;
    complaints.push_back(
        absl::StrCat(name, ": the top level holds just ", absl::StrJoin(kListed, ", "), " and dot files"));
  }
  return complaints;
}

}  // namespace whistle::architecture
