#include "libs/domain/sentence.h"

#include "absl/strings/match.h"
#include "libs/domain/event_cases.h"

namespace whistle::domain {
namespace {

std::string Compose(const journal::v1::Event& event) {
  switch (event.body_case()) {
    WHISTLE_INTAKE_EVENT_CASES
    return IntakeSentence(event);
    WHISTLE_RESPONSE_EVENT_CASES
    return ResponseSentence(event);
    WHISTLE_COORDINATION_EVENT_CASES
    return CoordinationSentence(event);
    WHISTLE_ESCALATION_EVENT_CASES
    return EscalationSentence(event);
    WHISTLE_REGISTRY_EVENT_CASES
    return RegistrySentence(event);
    case journal::v1::Event::BODY_NOT_SET:
      break;
  }
  return "An event that this version of Whistle cannot read.";
}

}  // namespace

std::string Sentence(const journal::v1::Event& event) {
  std::string sentence = Compose(event);
  // A text that a person wrote may bring its own end.
  if (absl::EndsWith(sentence, "..") || absl::EndsWith(sentence, "?.") || absl::EndsWith(sentence, "!.")) {
    sentence.pop_back();
  }
  return sentence;
}

}  // namespace whistle::domain
