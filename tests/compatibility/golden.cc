#include "tests/compatibility/golden.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "google/protobuf/timestamp.pb.h"
#include "libs/base/hash.h"
#include "libs/base/proto.h"
#include "libs/base/status_macros.h"

namespace whistle::compatibility {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;
using journal::v1::Decision;
using journal::v1::Event;

constexpr char kCaseId[] = "golden";
constexpr int kDepthMax = 8;
// 2021-07-01T00:00:00Z; every decision a day later than the one before.
constexpr int64_t kStartSeconds = 1625097600;

// Which event makes what a reference of that name refers to.
const std::map<std::string, std::string>& MakerOf() {
  static const auto* const kMakers =
      new std::map<std::string, std::string>{{"assignment_id", "response_requested"},
                                             {"condition_id", "condition_imposed"},
                                             {"whistle_id", "whistle_blown"},
                                             {"meeting_id", "meeting_convened"},
                                             {"commitment_id", "commitment_made"},
                                             {"item_id", "item_listed"},
                                             {"escalation_id", "escalation_raised"},
                                             {"finding_id", "finding_raised"},
                                             {"letter_id", "suggestion_issued"},
                                             {"file_id", "accountability_opened"},
                                             {"hazard_id", "hazard_identified"},
                                             {"handling_id", "handling_upgraded"},
                                             {"referral_id", "referred_for_accountability"},
                                             {"proposal_event_id", "merge_proposed"},
                                             {"claim_event_id", "response_submitted"},
                                             {"review_event_id", "review_requested"},
                                             {"response_event_id", "response_submitted"}};
  return *kMakers;
}

std::string Reference(const std::string& maker, const std::vector<std::string>& order) {
  const auto at = std::find(order.begin(), order.end(), maker);
  return absl::StrCat(at - order.begin() + 1, ".1");
}

void Fill(Message& message, int depth, const std::vector<std::string>& order);

void FillField(Message& message, const FieldDescriptor* field, int depth, const std::vector<std::string>& order) {
  const Reflection& r = *message.GetReflection();
  const bool many = field->is_repeated();
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING: {
      std::string value = absl::StrCat("a ", field->name());
      if (field->type() == FieldDescriptor::TYPE_BYTES) value = std::string(32, '\x5a');
      if (const auto maker = MakerOf().find(field->name()); maker != MakerOf().end()) {
        value = Reference(maker->second, order);
      } else if (absl::EndsWith(field->name(), "event_id") || absl::EndsWith(field->name(), "event_ids")) {
        value = "1.1";
      }
      many ? r.AddString(&message, field, value) : r.SetString(&message, field, value);
      return;
    }
    case FieldDescriptor::CPPTYPE_INT32:
      many ? r.AddInt32(&message, field, 3) : r.SetInt32(&message, field, 3);
      return;
    case FieldDescriptor::CPPTYPE_INT64:
      many ? r.AddInt64(&message, field, 5) : r.SetInt64(&message, field, 5);
      return;
    case FieldDescriptor::CPPTYPE_UINT32:
      many ? r.AddUInt32(&message, field, 7) : r.SetUInt32(&message, field, 7);
      return;
    case FieldDescriptor::CPPTYPE_UINT64:
      many ? r.AddUInt64(&message, field, 9) : r.SetUInt64(&message, field, 9);
      return;
    case FieldDescriptor::CPPTYPE_DOUBLE:
      many ? r.AddDouble(&message, field, 1.5) : r.SetDouble(&message, field, 1.5);
      return;
    case FieldDescriptor::CPPTYPE_FLOAT:
      many ? r.AddFloat(&message, field, 1.5F) : r.SetFloat(&message, field, 1.5F);
      return;
    case FieldDescriptor::CPPTYPE_BOOL:
      many ? r.AddBool(&message, field, true) : r.SetBool(&message, field, true);
      return;
    case FieldDescriptor::CPPTYPE_ENUM: {
      const auto* value = field->enum_type()->value(field->enum_type()->value_count() > 1 ? 1 : 0);
      many ? r.AddEnum(&message, field, value) : r.SetEnum(&message, field, value);
      return;
    }
    case FieldDescriptor::CPPTYPE_MESSAGE:
      Fill(many ? *r.AddMessage(&message, field) : *r.MutableMessage(&message, field), depth + 1, order);
      return;
  }
}

void Fill(Message& message, int depth, const std::vector<std::string>& order) {
  if (depth > kDepthMax) return;
  if (message.GetDescriptor()->full_name() == "google.protobuf.Timestamp") {
    static_cast<google::protobuf::Timestamp&>(message).set_seconds(kStartSeconds);
    return;
  }
  for (int i = 0; i < message.GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor* field = message.GetDescriptor()->field(i);
    // Of a oneof the first only.
    if (field->real_containing_oneof() != nullptr && field != field->containing_oneof()->field(0)) continue;
    FillField(message, field, depth, order);
  }
}

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  if (!in) return absl::NotFoundError(absl::StrCat(path, " cannot be read"));
  return text.str();
}

absl::Status WriteNew(const std::string& path, const std::string& text) {
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  std::ofstream out(path, std::ios::binary);
  out << text;
  out.close();
  return out ? absl::OkStatus() : absl::UnavailableError(absl::StrCat(path, " cannot be written"));
}

std::string DecisionFile(const std::string& dir, size_t place, const std::string& event) {
  return absl::StrCat(dir, "/decisions/", absl::StrFormat("%03d", place + 1), "-", event, ".bin");
}

absl::StatusOr<std::vector<std::string>> ReadOrder(const std::string& dir) {
  WHISTLE_ASSIGN_OR_RETURN(const std::string text, ReadFile(dir + "/manifest.txt"));
  return std::vector<std::string>(absl::StrSplit(text, '\n', absl::SkipEmpty()));
}

}  // namespace

std::vector<std::string> EventNames() {
  std::vector<std::pair<int, std::string>> numbered;
  const auto* body = Event::descriptor()->FindOneofByName("body");
  for (int i = 0; i < body->field_count(); ++i) numbered.emplace_back(body->field(i)->number(), body->field(i)->name());
  std::sort(numbered.begin(), numbered.end());
  std::vector<std::string> names;
  for (auto& [number, name] : numbered) names.push_back(std::move(name));
  return names;
}

Decision MakeDecision(const std::string& event, const std::vector<std::string>& order) {
  const auto place = std::find(order.begin(), order.end(), event) - order.begin();
  const FieldDescriptor* field = Event::descriptor()->FindFieldByName(event);
  Decision decision;
  Fill(decision, kDepthMax, order);
  decision.set_case_id(kCaseId);
  decision.set_service(static_cast<common::v1::Service>(field->number() / 100));
  decision.set_level(1);
  decision.mutable_decided_at()->set_seconds(kStartSeconds + place * 86400);
  decision.clear_events();
  Event* filled = decision.add_events();
  filled->mutable_occurred_at()->set_seconds(kStartSeconds + place * 86400);
  FillField(*filled, field, 0, order);
  return decision;
}

absl::StatusOr<std::vector<GoldenDecision>> ReadDecisions(const std::string& dir) {
  WHISTLE_ASSIGN_OR_RETURN(const std::vector<std::string> order, ReadOrder(dir));
  std::vector<GoldenDecision> decisions;
  for (size_t i = 0; i < order.size(); ++i) {
    WHISTLE_ASSIGN_OR_RETURN(std::string bytes, ReadFile(DecisionFile(dir, i, order[i])));
    decisions.push_back({order[i], std::move(bytes)});
  }
  return decisions;
}

bool Folds(const domain::Model& model, const GoldenDecision& decision) {
  const FieldDescriptor* field = Event::descriptor()->FindFieldByName(decision.event);
  const bool of_registry = field != nullptr && field->number() / 100 == common::v1::SERVICE_REGISTRY;
  return of_registry == (model.service == common::v1::SERVICE_REGISTRY);
}

absl::StatusOr<std::vector<std::string>> FoldDigests(const domain::Model& model,
                                                     const std::vector<GoldenDecision>& decisions) {
  std::unique_ptr<Message> state = model.new_state();
  std::vector<std::string> digests;
  for (size_t i = 0; i < decisions.size(); ++i) {
    if (!Folds(model, decisions[i])) continue;
    Decision decision;
    if (!decision.ParseFromString(decisions[i].bytes)) {
      return absl::DataLossError(absl::StrCat("the stored bytes of ", decisions[i].event, " no longer decode"));
    }
    if (base::SerializeDeterministically(decision) != decisions[i].bytes) {
      return absl::DataLossError(
          absl::StrCat("the stored bytes of ", decisions[i].event, " lose something when decoded"));
    }
    const base::Version version{i + 1};
    const domain::EventRef ref{kCaseId, domain::MakeEventId(version, 1), version, &decision};
    model.evolve(*state, decision.events(0), ref);
    std::string made = base::SerializeDeterministically(*state);
    std::vector<std::string> indexes = model.indexes(*state, kCaseId);
    std::sort(indexes.begin(), indexes.end());
    for (const std::string& key : indexes) absl::StrAppend(&made, "\nindex ", key);
    for (const std::string& key : model.footprints(*state, decision.events(0), ref)) {
      absl::StrAppend(&made, "\nfootprint ", key);
    }
    std::vector<std::string> items;
    for (const auto& item : model.agenda(*state, kCaseId)) items.push_back(base::SerializeDeterministically(item));
    std::sort(items.begin(), items.end());
    for (const std::string& item : items) absl::StrAppend(&made, "\nagenda ", item);
    digests.push_back(absl::StrCat(decisions[i].event, " ", base::Sha256(made).ToHex()));
  }
  return digests;
}

std::string FoldFile(const std::string& dir, const domain::Model& model) {
  return absl::StrCat(dir, "/folds/", model.name, "/", model.fold_fingerprint, ".txt");
}

absl::Status WriteMissing(const std::string& dir, const std::vector<domain::Model>& models) {
  std::vector<std::string> order;
  if (std::filesystem::exists(dir + "/manifest.txt")) {
    WHISTLE_ASSIGN_OR_RETURN(order, ReadOrder(dir));
  }
  for (const std::string& name : EventNames()) {
    if (std::find(order.begin(), order.end(), name) == order.end()) order.push_back(name);
  }
  std::string manifest;
  for (size_t i = 0; i < order.size(); ++i) {
    absl::StrAppend(&manifest, order[i], "\n");
    const std::string path = DecisionFile(dir, i, order[i]);
    if (std::filesystem::exists(path)) continue;
    WHISTLE_RETURN_IF_ERROR(WriteNew(path, base::SerializeDeterministically(MakeDecision(order[i], order))));
  }
  WHISTLE_RETURN_IF_ERROR(WriteNew(dir + "/manifest.txt", manifest));
  WHISTLE_ASSIGN_OR_RETURN(const std::vector<GoldenDecision> decisions, ReadDecisions(dir));
  for (const domain::Model& model : models) {
    if (std::filesystem::exists(FoldFile(dir, model))) continue;
    WHISTLE_ASSIGN_OR_RETURN(const std::vector<std::string> digests, FoldDigests(model, decisions));
    std::string text;
    for (const std::string& line : digests) absl::StrAppend(&text, line, "\n");
    WHISTLE_RETURN_IF_ERROR(WriteNew(FoldFile(dir, model), text));
  }
  return absl::OkStatus();
}

}  // namespace whistle::compatibility
