// The words that sentences of every area share. Pure.
#ifndef WHISTLE_LIBS_DOMAIN_SENTENCE_WORDS_H_
#define WHISTLE_LIBS_DOMAIN_SENTENCE_WORDS_H_

#include <string>

#include "absl/strings/string_view.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "whistle/common/v1/corrections.pb.h"
#include "whistle/common/v1/types.pb.h"

namespace whistle::domain {

// Its name; the id where it has none; "somebody" for none at all.
std::string NameOf(const common::v1::OrganizationRef& organization);
// "the gas company, Lanzhou city and the developer".
std::string NamesOf(const google::protobuf::RepeatedPtrField<common::v1::OrganizationRef>& organizations);
// The same with a capital first letter, to begin a sentence.
std::string Begin(std::string text);
// The text with one full stop at its end, whether it had one or not.
std::string Stop(std::string text);
// "2021-07-15", or "2021-07-15T08:00:00Z" where it is not midnight UTC.
std::string DateText(const google::protobuf::Timestamp& time);
// " by 2021-07-15", or nothing where there is no date.
std::string ByDate(const common::v1::DueDate& due);
// ": " and the text on one line, or nothing where there is none.
std::string Because(absl::string_view text);
// " (on Regulations §3; County rule)", or nothing where there are none.
std::string On(const google::protobuf::RepeatedPtrField<common::v1::Grounds>& grounds);

// The events that every service writes for its own.
std::string Say(const common::v1::DeadlineApproaching& event);
std::string Say(const common::v1::OverdueLifted& event);
std::string Say(const common::v1::EntryCorrected& event);

}  // namespace whistle::domain

#endif  // WHISTLE_LIBS_DOMAIN_SENTENCE_WORDS_H_
