// What the tests of journal commands share: a journal of records that a test makes, served as OperationsService does.
#ifndef WHISTLE_TOOLS_WHISTLECTL_JOURNAL_TESTING_H_
#define WHISTLE_TOOLS_WHISTLECTL_JOURNAL_TESTING_H_

#include <functional>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/proto.h"
#include "libs/base/time.h"
#include "libs/engine/acceptance.h"
#include "libs/engine/records.h"
#include "libs/journal/journal.h"
#include "tools/whistlectl/command.h"
#include "whistle/operations/v1/service.pb.h"

namespace whistle::whistlectl {

inline constexpr int kTestPartitions = 2;
inline constexpr char kTestJournalUuid[] = "0b7a1e4c-5d2f-4c3a-9e8b-112233445566";

// 2021-07-14 at this hour and second, UTC.
inline absl::Time AtHour(int hour, int seconds = 0) {
  return *base::TimeFromText("2021-07-14") + absl::Hours(hour) + absl::Seconds(seconds);
}

// The records of a journal of two case partitions.
class TestJournal {
 public:
  TestJournal() {
    for (const base::PartitionId partition : journal::AllPartitions(kTestPartitions)) {
      journal::v1::Genesis genesis;
      genesis.set_journal_uuid(kTestJournalUuid);
      genesis.set_topic(partition.is_registry() ? common::v1::TOPIC_REGISTRY : common::v1::TOPIC_CASES);
      genesis.set_partition(partition.index());
      genesis.set_partition_count(kTestPartitions);
      *genesis.mutable_created_at() = base::ToProto(AtHour(0));
      genesis.set_clock_kind(journal::v1::CLOCK_KIND_VIRTUAL);
      Append(partition, "genesis", genesis.SerializeAsString(), AtHour(0));
    }
  }

  // Its place: "1:3".
  std::string Append(base::PartitionId partition, const std::string& key, const std::string& value, absl::Time stamp,
                     std::vector<std::pair<std::string, std::string>> headers = {}) {
    auto& records = records_[partition];
    const int64_t offset = static_cast<int64_t>(records.size());
    records.push_back({.offset = base::Offset{offset}, .stamp = stamp, .record = {key, value, std::move(headers)}});
    return absl::StrCat(partition.ToString(), ":", offset);
  }
  // A visit to `organization_id` that is decided on `parent`, decided and stamped then.
  std::string Visit(const std::string& case_id, const std::string& parent, const std::string& organization_id,
                    absl::Time at, absl::Duration stamped_later = absl::ZeroDuration()) {
    journal::v1::Decision decision;
    decision.set_case_id(case_id);
    if (!parent.empty()) decision.set_parent(HashAt(parent).ToBytes());
    decision.mutable_request()->set_client("hotline");
    decision.mutable_request()->set_request_id("r");
    // As two attempts never have the same bytes.
    decision.mutable_request()->set_attempt(absl::StrCat("attempt-", ++attempts_));
    decision.set_service(common::v1::SERVICE_INTAKE);
    *decision.mutable_decided_at() = base::ToProto(at);
    decision.set_level(1);
    auto* contact = decision.add_events()->mutable_contact_recorded();
    contact->set_channel(intake::v1::CONTACT_CHANNEL_VISIT);
    contact->mutable_contacted()->set_organization_id(organization_id);
    contact->mutable_contacted()->set_name("Station community");
    contact->mutable_contacted()->add_superior_ids("chengguan");
    return AppendDecision(decision, at + stamped_later);
  }
  std::string AppendDecision(const journal::v1::Decision& decision, absl::Time stamp) {
    const std::string bytes = base::SerializeDeterministically(decision);
    const journal::Record record = engine::MakeRecord(decision, base::Sha256(bytes), bytes);
    return Append(journal::PartitionForCase(decision.case_id(), kTestPartitions), record.key, record.value, stamp,
                  record.headers);
  }

  base::Digest HashAt(const std::string& place) const {
    for (const auto& [partition, records] : records_) {
      for (const journal::StoredRecord& record : records) {
        if (place == absl::StrCat(partition.ToString(), ":", record.offset.value)) {
          return base::Sha256(record.record.value);
        }
      }
    }
    ADD_FAILURE() << "nothing at " << place;
    return {};
  }
  const std::vector<journal::StoredRecord>& RecordsOf(base::PartitionId partition) const {
    return records_.at(partition);
  }
  size_t SizeOf(base::PartitionId partition) const { return records_.at(partition).size(); }

 private:
  std::map<base::PartitionId, std::vector<journal::StoredRecord>> records_;
  int attempts_ = 0;
};

// A case id that lives in the partition.
inline std::string CaseIn(int partition, int which = 0) {
  for (int i = 0;; ++i) {
    const std::string id = absl::StrCat("case-", i);
    if (journal::PartitionForCase(id, kTestPartitions).index() == partition && which-- == 0) return id;
  }
}

class JournalClient final : public Client {
 public:
  // `before_status` is called before each GetJournalStatus with its number, from 1; what it returns is answered.
  JournalClient(TestJournal* journal, std::vector<std::string>* called, std::function<absl::Status(int)> before_status,
                operations::v1::ListQuarantineResponse quarantine)
      : journal_(journal),
        called_(called),
        before_status_(std::move(before_status)),
        quarantine_(std::move(quarantine)) {}

  absl::Status Call(const google::protobuf::MethodDescriptor& method, const google::protobuf::Message&,
                    absl::string_view, google::protobuf::Message& response) override {
    called_->push_back(method.name());
    if (method.name() == "ListQuarantine") {
      response.CopyFrom(quarantine_);
      return absl::OkStatus();
    }
    if (method.name() != "GetJournalStatus") return absl::UnimplementedError(method.name());
    if (before_status_) {
      if (const absl::Status status = before_status_(++asked_); !status.ok()) return status;
    }
    operations::v1::GetJournalStatusResponse status;
    status.set_journal_uuid(kTestJournalUuid);
    status.set_kind("embedded");
    status.set_clock_kind(journal::v1::CLOCK_KIND_VIRTUAL);
    *status.mutable_created_at() = base::ToProto(AtHour(0));
    status.set_partition_count(kTestPartitions);
    for (const base::PartitionId id : journal::AllPartitions(kTestPartitions)) {
      auto* partition = status.add_partitions();
      partition->set_topic(id.is_registry() ? common::v1::TOPIC_REGISTRY : common::v1::TOPIC_CASES);
      partition->set_partition(id.index());
      partition->set_end_offset(static_cast<int64_t>(journal_->SizeOf(id)));
    }
    response.CopyFrom(status);
    return absl::OkStatus();
  }

  absl::Status Stream(const google::protobuf::MethodDescriptor& method, const google::protobuf::Message& request,
                      absl::string_view, google::protobuf::Message& response,
                      const std::function<bool()>& on_response) override {
    called_->push_back(method.name());
    if (method.name() != "ReadJournal") return absl::UnimplementedError(method.name());
    operations::v1::ReadJournalRequest wanted;
    wanted.CopyFrom(request);
    const auto partition = wanted.topic() == common::v1::TOPIC_REGISTRY ? base::PartitionId::Registry()
                                                                        : base::PartitionId::Case(wanted.partition());
    for (const journal::StoredRecord& record : journal_->RecordsOf(partition)) {
      if (record.offset.value < wanted.from_offset()) continue;
      operations::v1::ReadJournalResponse one;
      one.set_offset(record.offset.value);
      *one.mutable_stamp() = base::ToProto(record.stamp);
      one.set_key(record.record.key);
      one.set_value(record.record.value);
      for (const auto& [name, value] : record.record.headers) {
        auto* header = one.add_headers();
        header->set_name(name);
        header->set_value(value);
      }
      response.CopyFrom(one);
      if (!on_response()) break;
    }
    return absl::OkStatus();
  }

 private:
  TestJournal* const journal_;
  std::vector<std::string>* const called_;
  const std::function<absl::Status(int)> before_status_;
  const operations::v1::ListQuarantineResponse quarantine_;
  int asked_ = 0;
};

class JournalToolTest : public ::testing::Test {
 protected:
  int Run(const std::vector<std::string>& words) {
    out.str("");
    err.str("");
    called.clear();
    return RunTool(
        words,
        [this](const Endpoints&, const std::string&, absl::Duration) {
          return std::make_unique<JournalClient>(&journal, &called, before_status, quarantine);
        },
        out, err);
  }

  TestJournal journal;
  std::function<absl::Status(int)> before_status;
  operations::v1::ListQuarantineResponse quarantine;
  std::vector<std::string> called;
  std::ostringstream out;
  std::ostringstream err;
};

}  // namespace whistle::whistlectl

#endif  // WHISTLE_TOOLS_WHISTLECTL_JOURNAL_TESTING_H_
