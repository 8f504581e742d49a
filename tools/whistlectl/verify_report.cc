#include "tools/whistlectl/verify_report.h"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tools/whistlectl/client.h"
#include "tools/whistlectl/display.h"

namespace whistle::whistlectl {
namespace {

std::string KindsText(const verify::Report& report) {
  std::map<std::string, uint64_t> kinds;
  for (const verify::v1::Problem& problem : report.problems) ++kinds[problem.kind()];
  std::vector<std::string> parts;
  for (const auto& [kind, count] : kinds) parts.push_back(absl::StrCat(count, " ", kind));
  if (report.problem_count > report.problems.size()) {
    parts.push_back(absl::StrCat(report.problem_count - report.problems.size(), " not told"));
  }
  return absl::StrJoin(parts, ", ");
}

std::string WhatWasChecked(const verify::Report& report) {
  std::string text = absl::StrCat(report.decisions, " decisions, ", report.cases, " cases, ", report.partitions,
                                  " partitions, ", report.registry_decisions, " decisions of the registry, ",
                                  report.superseded, " superseded, ", report.malformed, " malformed; ");
  absl::StrAppend(&text, report.services.empty()
                             ? "no projection compared"
                             : absl::StrCat("projections compared: ", absl::StrJoin(report.services, ", ")));
  if (!report.not_folded.empty()) return absl::StrCat(text, "; no fresh fold: ", report.not_folded);
  uint64_t rows = 0;
  for (const verify::FamilyDigest& family : report.families) rows += family.rows;
  return absl::StrCat(text, "; fresh fold compared: ", report.families.size(), " column families, ", rows, " rows");
}

std::string RateText(const verify::Report& report, absl::Duration took) {
  const double seconds = std::max(absl::ToDoubleSeconds(took), 0.001);
  const uint64_t read = report.decisions + report.registry_decisions;
  return absl::StrCat(static_cast<int64_t>(seconds + 0.5), " s, ",
                      static_cast<int64_t>(static_cast<double>(read) / seconds), " decisions a second",
                      report.resumed > 0 ? absl::StrCat(", ", report.resumed, " records taken up") : "");
}

std::string Field(absl::string_view name, absl::string_view value) {
  return absl::StrCat(JsonString(name), ": ", JsonString(value));
}
std::string Field(absl::string_view name, uint64_t value) { return absl::StrCat(JsonString(name), ": ", value); }

std::string ProblemJson(const verify::v1::Problem& problem) {
  return absl::StrCat("{",
                      absl::StrJoin({Field("kind", problem.kind()), Field("place", problem.place()),
                                     Field("service", problem.service()), Field("case_id", problem.case_id()),
                                     Field("version", problem.version()), Field("expected", problem.expected()),
                                     Field("found", problem.found())},
                                    ", "),
                      "}");
}

template <typename Items, typename Json>
std::string ListField(absl::string_view name, const Items& items, Json json) {
  std::vector<std::string> parts;
  for (const auto& item : items) parts.push_back(json(item));
  return absl::StrCat(JsonString(name), ": [", absl::StrJoin(parts, ", "), "]");
}

}  // namespace

std::string VerifyLine(const verify::Report& report, absl::Duration took) {
  const std::string rest = absl::StrCat(WhatWasChecked(report), "; ", RateText(report, took));
  if (report.problem_count == 0) return absl::StrCat("verify: OK: ", rest);
  return absl::StrCat("verify: FAILED: ", report.problem_count,
                      report.problem_count == 1 ? " problem (" : " problems (", KindsText(report), "); ", rest);
}

std::string VerifyLine(const absl::Status& error) {
  std::string said = DescribeStatus(error);
  std::replace(said.begin(), said.end(), '\n', ' ');
  return absl::StrCat("verify: FAILED: not verified: ", said);
}

std::string VerifyText(const verify::Report& report) {
  std::string text =
      absl::StrCat("journal ", report.journal_uuid, ", ", report.records, " records, ", report.bytes, " bytes, digest ",
                   report.journal_digest.empty() ? "unknown" : report.journal_digest, "\n");
  for (const verify::FamilyDigest& family : report.families) {
    absl::StrAppend(&text, "digest ", family.service, " ", family.family, " ", family.rows, " rows ", family.stored,
                    family.fresh == family.stored ? "" : absl::StrCat(", a fresh fold's ", family.fresh), "\n");
  }
  for (const std::string& notice : report.notices) absl::StrAppend(&text, "notice: ", Printable(notice), "\n");
  for (const verify::v1::Problem& problem : report.problems) {
    absl::StrAppend(&text, "problem: ", Printable(verify::ProblemText(problem)), "\n");
  }
  if (report.problem_count > report.problems.size()) {
    absl::StrAppend(&text, "problem: ", report.problem_count - report.problems.size(),
                    " more; --problems=N tells more of them\n");
  }
  return text;
}

std::string VerifyJson(const verify::Report& report, absl::Duration took) {
  const auto text = [](const std::string& one) { return JsonString(one); };
  return absl::StrCat("{",
                      absl::StrJoin({absl::StrCat("\"ok\": ", report.problem_count == 0 ? "true" : "false"),
                                     Field("line", VerifyLine(report, took)),
                                     Field("journal", report.journal_uuid),
                                     Field("journal_digest", report.journal_digest),
                                     Field("partitions", static_cast<uint64_t>(report.partitions)),
                                     Field("records", report.records),
                                     Field("bytes", report.bytes),
                                     Field("decisions", report.decisions),
                                     Field("cases", report.cases),
                                     Field("registry_decisions", report.registry_decisions),
                                     Field("superseded", report.superseded),
                                     Field("malformed", report.malformed),
                                     Field("resumed", report.resumed),
                                     Field("took_ms", static_cast<uint64_t>(absl::ToInt64Milliseconds(took))),
                                     ListField("services", report.services, text),
                                     Field("not_folded", report.not_folded),
                                     ListField("digests", report.families,
                                               [](const verify::FamilyDigest& family) {
                                                 return absl::StrCat("{", Field("service", family.service), ", ",
                                                                     Field("family", family.family), ", ",
                                                                     Field("rows", family.rows), ", ",
                                                                     Field("stored", family.stored), ", ",
                                                                     Field("fresh", family.fresh), "}");
                                               }),
                                     ListField("notices", report.notices, text),
                                     ListField("problems", report.problems, ProblemJson),
                                     Field("problem_count", report.problem_count)},
                                    ", "),
                      "}\n");
}

std::string VerifyJson(const absl::Status& error) {
  return absl::StrCat("{\"ok\": false, ", Field("line", VerifyLine(error)), "}\n");
}

}  // namespace whistle::whistlectl
