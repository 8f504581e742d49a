// One plain English sentence for each event: what a timeline tells people. Organizations by name, dates without hours
// where they are midnight, no ids where there is a name.
//
// Pure; any thread may call.
#ifndef WHISTLE_LIBS_DOMAIN_SENTENCE_H_
#define WHISTLE_LIBS_DOMAIN_SENTENCE_H_

#include <string>

#include "whistle/journal/v1/journal.pb.h"

namespace whistle::domain {

// "The gas company answers: conditional." Every event type has its own; one without a body says so.
std::string Sentence(const journal::v1::Event& event);

// The areas' own. Each is an exhaustive switch over the events of its service; an event of another is not its business
// and gives an empty string.
std::string IntakeSentence(const journal::v1::Event& event);
std::string ResponseSentence(const journal::v1::Event& event);
std::string CoordinationSentence(const journal::v1::Event& event);
std::string EscalationSentence(const journal::v1::Event& event);
std::string RegistrySentence(const journal::v1::Event& event);

}  // namespace whistle::domain

#endif  // WHISTLE_LIBS_DOMAIN_SENTENCE_H_
