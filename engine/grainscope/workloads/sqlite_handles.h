// SQLite's connections and statements, closed when they go. Only the sources of the store include this.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include <sqlite3.h>

namespace grainscope::workloads::detail {

struct CloseConnection {
    void operator()(sqlite3* connection) const { sqlite3_close_v2(connection); }
};
using Connection = std::unique_ptr<sqlite3, CloseConnection>;

struct FinalizeStatement {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};

/// A prepared statement. Codes are SQLite's; the first one of bind() that is not SQLITE_OK is what step() gives.
class Statement {
  public:
    /// Holds nothing if SQLite refuses the text; the connection then says why.
    Statement(sqlite3* connection, std::string_view text, unsigned flags = SQLITE_PREPARE_PERSISTENT) {
        sqlite3_stmt* made = nullptr;
        sqlite3_prepare_v3(connection, text.data(), static_cast<int>(text.size()), flags, &made, nullptr);
        statement_.reset(made);
    }
    [[nodiscard]] explicit operator bool() const { return statement_ != nullptr; }

    /// Values must outlive the steps; positions count from 1.
    void bind(int position, std::int64_t value) { note(sqlite3_bind_int64(statement_.get(), position, value)); }
    void bind(int position, std::string_view text) {
        note(sqlite3_bind_text64(statement_.get(), position, text.data() == nullptr ? "" : text.data(), text.size(),
                                 SQLITE_STATIC, SQLITE_UTF8));
    }
    void bind(int position, std::span<const std::byte> bytes) {
        note(bytes.empty()
                 ? sqlite3_bind_zeroblob(statement_.get(), position, 0)
                 : sqlite3_bind_blob64(statement_.get(), position, bytes.data(), bytes.size(), SQLITE_STATIC));
    }
    [[nodiscard]] int step() { return bound_ == SQLITE_OK ? sqlite3_step(statement_.get()) : bound_; }
    /// For the next use; what it held of a result is gone. Gives the code of a failed step once more.
    int reset() {
        bound_ = SQLITE_OK;
        const int code = sqlite3_reset(statement_.get());
        sqlite3_clear_bindings(statement_.get());
        return code;
    }

    /// Columns count from 0 and last until the next step.
    [[nodiscard]] std::int64_t number(int column) const { return sqlite3_column_int64(statement_.get(), column); }
    [[nodiscard]] std::string_view text(int column) const {
        const auto* const text = sqlite3_column_text(statement_.get(), column);
        return {reinterpret_cast<const char*>(text), size(column)};
    }
    [[nodiscard]] std::span<const std::byte> bytes(int column) const {
        const auto* const bytes = sqlite3_column_blob(statement_.get(), column);
        return {static_cast<const std::byte*>(bytes), size(column)};
    }

  private:
    void note(int code) {
        if (bound_ == SQLITE_OK) bound_ = code;
    }
    [[nodiscard]] std::size_t size(int column) const {
        return static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column));
    }

    std::unique_ptr<sqlite3_stmt, FinalizeStatement> statement_;
    int bound_ = SQLITE_OK;
};

/// Resets a statement at the end of a scope.
class StatementUse {
  public:
    explicit StatementUse(Statement& statement) : statement_(statement) {}
    StatementUse(const StatementUse&) = delete;
    StatementUse& operator=(const StatementUse&) = delete;
    ~StatementUse() { statement_.reset(); }
    Statement* operator->() const { return &statement_; }

  private:
    Statement& statement_;
};

}  // namespace grainscope::workloads::detail
