// What a loop is made of. No header outside this folder includes Boost.
#pragma once

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

namespace grainscope::detail::async {

/// With the executor's own type: any_io_executor would allocate at each step of an operation.
using LoopSocket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, boost::asio::io_context::executor_type>;

class LoopContext {
  public:
    // One thread runs it; others only post.
    boost::asio::io_context io{1};
};

}  // namespace grainscope::detail::async
