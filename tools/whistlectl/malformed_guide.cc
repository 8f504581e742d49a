#include "tools/whistlectl/malformed_guide.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tools/whistlectl/command.h"

namespace whistle::whistlectl {

using engine::MalformedReason;

MalformedGuide GuideTo(MalformedReason reason) {
  switch (reason) {
    case MalformedReason::kNotADecision:
      return {.word = "not-a-decision",
              .meaning = "The value's bytes are no whistle.journal.v1.Decision.",
              .cause = "A foreign program wrote to the topic.",
              .remedy =
                  "Find the writer by key, headers and stamp, and take its right to write to the topic away. If "
                  "it was to be a command, give it again through the service."};
    case MalformedReason::kNoCaseId:
      return {.word = "no-case-id",
              .meaning = "The decision names no case, so it can be no case's.",
              .cause =
                  "No Whistle service writes such a record: an empty value reads as a decision without any field "
                  "(a tombstone, or a tool's test message).",
              .remedy =
                  "Look for a tool that writes empty values or tombstones to the topic, and stop it. The topic "
                  "must not be compacted: whistlectl journal create, given again, changes nothing that is there "
                  "and names each setting that endangers the journal."};
    case MalformedReason::kParentSize:
      return {.word = "parent-size",
              .meaning = "The parent is neither absent nor a SHA-256 of 32 bytes.",
              .cause = "A writer that is not Whistle's, or a broken build of it.",
              .remedy =
                  "The header ce_source and the decoded service name the writer: take it out of service and "
                  "compare its build with the released one. Give its commands again."};
    case MalformedReason::kNoRequestId:
      return {.word = "no-request-id",
              .meaning = "The decision carries no request id, so a retry of it could not be told from a new command.",
              .cause =
                  "A writer that is not Whistle's: services refuse a command without a request id. Or, with the "
                  "key genesis at offset 1: two creations of the journal on Kafka raced, and this is the second "
                  "one's genesis record.",
              .remedy =
                  "Key genesis at offset 1: nothing to do. Otherwise find the writer by service, headers and "
                  "stamp, and stop it. Give what it meant through the service, with a request id."};
    case MalformedReason::kNoService:
      return {.word = "no-service",
              .meaning = "The decision does not say which service decided, or names one that there is not.",
              .cause = "A writer that is not Whistle's; or a service of a later release whose level was never raised.",
              .remedy =
                  "If a newer release runs beside this one, upgrade every reader and raise the level before its "
                  "new service writes. Otherwise find the writer and stop it."};
    case MalformedReason::kNoDecidedAt:
      return {.word = "no-decided-at",
              .meaning = "The decision has no time, or one that is not between the years 1900 and 9999.",
              .cause = "A writer that is not Whistle's, or a machine whose clock is far beyond anything plausible.",
              .remedy =
                  "Look at the clock of the machine that wrote it (ce_source, ce_time) and set it right. Give "
                  "the command again."};
    case MalformedReason::kNoLevel:
      return {.word = "no-level",
              .meaning = "The decision does not say in which vocabulary it is written.",
              .cause = "A writer that is not Whistle's: every service writes its level.",
              .remedy = "Find the writer by service, headers and stamp, and stop it."};
    case MalformedReason::kKey:
      return {.word = "key",
              .meaning = "The record's key is not the case that its value names.",
              .cause = "A tool copied or re-keyed records (a mirror, a connector), or the writer is not Whistle's.",
              .remedy =
                  "Stop the tool. A journal is carried over by export and import, never by a mirror that changes "
                  "keys. The case of the value lost nothing: what counts of it stands in its own partition."};
    case MalformedReason::kPartition:
      return {.word = "wrong-partition",
              .meaning = "The case lives in another partition, or the record belongs to the other topic.",
              .cause =
                  "A writer that partitions by another hash or counts partitions otherwise; a topic that was given "
                  "more partitions after its creation; a case's record in the registry's topic.",
              .remedy =
                  "The number of partitions is fixed for ever: compare the topic's with whistlectl journal "
                  "status, and if it was raised, restore the journal into a new one. Otherwise find the writer "
                  "and stop it. Give the command again through the service."};
    case MalformedReason::kSize:
      return {.word = "size",
              .meaning = "The value is larger than 256 KiB.",
              .cause =
                  "A writer that is not Whistle's: services refuse a decision that is too large before it is "
                  "written.",
              .remedy =
                  "Find the writer and stop it; hold the topic's max.message.bytes to what whistlectl journal "
                  "create sets. Give what was meant in smaller commands; evidence is recorded as a hash, never "
                  "as bytes."};
    case MalformedReason::kForeignEvent:
      return {.word = "foreign-event",
              .meaning = "The decision holds an event that is not the writing service's own, or not of its level.",
              .cause =
                  "A build of another release that writes events before the level that has them was raised, or a "
                  "writer that is not Whistle's.",
              .remedy =
                  "Compare the builds of all instances of the service that the decision names. Upgrade every "
                  "reader, raise the level, and only then let the new events be written. Give the command "
                  "again."};
  }
  return {};
}

absl::StatusOr<MalformedReason> ParseMalformedReason(absl::string_view text) {
  std::vector<std::string> words;
  for (const MalformedReason reason : engine::kMalformedReasons) {
    words.emplace_back(GuideTo(reason).word);
    if (words.back() == text) return reason;
  }
  if (const auto reason = engine::MalformedReasonOf(text)) return *reason;
  return UsageError(absl::StrCat("a reason is one of ", absl::StrJoin(words, ", "),
                                 ", or what journal quarantine list says, found \"", text, "\""));
}

absl::string_view MalformedInGeneral() {
  return "A malformed record counts for nobody, by rule, in every service: no case has changed, and nothing waits for "
         "it. It stays where it lies, since a journal is never edited.";
}

}  // namespace whistle::whistlectl
