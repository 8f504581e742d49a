#include "libs/rpc/status_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "libs/rpc/status_details.pb.h"

namespace whistle::rpc {
namespace {

using common::v1::RejectionDetail;
using common::v1::RejectionKind;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

RejectionDetail CaseClosed() {
  RejectionDetail detail;
  detail.set_kind(common::v1::REJECTION_KIND_ILLEGAL);
  detail.set_reason("case_closed");
  detail.set_subject("c-1");
  detail.set_expected("an open case");
  detail.set_actual("closed");
  return detail;
}

TEST(StatusTable, MapsEveryKindOfRejection) {
  const auto* descriptor = common::v1::RejectionKind_descriptor();
  for (int i = 0; i < descriptor->value_count(); ++i) {
    const auto kind = static_cast<RejectionKind>(descriptor->value(i)->number());
    if (kind == common::v1::REJECTION_KIND_UNSPECIFIED) continue;
    EXPECT_NE(CodeOf(kind), grpc::StatusCode::INTERNAL) << descriptor->value(i)->name() << " has no row in the table";
  }
}

TEST(StatusTable, SaysWhatTheDesignSays) {
  EXPECT_EQ(CodeOf(common::v1::REJECTION_KIND_INVALID), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(CodeOf(common::v1::REJECTION_KIND_NOT_FOUND), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(CodeOf(common::v1::REJECTION_KIND_ILLEGAL), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(CodeOf(common::v1::REJECTION_KIND_ALREADY), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(CodeOf(common::v1::REJECTION_KIND_NOT_AUTHORIZED), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(CodeOf(common::v1::REJECTION_KIND_LIMIT), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(CodeOf(common::v1::REJECTION_KIND_REQUEST_ID_REUSED), grpc::StatusCode::ALREADY_EXISTS);
}

TEST(StatusTable, AnUnspecifiedOrUnknownKindIsABugOfOurs) {
  EXPECT_EQ(CodeOf(common::v1::REJECTION_KIND_UNSPECIFIED), grpc::StatusCode::INTERNAL);
  EXPECT_EQ(CodeOf(static_cast<RejectionKind>(9999)), grpc::StatusCode::INTERNAL);
}

TEST(StatusTable, ARejectionComesBackWholeAtTheClient) {
  const absl::Status status = FromGrpcStatus(ToGrpcStatus(CaseClosed(), "the case is closed; reopen it first"));
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(status.message(), "the case is closed; reopen it first");
  ASSERT_TRUE(DetailOf(status).has_value());
  EXPECT_EQ(DetailOf(status)->SerializeAsString(), CaseClosed().SerializeAsString());
}

TEST(StatusTable, TheTrailerHoldsWhatStockLibrariesReadAsGoogleRpcStatus) {
  const grpc::Status status = ToGrpcStatus(CaseClosed(), "closed");
  StatusDetails details;
  ASSERT_TRUE(details.ParseFromString(status.error_details()));
  EXPECT_EQ(details.code(), 9);
  EXPECT_EQ(details.message(), "closed");
  ASSERT_EQ(details.details_size(), 1);
  EXPECT_EQ(details.details(0).type_url(), "type.googleapis.com/whistle.common.v1.RejectionDetail");
  // google.rpc.Status: field 1 varint code, field 2 message.
  EXPECT_EQ(status.error_details().substr(0, 10), std::string("\x08\x09\x12\x06"
                                                              "closed"));
}

TEST(StatusTable, ARefusalInsideIsTheSameRefusalOutside) {
  const grpc::Status direct = ToGrpcStatus(CaseClosed(), "closed");
  const grpc::Status by_absl = ToGrpcStatus(Refused(CaseClosed(), "closed"));
  EXPECT_EQ(by_absl.error_code(), direct.error_code());
  EXPECT_EQ(by_absl.error_message(), direct.error_message());
  EXPECT_EQ(by_absl.error_details(), direct.error_details());
}

TEST(StatusTable, KeepsEveryCodeOfTheOutsideWorld) {
  EXPECT_TRUE(ToGrpcStatus(absl::OkStatus()).ok());
  EXPECT_TRUE(FromGrpcStatus(grpc::Status::OK).ok());
  for (int code = 1; code <= 16; ++code) {
    const absl::Status status(static_cast<absl::StatusCode>(code), "why");
    const grpc::Status outside = ToGrpcStatus(status);
    EXPECT_EQ(outside.error_code(), code);
    EXPECT_EQ(outside.error_message(), "why");
    EXPECT_EQ(FromGrpcStatus(outside), status);
    EXPECT_EQ(absl::StatusCodeToString(status.code()), std::string(CodeText(outside.error_code())));
  }
}

TEST(StatusTable, CutsTextThatWouldNotFitTheTrailersBetweenCodePoints) {
  RejectionDetail detail = CaseClosed();
  for (int i = 0; i < 1000; ++i) detail.mutable_actual()->append("气");
  const absl::Status status = FromGrpcStatus(ToGrpcStatus(detail, std::string(5000, 'x')));
  EXPECT_LE(status.message().size(), kMessageBytesMax);
  EXPECT_THAT(std::string(status.message()), EndsWith("x…"));
  ASSERT_TRUE(DetailOf(status).has_value());
  EXPECT_LE(DetailOf(status)->actual().size(), kDetailFieldBytesMax);
  EXPECT_THAT(DetailOf(status)->actual(), EndsWith("气…"));
}

TEST(StatusTable, AtTheLimitNothingIsCut) {
  EXPECT_EQ(ToGrpcStatus(absl::AbortedError(std::string(kMessageBytesMax, 'x'))).error_message(),
            std::string(kMessageBytesMax, 'x'));
}

TEST(StatusTable, WhatIsNotCleanUtf8IsEscapedSoThatTheClientCanParseIt) {
  RejectionDetail detail = CaseClosed();
  detail.set_actual("a\xFF");
  const absl::Status status = FromGrpcStatus(ToGrpcStatus(detail, "b\x1b[31m"));
  EXPECT_EQ(DetailOf(status)->actual(), "a\\xff");
  EXPECT_EQ(status.message(), "b\\x1b[31m");
}

TEST(StatusTable, DetailsOfAnotherServerAreIgnored) {
  EXPECT_FALSE(DetailOf(FromGrpcStatus(grpc::Status(grpc::StatusCode::ABORTED, "x", "not a protobuf"))).has_value());
  StatusDetails details;
  details.add_details()->set_type_url("type.googleapis.com/google.rpc.RetryInfo");
  EXPECT_FALSE(
      DetailOf(FromGrpcStatus(grpc::Status(grpc::StatusCode::ABORTED, "x", details.SerializeAsString()))).has_value());
}

}  // namespace
}  // namespace whistle::rpc
