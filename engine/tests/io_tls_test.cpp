// Encrypted connections to a server whose certificate is trusted, for a name that it has and one that it has not.
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <grainscope/io/asio/blocking_client.h>
#include <grainscope/io/io.h>

#include "raw_server.h"

namespace {

namespace io = grainscope::io;
using grainscope::tests::RawPeer;
using grainscope::tests::RawServer;
using Kind = io::Error::Kind;

/// A certificate for localhost, made for this run, and the one file of certificates that this process trusts.
class Trust : public ::testing::Environment {
  public:
    void SetUp() override {
        std::signal(SIGPIPE, SIG_IGN);  // OpenSSL's sockets raise it in the server
        key = EVP_EC_gen("P-256");
        certificate = X509_new();
        X509_set_version(certificate, X509_VERSION_3);
        ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
        X509_gmtime_adj(X509_getm_notBefore(certificate), -86'400);
        X509_gmtime_adj(X509_getm_notAfter(certificate), 86'400);
        X509_set_pubkey(certificate, key);
        X509_NAME* const name = X509_get_subject_name(certificate);
        X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("localhost"), -1,
                                   -1, 0);
        X509_set_issuer_name(certificate, name);
        X509_EXTENSION* const names = X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, "DNS:localhost");
        X509_add_ext(certificate, names, -1);
        X509_EXTENSION_free(names);
        ASSERT_GT(X509_sign(certificate, key, EVP_sha256()), 0);

        path_ = std::filesystem::temp_directory_path() / ("grainscope-trust-" + std::to_string(::getpid()) + ".pem");
        std::FILE* const file = std::fopen(path_.c_str(), "w");
        ASSERT_NE(file, nullptr);
        PEM_write_X509(file, certificate);
        std::fclose(file);
        ::setenv("SSL_CERT_FILE", path_.c_str(), 1);
    }
    void TearDown() override {
        std::filesystem::remove(path_);
        X509_free(certificate);
        EVP_PKEY_free(key);
    }

    EVP_PKEY* key = nullptr;
    X509* certificate = nullptr;

  private:
    std::filesystem::path path_;
};
Trust* const trust = [] {
    auto* const made = new Trust;
    ::testing::AddGlobalTestEnvironment(made);  // owns it
    return made;
}();

/// Answers "sealed" to each request of an encrypted connection.
void serve_sealed(RawPeer& peer) {
    const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
    SSL_CTX_use_certificate(context.get(), trust->certificate);
    SSL_CTX_use_PrivateKey(context.get(), trust->key);
    const std::unique_ptr<SSL, decltype(&SSL_free)> ssl(SSL_new(context.get()), SSL_free);
    SSL_set_fd(ssl.get(), peer.descriptor());
    if (SSL_accept(ssl.get()) != 1) return;
    std::string request;
    char bytes[1024];
    for (int n = 0; (n = SSL_read(ssl.get(), bytes, sizeof bytes)) > 0;) {
        request.append(bytes, static_cast<std::size_t>(n));
        if (!request.ends_with("\r\n\r\n")) continue;
        request.clear();
        const std::string answer = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsealed";
        SSL_write(ssl.get(), answer.data(), static_cast<int>(answer.size()));
    }
}

std::string sealed_url(const RawServer& server, const std::string& host) {
    return "https://" + host + server.url().substr(std::string("http://127.0.0.1").size());
}

TEST(IoTls, BothClientsTrustACertificateForTheHostsName) {
    const RawServer server(serve_sealed);
    io::Runtime runtime;
    io::BlockingClient client;
    const std::string url = sealed_url(server, "localhost");
    for (int i = 0; i < 2; ++i) {
        const auto awaited = runtime.block_on(io::get(url));
        ASSERT_TRUE(awaited) << awaited.error().what();
        EXPECT_EQ(awaited->body, "sealed");
        const auto blocking = client.send({.url = url});
        ASSERT_TRUE(blocking) << blocking.error().what();
        EXPECT_EQ(blocking->body, "sealed");
    }
    EXPECT_EQ(server.connections(), 2);
}

TEST(IoTls, NeitherTakesACertificateOfAnotherName) {
    const RawServer server(serve_sealed);
    io::Runtime runtime;
    io::BlockingClient client;
    const std::string url = sealed_url(server, "127.0.0.1");
    const auto awaited = runtime.block_on(io::get(url));
    ASSERT_FALSE(awaited);
    EXPECT_EQ(awaited.error().kind, Kind::tls) << awaited.error().what();
    const auto blocking = client.send({.url = url});
    ASSERT_FALSE(blocking);
    EXPECT_EQ(blocking.error().kind, Kind::tls) << blocking.error().what();
    EXPECT_EQ(blocking.error().message, awaited.error().message);
}

TEST(IoTls, AServerThatSaysNothingRunsIntoTheTimeLimitOfTheHandshake) {
    const RawServer server([](RawPeer& peer) { peer.wait_for_end(); });
    io::BlockingClient client;
    const auto answer = client.send({.url = sealed_url(server, "localhost"), .timeout = std::chrono::milliseconds(30)});
    ASSERT_FALSE(answer);
    EXPECT_TRUE(answer.error().is_timeout()) << answer.error().what();
}

TEST(IoTls, AServerWithoutEncryptionIsNoTlsServerToTheBlockingClientEither) {
    const RawServer server([](RawPeer& peer) { peer.write("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"); });
    io::BlockingClient client;
    const auto answer = client.send({.url = sealed_url(server, "localhost")});
    ASSERT_FALSE(answer);
    EXPECT_TRUE(answer.error().kind == Kind::tls || answer.error().kind == Kind::reset) << answer.error().what();
}

}  // namespace
