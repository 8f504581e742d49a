#include <set>

#include "absl/strings/numbers.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "libs/domain/obligation.h"
#include "services/intake/model.h"

namespace whistle::intake {
namespace {

using domain::IndexKey;
using google::protobuf::Message;

// Every organization that the message names, wherever it does.
void CollectOrganizations(const Message& message, std::set<std::string>& ids) {
  if (message.GetDescriptor() == common::v1::OrganizationRef::descriptor()) {
    ids.insert(static_cast<const common::v1::OrganizationRef&>(message).organization_id());
    return;
  }
  const auto* reflection = message.GetReflection();
  std::vector<const google::protobuf::FieldDescriptor*> fields;
  reflection->ListFields(message, &fields);
  for (const auto* field : fields) {
    if (field->cpp_type() != google::protobuf::FieldDescriptor::CPPTYPE_MESSAGE) continue;
    if (!field->is_repeated()) {
      CollectOrganizations(reflection->GetMessage(message, field), ids);
      continue;
    }
    for (int i = 0; i < reflection->FieldSize(message, field); ++i) {
      CollectOrganizations(reflection->GetRepeatedMessage(message, field, i), ids);
    }
  }
}

}  // namespace

std::vector<std::string> Indexes(const State& state, const std::string& case_id) {
  const v1::CaseHeader& header = state.header();
  if (!header.has_registered_at()) return {};
  std::vector<std::string> keys = {
      IndexKey({kCaseIndex}),
      IndexKey({kStatusIndex, v1::CaseStatus_Name(header.status())}),
      IndexKey({kSiteIndex, header.site().site_id()}),
      IndexKey({kCategoryIndex, header.category()}),
  };
  if (header.has_handler()) keys.push_back(IndexKey({kHandlerIndex, header.handler().organization_id()}));
  for (const std::string& other : state.linked_case_ids()) keys.push_back(IndexKey({kLinkedIndex, other}));
  domain::AddDueKeys(Obligations(state, case_id), &keys);
  return keys;
}

std::vector<std::string> Footprints(const journal::v1::Event& event, const domain::EventRef& ref) {
  std::vector<std::string> keys;
  std::set<std::string> organization_ids;
  CollectOrganizations(event, organization_ids);
  for (const std::string& id : organization_ids) keys.push_back(IndexKey({kOrganizationIndex, id, ref.case_id}));
  if (event.has_contact_recorded()) keys.push_back(IndexKey({kContactIndex, ref.case_id, PlaceOf(ref)}));
  if (event.has_evidence_attached()) keys.push_back(IndexKey({kEvidenceIndex, ref.case_id, PlaceOf(ref)}));
  return keys;
}

std::string PlaceOf(const domain::EventRef& ref) {
  const auto parts = domain::ParseEventId(ref.id);
  return absl::StrFormat("%020d.%04d", ref.version.value, parts ? parts->number : 0);
}

std::optional<domain::EventIdParts> ParsePlace(const std::string& place) {
  const std::pair<absl::string_view, absl::string_view> parts = absl::StrSplit(place, absl::MaxSplits('.', 1));
  domain::EventIdParts out;
  if (!absl::SimpleAtoi(parts.first, &out.version.value) || !absl::SimpleAtoi(parts.second, &out.number)) {
    return std::nullopt;
  }
  return out;
}

}  // namespace whistle::intake
