// What buf's rules cannot say about our contracts.
#include "tests/contracts/contracts.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"

namespace whistle::contracts {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::FileDescriptor;
using google::protobuf::MethodDescriptor;
using google::protobuf::SourceLocation;

// Collects sentences and says them all at once, so that one run shows everything there is to mend.
class Complaints {
 public:
  ~Complaints() { EXPECT_TRUE(complaints_.empty()) << absl::StrJoin(complaints_, "\n"); }
  template <typename... Parts>
  void Add(const Parts&... parts) {
    complaints_.push_back(absl::StrCat(parts...));
  }

 private:
  std::vector<std::string> complaints_;
};

// Complains unless the element has a comment above or beside it.
template <typename Element>
void ExpectDocumented(const Element& element, const FileDescriptor& file, Complaints& complaints) {
  SourceLocation at;
  if (!element.GetSourceLocation(&at)) {
    complaints.Add(file.name(), ": no place known for ", element.full_name());
    return;
  }
  if (!absl::StripAsciiWhitespace(at.leading_comments).empty() ||
      !absl::StripAsciiWhitespace(at.trailing_comments).empty())
    return;
  complaints.Add("proto/", file.name(), ":", at.start_line + 1, ": ", element.full_name(), " has no comment");
}

void ExpectDocumented(const EnumDescriptor& type, Complaints& complaints) {
  ExpectDocumented(type, *type.file(), complaints);
  for (int i = 0; i < type.value_count(); ++i) ExpectDocumented(*type.value(i), *type.file(), complaints);
}

// A field of journal.v1.Event.body is named after its event, and the event's own message says what happened.
bool IsEventBody(const FieldDescriptor& field) {
  const auto* oneof = field.real_containing_oneof();
  return oneof != nullptr && oneof->full_name() == "whistle.journal.v1.Event.body";
}

TEST(ContractsTest, EverythingIsDocumented) {
  const Contracts contracts;
  Complaints complaints;
  for (const FileDescriptor* file : contracts.files()) {
    for (int i = 0; i < file->enum_type_count(); ++i) ExpectDocumented(*file->enum_type(i), complaints);
    for (int i = 0; i < file->service_count(); ++i) ExpectDocumented(*file->service(i), *file, complaints);
  }
  for (const Descriptor* message : contracts.Messages()) {
    ExpectDocumented(*message, *message->file(), complaints);
    for (int i = 0; i < message->enum_type_count(); ++i) ExpectDocumented(*message->enum_type(i), complaints);
    for (int i = 0; i < message->real_oneof_decl_count(); ++i) {
      ExpectDocumented(*message->oneof_decl(i), *message->file(), complaints);
    }
    for (int i = 0; i < message->field_count(); ++i) {
      if (!IsEventBody(*message->field(i))) ExpectDocumented(*message->field(i), *message->file(), complaints);
    }
  }
  for (const MethodDescriptor* method : contracts.Methods()) ExpectDocumented(*method, *method->file(), complaints);
}

TEST(ContractsTest, EveryProtoIsBuilt) {
  const Contracts contracts;
  std::set<std::string> built;
  for (const FileDescriptor* file : contracts.files()) built.insert(file->name());
  Complaints complaints;
  const std::filesystem::path root = WHISTLE_PROTOS;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
    if (entry.path().extension() != ".proto") continue;
    const std::string name = std::filesystem::relative(entry.path(), root).string();
    if (!built.contains(name))
      complaints.Add("proto/", name, ": proto/CMakeLists.txt does not name it, so nobody can use it");
  }
}

TEST(ContractsTest, ACommandCarriesItsContextFirstAndIsAnsweredWithAReceiptAlone) {
  const Contracts contracts;
  Complaints complaints;
  for (const MethodDescriptor* method : contracts.Methods()) {
    if (!IsCommand(*method)) continue;
    if (method->input_type()->FindFieldByName("context")->number() != 1)
      complaints.Add(method->full_name(), ": context must be 1");
    const FieldDescriptor* receipt = method->output_type()->FindFieldByNumber(1);
    const bool receipt_alone = method->output_type()->field_count() == 1 && receipt != nullptr &&
                               receipt->name() == "receipt" && receipt->message_type() != nullptr &&
                               receipt->message_type()->full_name() == "whistle.common.v1.Receipt";
    if (!receipt_alone)
      complaints.Add(method->full_name(), ": the response must be `whistle.common.v1.Receipt receipt = 1` alone");
    if (method->client_streaming() || method->server_streaming())
      complaints.Add(method->full_name(), ": a command does not stream");
  }
}

TEST(ContractsTest, AQueryOfAServiceSaysWhatItReflects) {
  const Contracts contracts;
  Complaints complaints;
  for (const MethodDescriptor* method : contracts.Methods()) {
    // Timelines and operations have shapes of their own.
    static const std::set<std::string> kAreas = {"intake", "response", "coordination", "escalation", "registry"};
    if (IsCommand(*method) || !kAreas.contains(Area(*method->file()))) continue;
    const FieldDescriptor* options = method->input_type()->FindFieldByNumber(1);
    if (options == nullptr || options->name() != "options" || options->message_type() == nullptr ||
        options->message_type()->full_name() != "whistle.common.v1.ReadOptions") {
      complaints.Add(method->full_name(),
                     ": neither a command (context = 1) nor a query (whistle.common.v1.ReadOptions options = 1)");
    }
    const FieldDescriptor* positions = method->output_type()->FindFieldByNumber(3);
    if (positions == nullptr || positions->name() != "positions" || !positions->is_repeated()) {
      complaints.Add(method->full_name(),
                     ": the response must say `repeated whistle.common.v1.Position positions = 3`");
    }
    const FieldDescriptor* page = method->input_type()->FindFieldByNumber(2);
    const bool paged = page != nullptr && page->name() == "page";
    const FieldDescriptor* token = method->output_type()->FindFieldByNumber(2);
    const bool continued = token != nullptr && token->name() == "next_page_token";
    if (paged != continued)
      complaints.Add(method->full_name(), ": page = 2 in the request goes with next_page_token = 2 in the response");
  }
}

// A map has no order of its own in the bytes, and what is stored is compared byte by byte.
TEST(ContractsTest, NoMessageHoldsAMap) {
  const Contracts contracts;
  Complaints complaints;
  for (const Descriptor* message : contracts.Messages()) {
    for (int i = 0; i < message->field_count(); ++i) {
      if (message->field(i)->is_map()) complaints.Add(message->field(i)->full_name(), " is a map");
    }
  }
}

TEST(ContractsTest, EveryEventLiesInItsServicesHundredAndIsNamedAfterItsMessage) {
  const std::map<std::string, int> hundreds = {
      {"intake", 100}, {"response", 200}, {"coordination", 300}, {"escalation", 400}, {"registry", 500}};
  const Contracts contracts;
  Complaints complaints;
  int events = 0;
  for (const Descriptor* message : contracts.Messages()) {
    if (message->full_name() != "whistle.journal.v1.Event") continue;
    for (int i = 0; i < message->field_count(); ++i) {
      const FieldDescriptor& field = *message->field(i);
      if (!IsEventBody(field)) continue;
      ++events;
      // Events that every service has live in common.v1 and carry the service in the field's name.
      std::string area = Area(*field.message_type()->file());
      std::string name = field.name();
      if (area == "common") {
        area = name.substr(0, name.find('_'));
        name = name.substr(area.size() + 1);
      }
      const auto hundred = hundreds.find(area);
      if (hundred == hundreds.end() || field.number() / 100 * 100 != hundred->second) {
        complaints.Add(field.full_name(), " = ", field.number(), ": outside the hundred of ", area);
      }
      std::string joined = absl::AsciiStrToLower(field.message_type()->name());
      name.erase(std::remove(name.begin(), name.end(), '_'), name.end());
      if (name != joined) complaints.Add(field.full_name(), ": not named after ", field.message_type()->full_name());
    }
  }
  EXPECT_GE(events, 80);
}

}  // namespace
}  // namespace whistle::contracts
