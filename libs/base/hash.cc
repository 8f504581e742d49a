#include "libs/base/hash.h"

#include <openssl/evp.h>

#include <memory>

#include "absl/strings/escaping.h"
#include "libs/base/check.h"

namespace whistle::base {

std::optional<Digest> Digest::FromBytes(absl::string_view bytes) {
  if (bytes.size() != kSize) return std::nullopt;
  Digest digest;
  std::memcpy(digest.bytes_.data(), bytes.data(), kSize);
  return digest;
}

std::string Digest::ToHex() const { return absl::BytesToHexString(bytes()); }

std::string Digest::ToShortHex() const { return absl::BytesToHexString(bytes().substr(0, 6)); }

Digest Sha256(std::initializer_list<absl::string_view> parts) {
  // A context is costly to make and cheap to reuse, and hashing is on every thread's hot path.
  thread_local const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                                     &EVP_MD_CTX_free);
  thread_local const EVP_MD* const algorithm = EVP_sha256();
  Digest digest;
  bool ok = EVP_DigestInit_ex(context.get(), algorithm, nullptr) == 1;
  for (absl::string_view part : parts) ok = ok && EVP_DigestUpdate(context.get(), part.data(), part.size()) == 1;
  ok = ok && EVP_DigestFinal_ex(context.get(), digest.bytes_.data(), nullptr) == 1;
  WHISTLE_CHECK(ok, "OpenSSL could not compute a SHA-256");
  return digest;
}

}  // namespace whistle::base
